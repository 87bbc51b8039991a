"""S16: a contact that conducts while it must be open stops the pump for all once, and what that shows.

Here: the controller's decision, readings by hand. Not here: pump and relay (scenarios/pump/), the rule itself
(host_tests/simulator/test_sensed_checks.py).
"""

import pytest

from curfew.core import limits
from host_tests.fixtures.core import SHORT

TWO = {**SHORT, "burners": [{"sensor": True}, {"sensor": True}], "relay_drive": "pulse"}
HOT, LIVE, DEAD = 12000, 6000, 0


def found_welded(core, **changed):
    """Two burners on; the first is turned off, and its magnet side stays live until that is a fault."""
    device = core(**{**TWO, **changed})
    device.run(s=5)
    device.flame(0)
    device.flame(1)
    device.off(burner=0)
    device.uv[0] = [HOT, LIVE]
    device.until(lambda: device.fault(0) == "CONTACT_WELDED", 2)
    if device.controller.settings.relay_drive == "pulse":
        device.uv[1] = [HOT, DEAD]
    return device


def test_the_neighbor_ends_with_a_cause_and_a_melody_of_its_own(core):
    device = found_welded(core)
    device.step()
    assert (device.state(1), device.cause(1), device.sound(1)) == ("VERIFYING", "WELD_TEST", "ENDED")
    assert device.fault(1) is None


@pytest.mark.parametrize("dead_ms, shown", [(20, "DRIVER_STUCK"), (4700, "DRIVER_STUCK"), (5000, "CONTACT_WELDED")])
def test_a_magnet_side_that_goes_dead_with_the_pump_is_a_stuck_driver(core, dead_ms, shown):
    device = found_welded(core)
    device.run(ms=dead_ms)
    device.uv[0] = [HOT, DEAD]
    device.run(ms=100)
    assert device.fault(0) == shown
    assert device.raised(0) == [shown]


def test_a_spark_without_a_voltage_is_no_stuck_driver(core):
    device = found_welded(core)
    for _ in range(3):
        device.uv[0] = [HOT, DEAD]
        device.run(ms=40)
        device.uv[0] = [HOT, LIVE]
        device.run(ms=200)
    assert device.fault(0) == "CONTACT_WELDED"


def test_a_cold_tip_tells_nothing_of_the_driver(core):
    device = found_welded(core)
    device.uv[0] = [limits.WELD_TC_UV - 1, DEAD]
    device.run(s=1)
    assert device.fault(0) == "CONTACT_WELDED"


@pytest.mark.parametrize("live_uv, shown", [(DEAD, "CONTACT_WELDED"), (LIVE, "DRIVER_STUCK")])
def test_a_weld_of_an_earlier_start_stops_the_pump_only_when_it_is_seen_again(core, live_uv, shown):
    before = found_welded(core)
    before.memory.seal()
    device = core(**TWO, previous=bytes(before.memory.buffer), idle=False)
    device.uv[0] = [HOT, live_uv]
    device.run(s=1)
    device.uv[0] = [HOT, DEAD]
    device.run(ms=100)
    assert device.fault(0) == shown


def test_with_level_drive_nothing_stops_for_the_neighbor(core):
    device = found_welded(core, relay_drive="level")
    device.run(s=10)
    assert device.state(1) == "BURNING" and device.fault(0) == "CONTACT_WELDED"


def test_no_contact_closes_until_the_stuck_driver_is_acknowledged(core):
    device = found_welded(core)
    device.uv[0] = device.uv[1] = [HOT, DEAD]
    device.run(ms=200)
    device.uv[0] = device.uv[1] = [0, 0]
    device.until(lambda: device.state(1) == "IDLE", 120)
    device.press(1)
    assert device.state(1) == "IDLE" and not device.conducts(1)
    device.hold(6, 0)
    assert device.raised(0) == []
    device.press(1)
    assert device.conducts(1)


def test_a_stuck_driver_is_unlocked_by_the_next_flame_and_not_by_the_one_that_found_it(core):
    device = found_welded(core)
    device.uv[0] = [HOT, DEAD]
    device.run(s=20)
    assert device.fault(0) == "DRIVER_STUCK" and device.one(0).faults.locked
    device.uv[0] = [0, 0]
    device.run(s=2)
    assert device.one(0).faults.locked
    device.uv[0] = [HOT, DEAD]
    device.run(s=2)
    assert not device.one(0).faults.locked and device.fault(0) == "DRIVER_STUCK"


def test_a_weld_that_stays_lets_the_neighbor_burn_again_and_stops_nothing_a_second_time(core):
    device = found_welded(core)
    device.uv[1] = [0, 0]
    device.until(lambda: device.state(1) == "IDLE", 120)
    device.run(ms=limits.WELD_TEST_MS)
    device.flame(1)
    device.run(s=20)
    assert device.state(1) == "BURNING" and device.fault(0) == "CONTACT_WELDED"
    device.uv[0] = [HOT, DEAD]
    device.run(s=1)
    device.uv[0] = [HOT, LIVE]
    device.until(lambda: device.cause(1) == "WELD_TEST", 5)


def test_a_burner_that_was_welded_needs_a_hot_proof_before_a_press_counts(core):
    device = found_welded(core)
    device.uv[0] = [0, 0]
    device.run(s=2)
    device.hold(6, 0)
    device.until(lambda: device.state(0) == "IDLE", 120)
    device.press(0)
    assert device.sound(0) in ("NO", "NONE") and device.state(0) == "IDLE"
    device.uv[0] = [limits.WELD_CLEARED_UV + 100, DEAD]
    device.run(s=2)
    assert not device.one(0).faults.locked


def test_after_a_pump_that_failed_its_test_nothing_closes_even_when_the_fault_is_acknowledged(core):
    device = core(**SHORT)
    device.controller.pump_failed = True
    device.press()
    assert (device.state(), device.conducts(), device.raised()) == ("IDLE", False, [])
    device.controller.pump_failed = False
    device.press()
    assert device.conducts()


def test_a_pump_that_fails_its_test_ends_what_burns(core):
    device = core(**SHORT)
    device.press()
    device.controller.pump_failed = True
    device.step()
    assert (device.state(), device.cause()) == ("VERIFYING", "WELD_TEST")


def test_a_pump_that_failed_is_a_fault_whose_cause_lasts_one_tick(core):
    device = core(**SHORT)
    device.controller.pump_news = True
    device.step()
    assert device.fault() == "PUMP" and device.one().faults.present
    device.step()
    assert device.fault() == "PUMP" and not device.one().faults.present, "a hold may clear it"
