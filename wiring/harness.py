"""The harness drawing of a build: which conductor leads from which board to which, for WireViz."""

import shutil
from typing import Any

import yaml

from wiring.model import Build, Cable
from wiring.source import source

MISSING = None if shutil.which("dot") else "no Graphviz: apt-get install graphviz"


def plan(made: Build) -> str:
    """The harness in WireViz's YAML; a connector is one end of a cable, named "board CABLE"."""
    words = source()["boards"]
    connectors: dict[str, Any] = {}
    cables: dict[str, Any] = {}
    connections: list[Any] = []
    for cable in reversed(made.cables):  # Graphviz puts the first at the bottom
        ends = [f"{words[board]['en']} {cable.name}" for board in (cable.start, cable.end)]
        for board, name in zip((cable.start, cable.end), ends, strict=True):
            connectors[name] = {
                "type": words[board]["en"],
                "pinlabels": [_place(made, net, board) for net in cable.nets],
            }
            connectors[name]["hide_disconnected_pins"] = False
            connectors[name]["show_name"] = False
        cables[cable.name] = _cable(cable)
        count = f"1-{len(cable.nets)}"
        connections.append([{ends[0]: [count]}, {cable.name: [count]}, {ends[1]: [count]}])
    whole = {
        "options": {"fontname": "arial", "bgcolor": "WH", "color_mode": "FULL"},
        "connectors": connectors,
        "cables": cables,
        "connections": connections,
    }
    text: str = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=120)
    return text


def _cable(cable: Cable) -> dict[str, Any]:
    return {
        "type": cable.note or "stranded wire",
        "gauge": f"{cable.awg} AWG",
        "show_equiv": True,
        "length": cable.length_mm / 1000,
        "colors": list(cable.colors),
        "wirelabels": list(cable.nets),
    }


def _place(made: Build, net: str, board: str) -> str:
    """Where a conductor ends on a board: the pins there, at most two by name."""
    pins = [pin for pin in made.nets[net] if made.parts[pin.partition(".")[0]].board == board]
    shown = [pin.replace("U1.", "GPIO") if pin.removeprefix("U1.").isdigit() else pin for pin in pins]
    return " ".join(shown[:2]) + (f" +{len(shown) - 2}" if len(shown) > 2 else "")


def svg(made: Build) -> str:
    """The drawing; RuntimeError where Graphviz is missing."""
    from wireviz import wireviz

    if MISSING:
        raise RuntimeError(MISSING)
    drawn: str = wireviz.parse(yaml.safe_load(plan(made)), return_types="svg")
    return drawn
