"""Deadline, cap, causes, the clock, and two burners side by side: the arithmetic of the box.

Here: what a whole core does with time. Not here: single pairs of state and event (test_table.py), pins, files.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import limits
from curfew.core.codes import PRESSED
from host_tests.fixtures.names import SOUNDS

MIN = 60_000
WRAP = 2**30
# Short times, so that a test can live through them tick by tick.
SHORT = {
    "timer_default_min": 2, "timer_step_min": 1, "timer_max_min": 4, "burn_max_min": 6, "override_max_min": 5,
    "warning_s": 30, "reclose_hold_s": 3, "ignite_window_s": 10,
}  # fmt: skip


def burning(core, **changed):
    """A burner without a sensor in the tick in which its timer started."""
    box = core(**{**SHORT, **changed})
    box.press()
    assert (box.state(), box.one().burn_ms) == ("BURNING", 0)
    return box


def opened_after_ms(box):
    """Let the box go on until the contact opens; how long that took."""
    ms = 0
    while box.conducts():
        assert ms < 60 * MIN
        box.step()
        ms += 20
    return ms


# --- deadline ------------------------------------------------------------------------------------------------------


def test_the_default_time_starts_with_the_press_where_there_is_no_sensor(core):
    box = burning(core)
    assert (box.left_ms(), box.cap_ms()) == (2 * MIN, 6 * MIN)


def test_the_default_time_starts_with_the_flame_where_there_is_a_sensor(core):
    box = core(sensor=True, **SHORT)
    box.press()
    box.run(s=5)
    assert box.state() == "ARMED"
    assert box.one().remaining_s() == 0, "no deadline yet"
    box.uv[0] = [10_000, 8000]
    box.until(lambda: box.state() == "BURNING", 3)
    assert box.left_ms() == 2 * MIN


def test_the_cap_is_counted_from_the_closing_of_the_contact_and_not_from_the_flame(core):
    box = core(sensor=True, **{**SHORT, "ignite_window_s": 60})
    box.press()
    waited_ms = box.one().burn_ms
    box.run(s=30)
    box.uv[0] = [10_000, 8000]
    box.until(lambda: box.state() == "BURNING", 3)
    assert box.cap_ms() == 6 * MIN - box.one().burn_ms
    assert box.one().burn_ms >= 30_000 + waited_ms


def test_a_default_that_reaches_beyond_the_cap_ends_at_the_cap(core):
    box = core(sensor=True, **{**SHORT, "timer_default_min": 4, "burn_max_min": 4, "ignite_window_s": 60})
    box.press()
    box.run(s=30)
    box.uv[0] = [10_000, 8000]
    box.until(lambda: box.state() == "BURNING", 3)
    assert box.left_ms() == box.cap_ms() < 4 * MIN
    opened_after_ms(box)
    assert box.cause() == "BURN_CAP"


def test_a_press_adds_one_step(core):
    box = burning(core)
    ends_ms = box.now_ms + box.left_ms()
    box.press()
    assert box.now_ms + box.left_ms() == ends_ms + MIN


def test_presses_reach_the_longest_time_left_and_not_a_millisecond_more(core):
    box = burning(core)
    for _ in range(5):
        box.press()
        box.run(s=1)
        assert box.left_ms() <= 4 * MIN
    box.press()
    assert 4 * MIN - 200 <= box.left_ms() <= 4 * MIN


def test_a_press_at_the_longest_time_left_does_not_shorten_it(core):
    box = burning(core)
    for _ in range(3):
        box.press()
        box.run(s=1)
    ends_ms = box.now_ms + box.left_ms()
    box.press()
    assert box.now_ms + box.left_ms() >= ends_ms


def test_presses_never_reach_beyond_the_cap(core):
    box = burning(core)
    box.run(min=1)
    for _ in range(40):
        box.press()
        box.run(s=3)
        assert box.left_ms() <= box.cap_ms()
    opened_after_ms(box)
    assert box.cause() == "BURN_CAP"
    assert box.one().burn_ms == 6 * MIN


def test_time_left_is_shown_in_whole_seconds_rounded_up(core):
    box = burning(core)
    for left_ms, shown in [(1, 1), (999, 1), (1000, 1), (1001, 2), (59_999, 60), (60_000, 60), (60_001, 61)]:
        box.one().remaining_ms = left_ms
        assert box.one().remaining_s() == shown


@pytest.mark.parametrize("state", ["IDLE", "VERIFYING"])
def test_no_time_is_left_where_nothing_conducts(core, state):
    box = burning(core)
    box.off()
    box.until(lambda: box.state() == state, 5)
    assert box.one().remaining_s() == 0


# --- warning and deadline ------------------------------------------------------------------------------------------


def test_the_warning_begins_when_no_more_than_its_time_is_left(core):
    box = burning(core)
    box.run(2 * MIN - 30_000 - 20)
    assert (box.state(), box.left_ms()) == ("BURNING", 30_020)
    box.step()
    assert (box.state(), box.left_ms(), box.sound()) == ("WARNING", 30_000, "WARNING")


def test_the_contact_opens_at_the_deadline_and_not_a_tick_earlier(core):
    box = burning(core)
    box.run(2 * MIN - 20)
    assert (box.state(), box.left_ms(), box.conducts()) == ("WARNING", 20, True)
    box.step()
    assert (box.state(), box.cause(), box.conducts()) == ("VERIFYING", "TIMEOUT", False)


@pytest.mark.parametrize("left_ms, conducts", [(21, True), (20, False), (19, False)])
def test_the_last_millisecond_counts(core, left_ms, conducts):
    box = burning(core)
    box.one().remaining_ms = 30_000
    box.step()
    box.one().remaining_ms = left_ms
    box.step()
    assert box.conducts() is conducts


def test_a_press_in_the_warning_leads_back_to_burning(core):
    box = burning(core)
    box.run(2 * MIN - 20_000)
    box.press()
    assert (box.state(), box.cause()) == ("BURNING", "")


@pytest.mark.parametrize("cap_left_ms, state", [(30_001, "BURNING"), (30_000, "WARNING"), (29_999, "WARNING")])
def test_a_press_that_leaves_no_more_than_the_warning_stays_in_the_warning(core, cap_left_ms, state):
    box = burning(core)
    box.run(2 * MIN - 20_000)
    box.one().cap_ms = cap_left_ms
    box.one()._happen(PRESSED, 0)
    assert (box.state(), box.left_ms()) == (state, cap_left_ms)


def test_the_warning_is_repeated_while_it_lasts(core):
    box = burning(core)
    box.run(2 * MIN - 30_000)
    heard = 0
    for _ in range(29_000 // 20):
        box.step()
        heard += box.sound() == "WARNING"
    assert heard == 5


# --- override and cap ----------------------------------------------------------------------------------------------


def test_the_first_override_reaches_its_own_length_beyond_the_cap(core):
    box = burning(core)
    box.run(min=1, s=20)
    box.double_press()
    assert box.state() == "OVERRIDE"
    assert 5 * MIN - 200 <= box.left_ms() <= 5 * MIN
    assert box.left_ms() == box.cap_ms(), "1:20 and 5 minutes are more than the 6 of the cap"
    opened_after_ms(box)
    assert box.cause() == "OVERRIDE_END"


def test_an_override_that_ends_before_the_cap_leaves_the_cap_alone(core):
    box = burning(core, burn_max_min=10)
    box.double_press()
    assert box.cap_ms() > 9 * MIN > box.left_ms()
    opened_after_ms(box)
    assert box.cause() == "OVERRIDE_END"


def test_an_override_has_no_longest_time_left_but_its_own(core):
    box = burning(core, timer_max_min=2, override_max_min=30)
    box.double_press()
    assert box.left_ms() > 29 * MIN


def test_only_the_first_override_of_an_interval_raises_the_cap(core):
    box = burning(core, burn_max_min=4)
    box.double_press()
    cap_ms = box.cap_ms()
    box.run(min=1)
    box.press()
    assert box.state() == "BURNING"
    box.run(s=2)
    box.double_press()
    assert box.state() == "OVERRIDE"
    assert box.cap_ms() == box.left_ms() <= cap_ms - MIN


def test_a_first_override_that_did_not_need_to_raise_the_cap_is_still_the_first(core):
    box = burning(core, burn_max_min=6)
    box.double_press()  # 5 minutes from now: less than the cap
    assert not box.one().cap_raised
    box.run(min=2)
    box.press()
    box.run(s=2)
    box.double_press()  # 5 minutes from now would be more than the cap
    assert not box.one().cap_raised
    assert box.left_ms() == box.cap_ms() < 4 * MIN
    opened_after_ms(box)
    assert box.cause() == "BURN_CAP"
    assert box.one().burn_ms == 6 * MIN


def test_a_new_interval_has_a_new_cap_and_a_new_first_override(core):
    box = burning(core)
    box.run(min=1)
    box.double_press()
    box.off()
    box.until(lambda: box.state() == "IDLE", 5)
    box.press()
    assert box.cap_ms() > 6 * MIN - 200 and not box.one().cap_raised
    box.run(min=1, s=20)
    box.double_press()
    assert box.one().cap_raised


def test_a_press_in_override_puts_it_back_under_the_timer(core):
    box = burning(core)
    box.double_press()
    box.run(s=2)
    box.press()
    assert box.state() == "BURNING"
    assert 2 * MIN - 200 <= box.left_ms() <= 2 * MIN
    opened_after_ms(box)
    assert box.cause() == "TIMEOUT"


def test_a_press_late_in_an_override_reaches_no_further_than_the_cap(core):
    box = burning(core)
    box.run(min=1, s=20)
    box.double_press()
    box.run(min=4)
    ends_ms = box.now_ms + box.left_ms()
    box.press()
    assert box.state() == "BURNING"
    assert box.now_ms + box.left_ms() == box.now_ms + box.cap_ms() == ends_ms
    opened_after_ms(box)
    assert box.cause() == "OVERRIDE_END", "the cap was raised by the override"


def test_the_longest_interval_is_cap_and_override_together(core):
    box = burning(core)
    box.run(2 * MIN - 1000)
    while box.one().burn_ms < 6 * MIN - 20_000:  # up to the cap with presses, then a double press
        box.press()
        box.run(s=2)
    box.double_press()
    assert box.state() == "OVERRIDE"
    opened_after_ms(box)
    assert 10 * MIN < box.one().burn_ms <= 11 * MIN


def test_an_override_reminds_every_ten_minutes(core):
    box = burning(core, override_max_min=40)
    box.double_press()
    reminded = []
    for _ in range(31 * MIN // 500):
        box.step(500)
        if box.sound() == "REMIND":
            reminded.append(box.one().burn_ms // MIN)
    assert reminded == [10, 20, 30]


# --- the cause at the deadline: exactly one ------------------------------------------------------------------------


@pytest.mark.parametrize("at_cap, raised, by_override, cause", [
    (True, True, True, "OVERRIDE_END"), (True, True, False, "OVERRIDE_END"), (True, False, True, "BURN_CAP"),
    (True, False, False, "BURN_CAP"), (False, True, True, "OVERRIDE_END"), (False, False, True, "OVERRIDE_END"),
    (False, True, False, "TIMEOUT"), (False, False, False, "TIMEOUT"),
])  # fmt: skip
def test_the_cause_at_the_deadline(core, at_cap, raised, by_override, cause):
    box = burning(core)
    box.one().remaining_ms = 30_000
    box.step()
    assert box.state() == "WARNING"
    one = box.one()
    one.cap_ms = one.remaining_ms + (0 if at_cap else 1)
    one.cap_raised, one.by_override = raised, by_override
    opened_after_ms(box)
    assert box.cause() == cause
    assert box.openings() == [(0, cause)]


def test_a_press_in_the_warning_of_an_override_that_cannot_extend_does_not_change_the_cause(core):
    box = burning(core, burn_max_min=20, timer_max_min=2)
    box.double_press()
    box.one().remaining_ms = 30_000
    box.one().cap_ms = 30_001
    box.step()
    box.press()
    opened_after_ms(box)
    assert box.cause() in ("OVERRIDE_END", "BURN_CAP")


def test_a_press_in_the_warning_of_an_override_that_extends_makes_it_a_timeout(core):
    box = burning(core, burn_max_min=20)
    box.double_press()
    box.one().remaining_ms = 30_000
    box.step()
    box.press()
    opened_after_ms(box)
    assert box.cause() == "TIMEOUT"


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
        box.double_press()
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


def test_an_interval_over_the_wrap_ends_on_its_deadline(core):
    box = core(start_ms=WRAP - 60_000, **SHORT)
    box.press()
    assert opened_after_ms(box) == pytest.approx(2 * MIN, abs=200)
    assert box.cause() == "TIMEOUT"


@pytest.mark.parametrize("leap_ms", [500, 2000])
def test_leaps_forward_do_not_shorten_the_rest(core, leap_ms):
    box = burning(core)
    box.off()
    for _ in range(3000 // 20 - 1):
        box.step(leap_ms)
        assert box.state() == "VERIFYING"
    box.step()
    assert box.state() == "IDLE"


def test_leaps_forward_only_shorten_a_burn(core):
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


def test_a_clock_that_broke_is_forgotten_when_the_pump_has_rested(core):
    box = burning(core, relay_drive="pulse")
    box.step(2001)
    assert box.cause() == "CLOCK"
    box.step(2000)
    assert box.controller.step_ms == 2000


@given(st.lists(st.one_of(st.integers(-3000, 3000), st.sampled_from([0, 20, 2**29, 2**29 - 1])), max_size=150))
def test_no_clock_makes_an_interval_longer_than_its_cap(core, steps):
    box = burning(core, idle=True)
    for ms in steps:
        if not box.conducts():
            break
        box.step(ms)
        assert box.one().remaining_ms <= 2 * MIN and box.one().cap_ms <= 6 * MIN
    bad = [ms for ms in steps if not 0 <= ms <= limits.STALL_MAX_MS]
    assert not box.conducts() or not bad[: len(steps)]


# --- causes --------------------------------------------------------------------------------------------------------


def test_every_opening_is_recorded_once_with_its_cause_and_its_length(core):
    box = burning(core)
    box.run(s=20)
    box.off("voice")
    box.run(s=5)
    box.press()
    box.hold()
    assert box.openings() == [(0, "REMOTE"), (0, "BUTTON")]
    assert box.one().burn_ms >= 800


def test_a_start_after_a_conducting_end_is_recorded_as_restart(core):
    box = burning(core)
    box.memory.seal()
    again = core(previous=bytes(box.memory.buffer), idle=False, **SHORT)
    assert again.cause() == "RESTART"
    assert again.openings()[-1] == (0, "RESTART")
    assert (again.state(), again.conducts()) == ("VERIFYING", False)


def test_a_start_after_a_resting_end_has_no_cause(core):
    box = core(**SHORT)
    box.memory.seal()
    again = core(previous=bytes(box.memory.buffer), **SHORT)
    assert again.cause() == ""
    assert again.openings() == []


@pytest.mark.parametrize("mask", range(4))
def test_a_restart_is_recorded_for_exactly_those_that_conducted(core, mask):
    box = core(burners=2, **SHORT)
    for index in range(2):
        if mask >> index & 1:
            box.press(index)
    box.memory.seal()
    again = core(burners=2, previous=bytes(box.memory.buffer), idle=False, **SHORT)
    assert [again.cause(index) == "RESTART" for index in range(2)] == [bool(mask & 1), bool(mask & 2)]


# --- starts and the rest -------------------------------------------------------------------------------------------


def test_every_start_begins_open_and_in_closing(core):
    box = core(idle=False)
    assert (box.state(), box.conducts()) == ("VERIFYING", False)


def test_after_a_start_the_contact_stays_open_for_the_whole_rest_whatever_the_hand_does(core):
    box = core(idle=False, **{**SHORT, "reclose_hold_s": 10})
    for _ in range(10_000 // 20 - 1):
        box.step()
        assert box.state() == "VERIFYING" and not box.conducts()
    box.step()
    assert box.state() == "IDLE"


def test_a_press_in_idle_conducts_within_one_tick_after_its_release(core):
    box = core(**SHORT)
    box.button(True)
    box.run(200)
    box.button(False)
    box.run(40)
    assert not box.conducts()
    box.step()
    assert box.conducts()


def test_a_press_during_the_rest_does_not_count_when_it_is_over(core):
    box = burning(core)
    box.off()
    box.run(s=2)
    box.press()
    box.run(s=5)
    assert (box.state(), box.conducts()) == ("IDLE", False)


# --- two burners ---------------------------------------------------------------------------------------------------


def test_two_burners_have_deadlines_of_their_own(core):
    box = core(burners=2, **SHORT)
    box.press(0)
    box.run(s=30)
    box.press(1)
    box.run(2 * MIN - 40_000)
    assert (box.state(0), box.state(1)) == ("WARNING", "BURNING")
    box.run(s=20)
    assert (box.state(0), box.state(1)) == ("IDLE", "WARNING")


@pytest.mark.parametrize("event", ["off", "hold", "double_press", "press", "fault"])
def test_what_one_burner_does_changes_nothing_for_the_other(core, event):
    box, alone = core(burners=2, **SHORT), core(burners=2, **SHORT)
    for one in (box, alone):
        one.press(0)
        one.press(1)
        one.run(s=10)
    begun_ms = box.now_ms
    if event == "fault":
        box.raise_fault("BUTTON_STUCK", 1)
        box.step()
    elif event == "off":
        box.off(burner=1)
    else:
        getattr(box, event)(burner=1)
    alone.run(box.now_ms - begun_ms)
    assert box.state(1) != "BURNING" or event == "press"
    assert (box.state(0), box.left_ms(0), box.cap_ms(0)) == (alone.state(0), alone.left_ms(0), alone.cap_ms(0))
    assert opened_after_ms(box) == opened_after_ms(alone)
    assert box.cause(0) == alone.cause(0) == "TIMEOUT"


def test_an_off_is_for_its_burner_only(core):
    box = core(burners=4, **SHORT)
    for index in range(4):
        box.press(index)
    box.off("web", burner=2)
    assert [box.conducts(index) for index in range(4)] == [True, True, False, True]


def test_two_offs_in_one_tick_open_both(core):
    box = core(burners=2, **SHORT)
    box.press(0)
    box.press(1)
    box.inbox.post_off(0, 1)
    box.inbox.post_off(1, 3)
    box.step()
    assert [box.cause(0), box.cause(1)] == ["REMOTE:web", "REMOTE:voice"]
    assert sorted(box.openings()) == [(0, "REMOTE"), (1, "REMOTE")]


def test_a_broken_clock_opens_all_burners(core):
    box = core(burners=4, **SHORT)
    for index in range(4):
        box.press(index)
    box.step(-20)
    assert [box.cause(index) for index in range(4)] == ["CLOCK"] * 4


# --- what the loop asks it -----------------------------------------------------------------------------------------


def test_it_is_at_rest_in_idle_and_fault_only(core):
    box = core(burners=2, **SHORT)
    assert box.controller.is_at_rest()
    box.raise_fault("BUTTON_STUCK")
    box.step()
    assert box.controller.is_at_rest()
    box.press(1)
    assert not box.controller.is_at_rest()
    box.off(burner=1)
    assert box.state(1) == "VERIFYING" and not box.controller.is_at_rest()


# --- which channels are read ---------------------------------------------------------------------------------------


def scanned(box):
    return [index for index in range(len(box.controller.burners)) if box.controller.wants_scan(index)]


def test_at_rest_all_fitted_burners_are_scanned(core):
    assert scanned(core(burners=4, sensor=True)) == [0, 1, 2, 3]
    assert scanned(core(burners=4, sensor=False)) == []


def test_after_an_opening_only_the_opening_burner_is_scanned_until_its_proof_is_complete(core):
    box = core(burners=3, sensor=True)
    box.flame(1)
    box.off(burner=1)
    assert scanned(box) == [1]
    box.run(1000)
    assert scanned(box) == [0, 1, 2]


def test_two_burners_that_open_together_are_both_scanned(core):
    box = core(burners=3, sensor=True)
    box.flame(0)
    box.flame(2)
    box.inbox.post_off(0, 0)
    box.inbox.post_off(2, 0)
    box.step()
    assert scanned(box) == [0, 2]


def test_a_burner_whose_readings_never_come_does_not_starve_the_others(core):
    """Burners are independent: one dead converter must not blind them all."""
    box = core(burners=4, sensor=True)
    box.flame(2)
    box.blind[2] = box.blind[3] = True
    box.off(burner=2)
    box.run(s=5)
    assert box.raised(2) == ["SENSOR_FAILED"]
    assert scanned(box)[:2] == [0, 1]


def test_a_burner_whose_readings_are_impossible_does_not_starve_the_others(core):
    box = core(burners=2, sensor=True)
    box.flame(1)
    box.uv[1] = [70_000, 70_000]
    box.off(burner=1)
    box.run(s=5)
    assert box.raised(1) == ["SENSOR_FAILED"]
    assert 0 in scanned(box)


def test_a_channel_of_a_burner_that_is_not_there_may_be_missed(core):
    box = core(burners=1, sensor=True)
    for burner in range(4):
        box.controller.miss_reading(burner)


def test_a_missed_reading_begins_the_search_for_an_ignition_again(core):
    box = core(sensor=True)
    for number, uv in enumerate((0, 0, 0, 300, 600, 900, 1200, 1500, 1500)):
        if number == 5:
            box.controller.miss_reading(0)
        box.uv[0][0] = uv
        box.step()
    assert box.state() == "IDLE"


# --- anything at all -----------------------------------------------------------------------------------------------

ACTS = [
    "run", "press", "hold", "double_press", "off", "extend", "arm", "flame", "dark", "blind", "seen", "jump", "weld",
]  # fmt: skip
MOVES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(1, 100)), max_size=40)


@given(MOVES, st.booleans(), st.booleans())
def test_whatever_happens_no_interval_is_too_long_none_too_soon_and_each_ends_with_one_cause(core, moves, sensor, far):
    """A random walk; core.step() checks after every tick that nothing conducts without a grant."""
    box = core(burners=2, sensor=sensor, remote_extend=far, **SHORT)
    watch = Watch(box)
    for move, burner, size in moves:
        if move in ("press", "double_press"):
            getattr(watch.box, move)(burner)
        elif move == "hold":
            box.hold(1 + size // 20, burner)
            assert not box.conducts(burner)
        elif move == "off":
            box.off("web", burner)
            assert not box.conducts(burner)
        elif move in ("extend", "arm"):
            left_ms, conducts = box.left_ms(burner), box.conducts(burner)
            getattr(box, move)(burner)
            assert conducts or not box.conducts(burner)
            assert (
                far and move == "extend" or box.left_ms(burner) <= left_ms or not conducts or not box.conducts(burner)
            )
        elif move == "flame":
            box.uv[burner] = [10_000, 8_000]
        elif move == "dark":
            box.uv[burner] = [size, 0]
        elif move == "weld":
            box.uv[burner] = [9_000, 8_000]
        elif move in ("blind", "seen"):
            box.blind[burner] = move == "blind"
        elif move == "jump":
            box.step(-size * 100)
            assert not box.conducts(0) and not box.conducts(1)
        for _ in range(size):
            box.step()
    for burner in range(2):
        assert box.one(burner).burn_ms <= 11 * MIN


class Watch:
    """Looks at every tick of a core: how long contacts conduct and rest."""

    def __init__(self, box):
        self.box = box
        self.open_ticks = [10**9] * len(box.controller.burners)
        step = box.step

        def watched(ms=20):
            was = [box.conducts(index) for index in range(len(self.open_ticks))]
            causes = box.memory.seq[0]
            step(ms)
            opened = 0
            for index, before in enumerate(was):
                now = box.conducts(index)
                if now and not before:
                    assert self.open_ticks[index] * 20 >= 3000, "conducts again too soon"
                if before and not now:
                    opened += 1
                    assert box.cause(index)
                self.open_ticks[index] = 0 if now else self.open_ticks[index] + 1
            assert (box.memory.seq[0] - causes) == opened, "an opening has one record"

        box.step = watched


# --- the window for an update ----------------------------------------------------------------------------------------


def held(box, ms):
    """The button held for so long, and let go."""
    box.button(True)
    box.run(ms)
    box.button(False)
    box.run(60)


def allowed(core, **changed):
    """A box in whose window a hand let an update."""
    box = core(**{**SHORT, **changed})
    held(box, 4900)
    assert box.controller.update_ms == 0
    box.run(s=2)
    held(box, 5100)
    assert box.controller.update_ms > limits.UPDATE_MS - 1000
    return box


def test_five_seconds_of_a_hand_on_the_idle_box_let_an_update_in_for_ten_minutes(core):
    box = allowed(core)
    assert box.state() == "IDLE" and not box.conducts()
    box.run(s=598)
    assert box.controller.update_ms > 0
    box.run(s=3)
    assert box.controller.update_ms == 0


def test_it_beeps_when_the_window_opens(core):
    box = core(**SHORT)
    box.button(True)
    heard = []
    for _ in range(260):
        box.step()
        heard.append(SOUNDS[box.controller.player.sound])
    assert "READY" in heard


def test_a_press_closes_the_window_in_the_tick_in_which_the_contact_conducts(core):
    box = allowed(core)
    box.press()
    assert box.conducts() and box.controller.update_ms == 0
    box.hold()
    box.until(lambda: box.state() == "IDLE", 30)
    assert box.controller.update_ms == 0, "it does not come back by itself"


@pytest.mark.parametrize("where", ["BURNING", "VERIFYING", "FAULT"])
def test_a_hand_lets_no_update_in_but_in_idle(core, where):
    box = core(**SHORT)
    if where != "FAULT":
        box.press()
    if where == "VERIFYING":
        box.off()
    if where == "FAULT":
        box.raise_fault("UNSTABLE")
        box.step()
    held(box, 2000 if where == "VERIFYING" else 5500)
    assert box.controller.update_ms == 0


def test_while_another_burner_conducts_the_hand_gets_a_no_and_no_window(core):
    box = core(burners=2, **SHORT)
    box.press(burner=1)
    box.button(True)
    heard = set()
    for _ in range(260):
        box.step()
        heard.add(SOUNDS[box.controller.player.sound])
    assert box.conducts(1) and box.controller.update_ms == 0
    assert "NO" in heard and "READY" not in heard


def test_no_restart_and_no_word_from_afar_opens_the_window(core):
    box = core(**SHORT)
    for word in (box.off, box.extend, box.arm):
        word()
        assert box.controller.update_ms == 0
