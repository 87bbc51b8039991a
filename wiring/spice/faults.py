"""Every single fault of every part in the whole deck, and what the runs say: effect and what notices it.

Belongs here: which faults there are, how a run is judged, the record faults.json. Does not: the words (table.py).
"""

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from wiring.model import Build
from wiring.source import build
from wiring.spice import parts, run, whole
from wiring.spice.whole import Conditions, Fault

FILE = Path(__file__).parent / "faults.json"
FROM_S, TO_S = 2.0, 4.0  # after the last edge: DESIGN's limits of the dead-man circuit
INJECTED_A = 0.04  # a magnet drops out below 80 mA; half of it
HOLDS_A, DROPS_A = 0.15, 0.08
HIGH_V, LOW_V = 2.475, 0.8  # what the chip surely reads as high (0.75 of 3.3 V) and as low
DEAD_MAN = re.compile(r"PUMP|VCOIL|SUPPLY|COIL1|BASE1|RELAY1|5V$|GND$")  # nets on which the level of a hung pin matters
NEVER = ("injects", "closes", "silent")  # what no single fault may be
SUPPLIES = ("5V", "3V3", "VCOIL", "PUMP_OUT", "ISO_5V", "ISO_3V3", "ISO_NEG")
LOOPS = ("LOOP_TC1", "LOOP_MAG1")
Measured = dict[str, float]


def _is_judged(ref: str) -> bool:
    """Burner 2 repeats burner 1; the stove's own parts and the supply are not ours to fail."""
    return not re.fullmatch(r"[A-Z]+2\d?|(TC|MG|PS)\d", ref) or ref in ("C2", "D2", "U2", "R2")


def every(made: Build) -> Iterator[Fault]:
    """Each pin open, each pair of pins of a part short or leaking, each supply bridged to the loop, a stuck enable."""
    for ref, part in made.parts.items():
        if not _is_judged(ref):
            continue
        used = [pin for pin in part.pins if any(f"{ref}.{pin}" in pins for pins in made.nets.values())]
        yield from (Fault("open", ref, (pin,)) for pin in used if (ref, pin) != (whole.CHIP, "GND"))  # has 3 contacts
        if ref != whole.CHIP:
            nets = {pin: made.net_of(f"{ref}.{pin}") for pin in used}
            for one, other in combinations(used, 2):
                if nets[one] != nets[other]:
                    yield Fault("short", ref, (one, other))
                    yield Fault("leak", ref, (one, other))
    for pin in made.parts[whole.CHIP].pins:
        if pin.isdigit() and re.fullmatch("RELAY1", made.net_of(f"{whole.CHIP}.{pin}")):
            yield from (Fault("stuck", whole.CHIP, (pin, level)) for level in ("low", "high"))
    for supply in SUPPLIES:
        if supply in made.nets:
            yield from (Fault("bridge", "", (supply, loop), 1.0) for loop in LOOPS)


def touches_dead_man(made: Build, fault: Fault) -> bool:
    """Whether the level of the hung pump pin can matter for it."""
    if not fault.ref:
        return True
    pins = [f"{fault.ref}.{pin}" for pin in fault.pins]
    return any(DEAD_MAN.match(net) for net, members in made.nets.items() if set(pins) & set(members))


def measure(made: Build, faults: list[Fault]) -> list[tuple[Measured, Measured]]:
    """Of each fault the run with the pin stuck low and the one with it stuck high (the same where it cannot matter)."""
    jobs = [(fault, "low") for fault in faults]
    jobs += [(fault, "high") for fault in faults if touches_dead_man(made, fault)]
    found = run.all_measured(whole.deck(made, fault, Conditions(stuck=stuck)) for fault, stuck in jobs)
    by = {(str(fault), stuck): one for (fault, stuck), one in zip(jobs, found, strict=True)}
    return [(by[str(fault), "low"], by.get((str(fault), "high"), by[str(fault), "low"])) for fault in faults]


def after_s(one: Measured, stuck: str, key: str, still: str, least: float) -> float:
    """Seconds from the last rise until it was over; infinite while it goes on, 0 when it never began."""
    if one[still] > least:
        return float("inf")
    return max(one.get(key, 0.0) - whole.last_rise_s(Conditions(stuck=stuck)), 0.0)


def times(low: Measured, high: Measured) -> dict[str, float]:
    """When the coil drops out and when the supply pin sees it, s after the last rise, for either level."""
    found = {}
    for stuck, one in (("low", low), ("high", high)):
        found["off_" + stuck] = after_s(one, stuck, "off_s", "end_a", parts.RELEASE_MA / 1000)
        found["down_" + stuck] = after_s(one, stuck, "down_s", "end_v", 1.65)
    return found


