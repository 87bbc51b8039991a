"""The supply comes, goes and sags: does a contact close that no one asked for, does the coil get its volts hot?"""

from collections.abc import Iterator
from dataclasses import replace

from wiring.model import Build
from wiring.spice import run, whole
from wiring.spice.whole import Conditions, Fault

COURSES = {  # the 5 V of the supply in time
    "slow": "PWL(0 0 1 5)",
    "fast": "PWL(0 0 1m 5)",
    "brown-out": "PWL(0 0 5m 5 1.5 5 2.0 3 3.0 3 3.05 5)",
    "off and on": "PWL(0 0 5m 5 1.2 5 1.25 0 1.6 0 1.61 5)",
}
# V at the coil: the worst supply, its cable (AWG 22, 3 m of copper at 0.45 A), the board's 5 V and ground as if all of
# both lay in series (a test compares), Q1 and Q11; the relay's data sheet at 23 degrees C. Copper is judged at 60
# degrees C of the controller and what a coil that was on adds: 150 K/W and 0.17 W.
WORST_V5, CABLE_OHM, BOARD_OHM, BURST_A = 4.75, 0.16, 0.6, 0.45
OPERATE_V, DATA_C, WARM_C = 3.38, 23, 85.5


def deck(made: Build, course: str, enable: str = "off") -> str:
    """No edge of the pump but one glitch at 50 ms; enable: "off", or "stuck" high. `most_a`: the coil's most."""
    fault = Fault("stuck", whole.CHIP, (_relay_pin(made), "high")) if enable == "stuck" else Fault()
    lines = [_course(line, course) for line in whole.lines(made, fault, Conditions())]
    return run.deck(f"supply {course}, enable {enable}", lines, ".tran 2m 4 0 4m uic",
                    ["let p_coil=i(VK1)", "meas tran most_a MAX p_coil FROM=0 TO=4"])  # fmt: skip


def running(made: Build, course: str) -> str:
    """The program runs as in whole.py while the supply does that; `after_a`: the coil's most from 2 s on."""
    lines = [_course(line, course, keep_pump=True) for line in whole.lines(made, Fault(), Conditions())]
    return run.deck(f"running, supply {course}", lines, ".tran 2m 7 0 4m uic",
                    ["let p_coil=i(VK1)", "meas tran end_a FIND p_coil AT=6.9"])  # fmt: skip


def hot_coil(made: Build) -> tuple[str, float]:
    """A deck whose `coil_v` is the worst at a coil, and what the relay needs warm, V."""
    at_board_v = WORST_V5 - (CABLE_OHM + BOARD_OHM) * BURST_A
    conditions = replace(Conditions(), v5=at_board_v, celsius=60)
    needed_v = OPERATE_V * (1 + 0.00393 * (WARM_C - DATA_C))
    lines = list(whole.lines(made, Fault(), conditions))
    wanted = ["let p_v=v(n_vcoil)-v(n_coil1)", "meas tran coil_v FIND p_v AT=0.98"]
    return run.deck("coil at the worst supply", lines, ".tran 2m 1 0 4m uic", wanted), needed_v


def _relay_pin(made: Build) -> str:
    return next(pin.partition(".")[2] for pin in made.nets["RELAY1"] if pin.startswith(whole.CHIP))


def _course(line: str, course: str, keep_pump: bool = False) -> str:
    """A line of the whole deck with that course of the supply, and the pump's pin silent but for one glitch."""
    if line.startswith("VPS1 "):
        return line.partition("PWL")[0] + COURSES[course]
    pump = line.startswith("Vu1_") and line.count(" 3.3") > 5
    return line.partition("PWL")[0] + "PWL(0 0 50m 0 50.01m 3.3 60m 3.3 60.01m 0)" if pump and not keep_pump else line


def undriven(made: Build) -> Iterator[str]:
    """Every pin of the chip that could close a contact, floating for ever: the same deck with the chip never booted."""
    lines = [
        "Vboot booted 0 0" if line.startswith("Vboot ") else line for line in whole.lines(made, Fault(), Conditions())
    ]
    yield run.deck(
        "pins float", lines, ".tran 2m 2 0 4m uic", ["let p_coil=i(VK1)", "meas tran most_a MAX p_coil FROM=0 TO=2"]
    )
