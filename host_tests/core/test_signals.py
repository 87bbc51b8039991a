"""Lights and sounds as data, and the player that walks through them.

Here: signals.py and what a state looks and sounds like. Not here: pixels and buzzer (test_panel.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import signals
from curfew.core.signals import Player, is_lit
from host_tests.fixtures.names import LIGHTS, SOUNDS

NUMBER = {name: number for number, name in SOUNDS.items()}
LIGHT = {name: number for number, name in LIGHTS.items()}
URGENT = ["FAULT", "WARNING", "OFF", "ALREADY_OFF", "NO"]


def played(sound, player=None, step_ms=20):
    """A sound as [(frequency, milliseconds)], until it is over."""
    player = player or Player()
    player.play(NUMBER[sound], 0)
    notes = []
    for _ in range(1 + 10_000 // min(step_ms, 20)):
        player.step(step_ms)
        if player.sound == signals.S_NONE:
            return notes
        if notes and notes[-1][0] == player.frequency_hz:
            notes[-1][1] += step_ms
        else:
            notes.append([player.frequency_hz, step_ms])
    raise AssertionError("never ends")


# --- sounds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(NUMBER) - {"NONE"}))
def test_every_sound_can_be_heard_and_ends_within_three_seconds(name):
    notes = played(name)
    assert notes and any(frequency for frequency, _ in notes)
    assert sum(ms for _, ms in notes) <= 3000
    assert all(frequency == 0 or 200 <= frequency <= 5000 for frequency, _ in notes)


def test_no_two_sounds_are_alike():
    melodies = [tuple(map(tuple, played(name))) for name in NUMBER if name != "NONE"]
    assert len(melodies) == len(set(melodies))


@pytest.mark.parametrize("name", sorted(set(NUMBER) - {"NONE"}))
def test_after_a_sound_it_is_silent(name):
    player = Player()
    played(name, player)
    assert (player.sound, player.frequency_hz) == (signals.S_NONE, 0)


def test_without_a_sound_there_is_silence():
    player = Player()
    player.play(signals.S_NONE, 0)
    player.step(20)
    assert (player.sound, player.frequency_hz) == (signals.S_NONE, 0)


def test_a_sound_begins_in_the_tick_after_it_was_asked_for():
    player = Player()
    player.play(NUMBER["LET_GO"], 0)
    assert player.frequency_hz == 0
    player.step(20)
    assert player.frequency_hz > 0


def test_asking_for_nothing_does_not_stop_what_is_playing():
    player = Player()
    player.play(NUMBER["OFF"], 1)
    player.step(20)
    player.play(signals.S_NONE, 0)
    assert (player.sound, player.burner) == (NUMBER["OFF"], 1)


@pytest.mark.parametrize("playing, asked, heard", [
    ("ADDED", "OFF", "OFF"), ("OFF", "ADDED", "OFF"), ("WARNING", "OFF", "OFF"), ("OFF", "WARNING", "WARNING"),
    ("FAULT", "OFF", "FAULT"), ("OFF", "FAULT", "FAULT"), ("FAULT", "WARNING", "FAULT"), ("ADDED", "NO", "NO"),
    ("LET_GO", "ADDED", "LET_GO"), ("ADDED", "LET_GO", "LET_GO"), ("WAIT", "ALREADY_OFF", "ALREADY_OFF"),
    ("FAULT", "FAULT", "FAULT"),
])  # fmt: skip
def test_a_higher_rank_interrupts_an_equal_one_replaces_a_lower_one_is_lost(playing, asked, heard):
    player = Player()
    player.play(NUMBER[playing], 0)
    player.step(20)
    player.play(NUMBER[asked], 1)
    assert SOUNDS[player.sound] == heard


def test_off_and_warning_and_fault_are_never_lost_to_anything_friendly():
    for urgent in ("OFF", "WARNING", "FAULT"):
        for other in set(NUMBER) - {"NONE", "OFF", "WARNING", "FAULT", "ENDED", "LET_GO"}:
            player = Player()
            player.play(NUMBER[urgent], 0)
            player.step(20)
            player.play(NUMBER[other], 0)
            assert SOUNDS[player.sound] == urgent


@pytest.mark.parametrize("step_ms", [1, 20, 100, 2000])
def test_a_sound_ends_whatever_the_length_of_the_ticks(step_ms):
    played("FAULT", step_ms=step_ms)


def test_a_clock_that_stands_still_holds_the_note_and_no_more():
    player = Player()
    player.play(NUMBER["OFF"], 0)
    player.step(20)
    note = player.frequency_hz
    for _ in range(1000):
        player.step(0)
    assert player.frequency_hz == note


# --- lights --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["DARK", "BURNING", "OVERRIDE"])
def test_a_steady_light_is_always_lit(name):
    assert all(is_lit(LIGHT[name], ms) for ms in range(0, 10_000, 10))


@pytest.mark.parametrize("name", ["ARMED", "WARNING", "VERIFYING", "FAULT", "SERVICE"])
def test_a_blinking_light_is_lit_and_dark_by_turns(name):
    levels = [is_lit(LIGHT[name], ms) for ms in range(6000)]
    assert levels[0] is True
    assert True in levels and False in levels
    changes = sum(before != after for before, after in zip(levels, levels[1:], strict=False))
    assert 3 <= changes <= 50


@given(st.sampled_from(sorted(LIGHTS)), st.integers(0, 2**29))
def test_a_light_knows_what_to_do_at_any_phase(light, phase_ms):
    assert is_lit(light, phase_ms) in (True, False)


STATES = [("IDLE", "DARK"), ("ARMED", "ARMED"), ("BURNING", "BURNING"), ("OVERRIDE", "OVERRIDE"),
          ("VERIFYING", "VERIFYING"), ("WARNING", "WARNING"), ("FAULT", "FAULT")]  # fmt: skip


@pytest.mark.parametrize("state, light", STATES)
def test_every_state_has_a_light_of_its_own(core, state, light):
    from host_tests.core.test_table import in_state

    device = in_state(core, state)
    device.step()
    assert LIGHTS[device.one().light] == light


def test_a_contact_that_needs_service_is_shown_in_idle_and_hides_no_state(core):
    device = core(sensor=False)
    device.one().service = True
    device.step()
    assert LIGHTS[device.one().light] == "SERVICE"
    device.press()
    assert LIGHTS[device.one().light] == "BURNING"


def test_a_contact_that_opened_by_itself_lights_the_service_light(core):
    device = core(sensor=True, reclose_hold_s=3)
    device.flame()
    device.uv[0] = [12_000, 0]
    device.until(lambda: device.state() == "VERIFYING", 3)
    assert device.cause() == "CONTACT_OPEN"
    device.uv[0] = [100, 0]
    device.until(lambda: device.state() == "IDLE", 10)
    device.step()
    assert LIGHTS[device.one().light] == "SERVICE"


def test_the_blinking_begins_bright_in_every_state(core):
    device = core(sensor=False)
    device.press()
    device.off()
    assert device.one().sign_ms <= 40
    assert is_lit(device.one().light, device.one().sign_ms)


# --- one buzzer for all --------------------------------------------------------------------------------------------


def test_the_sound_belongs_to_the_burner_that_asked(core):
    device = core(burners=2)
    device.press(1)
    assert [SOUNDS[device.heard(index)] for index in range(2)] == ["NONE", "ARMED"]


def test_of_two_burners_in_one_tick_the_higher_rank_is_heard(core):
    device = core(burners=2)
    device.press(0)
    device.press(1)
    device.run(s=2)
    device.inbox.post_off(0, 0)
    device.inbox.post_request(1, 0, device.now_ms)
    device.step()
    assert [SOUNDS[device.heard(index)] for index in range(2)] == ["OFF", "NONE"]
