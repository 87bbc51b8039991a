"""Deadline, cap, override and the cause at the end of a burn."""

import pytest

from curfew.core.codes import PRESSED
from host_tests.fixtures.core import MIN, SHORT, burning, opened_after_ms

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


def test_the_cap_counts_from_when_the_contact_closes_not_from_the_flame(core):
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
    box.override()
    assert box.state() == "OVERRIDE"
    assert 5 * MIN - 200 <= box.left_ms() <= 5 * MIN
    assert box.left_ms() == box.cap_ms(), "1:20 and 5 minutes are more than the 6 of the cap"
    opened_after_ms(box)
    assert box.cause() == "OVERRIDE_END"


def test_an_override_that_ends_before_the_cap_leaves_the_cap_alone(core):
    box = burning(core, burn_max_min=10)
    box.override()
    assert box.cap_ms() > 9 * MIN > box.left_ms()
    opened_after_ms(box)
    assert box.cause() == "OVERRIDE_END"


def test_an_override_has_no_longest_time_left_but_its_own(core):
    box = burning(core, timer_max_min=2, override_max_min=30)
    box.override()
    assert box.left_ms() > 29 * MIN


def test_only_the_first_override_of_a_burn_raises_the_cap(core):
    box = burning(core, burn_max_min=4, timer_max_min=3)
    box.override()
    cap_ms = box.cap_ms()
    box.run(min=1)
    box.press()
    assert box.state() == "BURNING"
    box.run(s=2)
    box.override()
    assert box.state() == "OVERRIDE"
    assert box.cap_ms() == box.left_ms() <= cap_ms - MIN


def test_a_first_override_that_did_not_need_to_raise_the_cap_is_still_the_first(core):
    box = burning(core, burn_max_min=6, timer_max_min=3)
    box.override()  # 5 minutes from now: less than the cap
    assert not box.one().cap_raised
    box.run(min=2)
    box.press()
    box.run(s=2)
    box.override()  # 5 minutes from now would be more than the cap
    assert not box.one().cap_raised
    assert box.left_ms() == box.cap_ms() < 4 * MIN
    opened_after_ms(box)
    assert box.cause() == "BURN_CAP"
    assert box.one().burn_ms == 6 * MIN


def test_a_new_burn_has_a_new_cap_and_a_new_first_override(core):
    box = burning(core)
    box.run(min=1)
    box.override()
    box.off()
    box.until(lambda: box.state() == "IDLE", 5)
    box.press()
    assert box.cap_ms() > 6 * MIN - 200 and not box.one().cap_raised
    box.run(min=1, s=20)
    box.override()
    assert box.one().cap_raised


def test_a_press_in_override_puts_it_back_under_the_timer(core):
    box = burning(core)
    box.override()
    box.run(s=2)
    box.press()
    assert box.state() == "BURNING"
    assert 2 * MIN - 200 <= box.left_ms() <= 2 * MIN
    opened_after_ms(box)
    assert box.cause() == "TIMEOUT"


def test_a_press_late_in_an_override_reaches_no_further_than_the_cap(core):
    box = burning(core)
    box.run(min=1, s=20)
    box.override()
    box.run(min=4)
    ends_ms = box.now_ms + box.left_ms()
    box.press()
    assert box.state() == "BURNING"
    assert box.now_ms + box.left_ms() == box.now_ms + box.cap_ms() == ends_ms
    opened_after_ms(box)
    assert box.cause() == "OVERRIDE_END", "the cap was raised by the override"


def test_the_longest_burn_is_cap_and_override_together(core):
    box = burning(core)
    box.run(2 * MIN - 1000)
    while box.one().burn_ms < 6 * MIN - 20_000:  # up to the cap with presses, then a double press
        box.press()
        box.run(s=2)
    box.override()
    assert box.state() == "OVERRIDE"
    opened_after_ms(box)
    assert 10 * MIN < box.one().burn_ms <= 11 * MIN


def test_an_override_reminds_every_ten_minutes(core):
    box = burning(core, override_max_min=40)
    box.override()
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
    box.override()
    box.one().remaining_ms = 30_000
    box.one().cap_ms = 30_001
    box.step()
    box.press()
    opened_after_ms(box)
    assert box.cause() in ("OVERRIDE_END", "BURN_CAP")


def test_a_press_in_the_warning_of_an_override_that_extends_makes_it_a_timeout(core):
    box = burning(core, burn_max_min=20)
    box.override()
    box.one().remaining_ms = 30_000
    box.step()
    box.press()
    opened_after_ms(box)
    assert box.cause() == "TIMEOUT"
