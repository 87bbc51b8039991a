"""What raises each fault, what ends its cause, and what an acknowledgement does, in a core or in a world."""

import pytest

from curfew.core import codes
from curfew.runtime import rtc_memory
from host_tests.fixtures.names import FAULTS

CODES = {name: code for code, name in FAULTS.items()}
QUICK = {"reclose_hold_s": 3, "flame_die_s": 30}


# --- a fault opens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("state", ["IDLE", "ARMED", "BURNING", "VERIFYING"])
def test_any_fault_opens_in_the_tick_in_which_it_is_seen(core, name, state):
    box = core(sensor=True, **QUICK)
    if state == "ARMED":
        box.press()
    elif state != "IDLE":
        box.flame()
    if state == "VERIFYING":
        box.off()
    conducted = box.conducts()
    cause = box.cause()
    box.raise_fault(name)
    box.step()
    assert (box.state(), box.conducts()) == ("FAULT", False)
    assert box.cause() == ("FAULT:" + name if conducted else cause)


def test_the_cause_of_the_shut_off_names_the_fault_that_opened(core):
    box = core(sensor=True, **QUICK)
    box.flame()
    box.blind[0] = True
    box.until(lambda: box.state() == "FAULT", 3)
    box.raise_fault("CONTACT_WELDED")
    box.step()
    assert box.cause() == "FAULT:SENSOR_FAILED"


# --- settings and resets -------------------------------------------------------------------------------------------


def test_invalid_settings_are_a_fault_that_the_user_cannot_clear(core):
    box = core(invalid=True, idle=False, **QUICK)
    box.step()
    assert box.fault() == "SETTINGS_INVALID"
    box.run(s=5)
    box.hold(s=6)
    assert (box.state(), box.fault()) == ("FAULT", "SETTINGS_INVALID")
    box.press()
    assert not box.conducts()


def test_of_two_faults_in_the_same_tick_the_first_of_the_list_is_shown(core):
    record = rtc_memory.RtcMemory(b"")
    record.put(codes.AT_RESETS, 9)
    record.seal()
    box = core(invalid=True, previous=bytes(record.buffer), idle=False, **QUICK)
    box.step()
    assert box.raised() == ["UNSTABLE", "SETTINGS_INVALID"]
    assert box.fault() == "UNSTABLE"


BROKEN = [None, "{", "[]", "{}", '{"burners": [{"relay_pin": 2}]}', '{"burners": [{}], "timer_default_min": 0}', "\x00"]


@pytest.mark.parametrize("text", BROKEN, ids=repr)
def test_a_device_with_broken_settings_shows_it_and_never_conducts(world, text):
    box = world(settings_text=text, idle=False)
    box.until_state("FAULT")
    assert box.fault() == "SETTINGS_INVALID"
    assert "SETTINGS_INVALID" in box.console()
    box.press()
    box.light(5)
    box.run_for(s=15)
    box.hold(s=6)
    box.run_for(s=15)
    assert (box.state(), box.contact()) == ("FAULT", "open")


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b'{"burners": [{}]\xff}'])
def test_settings_that_are_not_even_text_are_invalid_too(world, data):
    box = world(settings_text="x", idle=False)
    (box.folder / "settings.json").write_bytes(data)
    box.until_state("FAULT")
    assert box.fault() == "SETTINGS_INVALID"


# --- the button ----------------------------------------------------------------------------------------------------


def test_a_button_that_is_down_for_more_than_thirty_seconds_is_stuck(core):
    box = core(**QUICK)
    box.button(True)
    box.run(s=30)
    assert box.fault() is None
    box.run(ms=100)
    assert box.fault() == "BUTTON_STUCK"


def test_a_stuck_button_was_an_off_long_before(core):
    box = core(**QUICK)
    box.press()
    box.button(True)
    box.run(s=1)
    assert box.cause() == "BUTTON"


def test_a_stuck_button_that_came_loose_is_acknowledged_by_a_long_hold(core):
    box = core(**QUICK)
    box.button(True)
    box.run(s=31)
    box.button(False)
    box.run(s=1)
    assert box.state() == "FAULT"
    box.hold(s=6)
    box.run(s=4)
    assert (box.state(), box.fault()) == ("IDLE", None)


def test_a_stuck_button_cannot_acknowledge_itself(core):
    box = core(**QUICK)
    box.button(True)
    box.run(s=120)
    assert box.fault() == "BUTTON_STUCK"


# --- acknowledging -------------------------------------------------------------------------------------------------


