"""On the VM, with an idle chip: from the beginning of boot.py to safe relays and to the first tick.

    micropython start.py       current folder: a flash; MICROPYPATH holds simulator/fakes/tiny
Prints "safe US" (the watchdog is asked for: every relay pin is low by then) and "ready US" (it is fed first).
"""

import sys
import time

import machine

_begun_us = 0


class Dog(machine.Part):
    """The watchdog: where boot.py comes to it, the pins are done."""

    told = False

    def __init__(self, *_, **__):
        if not Dog.told:
            Dog.told = True
            print("safe", time.ticks_us() - _begun_us)


def _first(number):
    print("ready", time.ticks_us() - _begun_us)
    raise SystemExit


machine.WDT = Dog
machine.tick = _first
_begun_us = time.ticks_us()
sys.path.insert(0, "")  # the flash, as on the chip
for _name in ("boot.py", "main.py"):
    with open(_name) as _file:
        exec(_file.read(), {"__name__": "__main__"})
