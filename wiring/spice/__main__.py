"""Every deck and every single fault: python -m wiring.spice [--quick]

Writes wiring/spice/faults.json (not with --quick) and says what each rule of the circuit came to. Exit status 1 when a
rule is broken, 2 without ngspice.
"""

import sys
import time
from collections.abc import Iterator

from wiring.budget import Loop
from wiring.model import Build, WiringError
from wiring.source import build
from wiring.spice import faults, loop, ramps, run, sparks, tolerances, whole
from wiring.spice.parts import OPERATE_MA, STOVE
from wiring.spice.whole import Conditions, Fault

QUICK_DRAWS, DRAWS = 6, 200
Row = tuple[str, str, bool]  # rule, what SPICE says, whether it holds


def decks() -> Iterator[Row]:
    """Every rule that one deck decides."""
    basic, full = build("basic"), build("full")
    for made in (basic, full):
        for stuck in ("low", "high"):
            one = run.measured(whole.deck(made, conditions=Conditions(stuck=stuck)))
            off_s = faults.times(one, one)["off_" + stuck]
            yield (
                f"{made.name}: coil supply ends 2 to 4 s after the last edge, pin {stuck}",
                f"{off_s:.2f} s",
                2 <= off_s <= 4,
            )
    cold, hot = (run.measured(loop.current(Loop(), aged))["loop_a"] * 1000 for aged in (False, True))
    yield "loop with joints holds, old tip and hot copper, too", f"{cold:.0f} and {hot:.0f} mA", hot > Loop().hold_ma
    for henry in (5e-6, 500e-6):
        one = run.measured(loop.opening(full, henry))
        yield (f"opening with {henry * 1e6:g} uH leaves nothing on the sense lead after 20 ms",
               f"{-one['peak_v']:.0f} V at the contact, {one['later_v'] * 1e6:.2f} uV later",
               abs(one["later_v"]) < 10e-6)  # fmt: skip
    read_v = run.measured(whole.deck(full))["tc_open_v"]
    yield ("the sense network and the converter's input take less than 3 % of a reading",
           f"{100 * (1 - read_v / STOVE['emf_v']):.2f} %", 0.97 < read_v / STOVE["emf_v"] < 1)  # fmt: skip
    shift_v = run.measured(loop.cross_talk(3e-3))["shift_v"]
    yield (
        "a burning neighbor over 3 mOhm of body moves a reading by less than 1 mV",
        f"{shift_v * 1e3:.2f} mV",
        abs(shift_v) < 1e-3,
    )
    bare, kept = (run.measured(sparks.button(full, protected))["pin_a"] for protected in (False, True))
    yield (
        "8 kV on a button drive less than 5 A into the chip",
        f"{max(kept, 0):.2f} A (without protection {bare:.0f} A)",
        kept < 5,
    )
    wired, apart = (run.measured(sparks.body(isolated)) for isolated in (False, True))
    yield ("a spark through the body passes the controller as less current than over a wire",
           f"{apart['box_a']:.1f} of {wired['box_a']:.1f} A; {apart['between_v']:.0f} V for ns over the barrier",
           apart["box_a"] < wired["box_a"])  # fmt: skip
    left_v = run.measured(sparks.beside(full))["left_v"]
    yield (
        "a spark beside the loop leaves less than 0.1 mV for the converter",
        f"{left_v * 1e6:.1f} uV",
        abs(left_v) < 1e-4,
    )
    for course in ramps.COURSES:
        most_a = run.measured(ramps.deck(basic, course))["most_a"]
        yield (
            f"supply {course}, one glitch on the pump, pins as the program left them: no coil",
            f"{most_a * 1e3:.3f} mA",
            most_a * 1e3 < OPERATE_MA,
        )
    for course in ("brown-out", "off and on"):
        end_a = run.measured(ramps.running(basic, course))["end_a"]
        yield f"running, supply {course}: the coil is off at the end", f"{end_a * 1e3:.3f} mA", end_a * 1e3 < OPERATE_MA
    for deck in ramps.undriven(basic):
        most_a = run.measured(deck)["most_a"]
        yield "every pin floats: no coil", f"{most_a * 1e3:.3f} mA", most_a * 1e3 < OPERATE_MA
    deck, needed_v = ramps.hot_coil(basic)
    coil_v = run.measured(deck)["coil_v"]
    yield "the coil picks up warm at the worst supply", f"{coil_v:.2f} V, {needed_v:.2f} needed", coil_v > needed_v
    for supply in faults.SUPPLIES:
        worst_ma = max(_injected_ma(full, supply, at) for at in faults.LOOPS)
        yield f"1 Ohm from {supply} to the loop gives the magnet less than 40 mA", f"{worst_ma:.4f} mA", worst_ma < 40


def _injected_ma(made: Build, supply: str, at: str) -> float:
    one = run.measured(whole.deck(made, Fault("bridge", "", (supply, at), 1.0)))
    return max(one["in_idle_a"], one["in_burn_a"]) * 1000


def drawn(count: int) -> Row:
    """The Monte Carlo run as a rule."""
    times = tolerances.let_go_s(build("basic"), count)
    return (
        f"{count} controllers drawn, 0 to 70 degrees C",
        f"{times[0]:.2f} to {times[-1]:.2f} s",
        times[0] >= 2 and times[-1] <= 4,
    )


def main(args: list[str]) -> int:
    """The command line."""
    if args not in ([], ["--quick"]):
        print("spice: the only option is --quick", file=sys.stderr)
        return 2
    started, bad = time.monotonic(), 0
    try:
        rows = [*decks(), drawn(QUICK_DRAWS if args else DRAWS)]
        found = None if args else faults.record(lambda text: print(text, flush=True))
    except (run.SpiceError, WiringError) as error:
        print(f"spice: {error}", file=sys.stderr)
        return 2
    for rule, said, holds in rows:
        bad += not holds
        print(f"{'ok ' if holds else 'RED'}  {rule}: {said}")
    if found:
        unseen = [name for name, row in found["faults"].items() if row["key"] in faults.NEVER]
        bad += len(unseen)
        said = f"{len(found['faults'])}, unnoticed or dangerous: {', '.join(unseen) or 'none'}"
        print(f"{'RED' if unseen else 'ok '}  single faults: {said}")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
