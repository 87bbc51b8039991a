"""On the VM: what each part of the firmware takes of the heap, imported one after another.

    micropython heap.py PART=MODULE,MODULE ...     current folder: a flash; MICROPYPATH as for a board
Prints JSON: bytes by part, rubbish collected before and after each. "core" is the whole box as program.py builds it.
"""

import gc
import json
import sys

import machine

machine.tick = lambda number: None
found = {}


def grown(before):
    gc.collect()
    return gc.mem_alloc() - before


def measure(box):
    found["core"] = grown(start)
    for given in sys.argv[1:]:
        part, modules = given.split("=")
        gc.collect()
        before = gc.mem_alloc()
        for name in modules.split(","):
            __import__(name)
        found[part] = grown(before)
    print(json.dumps(found))
    raise SystemExit


for _name in ("neopixel", "socket", "network"):
    __import__(_name)
gc.collect()
start = gc.mem_alloc()
from curfew import core as loop

loop.Loop.run = measure
sys.path.insert(0, "")  # the flash, as on the chip
for _name in ("boot.py", "main.py"):
    with open(_name) as _file:
        exec(_file.read(), {"__name__": "__main__"})
