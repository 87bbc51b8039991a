"""The millivolt loop: a thermocouple drives a current through leads, a contact and the coil of a magnet.

Runs on MicroPython and CPython with equal results: plain float arithmetic. Units: microvolts over milliohms are
milliamperes; tenths of a degree.
"""

from math import log

AMBIENT_DC = 250  # of the cold end, and of a tip without a flame
FLAME_DC = 6000  # tip in a full flame


def emf_at(emf_uv, tip_dc):
    """Open-circuit voltage in uV of a tip at tip_dc, when emf_uv is that of a full flame."""
    return emf_uv * (tip_dc - AMBIENT_DC) / (FLAME_DC - AMBIENT_DC)


def loop_ma(emf_uv, source_mohm, contact_mohm, coil_mohm):
    """Current in mA. source_mohm: thermocouple with all leads; contact_mohm None: an open contact, no current."""
    if contact_mohm is None:
        return 0.0
    return emf_uv / (source_mohm + contact_mohm + coil_mohm)


def time_to_rise_ms(tip_heat_ms, full_ma, wanted_ma):
    """How long a flame that lights a cold tip needs until the loop carries wanted_ma; None: it never does.

    full_ma: the current of the heated tip, tip_heat_ms: its time constant.
    """
    if full_ma <= wanted_ma:
        return None
    return tip_heat_ms * log(full_ma / (full_ma - wanted_ma))


def time_to_fall_ms(tip_cool_ms, full_ma, wanted_ma):
    """How long after the flame is gone a hot tip still drives wanted_ma; 0 when it never did."""
    if full_ma <= wanted_ma:
        return 0.0
    return tip_cool_ms * log(full_ma / wanted_ma)
