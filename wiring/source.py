"""wiring.yaml as Python: the pin map, and a build's parts, nets and cables with every burner written out."""

import pickle
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from wiring import rules
from wiring.model import Build, Cable, Part, Row

FILE = Path(__file__).parent / "wiring.yaml"
BUILDS = ("basic", "full", "c3")


@cache
def _parsed(text: str) -> bytes:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where the package has it
    return pickle.dumps(yaml.load(text, loader))


def source() -> Row:
    """wiring.yaml as it stands; each caller may change its own."""
    read: Row = pickle.loads(_parsed(FILE.read_text("utf-8")))
    return read


def fitting(each: str | int) -> Row:
    """The first of wiring.yaml's fittings that is counted by that."""
    return next(row for row in source()["fittings"] if row["each"] == each)


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
    """The build of that name, written out. Raises WiringError when it breaks one of the rules (rules.py)."""
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
        frozenset(pin for text in plan["open"] for pin in _spread(text, places)),
        settings_of(_pins(read["pins"], plan), plan),
    )
    rules.check(made)
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
