"""The guards of the table: when a row counts.

Here: each guard beside its limit, on numbers that are said, then the rows that have one on a device. Not here: which
row follows which guard (test_table.py).
"""

from types import SimpleNamespace

import pytest

from curfew.core import faults, limits, table
from host_tests.core.test_table import ANY, CONDUCTING, happen, in_state
from host_tests.fixtures.names import SOURCES

WARNING_MS = 15_000


def burner(
    sensor=True, auto_arm=True, remote_extend=True, confirmed=True, extended_ms=WARNING_MS + 1, remaining_ms=60_000,
    cap_ms=60_000, cap_raised=True, by_override=True, asked=True, override_cap_ms=60_001, kept_ms=0, less_ms=59_999,
    held_ms=limits.HOLD_LONGER_MS, present=0, shown=faults.ALARM, relit_early=True,
):  # fmt: skip
    """What the guards look at of a burner: one for which most of them hold, by a hair."""
    return SimpleNamespace(
        sensor=sensor, remaining_ms=remaining_ms, cap_ms=cap_ms, cap_raised=cap_raised, by_override=by_override,
        asked=asked, kept_ms=kept_ms, extended_ms=lambda: extended_ms, override_cap_ms=lambda: override_cap_ms,
        less_ms=lambda: less_ms,
        settings=SimpleNamespace(auto_arm=auto_arm, remote_extend=remote_extend, warning_ms=WARNING_MS),
        flame=SimpleNamespace(is_confirmed=lambda: confirmed),
        faults=SimpleNamespace(present=present, shown=shown),
        button=SimpleNamespace(held_ms=held_ms),
        proof=SimpleNamespace(relit_early=relit_early),
    )  # fmt: skip


@pytest.mark.parametrize("guard, seen", [
    ("ALWAYS", {}),
    ("NO_SENSOR", {"sensor": False}),
    ("SENSING", {}),
    ("AUTO_ARM", {}),
    ("LEAVES_WARNING", {}),
    ("EXTEND_ALLOWED", {}),
    ("EXTEND_LEAVES_WARNING", {}),
    ("CAUSES_GONE", {}),
    ("AT_CAP", {"cap_raised": False}),
    ("AT_RAISED_CAP", {}),
    ("BY_OVERRIDE", {}),
    ("ASKED_BEFORE", {}),
    ("LONGER", {}),
    ("BY_ALARM", {}),
    ("BY_ABSENCE", {"kept_ms": 60_001}),
    ("BY_ABSENCE", {"kept_ms": 1, "remaining_ms": 0}),
    ("BY_ABSENCE", {"kept_ms": 1, "remaining_ms": -20}),
    ("LEFT_IS_SHORT", {"kept_ms": WARNING_MS}),
    ("SOONER", {}),
    ("RELIT_TOO_EARLY", {}),
])  # fmt: skip
def test_a_guard_holds(guard, seen):
    assert table.holds(burner(**seen), getattr(table, guard))


@pytest.mark.parametrize("guard, seen", [
    ("NO_SENSOR", {}),
    ("SENSING", {"sensor": False}),
    ("AUTO_ARM", {"auto_arm": False}),
    ("LEAVES_WARNING", {"extended_ms": WARNING_MS}),
    ("EXTEND_ALLOWED", {"remote_extend": False}),
    ("EXTEND_ALLOWED", {"kept_ms": 1}),  # the user is away
    ("EXTEND_ALLOWED", {"sensor": False}),
    ("EXTEND_ALLOWED", {"confirmed": False}),
    ("EXTEND_LEAVES_WARNING", {"confirmed": False}),
    ("EXTEND_LEAVES_WARNING", {"extended_ms": WARNING_MS}),
    ("CAUSES_GONE", {"present": 1}),
    ("AT_CAP", {"remaining_ms": 59_999}),
    ("AT_CAP", {"remaining_ms": 60_001}),
    ("AT_RAISED_CAP", {"remaining_ms": 59_999}),
    ("AT_RAISED_CAP", {"cap_raised": False}),
    ("BY_OVERRIDE", {"by_override": False}),
    ("ASKED_BEFORE", {"asked": False}),
    ("ASKED_BEFORE", {"override_cap_ms": 60_000}),
    ("LONGER", {"held_ms": limits.HOLD_LONGER_MS - 1}),
    ("BY_ALARM", {"shown": faults.ALARM - 1}),
    ("BY_ALARM", {"shown": faults.ALARM + 1}),
    ("BY_ABSENCE", {"kept_ms": 60_000}),
    ("BY_ABSENCE", {"kept_ms": 0, "remaining_ms": 0}),
    ("BY_ABSENCE", {"kept_ms": 0, "remaining_ms": -20}),
    ("LEFT_IS_SHORT", {"kept_ms": WARNING_MS + 1}),
    ("SOONER", {"less_ms": 60_000}),
    ("RELIT_TOO_EARLY", {"relit_early": False}),
])  # fmt: skip
def test_a_guard_does_not_hold(guard, seen):
    found = table.holds(burner(**seen), getattr(table, guard))
    assert found is not None and not found


