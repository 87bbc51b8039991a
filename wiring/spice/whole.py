"""One deck of a whole build: every net and part of wiring.yaml, the chip in time, and one fault in it if asked.

The course: pins float (boot), pins low (idle), the pump runs with every enable low, burner 1 is enabled, its button is
pressed, and at STOP_S the program hangs: the pump pin stays low or high, the enable stays high.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from wiring.model import Build
from wiring.spice import parts, run

BOOT_S, PUMP_S, ENABLE_S, STOP_S, END_S = 0.1, 0.2, 0.6, 1.0, 7.4
TICK_S = 0.02
SHORT_OHM, LEAK_OHM = 0.1, 10e6
CHIP = "U1"
DRIVEN = ("PIXEL", "BUZZER", "HOOD")  # high from 0.5 to 0.6 s
PULLED = ("SDA", "SCL", "CLK", "DIO")  # pulled low from 0.5 to 0.6 s
READ = ("SUPPLY", "ALARM", "PRESENCE", "BUTTON")
PULSE = "PWL(0 0 0.5 0 0.5001 {v} 0.6 {v} 0.6001 0)"


@dataclass(frozen=True)
class Fault:
    """One fault. kind: none, open (one pin), short or leak (two pins), bridge (two nets), stuck (a pin of the chip)."""

    kind: str = "none"
    ref: str = ""
    pins: tuple[str, ...] = ()
    ohm: float = SHORT_OHM

    def __str__(self) -> str:
        return " ".join((self.ref, self.kind, *self.pins)).strip()


@dataclass(frozen=True)
class Conditions:
    """What may differ between controllers: volts, degrees, factors by ref. stuck: level of the hung pump pin."""

    stuck: str = "low"
    v5: float = 5.0
    v33: float = 3.3
    vos: float = 0.0
    celsius: float = 27.0
    factors: dict[str, float] = field(default_factory=dict)


def node(net: str) -> str:
    """A net's name in SPICE; GND is its zero."""
    return "0" if net == "GND" else "n_" + net.lower()


def of_pins(made: Build, fault: Fault) -> dict[str, dict[str, str]]:
    """Part by part, pin to node; pins on no net, and the one that is open, have nodes of their own."""
    found: dict[str, dict[str, str]] = {ref: {} for ref in made.parts}
    for net, pins in made.nets.items():
        for pin in pins:
            ref, _, name = pin.partition(".")
            found[ref][name] = node(net)
    for ref, part in made.parts.items():
        for name in part.pins:
            found[ref].setdefault(name, f"nc_{ref}_{name}".lower())
    if fault.kind == "open":
        found[fault.ref][fault.pins[0]] = "nc_open"
    return found


def pump_source(conditions: Conditions) -> str:
    """The level of the pump pin: an edge each tick from PUMP_S to STOP_S, then as it is stuck."""
    points, level, at = ["0 0"], 0.0, PUMP_S
    while at < STOP_S - 1e-9:
        points += [f"{at:.6f} {level}", f"{at + 1e-6:.6f} {conditions.v33 - level}"]
        level, at = conditions.v33 - level, at + TICK_S
    wanted = conditions.v33 if conditions.stuck == "high" else 0.0
    if level != wanted:
        points += [f"{at:.6f} {level}", f"{at + 1e-6:.6f} {wanted}"]
    return "PWL(" + " ".join(points) + ")"


def last_rise_s(conditions: Conditions) -> float:
    """When the last rising edge came."""
    edges = round((STOP_S - PUMP_S) / TICK_S)
    rises_last = edges - 1 if edges % 2 else edges - 2
    ends_high = edges % 2 == 1
    return PUMP_S + TICK_S * (edges if conditions.stuck == "high" and not ends_high else rises_last)


