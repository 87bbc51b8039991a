"""The button's grammar: debounce, press, double press, hold while held, stuck, and down at a start.

Here: button.py. Not here: what an event does (test_table.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import limits
from curfew.core.button import Button
from curfew.core.codes import DOUBLE_PRESSED, HELD, HELD_LONG, PRESSED

TICK_MS = 20
NAMES = {PRESSED: "press", DOUBLE_PRESSED: "double", HELD: "hold", HELD_LONG: "long"}


class Finger:
    """A finger on a button that was seen up; `events` are the names of what came, `at_ms` when."""

    def __init__(self, seen_up=True):
        self.button = Button()
        self.events = []
        self.at_ms = []
        self.now_ms = 0
        if seen_up:
            self.up(200)

    def _level(self, pressed, ms):
        for _ in range(ms // TICK_MS):
            self.now_ms += TICK_MS
            event = self.button.step(pressed, TICK_MS)
            if event is not None:
                self.events.append(NAMES[event])
                self.at_ms.append(self.now_ms)
        return self

    def down(self, ms):
        return self._level(True, ms)

    def up(self, ms):
        return self._level(False, ms)


# --- press ---------------------------------------------------------------------------------------------------------


def test_nothing_happens_while_nothing_is_pressed():
    assert Finger().up(60_000).events == []


def test_a_press_is_reported_at_its_release_and_not_before():
    finger = Finger().down(400)
    assert finger.events == []
    assert finger.up(100).events == ["press"]


def test_a_release_counts_once_it_is_debounced():
    finger = Finger().down(200)
    finger.up(40)
    assert finger.events == []
    assert finger.up(20).events == ["press"]


@pytest.mark.parametrize("ms, events", [(20, []), (40, []), (60, ["press"]), (80, ["press"])])
def test_a_level_counts_when_it_lasted_through_the_debounce_time(ms, events):
    assert Finger().down(ms).up(200).events == events


@pytest.mark.parametrize("ms, events", [(760, ["press"]), (780, ["press"]), (800, ["hold"]), (820, ["hold"])])
def test_a_press_ends_before_the_hold_time_and_a_hold_reaches_it(ms, events):
    assert Finger().down(ms).up(2_000).events == events


def test_bounces_at_both_ends_make_one_press():
    finger = Finger()
    for _ in range(5):
        finger.down(20).up(20)
    finger.down(200)
    for _ in range(5):
        finger.up(20).down(20)
    assert finger.up(200).events == ["press"]


def test_bounces_alone_make_nothing():
    finger = Finger()
    for _ in range(500):
        finger.down(20).up(20)
    assert finger.events == []


# --- double press --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart_ms, second", [
    (200, "double"), (480, "double"), (500, "double"), (520, "press"), (540, "press"), (5_000, "press"),
])  # fmt: skip
def test_a_second_release_within_half_a_second_replaces_the_second_press(apart_ms, second):
    finger = Finger().down(100).up(apart_ms - 100).down(100).up(200)
    assert finger.events == ["press", second]
    assert finger.at_ms[1] - finger.at_ms[0] == apart_ms


def test_a_third_release_is_a_press_of_its_own():
    assert Finger().down(100).up(100).down(100).up(100).down(100).up(200).events == ["press", "double", "press"]


def test_four_quick_presses_are_two_double_presses():
    finger = Finger()
    for _ in range(4):
        finger.down(100).up(100)
    assert finger.events == ["press", "double", "press", "double"]


def test_a_hold_after_a_press_is_a_hold():
    assert Finger().down(100).up(100).down(1000).up(200).events == ["press", "hold"]


def test_a_press_after_a_hold_is_no_double_press():
    assert Finger().down(900).up(100).down(100).up(200).events == ["hold", "press"]


# --- hold ----------------------------------------------------------------------------------------------------------


def test_a_hold_acts_while_held():
    finger = Finger().down(780 + 40)
    assert finger.events == []
    assert finger.down(40).events == ["hold"]


def test_a_hold_fires_once_and_its_release_is_silent():
    assert Finger().down(4_000).up(2_000).events == ["hold"]


@pytest.mark.parametrize("ms, events", [(4_980, ["hold"]), (5_000, ["hold", "long"]), (5_020, ["hold", "long"])])
def test_a_long_hold_is_one_of_five_seconds(ms, events):
    assert Finger().down(ms).up(2_000).events == events


def test_a_hold_is_seen_even_when_the_chip_stood_still_over_it():
    button = Finger().button
    assert [button.step(True, ms) for ms in (20, 2_000, 2_000)].count(HELD) == 1


def test_a_stall_longer_than_both_hold_times_still_reports_the_hold():
    button = Finger().button
    events = [button.step(True, ms) for ms in (20, 20, 20, 2_000, 2_000, 2_000)]
    assert [event for event in events if event is not None] == [HELD, HELD_LONG]


# --- stuck ---------------------------------------------------------------------------------------------------------


def test_a_button_is_stuck_only_after_more_than_thirty_seconds():
    finger = Finger().down(60 + limits.STUCK_MS)
    assert not finger.button.stuck
    finger.down(20)
    assert finger.button.stuck


def test_a_stuck_button_is_healed_by_being_seen_up():
    finger = Finger().down(31_000)
    finger.up(40)
    assert finger.button.stuck
    finger.up(20)
    assert not finger.button.stuck


def test_the_release_of_a_stuck_button_is_no_press():
    assert Finger().down(60_000).up(1_000).events == ["hold", "long"]


def test_a_button_that_is_stuck_from_the_start_is_noticed():
    finger = Finger(seen_up=False).down(31_000)
    assert finger.button.stuck
    assert finger.events == []


# --- counts only after it was seen up ------------------------------------------------------------------------------


@pytest.mark.parametrize("ms", [100, 1_000, 6_000])
def test_a_button_that_is_down_at_a_start_does_nothing_until_it_was_up(ms):
    finger = Finger(seen_up=False).down(ms).up(200)
    assert finger.events == []
    assert finger.down(100).up(200).events == ["press"]


def test_a_button_that_was_never_seen_up_for_long_enough_does_not_count():
    finger = Finger(seen_up=False).down(100).up(40).down(1_000)
    assert finger.events == []


@pytest.mark.parametrize("ms_before", [100, 700, 900, 4_900])
def test_a_button_that_is_down_when_a_fault_is_raised_counts_only_after_it_was_up(ms_before):
    finger = Finger().down(ms_before)
    finger.events.clear()
    finger.button.ignore_until_up()
    finger.down(6_000).up(200)
    assert finger.events == []
    assert finger.down(100).up(200).events == ["press"]


def test_a_fault_forgets_the_first_half_of_a_double_press():
    finger = Finger().down(100).up(100)
    finger.button.ignore_until_up()
    assert finger.up(60).down(100).up(200).events == ["press", "press"]


def test_a_button_that_is_up_when_a_fault_is_raised_counts_at_once():
    finger = Finger()
    finger.button.ignore_until_up()
    assert finger.up(20).down(5_100).events == ["hold", "long"]


# --- anything at all -----------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=60))
def test_no_event_comes_once_the_button_is_up_and_settled(moves):
    finger = Finger()
    for pressed, ticks in moves:
        finger.down(ticks * TICK_MS) if pressed else finger.up(ticks * TICK_MS)
        settled = finger.up(60).events[:]
        assert finger.up(1_000).events == settled
    for first, second in zip(finger.events, finger.events[1:], strict=False):
        assert second != "long" or first == "hold"
        assert second != "double" or first == "press"


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 1, 19, 20, 40, 799, 800, 2000])), max_size=300))
def test_a_button_reports_a_hold_exactly_when_it_has_been_down_that_long(steps):
    """Against a second, naive reading of the grammar."""
    button = Button()
    raw, raw_ms, down, down_ms, seen_up = False, 0, False, 0, False
    for pressed, ms in steps:
        event = button.step(pressed, ms)
        raw, raw_ms = pressed, (0 if pressed != raw else raw_ms + ms)
        was_down, was_ms = down, down_ms
        if raw_ms >= 40:
            down = raw
        if not down:
            seen_up = seen_up or raw_ms >= 40
            down_ms = 0
        elif was_down:
            down_ms += ms
        if not was_down and down:
            counts = seen_up
        reached = down and was_down and was_ms < 800 <= down_ms and counts
        assert (event == HELD) == reached


# --- to the millisecond --------------------------------------------------------------------------------------------


def seen_up():
    """A button that was seen up."""
    button = Button()
    button.step(False, 40)
    return button


def pressed(button, step_ms=200):
    """What the release of a press gives."""
    for level, ms in ((True, 20), (True, 40), (True, step_ms), (False, 20)):
        assert button.step(level, ms) is None
    return button.step(False, 40)


def test_a_start_is_neither_down_nor_stuck():
    assert (Button().down, Button().stuck) == (False, False)


@pytest.mark.parametrize("up_ms, event", [(39, None), (40, PRESSED)])
def test_a_button_was_seen_up_after_forty_milliseconds(up_ms, event):
    button = Button()
    button.step(False, up_ms)
    assert pressed(button) == event


@pytest.mark.parametrize("steady_ms, down", [(39, False), (40, True)])
def test_a_level_counts_forty_milliseconds_after_it_was_first_seen(steady_ms, down):
    button = seen_up()
    button.step(True, 20)
    button.step(True, steady_ms)
    assert button.down is down


def test_a_button_that_is_up_is_not_stuck():
    button = seen_up()
    assert not button.stuck
    pressed(button)
    assert not button.stuck


def test_a_press_right_behind_an_ignored_release_counts():
    finger = Finger(seen_up=False).down(200).up(60)
    assert finger.events == []
    assert finger.down(200).up(100).events == ["press"]


def test_a_hold_whose_release_comes_without_any_time_is_no_press():
    button = seen_up()
    for level, ms in ((True, 20), (True, 40), (True, 760), (False, 0)):
        assert button.step(level, ms) is None
    assert button.step(False, 40) == HELD
    assert button.step(False, 0) is None


@pytest.mark.parametrize("between_ms, event", [(500, DOUBLE_PRESSED), (501, PRESSED)])
def test_two_releases_make_a_double_press_up_to_half_a_second(between_ms, event):
    button = seen_up()
    assert pressed(button) == PRESSED
    assert pressed(button, between_ms - 120) == event
