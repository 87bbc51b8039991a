"""On the VM: the whole device with all its services imported; its heap's map and what lies where, then it waits.

    micropython where.py       current folder: a flash; MICROPYPATH as for a board
Prints the map of micropython.mem_info(1), "names N" and lines "kind module address name", address in hex: T a type of
the VM, M a module, C a class, F a function. Then it waits for a line on stdin, so that its memory can be read.
"""

import array
import gc
import sys

import machine
import micropython

PARTS = ("asyncio", "asyncio.stream", "curfew.bundles.services", "curfew.bundles.http", "curfew.bundles.mqtt")
machine.tick = lambda number: None


def plain():
    pass


def generating():
    yield


def closing(value):
    return lambda: value


def tell(kind, module, thing, name):
    print(kind, module, "%x" % id(thing), name)


def tell_of(module, holder, prefix):
    for name in dir(holder):
        thing = holder.__dict__.get(name) if prefix else getattr(holder, name, None)
        if type(thing) in (type(plain), type(generating)):
            tell("F", module, thing, prefix + name)
        elif isinstance(thing, type) and not prefix:
            tell("C", module, thing, name)
            tell_of(module, thing, name + ".")


def measure(box):
    for name in PARTS:
        __import__(name)
    gc.collect()
    micropython.mem_info(1)
    for name, kind in (
        ("dict", dict), ("list", list), ("tuple", tuple), ("str", str), ("bytes", bytes), ("bytearray", bytearray),
        ("array", array.array), ("function", type(plain)), ("generator", type(generating)), ("type", type),
        ("closure", type(closing(1))), ("module", type(sys)),
    ):  # fmt: skip
        tell("T", "-", kind, name)
    for name in list(sys.modules):  # looking into asyncio imports more
        tell("M", name, sys.modules[name], name)
        tell_of(name, sys.modules[name], "")
    print("ready")
    sys.stdin.readline()
    raise SystemExit


for _name in ("neopixel", "socket", "select", "network"):
    __import__(_name)
from curfew.bundles import core as loop

loop.Loop.run = measure
sys.path.insert(0, "")  # the flash, as on the chip
for _name in ("boot.py", "main.py"):
    with open(_name) as _file:
        exec(_file.read(), {"__name__": "__main__"})
