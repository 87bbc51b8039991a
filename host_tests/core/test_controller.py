"""What a whole core does: causes, starts, several burners, scanning, a random walk, the window for an update."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import faults, limits
from host_tests.fixtures.core import MIN, SHORT, burning, opened_after_ms
from host_tests.fixtures.names import SOUNDS

# --- causes --------------------------------------------------------------------------------------------------------


def test_every_shut_off_is_recorded_once_with_its_cause_and_its_length(core):
    device = burning(core)
    device.run(s=20)
    device.off("voice")
    device.run(s=5)
    device.press()
    device.hold()
    assert device.shutoffs() == [(0, "REMOTE"), (0, "BUTTON")]
    assert device.one().burn_ms >= 800


def test_a_start_after_a_conducting_end_is_recorded_as_restart(core):
    device = burning(core)
    device.memory.seal()
    again = core(previous=bytes(device.memory.buffer), idle=False, **SHORT)
    assert again.cause() == "RESTART"
    assert again.shutoffs()[-1] == (0, "RESTART")
    assert SOUNDS[again.heard(0)] == "ENDED", "no one turned it off"
    assert (again.state(), again.conducts()) == ("VERIFYING", False)


def test_a_start_after_a_resting_end_has_no_cause(core):
    device = core(**SHORT)
    device.memory.seal()
    again = core(previous=bytes(device.memory.buffer), **SHORT)
    assert again.cause() == ""
    assert again.shutoffs() == []


@pytest.mark.parametrize("mask", range(4))
def test_a_restart_is_recorded_for_exactly_those_that_conducted(core, mask):
    device = core(burners=2, **SHORT)
    for index in range(2):
        if mask >> index & 1:
            device.press(index)
    device.memory.seal()
    again = core(burners=2, previous=bytes(device.memory.buffer), idle=False, **SHORT)
    assert [again.cause(index) == "RESTART" for index in range(2)] == [bool(mask & 1), bool(mask & 2)]


# --- starts and the rest -------------------------------------------------------------------------------------------


def test_every_start_begins_open_and_in_verifying(core):
    device = core(idle=False)
    assert (device.state(), device.conducts()) == ("VERIFYING", False)


def test_after_a_start_the_contact_stays_open_for_the_whole_reclose_delay(core):
    device = core(idle=False, **{**SHORT, "reclose_hold_s": 10})
    for _ in range(10_000 // 20 - 1):
        device.step()
        assert device.state() == "VERIFYING" and not device.conducts()
    device.step()
    assert device.state() == "IDLE"


def test_a_press_in_idle_conducts_within_one_tick_after_its_gesture(core):
    device = core(**SHORT)
    device.button(True)
    device.run(200)
    device.button(False)
    device.run(140)
    assert not device.conducts()
    device.step()
    assert device.conducts()


def test_a_press_during_the_reclose_delay_does_not_count_afterwards(core):
    device = burning(core)
    device.off()
    device.run(s=2)
    device.press()
    device.run(s=5)
    assert (device.state(), device.conducts()) == ("IDLE", False)


# --- two burners ---------------------------------------------------------------------------------------------------


def test_two_burners_have_deadlines_of_their_own(core):
    device = core(burners=2, **SHORT)
    device.press(0)
    device.run(s=30)
    device.press(1)
    device.run(2 * MIN - 40_000)
    assert (device.state(0), device.state(1)) == ("WARNING", "BURNING")
    device.run(s=20)
    assert (device.state(0), device.state(1)) == ("IDLE", "WARNING")


@pytest.mark.parametrize("event", ["off", "hold", "override", "press", "fault"])
def test_what_one_burner_does_changes_nothing_for_the_other(core, event):
    device, alone = core(burners=2, **SHORT), core(burners=2, **SHORT)
    for one in (device, alone):
        one.press(0)
        one.press(1)
        one.run(s=10)
    begun_ms = device.now_ms
    if event == "fault":
        device.raise_fault("BUTTON_STUCK", 1)
        device.step()
    elif event == "off":
        device.off(burner=1)
    else:
        getattr(device, event)(burner=1)
    alone.run(device.now_ms - begun_ms)
    assert device.state(1) != "BURNING" or event == "press"
    assert (device.state(0), device.left_ms(0), device.cap_ms(0)) == (alone.state(0), alone.left_ms(0), alone.cap_ms(0))
    assert opened_after_ms(device) == opened_after_ms(alone)
    assert device.cause(0) == alone.cause(0) == "TIMEOUT"


def test_an_off_is_for_its_burner_only(core):
    device = core(burners=4, **SHORT)
    for index in range(4):
        device.press(index)
    device.off("web", burner=2)
    assert [device.conducts(index) for index in range(4)] == [True, True, False, True]


def test_two_offs_in_one_tick_open_both(core):
    device = core(burners=2, **SHORT)
    device.press(0)
    device.press(1)
    device.inbox.post_off(0, 1)
    device.inbox.post_off(1, 3)
    device.step()
    assert [device.cause(0), device.cause(1)] == ["REMOTE:web", "REMOTE:voice"]
    assert sorted(device.shutoffs()) == [(0, "REMOTE"), (1, "REMOTE")]


def test_a_broken_clock_opens_all_burners(core):
    device = core(burners=4, **SHORT)
    for index in range(4):
        device.press(index)
    device.step(-20)
    assert [device.cause(index) for index in range(4)] == ["CLOCK"] * 4


# --- what the loop asks it -----------------------------------------------------------------------------------------


def test_it_is_at_rest_in_idle_and_fault_only(core):
    device = core(burners=2, **SHORT)
    assert device.controller.is_at_rest()
    device.raise_fault("BUTTON_STUCK")
    device.step()
    assert device.controller.is_at_rest()
    device.press(1)
    assert not device.controller.is_at_rest()
    device.off(burner=1)
    assert device.state(1) == "VERIFYING" and not device.controller.is_at_rest()


# --- which channels are read ---------------------------------------------------------------------------------------


def scanned(device):
    wants = [device.controller.wants_scan(index) for index in range(len(device.controller.burners))]
    assert {type(want) for want in wants} == {bool}
    return [index for index, want in enumerate(wants) if want]


def test_at_rest_all_fitted_burners_are_scanned(core):
    assert scanned(core(burners=4, sensor=True)) == [0, 1, 2, 3]
    assert scanned(core(burners=4, sensor=False)) == []


def test_after_a_shut_off_only_that_burner_is_scanned_until_its_proof_is_complete(core):
    device = core(burners=3, sensor=True)
    device.flame(1)
    device.off(burner=1)
    assert scanned(device) == [1]
    device.run(1000)
    assert scanned(device) == [0, 1, 2]


def test_two_burners_that_open_together_are_both_scanned(core):
    device = core(burners=3, sensor=True)
    device.flame(0)
    device.flame(2)
    device.inbox.post_off(0, 0)
    device.inbox.post_off(2, 0)
    device.step()
    assert scanned(device) == [0, 2]


def test_a_burner_whose_readings_never_come_does_not_starve_the_others(core):
    """Burners are independent: one dead converter must not blind them all."""
    device = core(burners=4, sensor=True)
    device.flame(2)
    device.blind[2] = device.blind[3] = True
    device.run(ms=600)
    device.off(burner=2)
    assert scanned(device)[:2] == [0, 1]
    device.run(s=5)
    assert device.raised(2) == ["SENSOR_FAILED"]
    assert scanned(device)[:2] == [0, 1]


def test_a_burner_whose_readings_are_impossible_does_not_starve_the_others(core):
    device = core(burners=2, sensor=True)
    device.flame(1)
    device.uv[1] = [70_000, 70_000]
    device.off(burner=1)
    device.run(s=5)
    assert device.raised(1) == ["SENSOR_FAILED"]
    assert 0 in scanned(device)


def test_a_channel_of_a_burner_that_is_not_there_may_be_missed(core):
    device = core(burners=1, sensor=True)
    for burner in range(4):
        device.controller.miss_reading(burner)


@pytest.mark.parametrize("missed, state", [(None, "ARMED"), (0, "IDLE"), (1, "ARMED"), (3, "ARMED")])
def test_a_missed_reading_begins_the_search_for_an_ignition_of_its_burner_again(core, missed, state):
    device = core(burners=2, sensor=True)
    for number in range(10):
        if number == 5 and missed is not None:
            device.controller.miss_reading(missed)
        device.uv[0][0] = 500 * number
        device.step()
    assert (device.state(0), device.state(1)) == (state, "IDLE")


# --- anything at all -----------------------------------------------------------------------------------------------

ACTS = [
    "run", "press", "hold", "override", "off", "extend", "arm", "flame", "dark", "blind", "seen", "jump", "weld",
]  # fmt: skip
MOVES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(1, 100)), max_size=40)


@given(MOVES, st.booleans(), st.booleans())
def test_in_a_random_walk_no_burn_is_too_long_or_too_soon_and_each_has_one_cause(core, moves, sensor, far):
    """A random walk; core.step() checks after every tick that nothing conducts without a grant."""
    device = core(burners=2, sensor=sensor, remote_extend=far, **SHORT)
    watch = Watch(device)
    for move, burner, size in moves:
        if move in ("press", "override"):
            getattr(watch.device, move)(burner)
        elif move == "hold":
            device.hold(1 + size // 20, burner)
            assert not device.conducts(burner)
        elif move == "off":
            device.off("web", burner)
            assert not device.conducts(burner)
        elif move in ("extend", "arm"):
            left_ms, conducts = device.left_ms(burner), device.conducts(burner)
            getattr(device, move)(burner)
            assert conducts or not device.conducts(burner)
            assert (
                far
                and move == "extend"
                or device.left_ms(burner) <= left_ms
                or not conducts
                or not device.conducts(burner)
            )
        elif move == "flame":
            device.uv[burner] = [10_000, 8_000]
        elif move == "dark":
            device.uv[burner] = [size, 0]
        elif move == "weld":
            device.uv[burner] = [9_000, 8_000]
        elif move in ("blind", "seen"):
            device.blind[burner] = move == "blind"
        elif move == "jump":
            device.step(-size * 100)
            assert not device.conducts(0) and not device.conducts(1)
        for _ in range(size):
            device.step()
    for burner in range(2):
        assert device.one(burner).burn_ms <= 11 * MIN


class Watch:
    """Looks at every tick of a core: how long contacts conduct and rest."""

    def __init__(self, device):
        self.device = device
        self.open_ticks = [10**9] * len(device.controller.burners)
        step = device.step

        def watched(ms=20):
            was = [device.conducts(index) for index in range(len(self.open_ticks))]
            causes = device.memory.seq[0]
            step(ms)
            opened = 0
            for index, before in enumerate(was):
                now = device.conducts(index)
                if now and not before:
                    assert self.open_ticks[index] * 20 >= 3000, "conducts again too soon"
                if before and not now:
                    opened += 1
                    assert device.cause(index)
                self.open_ticks[index] = 0 if now else self.open_ticks[index] + 1
            assert (device.memory.seq[0] - causes) == opened, "an shut-off has one record"

        device.step = watched


# --- the window for an update ----------------------------------------------------------------------------------------


def held(device, ms):
    """The button held for so long, and released."""
    device.button(True)
    device.run(ms)
    device.button(False)
    device.run(160)


def allowed(core, **changed):
    """A controller in whose window a user let an update."""
    device = core(**{**SHORT, **changed})
    held(device, 4900)
    assert device.controller.update_ms == 0
    device.run(s=2)
    held(device, 5100)
    assert device.controller.update_ms > limits.UPDATE_MS - 1000
    return device


def test_a_hold_of_five_seconds_in_idle_allows_an_update_for_ten_minutes(core):
    device = allowed(core)
    assert device.state() == "IDLE" and not device.conducts()
    device.run(s=598)
    assert device.controller.update_ms > 0
    device.run(s=3)
    assert device.controller.update_ms == 0


def test_it_beeps_when_the_window_opens_at_the_release(core):
    device = core(**SHORT)
    device.button(True)
    heard = []
    for tick in range(280):
        if tick == 260:
            assert "READY" not in heard
            device.button(False)
        device.step()
        heard.append(SOUNDS[device.controller.player.sound])
    assert "READY" in heard


def test_a_press_closes_the_window_in_the_tick_in_which_the_contact_conducts(core):
    device = allowed(core)
    device.press()
    assert device.conducts() and device.controller.update_ms == 0
    device.hold()
    device.until(lambda: device.state() == "IDLE", 30)
    assert device.controller.update_ms == 0, "it does not come back by itself"


@pytest.mark.parametrize("ms, opens", [(9_980, False), (10_000, True), (19_980, True), (20_000, False)])
def test_in_a_fault_the_window_takes_a_hold_of_ten_seconds_and_twenty_open_none(core, ms, opens):
    device = core(**SHORT)
    device.raise_fault("UNSTABLE")
    device.one().faults.reported = 1 << faults.UNSTABLE
    device.step()
    device.hold(ms / 1000)
    assert (device.controller.update_ms > 0) == opens
    assert device.state() == "FAULT"


@pytest.mark.parametrize("burner", [0, 1])
def test_a_hold_in_which_a_burner_still_conducted_opens_no_window(core, burner):
    device = core(burners=2, **SHORT)
    device.press(burner=burner)
    device.hold(5.5)
    assert not device.conducts(0) and not device.conducts(1)
    assert device.controller.update_ms == 0


def test_a_hold_that_began_in_verifying_opens_the_window(core):
    device = core(**SHORT)
    device.press()
    device.off()
    device.run(100)
    device.hold(5.5)
    assert device.controller.update_ms > 0


# --- one button for all --------------------------------------------------------------------------------------------


def test_a_hold_of_three_and_a_half_seconds_shuts_off_every_burner(core):
    device = core(burners=3, **SHORT)
    device.press(burner=1)
    device.press(burner=2)
    device.hold(3.2)
    assert device.conducts(1) and device.conducts(2), "a hold under 3.2 s touches no other burner"
    device.hold(3.52)
    assert [device.cause(1), device.cause(2)] == ["BUTTON", "BUTTON"]
    assert not device.conducts(1) and not device.conducts(2)


def test_a_long_hold_on_a_burner_in_fault_lets_the_others_burn(core):
    device = core(burners=2, **SHORT)
    device.raise_fault("UNSTABLE")
    device.run(s=4)
    device.press(burner=1)
    device.hold(6)
    assert device.state() == "VERIFYING" and device.conducts(1)


def test_a_fault_that_comes_during_the_hold_does_not_keep_it_from_shutting_off_every_burner(core):
    device = core(burners=2, **SHORT)
    device.press(burner=1)
    device.button(True)
    device.run(s=2)
    device.raise_fault("UNSTABLE")
    device.run(s=2)
    assert device.state() == "FAULT" and not device.conducts(1)


def test_three_quick_hits_shut_off_their_burner_and_beside_a_fault_every_burner(core):
    device = core(burners=2, **SHORT)
    device.press()
    device.press(burner=1)
    device.hits()
    assert not device.conducts(0) and device.conducts(1)
    device.raise_fault("UNSTABLE")
    device.run(s=2)
    device.hits()
    assert device.state() == "FAULT" and not device.conducts(1)


def test_no_remote_command_opens_the_window(core):
    device = core(**SHORT)
    for word in (device.off, device.extend, device.arm):
        word()
        assert device.controller.update_ms == 0
