"""On the VM, behind the fakes of the virtual board: the wire to its host, a clock that may run fast, the services.

The second thread is not started but asked now and then while the first one sleeps: Ctrl-C and threads do not get on
in this VM. Without a radio it would do nothing else than the rounds of persistence; with one it is started.
"""

import select
import sys
from _thread import get_ident

import micropython
import utime  # the real clock; `time` is ours

import chip

_POLL_MS = 100
_main = get_ident()
speed = 1
_wire = None
_keys = None  # with a radio: a poll of the pipe on which a Ctrl-C comes
_thread = None
_poll_ms = 0


def begin(wire, rtc_path, fast, cause):
    """Open the ends, and be what is behind the fakes."""
    global _wire, speed
    _wire = open(int(wire), "wb")
    speed = int(fast)
    chip.the = Backend(int(cause), rtc_path)


def begin_radio(keys):
    """Let threads run. A signal may interrupt any of them; a Ctrl-C on the chip interrupts the first one."""
    global _keys, _key
    _key = open(int(keys), "rb")
    _keys = select.poll()
    _keys.register(_key, select.POLLIN)


def tell(line):
    """One line to the process that holds the cable."""
    _wire.write(line + "\n")


def ticks_ms():
    return utime.ticks_ms() * speed & 0x3FFFFFFF


def sleep_ms(ms):
    """Sleep, and give the services their turn."""
    left_us = ms * 1000 // speed
    while left_us > 0:  # in pieces: a Ctrl-C does not shorten any
        utime.sleep_us(min(left_us, 10_000))
        left_us -= 10_000
    if not _keys:
        _serve()
    elif get_ident() == _main and _keys.poll(0):
        _key.read(1)
        raise KeyboardInterrupt


class Backend:
    """What chip.the is here: a bare board, nothing pressed, nothing on the I2C bus."""

    bus = ("i2c_error", "i2c_error")

    def __init__(self, cause, rtc_path):
        self.reset_cause = cause
        self._rtc_path = rtc_path  # a file beside the flash, cleared when the power goes

    def _nothing(self, *_):
        """It has no light and no sound."""

    alive = set_mode = pin_changed = drain = tone = pixel = transfer = _nothing

    def pin_level(self, number):
        return 1

    def watch(self, timeout_ms):
        tell("watch %d" % timeout_ms)

    def feed(self):
        tell("feed")

    def memory(self, data):
        with open(self._rtc_path, "rb" if data is None else "wb") as file:
            if data is None:
                return file.read()
            file.write(data)

    def reset_now(self, cause):
        """The other end of the cable ends this process and starts the next one."""
        tell("reset")
        while True:
            utime.sleep_ms(1000)


def _serve():
    global _thread, _poll_ms
    if _thread is None or 0 <= ticks_ms() - _poll_ms < _POLL_MS:
        return
    _poll_ms = ticks_ms()
    persistence, link = _thread[:2]
    try:
        if not link.stop_requested[0]:
            persistence.poll()
            return
    except Exception as error:
        sys.print_exception(error)
    link.stopped[0] = 1
    _thread = None


class Interpreter:
    """Instead of `micropython`; the heap stays free: services and wire allocate in the thread of the loop."""

    def __getattr__(self, name):
        return getattr(micropython, name)

    def heap_lock(self):
        pass

    heap_unlock = heap_lock

    def kbd_intr(self, char):
        """What a 3 that arrives is: a byte (-1), or an interrupt."""
        tell("keys" if char < 0 else "interrupts")


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
