"""The chip of the desk: pins, converters, watchdog and RTC memory in real time, with the stove at the end of a wire.

Belongs here: the shape of `machine` as far as the firmware uses it, and what the rig sees at the end of each tick.
Does not: the wire's form (wire.py), physics. Nothing here allocates when called from the safety loop.
"""

import gc
import time

import wire

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
_NONE = 255
_levels = bytearray([_NONE] * 40)
cause = PWRON_RESET
rtc_path = ""
box = None  # the firmware's Loop
told = None  # a Snapshot of the rig's own, which nobody's lock can hold up
counting = False
_last_us = 0
_mark = 0


def attach(loop, snapshot, count):
    """From here on every feeding of the watchdog tells of the Loop. count: measure what a tick allocates."""
    global box, told, counting
    snapshot.values = wire.tick
    told = snapshot
    counting = count
    box = loop


def _tick():
    global _last_us, _mark
    record = wire.tick
    now_us = time.ticks_us()
    record[wire.A] = now_us - _last_us if _last_us else 0
    _last_us = now_us
    told.publish(box.controller.burners)
    waiting = wire.waiting
    record[wire.B] = waiting[0] | waiting[1] << 1 | waiting[2] << 2 | waiting[3] << 3
    record[wire.C] = gc.mem_alloc() - _mark if counting else 0
    record[wire.D] = wire.figures[0]
    record[wire.E] = wire.figures[1]
    record[wire.F] = wire.figures[2]
    wire.send(record, wire.TICK)
    if counting:
        _mark = gc.mem_alloc()


class Pin:
    IN = 1
    OUT = 3
    PULL_UP = 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.number = number
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode == Pin.OUT:
            self._drive(1 if value else 0)
        elif mode == Pin.IN and _levels[self.number] == 1:
            self._drive(0)  # floating: the pull-down at the driver wins

    def value(self, level=None):
        if level is None:
            wire.look()
            return 0 if wire.inputs[wire.LOW_PINS] >> self.number & 1 else 1
        self._drive(1 if level else 0)

    def _drive(self, level):
        if _levels[self.number] != level:
            _levels[self.number] = level
            wire.say(wire.PIN, self.number, level)


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0):
        pass

    def freq(self, value):
        pass

    duty_u16 = freq


class I2C:
    """A bus with the ADS1115 converters on it: a conversion takes 8 ms and holds what was there when it began."""

    OK, STALE, ERROR = 0, 1, 2

    def __init__(self, bus, scl, sda, freq=400000, timeout=50000):
        self._code = [0, 0]
        self._begun_ms = [0, 0]

    def _converter(self, address):
        number = address - 0x48
        if not 0 <= number <= 1 or wire.inputs[wire.BUS + number] == I2C.ERROR:
            raise OSError(19)
        return number

    def writeto(self, address, buffer):
        wire.look()
        number = self._converter(address)
        if buffer[0] == 1 and buffer[1] & 0x80:
            self._code[number] = wire.inputs[wire.CODES + 4 * number + (buffer[1] >> 4 & 3)]
            self._begun_ms[number] = time.ticks_ms()
        return len(buffer)

    def readfrom_mem_into(self, address, register, buffer):
        number = self._converter(address)
        if register == 1:
            done = time.ticks_ms() - self._begun_ms[number] >= 8
            buffer[0] = 0x80 if done and wire.inputs[wire.BUS + number] == I2C.OK else 0
            buffer[1] = 0x83
        else:
            buffer[0] = self._code[number] >> 8 & 0xFF
            buffer[1] = self._code[number] & 0xFF


class WDT:
    """The host is the dog: it ends this process when nothing feeds it."""

    def __init__(self, timeout=5000):
        wire.say(wire.WATCH, timeout)

    def feed(self):
        _tick()


class RTC:
    """Kept in a file outside the flash, which the host clears when the power goes."""

    def __init__(self):
        self._file = open(rtc_path, "r+b")  # noqa: SIM115

    def memory(self, data=None):
        self._file.seek(0)
        if data is None:
            return self._file.read()
        self._file.write(data)


def reset():
    """The host starts the chip again, and ends this process."""
    wire.say(wire.RESET)
    wire.park()


def reset_cause():
    return cause


def unique_id():
    return b"\x24\x0a\xc4\x12\xab\x0f"
