"""The button's grammar: debounce and bridge, steps and pairs, holds, hits, what a start or a fault takes away.

Here: button.py. Not here: fingers drawn at random (test_fingers.py), what an event does (test_table.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import limits
from curfew.core.button import Button
from curfew.core.codes import HELD, HELD_ALL, HELD_LONG, OVERRIDE_PRESSED, PANIC, PRESSED
from simulator.rules import gestures

TICK_MS = 20
NAMES = {
    PRESSED: "press",
    OVERRIDE_PRESSED: "override",
    HELD: "hold",
    HELD_ALL: "hold all",
    HELD_LONG: "long",
    PANIC: "hits",
}


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
                asks = event == PRESSED and self.button.asks
                self.events.append(NAMES[event] + " asks" * asks)
                self.at_ms.append(self.now_ms)
        return self

    def down(self, ms):
        return self._level(True, ms)

    def up(self, ms):
        return self._level(False, ms)


# --- a step --------------------------------------------------------------------------------------------------------


def test_nothing_happens_while_nothing_is_pressed():
    assert Finger().up(60_000).events == []


@pytest.mark.parametrize("ms", [5120, 5140, 5160, 5180, 60_000])
def test_after_a_rest_of_any_length_a_press_counts_as_ever(ms):
    assert Finger().up(ms).down(40).up(400).events == ["press"]


def test_a_press_is_one_step_at_the_end_of_its_gesture_and_not_before():
    finger = Finger().down(400).up(140)
    assert finger.events == []
    assert finger.up(20).events == ["press"]


@pytest.mark.parametrize("ms, events", [(20, []), (40, ["press"]), (60, ["press"])])
def test_a_level_counts_from_its_second_sample(ms, events):
    assert Finger().down(ms).up(400).events == events


@pytest.mark.parametrize("ms, events", [(780, ["press"]), (800, ["hold"]), (820, ["hold"])])
def test_a_press_ends_before_the_hold_time_and_a_hold_reaches_it(ms, events):
    assert Finger().down(ms).up(2_000).events == events


@pytest.mark.parametrize("gap_ms, events", [(20, ["press"]), (120, ["press"]), (140, ["press"]), (180, 2 * ["press"])])
def test_a_key_that_breaks_for_less_than_the_bridge_makes_one_step(gap_ms, events):
    finger = Finger().down(100).up(gap_ms).down(100).up(400)
    assert [event.split()[0] for event in finger.events] == events


def test_bounces_at_both_ends_make_one_press():
    finger = Finger()
    for _ in range(5):
        finger.down(20).up(20)
    finger.down(200)
    for _ in range(5):
        finger.up(20).down(20)
    assert finger.up(400).events == ["press"]


def test_bounces_alone_make_nothing():
    finger = Finger()
    for _ in range(500):
        finger.down(20).up(20)
    assert finger.events == []


# --- pairs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart_ms, second", [(400, "press asks"), (660, "press asks"), (680, "press")])
def test_two_releases_close_together_ask_and_count_as_two_steps(apart_ms, second):
    assert Finger().down(100).up(apart_ms - 100).down(100).up(400).events == ["press", second]


def pair(finger):
    return finger.down(140).up(260).down(140)


@pytest.mark.parametrize("look_ms, last", [
    (980, "press asks"), (1_000, "override"), (4_000, "override"), (5_140, "override"), (5_160, "press asks"),
])  # fmt: skip
def test_a_second_pair_that_begins_one_to_five_seconds_later_is_the_override(look_ms, last):
    finger = pair(pair(Finger()).up(look_ms)).up(400)
    assert finger.events == ["press", "press asks", "press", last]


def test_a_single_press_after_the_question_is_one_step():
    assert pair(Finger()).up(2_000).down(140).up(2_000).events == ["press", "press asks", "press"]


def test_the_answer_must_follow_at_once_and_not_after_a_single_press():
    finger = pair(Finger()).up(900).down(100).up(800)
    assert pair(finger).up(400).events == ["press", "press asks", "press", "press", "press asks"]


def test_a_single_press_in_the_time_for_an_answer_leaves_the_question_open():
    finger = pair(Finger()).up(1_200).down(140).up(1_200)
    assert pair(finger).up(400).events == ["press", "press asks", "press", "press", "override"]


def test_three_steps_in_succession_ask_nothing():
    finger = Finger()
    for _ in range(3):
        finger.down(100).up(560)
    finger.up(1_000)
    assert pair(finger).up(400).events == ["press", "press asks", "press", "press", "press asks"]


def test_an_answered_question_is_forgotten():
    finger = pair(pair(Finger()).up(2_000)).up(2_000)
    assert pair(finger).up(400).events[-2:] == ["press", "press asks"]


def test_a_hold_forgets_the_question():
    finger = pair(Finger()).up(1_200).down(900).up(1_200)
    assert pair(finger).up(400).events == ["press", "press asks", "hold", "press", "press asks"]


# --- holds ---------------------------------------------------------------------------------------------------------


def test_a_hold_acts_while_held_and_once():
    finger = Finger().down(800)
    assert finger.events == []
    assert finger.down(20).events == ["hold"]
    assert finger.down(2_000).up(2_000).events == ["hold"]


def test_a_hold_counts_from_its_first_edge_over_every_break():
    finger = Finger()
    for _ in range(5):
        finger.down(60).up(100)
    assert finger.events[:1] in (["hold"], ["hits"])
    assert finger.at_ms[0] <= 200 + 820


@pytest.mark.parametrize("ms, events", [
    (3_480, ["hold"]), (3_500, ["hold", "hold all"]), (4_980, ["hold", "hold all"]),
    (5_000, ["hold", "hold all", "long"]), (19_980, ["hold", "hold all", "long"]), (20_000, ["hold", "hold all"]),
])  # fmt: skip
def test_a_longer_hold_turns_everything_off_and_then_asks_at_its_release(ms, events):
    assert Finger().down(ms).up(400).events == events


def test_each_gesture_may_turn_everything_off():
    assert Finger().down(4_000).up(400).down(4_000).up(400).events == ["hold", "hold all"] * 2


def test_a_long_hold_counts_at_the_end_of_the_gesture_with_its_length():
    finger = Finger().down(6_000).up(140)
    assert "long" not in finger.events
    assert finger.up(20).events[-1] == "long"
    assert finger.button.held_ms == 6_000


def test_a_long_hold_of_a_worn_key_is_one():
    assert Finger().down(3_460).up(100).down(3_000).up(400).events == ["hold", "hold all", "long"]


def test_a_hold_is_seen_even_when_the_chip_stood_still_over_it():
    button = Finger().button
    assert [button.step(True, ms) for ms in (20, 20, 2_000, 20)].count(HELD) == 1


def test_a_stall_longer_than_both_hold_times_reports_both():
    button = Finger().button
    events = [button.step(True, ms) for ms in (20, 20, 4_000, 20)]
    assert [event for event in events if event is not None] == [HELD, HELD_ALL]


# --- hits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("down_ms, up_ms, off", [
    (80, 80, True), (300, 340, True), (100, 540, True), (100, 560, False), (60, 60, False),
])  # fmt: skip
def test_three_quick_hits_are_an_off_at_the_third_release(down_ms, up_ms, off):
    finger = Finger().down(down_ms).up(up_ms).down(down_ms).up(up_ms).down(down_ms).up(60)
    assert ("hits" in finger.events) == off


def test_after_hits_the_hand_has_to_rest_before_a_step_counts():
    finger = Finger()
    for _ in range(3):
        finger.down(100).up(200)
    seen = finger.events[:]
    assert seen[-1] == "hits"
    assert finger.down(100).up(1_280).events == seen
    assert finger.up(100).down(100).up(400).events == [*seen, "press"]


@pytest.mark.parametrize("rest_ms, events", [(1_300, []), (1_320, ["press"])])
def test_the_hand_rests_from_its_last_release_on(rest_ms, events):
    finger = Finger()
    for _ in range(3):
        finger.down(100).up(200)
    finger.events.clear()
    assert finger.down(100).up(rest_ms).down(100).up(400).events == events


def test_more_hits_are_an_off_again_and_a_hold_as_well():
    finger = Finger()
    for _ in range(6):
        finger.down(100).up(200)
    assert finger.events.count("hits") == 2
    assert finger.down(900).up(400).events[-1] == "hold"


# --- stuck ---------------------------------------------------------------------------------------------------------


def test_a_button_is_stuck_only_after_more_than_thirty_seconds():
    finger = Finger().down(20 + limits.STUCK_MS)
    assert not finger.button.is_stuck()
    finger.down(20)
    assert finger.button.is_stuck()


def test_a_stuck_button_is_healed_by_coming_up_for_good():
    finger = Finger().down(31_000).up(140)
    assert finger.button.is_stuck()
    finger.up(20)
    assert not finger.button.is_stuck()


def test_a_button_that_is_stuck_from_the_start_is_noticed_and_says_nothing():
    finger = Finger(seen_up=False).down(31_000)
    assert finger.button.is_stuck()
    assert finger.up(400).events == []


# --- counts only after it was seen up ------------------------------------------------------------------------------


@pytest.mark.parametrize("ms", [100, 1_000, 6_000])
def test_a_button_that_is_down_at_a_start_does_nothing_until_it_was_up(ms):
    finger = Finger(seen_up=False).down(ms).up(400)
    assert finger.events == []
    assert finger.down(100).up(400).events == ["press"]


@pytest.mark.parametrize("ms, events", [(139, []), (140, ["press"]), (141, ["press"])])
def test_a_button_was_up_at_a_start_when_it_was_so_for_the_bridge(ms, events):
    finger = Finger(seen_up=False)
    finger.button.step(False, ms)
    assert finger.down(100).up(400).events == events


def test_a_button_that_is_down_from_a_start_on_is_stuck_after_thirty_seconds_as_ever():
    finger = Finger(seen_up=False).down(20 + limits.STUCK_MS)
    assert not finger.button.is_stuck()
    assert finger.down(20).button.is_stuck()


def test_a_worn_key_that_is_down_at_a_start_does_not_count_after_a_break():
    finger = Finger(seen_up=False).down(100).up(100).down(6_000)
    assert finger.events == []


@pytest.mark.parametrize("ms_before", [100, 700, 900, 3_000])
def test_a_gesture_in_which_a_fault_is_raised_can_only_turn_everything_off(ms_before):
    finger = Finger().down(ms_before)
    finger.events.clear()
    finger.button.ignore_until_up()
    finger.down(6_000).up(400)
    assert finger.events == ["hold all"]
    assert finger.down(100).up(400).events == ["hold all", "press"]


def test_hits_in_a_gesture_in_which_a_fault_is_raised_are_none():
    finger = Finger().down(100)
    finger.button.ignore_until_up()
    for _ in range(4):  # too short for a gesture to end
        finger.up(100).down(60)
    assert finger.up(400).events == []


def test_a_fault_between_the_release_and_the_end_of_a_gesture_takes_its_step():
    finger = Finger().down(100).up(60)
    finger.button.ignore_until_up()
    assert finger.up(400).events == []


def test_a_fault_in_the_first_sample_of_a_gesture_takes_its_step():
    finger = Finger().down(20)
    finger.button.ignore_until_up()
    assert finger.down(100).up(400).events == []


def test_a_fault_forgets_the_first_half_of_a_pair():
    finger = Finger().down(100).up(240)
    finger.button.ignore_until_up()
    assert finger.up(60).down(100).up(400).events == ["press", "press"]


@pytest.mark.parametrize("rest_ms", [20, 60_000])
def test_a_button_that_is_up_when_a_fault_is_raised_counts_at_once(rest_ms):
    finger = Finger().up(rest_ms)
    finger.button.ignore_until_up()
    assert finger.up(20).down(5_100).up(400).events == ["hold", "hold all", "long"]


# --- anything at all -----------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=60))
def test_no_event_comes_once_the_button_has_been_up_for_the_bridge(moves):
    finger = Finger()
    for pressed, ticks in moves:
        finger.down(ticks * TICK_MS) if pressed else finger.up(ticks * TICK_MS)
        settled = finger.up(200).events[:]
        assert finger.up(2_000).events == settled


def _both(moves, restless):
    """What firmware and judge make of the same levels; a fault is raised where restless says so."""
    button, judge = Button(), gestures.Button()
    for (pressed, ticks, ms), fault in zip(moves, restless, strict=False):
        for _ in range(ticks):
            event = button.step(pressed, ms)
            judge.step(1 if pressed else 0, ms)
            name = NAMES.get(event, "")
            yield name, judge.event.replace("longer hold", "long").replace("long hold", "long")
            assert event != PRESSED or button.asks == judge.asks
            assert button.down == judge.down
        if fault:
            button.ignore_until_up()
            judge.ignore()


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 30), st.sampled_from([20, 20, 20, 1, 100])), max_size=120),
    st.lists(st.sampled_from([False] * 9 + [True]), min_size=120, max_size=120),
)
def test_the_firmware_and_the_judge_of_every_run_say_the_same_of_all_levels(moves, restless):
    """Two readings of one grammar, written apart: ages there, times of edges here."""
    for ours, theirs in _both(moves, restless):
        assert ours == theirs


# --- to the millisecond --------------------------------------------------------------------------------------------


def test_a_start_is_neither_down_nor_stuck():
    assert (Button().down, Button().is_stuck()) == (False, False)


def test_hits_are_counted_from_release_to_release_to_the_millisecond():
    for third_ms, event in ((279, PRESSED), (280, PANIC), (1_300, PANIC), (1_301, PRESSED)):
        button = Finger().button
        said = []
        for apart_ms in (140, third_ms - 140, 400):  # down 60 + 20, up: the release counts from its first sample
            for pressed, ms in ((True, 20), (True, 20), (False, 20), (False, apart_ms - 60), (False, 0)):
                said.append(button.step(pressed, ms))
        assert (PANIC in said) == (event == PANIC), third_ms
