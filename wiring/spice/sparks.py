"""Sparks and fingers in SPICE: ignition beside the loop, the body lifted by a spark, a discharge into a button.

Values of the world are engineering estimates, named here; those of the circuit are wiring.yaml's. What matters is the
order of magnitude, and what a part of the circuit is good for.
"""

from wiring.model import Build
from wiring.spice import run
from wiring.spice.parts import CARDS, value_of

FINGER_V = 8000  # IEC 61000-4-2, contact discharge, level 4: 150 pF over 330 ohm
SPARK_V, LEAD_F = 12_000, 5e-12  # ignition, and its lead beside the loop's


def button(made: Build, protected: bool = True) -> str:
    """A finger on button 1: `pin_a` into the chip's own clamp; protected: with clamp, resistor and capacitor."""
    ohm, farad = (value_of(made.parts[ref]) for ref in ("R17", "C13"))
    inlet = [f"Rs q pin {ohm}", f"Cs pin 0 {farad}", "Dtvs 0 q DTVS"] if protected else ["Rs q pin 0.01"]
    lines = [CARDS, f"Cz g 0 150p IC={FINGER_V}", "Cq q 0 20p IC=0", "Sx g g2 ct 0 SW", "Vct ct 0 PWL(0 0 1n 0 1.7n 1)",
             ".model SW SW(RON=0.1 ROFF=1e12 VT=0.5 VH=0.1)", "Rz g2 l 330", "Lw l q 0.2u", *inlet, "Cpin pin 0 5p",
             "Dh pin vdd DE", "Dl 0 pin DE", "Vdd vdd 0 3.3", ".model DE D(IS=1e-14 N=1 RS=1)"]  # fmt: skip
    wanted = ["let i_pin=i(Vdd)", "meas tran pin_a MAX i_pin", "meas tran pin_v MAX v(pin)"]
    return run.deck("finger on a button", lines, ".tran 0.05n 300n 0 0.05n uic", wanted)


def body(isolated: bool) -> str:
    """A spark's return lifts the stove's body: volts between converter and chip, A through the controller.

    isolated: 20 pF of barrier between the two grounds, which then carry it; else one wire.
    """
    middle = ["Lw8 body e1x 0.4u", "Rw8 e1x conv 10m"]
    middle += ["Ciso conv esp 20p"] if isolated else ["Lw4 conv w4 0.15u", "Rw4 w4 esp 20m"]
    lines = [f"Cs hv body 60p IC={SPARK_V}", "Vc hvx 0 0", "S1 hv tip ctl 0 SW",
             ".model SW SW(RON=5 ROFF=1e12 VT=0.5 VH=0.1)",
             "Vctl ctl 0 PWL(0 0 20n 0 21n 1)", "Ltip tip ret 0.3u", "Rret ret retx 10", "Lret retx body 0.3u",
             f"Cu hv 0 30p IC={SPARK_V}", "Cbody body 0 100p", "Lbe body pe 2u", "Rbe pe pex 200", "Cpe pex 0 300p",
             *middle,
             "Cbox esp 0 15p", "Lw1 esp sup 1.5u", "Cy sup mains 2.2n", "Lm mains mm 3u", "Rm mm 0 50"]  # fmt: skip
    wanted = [
        "let i_w=abs(i(Lw1))",
        "let v_d=abs(v(conv)-v(esp))",
        "meas tran box_a MAX i_w",
        "meas tran between_v MAX v_d",
    ]
    return run.deck("body lifted by a spark", lines, ".tran 0.2n 3u 0 0.2n uic", wanted)


def beside(made: Build) -> str:
    """One spark in a lead beside the loop: `left_v` is what stays on the converter's capacitor after 60 us."""
    sense, farad = (value_of(made.parts[ref]) for ref in ("R13", "C11"))
    lines = [f"Vs hv 0 PWL(0 {SPARK_V} 1u {SPARK_V} 1.01u 0)", f"Cc hv xt {LEAD_F}", "Rt xt t1 30m", "Lt t1 0 0.5u",
             f"R13 xt st {sense}", "Cp xt st 0.3p", "L11 st st1 8n", f"C11 st1 0 {farad}", "R15 st 0 415k"]  # fmt: skip
    wanted = ["let s_a=abs(v(st))", "meas tran peak_v MAX s_a", "meas tran left_v FIND v(st) AT=59u"]
    return run.deck("spark beside the loop", lines, ".tran 1n 60u 0 1n", wanted)
