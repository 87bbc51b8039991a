"""Stand-in for the chip's `machine`: same names and arguments, the World behind them.

Belongs here: the shape of the interface, as far as the firmware uses it. Does not: behaviour of stove or chip.
Nothing here allocates when called from the safety loop, so that the firmware's own allocations can be counted.
"""

import world


class Pin:
    IN = 1
    OUT = 3
    PULL_UP = 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        world.the.alive("Pin")
        self.number = number
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        self._output = mode == Pin.OUT
        if self._output:
            world.the.pin_changed(self.number, 1 if value else 0)
        elif mode == Pin.IN:
            world.the.pin_changed(self.number, 0)  # floating: the pull-down at the driver wins

    def value(self, level=None):
        world.the.alive("Pin.value")
        if level is None:
            return world.the.pin_level(self.number)
        world.the.pin_changed(self.number, level)
        return None


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0):
        world.the.alive("PWM")

    def freq(self, value):
        world.the.alive("PWM.freq")

    def duty_u16(self, value):
        world.the.alive("PWM.duty_u16")


class I2C:
    """A bus with the ADS1115 converters on it: a conversion takes 8 ms and holds what was there when it began."""

    CONVERSION_MS = 8

    def __init__(self, bus, scl, sda, freq=400000, timeout=50000):
        world.the.alive("I2C")
        self._code = [0, 0]
        self._done_ms = [0, 0]

    def _converter(self, address):
        number = address - 0x48
        if not 0 <= number <= 1 or world.the.bus[number] == "i2c_error":
            raise OSError(19)
        return number

    def writeto(self, address, buffer):
        world.the.alive("I2C.writeto")
        number = self._converter(address)
        if buffer[0] == 1 and buffer[1] & 0x80:
            self._code[number] = world.the.input_code(number, (buffer[1] >> 4 & 7) - 4)
            self._done_ms[number] = world.the.now_ms + I2C.CONVERSION_MS
        return len(buffer)

    def readfrom_mem_into(self, address, register, buffer):
        world.the.alive("I2C.readfrom_mem_into")
        number = self._converter(address)
        if register == 1:
            ready = world.the.bus[number] == "ok" and world.the.now_ms >= self._done_ms[number]
            buffer[0] = 0x80 if ready else 0
            buffer[1] = 0x83
        else:
            buffer[0] = self._code[number] >> 8 & 0xFF
            buffer[1] = self._code[number] & 0xFF


class WDT:
    def __init__(self, timeout=5000):
        world.the.alive("WDT")
        world.the.watch(timeout)

    def feed(self):
        world.the.alive("WDT.feed")
        world.the.feed()


class RTC:
    def memory(self, data=None):
        world.the.alive("RTC.memory")
        if data is None:
            return bytes(world.the.rtc)
        if len(world.the.rtc) != len(data):
            world.the.rtc = bytearray(len(data))
        for index in range(len(data)):
            world.the.rtc[index] = data[index]
        return None


def reset():
    world.the.alive("machine.reset")
    world.the.reset_now("hard")