def chip(made: Build, pins: dict[str, str], conditions: Conditions, fault: Fault) -> Iterator[str]:
    """What the ESP32 board does at each of its pins."""
    ground = pins["GND"]
    yield f"Ru1 {pins['5V']} {ground} 62"
    if "3V3" in pins:
        yield f"Bu1 u1_33 {ground} V=min({conditions.v33}, max(v({pins['5V']},{ground})-0.3, 0))"
        yield f"Ru1o u1_33 {pins['3V3']} 0.5"
    yield f"Vboot booted 0 PWL(0 0 {BOOT_S} 0 {BOOT_S + 1e-3} 1)"
    for number, at in pins.items():
        if not number.isdigit():
            continue
        net = made.net_of(f"{CHIP}.{number}")
        kind = net.rstrip("0123456789")
        yield f"Ru1_{number} {at} {ground} 1e9"
        if fault.kind == "stuck" and fault.pins[0] == number:
            yield f"Ru1s_{number} {at} {pins['3V3'] if fault.pins[1] == 'high' else ground} 40"
        elif kind in ("RELAY", "PUMP", *DRIVEN):
            level = f"PWL(0 0 {ENABLE_S} 0 {ENABLE_S + 1e-4} {conditions.v33})" if net == "RELAY1" else "0"
            level = (
                pump_source(conditions)
                if kind == "PUMP"
                else PULSE.format(v=conditions.v33)
                if kind in DRIVEN
                else level
            )
            yield f"Vu1_{number} u1_{number} {ground} {level}"
            yield f"Su1_{number} u1_{number} {at} booted 0 PIN"
        elif kind in PULLED:
            yield f"Vu1_{number} u1_{number} 0 {PULSE.format(v=1)}"
            yield f"Su1_{number} {at} {ground} u1_{number} 0 PIN"
        elif kind in READ:
            yield f"Du1h_{number} {at} {pins['3V3']} DPAD"
            yield f"Du1l_{number} {ground} {at} DPAD"


def lines(made: Build, fault: Fault, conditions: Conditions) -> Iterator[str]:
    """The netlist."""
    pins = of_pins(made, fault)
    yield f".options temp={conditions.celsius}"
    yield f".param v5={conditions.v5} vos={conditions.vos}"
    yield parts.CARDS
    for ref, part in made.parts.items():
        if ref == CHIP:
            yield from chip(made, pins[ref], conditions, fault)
            continue
        for line in parts.elements(part, pins[ref]):
            factor = conditions.factors.get(ref)
            head, _, value = line.rpartition(" ")
            yield f"{head} {float(value) * factor:.6g}" if factor else line
        if part.row.get("model") == "switch":
            closed = {
                "S": PULSE.replace("0.5", "0.7").replace("0.6", "0.8").format(v=1),
                "X": "PWL(0 1 0.7 1 0.7001 0 0.8 0 0.8001 1)",
            }
            yield f"Vpress_{ref} press_{ref} 0 {'0' if ref.endswith('1') and ref[0] == 'S' else closed[ref[0]]}"
    for at in sorted({place for names in pins.values() for place in names.values()} - {"0"}):
        yield f"Rfloat_{at} {at} 0 1e13"
    if fault.kind in ("short", "leak"):
        one, other = (pins[fault.ref][pin] for pin in fault.pins)
        yield f"Rfault {one} {other} {LEAK_OHM if fault.kind == 'leak' else fault.ohm}"
    if fault.kind == "bridge":
        yield f"Rfault {node(fault.pins[0])} {node(fault.pins[1])} {fault.ohm}"


