"""On the VM: the unmodified firmware with both its threads, on the chip of this folder.

    micropython box.py PIPE INPUTS RTC_FILE RESET_CAUSE real|stove [FRIEND]    current folder: the flash
real: the loop lives in real time. stove: the loop's time is what the host answers to each sleep (INPUTS is the number
of that pipe); the services stay in real time, as asyncio knows no other. FRIEND: see wire.py.
"""

import _thread
import gc
import os
import sys
import time
from array import array

import chips
import hooks
import places
import wire

import backend

_STOVE = sys.argv[5] == "stove"
_DEATH_MS = 5000  # that no death takes
_deaths = 0  # of the services, as far as the loop has seen
_own_bytes = 0  # what listens to the firmware, made after HELLO told what was there before
_posted = array("l", [0] * wire.SIZE)
_told_absent = bytearray(1)


def _post(burner, what, source, value=0):
    _posted[wire.D] = value
    _posted[wire.A] = burner
    _posted[wire.B] = what
    _posted[wire.C] = source
    wire.send(_posted, wire.POST)


def _listen_in(inbox):
    """Tell of everything that the services post, just after they did.

    what: 0 OFF, 1 EXTEND, 2 ARM, 3 LESS, 4 absence.
    """
    global _take_off, _post_off, _post_request
    post_off, post_request, _take_off = inbox.post_off, inbox.post_request, inbox.take_off

    def told_off(self, burner, source):
        wire.waiting[burner] = 1
        post_off(self, burner, source)
        _post(burner, 0, source)

    def told_request(self, burner, kind, now_ms, value=1):
        post_request(self, burner, kind, now_ms, value)
        _post(burner, 1 + kind, 0, value)

    _post_off, _post_request = post_off, post_request
    inbox.post_off, inbox.post_request, inbox.take_off = told_off, told_request, _take


def _take(self, burner):
    """The loop looks for an OFF; does not allocate."""
    off = _take_off(self, burner)
    if off:
        wire.waiting[burner] = 0
    return off


def _sleep(ms):
    """The loop sleeps in stove time; what the host says remotely is in the inbox when it wakes. Does not allocate."""
    global _deaths
    backend.sleep(ms)
    wire.hear()
    if _deaths != wire.inputs[wire.DEATHS]:
        _deaths = wire.inputs[wire.DEATHS]
        _see_them_end()
    said = wire.inputs[wire.OFFS] | wire.inputs[wire.ASKS] | wire.inputs[wire.LESS] | wire.inputs[wire.PRESENCE]
    if not said or backend.box is None:
        return
    inbox = backend.box.link.inbox
    if wire.inputs[wire.PRESENCE]:
        inbox.absent[0] = _told_absent[0] = wire.inputs[wire.PRESENCE] - 1
    for burner in range(len(backend.box.controller.burners)):
        source = wire.inputs[wire.OFFS] >> 4 * burner & 15
        if source:
            _post_off(inbox, burner, source - 1)
        for kind in range(2):
            if wire.inputs[wire.ASKS] >> 2 * burner + kind & 1:
                _post_request(inbox, burner, kind, wire.inputs[wire.TICKS_MS])
        less_min = wire.inputs[wire.LESS] >> 8 * burner & 255
        if less_min:
            _post_request(inbox, burner, 2, wire.inputs[wire.TICKS_MS], less_min)


def _see_them_end():
    """No stove time passes until services that the host ended are gone: theirs is real time. Does not allocate."""
    for _ in range(_DEATH_MS):
        if backend.box is None or backend.box.link.stopped[0]:
            return
        time.sleep_ms(1)


def _fill():
    """Take what is left of the heap, piece by piece; main lets it go."""
    size = 8192
    while size > 16:
        try:
            wire.full[0] = (bytearray(size), wire.full[0])
        except MemoryError:
            size //= 2


def _splinter():
    """Take all memory in pieces of 1 KiB, and let every other one go."""
    other = None
    gc.collect()
    try:
        while True:
            other = (bytearray(1024), other)
            wire.full[0] = (bytearray(1024), wire.full[0])
    except MemoryError:
        pass


