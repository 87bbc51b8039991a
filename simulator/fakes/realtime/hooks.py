"""Stove time: the clock that the firmware is handed, and built-in modules that a scenario can make fail.

Only the main thread lives in stove time; the services wait in real time, and read the same clock. Nothing here
allocates when called from the safety loop.
"""

import _thread
import gc as _real_gc
import time as _real_time

import wire

# What `raise` may name, three bits each in the word TRAPS: 0 for none, else an error of ERRORS, counted from 1.
CALLS = (
    "Pin", "Pin.value", "PWM", "PWM.freq", "PWM.duty_u16", "I2C", "I2C.writeto", "I2C.readfrom_mem_into", "WDT",
    "WDT.feed", "RTC.memory", "machine.reset", "NeoPixel.write", "time.ticks_ms", "time.sleep_ms", "lock.acquire",
    "lock.release", "gc.collect", "_thread.start_new_thread",
)  # fmt: skip
ERRORS = (MemoryError, OSError, ValueError, RuntimeError, KeyboardInterrupt)
_USB = 5
_main = _thread.get_ident()
sleep = None  # called with the milliseconds that the main thread sleeps (box.py)


def trap(name):
    """Called first by every call of a fake."""
    if wire.inputs[wire.TRAPS]:
        _spring(CALLS.index(name))


def _spring(call):
    kind = wire.inputs[wire.TRAPS] >> 3 * call & 7
    if not kind:
        return
    in_loop = _thread.get_ident() == _main
    if kind == _USB and not in_loop:
        return  # the chip raises it in the loop's thread only
    wire.inputs[wire.TRAPS] -= kind << 3 * call
    if in_loop:
        wire.say(wire.RAISED, call, True)
    else:
        told = type(wire.tick)("l", [0] * wire.SIZE)
        told[wire.A] = call
        wire.send(told, wire.RAISED)
    raise ERRORS[kind - 1]


class Clock:
    """What program.py passes down as its clock: stove time."""

    @staticmethod
    def ticks_ms():
        trap("time.ticks_ms")
        return wire.inputs[wire.TICKS_MS]

    @staticmethod
    def sleep_ms(ms):
        if _thread.get_ident() != _main:
            _real_time.sleep_ms(ms)
            return
        trap("time.sleep_ms")
        sleep(ms)


class _Lock:
    def __init__(self):
        self._lock = _thread.allocate_lock()

    def acquire(self, wait=True):
        trap("lock.acquire")
        return self._lock.acquire(wait)

    def release(self):
        trap("lock.release")
        self._lock.release()

    def __enter__(self):
        self.acquire()

    def __exit__(self, *_):
        self.release()


class Threads:
    """Instead of `_thread`."""

    allocate_lock = _Lock
    stack_size = _thread.stack_size
    get_ident = _thread.get_ident

    @staticmethod
    def start_new_thread(entry, args):
        trap("_thread.start_new_thread")
        wire.say(wire.THREAD)
        return _thread.start_new_thread(entry, args)


class Collector:
    """Instead of `gc`."""

    mem_alloc = _real_gc.mem_alloc
    mem_free = _real_gc.mem_free
    threshold = _real_gc.threshold

    @staticmethod
    def collect():
        trap("gc.collect")
        _real_gc.collect()
