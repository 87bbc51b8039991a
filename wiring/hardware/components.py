"""What sits on the board: each part of a build, its footprint from KiCad's libraries, its nets pad by pad.

Belongs here: headers of cables, the sockets of the ESP32 board, pads and their shapes. Does not: where (places.py).
"""

import os
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sin
from pathlib import Path

from wiring import source
from wiring.hardware import sexpr
from wiring.model import Build, Part, Row, WiringError

LIBRARY = Path(os.environ.get("KICAD_FOOTPRINTS", "/usr/share/kicad/footprints"))
MISSING = None if LIBRARY.is_dir() else "no footprints of KiCad 9: sh tools/hardware_packages.sh"
HEADER = "Connector_JST:JST_XH_B{count}B-XH-A_1x{count:02d}_P2.50mm_Vertical"
SOCKET = "Connector_PinSocket_2.54mm:PinSocket_1x19_P2.54mm_Vertical"
HOLE = "MountingHole:MountingHole_3.2mm_M3"
NOT_FOUND = ("not found", "search by maker and type")
# ESP32-DevKitC, 38 pins, seen from above, antenna up: Espressif's "ESP32-DevKitC V4 getting started", J2 and J3.
DEVKIT = {
    "U1A": "3V3 EN 36 39 34 35 32 33 25 26 27 14 12 GND 13 9 10 11 5V",
    "U1B": "GND 23 22 1 3 21 GND 19 18 5 17 16 4 0 2 15 8 7 6",
}


@dataclass(frozen=True)
class Pad:
    """One pad on the board, mm: middle, size as it lies, both layers or the front only, drill or 0."""

    number: str
    x: float
    y: float
    width: float
    height: float
    through: bool
    round: bool
    drill: float


@dataclass(frozen=True)
class Component:
    """ref, footprint "library:name", value, and the net of each pad number.

    order: maker and type; lcsc: its number at that house and where the number stands, or "not found".
    """

    ref: str
    footprint: str
    value: str
    nets: dict[str, str]
    part: str  # its ref in wiring.yaml
    order: str = ""
    lcsc: tuple[str, str] = NOT_FOUND

    def tree(self) -> sexpr.Tree:
        """The footprint of the library."""
        return read(self.footprint)

    def pads(self, at: tuple[float, float, float]) -> list[Pad]:
        """Its pads where it stands: x, y in mm, degrees counter-clockwise."""
        x0, y0, turn = at
        found = []
        for pad in sexpr.every(self.tree(), "pad"):
            x, y, *own = map(float, sexpr.find(pad, "at")[1:])
            width, height = map(float, sexpr.find(pad, "size")[1:3])
            if round((turn + (own[0] if own else 0)) / 90) % 2:
                width, height = height, width
            c, s = cos(radians(turn)), sin(radians(turn))
            drill = [float(word) for word in sexpr.find(pad, "drill")[1:] if word.replace(".", "").isdigit()]
            found.append(Pad(pad[1].strip('"'), x0 + x * c + y * s, y0 - x * s + y * c, width, height,
                             pad[2] != "smd", pad[3] == "circle", min(drill) if drill else 0.0))  # fmt: skip
        return found


@cache
def read(footprint: str) -> sexpr.Tree:
    """A footprint of KiCad's libraries. Raises WiringError with one line when it is not there."""
    library, _, name = footprint.partition(":")
    path = LIBRARY / f"{library}.pretty" / f"{name}.kicad_mod"
    if not path.is_file():
        raise WiringError(f"{footprint}: no such footprint in {LIBRARY}: {MISSING or 'see wiring.yaml'}")
    return sexpr.parse(path.read_text("utf-8"))


def components(made: Build) -> list[Component]:
    """Everything on the board of a build, holes included."""
    found = []
    for ref, part in made.parts.items():
        if part.board != "board" or ref == "U1":
            continue
        if "footprint" not in part.row:
            raise WiringError(f"{ref}: no footprint in wiring.yaml")
        pads = part.row.get("pads", {})
        nets = {}
        for pin in part.pins:
            numbers = pads.get(pin, pin)
            for number in numbers if isinstance(numbers, list) else [numbers]:
                nets[str(number)] = _net(made, f"{ref}.{pin}")
        value = part.value or part.row["en"]["name"].split(",")[0]
        found.append(Component(ref, part.row["footprint"], value, nets, ref, *_ordered(part)))
    for ref, names in DEVKIT.items():
        nets = {str(number): _net(made, f"U1.{name}") for number, name in enumerate(names.split(), 1)}
        found.append(Component(ref, SOCKET, "socket 1x19", nets, "U1", *_found(source.fitting("socket"))))
    for cable in made.cables:
        if cable.at == "J" + cable.name and "board" in (cable.start, cable.end):
            nets = {str(number): net for number, net in enumerate(cable.nets, 1)}
            found.append(_header(cable.at, nets))
    found += [Component(f"H{number}", HOLE, "M3", {}, "") for number in range(1, 5)]
    return found


def _ordered(part: Part) -> tuple[str, tuple[str, str]]:
    """Maker and type, with the least that another one must bear where any will do; its number at LCSC."""
    if "order" in part.row or not part.value:
        return _found(part.row)
    watts, volts = part.row.get("bears_w"), part.row.get("bears_v", {}).values()
    order, lcsc = _found(source.source()["types"][part.value])
    return f"{order} or alike, " + (f"1 %, {watts} W" if watts else f"X7R, {max(volts)} V"), lcsc


def _found(row: Row) -> tuple[str, tuple[str, str]]:
    number, at = row.get("lcsc", NOT_FOUND)
    return row.get("order", ""), (number, at)


def _header(ref: str, nets: dict[str, str]) -> Component:
    ordered = _found(source.fitting(len(nets)))
    if len(nets) == 1:  # a lone conductor: a screw terminal
        name = "TerminalBlock_Phoenix:TerminalBlock_Phoenix_PT-1,5-2-3.5-H_1x02_P3.50mm_Horizontal"
        return Component(ref, name, "terminal", {"1": nets["1"], "2": nets["1"]}, "", *ordered)
    return Component(ref, HEADER.format(count=len(nets)), "header", nets, "", *ordered)


def _net(made: Build, pin: str) -> str:
    """The net of a pin; "" when it is open."""
    try:
        return made.net_of(pin)
    except KeyError:
        return ""
