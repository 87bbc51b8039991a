"""The loop's clock on a chip: whole ticks of the system, the interpreter lock released, not one byte of heap.

Here: hardware/clock.py beside time.sleep_ms() as simulator/fakes/common/chips.py has both, and on the VM. Not here: the
services' clock (services/test_clock.py).
"""

import importlib
import random
import subprocess
import sys
from types import SimpleNamespace

import pytest

from curfew.core import limits
from simulator import run
from simulator.inside import MODULES, lent

chips = MODULES["chips"]


def clock_on(ipoll):
    """A Clock whose empty poll is this function."""
    poll = SimpleNamespace(poll=lambda: SimpleNamespace(ipoll=ipoll))
    with lent({"select": poll, "time": SimpleNamespace(ticks_ms=lambda: 0)}):
        return importlib.import_module("curfew.hardware.clock").Clock()


@pytest.mark.parametrize("ms, asked", [(20, 15), (6, 1), (5, 1), (1, 1)])
def test_it_asks_for_a_little_less_so_that_the_wait_ends_at_the_tick_that_is_due(ms, asked):
    done = []
    clock_on(done.append).sleep_ms(ms)
    assert done == [0, asked]


def ticking(low_ms, high_ms, polled, ticks=5000):
    """(ms from tick to tick, share of the services) of a loop whose tick takes so long; polled: with the Clock."""
    draw, now_ms, free_ms = random.Random(1), 3.0, 0.0
    begun_ms = now_ms
    asked = []
    clock = clock_on(asked.append)
    for _ in range(ticks):
        spent_ms = draw.uniform(low_ms, high_ms)
        now_ms += spent_ms
        left_ms = limits.TICK_MS - int(spent_ms)
        if polled:
            clock.sleep_ms(left_ms)
            end_ms = chips.polled_ms(now_ms, asked.pop())
            free_ms += end_ms - now_ms
        else:
            end_ms = now_ms + left_ms
            free_ms += left_ms - chips.busy_ms(now_ms, left_ms)
        now_ms = end_ms
    return (now_ms - begun_ms) / ticks, free_ms / (now_ms - begun_ms)


@pytest.mark.parametrize("low_ms, high_ms, before, after", [(2, 3, 0.65, 0.87), (4, 6, 0.52, 0.74), (6, 9, 0.40, 0.62)])
def test_the_services_get_what_the_tick_leaves_which_a_sleep_half_eats_up(low_ms, high_ms, before, after):
    period_ms, share = ticking(low_ms, high_ms, polled=True)
    _, slept = ticking(low_ms, high_ms, polled=False)
    assert period_ms == pytest.approx(limits.TICK_MS, abs=0.1)
    assert slept < before and share > after


def test_on_the_vm_it_waits_while_the_heap_is_locked(tmp_path):
    program = """
import micropython, time
from clock import Clock
def waits(clock):
    micropython.heap_lock()
    begun_ms = time.ticks_ms()
    clock.sleep_ms(25)
    clock.sleep_ms(25)
    took_ms = time.ticks_ms() - begun_ms
    micropython.heap_unlock()
    return took_ms >= 40
print(waits(Clock()))
"""
    (tmp_path / "main.py").write_text(program)
    paths = {"MICROPYPATH": f"{run.SOURCES / 'curfew' / 'hardware'}:.frozen"}
    command = [run._micropython(), str(tmp_path / "main.py")]
    done = subprocess.run(command, env=paths, capture_output=True, text=True, timeout=20)
    assert done.stdout == "True\n", done.stderr


def test_only_a_chip_gets_it():
    assert sys.platform != "esp32" and 'sys.platform == "esp32"' in (run.SOURCES / "program.py").read_text("utf-8")
