"""What a whole core does: causes, starts, several burners, scanning, a random walk, the window for an update."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import faults, limits
from host_tests.fixtures.core import MIN, SHORT, burning, opened_after_ms
from host_tests.fixtures.names import SOUNDS

# --- causes --------------------------------------------------------------------------------------------------------


def test_every_shut_off_is_recorded_once_with_its_cause_and_its_length(core):
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


def test_every_start_begins_open_and_in_verifying(core):
    box = core(idle=False)
    assert (box.state(), box.conducts()) == ("VERIFYING", False)


def test_after_a_start_the_contact_stays_open_for_the_whole_reclose_delay(core):
    box = core(idle=False, **{**SHORT, "reclose_hold_s": 10})
    for _ in range(10_000 // 20 - 1):
        box.step()
        assert box.state() == "VERIFYING" and not box.conducts()
    box.step()
    assert box.state() == "IDLE"


def test_a_press_in_idle_conducts_within_one_tick_after_its_gesture(core):
    box = core(**SHORT)
    box.button(True)
    box.run(200)
    box.button(False)
    box.run(140)
    assert not box.conducts()
    box.step()
    assert box.conducts()


def test_a_press_during_the_reclose_delay_does_not_count_afterwards(core):
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


@pytest.mark.parametrize("event", ["off", "hold", "override", "press", "fault"])
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


def test_after_a_shut_off_only_that_burner_is_scanned_until_its_proof_is_complete(core):
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
    "run", "press", "hold", "override", "off", "extend", "arm", "flame", "dark", "blind", "seen", "jump", "weld",
]  # fmt: skip
MOVES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(1, 100)), max_size=40)


@given(MOVES, st.booleans(), st.booleans())
def test_in_a_random_walk_no_burn_is_too_long_or_too_soon_and_each_has_one_cause(core, moves, sensor, far):
    """A random walk; core.step() checks after every tick that nothing conducts without a grant."""
    box = core(burners=2, sensor=sensor, remote_extend=far, **SHORT)
    watch = Watch(box)
    for move, burner, size in moves:
        if move in ("press", "override"):
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
    box.run(160)


def allowed(core, **changed):
    """A box in whose window a hand let an update."""
    box = core(**{**SHORT, **changed})
    held(box, 4900)
    assert box.controller.update_ms == 0
    box.run(s=2)
    held(box, 5100)
    assert box.controller.update_ms > limits.UPDATE_MS - 1000
    return box


def test_a_hold_of_five_seconds_in_idle_allows_an_update_for_ten_minutes(core):
    box = allowed(core)
    assert box.state() == "IDLE" and not box.conducts()
    box.run(s=598)
    assert box.controller.update_ms > 0
    box.run(s=3)
    assert box.controller.update_ms == 0


def test_it_beeps_when_the_window_opens_at_the_release(core):
    box = core(**SHORT)
    box.button(True)
    heard = []
    for tick in range(280):
        if tick == 260:
            assert "READY" not in heard
            box.button(False)
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


@pytest.mark.parametrize("ms, opens", [(9_980, False), (10_000, True), (19_980, True), (20_000, False)])
def test_in_a_fault_the_window_takes_a_hold_of_ten_seconds_and_twenty_open_none(core, ms, opens):
    box = core(**SHORT)
    box.raise_fault("UNSTABLE")
    box.one().reported = 1 << faults.UNSTABLE
    box.step()
    box.hold(ms / 1000)
    assert (box.controller.update_ms > 0) == opens
    assert box.state() == "FAULT"


@pytest.mark.parametrize("burner", [0, 1])
def test_a_hold_in_which_a_burner_still_conducted_opens_no_window(core, burner):
    box = core(burners=2, **SHORT)
    box.press(burner=burner)
    box.hold(5.5)
    assert not box.conducts(0) and not box.conducts(1)
    assert box.controller.update_ms == 0


def test_a_hold_that_began_in_verifying_opens_the_window(core):
    box = core(**SHORT)
    box.press()
    box.off()
    box.run(100)
    box.hold(5.5)
    assert box.controller.update_ms > 0


# --- one button for all --------------------------------------------------------------------------------------------


def test_a_hold_of_three_and_a_half_seconds_shuts_off_every_burner(core):
    box = core(burners=3, **SHORT)
    box.press(burner=1)
    box.press(burner=2)
    box.hold(3.2)
    assert box.conducts(1) and box.conducts(2), "a hold under 3.2 s touches no other burner"
    box.hold(3.52)
    assert [box.cause(1), box.cause(2)] == ["BUTTON", "BUTTON"]
    assert not box.conducts(1) and not box.conducts(2)


def test_a_long_hold_on_a_burner_in_fault_lets_the_others_burn(core):
    box = core(burners=2, **SHORT)
    box.raise_fault("UNSTABLE")
    box.run(s=4)
    box.press(burner=1)
    box.hold(6)
    assert box.state() == "VERIFYING" and box.conducts(1)


def test_a_fault_that_comes_during_the_hold_does_not_keep_it_from_shutting_off_every_burner(core):
    box = core(burners=2, **SHORT)
    box.press(burner=1)
    box.button(True)
    box.run(s=2)
    box.raise_fault("UNSTABLE")
    box.run(s=2)
    assert box.state() == "FAULT" and not box.conducts(1)


def test_three_quick_hits_shut_off_their_burner_and_beside_a_fault_every_burner(core):
    box = core(burners=2, **SHORT)
    box.press()
    box.press(burner=1)
    box.hits()
    assert not box.conducts(0) and box.conducts(1)
    box.raise_fault("UNSTABLE")
    box.run(s=2)
    box.hits()
    assert box.state() == "FAULT" and not box.conducts(1)


def test_no_remote_command_opens_the_window(core):
    box = core(**SHORT)
    for word in (box.off, box.extend, box.arm):
        word()
        assert box.controller.update_ms == 0
