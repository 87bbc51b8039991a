"""What reaches the converter beside a burner's own millivolts: noise, hum, offset, spikes, sparks, shared ground.

One conversion at a time, as the ADS1115 takes it: the mean over its conversion time. Microvolts, milliseconds.
Sources: conversion time 1/128 s, ADS1115 data sheet SBAS444; mains 50 or 60 Hz +-0.5 Hz, EN 50160;
start of a conversion +-0.5 ms in its tick and every amplitude: assumed, no stove was measured.
"""

from math import cos, pi

CONVERSION_MS = 7.8125
JITTER_US = 500
SIDES = ("tc", "magnet")


class Sensing:
    """The sense leads and converter inputs of one burner; index 0 is the thermocouple side, 1 the magnet side."""

    def __init__(self):
        self.leads = ["ok", "ok"]  # ok, open or short
        self.noise_uv = 0
        self.offset_uv = [0, 0]
        self.spike_uv = [0, 0]
        self.spikes = [0, 0]  # conversions that are still hit
        self.sparks_uv = [0, 0]
        self.sparks_percent = [0, 0]
        self.hum_uv = [0, 0]  # peak
        self._hum_hz = 50.0
        self._hum_phase = 0.0
        self.ground_of = 0  # whose loop current ...
        self.ground_mohm = 0  # ... flows through this resistance of the common ground

    def set(self, name, side, value):
        """Give one or both sides a value; name: one of the lists above without its unit."""
        for index, one in enumerate(SIDES):
            if side in (one, "both"):
                getattr(self, name)[index] = value

    def hum(self, side, uv, hz, random):
        """Hum begins with an unknown phase; uv 0 ends it."""
        self.set("hum_uv", side, uv)
        self._hum_hz = hz
        self._hum_phase = 2 * pi * random.below(1000) / 1000

    def disturbed(self, side, uv, now_ms, random):
        """One conversion begun now that would give uv, in microvolts."""
        if self.noise_uv:
            uv += random.below(2 * self.noise_uv + 1) - self.noise_uv
        if self.hum_uv[side]:
            uv += self._hum_mean(self.hum_uv[side], now_ms + (random.below(2 * JITTER_US + 1) - JITTER_US) / 1000)
        if self.sparks_uv[side] and random.below(100) < self.sparks_percent[side]:
            uv += self.sparks_uv[side] * (2 * random.below(2) - 1)
        if self.spikes[side]:
            self.spikes[side] -= 1
            uv += self.spike_uv[side]
        return uv + self.offset_uv[side]

    def _hum_mean(self, uv, from_ms):
        turn = 2 * pi * self._hum_hz / 1000  # a millisecond
        from_turn = turn * from_ms + self._hum_phase
        return int(uv * (cos(from_turn) - cos(from_turn + turn * CONVERSION_MS)) / (turn * CONVERSION_MS))
