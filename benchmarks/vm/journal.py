"""On the VM: a journal after ever more closings: how long one more takes, how long a start reads it, in how much heap.

    micropython journal.py CLOSINGS ...     ascending; current folder: an empty flash
Prints JSON: a list of [closings, us of one more, us to find the last one, bytes of the file, bytes of the heap].
"""

import gc
import json
import os
import sys
import time

from curfew.bundles import core as journal
from curfew.bundles.core import RtcMemory

LOOKS = 25


def always():
    return True


def timed(work):
    """The quickest of a few looks, in microseconds: noise only adds."""
    found = []
    for _ in range(LOOKS):
        start_us = time.ticks_us()
        work()
        found.append(time.ticks_us() - start_us)
    return min(found)


memory = RtcMemory(b"")
seq = 0


def one_more():
    global seq
    seq += 1
    memory.note_shutoff(seq % 4, 1, 0, 1800, 20)
    journal.append(memory, memory.seq[0], memory.seq[0], always)


gc.collect()
told = []
for text in sys.argv[1:]:
    while seq < int(text):
        one_more()
    gc.collect()
    before = gc.mem_alloc()
    row = [int(text), 0, timed(journal.last_seq)]
    gc.collect()
    heap = gc.mem_alloc() - before
    row[1] = timed(one_more)
    row += [os.stat(journal.PATH)[6], heap]
    told.append(row)
print(json.dumps(told))
