"""On the VM: what the pretended chip shares: the wire to its keeper, a clock that may run fast, turns for the services.

Belongs here: the state behind machine.py and time.py. Does not: the shape of either.
The second thread is not started but asked now and then while the first one sleeps: Ctrl-C and threads do not get on in
this VM. There is no radio, so it would do nothing else than its keeper's rounds.
"""

import sys

import utime  # the real clock; `time` is ours

_POLL_MS = 100
speed = 1
cause = 1
rtc_path = ""
_wire = None
_thread = None
_poll_ms = 0


def begin(wire, rtc, fast, reset_cause):
    """Open the ends."""
    global _wire, rtc_path, speed, cause
    _wire = open(int(wire), "wb")
    rtc_path = rtc
    speed = int(fast)
    cause = int(reset_cause)


def tell(line):
    """One line to the keeper of the cable."""
    _wire.write(line + "\n")


def ticks_ms():
    return utime.ticks_ms() * speed & 0x3FFFFFFF


def sleep_ms(ms):
    """Sleep, and give the services their turn."""
    left_us = ms * 1000 // speed
    while left_us > 0:  # in pieces: a Ctrl-C does not shorten any
        utime.sleep_us(min(left_us, 10_000))
        left_us -= 10_000
    _serve()


def reset():
    """The keeper of the cable ends this process and starts the next one."""
    tell("reset")
    while True:
        utime.sleep_ms(1000)


def _serve():
    global _thread, _poll_ms
    if _thread is None or 0 <= ticks_ms() - _poll_ms < _POLL_MS:
        return
    _poll_ms = ticks_ms()
    keeper, link = _thread[:2]
    try:
        if not link.stop_requested[0]:
            keeper.poll()
            return
    except Exception as error:
        sys.print_exception(error)
    link.stopped[0] = 1
    _thread = None


class Threads:
    """Instead of `_thread`."""

    class Lock:
        def acquire(self, _wait=True):
            return True

        def release(self):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    allocate_lock = Lock

    @staticmethod
    def stack_size(_size=0):
        return 0

    @staticmethod
    def start_new_thread(_entry, args):
        global _thread
        _thread = args
