"""On the VM, with -X heapsize=64k: run boot.py and main.py as they are until Ctrl-C after some ticks, then tell.

    micropython -X heapsize=64k live_in_heap.py TICKS
Prints "ticks N", "conducting N", "used BYTES" (after a collection, at the end) and "free BYTES".
The current folder is the chip's flash; MICROPYPATH holds simulator/fakes/tiny.
"""

import gc
import sys

import machine

TICKS = int(sys.argv[1])


def tick(number):
    if number == TICKS:
        gc.collect()  # the services wait for nothing here: the last tick before Ctrl-C
        print("used", gc.mem_alloc())
        print("free", gc.mem_free())
        raise KeyboardInterrupt


machine.tick = tick
sys.path.insert(0, "")  # the flash, as on the chip
for name in ("boot.py", "main.py"):
    with open(name) as file:
        exec(file.read(), {"__name__": "__main__"})
print("ticks", machine.ticks)
print("conducting", machine.conducting)
