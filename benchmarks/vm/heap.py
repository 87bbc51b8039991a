"""On the VM: what each part of the firmware takes of the heap, imported one after another.

    micropython heap.py FILLERS PART=MODULE,MODULE ...     current folder: a flash; MICROPYPATH as for a board
Prints the table of names, before and with everything, and JSON: bytes by part, garbage collected before and after each.
"core" is the whole device as program.py builds it, in it "core_alone" and "drivers" are the link groups as they are
imported.
FILLERS: names beside. The collector takes any word for a pointer that looks like one, so with some numbers of names a
few kilobytes of garbage stay; the least of several numbers is what is really held.
"""

import gc
import json
import sys

import machine
import micropython
import places

machine.tick = lambda number: None
found = {}


def grown(before):
    gc.collect()
    return gc.mem_alloc() - before


def measure(device):
    found["core"] = grown(start)
    for given in sys.argv[1:]:
        part, modules = given.split("=")
        gc.collect()
        before = gc.mem_alloc()
        for name in modules.split(","):
            __import__(name)
        found[part] = grown(before)
    micropython.qstr_info()
    print(json.dumps(found))
    raise SystemExit


fillers = int(sys.argv.pop(1))
exec("".join("filler_%d = 0\n" % number for number in range(fillers)))
for _name in ("neopixel", "socket", "select", "network"):
    __import__(_name)
table_bytes = places.fill()
micropython.qstr_info()
gc.collect()
start = gc.mem_alloc() - table_bytes
from curfew.bundles import core as loop

found["core_alone"] = grown(start + table_bytes)
gc.collect()
drivers_start = gc.mem_alloc()
__import__("curfew.bundles.hardware")
found["drivers"] = grown(drivers_start)
loop.Loop.run = measure
sys.path.insert(0, "")  # the flash, as on the chip
for _name in ("boot.py", "main.py"):
    with open(_name) as _file:
        exec(_file.read(), {"__name__": "__main__"})