def _share_a_lock():
    """Let asyncio wait as on a chip: it wakes at a tick of the system, and has no turn while the loop's tick has it."""
    queue = sys.modules["asyncio"].core.IOQueue
    wait = queue.wait_io_event

    def waited(self, ms):
        since_ms = time.ticks_ms()
        wait(self, ms)
        now_ms = time.ticks_ms()
        if now_ms != since_ms:
            time.sleep_ms(chips.RTOS_TICK_MS - now_ms % chips.RTOS_TICK_MS)
        backend.lock.acquire()
        backend.lock.release()

    queue.wait_io_event = waited


def _look_after(persistence):
    """With every round of persistence, in the services thread: block or die if the host says so; weigh the heap."""
    poll = persistence.poll
    deaths = wire.inputs[wire.DEATHS]

    def looked_after(self):
        nonlocal deaths
        if backend.locked_ms and not backend.is_shared:
            backend.is_shared = True
            _share_a_lock()
        while wire.inputs[wire.BLOCKED] == 1:
            time.sleep_ms(5)
        if wire.inputs[wire.BLOCKED] == 2:
            _fill()
        elif wire.inputs[wire.BLOCKED] and not wire.full[0]:
            _splinter()
        if deaths != wire.inputs[wire.DEATHS]:
            deaths = wire.inputs[wire.DEATHS]
            raise SystemExit
        poll(self)
        absent = self.link.inbox.absent[0]
        if absent != _told_absent[0]:
            _told_absent[0] = absent
            _post(0, 4, 0, absent)
        figures = wire.figures
        figures[3] += 1
        figures[1] = max(figures[1], gc.mem_alloc())
        if figures[2] != wire.inputs[wire.MEASURE]:
            gc.collect()
            figures[0] = gc.mem_alloc() - _own_bytes
            figures[2] = wire.inputs[wire.MEASURE]

    persistence.poll = looked_after


def _boot():
    with open("boot.py") as file:
        exec(file.read(), {"__name__": "__main__"})
    sys.path.insert(0, "")
    import starter

    real = [starter.enter]

    def entered(slot):
        program = real.pop()(slot)  # nothing here may keep the starter, which the program drops
        if _STOVE:
            program.time = hooks.Clock  # the one place where stove time comes in: program.py hands it to everybody
        program.start = _attached(program.start)
        return program

    starter.enter = entered
    del starter
    with open("main.py") as file:
        exec(file.read(), {"__name__": "__main__"})


def _attached(start):
    def started(*how):
        global _deaths, _own_bytes
        box = start(*how)
        from curfew.bundles.base import Persistence  # all of it is there by now

        gc.collect()
        before = gc.mem_alloc()
        link = box.link
        own = type(link.snapshot)(len(box.controller.burners), _thread.allocate_lock())
        backend.attach(box, own)
        _listen_in(type(link.inbox))
        _look_after(Persistence)
        _deaths = wire.inputs[wire.DEATHS]
        gc.collect()
        _own_bytes = gc.mem_alloc() - before
        return box

    return started


if _STOVE:
    sys.modules["_thread"] = hooks.Threads
    sys.modules["gc"] = hooks.Collector
    hooks.sleep = _sleep
# On the chip they take none of the heap: they are the rig's, too.
for _name in ("machine", "neopixel", "esp32", "socket", "select", "network"):
    try:
        __import__(_name)
    except ImportError:  # no radio
        pass
if "network" in sys.modules:
    import chip_tls

    chip_tls.install()
wire.open_ends(int(sys.argv[1]), int(sys.argv[2]) if _STOVE else sys.argv[2])
wire.friend = sys.argv[6] if len(sys.argv) > 6 else None
backend.install(int(sys.argv[4]), sys.argv[3])
# The collector takes any word for a pointer that looks like one: with other addresses other garbage stays.
_pad = bytearray(32 * int(os.getenv("PAD") or 0))
_table_bytes = places.fill()
gc.collect()
wire.say(wire.HELLO, gc.mem_alloc() - _table_bytes)
try:
    _boot()
except Exception as error:
    sys.print_exception(error)
wire.say(wire.STOPPED)
wire.park()
