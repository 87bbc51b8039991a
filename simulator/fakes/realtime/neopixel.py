"""The pixels of the box: the host is told the colour of each that changes."""

import hooks
import wire


class NeoPixel:
    def __init__(self, pin, count):
        self._colours = [0] * count
        self._told = [-1] * count

    def __setitem__(self, index, colour):
        self._colours[index] = colour[0] << 16 | colour[1] << 8 | colour[2]

    def write(self):
        hooks.trap(hooks.PIXELS)
        for index in range(len(self._colours)):
            if self._colours[index] != self._told[index]:
                self._told[index] = self._colours[index]
                wire.say(wire.PIXEL, index, self._colours[index])