def probes(made: Build) -> dict[str, tuple[str, str]]:
    """What is measured: name to expression and how (MAX over an interval, or FIND at a time)."""
    relay = next(part.row for part in made.parts.values() if part.ref == "K1")
    assert relay["model"] == "relay"
    found = {
        "boot_a": ("i(VK1)", f"MAX FROM=0 TO={PUMP_S - 0.01}"),
        "idle_a": ("i(VK1)", f"MAX FROM={PUMP_S} TO={ENABLE_S - 0.01}"),
        "coil_a": ("i(VK1)", "FIND AT=0.98"),
        "open_a": ("i(VMG1)", "FIND AT=0.58"),
        "hold_a": ("i(VMG1)", "FIND AT=0.98"),
        "in_idle_a": ("abs(i(VMG1)+i(VTC1))", "FIND AT=0.58"),
        "in_burn_a": ("abs(i(VMG1)+i(VTC1))", "FIND AT=0.98"),
        "supply_before_v": ("v(n_supply)", f"FIND AT={PUMP_S - 0.01}"),
        "supply_up_v": ("v(n_supply)", "FIND AT=0.59"),
        "supply_v": ("v(n_supply)", "MAX FROM=0.1 TO=7"),
        "button_up_v": ("v(n_button1)", "FIND AT=0.65"),
        "button_down_v": ("v(n_button1)", "FIND AT=0.78"),
        "pixel_low_v": ("v(n_pixel_in)-0.3*v(n_5v)", "FIND AT=0.45"),
        "pixel_high_v": ("v(n_pixel_in)-0.7*v(n_5v)", "FIND AT=0.55"),
        "buzzer_low_v": ("v(n_buzzer_out)", "FIND AT=0.45"),
        "buzzer_high_v": ("v(n_buzzer_out)", "FIND AT=0.55"),
        "five_v": ("v(n_5v)", "FIND AT=0.98"),
        "three_v": ("v(n_3v3)", "FIND AT=0.98"),
    }
    if "sensor" in made.groups:
        for side in ("TC", "MAG"):
            sense = f"v(n_sense_{side.lower()}1)-v(n_iso_gnd)"
            found |= {
                f"{side.lower()}_open_v": (sense, "FIND AT=0.58"),
                f"{side.lower()}_burn_v": (sense, "FIND AT=0.98"),
            }
        for line in ("sda", "scl"):
            found |= {f"{line}_high_v": (f"v(n_iso_{line})-v(n_iso_gnd)", "FIND AT=0.48"),
                      f"{line}_low_v": (f"v(n_iso_{line})-v(n_iso_gnd)", "FIND AT=0.57")}  # fmt: skip
    if "display" in made.groups:
        for line in ("clk", "dio"):
            found |= {
                f"{line}_high_v": (f"v(n_{line})", "FIND AT=0.48"),
                f"{line}_low_v": (f"v(n_{line})", "FIND AT=0.57"),
            }
    if "inputs" in made.groups:
        found |= {"hood_off_a": ("abs(i(VX53))", "FIND AT=0.48"), "hood_on_a": ("abs(i(VX53))", "FIND AT=0.57")}
        for name in ("alarm", "presence"):
            found |= {
                f"{name}_closed_v": (f"v(n_{name})", "FIND AT=0.65"),
                f"{name}_open_v": (f"v(n_{name})", "FIND AT=0.78"),
            }
    return found


def deck(made: Build, fault: Fault = Fault(), conditions: Conditions = Conditions()) -> str:
    """The deck of a build with one fault, or none."""
    wanted = []
    for name, (expression, how) in probes(made).items():
        verb, _, rest = how.partition(" ")
        wanted += [f"let p_{name}={expression}", f"meas tran {name} {verb} p_{name} {rest}"]
    release = f"WHEN p_coil_a={parts.RELEASE_MA / 1000} FALL=LAST"
    wanted += [
        f"meas tran off_s {release}",
        "meas tran down_s WHEN p_supply_up_v=1.65 FALL=LAST",
        f"meas tran end_a FIND p_coil_a AT={END_S - 0.05}",
        f"meas tran end_v FIND p_supply_up_v AT={END_S - 0.05}",
    ]
    title = f"{made.name}: {fault}, pump pin stuck {conditions.stuck}"
    return run.deck(title, lines(made, fault, conditions), f".tran 2m {END_S} 0 10m uic", wanted, 3e-3)
