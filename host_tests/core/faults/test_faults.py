"""What raises each fault, what ends its cause, and what an acknowledgement does, in a core or in a world."""

import pytest

from curfew.core import codes, faults
from curfew.runtime import rtc_memory
from host_tests.fixtures.names import FAULTS

CODES = {name: code for code, name in FAULTS.items()}
CAUSED_BY = {"ALARM": "ALARM"}
QUICK = {"reclose_hold_s": 3, "flame_die_s": 30}


# --- a fault opens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("state", ["IDLE", "ARMED", "BURNING", "VERIFYING"])
def test_any_fault_opens_in_the_tick_in_which_it_is_seen(core, name, state):
    device = core(sensor=True, **QUICK)
    if state == "ARMED":
        device.press()
    elif state != "IDLE":
        device.flame()
    if state == "VERIFYING":
        device.off()
    conducted = device.conducts()
    cause = device.cause()
    device.raise_fault(name)
    device.step()
    assert (device.state(), device.conducts()) == ("FAULT", False)
    assert device.cause() == (CAUSED_BY.get(name, "FAULT:" + name) if conducted else cause)


def test_the_cause_of_the_shut_off_names_the_fault_that_opened(core):
    device = core(sensor=True, **QUICK)
    device.flame()
    device.blind[0] = True
    device.until(lambda: device.state() == "FAULT", 3)
    device.raise_fault("CONTACT_WELDED")
    device.step()
    assert device.cause() == "FAULT:SENSOR_FAILED"


# --- settings and resets -------------------------------------------------------------------------------------------


def test_invalid_settings_are_a_fault_that_the_user_cannot_clear(core):
    device = core(invalid=True, idle=False, **QUICK)
    device.step()
    assert device.fault() == "SETTINGS_INVALID"
    device.run(s=5)
    device.hold(s=6)
    assert (device.state(), device.fault()) == ("FAULT", "SETTINGS_INVALID")
    device.press()
    assert not device.conducts()


def test_of_two_faults_in_the_same_tick_the_first_of_the_list_is_shown(core):
    record = rtc_memory.RtcMemory(b"")
    record.put(codes.AT_RESETS, 9)
    record.seal()
    device = core(invalid=True, previous=bytes(record.buffer), idle=False, **QUICK)
    device.step()
    assert device.raised() == ["UNSTABLE", "SETTINGS_INVALID"]
    assert device.fault() == "UNSTABLE"


BROKEN = [None, "{", "[]", "{}", '{"burners": [{"relay_pin": 2}]}', '{"burners": [{}], "timer_default_min": 0}', "\x00"]


@pytest.mark.parametrize("text", BROKEN, ids=repr)
def test_a_device_with_broken_settings_shows_it_and_never_conducts(world, text):
    device = world(settings_text=text, idle=False)
    device.until_state("FAULT")
    assert device.fault() == "SETTINGS_INVALID"
    assert "SETTINGS_INVALID" in device.console()
    device.press()
    device.light(5)
    device.run_for(s=15)
    device.hold(s=6)
    device.run_for(s=15)
    assert (device.state(), device.contact()) == ("FAULT", "open")


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b'{"burners": [{}]\xff}'])
def test_settings_that_are_not_even_text_are_invalid_too(world, data):
    device = world(settings_text="x", idle=False)
    (device.folder / "settings.json").write_bytes(data)
    device.until_state("FAULT")
    assert device.fault() == "SETTINGS_INVALID"


# --- the button ----------------------------------------------------------------------------------------------------


def test_a_button_that_is_down_for_more_than_thirty_seconds_is_stuck(core):
    device = core(**QUICK)
    device.button(True)
    device.run(s=30)
    assert device.fault() is None
    device.run(ms=100)
    assert device.fault() == "BUTTON_STUCK"


def test_a_stuck_button_was_an_off_long_before(core):
    device = core(**QUICK)
    device.press()
    device.button(True)
    device.run(s=1)
    assert device.cause() == "BUTTON"


def test_a_stuck_button_that_came_loose_is_acknowledged_by_a_long_hold(core):
    device = core(**QUICK)
    device.button(True)
    device.run(s=31)
    device.button(False)
    device.run(s=1)
    assert device.state() == "FAULT"
    device.hold(s=6)
    device.run(s=4)
    assert (device.state(), device.fault()) == ("IDLE", None)


def test_a_stuck_button_cannot_acknowledge_itself(core):
    device = core(**QUICK)
    device.button(True)
    device.run(s=120)
    assert device.fault() == "BUTTON_STUCK"


# --- acknowledging -------------------------------------------------------------------------------------------------


def faulted(core, **changed):
    """A core in FAULT whose cause is gone."""
    device = core(**{**QUICK, **changed})
    device.press()
    device.raise_fault("BUTTON_STUCK")
    device.run(s=1)
    assert (device.state(), device.one().faults.present) == ("FAULT", 0)
    return device


