"""The pulse drive's hardware: a pump that only edges fill, a capacitor that empties, a comparator with two thresholds.

The circuit once, for the simulated controller (world.py) and the choice of its parts (wiring/pump.py); the references
are those of wiring/wiring.yaml. Runs on MicroPython and CPython with equal results. Volts, ohms, farads, seconds,
amperes.

A rising edge lifts C2 by the pin's swing and shares its charge with C3 through D3; a falling one empties C2 through D2
and gives C3 nothing. R3 makes both last about a millisecond, which is nothing in a tick of 20 ms. R4 empties C3, R9
empties the node between C2 and the diodes: without it C2 hangs parallel to C3 when the pin stays high, and both take
three times as long. U3 compares C3 with what R5 (to its own 5 V), R6 (to ground) and R7 (to its own output,
which makes two thresholds of one) set. R4, R5
and R6 are two resistors each (R54, R55, R56): the values are those of both together.
"""

from math import exp

PARTS = {
    "c2_f": 4.7e-6,
    "c3_f": 4.7e-6,
    "r4_ohm": 340e3,
    "r5_ohm": 340e3,
    "r6_ohm": 28e3,
    "r7_ohm": 150e3,
    "r9_ohm": 100e3,
    "pin_v": 3.3,  # high level of the pump pin
    "supply_v": 5.0,  # of the comparator and its reference; its output while the coils are off
    "diode_v": 0.5,  # what D2 and D3 keep of a swing, each
    "leak_a": 0.0,  # out of C3 besides R4; negative: into it, as through a leaking C2
    "offset_v": 0.0,  # of the comparator
}
_STEP_MS = 20  # of the arithmetic: what D3 carries between two edges is shared this often


def share(parts):
    """How much of what is missing on C3 one rising edge brings, of 1."""
    return parts["c2_f"] / (parts["c2_f"] + parts["c3_f"])


def tau_s(parts):
    """Time constant of C3 and R4."""
    return parts["c3_f"] * parts["r4_ohm"]


def node_tau_s(parts):
    """Time constant of C2 and R9."""
    return parts["c2_f"] * parts["r9_ohm"]


def thresholds_v(parts):
    """(off, on): below the first the coils drop out, above the second they are fed."""
    to_supply, to_ground, to_output = 1 / parts["r5_ohm"], 1 / parts["r6_ohm"], 1 / parts["r7_ohm"]
    all_of_it = to_supply + to_ground + to_output
    off_v = parts["supply_v"] * to_supply / all_of_it
    return off_v + parts["offset_v"], off_v + parts["supply_v"] * to_output / all_of_it + parts["offset_v"]


class Pump:
    """Shared by all burners with relay_drive "pulse". `volts` on C3, `node_v` at C2 and the diodes, `on`: coils fed.

    bridged: something feeds the coils beside the pump.
    """

    def __init__(self, parts, bridged=False):
        self.volts = 0.0
        self.node_v = 0.0
        self.on = False
        self._level = 0
        self._edges = 0
        self.become(parts, bridged)

    def become(self, parts, bridged):
        """A part breaks, or is repaired: its charge stays."""
        self._bridged = bridged
        self._swing_v = parts["pin_v"]
        self._diode_v = parts["diode_v"]
        self._share = share(parts)
        self._tau_s = tau_s(parts)
        self._node_tau_s = node_tau_s(parts)
        self._rest_v = -parts["leak_a"] * parts["r4_ohm"]  # where C3 would end without edges
        self._off_v, self._on_v = thresholds_v(parts)

    def pin(self, level):
        """The pump pin has this level; edges are only counted, because the tick that did it may not allocate."""
        if level != self._level:
            self._edges += 1
        self._level = level

    def step(self, dt_ms):
        """Let the edges since the last step happen, discharge for dt_ms, and let the comparator decide."""
        while self._edges > 0:
            up = (self._edges & 1) == self._level  # the last of them led to the level of now
            self._edges -= 1
            self.node_v += self._swing_v if up else -self._swing_v
            self._conduct()
        while dt_ms > 0:
            part_s = min(dt_ms, _STEP_MS) / 1000
            dt_ms -= _STEP_MS
            self.volts = max(self._rest_v + (self.volts - self._rest_v) * exp(-part_s / self._tau_s), 0.0)
            self.node_v *= exp(-part_s / self._node_tau_s)
            self._conduct()
        self.on = self._bridged or self.volts > (self._off_v if self.on else self._on_v)

    def _conduct(self):
        """D3 shares charge until the node is one diode above C3; D2 keeps it from going further below ground."""
        more_v = self.node_v - self._diode_v - self.volts
        if more_v > 0:
            self.volts += more_v * self._share
            self.node_v = self.volts + self._diode_v
        self.node_v = max(self.node_v, -self._diode_v)
