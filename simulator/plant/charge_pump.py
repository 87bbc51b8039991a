"""The pulse drive's hardware: a pump that only edges fill, a capacitor that empties, a comparator with two thresholds.

Runs on MicroPython and CPython with equal results. The references are those of wiring/wiring.yaml. Volts, ohms,
farads, seconds, amperes.

A rising edge lifts C2 by the pin's swing and shares charge with C3 through D3; a falling one empties C2 through D2 and
gives C3 nothing. R3 makes both last about a millisecond, which is nothing in a tick of 20 ms. R4 empties C3. U3
compares C3 with what R5 (to 3.3 V), R6 (to ground) and R7 (to its own output, which makes two thresholds of one) set.
"""

from math import exp

PARTS = {
    "c2_f": 4.7e-6,
    "c3_f": 2.2e-6,
    "r4_ohm": 680e3,
    "r5_ohm": 220e3,
    "r6_ohm": 27e3,
    "r7_ohm": 150e3,
    "pin_v": 3.3,  # high level of the pump pin, and the reference: both are the chip's supply
    "supply_v": 5.0,  # of the comparator: its output while the coils are off
    "diode_v": 0.5,  # what D2 and D3 keep of a swing, each
    "leak_a": 0.0,  # out of C3 besides R4; negative: into it, as through a leaking C2
    "offset_v": 0.0,  # of the comparator
}


def full_v(parts):
    """What many edges charge C3 to, when nothing takes from it."""
    return parts["pin_v"] - 2 * parts["diode_v"]


def share(parts):
    """How much of what is missing on C3 one rising edge brings, of 1."""
    return parts["c2_f"] / (parts["c2_f"] + parts["c3_f"])


def tau_s(parts):
    """Time constant of C3 and R4."""
    return parts["c3_f"] * parts["r4_ohm"]


def thresholds_v(parts):
    """(off, on): below the first the coils are let go, above the second they are fed."""
    to_pin, to_ground, to_output = 1 / parts["r5_ohm"], 1 / parts["r6_ohm"], 1 / parts["r7_ohm"]
    all_of_it = to_pin + to_ground + to_output
    off_v = parts["pin_v"] * to_pin / all_of_it
    return off_v + parts["offset_v"], off_v + parts["supply_v"] * to_output / all_of_it + parts["offset_v"]


class Pump:
    """Shared by all burners of a box with relay_drive "pulse". `volts` on C3, `on`: the coils are fed."""

    def __init__(self, parts):
        self.volts = 0.0
        self.on = False
        self._level = 0
        self._rises = 0
        self._full_v = full_v(parts)
        self._share = share(parts)
        self._tau_s = tau_s(parts)
        self._rest_v = -parts["leak_a"] * parts["r4_ohm"]  # where C3 would end without edges
        self._off_v, self._on_v = thresholds_v(parts)

    def pin(self, level):
        """The pump pin has this level; rises are only counted, because the tick that did it may not allocate."""
        if level > self._level:
            self._rises += 1
        self._level = level

    def step(self, dt_ms):
        """Charge by the rises since the last step, discharge for dt_ms, and let the comparator decide."""
        while self._rises > 0:
            self._rises -= 1
            self.volts = self.pumped_v(self.volts)
        self.volts = max(self._rest_v + (self.volts - self._rest_v) * exp(-dt_ms / 1000 / self._tau_s), 0.0)
        self.on = self.volts > (self._off_v if self.on else self._on_v)

    def pumped_v(self, volts):
        """C3 after one rising edge that found it at so many volts."""
        return volts + max(self._full_v - volts, 0.0) * self._share
