"""The printed board and the case, from wiring.yaml: placed and routed here, judged by KiCad. No one has built it."""