def faulted(core, **changed):
    """A core in FAULT whose cause is gone."""
    box = core(**{**QUICK, **changed})
    box.press()
    box.raise_fault("BUTTON_STUCK")
    box.run(s=1)
    assert (box.state(), box.one().faults.present) == ("FAULT", 0)
    return box


@pytest.mark.parametrize("s, cleared", [(4.9, False), (5, True), (6, True)])
def test_a_fault_is_acknowledged_by_holding_for_five_seconds(core, s, cleared):
    box = faulted(core)
    box.button(True)
    box.run(ms=int(s * 1000) + 60)
    box.button(False)
    box.run(s=1)
    assert (box.state() == "VERIFYING") is cleared
    assert (box.fault() is None) is cleared


def test_after_an_acknowledgement_the_whole_reclose_delay_runs(core):
    box = faulted(core)
    box.button(True)
    box.run(s=5)
    box.button(False)
    box.until(lambda: box.state() == "VERIFYING", 1)
    box.run(ms=3000 - 20)
    assert box.state() == "VERIFYING"
    box.step()
    assert (box.state(), box.conducts()) == ("IDLE", False)


def test_after_an_acknowledgement_the_proofs_run_again(core):
    box = core(sensor=True, **QUICK)
    box.flame()
    box.uv[0] = [10_000, 8000]
    box.off()
    box.until(lambda: box.fault() == "CONTACT_WELDED", 5)
    box.uv[0] = [6000, 0]
    box.run(s=2)
    assert box.one().faults.present == 0
    box.button(True)
    box.run(s=5)
    box.button(False)
    box.until(lambda: box.state() == "VERIFYING", 1)
    box.uv[0] = [10_000, 8000]
    box.run(s=1)
    assert (box.state(), box.fault()) == ("FAULT", "CONTACT_WELDED")


@pytest.mark.parametrize("act", ["press", "override", "off", "extend", "arm"])
def test_nothing_but_the_long_hold_leaves_fault(core, act):
    box = faulted(core)
    getattr(box, act)()
    box.run(s=5)
    assert (box.state(), box.fault()) == ("FAULT", "BUTTON_STUCK")


def test_a_hold_that_began_before_the_fault_does_not_acknowledge_it(core):
    box = core(**QUICK)
    box.button(True)
    box.run(s=1)
    box.raise_fault("SENSOR_FAILED")
    box.step()
    box.one().faults.note(0)
    box.one().button.ignore_until_up()
    box.run(s=10)
    assert box.state() == "FAULT"


