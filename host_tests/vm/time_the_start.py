"""On the VM: how long the starter's check takes, and the import of the whole program, services and libraries included.

    micropython time_the_start.py       current folder: the chip's flash
Prints "check MS", "import MS", "modules N": the best of five checks, one import (it cannot be done twice).
"""

import sys
import time

sys.path.insert(0, "")
import starter

best_us = 1 << 30
for _ in range(5):
    begun_us = time.ticks_us()
    slot, _ = starter.choose()
    best_us = min(best_us, time.ticks_diff(time.ticks_us(), begun_us))
print("check", best_us // 1000)
starter.enter(slot)
begun_us = time.ticks_us()
modules = 0
with open(slot + "/manifest.txt") as manifest:
    for line in manifest:
        path = line.split()[-1]
        if path[-4:] == ".mpy" and path != "program.mpy":
            name = path[:-4].replace("/", ".")
            name = name[4:] if name[:4] == "lib." else name
            __import__(name[:-9] if name[-9:] == ".__init__" else name)
            modules += 1
print("import", time.ticks_diff(time.ticks_us(), begun_us) // 1000)
print("modules", modules)
