"""The thermocouple loop in SPICE: its current with joints and heat, opening it, and cross-talk of two burners.

Values: wiring/budget.py and wiring.yaml. Assumed: 5 to 500 uH for a magnet, 0.2 to 10 mOhm of body between two nuts.
"""

from wiring.budget import COLD_C, COPPER_PER_K, Loop
from wiring.model import Build
from wiring.spice import run
from wiring.spice.parts import value_of

SENSE_OHM, LOAD_OHM = "R13", "R15"


def current(loop: Loop, aged: bool) -> str:
    """Operating point of the loop, joint by joint; `loop_a` is what the magnet gets."""
    copper = 1 + COPPER_PER_K * (loop.hot_c - COLD_C) if aged else 1.0
    emf_v = loop.emf_mv / 1000 * (20 / 28 if aged else 1)
    values = [loop.tc_mohm, loop.leads_mohm * copper, loop.contact_mohm, *[loop.joint_mohm] * int(loop.joints)]
    lines, at = [f"Vtc n0 0 {emf_v}"], 0
    for at, mohm in enumerate(values):
        lines.append(f"R{at} n{at} n{at + 1} {mohm / 1000}")
    lines += [f"Vm n{at + 1} m 0", f"Rm m 0 {loop.coil_mohm / 1000 * copper}"]
    return run.deck("current of the loop", lines, ".op", ["let loop_a=i(Vm)", "print loop_a"])


def opening(made: Build, henry: float) -> str:
    """The contact opens in 50 ns without an arc: peak at the magnet, and what the converter still reads 20 ms later."""
    sense, load = (value_of(made.parts[ref]) for ref in (SENSE_OHM, LOAD_OHM))
    farad = value_of(made.parts["C11"])
    lines = ["Vtc e 0 25m", "Rtc e e1 30m", "Ltc e1 xtc 0.5u", "Cw1 xtc 0 30p", "S1 xtc xmag ctl 0 SW",
             "Cc xtc xmag 2p",
             ".model SW SW(RON=15m ROFF=1e9 VT=0.5 VH=0.4)", "Vctl ctl 0 PWL(0 1 5m 1 5.00005m 0)", "Cw2 xmag 0 30p",
             "Lw2 xmag mg 0.15u", f"Lm mg mm {henry}", "Rm mm 0 20m"]  # fmt: skip
    for side in ("tc", "mag"):
        lines += [f"Rs{side} x{side} s{side} {sense}", f"Cs{side} s{side} 0 {farad}", f"Rl{side} s{side} 0 {load}"]
    wanted = ["meas tran peak_v MIN v(xmag) FROM=4.99m TO=6m", "meas tran later_v FIND v(smag) AT=25m",
              "meas tran tc_v FIND v(stc) AT=25m"]  # fmt: skip
    return run.deck("opening of the loop", lines, ".tran 20n 30m 0 1u", wanted)


def cross_talk(body_ohm: float) -> str:
    """Burner 1 burns, burner 2 is cold and open; `shift_v` is what its readings move by over the shared body."""
    lines = ["Rg iso nut1 1m", f"Rbody nut1 nut2 {body_ohm}", f"Rr1 sh1 nut2 {body_ohm / 2}", "Rgg nut1 0 1m",
             "Vtc1 e1 sh1 25m", "Rtc1 e1 x1 30m", "Rl1 x1 m1 38.3m", "Rm1 m1 nut1 20m",
             "Rtc2 x2 nut2 30m", "Rs2 x2 a2 10k", "Ra2 a2 iso 415k"]  # fmt: skip
    wanted = ["let shift_v=v(a2)-v(iso)", "let loop_a=(v(m1)-v(nut1))/20m", "print shift_v", "print loop_a"]
    return run.deck("cross-talk", lines, ".op", wanted)
