"""The smallest chip on which main.py runs in real time on the VM, for heap and threads, where a World would be too big.

`tick` is called once a tick, as the watchdog is fed. Every 8 s all buttons are pressed, and 4 s later held. The
thermocouples are hot whenever something conducts. Nothing else works.
"""

RELAY_PINS = 18, 19, 23, 33
tick = None
ticks = 0
rtc = b""
conducting = 0


class Part:
    """Any part of the chip: takes everything, does nothing."""

    IN = OUT = PULL_UP = OPEN_DRAIN = 0

    def __init__(self, number=0, *_, **__):
        self.number = number

    def value(self, level=None):
        global conducting
        if level is None:
            turn = ticks % 400
            return 0 if turn < 10 or 200 <= turn < 260 else 1
        if level and self.number in RELAY_PINS:
            conducting += 1

    def freq(self, value):
        pass

    duty_u16 = init = freq

    def writeto(self, address, buffer):
        self.number = buffer[1] >> 4 & 1

    def readfrom_mem_into(self, address, register, buffer):
        # 12 mV on the thermocouple side while something conducts, half of it on the magnet side.
        buffer[0] = 0x80 if register else (6 >> self.number) if conducting else 0
        buffer[1] = 0

    def feed(self):
        global ticks
        ticks += 1
        tick(ticks)

    def memory(self, data=None):
        global rtc
        if data is not None:
            rtc = data  # not a copy: a tick cannot allocate
        return rtc

    def __setitem__(self, index, colour):
        pass

    def write(self):
        pass


Pin = PWM = I2C = WDT = RTC = NeoPixel = Part


def freq(hz):
    pass


def reset():
    """The end of the run: main.py gave up."""
    raise SystemExit("reset")
