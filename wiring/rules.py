"""What every build must keep: whole nets, pins that suit the chip, and no part beyond its ratings.

A rule says what breaks it in one line with part, net, chip and limit. Levels are upper bounds, not a simulation: a net
without a level of its own has the highest one beside it.
"""

from collections.abc import Callable, Iterator

from tools.board.installation import core
from wiring.model import Build, Part, WiringError

pins = core("pins")
CHIP = "U1"
ISO_MOST_V = (
    6.3  # 5 V, and 15 % above full load at a tenth of it, 6 % for an input of 5.25 V, 3 % of accuracy: U6's sheet
)
LEVELS_V = {"5V": 5.25, "3V3": 3.4, "GND": 0.0, "ISO_5V": ISO_MOST_V, "ISO_3V3": 3.4, "ISO_GND": 0.0, "CHASSIS": 0.0,
            "HOOD_1": 60.0, "HOOD_2": 60.0}  # at most, net by net  # fmt: skip
CHIP_V = 3.4  # at most, at a pin of the chip
# Pins behind a barrier: what is in front of it does not come there.
FAR = {"relay": ("11", "12", "14", "21", "22", "24"), "isolator": ("VCC2", "SDA2", "SCL2", "GND2"),
       "isolated supply": ("VOUT+", "VOUT-"), "photo relay": ("1", "2")}  # fmt: skip
OHMS = {"Ω": 1.0, "kΩ": 1e3, "MΩ": 1e6}
SETTINGS = {"CLK": "display_clk_pin", "DIO": "display_dio_pin"}  # of the others: net_pin


def ohms(part: Part) -> float | None:
    """Of a resistor, or of the coil of a relay; None for what is neither."""
    number, _, unit = part.value.partition(" ")
    return float(number) * OHMS[unit] if unit in OHMS else part.row.get("coil_ohm")


def sides(made: Build, part: Part) -> list[dict[str, str]]:
    """Pin to net of a part, in front of its barrier and behind it; open pins are left out."""
    nets = {pin: net for pin in part.pins for net, members in made.nets.items() if f"{part.ref}.{pin}" in members}
    far = FAR.get(part.row.get("model", ""), ())
    return [{pin: net for pin, net in nets.items() if (pin in far) == behind} for behind in (False, True)]


def levels(made: Build) -> dict[str, float]:
    """What each net may have at most, V."""
    fixed = {net: CHIP_V for net, members in made.nets.items() if any(pin.startswith(CHIP + ".") for pin in members)}
    fixed |= LEVELS_V
    found = {net: fixed.get(net, 0.0) for net in made.nets}
    around = [set(side.values()) for ref, part in made.parts.items() if ref != CHIP for side in sides(made, part)]
    changed = True
    while changed:
        changed = False
        for nets in around:
            top = max((found[net] for net in nets), default=0.0)
            for net in nets - fixed.keys():
                changed |= top > found[net]
                found[net] = max(found[net], top)
    return found


def _whole_nets(made: Build) -> Iterator[str]:
    seen: dict[str, str] = {}
    for net, members in made.nets.items():
        if len(members) < 2:
            yield f"net {net}: only {', '.join(members)}; a net joins two pins or more"
        for pin in members:
            ref, _, name = pin.partition(".")
            if ref not in made.parts or name not in made.parts[ref].pins:
                yield f"{pin}: net {net}: no part of this build has that pin"
            if pin in seen:
                yield f"{pin}: on net {seen[pin]} and on net {net}; a pin has one function"
            seen[pin] = net
    there = {f"{part.ref}.{name}" for part in made.parts.values() for name in part.pins}
    for pin in sorted(there - set(seen) ^ made.free):
        yield f"{pin}: on no net, or named as open although it is on one"
    for cable in made.cables:
        for net in cable.nets:
            for board in (cable.start, cable.end):
                if not any(made.parts[pin.partition(".")[0]].board == board for pin in made.nets.get(net, ())):
                    yield f"cable {cable.name}: net {net} has nothing on the {board}"


def _pins_of_the_chip(made: Build) -> Iterator[str]:
    own = pins.row(made.chip)
    for net, members in made.nets.items():
        for pin in members:
            ref, _, name = pin.partition(".")
            if ref == CHIP and name.isdigit():
                role = net.rstrip("0123456789")
                suited = pins.allowed(own, SETTINGS.get(role, role.lower() + "_pin"))
                if int(name) not in suited:
                    yield (f"{pin}: net {net}: not one of the pins {', '.join(map(str, suited))} of an {made.chip}"
                           + pins.refusal(made.chip, int(name)))  # fmt: skip


def _ratings(made: Build) -> Iterator[str]:
    level = levels(made)
    front = {ref: sides(made, part)[0] for ref, part in made.parts.items()}
    for ref, part in made.parts.items():
        nets = {pin: net for side in sides(made, part) for pin, net in side.items()}
        name, row, ohm = part.row["en"]["name"].split(",")[0], part.row, ohms(part)
        if part.value and not {"bears_w", "bears_v"} & set(row):
            yield f"{ref} ({name}): no rating: bears_w of a resistor, bears_v of everything else"
        if ohm and "bears_w" in row:
            watts = max(level[net] for net in nets.values()) ** 2 / ohm
            if watts > row["bears_w"]:
                on = " and ".join(nets.values())
                yield f"{ref} ({name}): nets {on}: up to {watts:.2g} W, bears {row['bears_w']} W"
        for pin, bears_v in row.get("bears_v", {}).items():
            if level[nets[pin]] > bears_v:
                yield f"{ref}.{pin} ({name}): net {nets[pin]}: up to {level[nets[pin]]:g} V, bears {bears_v} V"
        for pin, bears_ma in row.get("bears_ma", {}).items():
            for one in filter(str.isdigit, nets) if pin == "gpio" else [pin]:
                fed_ma = _fed_ma(made, level, front, ref, nets[one])
                if fed_ma > bears_ma:
                    yield f"{ref}.{one} ({name}): net {nets[one]}: up to {fed_ma:.0f} mA, bears {bears_ma} mA"


def _fed_ma(made: Build, level: dict[str, float], front: dict[str, dict[str, str]], ref: str, net: str) -> float:
    """What resistors and coils bring into a net at most, or take out of it, besides a part; front: of sides()."""
    found = 0.0
    for other, ends in front.items():
        ohm = ohms(made.parts[other])
        if ohm and other != ref and net in ends.values():
            found += 1000 * max(level[end] for end in ends.values()) / ohm
    return found


RULES: tuple[Callable[[Build], Iterator[str]], ...] = (_whole_nets, _pins_of_the_chip, _ratings)


def check(made: Build) -> None:
    """Raise WiringError with the first line that a rule has to say."""
    for rule in RULES:
        for line in rule(made):
            raise WiringError(f"{made.name}, {made.chip}: {line}")
