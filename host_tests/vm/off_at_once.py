"""On the VM: a thread posts OFFs at any moment of a loop that only sleeps; who opens the contact, when, for how much.

Prints "taken N" (OFFs that the loop's sleep of 20 ms saw, not the event), "elsewhere N" (events in another thread),
"median N" and "worst N" (microseconds from the OFF to the event), "bytes N" (of heap, of a schedule and its event).
"""

import _thread
import gc
import time
from array import array

from curfew.bundles.core import Inbox, Link, Loop

OFFS = 200
main, taken, elsewhere, posted_us = _thread.get_ident(), 0, 0, 0
took_us = array("i", [0] * OFFS)
number = 0
ended = False


class Relays:
    """Where the pins would go low."""

    def open_asked(self, off):
        global elsewhere
        if off[0]:
            off[0] = 0
            took_us[min(number, OFFS - 1)] = time.ticks_us() - posted_us
            elsewhere += _thread.get_ident() != main


link = Link(Inbox(1), None)
loop = Loop(None, None, Relays(), None, None, None, link, None, None, None)


def services():
    global number, posted_us, ended
    for number in range(OFFS):
        time.sleep_ms(1 + number % 20)
        posted_us = time.ticks_us()
        link.inbox.post_off(0, 1)
        link.hurry()
        while link.inbox.off[0]:
            pass
    ended = True


_thread.start_new_thread(services, ())
while not ended:
    time.sleep_ms(20)
    taken += link.inbox.take_off(0) == 2
before = gc.mem_alloc()
link.inbox.post_off(0, 1)
link.hurry()
time.sleep_ms(2)
after = gc.mem_alloc()
in_order = sorted(took_us)
print("taken", taken)
print("elsewhere", elsewhere)
print("median", in_order[OFFS // 2])
print("worst", in_order[-1])
print("bytes", after - before)
