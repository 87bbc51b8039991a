"""Stalls beside the pulse drive: what may stand together, what opens, and when the services may begin one.

Here: a handshake, an erase of the flash and a deaf bus while it burns, in every order. Not here: the pump's parts
(test_pump.py), one stall alone (test_loop.py).
"""

import itertools

import pytest

ERASE_MS, DEAF_MS = 400, 400


def stall(box, what, ms):
    """One stall that begins within two ticks; returns when it is over."""
    if what == "deaf":
        box.do("i2c_stuck", try_ms=ms, ms=ms // 2)  # one transfer: the next try comes half a second later
    else:
        box.do("gil_hold", ms=ms)
    before_ms = box.world.now_ms
    box.until(lambda: box.world.now_ms - before_ms >= ms)
    box.tick()


def stalled(world, order):
    """A burn with a sensor and the pulse drive, after these stalls with hardly a tick between."""
    box = world(relay_drive="pulse")
    box.burn()
    box.run_for(s=2)
    for what, ms in order:
        stall(box, what, ms)
    return box


@pytest.mark.parametrize(
    "order", list(itertools.permutations([("handshake", 1050), ("erase", ERASE_MS), ("deaf", DEAF_MS)]))
)
def test_stalls_of_less_than_1900_ms_in_two_seconds_open_nothing_in_any_order(world, order):
    box = stalled(world, order)
    box.run_for(s=3)
    assert (box.state(), box.contact(), box.gas()) == ("BURNING", "closed", "on")
    assert not [line for line in box.lines if '"burner":0' in line and '"cause":"CLOCK"' in line]


@pytest.mark.parametrize(
    "order", list(itertools.permutations([("handshake", 1900), ("erase", ERASE_MS), ("deaf", DEAF_MS)]))
)
def test_more_than_that_opens_in_any_order_and_the_cause_names_the_stall(world, order):
    box = stalled(world, order)
    box.run_for(ms=100)
    assert (box.state(), box.contact(), box.cause()) == ("VERIFYING", "open", "CLOCK")
    box.run_for(s=3)
    assert box.contact() == "open"


# --- when a handshake may begin -------------------------------------------------------------------------------------


def test_while_nothing_conducts_a_handshake_may_begin(world):
    box = world(relay_drive="pulse")
    box.run_for(s=1)
    assert box.loop.link.may_stall[0] == 1


def test_after_a_contact_closed_a_handshake_waits_until_the_pump_was_filled_for_a_second(world):
    box = world(relay_drive="pulse", sensor=False)
    box.until_state("IDLE")
    box.press()
    box.until(lambda: not box.loop.link.flash_allowed[0])
    assert box.loop.link.may_stall[0] == 0
    waited_ms = box.until(lambda: box.loop.link.may_stall[0] == 1)
    assert waited_ms == 980, "with the tick in which it closed: a second"


@pytest.mark.parametrize("ms, waits", [(60, False), (500, True)])
def test_after_a_stall_the_pump_must_be_full_again_first(world, ms, waits):
    box = world(relay_drive="pulse")
    box.burn()
    box.run_for(s=2)
    assert box.loop.link.may_stall[0] == 1
    stall(box, "erase", ms)
    assert box.loop.link.may_stall[0] == (0 if waits else 1)
    box.run_for(s=2)
    assert box.loop.link.may_stall[0] == 1


def test_beside_a_bus_that_does_not_answer_no_handshake_begins(world):
    box = world(relay_drive="pulse")
    box.burn()
    box.run_for(s=2)
    stall(box, "deaf", DEAF_MS)
    assert box.loop.link.may_stall[0] == 0
    box.run_for(s=3)
    assert box.loop.link.may_stall[0] == 1


def test_with_the_level_drive_only_the_bus_counts(world):
    box = world(relay_drive="level")
    box.burn()
    box.run_for(s=2)
    stall(box, "erase", 1500)
    assert box.loop.link.may_stall[0] == 1
    stall(box, "deaf", DEAF_MS)
    assert box.loop.link.may_stall[0] == 0
