"""Recording stand-ins for the chip's parts, to look at a single driver: what was set, in which order, what raises.

Belongs here: Pin, PWM, NeoPixel, I2C with ADS1115 converters behind it. Does not: a world with time (world_fixture.py).
"""

import importlib

from simulator.inside import lent


class Chip:
    """`done`: everything that was done, in order. `refuses`: (pin, "value" or "init") -> what it raises, once each."""

    def __init__(self):
        self.done = []
        self.levels = {}  # what comes out of a pin, None for an input
        self.inputs = {}  # what goes into a pin
        self.pixels = []  # as shown since the last write()
        self.refuses = {}
        self.pwm = []
        self._modules = None

    def driver(self, name):
        """A fresh import of curfew.hardware.<name> on this chip."""
        chip = self

        class Pin:
            IN, OUT, PULL_UP = 1, 3, 2

            def __init__(self, number, mode=-1, pull=-1, value=None):
                self.number = number
                chip.done.append(("pin", number, mode, pull, value))
                chip.levels[number] = value if mode == Pin.OUT else None

            def init(self, mode=-1, pull=-1, value=None):
                chip._maybe_raise(self.number, "init")
                chip.done.append(("init", self.number, mode))
                chip.levels[self.number] = value if mode == Pin.OUT else None

            def value(self, level=None):
                chip._maybe_raise(self.number, "value")
                if level is None:
                    return chip.inputs.get(self.number, 1)
                chip.done.append(("value", self.number, level))
                chip.levels[self.number] = level
                return None

        class PWM:
            def __init__(self, pin, freq=0, duty_u16=0):
                chip.done.append(("pwm", pin.number, freq, duty_u16))

            def freq(self, value):
                chip.pwm.append(("freq", value))

            def duty_u16(self, value):
                chip.pwm.append(("duty", value))

        class NeoPixel:
            def __init__(self, pin, count):
                self.waiting = [None] * count

            def __setitem__(self, index, colour):
                self.waiting[index] = tuple(colour)

            def write(self):
                chip.done.append(("write",))
                chip.pixels = list(self.waiting)

        machine = type("machine", (), {"Pin": Pin, "PWM": PWM})
        neopixel = type("neopixel", (), {"NeoPixel": NeoPixel})
        with lent({"machine": machine, "neopixel": neopixel}):
            return importlib.import_module("curfew.hardware." + name)

    def _maybe_raise(self, number, what):
        errors = self.refuses.get((number, what))
        if errors:
            raise errors.pop(0)


class Bus:
    """An I2C bus with converters: uv[address][channel] is what is there, codes override it; conversions take ticks."""

    def __init__(self):
        self.code = {}  # address -> the code of the next conversion read
        self.done = []
        self.ready = True
        self.error = None

    def writeto(self, address, buffer):
        if self.error:
            raise self.error
        self.done.append(("write", address, bytes(buffer)))
        return len(buffer)

    def readfrom_mem_into(self, address, register, buffer):
        if self.error:
            raise self.error
        self.done.append(("read", address, register))
        if register == 1:
            buffer[0], buffer[1] = (0x80 if self.ready else 0), 0x83
        else:
            code = self.code.get(address, 0)
            buffer[0], buffer[1] = code >> 8 & 0xFF, code & 0xFF
