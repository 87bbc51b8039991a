"""On the VM: the safety tick beside an empty loop over the same pins, block by block in turns.

    micropython tick.py BLOCKS TICKS [MODULE ...]      current folder: a flash; MICROPYPATH holds simulator/fakes/tiny
Prints JSON: "tick_ns" and "empty_ns" a tick by block, "bytes" allocated in all ticks of a block with the collector off,
"collection_ns" of a collection by block, with these modules imported.
"""

import gc
import json
import sys
import time


class _NoThread:
    """Instead of `_thread`: nothing that is started ever gets its turn."""

    @staticmethod
    def allocate_lock():
        return _lock()

    @staticmethod
    def stack_size(size):
        return size

    @staticmethod
    def start_new_thread(entry, args):
        return 0


import _thread

_lock = _thread.allocate_lock
sys.modules["_thread"] = _NoThread
import machine


class Rtc(machine.Part):
    """The reset memory, without the copy that the smallest chip would make: the bytes counted are the firmware's."""

    def memory(self, data=None):
        return b"" if data is None else None


machine.RTC = Rtc
machine.tick = lambda number: None
gc.collect()
from curfew.bundles import core as loop

EMPTY = 50  # empty loops for each tick: the processor's time is counted in milliseconds
COLLECTIONS = 400  # the same
blocks, ticks = int(sys.argv[1]), int(sys.argv[2])
found = {"tick_ns": [], "empty_ns": [], "collection_ns": [], "bytes": 0}


def spent_us():
    """Microseconds of processor that this process has had: what others take is not counted."""
    return int(time.clock() * 1000000)


def work(device, now_ms, ticks):
    """So many ticks, 20 ms apart; the time behind them."""
    tick = device.tick  # a bound method is an object: made before the bytes are counted
    mark = gc.mem_alloc()
    for _ in range(ticks):
        now_ms += 20
        tick(now_ms)
    found["bytes"] += gc.mem_alloc() - mark
    return now_ms


def empty(buttons, relays, watchdog, ticks):
    """The same pins without a thought between them."""
    for _ in range(ticks):
        for button in buttons:
            button.value()
        for relay in relays:
            relay.value(0)
        watchdog.feed()


def measure(device):
    for name in sys.argv[3:]:
        __import__(name)
    count = len(device.controller.burners)
    buttons = [machine.Pin(25 + number, machine.Pin.IN) for number in range(count)]
    relays = [machine.Pin(18 + number, machine.Pin.OUT) for number in range(count)]
    link = device.link
    now_ms = work(device, 0, 50)
    found["bytes"] = 0  # the first tick starts things
    gc.collect()
    gc.disable()
    for _ in range(blocks):
        link.pong[0] = link.ping[0]
        start_us = spent_us()
        now_ms = work(device, now_ms, ticks)
        middle_us = spent_us()
        empty(buttons, relays, device.watchdog, EMPTY * ticks)
        end_us = spent_us()
        found["tick_ns"].append((middle_us - start_us) * 1000 // ticks)
        found["empty_ns"].append((end_us - middle_us) * 1000 // (EMPTY * ticks))
        gc.collect()
        start_us = spent_us()
        for _ in range(COLLECTIONS):
            gc.collect()
        found["collection_ns"].append((spent_us() - start_us) * 1000 // COLLECTIONS)
    print(json.dumps(found))
    raise SystemExit


loop.Loop.run = measure
sys.path.insert(0, "")  # the flash, as on the chip
for name in ("boot.py", "main.py"):
    with open(name) as file:
        exec(file.read(), {"__name__": "__main__"})
