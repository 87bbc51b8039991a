"""The alarm contact, who is there, and remote requests for less time: what they end, and what they leave alone.

Here: limits in time, one by one. Not here: the rows of the table (test_table.py), pins (test_panel.py).
"""

import pytest

from curfew.core import faults
from curfew.runtime import rtc_memory
from host_tests.fixtures.core import MIN, SHORT, burning

HOME = {**SHORT, "timer_default_min": 30, "timer_max_min": 60, "burn_max_min": 60, "absence_min": 5,
        "absence_left_min": 2}  # fmt: skip


# --- alarm ---------------------------------------------------------------------------------------------------------


def test_an_alarm_of_a_tenth_of_a_second_turns_every_burner_off_with_a_cause_of_its_own(core):
    device = core(burners=2, **SHORT)
    device.press(0)
    device.press(1)
    device.alarm(True)
    device.run(100)
    assert (device.conducts(0), device.conducts(1)) == (True, True)
    device.run(20)
    for burner in (0, 1):
        assert (device.state(burner), device.fault(burner), device.cause(burner)) == ("FAULT", "ALARM", "ALARM")
        assert device.sound(burner) == "ENDED" and not device.conducts(burner)
    assert device.shutoffs() == [(0, "ALARM"), (1, "ALARM")]


@pytest.mark.parametrize("ms", [20, 80, 100])
def test_a_shorter_one_does_nothing_however_often(core, ms):
    device = burning(core)
    for _ in range(20):
        device.alarm(True)
        device.run(ms)
        device.alarm(False)
        device.run(20)
    assert device.state() == "BURNING"


def test_a_stall_makes_no_alarm_of_a_spark(core):
    device = burning(core)
    device.step(2000)
    device.alarm(True)
    device.step(2000)
    device.alarm(False)
    device.run(1000)
    assert device.conducts()


def test_while_it_is_open_nothing_lights_and_no_one_clears_it(core):
    device = core(idle=False, **SHORT)
    device.alarm(True)
    device.run(s=5)
    assert device.fault() == "ALARM"
    device.hold(6)
    device.press()
    assert (device.state(), device.conducts()) == ("FAULT", False)


def test_a_bridge_at_the_terminals_and_the_button_end_it(core):
    device = core(**SHORT)
    device.alarm(True)
    device.run(s=1)
    device.alarm(False)
    device.run(s=1)
    assert device.state() == "FAULT", "it waits for the user"
    device.hold(6)
    assert device.state() == "VERIFYING"
    device.until(lambda: device.state() == "IDLE")
    device.press()
    assert device.conducts()


def test_an_alarm_outlives_a_restart_but_not_a_power_cut(core):
    device = core(**SHORT)
    device.alarm(True)
    device.run(s=1)
    device.memory.seal()
    again = core(previous=bytes(device.memory.buffer), idle=False, **SHORT)
    assert again.raised() == ["ALARM"]
    assert not faults.STORED_FAULTS >> faults.ALARM & 1
    assert faults.KEPT_FAULTS < 256, "a byte of the RTC memory"
    assert device.memory.shutoff_byte(1, rtc_memory.ROW_CAUSE) == 0, "nothing was on"


# --- presence ------------------------------------------------------------------------------------------------------


def left_min(device):
    """Minutes to the deadline, as the page shows them."""
    return device.one().remaining_s() / 60


@pytest.fixture(params=[None, 34], ids=["a remote word", "a contact"])
def home(core, request):
    """A burner that has just been lit, with half an hour on its timer."""
    device = core(presence_pin=request.param, **HOME)
    device.press()
    return device


def test_who_is_away_for_long_has_little_time_left_and_hears_it(home):
    home.presence(False)
    home.run(20)
    home.run(min=5, ms=-40)
    assert (left_min(home) > 24, home.sound()) == (True, "NONE")
    home.run(20)
    assert (left_min(home), home.sound(), home.state()) == (2, "WARNING", "BURNING")
    assert home.one().kept_ms > 24 * MIN, "the timer goes on by itself"
    home.run(s=90)
    assert home.state() == "WARNING"
    home.run(ms=29_980)
    assert home.conducts()
    home.run(20)
    assert (home.state(), home.cause(), home.sound()) == ("VERIFYING", "ABSENCE", "OFF")


@pytest.mark.parametrize("by", ["presence", "press"])
@pytest.mark.parametrize("after_s", [1, 95], ids=["announced", "in the warning"])
def test_to_come_back_or_to_press_lifts_it_and_leaves_the_timer_alone(home, by, after_s):
    home.presence(False)
    home.run(min=5, s=after_s)
    ends_ms = home.now_ms + home.one().kept_ms
    home.presence(True) if by == "presence" else home.press()
    home.step()
    assert (home.state(), home.now_ms + home.left_ms()) == ("BURNING", ends_ms)
    assert left_min(home) > 23


