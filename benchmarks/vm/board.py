"""On the VM, in real time: one program, Curfew or the baseline, on the simulated chip, both observed alike.

    micropython board.py PIPE INPUTS RTC_FILE KIND       KIND: "firmware" or "baseline"; current folder: the flash
Every feeding of the watchdog writes a record with the time since the last one, and no more: nothing of the program is
replaced or hooked.
"""

import gc
import sys
import time

import machine
import wire

import backend

_PIPE, _INPUTS, _RTC, _KIND = sys.argv[1:5]
_ONE_THREAD = _KIND == "baseline"  # only then may the heap be looked at here: another thread would be held up by that
_record = wire.tick
_figures = wire.figures
_last_us = 0


def _fed(_):
    """The watchdog is fed; does not allocate."""
    global _last_us
    now_us = time.ticks_us()
    _record[wire.A] = now_us - _last_us if _last_us else 0
    _last_us = now_us
    if _ONE_THREAD:
        if _figures[2] != wire.inputs[wire.MEASURE]:
            gc.collect()
            _figures[0] = gc.mem_alloc()
            _figures[2] = wire.inputs[wire.MEASURE]
        _record[wire.D] = _figures[0]
        _record[wire.F] = _figures[2]
    wire.send(_record, wire.TICK)


machine.WDT.feed = _fed
for _name in ("neopixel", "socket", "select", "network"):  # on the chip they take none of the heap
    __import__(_name)
wire.open_ends(int(_PIPE), _INPUTS)
backend.install(machine.PWRON_RESET, _RTC)
gc.collect()
wire.say(wire.HELLO, gc.mem_alloc())
try:
    if _KIND == "baseline":
        __import__("program")
    else:
        sys.path.insert(0, "")  # the flash, as on the chip
        for _name in ("boot.py", "main.py"):
            with open(_name) as _file:
                exec(_file.read(), {"__name__": "__main__"})
except Exception as _error:
    sys.print_exception(_error)
wire.say(wire.STOPPED)
wire.park()
