"""Fake of the chip's `machine`: its names and arguments once, for every rig; what happens is up to chip.the.

It offers no call that the port does not have (host_tests/simulator/test_fakes.py). Nothing here allocates when called
from the safety loop, so that the firmware's own allocations can be counted.

chip.the has: alive(name), called first by every call; set_mode(number, mode, value), pin_changed(number, level),
pin_level(number), drain(number, level) of an open-drain pin; tone(hz); bus (of each converter: ok, stale, i2c_error),
input_code(converter, channel), clock_ms(); watch(timeout_ms), feed(); memory(data); reset_now(cause), reset_cause.
transfer(timeout_us, length) is called by every transfer on the bus, and raises what a fault of the bus makes of it.
"""

import chips

import chip

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_UP = 2

    def __init__(self, id, mode=-1, pull=-1, value=None):
        chip.the.alive("Pin")
        self._number = id
        self._drains = mode == Pin.OPEN_DRAIN
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        chip.the.set_mode(self._number, mode, value)

    def value(self, x=None):
        if self._drains:
            return chip.the.drain(self._number, x)
        chip.the.alive("Pin.value")
        if x is None:
            return chip.the.pin_level(self._number)
        chip.the.pin_changed(self._number, x)
        return None


class PWM:
    """The buzzer."""

    def __init__(self, dest, freq=0, duty_u16=0):
        chip.the.alive("PWM")
        self._freq = freq
        self._duty_u16 = duty_u16

    def freq(self, value):
        chip.the.alive("PWM.freq")
        self._freq = value
        chip.the.tone(value if self._duty_u16 else 0)

    def duty_u16(self, value):
        chip.the.alive("PWM.duty_u16")
        self._duty_u16 = value
        chip.the.tone(self._freq if value else 0)


class I2C:
    """A bus with two ADS1115 converters: a conversion takes 8 ms and holds what was there when it began."""

    _CONVERSION_MS = 8

    def __init__(self, id, scl, sda, freq=400000, timeout=50000):
        chip.the.alive("I2C")
        self._timeout_us = timeout
        self._works = chips.i2c_works(timeout, chips.NEW_I2C)
        self._code = [0, 0]
        self._begun_ms = [0, 0]

    def _converter(self, addr, length):
        number = addr - 0x48
        chip.the.transfer(self._timeout_us, length)
        if not self._works or not 0 <= number <= 1 or chip.the.bus[number] == "i2c_error":
            raise OSError(chips.ENODEV)
        return number

    def writeto(self, addr, buf):
        chip.the.alive("I2C.writeto")
        number = self._converter(addr, len(buf))
        if buf[0] == 1 and buf[1] & 0x80:
            self._code[number] = chip.the.input_code(number, buf[1] >> 4 & 3)
            self._begun_ms[number] = chip.the.clock_ms()
        return len(buf)

    def readfrom_mem_into(self, addr, memaddr, buf):
        chip.the.alive("I2C.readfrom_mem_into")
        number = self._converter(addr, 1 + len(buf))
        if memaddr == 1:
            done = (chip.the.clock_ms() - self._begun_ms[number]) & 0x3FFFFFFF >= I2C._CONVERSION_MS
            buf[0] = 0x80 if done and chip.the.bus[number] == "ok" else 0
            buf[1] = 0x83
        else:
            buf[0] = self._code[number] >> 8 & 0xFF
            buf[1] = self._code[number] & 0xFF


class WDT:
    def __init__(self, timeout=5000):
        chip.the.alive("WDT")
        chip.the.watch(timeout)

    def feed(self):
        chip.the.alive("WDT.feed")
        chip.the.feed()


_clock = [2000, 1, 1, 0, 0, 0, 0, 0]  # of the chip, as RTC.datetime() has it: 2000 after every start


class RTC:
    def datetime(self, datetimetuple=None):
        if datetimetuple is None:
            return tuple(_clock)
        _clock[:] = datetimetuple
        return None

    def memory(self, data=None):
        chip.the.alive("RTC.memory")
        return chip.the.memory(data)


def reset():
    chip.the.alive("machine.reset")
    chip.the.reset_now("hard")


def reset_cause():
    return chip.the.reset_cause


def mem_backup(region=0):
    """The bytes of RTC.memory() without its length: all of them, whatever was written."""
    chip.the.alive("RTC.memory")
    data = chip.the.memory(None)
    return memoryview(bytes(data) + bytes(chips.RTC_MEMORY_B - len(data)))


def freq(hz):
    if hz > chips.CHIPS[0].highest_mhz * 1000000:
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")


def unique_id():
    return b"\x24\x0a\xc4\x12\xab\x0f"
