"""ngspice as the judge of the pump's model: the same parts, diodes with curves, a comparator, one edge after the other.

Here: simulator/plant/charge_pump.py beside a deck. Not here: tolerances (test_pump.py).
"""

import re
import shutil
import subprocess

import pytest

from curfew.core import limits
from simulator.plant import charge_pump
from wiring import pump

PARTS = charge_pump.PARTS
EDGES = 25  # rises, one each PERIOD_S, from 20 ms on
DECK = """* the pump of the pulse drive; the pin stays {stuck} after its last edge
.options reltol=1e-4 abstol=1e-13 vntol=1e-6 method=gear
.model DB D(IS=1e-14 N=1.05 RS=1.5 CJO=2p TT=800n EG=1.11 XTI=3)
Vpin pin 0 PWL({points})
Rpin pin pump 40
R3 pump ac 220
C2 ac mid {c2_f} IC=0
D2 0 mid DB
D3 mid dc DB
C3 dc 0 {c3_f} IC=0
R4 dc 0 {r4_ohm}
R9 mid 0 {r9_ohm}
.ic v(dc)=0 v(mid)=0
.tran 2m {stop_s} 0 2m uic
.control
run
meas tran top FIND v(dc) AT={last_s}
meas tran off WHEN v(dc)={off_v} FALL=LAST
quit
.endc
.end
"""


def spice(stuck, stop_s, **changes):
    """(volts on C3 before the last rise, seconds from that rise until it is at the lower threshold)."""
    if shutil.which("ngspice") is None:
        pytest.skip("needs ngspice")
    points, half_s = ["0 0"], limits.TICK_MS / 1000
    for edge in range(2 * EDGES if stuck == "low" else 2 * EDGES - 1):
        at_s, high = half_s * (edge + 1), edge % 2 == 0
        points += [f"{at_s:.6f} {0 if high else PARTS['pin_v']}", f"{at_s + 1e-6:.6f} {PARTS['pin_v'] if high else 0}"]
    last_s = half_s * (2 * EDGES - 1)
    off_v, _ = charge_pump.thresholds_v(PARTS)
    values = {**PARTS, **changes, "stuck": stuck, "stop_s": stop_s, "last_s": last_s - 1e-3, "off_v": off_v}
    deck = DECK.format(points=" ".join(points), **values)
    done = subprocess.run(["ngspice", "-b", "/dev/stdin"], input=deck, capture_output=True, text=True, timeout=50)
    found = {key: float(value) for key, value in re.findall(r"^(top|off)\s*=\s*([-+0-9.eE]+)", done.stdout, re.M)}
    return found["top"], found["off"] - last_s


@pytest.mark.parametrize("stuck", ["low", "high"])
def test_spice_lets_the_coils_go_when_the_model_does_whatever_level_the_pin_keeps(stuck):
    top_v, off_s = spice(stuck, 6)
    assert off_s == pytest.approx(pump.drop_out_s(PARTS), rel=0.05)
    assert top_v == pytest.approx(pump.fallen_v(PARTS, pump.kept_v(PARTS), pump.PERIOD_S), abs=0.2)
    assert pump.FROM_S < off_s < pump.TO_S


def test_spice_agrees_that_without_r9_a_pin_stuck_high_feeds_them_three_times_as_long():
    _, off_s = spice("high", 16, r9_ohm=1e12)
    made = charge_pump.Pump({**PARTS, "r9_ohm": 1e12})
    for tick in range(2 * EDGES):
        made.step(limits.TICK_MS)
        made.pin(1 - tick % 2)
    made.pin(1)
    model_ms = next(ms for ms in range(0, 20_000, limits.TICK_MS) if made.step(limits.TICK_MS) or not made.on)
    assert off_s > 7
    assert off_s == pytest.approx(model_ms / 1000, rel=0.05)