# --- the rows that have one ----------------------------------------------------------------------------------------


def test_a_press_in_idle_without_a_sensor_starts_the_timer(core):
    device = in_state(core, "IDLE", sensor=False)
    happen(device, "PRESSED")
    assert (device.state(), device.sound()) == ("BURNING", "ARMED")
    assert device.left_ms() == 30 * 60_000


def test_a_press_in_idle_with_a_sensor_waits_for_a_flame(core):
    device = in_state(core, "IDLE")
    happen(device, "PRESSED")
    assert (device.state(), device.one().window_ms) == ("ARMED", 60_000)


def test_an_ignition_arms_nothing_when_auto_arm_is_off(core):
    device = in_state(core, "IDLE", auto_arm=False)
    happen(device, "IGNITED")
    assert (device.state(), device.sound()) == ("IDLE", "NO")


def test_a_rise_that_would_arm_is_not_even_an_event_when_auto_arm_is_off(core):
    device = in_state(core, "IDLE", auto_arm=False)
    for uv in range(0, 10_000, 300):
        device.uv[0][0] = uv
        device.step()
    assert (device.state(), device.one().refused) == ("IDLE", 0)


@pytest.mark.parametrize("state", ["BURNING", "WARNING"])
@pytest.mark.parametrize("allowed, proved", [(True, True), (True, False), (False, True), (False, False)])
def test_remote_extend_needs_the_setting_and_a_proved_flame(core, state, allowed, proved):
    device = in_state(core, state, remote_extend=allowed)
    device.one().remaining_ms = 40_000
    if not proved:
        device.one().flame.burning = False
    happen(device, "REMOTE_EXTEND")
    if allowed and proved:
        assert (device.state(), device.sound(), device.left_ms()) == ("BURNING", "ADDED", 640_000)
    else:
        assert (device.state(), device.sound(), device.left_ms()) == (state, "NO", 40_000)


def test_remote_extend_is_refused_without_a_sensor(core):
    device = in_state(core, "BURNING", sensor=False, remote_extend=True)
    device.one().remaining_ms = 400_000
    device.extend()
    assert (device.sound(), device.left_ms()) == ("NO", 400_000 - 20)


@pytest.mark.parametrize("state", ANY)
def test_remote_arm_is_always_refused(core, state):
    device = in_state(core, state, remote_extend=True)
    device.arm()
    assert (device.state(), device.sound()) == (state, "NO")


@pytest.mark.parametrize("state", ["IDLE", "ARMED", "VERIFYING", "FAULT", "OVERRIDE"])
def test_remote_extend_is_refused_outside_burning_and_warning(core, state):
    device = in_state(core, state, remote_extend=True)
    device.extend()
    assert (device.state(), device.sound()) == (state, "NO")


def test_an_acknowledgement_is_refused_while_a_cause_is_still_there(core):
    device = in_state(core, "FAULT")
    device.raise_fault("SETTINGS_INVALID")
    happen(device, "HELD_LONG")
    assert (device.state(), device.sound()) == ("FAULT", "NO")
    assert device.raised() == ["BUTTON_STUCK", "SETTINGS_INVALID"]


def test_ready_sounds_in_idle_only_after_a_press_that_had_to_wait(core):
    device = in_state(core, "VERIFYING")
    happen(device, "RELIT")
    happen(device, "VERIFIED")
    assert (device.state(), device.sound()) == ("IDLE", "READY")


@pytest.mark.parametrize("state", ["IDLE", "VERIFYING"])
def test_an_off_is_consumed_at_once_and_never_waits_for_the_next_ignition(core, state):
    device = in_state(core, state, sensor=False)
    device.off("voice")
    assert (device.state(), device.sound()) == (state, "ALREADY_OFF")
    device.until(lambda: device.state() == "IDLE", 20)
    device.press()
    device.run(s=2)
    assert device.state() == "BURNING"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("state", CONDUCTING)
def test_a_remote_off_opens_in_one_tick_and_names_its_source(core, state, source):
    device = in_state(core, state)
    assert device.conducts()
    device.off(source)
    assert (device.state(), device.cause(), device.conducts()) == ("VERIFYING", "REMOTE:" + source, False)
