"""What each part of wiring.yaml is in SPICE: by its `model`, or by the unit of its value.

Belongs here: elements and the model cards, with their sources. Does not: what the chip does in time (whole.py), faults.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from wiring.model import Part
from wiring.rules import ISO_MOST_V

# Diodes: BAV199 and 1N4148 as in makers' SPICE files, from memory; the clamp is any silicon of that size.
# The relay is the IM's data sheet: 4.5 V and 145 ohm, operates at 3.38 V and releases at 0.45 V (23 degrees C).
# Its older edition says 3.15 V.
CARDS = """.model DBAV D(IS=1e-14 N=1.05 RS=1.5 CJO=2p TT=800n EG=1.11 XTI=3)
.model D4148 D(IS=2.52n N=1.752 RS=0.568 CJO=4p TT=20n)
.model DTVS D(IS=1e-13 N=1 RS=0.5 CJO=30p BV=6.5)
.model DPAD D(IS=1e-14 N=1 RS=5)
.model PFET PMOS(LEVEL=1 VTO=-0.9 KP=2.2 LAMBDA=0.01 RD=0.03)
.model NPN NPN(IS=4e-14 BF=250 RB=10 RC=0.3 RE=0.1 CJE=40p CJC=12p TF=0.6n VAF=60)
.model CONTACT CSW(IT=13.2m IH=10.1m RON=30m ROFF=1e9)
.model PRESSED SW(VT=0.5 VH=0.1 RON=0.1 ROFF=1e10)
.model PIN SW(VT=0.5 VH=0.1 RON=40 ROFF=1e10)
.model PHOTO CSW(IT=1.5m IH=0.5m RON=1 ROFF=1e10)"""
COIL_OHM, COIL_H = 145, 0.15
OPERATE_MA, RELEASE_MA = 23.3, 3.1
UNITS = {"Ω": 1.0, "kΩ": 1e3, "MΩ": 1e6, "µF": 1e-6, "nF": 1e-9}
STOVE = {"emf_v": 25e-3, "tc_ohm": 30e-3, "coil_ohm": 20e-3}  # simulator/plant/plant.py; host_tests compares them

Nets = Mapping[str, str]  # of one part: pin to node


def value_of(part: Part) -> float | None:
    """Ohms or farads of a part with a value; None for what has none."""
    found = re.fullmatch(r"([\d.]+) ([kM]?Ω|[µn]F)", part.value)
    return float(found[1]) * UNITS[found[2]] if found else None


def _two(part: Part, nets: Nets, value: float) -> list[str]:
    return [f"{part.ref[0]}{part.ref} {' '.join(nets[pin] for pin in part.pins)} {value:.6g}"]


def _relay(ref: str, n: Nets) -> list[str]:
    return [f"L{ref} {n['+']} {ref}_l {COIL_H}", f"R{ref} {ref}_l {ref}_s {COIL_OHM}", f"V{ref} {ref}_s {n['-']} 0",
            f"W{ref}a {n['11']} {n['14']} V{ref} CONTACT", f"W{ref}b {n['21']} {n['24']} V{ref} CONTACT",
            f"R{ref}a {n['12']} 0 1e12", f"R{ref}b {n['22']} 0 1e12"]  # fmt: skip


def _comparator(ref: str, n: Nets) -> list[str]:
    """MCP6541: push-pull, 3.3 mV of its own hysteresis, floats below 1.6 V of supply (data sheet DS21696).

    10 ms instead of its 4 us: a fault that makes an oscillator of it would never end.
    """
    return [f"B{ref}x {ref}x 0 V=tanh((v({n['IN+']})+{{vos}}-v({n['IN-']})+1.65m*v({ref}s))*2e3)",
            f"R{ref}x {ref}x {ref}s 1k", f"C{ref}x {ref}s 0 10u IC=1",
            f"B{ref}o {ref}o 0 V=(v({n['VDD']})-v({n['VSS']}))*(0.5+0.5*v({ref}s))+v({n['VSS']})",
            f"B{ref}i {ref}o {n['OUT']} I=(v({ref}o)-v({n['OUT']}))/(v({n['VDD']},{n['VSS']}) > 1.6 ? 60 : 1e9)",
            f"R{ref}v {n['VDD']} {n['VSS']} 1meg",
            f"R{ref}p {n['IN+']} 0 1e12", f"R{ref}m {n['IN-']} 0 1e12", f"R{ref}q {n['OUT']} 0 1e12"]  # fmt: skip


def _isolator(ref: str, n: Nets) -> list[str]:
    """ISO1540, one direction: what the chip pulls low is low behind the barrier while both sides are fed.

    It fades in over a tenth of a volt and a microsecond: a step has no solution where the line pulls its supply down.
    """

    def on(high: str, low: str, least_v: float) -> str:
        return f"(0.5+0.5*tanh(20*(v({high},{low})-{least_v})))"

    live = f"{on(n['VCC1'], n['GND1'], 2.2)}*{on(n['VCC2'], n['GND2'], 2.2)}"
    lines = [f"R{ref}b {n['GND1']} {n['GND2']} 1e11", f"C{ref}b {n['GND1']} {n['GND2']} 1p",
             f"R{ref}v {n['VCC1']} {n['GND1']} 1.5k", f"R{ref}w {n['VCC2']} {n['GND2']} 1.5k"]  # fmt: skip
    for line in ("SDA", "SCL"):
        one, two = n[line + "1"], n[line + "2"]
        pulled = f"(1-{on(one, n['GND1'], 0.8)})"
        lines += [f"B{ref}{line} {ref}{line}x 0 V={pulled}*{live}", f"R{ref}{line}x {ref}{line}x {ref}{line}g 1k",
                  f"C{ref}{line}g {ref}{line}g 0 1n",
                  f"B{ref}{line}o {two} {n['GND2']} I=v({two},{n['GND2']})*(1e-9+0.02*v({ref}{line}g))",
                  f"R{ref}{line} {one} {n['GND1']} 1e9"]  # fmt: skip
    return lines


def _isolated_supply(ref: str, n: Nets) -> list[str]:
    """Unregulated, at its highest, 10 ohm; 1e10 ohm and 20 pF over the barrier (MEE1: 1 kV)."""
    return [f"E{ref} {ref}e {n['VOUT-']} {n['VIN']} {n['GND']} {ISO_MOST_V / 5}", f"R{ref} {ref}e {n['VOUT+']} 10",
            f"R{ref}i {n['VIN']} {n['GND']} 250", f"R{ref}b {n['GND']} {n['VOUT-']} 1e10",
            f"C{ref}b {n['GND']} {n['VOUT-']} 20p"]  # fmt: skip


def _regulator(ref: str, n: Nets) -> list[str]:
    """MCP1702: takes from its input what it gives, 0.25 A at most; 10 nF, or an open output would have no state."""
    inside, out = f"v({n['IN']},{n['GND']})", f"v({n['OUT']},{n['GND']})"
    return [f"B{ref} {n['IN']} {n['OUT']} I=max(0, min(min(3.3, {inside}-0.1)-{out}, 0.25))",
            f"R{ref}i {n['IN']} {n['GND']} 1meg", f"R{ref}o {n['OUT']} {n['GND']} 1meg",
            f"C{ref}o {n['OUT']} {n['GND']} 10n"]  # fmt: skip


def _converter(ref: str, n: Nets) -> list[str]:
    """ADS1115 at +-0.256 V: 710 kohm at each input (SBAS444), 0.2 mA of supply."""
    lines = [f"R{ref}v {n['VDD']} {n['GND']} 16k", f"R{ref}d {n['SDA']} {n['GND']} 1e9",
             f"R{ref}c {n['SCL']} {n['GND']} 1e9", f"R{ref}a {n['ADDR']} {n['GND']} 1e9"]  # fmt: skip
    return lines + [f"R{ref}{pin} {n[pin]} {n['GND']} 710k" for pin in ("A0", "A1", "A2", "A3")]


MODELS: dict[str, Callable[[str, Nets], list[str]]] = {
    "supply": lambda ref, n: [f"V{ref} {ref}v {n['GND']} PWL(0 0 5m {{v5}})", f"R{ref} {ref}v {n['5V']} 0.1"],
    "socket": lambda ref, n: [f"R{ref}{pin} {n[pin]} 0 1e12" for pin in ("CC1", "CC2")],
    "relay": _relay,
    "NPN": lambda ref, n: [f"Q{ref} {n['c']} {n['b']} {n['e']} NPN"],
    "PFET": lambda ref, n: [f"M{ref} {n['d']} {n['g']} {n['s']} {n['s']} PFET W=1 L=1",
                            f"R{ref}g {n['g']} {n['s']} 1e12", f"R{ref}d {n['d']} {n['s']} 1e9"],
    "DBAV": lambda ref, n: [f"D{ref}a {n['a']} {n['m']} DBAV", f"D{ref}b {n['m']} {n['k']} DBAV"],
    "D4148": lambda ref, n: [f"D{ref} {n['a']} {n['k']} D4148"],
    "DTVS": lambda ref, n: [f"D{ref} {n['a']} {n['k']} DTVS"],
    "switch": lambda ref, n: [f"S{ref} {n['1']} {n['2']} press_{ref} 0 PRESSED"],
    "terminal": lambda ref, n: [f"R{ref}{pin} {n[pin]} 0 1e12" for pin in n],
    "load": lambda ref, n: [f"V{ref} {ref}v {n['1']} 12", f"R{ref} {ref}v {n['2']} 1k", f"R{ref}e {n['1']} 0 1e9"],
    "thermocouple": lambda ref, n: [f"V{ref} {ref}e {n['shell']} {STOVE['emf_v']}",
                                    f"R{ref} {ref}e {n['inner']} {STOVE['tc_ohm']}"],
    "magnet": lambda ref, n: [f"V{ref} {n['inner']} {ref}i 0", f"R{ref} {ref}i {n['nut']} {STOVE['coil_ohm']}"],
    "lug": lambda ref, n: [f"R{ref} {n['box']} {n['stove']} 13m", f"R{ref}e {n['stove']} 0 1e9"],
    "pixel": lambda ref, n: [f"R{ref} {n['vdd']} {n['vss']} 250", f"R{ref}i {n['din']} {n['vss']} 1e9",
                             f"B{ref} {ref}o {n['vss']} V=v({n['din']},{n['vss']}) > 0.7*v({n['vdd']},{n['vss']}) ? "
                             f"v({n['vdd']},{n['vss']}) : 0", f"R{ref}o {ref}o {n['dout']} 100"],
    "buffer": lambda ref, n: [f"B{ref} {ref}o {n['GND']} "
                              f"V=(v({n['A']},{n['GND']}) > 2) && (v({n['OE']},{n['GND']}) < 0.8) "
                              f"? v({n['VCC']},{n['GND']}) : 0", f"R{ref} {ref}o {n['Y']} 50",
                              f"R{ref}a {n['A']} {n['GND']} 1e10", f"R{ref}e {n['OE']} {n['VCC']} 1e7",
                              f"R{ref}v {n['VCC']} {n['GND']} 1meg"],
    "buzzer": lambda ref, n: [f"C{ref} {n['1']} {n['2']} 20n", f"R{ref} {n['1']} {n['2']} 1meg"],
    "comparator": _comparator,
    "isolator": _isolator,
    "isolated supply": _isolated_supply,
    "regulator": _regulator,
    "converter": _converter,
    "display": lambda ref, n: [f"R{ref} {n['VCC']} {n['GND']} 330", f"R{ref}c {n['VCC']} {n['CLK']} 10k",
                               f"R{ref}d {n['VCC']} {n['DIO']} 10k"],
    "photo relay": lambda ref, n: [f"D{ref} {n['A']} {ref}k DPAD", f"V{ref} {ref}k {n['K']} 0.6",
                                   f"W{ref} {n['1']} {n['2']} V{ref} PHOTO"],
}  # fmt: skip


def elements(part: Part, nets: Nets) -> list[str]:
    """The SPICE lines of one part. Raises KeyError for a part that has neither a value nor a model."""
    value = value_of(part)
    return MODELS[part.row["model"]](part.ref, nets) if value is None else _two(part, nets, value)


def known(parts: Iterator[Part]) -> Iterator[str]:
    """The refs of parts that SPICE has no model for, but the chip."""
    for part in parts:
        model = part.row.get("model")
        if value_of(part) is None and model != "chip" and model not in MODELS:
            yield part.ref