def judged(low: Measured, high: Measured) -> str:
    """The key of the worst thing that the two runs show; "none" when nothing changes."""
    m, s = low, times(low, high)
    dead = m["coil_a"] * 1000 < parts.OPERATE_MA
    late = not dead and not all(FROM_S <= s["off_" + stuck] <= TO_S for stuck in ("low", "high"))
    seen = not all(FROM_S <= s["down_" + stuck] <= TO_S for stuck in ("low", "high"))
    rows = (
        ("injects", max(m["in_idle_a"], m["in_burn_a"]) >= INJECTED_A),
        ("off", m["five_v"] < 4.0 or m["three_v"] < 2.7),
        ("closes", m["boot_a"] * 1000 >= parts.OPERATE_MA),
        ("driver", m["idle_a"] * 1000 >= parts.OPERATE_MA),
        ("conducts", m["open_a"] >= DROPS_A),
        ("bridged", m["supply_before_v"] > LOW_V),
        ("dead", dead and m["supply_up_v"] < HIGH_V),
        ("weak", late and seen),
        ("silent", late),
        ("untested", m["supply_up_v"] < HIGH_V or seen),
        ("cold", dead or m["hold_a"] < HOLDS_A),
        *_sensor(m),
        ("button stuck", m["button_up_v"] < HIGH_V),
        ("button", m["button_down_v"] > LOW_V),
        ("light", m["pixel_low_v"] > 0 or m["pixel_high_v"] < 0),
        ("buzzer", m["buzzer_low_v"] > LOW_V or m["buzzer_high_v"] < 2),
        ("display", min(m.get("clk_high_v", 3.3), m.get("dio_high_v", 3.3)) < HIGH_V),
        ("display", max(m.get("clk_low_v", 0), m.get("dio_low_v", 0)) > LOW_V),
        ("alarm", m.get("alarm_closed_v", 0) > LOW_V),
        ("alarm dead", m.get("alarm_open_v", 3.3) < HIGH_V),
        ("presence", m.get("presence_closed_v", 0) > LOW_V or m.get("presence_open_v", 3.3) < HIGH_V),
        ("hood", m.get("hood_off_a", 0) > 1e-3 or m.get("hood_on_a", 1) < 5e-3),
    )  # fmt: skip
    return next((key for key, holds in rows if holds), "none")


def _sensor(m: Measured) -> Iterator[tuple[str, bool]]:
    """What the firmware makes of the converter's readings: limits.py has the millivolts."""
    if "tc_open_v" not in m:
        return
    yield "bus", any(m[f"{line}_high_v"] < 0.7 * 3.3 or m[f"{line}_low_v"] > LOW_V for line in ("sda", "scl"))
    yield "weld", m["mag_open_v"] > 2e-3
    yield "contact", m["mag_burn_v"] < 0.4e-3 and m["tc_burn_v"] > 4e-3
    yield "blind", m["tc_open_v"] < 5e-3
    yield "range", not -8e-3 < m["tc_open_v"] < 60e-3 or not -8e-3 < m["mag_burn_v"] < 60e-3
    yield "reads", not 0.95 < m["tc_open_v"] / 24.4e-3 < 1.05


def source_hash(made: Build) -> str:
    """What the record depends on: the deck without a fault, how faults are chosen and judged."""
    text = whole.deck(made) + Path(__file__).read_text("utf-8")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def recorded() -> dict[str, Any]:
    """faults.json: source (a hash), and of each fault its key and times."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def record(tell: Any = print) -> dict[str, Any]:
    """Run every fault of the full build and write faults.json."""
    made = build("full")
    faults = list(every(made))
    tell(f"{len(faults)} faults")
    rows: dict[str, Any] = {}
    for fault, (low, high) in zip(faults, measure(made, faults), strict=True):
        shown = {key: round(value, 2) if value < 1e9 else "never" for key, value in times(low, high).items()}
        injected_ma = round(max(low["in_idle_a"], low["in_burn_a"]) * 1000, 3)
        rows[str(fault)] = {"ref": fault.ref, "kind": fault.kind, "pins": list(fault.pins), "key": judged(low, high),
                            "injected_ma": injected_ma, **shown}  # fmt: skip
    source = source_hash(made)
    body = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    FILE.write_text('{"source": "' + source + '", "faults": {\n' + body + "\n}}\n", "utf-8")
    return {"source": source, "faults": rows}