@pytest.mark.parametrize("s, cleared", [(4.9, False), (5, True), (6, True)])
def test_a_fault_is_acknowledged_by_holding_for_five_seconds(core, s, cleared):
    device = faulted(core)
    device.button(True)
    device.run(ms=int(s * 1000) + 60)
    device.button(False)
    device.run(s=1)
    assert (device.state() == "VERIFYING") is cleared
    assert (device.fault() is None) is cleared


def test_after_an_acknowledgement_the_whole_reclose_delay_runs(core):
    device = faulted(core)
    device.button(True)
    device.run(s=5)
    device.button(False)
    device.until(lambda: device.state() == "VERIFYING", 1)
    device.run(ms=3000 - 20)
    assert device.state() == "VERIFYING"
    device.step()
    assert (device.state(), device.conducts()) == ("IDLE", False)


def test_after_an_acknowledgement_the_proofs_run_again(core):
    device = core(sensor=True, **QUICK)
    device.flame()
    device.uv[0] = [10_000, 8000]
    device.off()
    device.until(lambda: device.fault() == "CONTACT_WELDED", 5)
    device.uv[0] = [6000, 0]
    device.run(s=2)
    assert device.one().faults.present == 0
    device.button(True)
    device.run(s=5)
    device.button(False)
    device.until(lambda: device.state() == "VERIFYING", 1)
    device.uv[0] = [10_000, 8000]
    device.run(s=1)
    assert (device.state(), device.fault()) == ("FAULT", "CONTACT_WELDED")


@pytest.mark.parametrize("act", ["press", "override", "off", "extend", "arm"])
def test_nothing_but_the_long_hold_leaves_fault(core, act):
    device = faulted(core)
    getattr(device, act)()
    device.run(s=5)
    assert (device.state(), device.fault()) == ("FAULT", "BUTTON_STUCK")


def test_a_hold_that_began_before_the_fault_does_not_acknowledge_it(core):
    device = core(**QUICK)
    device.button(True)
    device.run(s=1)
    device.raise_fault("SENSOR_FAILED")
    device.step()
    device.one().faults.note(0)
    device.one().button.ignore_until_up()
    device.run(s=10)
    assert device.state() == "FAULT"


