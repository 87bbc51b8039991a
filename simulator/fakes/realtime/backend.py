"""Behind the fakes of a controller in a process of its own: everything goes over a wire to the host and its stove.

Nothing here allocates when called from the safety loop.
"""

import _thread
import os
import time

import wire
from hooks import trap
from tm1637 import TM1637

import chip

_IN, _OUT, _OPEN_DRAIN = 1, 3, 7  # modes of a pin
_NONE = 255
_levels = bytearray([_NONE] * 40)
box = None  # the firmware's Loop
told = None  # a Snapshot of the rig's own, which no lock can hold up
# A tick of a chip holds the interpreter lock for some milliseconds, in which the services have no turn.
locked_ms = int(os.getenv("LOCKED_MS") or 0)
lock = _thread.allocate_lock()
is_shared = False  # asyncio knows of it
_last_us = 0
_fed = 0
_display_pins = []  # the open-drain ones in the order in which they were made: clock, data
_display = TM1637()


def attach(loop, snapshot):
    """From here on every feeding of the watchdog comes from the Loop."""
    global box, told
    snapshot.values = wire.tick
    told = snapshot
    box = loop


def sleep(ms):
    """The main thread is about to sleep in stove time: tell the host how the tick ended. B: whether it fed the dog."""
    global _fed
    record = wire.tick
    record[wire.C] = box is not None
    if box is not None:
        told.publish(box.controller)
        record[wire.D] = wire.figures[3]
        record[wire.E] = len(box.controller.burners)  # broken settings leave a device with fewer than its stove
    record[wire.A] = ms
    record[wire.B] = _fed
    _fed = 0
    wire.send(record, wire.SLEEP)


def _tick():
    global _last_us
    record = wire.tick
    now_us = time.ticks_us()
    record[wire.A] = now_us - _last_us if _last_us else 0
    _last_us = now_us
    told.publish(box.controller)
    waiting = wire.waiting
    record[wire.B] = waiting[0] | waiting[1] << 1 | waiting[2] << 2 | waiting[3] << 3
    record[wire.D] = wire.figures[0]
    record[wire.E] = wire.figures[1]
    record[wire.F] = wire.figures[2]
    wire.send(record, wire.TICK)


class Bus:
    """The converters' states by their names; not a list, because the host changes them."""

    def __getitem__(self, number):
        return wire.LINKS[wire.inputs[wire.BUS + number]]


class Backend:
    """What chip.the is here. cause: of this start; rtc_path: a file outside the flash, cleared when the power goes."""

    def __init__(self, cause, rtc_path):
        self.reset_cause = cause
        self.bus = Bus()
        self._rtc = open(rtc_path, "r+b")

    alive = staticmethod(trap)

    def set_mode(self, number, mode, value):
        if mode == _OPEN_DRAIN:
            if number not in _display_pins:
                _display_pins.append(number)
        elif mode == _OUT:
            self.pin_changed(number, 1 if value else 0)
        elif mode == _IN and _levels[number] == 1:
            self.pin_changed(number, 0)  # floating: the pull-down at the driver wins

    def pin_changed(self, number, level):
        level = 1 if level else 0
        if _levels[number] != level:
            _levels[number] = level
            wire.say(wire.PIN, number, level)

    def pin_level(self, number):
        wire.look()
        return 0 if wire.inputs[wire.LOW_PINS] >> number & 1 else 1

    def drain(self, number, level):
        if level is None:
            return 1  # no converter holds the data line
        # The lines of the converters come first, where there are any; those of the display are the last two.
        return _display.drive(_display_pins.index(number) - len(_display_pins) + 2, level)

    def tone(self, hz):
        wire.say(wire.TONE, hz)

    def pixel(self, index, colour):
        wire.say(wire.PIXEL, index, colour)

    def clock_ms(self):
        return wire.inputs[wire.TICKS_MS] if wire.answered else time.ticks_ms()

    def input_code(self, converter, channel):
        wire.look()
        if wire.inputs[wire.NOISY]:
            wire.say(wire.CONVERT, converter, channel)
            wire.hear()
        return wire.inputs[wire.CODES + 4 * converter + channel]

    def transfer(self, timeout_us, length):
        """A stuck bus is one that does not answer here: its time is the scenario world's."""

    def watch(self, timeout_ms):
        """The host is the watchdog: it ends this process when nothing feeds it."""
        wire.say(wire.WATCH, timeout_ms)

    def feed(self):
        global _fed
        if wire.answered:
            _fed = 1  # told with the sleep
        else:
            _tick()
            if locked_ms:
                lock.acquire()
                time.sleep_ms(locked_ms)
                lock.release()

    def memory(self, data):
        self._rtc.seek(0)
        if data is None:
            return self._rtc.read()
        self._rtc.write(data)

    def reset_now(self, cause):
        """The host starts the chip again, and ends this process."""
        wire.say(wire.RESET)
        wire.park()


def install(cause, rtc_path):
    """Make this the backend of the fakes."""
    chip.the = Backend(cause, rtc_path)
