"""On the VM: run a plan and count the bytes that the firmware allocates within its ticks.

    micropython count_allocations.py PLAN.json      paths as for simulator/plant/go.py
Prints "ticks N" and one line "tick T_MS BYTES" for every tick that allocated.
"""

import gc
import json
import sys

import go

ROUND = 32  # ticks; what they and the simulator's reports allocate finds room
found = []
ticks = 0
mark = 0
life = 0


def watch(world):
    """Measure from the moment a tick begins to the moment it goes to sleep; collect now and then in between."""

    def on_tick(ended):
        global mark, ticks, life
        if ended:
            used = gc.mem_alloc() - mark
            ticks += 1
            if used and life == world.starts:  # the first tick of a start imports, builds and starts things
                found.append((world.now_ms, used))
        else:
            if ticks % ROUND == 0:
                gc.collect()
            life = world.starts
            mark = gc.mem_alloc()

    world.on_tick = on_tick


gc.disable()
with open(sys.argv[1]) as file:
    plan = json.load(file)
lines = []
go.run(plan, lines.append, watch)
sys.stdout.write("ticks %d\n" % ticks)
for t_ms, used in found:
    sys.stdout.write("tick %d %d\n" % (t_ms, used))
if not lines or lines[-1][:4] != "#end":
    sys.stdout.write("broken off\n")