def test_a_fault_is_sounded_again_every_fifteen_seconds(core):
    box = faulted(core)
    heard = 0
    for _ in range(60_000 // 20):
        box.step()
        heard += box.sound() == "FAULT"
    assert heard == 4


# --- sensor --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ms, fault", [(1460, None), (1480, None), (1500, "SENSOR_FAILED")])
def test_a_fitted_sensor_that_falls_silent_has_failed_after_a_second_and_a_half(core, ms, fault):
    """Counted from the begin of the last conversion, a tick before it was read."""
    box = core(sensor=True, **QUICK)
    box.blind[0] = True
    box.run(ms)
    assert box.fault() == fault


@pytest.mark.parametrize("uv", [[70_000, 0], [-2000, -2000], [0, 5000], [60_001, 60_001]])
def test_a_sensor_that_reads_the_impossible_has_failed(core, uv):
    box = core(sensor=True, **QUICK)
    box.uv[0] = uv
    box.run(s=2)
    assert box.fault() == "SENSOR_FAILED"


def test_a_sensor_that_was_never_there_fails_and_does_not_become_untestable(core):
    box = core(sensor=True, idle=False, **QUICK)
    box.blind[0] = True
    box.run(s=60)
    assert (box.state(), box.fault()) == ("FAULT", "SENSOR_FAILED")


def test_a_sensor_that_is_back_for_a_second_may_be_acknowledged(core):
    box = core(sensor=True, **QUICK)
    box.blind[0] = True
    box.run(s=2)
    box.blind[0] = False
    box.run(ms=900)
    assert box.one().faults.present
    box.run(ms=200)
    assert not box.one().faults.present
    assert box.state() == "FAULT"
    box.hold(s=6)
    box.run(s=5)
    assert box.state() == "IDLE"


def test_a_burner_without_a_sensor_never_has_a_failed_one(core):
    box = core(sensor=False, **QUICK)
    box.run(min=1)
    assert box.fault() is None


@pytest.mark.parametrize("value", ["stale", "i2c_error"])
def test_a_dead_converter_while_it_burns_closes_the_gas(world, value):
    box = world()
    box.burn()
    box.do("sensor", value=value)
    box.until_state("FAULT", at_most_s=4)
    assert (box.cause(), box.contact()) == ("FAULT:SENSOR_FAILED", "open")
    box.run_for(s=30)
    assert box.gas() == "off"


# --- weld and persisting flame -------------------------------------------------------------------------------------


def live(core):
    """IDLE, and a magnet side that carries voltage although the contact is open."""
    box = core(sensor=True, **QUICK)
    box.uv[0] = [1000, 800]
    return box


def test_a_live_magnet_side_in_idle_is_a_weld_after_three_readings(core):
    box = live(core)
    box.step()
    box.step()
    assert box.fault() is None
    box.step()
    assert box.fault() == "CONTACT_WELDED"


@pytest.mark.parametrize("uv", [[1000, 300], [3204, 801], [3300, 801], [0, 0]])
def test_a_magnet_side_that_is_not_live_is_no_weld(core, uv):
    box = core(sensor=True, auto_arm=False, **QUICK)
    box.uv[0] = uv
    box.run(s=5)
    assert box.fault() is None


def test_a_spike_on_the_magnet_side_is_no_weld(core):
    box = core(sensor=True, **QUICK)
    for _ in range(50):
        box.uv[0] = [1000, 800]
        box.run(ms=40)
        box.uv[0] = [1000, 0]
        box.run(ms=20)
    assert box.fault() is None


@pytest.mark.parametrize("uv, cleared", [
    ([3001, 299], True), ([3000, 0], False), ([12_000, 300], False), ([0, 0], False), ([2000, 0], False),
])  # fmt: skip
def test_a_weld_is_cleared_only_by_a_hot_side_beside_a_dead_one_for_a_second(core, uv, cleared):
    box = live(core)
    box.run(ms=100)
    box.uv[0] = uv
    box.run(ms=980)
    assert box.one().faults.present, "not yet for a second"
    box.run(ms=200)
    assert (box.one().faults.present == 0) is cleared
    assert box.state() == "FAULT", "and never without the hand"


def test_a_weld_that_was_stored_can_be_cleared_by_lighting_and_holding_the_knob(world):
    box = world()
    box.burn()
    box.do("weld")
    box.hold()
    box.run_for(s=3)
    assert box.fault() == "CONTACT_WELDED"
    assert box.gas() == "on", "this is what the fault is about"
    box.knob_off()
    box.run_for(s=60)
    box.power_cut()
    box.run_for(s=5)
    assert box.fault() == "CONTACT_WELDED"
    box.do("unweld")
    box.light(15)
    box.run_for(s=16)
    box.hold(s=6)
    box.run_for(s=60)
    assert (box.state(), box.fault()) == ("IDLE", None)


def test_a_persisting_flame_ends_when_the_millivolts_show_it(core):
    box = core(sensor=True, **QUICK)
    box.flame()
    box.off()
    box.uv[0] = [20_000, 0]
    box.until(lambda: box.fault() == "FLAME_PERSISTS", 40)
    box.run(min=1)
    assert box.one().faults.present
    box.uv[0] = [2900, 0]
    box.run(ms=100)
    assert not box.one().faults.present
    box.hold(s=6)
    box.run(s=5)
    assert box.state() == "IDLE"


@pytest.mark.parametrize("name, there, gone", [
    ("CONTACT_WELDED", [1000, 800], [6000, 0]), ("FLAME_PERSISTS", [20_000, 0], [100, 0]),
    ("SENSOR_FAILED", None, [0, 0]),
])  # fmt: skip
def test_once_a_cause_is_gone_a_hold_always_leads_back_to_idle(core, name, there, gone):
    box = core(sensor=True, auto_arm=False, **QUICK)
    if name == "FLAME_PERSISTS":
        box.press()
        box.uv[0] = [10_000, 8000]
        box.run(s=3)
        box.off()
    if there is None:
        box.blind[0] = True
    else:
        box.uv[0] = there
    box.until(lambda: box.fault() == name, 60)
    box.blind[0] = False
    box.uv[0] = gone
    box.run(s=3)
    box.hold(s=6)
    box.uv[0] = [100, 0]
    box.until(lambda: box.state() == "IDLE", 60)


# --- the program itself --------------------------------------------------------------------------------------------


def test_a_gate_that_refuses_what_the_state_wants_is_a_corrupt_program(core):
    box = core(**QUICK)
    box.press()
    box.one().gate.closed_ms = 10**9 % 2**30
    box.step()
    assert not box.conducts()
    box.step()
    assert (box.state(), box.fault()) == ("FAULT", "PROGRAM_CORRUPT")
