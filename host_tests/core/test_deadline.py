"""Deadline, cap, override and the cause at the end of a burn."""

import pytest

from curfew.core.codes import OVERRIDE_PRESSED, PRESSED, RELIT
from host_tests.fixtures.core import MIN, SHORT, burning, opened_after_ms

# --- deadline ------------------------------------------------------------------------------------------------------


def test_the_default_time_starts_with_the_press_where_there_is_no_sensor(core):
    device = burning(core)
    assert (device.left_ms(), device.cap_ms()) == (2 * MIN, 6 * MIN)


def test_the_default_time_starts_with_the_flame_where_there_is_a_sensor(core):
    device = core(sensor=True, **SHORT)
    device.press()
    device.run(s=5)
    assert device.state() == "ARMED"
    assert device.one().remaining_s() == 0, "no deadline yet"
    device.uv[0] = [10_000, 8000]
    device.until(lambda: device.state() == "BURNING", 3)
    assert device.left_ms() == 2 * MIN


def test_the_cap_counts_from_when_the_contact_closes_not_from_the_flame(core):
    device = core(sensor=True, **{**SHORT, "ignite_window_s": 60})
    device.press()
    waited_ms = device.one().burn_ms
    device.run(s=30)
    device.uv[0] = [10_000, 8000]
    device.until(lambda: device.state() == "BURNING", 3)
    assert device.cap_ms() == 6 * MIN - device.one().burn_ms
    assert device.one().burn_ms >= 30_000 + waited_ms


def test_a_default_that_reaches_beyond_the_cap_ends_at_the_cap(core):
    device = core(sensor=True, **{**SHORT, "timer_default_min": 4, "burn_max_min": 4, "ignite_window_s": 60})
    device.press()
    device.run(s=30)
    device.uv[0] = [10_000, 8000]
    device.until(lambda: device.state() == "BURNING", 3)
    assert device.left_ms() == device.cap_ms() < 4 * MIN
    opened_after_ms(device)
    assert device.cause() == "BURN_CAP"


def test_a_press_adds_one_step(core):
    device = burning(core)
    ends_ms = device.now_ms + device.left_ms()
    device.press()
    assert device.now_ms + device.left_ms() == ends_ms + MIN


def test_presses_reach_the_longest_time_left_and_not_a_millisecond_more(core):
    device = burning(core)
    for _ in range(5):
        device.press()
        device.run(s=1)
        assert device.left_ms() <= 4 * MIN
    device.press()
    assert 4 * MIN - 200 <= device.left_ms() <= 4 * MIN


def test_a_press_at_the_longest_time_left_does_not_shorten_it(core):
    device = burning(core)
    for _ in range(3):
        device.press()
        device.run(s=1)
    ends_ms = device.now_ms + device.left_ms()
    device.press()
    assert device.now_ms + device.left_ms() >= ends_ms


def test_presses_never_reach_beyond_the_cap(core):
    device = burning(core)
    device.run(min=1)
    for _ in range(40):
        device.press()
        device.run(s=3)
        assert device.left_ms() <= device.cap_ms()
    opened_after_ms(device)
    assert device.cause() == "BURN_CAP"
    assert device.one().burn_ms == 6 * MIN


def test_time_left_is_shown_in_whole_seconds_rounded_up(core):
    device = burning(core)
    for left_ms, shown in [(1, 1), (999, 1), (1000, 1), (1001, 2), (59_999, 60), (60_000, 60), (60_001, 61)]:
        device.one().remaining_ms = left_ms
        assert device.one().remaining_s() == shown


@pytest.mark.parametrize("state", ["IDLE", "VERIFYING"])
def test_no_time_is_left_where_nothing_conducts(core, state):
    device = burning(core)
    device.off()
    device.until(lambda: device.state() == state, 5)
    assert device.one().remaining_s() == 0


# --- warning and deadline ------------------------------------------------------------------------------------------


def test_the_warning_begins_when_no_more_than_its_time_is_left(core):
    device = burning(core)
    device.run(2 * MIN - 30_000 - 20)
    assert (device.state(), device.left_ms()) == ("BURNING", 30_020)
    device.step()
    assert (device.state(), device.left_ms(), device.sound()) == ("WARNING", 30_000, "WARNING")


def test_the_contact_opens_at_the_deadline_and_not_a_tick_earlier(core):
    device = burning(core)
    device.run(2 * MIN - 20)
    assert (device.state(), device.left_ms(), device.conducts()) == ("WARNING", 20, True)
    device.step()
    assert (device.state(), device.cause(), device.conducts()) == ("VERIFYING", "TIMEOUT", False)


