"""On the VM: main.py in real time beside a services thread that allocates, collects and asks without pause.

    micropython two_threads.py SECONDS      current folder: the chip's flash
Prints "ticks N", "late N" (worst lateness of a tick in ms), "rounds N" (of the load), "conducting N".
"""

import gc
import sys
import time

import machine

TICKS = int(sys.argv[1]) * 50
worst_late_ms = 0
last_ms = 0


def tick(number):
    """Measure how much later than 20 ms after the last one this tick comes; the first second starts things."""
    global worst_late_ms, last_ms
    now_ms = time.ticks_ms()
    if number > 50:
        worst_late_ms = max(worst_late_ms, time.ticks_diff(now_ms, last_ms) - 20)
    last_ms = now_ms
    if number == TICKS:
        raise KeyboardInterrupt


machine.tick = tick

from array import array

from curfew.bundles.base import Persistence

_poll = Persistence.poll
rounds = 0


def busy_poll(self):
    """A round of the real services, and then as much garbage as a web server under load makes."""
    global rounds
    _poll(self)
    seen = array("i", [0] * len(self.link.snapshot.values))
    for turn in range(200):
        rounds += 1
        self.link.snapshot.copy_into(seen)
        text = ",".join(["%d:%d" % (index, value) for index, value in enumerate(seen)])
        parts = {word: [word] * 3 for word in text.split(",")}
        if turn % 20 == 0:
            gc.collect()
        self.link.inbox.post_request(0, 0, len(parts))
        if rounds % 20000 == 0:
            self.link.inbox.post_off(0, 1)


Persistence.poll = busy_poll
sys.path.insert(0, "")  # the flash, as on the chip
for name in ("boot.py", "main.py"):
    with open(name) as file:
        exec(file.read(), {"__name__": "__main__"})
print("ticks", machine.ticks)
print("late", worst_late_ms)
print("rounds", rounds)
print("conducting", machine.conducting)
