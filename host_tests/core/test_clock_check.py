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
    device = burning(core)
    left_ms = device.left_ms()
    device.step(ms)
    assert (device.state(), device.left_ms()) == ("BURNING", left_ms - ms)


@pytest.mark.parametrize("ms", [2001, 5000, 10 * MIN, 2**29 - 1, 2**29, -1, -20, -1000, -(10 * MIN), -(2**29) + 1])
def test_a_step_back_or_beyond_two_seconds_opens_with_cause_clock(core, ms):
    device = burning(core)
    device.step(ms)
    assert (device.state(), device.cause(), device.conducts()) == ("VERIFYING", "CLOCK", False)


@pytest.mark.parametrize("state", ["ARMED", "BURNING", "WARNING", "OVERRIDE"])
def test_every_conducting_state_opens_on_a_broken_clock(core, state):
    device = core(sensor=True, **SHORT)
    device.press()
    if state != "ARMED":
        device.uv[0] = [10_000, 8000]
        device.until(lambda: device.state() == "BURNING", 3)
    if state == "WARNING":
        device.one().remaining_ms = 30_000
        device.step()
    if state == "OVERRIDE":
        device.override()
    assert device.state() == state
    device.step(-20)
    assert (device.state(), device.cause()) == ("VERIFYING", "CLOCK")


@pytest.mark.parametrize("ticks, state", [(49, "BURNING"), (50, "VERIFYING")])
def test_a_clock_that_stands_still_opens_after_fifty_ticks(core, ticks, state):
    device = burning(core)
    for _ in range(ticks):
        device.step(0)
    assert device.state() == state


def test_a_clock_that_moves_now_and_then_is_not_standing(core):
    device = burning(core)
    for _ in range(20):
        for _ in range(40):
            device.step(0)
        device.step(20)
    assert device.state() == "BURNING"


def test_a_clock_that_stands_closes_nothing_again(core):
    device = burning(core)
    for _ in range(100):
        device.step(0)
    device.button(True)
    for _ in range(2000):
        device.step(0)
    assert (device.state(), device.conducts()) == ("VERIFYING", False)


@pytest.mark.parametrize("before_wrap_ms", [0, 1, 20, 5000, 15_000, 60_000])
def test_the_wrap_of_the_chips_clock_is_no_event(core, before_wrap_ms):
    device = core(start_ms=WRAP - 10_000 - before_wrap_ms, **SHORT)
    device.press()
    begun_ms = device.now_ms
    left_ms = device.left_ms()
    device.run(min=1)
    assert device.state() == "BURNING"
    assert device.left_ms() == left_ms - MIN
    assert (device.now_ms - begun_ms) % WRAP == MIN


def test_a_burn_over_the_wrap_ends_on_its_deadline(core):
    device = core(start_ms=WRAP - 60_000, **SHORT)
    device.press()
    assert opened_after_ms(device) == pytest.approx(2 * MIN, abs=200)
    assert device.cause() == "TIMEOUT"


@pytest.mark.parametrize("leap_ms", [500, 2000])
def test_jumps_forward_do_not_shorten_the_reclose_delay(core, leap_ms):
    device = burning(core)
    device.off()
    for _ in range(3000 // 20 - 1):
        device.step(leap_ms)
        assert device.state() == "VERIFYING"
    device.step()
    assert device.state() == "IDLE"


def test_jumps_forward_only_shorten_a_burn(core):
    device = burning(core)
    ticks = 0
    while device.conducts():
        device.step(2000)
        ticks += 1
    assert ticks == 60
    assert device.cause() == "TIMEOUT"


def test_a_broken_clock_does_not_age_anything(core):
    device = core(**SHORT)
    device.step(-5000)
    device.step(5000)
    assert device.controller.step_ms == 0
    device.step(20)
    assert device.controller.step_ms == 20


@pytest.mark.parametrize("ticks, bridged_ms", [(1, 180), (2, 260), (5, 500), (23, 1940), (24, 2000), (50, 2000)])
def test_with_a_pump_the_next_stall_may_be_as_long_as_ticks_have_filled_it_since_the_last(core, ticks, bridged_ms):
    for late_ms, cause in ((0, ""), (1, "CLOCK")):
        device = burning(core, relay_drive="pulse")
        device.step(2000)
        device.run(20 * ticks)
        device.step(bridged_ms + late_ms)
        assert device.cause() == cause


def test_without_a_pump_every_stall_may_be_the_longest(core):
    device = burning(core)
    for _ in range(3):
        device.step(2000)
    assert device.conducts()


def test_a_clock_fault_is_forgotten_when_the_pump_has_recovered(core):
    device = burning(core, relay_drive="pulse")
    device.step(2001)
    assert device.cause() == "CLOCK"
    device.step(2000)
    assert device.controller.step_ms == 2000


@given(st.lists(st.one_of(st.integers(-3000, 3000), st.sampled_from([0, 20, 2**29, 2**29 - 1])), max_size=150))
def test_no_clock_makes_a_burn_longer_than_its_cap(core, steps):
    device = burning(core, idle=True)
    for ms in steps:
        if not device.conducts():
            break
        device.step(ms)
        assert device.one().remaining_ms <= 2 * MIN and device.one().cap_ms <= 6 * MIN
    bad = [ms for ms in steps if not 0 <= ms <= limits.STALL_MAX_MS]
    assert not device.conducts() or not bad[: len(steps)]