def test_a_press_that_lifts_counts_from_there_again_while_no_one_is_there(home):
    home.presence(False)
    home.run(min=5, s=1)
    home.press()
    home.run(min=4, s=58)
    assert left_min(home) > 10
    home.run(s=2)
    assert left_min(home) == 2


def test_the_earlier_deadline_counts(home):
    home.one().remaining_ms = 6 * MIN
    home.presence(False)
    home.run(min=5, s=1)
    assert 0.5 < left_min(home) < 1
    home.run(min=1)
    assert home.cause() == "TIMEOUT"


def test_who_comes_back_in_the_warning_of_the_timer_gets_no_more_time(home):
    home.one().remaining_ms = 7 * MIN
    home.presence(False)
    home.run(min=6, s=50)
    assert home.state() == "WARNING"
    left_ms = home.left_ms()
    assert left_ms == home.one().kept_ms
    home.presence(True)
    home.run(20)
    assert (home.state(), home.left_ms()) == ("WARNING", left_ms - 20)


def test_without_a_timer_it_is_without_a_timer_again_afterwards(home):
    home.override()
    home.presence(False)
    home.run(min=6, s=40)
    assert home.state() == "WARNING"
    home.presence(True)
    home.run(20)
    assert home.state() == "OVERRIDE"


def test_more_time_by_remote_request_does_not_replace_someone_in_the_room(core):
    device = core(sensor=True, remote_extend=True, **HOME)
    device.flame()
    device.presence(False)
    device.run(min=5, s=95)
    left_ms, timer_ms = device.left_ms(), device.one().kept_ms
    device.extend()
    assert (device.state(), device.sound()) == ("WARNING", "NO")
    assert (device.left_ms(), device.one().kept_ms) == (left_ms - 20, timer_ms - 20)


def test_less_time_than_an_absence_leaves_takes_its_place(home):
    home.presence(False)
    home.run(min=5, s=1)
    home.less(3)
    assert home.sound() == "NO", "already sooner"
    home.less(1)
    assert (home.left_ms(), home.one().kept_ms) == (MIN, 0)
    home.presence(True)
    home.run(min=1)
    assert home.cause() == "TIMEOUT", "no one takes it back by coming"


def test_never_told_means_that_the_timer_alone_counts(core):
    device = burning(core)
    device.run(min=1, s=59)
    assert device.one().absent_ms == 0


def test_remote_presence_closes_nothing_and_clears_nothing(core):
    device = core(**HOME)
    for there in (False, True):
        device.presence(there)
        device.run(s=1)
        assert (device.state(), device.sound()) == ("IDLE", "NONE")


# --- less time -----------------------------------------------------------------------------------------------------


def test_less_time_moves_the_deadline_forward_with_a_sound_and_its_source(core):
    device = core(**HOME)
    device.press()
    device.less(10)
    assert (device.left_ms(), device.sound(), device.state()) == (10 * MIN, "WARNING", "BURNING")


@pytest.mark.parametrize("minutes", [30, 31, 240])
def test_later_is_refused(core, minutes):
    device = core(**HOME)
    device.press()
    left_ms = device.left_ms()
    device.less(minutes)
    assert (device.sound(), device.left_ms()) == ("NO", left_ms - 20)


@pytest.mark.parametrize("state", ["IDLE", "ARMED"])
def test_it_needs_a_burn(core, state):
    device = core(sensor=True, **HOME)
    if state == "ARMED":
        device.press()
    device.less(10)
    assert (device.state(), device.sound()) == (state, "NO")


def test_the_warning_is_whole_however_little_is_asked_for(core):
    device = core(**{**HOME, "warning_s": 120, "timer_step_min": 2})
    device.press()
    device.less(1)
    device.run(20)
    assert (device.state(), device.left_ms()) == ("WARNING", 2 * MIN)
    device.less(1)
    assert device.sound() == "NO", "already sooner"
    device.run(min=2, ms=-40)
    assert device.conducts()
    device.run(20)
    assert device.cause() == "TIMEOUT"


def test_without_a_timer_it_sets_one(core):
    device = core(**HOME)
    device.press()
    device.override()
    device.less(3)
    assert (device.state(), device.left_ms()) == ("BURNING", 3 * MIN)
    device.run(min=3)
    assert device.cause() == "TIMEOUT"


def test_a_press_adds_to_it_as_to_any_timer(core):
    device = core(**HOME)
    device.press()
    device.less(3)
    ends_ms = device.now_ms + 3 * MIN
    device.press()
    assert device.now_ms + device.left_ms() == ends_ms + MIN
