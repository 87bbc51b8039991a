"""On the VM: the whole firmware on a LittleFS that loses its power while the persistence writes, and what it does then.

    micropython cook_over_cuts.py PLAN.json SEED BOOT.py     paths as for simulator/plant/go.py
The plan's power_on is when the power is back. For each operation of the writings before it, in half of the manners:
"#cut OPERATION MANNER", the lines of the run, then "#kept ..." for each line of the journal and "#stored BITS" for the
stored faults of burner 0.
"""

import json
import sys

from flash import DEVICES, MANNERS, Flash, Random, formatted, mounted

import chip
import go
import world
from curfew.bundles import core as journal
from curfew.bundles import core as store

OLD = ["%d 0 TIMEOUT 1800 1000" % number for number in range(1, 31)]  # more than fits into the directory itself
with open(sys.argv[3]) as file:  # no starter: the programs themselves are cut elsewhere (slot_cuts.py)
    STARTER = ((file.read(), "boot.py"), ("import program\nprogram.main('a', '')", "main.py"))
FREE = DEVICES[0][1] - 1  # a block that no one has come to use yet


def say(line):
    sys.stdout.write(line + "\n")


def yes():
    return True


def power_off():
    """The flash is the first to notice."""
    chip.the._do_power_off(0, None)
    raise world.ChipReset


def cook(plan, flash, tell):
    """Run a plan with this flash as the chip's; every start of the program mounts it anew. The flash at the end."""
    chip = [flash]

    def emit(line):
        if line[:4] == "#up ":
            chip[0] = mounted(Flash(chip[0].data, chip[0].size) if chip[0].dead else chip[0])
        tell(line)

    go.run(plan, emit, None, STARTER)
    return chip[0]


def begun(plan):
    """The bytes of a flash with the plan's settings, an old journal and an old state."""
    size, count = DEVICES[0]
    flash = mounted(Flash(formatted(size, count), size))
    store.replace(journal.JOURNAL_PATH, OLD, yes)
    journal.write_state([0] * 4, [0, 250, 0, 0], yes)
    with open("settings.json", "w") as file:
        json.dump(plan["settings"], file)
    assert FREE not in flash.touched
    return bytes(flash.data)


with open(sys.argv[1]) as file:
    plan = json.load(file)
random = Random(int(sys.argv[2]))
size = DEVICES[0][0]
data = begun(plan)
until_ms = [event[0] for event in plan["events"] if event[1] == "power_on"][0]
operations = len(cook(dict(plan, until_ms=until_ms), Flash(data, size), lambda line: None).operations)
for cut_at in range(operations):
    for at in range(cut_at % 2, len(MANNERS), 2):
        say("#cut %d %s" % (cut_at, MANNERS[at]))
        cook(plan, Flash(data, size, cut_at, MANNERS[at], FREE, random, power_off), say)
        for line in store.lines(journal.JOURNAL_PATH):
            say("#kept " + line)
        say("#stored %d" % journal.read_state()[0][0])
