"""On the VM, in real time: the unmodified firmware with both its threads, on the chip of host_tests/vm/desk.

    micropython desk.py PIPE INPUTS RTC_FILE RESET_CAUSE [alone]       current folder: the flash
"alone": no services thread, and each tick tells how many bytes it allocated. Belongs here: starting boot.py and main.py
as the chip does, and hearing what the services say to the loop. Does not: a verdict (host_tests/desk_fixture.py).
"""

import _thread
import gc
import sys
from array import array

import machine
import wire

_ALONE = sys.argv[5:] == ["alone"]
_posted = array("l", [0] * wire.SIZE)


class _NoThread:
    """Instead of `_thread`: nothing that is started ever gets its turn."""

    allocate_lock = _thread.allocate_lock

    @staticmethod
    def stack_size(size):
        return size

    @staticmethod
    def start_new_thread(entry, args):
        return 0


def _post(burner, what, source):
    _posted[wire.A] = burner
    _posted[wire.B] = what
    _posted[wire.C] = source
    wire.send(_posted, wire.POST)


def _listen_in(inbox):
    """Tell of everything that the services post, just after they did. what: 0 OFF, 1 EXTEND, 2 ARM."""
    global _take_off
    post_off, post_request, _take_off = inbox.post_off, inbox.post_request, inbox.take_off

    def told_off(self, burner, source):
        wire.waiting[burner] = 1
        post_off(self, burner, source)
        _post(burner, 0, source)

    def told_request(self, burner, kind, now_ms):
        post_request(self, burner, kind, now_ms)
        _post(burner, 1 + kind, 0)

    inbox.post_off, inbox.post_request, inbox.take_off = told_off, told_request, _take


def _take(self, burner):
    """The loop looks for an OFF; does not allocate."""
    if not _take_off(self, burner):
        return False
    wire.waiting[burner] = 0
    return True


def _weigh(keeper):
    """Look at the heap with every round of the keeper, which is in the services thread; collect only when asked."""
    poll = keeper.poll

    def weighed(self):
        poll(self)
        figures = wire.figures
        figures[1] = max(figures[1], gc.mem_alloc())
        if figures[2] != wire.inputs[wire.MEASURE]:
            gc.collect()
            figures[0] = gc.mem_alloc()
            figures[2] = wire.inputs[wire.MEASURE]

    keeper.poll = weighed


def _boot():
    with open("boot.py") as file:
        exec(file.read(), {"__name__": "__main__"})
    sys.path.insert(0, "")
    import starter

    enter = starter.enter

    def entered(slot):
        program = enter(slot)
        program.start = _attached(program.start)
        return program

    starter.enter = entered
    del starter
    with open("main.py") as file:
        exec(file.read(), {"__name__": "__main__"})


def _attached(start):
    def started():
        box = start()
        from curfew.services.keeper import Keeper  # all of it is there by now

        link = box.link
        own = type(link.snapshot)(len(box.controller.burners), _thread.allocate_lock())
        machine.attach(box, own, _ALONE)
        _listen_in(type(link.inbox))
        _weigh(Keeper)
        gc.collect()
        return box

    return started


if _ALONE:
    sys.modules["_thread"] = _NoThread
for _name in ("neopixel", "socket", "network"):  # on the chip they take none of the heap: they are the rig's, too
    try:
        __import__(_name)
    except ImportError:  # no radio
        pass
wire.open_ends(int(sys.argv[1]), sys.argv[2])
machine.rtc_path = sys.argv[3]
machine.cause = int(sys.argv[4])
gc.collect()
wire.say(wire.HELLO, gc.mem_alloc())
try:
    _boot()
except Exception as error:
    sys.print_exception(error)
wire.say(wire.STOPPED)
wire.park()
