"""What no one asked for: an override that no finger meant, a crash that no scenario provoked: S15, S20."""

from collections.abc import Iterator
from itertools import pairwise

from simulator.rules.duration import completes_override
from simulator.rules.numbers import TICK_MS
from simulator.rules.observed import LOCAL_ACT_MS, View, where
from simulator.times import show_time

DAMAGES = ("corrupt_program", "install_program")  # what may make a program corrupt


def only_the_gesture_overrides(view: View) -> Iterator[str]:
    """S15."""
    for burner, lines in view.lines.items():
        for before, line in pairwise(lines):
            t_ms = line["t_ms"]
            if line["state"] != "OVERRIDE" or before["state"] in ("OVERRIDE", None):
                continue
            late_ms = LOCAL_ACT_MS + view.stalled_ms(t_ms - LOCAL_ACT_MS, t_ms)
            touches = [touch for touch in view.touches(burner) if touch.up_ms <= t_ms]
            meant = [
                completes_override(view, touches[: index + 1])
                for index, touch in enumerate(touches)
                if t_ms - touch.up_ms <= late_ms
            ]
            if not any(meant):
                yield f"{where(burner, t_ms)}: an override that no two pairs of presses asked for"


def nothing_crashes_by_itself(view: View) -> Iterator[str]:
    """S20. What was provoked once may have consequences for the rest of the run."""
    for t_ms in view.downs:
        if t_ms + TICK_MS < view.provoked_ms:
            yield f"the program ended at {show_time(t_ms)}, and nothing had provoked it"
    for t_ms, text in view.result.console:
        if text.startswith("Traceback") and t_ms + TICK_MS < view.provoked_ms:
            yield f"a traceback at {show_time(t_ms)}, and nothing had provoked it"
    damaged = any(act.do in DAMAGES for act in view.done)
    for burner, lines in view.lines.items():
        for line in lines:
            if line["fault"] == "PROGRAM_CORRUPT" and not damaged:
                yield f"{where(burner, line['t_ms'])}: PROGRAM_CORRUPT, and no program was damaged"
                break