@pytest.mark.parametrize("left_ms, conducts", [(21, True), (20, False), (19, False)])
def test_the_last_millisecond_counts(core, left_ms, conducts):
    device = burning(core)
    device.one().remaining_ms = 30_000
    device.step()
    device.one().remaining_ms = left_ms
    device.step()
    assert device.conducts() is conducts


def test_a_press_in_the_warning_leads_back_to_burning(core):
    device = burning(core)
    device.run(2 * MIN - 20_000)
    device.press()
    assert (device.state(), device.cause()) == ("BURNING", "")


@pytest.mark.parametrize("cap_left_ms, state", [(30_001, "BURNING"), (30_000, "WARNING"), (29_999, "WARNING")])
def test_a_press_that_leaves_no_more_than_the_warning_stays_in_the_warning(core, cap_left_ms, state):
    device = burning(core)
    device.run(2 * MIN - 20_000)
    device.one().cap_ms = cap_left_ms
    device.one()._happen(PRESSED, 0)
    assert (device.state(), device.left_ms()) == (state, cap_left_ms)


def test_the_warning_is_repeated_while_it_lasts(core):
    device = burning(core)
    device.run(2 * MIN - 30_000)
    heard = 0
    for _ in range(29_000 // 20):
        device.step()
        heard += device.sound() == "WARNING"
    assert heard == 5


# --- override and cap ----------------------------------------------------------------------------------------------


def test_the_first_override_reaches_its_own_length_beyond_the_cap(core):
    device = burning(core)
    device.run(min=1, s=20)
    device.override()
    assert device.state() == "OVERRIDE"
    assert 5 * MIN - 200 <= device.left_ms() <= 5 * MIN
    assert device.left_ms() == device.cap_ms(), "1:20 and 5 minutes are more than the 6 of the cap"
    opened_after_ms(device)
    assert device.cause() == "OVERRIDE_END"


def test_an_override_that_ends_before_the_cap_leaves_the_cap_alone(core):
    device = burning(core, burn_max_min=10)
    device.override()
    assert device.cap_ms() > 9 * MIN > device.left_ms()
    opened_after_ms(device)
    assert device.cause() == "OVERRIDE_END"


def test_an_override_has_no_longest_time_left_but_its_own(core):
    device = burning(core, timer_max_min=2, override_max_min=30)
    device.override()
    assert device.left_ms() > 29 * MIN


def test_only_the_first_override_of_a_burn_raises_the_cap(core):
    device = burning(core, burn_max_min=4, timer_max_min=3)
    device.override()
    cap_ms = device.cap_ms()
    device.run(min=1)
    device.press()
    assert device.state() == "BURNING"
    device.run(s=2)
    device.override()
    assert device.state() == "OVERRIDE"
    assert device.cap_ms() == device.left_ms() <= cap_ms - MIN


def test_a_first_override_that_did_not_need_to_raise_the_cap_is_still_the_first(core):
    device = burning(core, burn_max_min=6, timer_max_min=3)
    device.override()  # 5 minutes from now: less than the cap
    assert not device.one().cap_raised
    device.run(min=2)
    device.press()
    device.run(s=2)
    device.override()  # 5 minutes from now would be more than the cap
    assert not device.one().cap_raised
    assert device.left_ms() == device.cap_ms() < 4 * MIN
    opened_after_ms(device)
    assert device.cause() == "BURN_CAP"
    assert device.one().burn_ms == 6 * MIN


def test_a_new_burn_has_a_new_cap_and_a_new_first_override(core):
    device = burning(core)
    device.run(min=1)
    device.override()
    device.off()
    device.until(lambda: device.state() == "IDLE", 5)
    device.press()
    assert device.cap_ms() > 6 * MIN - 200 and not device.one().cap_raised
    device.run(min=1, s=20)
    device.override()
    assert device.one().cap_raised


def test_a_press_in_override_puts_it_back_under_the_timer(core):
    device = burning(core)
    device.override()
    device.run(s=2)
    device.press()
    assert device.state() == "BURNING"
    assert 2 * MIN - 200 <= device.left_ms() <= 2 * MIN
    opened_after_ms(device)
    assert device.cause() == "TIMEOUT"


def test_a_press_late_in_an_override_reaches_no_further_than_the_cap(core):
    device = burning(core)
    device.run(min=1, s=20)
    device.override()
    device.run(min=4)
    ends_ms = device.now_ms + device.left_ms()
    device.press()
    assert device.state() == "BURNING"
    assert device.now_ms + device.left_ms() == device.now_ms + device.cap_ms() == ends_ms
    opened_after_ms(device)
    assert device.cause() == "OVERRIDE_END", "the cap was raised by the override"


def test_the_longest_burn_is_cap_and_override_together(core):
    device = burning(core)
    device.run(2 * MIN - 1000)
    while device.one().burn_ms < 6 * MIN - 20_000:  # up to the cap with presses, then a double press
        device.press()
        device.run(s=2)
    device.override()
    assert device.state() == "OVERRIDE"
    opened_after_ms(device)
    assert 10 * MIN < device.one().burn_ms <= 11 * MIN


def test_an_override_reminds_every_ten_minutes(core):
    device = burning(core, override_max_min=40)
    device.override()
    reminded = []
    for _ in range(31 * MIN // 500):
        device.step(500)
        if device.sound() == "REMIND":
            reminded.append(device.one().burn_ms // MIN)
    assert reminded == [10, 20, 30]


# --- the cause at the deadline: exactly one ------------------------------------------------------------------------


@pytest.mark.parametrize("at_cap, raised, by_override, cause", [
    (True, True, True, "OVERRIDE_END"), (True, True, False, "OVERRIDE_END"), (True, False, True, "BURN_CAP"),
    (True, False, False, "BURN_CAP"), (False, True, True, "OVERRIDE_END"), (False, False, True, "OVERRIDE_END"),
    (False, True, False, "TIMEOUT"), (False, False, False, "TIMEOUT"),
])  # fmt: skip
def test_the_cause_at_the_deadline(core, at_cap, raised, by_override, cause):
    device = burning(core)
    device.one().remaining_ms = 30_000
    device.step()
    assert device.state() == "WARNING"
    one = device.one()
    one.cap_ms = one.remaining_ms + (0 if at_cap else 1)
    one.cap_raised, one.by_override = raised, by_override
    opened_after_ms(device)
    assert device.cause() == cause
    assert device.shutoffs() == [(0, cause)]


def test_a_press_in_the_warning_of_an_override_that_cannot_extend_does_not_change_the_cause(core):
    device = burning(core, burn_max_min=20, timer_max_min=2)
    device.override()
    device.one().remaining_ms = 30_000
    device.one().cap_ms = 30_001
    device.step()
    device.press()
    opened_after_ms(device)
    assert device.cause() in ("OVERRIDE_END", "BURN_CAP")


def test_a_press_in_the_warning_of_an_override_that_extends_makes_it_a_timeout(core):
    device = burning(core, burn_max_min=20)
    device.override()
    device.one().remaining_ms = 30_000
    device.step()
    device.press()
    opened_after_ms(device)
    assert device.cause() == "TIMEOUT"


# --- times of one burner -------------------------------------------------------------------------------------------

OWN = [{}, {"timer_default_min": 3, "timer_max_min": 5, "burn_max_min": 7}]


def test_each_burner_starts_with_its_own_time_and_cap(core):
    device = core(**{**SHORT, "burners": OWN})
    for burner in (0, 1):
        device.press(burner)
    assert (device.left_ms(1), device.cap_ms(1)) == (3 * MIN, 7 * MIN)
    assert device.cap_ms(0) < 6 * MIN, "the common one, and it runs"
    assert device.one(1).gate.cap_ms == 12 * MIN, "with the override"


def test_presses_reach_the_longest_time_of_their_own_burner(core):
    device = core(**{**SHORT, "burners": OWN})
    device.press(1)
    for _ in range(4):
        device.press(1)
    assert device.left_ms(1) == 5 * MIN


@pytest.mark.parametrize("again", ["a new pot", "a second override"])
def test_what_begins_in_the_last_tick_before_the_cap_ends_with_the_cap_and_not_with_a_fault(core, again):
    device = core(sensor=True, **SHORT)
    device.flame()
    burner = device.one()
    burner.remaining_ms = device.settings.warning_ms
    device.step()
    assert device.state() == "WARNING"
    burner.remaining_ms = burner.cap_ms = 1 if again == "a new pot" else 2
    if again == "a second override":
        burner._override_used = burner.asked = True
        burner.remaining_ms = 1
    burner._happen(RELIT if again == "a new pot" else OVERRIDE_PRESSED, 0)
    assert device.state() == ("BURNING" if again == "a new pot" else "OVERRIDE")
    device.step()
    assert (device.state(), device.cause()) == ("VERIFYING", "BURN_CAP")
    assert burner.faults.raised == 0