def test_a_fault_is_sounded_again_every_fifteen_seconds(core):
    device = faulted(core)
    heard = 0
    for _ in range(60_000 // 20):
        device.step()
        heard += device.sound() == "FAULT"
    assert heard == 4


# --- sensor --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ms, fault", [(1460, None), (1480, None), (1500, "SENSOR_FAILED")])
def test_a_fitted_sensor_that_falls_silent_has_failed_after_a_second_and_a_half(core, ms, fault):
    """Counted from the begin of the last conversion, a tick before it was read."""
    device = core(sensor=True, **QUICK)
    device.blind[0] = True
    device.run(ms)
    assert device.fault() == fault


@pytest.mark.parametrize("uv", [[70_000, 0], [-9000, -9000], [0, 5001], [60_001, 60_001]])
def test_a_sensor_that_reads_the_impossible_has_failed(core, uv):
    device = core(sensor=True, **QUICK)
    device.uv[0] = uv
    device.run(s=2)
    assert device.fault() == "SENSOR_FAILED"


def test_a_sensor_that_was_never_there_fails_and_does_not_become_untestable(core):
    device = core(sensor=True, idle=False, **QUICK)
    device.blind[0] = True
    device.run(s=60)
    assert (device.state(), device.fault()) == ("FAULT", "SENSOR_FAILED")


def test_a_sensor_that_is_back_for_a_second_may_be_acknowledged(core):
    device = core(sensor=True, **QUICK)
    device.blind[0] = True
    device.run(s=2)
    device.blind[0] = False
    device.run(ms=900)
    assert device.one().faults.present
    device.run(ms=200)
    assert not device.one().faults.present
    assert device.state() == "FAULT"
    device.hold(s=6)
    device.run(s=5)
    assert device.state() == "IDLE"


def test_a_burner_without_a_sensor_never_has_a_failed_one(core):
    device = core(sensor=False, **QUICK)
    device.run(min=1)
    assert device.fault() is None


@pytest.mark.parametrize("value", ["stale", "i2c_error"])
def test_a_dead_converter_while_it_burns_turns_the_gas_off(world, value):
    device = world()
    device.burn()
    device.do("sensor", value=value)
    device.until_state("FAULT", at_most_s=4)
    assert (device.cause(), device.contact()) == ("FAULT:SENSOR_FAILED", "open")
    device.run_for(s=30)
    assert device.gas() == "off"


# --- weld and persisting flame -------------------------------------------------------------------------------------


def live(core):
    """IDLE, and a magnet side that carries voltage although the contact is open."""
    device = core(sensor=True, **QUICK)
    device.uv[0] = [3500, 3000]
    return device


def test_a_live_magnet_side_in_idle_is_a_weld_when_three_means_say_so(core):
    device = live(core)
    device.run(ms=180)
    assert device.fault() is None
    device.run(ms=60)
    assert device.fault() == "CONTACT_WELDED"


@pytest.mark.parametrize(
    "uv", [[2900, 2900], [3500, 2000], [20_000, 1900], [1000, 800], [0, 0], [-1700, 0], [1000, 2500]]
)
def test_a_magnet_side_that_is_not_live_is_no_weld(core, uv):
    device = core(sensor=True, auto_arm=False, **QUICK)
    device.uv[0] = uv
    device.run(s=5)
    assert device.fault() is None


def test_a_spike_on_the_magnet_side_is_no_weld(core):
    device = core(sensor=True, **QUICK)
    for _ in range(50):
        device.uv[0] = [1000, 800]
        device.run(ms=40)
        device.uv[0] = [1000, 0]
        device.run(ms=20)
    assert device.fault() is None


@pytest.mark.parametrize("name", ["CONTACT_WELDED", "FLAME_PERSISTS", "SENSOR_FAILED", "DRIVER_STUCK"])
def test_a_stored_fault_of_a_sensor_that_is_not_fitted_any_more_can_be_acknowledged(core, name):
    record = rtc_memory.RtcMemory(b"")
    record.put(codes.AT_STORED_FAULTS, 1 << getattr(faults, name))
    record.seal()
    device = core(sensor=False, previous=bytes(record.buffer), idle=False, **QUICK)
    device.run(s=1)
    assert (device.state(), device.fault()) == ("FAULT", name)
    device.hold(s=6)
    device.until(lambda: device.state() == "IDLE", 10)
    device.press()
    assert device.state() == "BURNING"


@pytest.mark.parametrize("uv, cleared", [
    ([3001, 390], True), ([3000, 0], False), ([12_000, 420], False), ([12_000, 1900], False), ([12_000, 0], True),
])  # fmt: skip
def test_a_weld_is_cleared_only_by_a_hot_side_beside_a_dead_one_for_a_second(core, uv, cleared):
    device = live(core)
    device.run(ms=400)
    device.uv[0] = uv
    device.run(ms=980)
    assert device.one().faults.present, "not yet for a second"
    device.run(ms=1000)
    assert (device.one().faults.present == 0) is cleared
    assert device.state() == "FAULT", "and never without the hand"


def test_a_weld_that_was_stored_can_be_cleared_by_lighting_and_holding_the_knob(world):
    device = world()
    device.burn()
    device.do("weld")
    device.hold()
    device.run_for(s=3)
    assert device.fault() == "CONTACT_WELDED"
    assert device.gas() == "on", "this is what the fault is about"
    device.knob_off()
    device.run_for(s=60)
    device.power_cut()
    device.run_for(s=5)
    assert device.fault() == "CONTACT_WELDED"
    device.do("unweld")
    device.light(15)
    device.run_for(s=16)
    device.hold(s=6)
    device.run_for(s=60)
    assert (device.state(), device.fault()) == ("IDLE", None)


def test_a_weld_of_a_shut_off_is_acknowledged_when_the_tip_is_cold(core):
    device = core(sensor=True, **QUICK)
    device.flame()
    device.off()
    device.uv[0] = [8000, 6000]
    device.until(lambda: device.fault() == "CONTACT_WELDED", 3)
    device.uv[0] = [500, 400]
    device.run(s=3)
    assert device.one().faults.present == 0
    device.hold(s=6)
    assert (device.state(), device.fault()) == ("VERIFYING", None)


def test_a_persisting_flame_ends_when_the_millivolts_show_it(core):
    device = core(sensor=True, **QUICK)
    device.flame()
    device.off()
    device.uv[0] = [20_000, 0]
    device.until(lambda: device.fault() == "FLAME_PERSISTS", 40)
    device.run(min=1)
    assert device.one().faults.present
    device.uv[0] = [2900, 0]
    device.run(ms=100)
    assert not device.one().faults.present
    device.hold(s=6)
    device.run(s=5)
    assert device.state() == "IDLE"


@pytest.mark.parametrize("name, there, gone", [
    ("CONTACT_WELDED", [3500, 3000], [6000, 0]), ("FLAME_PERSISTS", [20_000, 0], [100, 0]),
    ("SENSOR_FAILED", None, [0, 0]),
])  # fmt: skip
def test_once_a_cause_is_gone_a_hold_always_leads_back_to_idle(core, name, there, gone):
    device = core(sensor=True, auto_arm=False, **QUICK)
    if name == "FLAME_PERSISTS":
        device.press()
        device.uv[0] = [10_000, 8000]
        device.run(s=3)
        device.off()
    if there is None:
        device.blind[0] = True
    else:
        device.uv[0] = there
    device.until(lambda: device.fault() == name, 60)
    device.blind[0] = False
    device.uv[0] = gone
    device.run(s=3)
    device.hold(s=6)
    device.uv[0] = [100, 0]
    device.until(lambda: device.state() == "IDLE", 60)


# --- the program itself --------------------------------------------------------------------------------------------


def test_a_gate_that_refuses_what_the_state_wants_is_a_corrupt_program(core):
    device = core(**QUICK)
    device.press()
    device.one().gate.closed_ms = 10**9 % 2**30
    device.step()
    assert not device.conducts()
    device.step()
    assert (device.state(), device.fault()) == ("FAULT", "PROGRAM_CORRUPT")
