"""wiring.yaml as Python: the pin map, and a build's parts, nets and cables with every burner written out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "wiring.yaml"
BUILDS = ("basic", "full", "c3")
Row = dict[str, Any]
SUPPLIES_V = {"5V": 5.25, "VCOIL": 5.25, "3V3": 3.4, "ISO_5V": 5.6, "ISO_3V3": 3.4}  # at most, net by net


class WiringError(ValueError):
    """wiring.yaml contradicts itself; the message names the part, net or cable."""


@dataclass(frozen=True)
class Part:
    """One part of a build. pins: of the chip, only those that a net uses; row: its words in wiring.yaml."""

    ref: str
    board: str
    value: str
    pins: tuple[str, ...]
    row: Row


@dataclass(frozen=True)
class Cable:
    """One cable between two boards; nets and colors (WireViz's, IEC 60757) conductor by conductor."""

    name: str
    start: str
    end: str
    nets: tuple[str, ...]
    colors: tuple[str, ...]
    awg: int
    length_mm: int
    note: str
    at: str  # the part of the board on which it ends; "J" and its name for a header of its own


@dataclass(frozen=True)
class Build:
    """One of BUILDS. nets: name to the pins on it, "R11.2"; settings: what to change in firmware/settings.json."""

    name: str
    burners: int
    groups: tuple[str, ...]
    parts: dict[str, Part]
    nets: dict[str, tuple[str, ...]]
    cables: tuple[Cable, ...]
    settings: Row

    def net_of(self, pin: str) -> str:
        """The net on which a pin sits; KeyError when it is open."""
        for net, pins in self.nets.items():
            if pin in pins:
                return net
        raise KeyError(pin)


def source() -> Row:
    """wiring.yaml as it stands."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where the package has it
    read: Row = yaml.load(FILE.read_text("utf-8"), loader)
    return read


def _belongs(row: Row, groups: tuple[str, ...]) -> bool:
    return row.get("with", row.get("group", "core")) in groups


def _pins(pins: list[Row], plan: Row) -> Row:
    """The pins of a build by role; those of relays and buttons are lists, by burner."""
    found: Row = {"relay": [], "button": []}
    for row in pins:
        if row["burner"] is None:
            found[row["role"]] = row["pin"]
        else:
            found[row["role"]].append(row["pin"])
    return {**found, **plan.get("pins", {})}


def _places(pins: Row, burners: int, settings: Row) -> list[Row]:
    """What the names in braces stand for, burner by burner."""
    box = {
        **pins,
        "clk": settings.get("display_clk_pin"),
        "dio": settings.get("display_dio_pin"),
        "hood": settings.get("hood_pin"),
    }
    return [
        {
            **box,
            "n": index + 1,
            "tc": 2 * index,
            "magnet": 2 * index + 1,
            "relay": pins["relay"][index],
            "button": pins["button"][index],
        }
        for index in range(burners)
    ]


def _spread(text: str, places: list[Row]) -> list[str]:
    """The text once, or once a burner when it names one."""
    return list(dict.fromkeys(text.format(**place) for place in places))


def build(name: str) -> Build:
    """The build of that name, written out and checked.

    Raises WiringError when a pin is on two nets or on none, a net has one pin or an unknown one, a supply is above what
    a pin bears, or a conductor leads where its net is not.
    """
    read = source()
    plan = read["builds"][name]
    groups = tuple(plan["groups"])
    places = _places(_pins(read["pins"], plan), plan["burners"], plan["settings"])

    nets: dict[str, list[str]] = {}
    for row in read["nets"]:
        if not _belongs(row, groups):
            continue
        for place in places:
            members = nets.setdefault(row["net"].format(**place), [])
            for text in row["pins"]:
                pin = text.format(**place)
                if pin not in members:
                    members.append(pin)

    used = [pin.split(".")[1] for pins in nets.values() for pin in pins if pin.startswith("U1.")]
    parts: dict[str, Part] = {}
    for row in read["parts"]:
        if not _belongs(row, groups):
            continue
        pins = tuple(dict.fromkeys(used)) if "gpio" in row["pins"] else tuple(row["pins"])
        for text in row["refs"]:
            for ref in _spread(text, places):
                parts[ref] = Part(ref, row["board"], row.get("value", ""), pins, row)

    made = Build(
        name,
        plan["burners"],
        groups,
        parts,
        {net: tuple(pins) for net, pins in nets.items()},
        tuple(_cables(read["cables"], groups, places)),
        settings_of(_pins(read["pins"], plan), plan),
    )
    _check(made, plan["open"], places)
    return made


def settings_of(pins: Row, plan: Row) -> Row:
    """What a build says in settings.json: its chip, drive and pins, and its burners."""
    burners = [
        {"relay_pin": pins["relay"][index], "button_pin": pins["button"][index], "sensor": "sensor" in plan["groups"]}
        for index in range(plan["burners"])
    ]
    return {**plan["settings"], "burners": burners}


def _cables(rows: list[Row], groups: tuple[str, ...], places: list[Row]) -> Iterator[Cable]:
    """Rows of one name are one cable; of the colors, those of conductors that a build lacks stay unused."""
    found: dict[str, Row] = {}
    for row in rows:
        if not _belongs(row, groups):
            continue
        for place in places:
            cable = found.setdefault(row["name"].format(**place), {**row, "nets": {}})
            for text, color in zip(row["nets"], row["colors"], strict=True):
                colors = [color] if isinstance(color, str) else color
                cable["nets"].setdefault(text.format(**place), colors[(place["n"] - 1) % len(colors)])
    for name, row in found.items():
        nets, colors = tuple(row["nets"]), tuple(row["nets"].values())
        note = row.get("note", "")
        at = places[int(name[-1]) - 1 if "{n}" in row["name"] else 0]
        ends = row.get("at", "J" + name).format(**at)
        yield Cable(name, row["from"], row["to"], nets, colors, row["awg"], row["length_mm"], note, ends)


def _check(made: Build, free: list[str], places: list[Row]) -> None:
    seen: dict[str, str] = {}
    for net, pins in made.nets.items():
        if len(pins) < 2:
            raise WiringError(f"{made.name}: net {net}: only {pins}; a net joins two pins or more")
        for pin in pins:
            ref, _, name = pin.partition(".")
            if ref not in made.parts or name not in made.parts[ref].pins:
                raise WiringError(f"{made.name}: net {net}: {pin}: no part of this build has that pin")
            if pin in seen:
                raise WiringError(f"{made.name}: {pin}: on {seen[pin]} and on {net}")
            seen[pin] = net
    for ref, part in made.parts.items():
        for name, bears_v in part.row.get("bears_v", {}).items():
            net = seen.get(f"{ref}.{name}", "")
            if SUPPLIES_V.get(net, 0.0) > bears_v:
                name_v = f"{part.row['en']['name']}: net {net} has up to {SUPPLIES_V[net]:g} V"
                raise WiringError(f"{made.name}: {ref}.{name}: {name_v}, and the pin bears {bears_v:g} V")
    there = {f"{part.ref}.{name}" for part in made.parts.values() for name in part.pins}
    for pin in sorted(there - set(seen) ^ {pin for text in free for pin in _spread(text, places)}):
        raise WiringError(f"{made.name}: {pin}: on no net, or named as open although it is on one")
    for cable in made.cables:
        for net in cable.nets:
            for board in (cable.start, cable.end):
                if not any(made.parts[pin.partition(".")[0]].board == board for pin in made.nets.get(net, ())):
                    raise WiringError(f"{made.name}: cable {cable.name}: {net} has nothing on the {board}")
