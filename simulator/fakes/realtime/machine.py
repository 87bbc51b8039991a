"""The chip of a box in a process of its own: pins, converters, watchdog, RTC memory; the stove is at the end of a wire.

Belongs here: the shape of `machine` as far as the firmware uses it, and what the rig sees at the end of each tick.
Does not: the wire's form (wire.py), physics, the clock (hooks.py). Nothing here allocates when called from the
safety loop.
"""

import gc
import time

import hooks
import wire
from hooks import trap
from tm1637 import TM1637

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
_fed = 0
_display_pins = []  # the open-drain ones in the order in which they were made: clock, data
_display = TM1637()


def attach(loop, snapshot, count):
    """From here on every feeding of the watchdog tells of the Loop. count: measure what a tick allocates."""
    global box, told, counting
    snapshot.values = wire.tick
    told = snapshot
    counting = count
    box = loop


def sleep(ms):
    """The main thread is about to sleep in stove time: tell the host how the tick ended. B: whether it fed the dog."""
    global _fed
    record = wire.tick
    record[wire.C] = box is not None
    if box is not None:
        told.publish(box.controller.burners)
        record[wire.D] = wire.figures[3]
        record[wire.E] = len(box.controller.burners)  # broken settings leave a box with fewer than its stove
    record[wire.A] = ms
    record[wire.B] = _fed
    _fed = 0
    wire.send(record, wire.SLEEP)


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
    OPEN_DRAIN = 7
    PULL_UP = 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        trap(hooks.PIN)
        self.number = number
        self._display_wire = -1
        if mode == Pin.OPEN_DRAIN:
            if number not in _display_pins:
                _display_pins.append(number)
            self._display_wire = _display_pins.index(number)
            return
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode == Pin.OUT:
            self._drive(1 if value else 0)
        elif mode == Pin.IN and _levels[self.number] == 1:
            self._drive(0)  # floating: the pull-down at the driver wins

    def value(self, level=None):
        if self._display_wire >= 0:
            _display.drive(self._display_wire, level)
            return
        trap(hooks.PIN_VALUE)
        if level is None:
            wire.look()
            return 0 if wire.inputs[wire.LOW_PINS] >> self.number & 1 else 1
        self._drive(1 if level else 0)

    def _drive(self, level):
        if _levels[self.number] != level:
            _levels[self.number] = level
            wire.say(wire.PIN, self.number, level)


class PWM:
    """The buzzer: the host is told what it hears, 0 for silence."""

    def __init__(self, pin, freq=0, duty_u16=0):
        trap(hooks.PWM)
        self._freq = freq
        self._duty_u16 = duty_u16

    def freq(self, value):
        trap(hooks.PWM_FREQ)
        self._freq = value
        self._tell()

    def duty_u16(self, value):
        trap(hooks.PWM_DUTY)
        self._duty_u16 = value
        self._tell()

    def _tell(self):
        wire.say(wire.TONE, self._freq if self._duty_u16 else 0)


class I2C:
    """A bus with the ADS1115 converters on it: a conversion takes 8 ms and holds what was there when it began."""

    OK, STALE, ERROR = 0, 1, 2

    CONVERSION_MS = 8

    def __init__(self, bus, scl, sda, freq=400000, timeout=50000):
        trap(hooks.I2C)
        self._code = [0, 0]
        self._begun_ms = [0, 0]

    def _converter(self, address):
        number = address - 0x48
        if not 0 <= number <= 1 or wire.inputs[wire.BUS + number] == I2C.ERROR:
            raise OSError(19)
        return number

    def _now_ms(self):
        return wire.inputs[wire.TICKS_MS] if wire.answered else time.ticks_ms()

    def writeto(self, address, buffer):
        trap(hooks.I2C_WRITE)
        wire.look()
        number = self._converter(address)
        if buffer[0] == 1 and buffer[1] & 0x80:
            if wire.inputs[wire.NOISY]:
                wire.say(wire.CONVERT, number, buffer[1] >> 4 & 3)
                wire.hear()
            self._code[number] = wire.inputs[wire.CODES + 4 * number + (buffer[1] >> 4 & 3)]
            self._begun_ms[number] = self._now_ms()
        return len(buffer)

    def readfrom_mem_into(self, address, register, buffer):
        trap(hooks.I2C_READ)
        number = self._converter(address)
        if register == 1:
            done = (self._now_ms() - self._begun_ms[number]) & 0x3FFFFFFF >= I2C.CONVERSION_MS
            buffer[0] = 0x80 if done and wire.inputs[wire.BUS + number] == I2C.OK else 0
            buffer[1] = 0x83
        else:
            buffer[0] = self._code[number] >> 8 & 0xFF
            buffer[1] = self._code[number] & 0xFF


class WDT:
    """The host is the dog: it ends this process when nothing feeds it."""

    def __init__(self, timeout=5000):
        trap(hooks.WDT)
        wire.say(wire.WATCH, timeout)

    def feed(self):
        global _fed
        trap(hooks.FEED)
        if wire.answered:
            _fed = 1  # told with the sleep
        else:
            _tick()


class RTC:
    """Kept in a file outside the flash, which the host clears when the power goes."""

    def __init__(self):
        self._file = open(rtc_path, "r+b")

    def memory(self, data=None):
        trap(hooks.MEMORY)
        self._file.seek(0)
        if data is None:
            return self._file.read()
        self._file.write(data)


def reset():
    """The host starts the chip again, and ends this process."""
    trap(hooks.RESET)
    wire.say(wire.RESET)
    wire.park()


def reset_cause():
    return cause


def unique_id():
    return b"\x24\x0a\xc4\x12\xab\x0f"
