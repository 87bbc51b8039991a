"""Fake of the chip's `neopixel`; chip.the.pixel(index, color) gets each pixel that changed."""

import chip


class NeoPixel:
    def __init__(self, pin, n):
        self._colours = [0] * n
        self._shown = [-1] * n

    def __setitem__(self, i, v):
        self._colours[i] = v[0] << 16 | v[1] << 8 | v[2]

    def write(self):
        chip.the.alive("NeoPixel.write")
        for index in range(len(self._colours)):
            if self._colours[index] != self._shown[index]:
                self._shown[index] = self._colours[index]
                chip.the.pixel(index, self._colours[index])
