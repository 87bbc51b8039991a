"""The clock: which steps count as time, what is a clock fault, and the wrap of the ticks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import limits
from host_tests.fixtures.core import MIN, SHORT, burning, opened_after_ms

WRAP = 2**30


# --- the clock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ms", [1, 19, 20, 21, 400, 1999, 2000])
def test_a_step_up_to_two_seconds_is_time_that_passed(core, ms):
    box = burning(core)
    left_ms = box.left_ms()
    box.step(ms)
    assert (box.state(), box.left_ms()) == ("BURNING", left_ms - ms)


@pytest.mark.parametrize("ms", [2001, 5000, 10 * MIN, 2**29 - 1, 2**29, -1, -20, -1000, -(10 * MIN), -(2**29) + 1])
def test_a_step_back_or_beyond_two_seconds_opens_with_cause_clock(core, ms):
    box = burning(core)
    box.step(ms)
    assert (box.state(), box.cause(), box.conducts()) == ("VERIFYING", "CLOCK", False)


@pytest.mark.parametrize("state", ["ARMED", "BURNING", "WARNING", "OVERRIDE"])
def test_every_conducting_state_opens_on_a_broken_clock(core, state):
    box = core(sensor=True, **SHORT)
    box.press()
    if state != "ARMED":
        box.uv[0] = [10_000, 8000]
        box.until(lambda: box.state() == "BURNING", 3)
    if state == "WARNING":
        box.one().remaining_ms = 30_000
        box.step()
    if state == "OVERRIDE":
        box.override()
    assert box.state() == state
    box.step(-20)
    assert (box.state(), box.cause()) == ("VERIFYING", "CLOCK")


@pytest.mark.parametrize("ticks, state", [(49, "BURNING"), (50, "VERIFYING")])
def test_a_clock_that_stands_still_opens_after_fifty_ticks(core, ticks, state):
    box = burning(core)
    for _ in range(ticks):
        box.step(0)
    assert box.state() == state


def test_a_clock_that_moves_now_and_then_is_not_standing(core):
    box = burning(core)
    for _ in range(20):
        for _ in range(40):
            box.step(0)
        box.step(20)
    assert box.state() == "BURNING"


def test_a_clock_that_stands_closes_nothing_again(core):
    box = burning(core)
    for _ in range(100):
        box.step(0)
    box.button(True)
    for _ in range(2000):
        box.step(0)
    assert (box.state(), box.conducts()) == ("VERIFYING", False)


@pytest.mark.parametrize("before_wrap_ms", [0, 1, 20, 5000, 15_000, 60_000])
def test_the_wrap_of_the_chips_clock_is_no_event(core, before_wrap_ms):
    box = core(start_ms=WRAP - 10_000 - before_wrap_ms, **SHORT)
    box.press()
    begun_ms = box.now_ms
    left_ms = box.left_ms()
    box.run(min=1)
    assert box.state() == "BURNING"
    assert box.left_ms() == left_ms - MIN
    assert (box.now_ms - begun_ms) % WRAP == MIN


def test_a_burn_over_the_wrap_ends_on_its_deadline(core):
    box = core(start_ms=WRAP - 60_000, **SHORT)
    box.press()
    assert opened_after_ms(box) == pytest.approx(2 * MIN, abs=200)
    assert box.cause() == "TIMEOUT"


@pytest.mark.parametrize("leap_ms", [500, 2000])
def test_jumps_forward_do_not_shorten_the_reclose_delay(core, leap_ms):
    box = burning(core)
    box.off()
    for _ in range(3000 // 20 - 1):
        box.step(leap_ms)
        assert box.state() == "VERIFYING"
    box.step()
    assert box.state() == "IDLE"


def test_jumps_forward_only_shorten_a_burn(core):
    box = burning(core)
    ticks = 0
    while box.conducts():
        box.step(2000)
        ticks += 1
    assert ticks == 60
    assert box.cause() == "TIMEOUT"


def test_a_broken_clock_does_not_age_anything(core):
    box = core(**SHORT)
    box.step(-5000)
    box.step(5000)
    assert box.controller.step_ms == 0
    box.step(20)
    assert box.controller.step_ms == 20


@pytest.mark.parametrize("ticks, bridged_ms", [(1, 180), (2, 260), (5, 500), (23, 1940), (24, 2000), (50, 2000)])
def test_with_a_pump_the_next_stall_may_be_as_long_as_ticks_have_filled_it_since_the_last(core, ticks, bridged_ms):
    for late_ms, cause in ((0, ""), (1, "CLOCK")):
        box = burning(core, relay_drive="pulse")
        box.step(2000)
        box.run(20 * ticks)
        box.step(bridged_ms + late_ms)
        assert box.cause() == cause


def test_without_a_pump_every_stall_may_be_the_longest(core):
    box = burning(core)
    for _ in range(3):
        box.step(2000)
    assert box.conducts()


def test_a_clock_fault_is_forgotten_when_the_pump_has_recovered(core):
    box = burning(core, relay_drive="pulse")
    box.step(2001)
    assert box.cause() == "CLOCK"
    box.step(2000)
    assert box.controller.step_ms == 2000


@given(st.lists(st.one_of(st.integers(-3000, 3000), st.sampled_from([0, 20, 2**29, 2**29 - 1])), max_size=150))
def test_no_clock_makes_a_burn_longer_than_its_cap(core, steps):
    box = burning(core, idle=True)
    for ms in steps:
        if not box.conducts():
            break
        box.step(ms)
        assert box.one().remaining_ms <= 2 * MIN and box.one().cap_ms <= 6 * MIN
    bad = [ms for ms in steps if not 0 <= ms <= limits.STALL_MAX_MS]
    assert not box.conducts() or not bad[: len(steps)]
