"""The magnet side: live or dead, a contact that does not conduct, a flame that is out, contact health."""

import pytest

from curfew.core import limits
from curfew.core.codes import TC
from curfew.core.flame import is_live
from host_tests.core.sensing.bench import Sense

# --- the magnet side -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("magnet_uv, tc_uv, live", [
    (300, 0, False), (301, 0, True), (301, 1203, True), (301, 1204, False), (1000, 4000, False), (1001, 4000, True),
    (2500, 10_000, False), (2501, 10_000, True), (0, 0, False), (-500, -1000, False), (299, 100, False),
])  # fmt: skip
def test_the_magnet_side_is_live_above_its_level_and_above_a_quarter_of_the_other(magnet_uv, tc_uv, live):
    assert is_live(magnet_uv, tc_uv) is live


def test_three_live_readings_in_a_row_count_and_a_dead_one_begins_again():
    sense = Sense()
    for magnet_uv, count in [(900, 1), (900, 2), (0, 0), (900, 1), (900, 2), (900, 3), (900, 3)]:
        sense.take(1000, magnet_uv)
        assert sense.flame.live_count == count


def test_three_dead_readings_in_a_row_count_and_a_live_one_begins_again():
    sense = Sense()
    for magnet_uv, count in [(0, 1), (0, 2), (900, 0), (0, 1), (0, 2), (0, 3), (0, 3)]:
        sense.take(1000, magnet_uv)
        assert sense.flame.dead_count == count


def test_a_live_side_is_remembered_for_the_burn_in_which_it_was_seen():
    sense = Sense(conducting=False)
    sense.take(10_000, 8000)
    assert not sense.flame.was_live, "with an open contact it proves nothing"
    sense.conducting = True
    sense.take(10_000, 8000)
    assert sense.flame.was_live
    sense.conducting = False
    sense.take(10_000, 8000)
    assert sense.flame.was_live


@pytest.mark.parametrize("magnet_uv, holding", [(3999, False), (4000, True), (4001, True)])
def test_the_knob_may_be_released_at_the_holding_level(magnet_uv, holding):
    sense = Sense(conducting=True)
    sense.take(10_000, magnet_uv)
    assert sense.flame.is_holding() is holding


# --- a contact that does not conduct -------------------------------------------------------------------------------


@pytest.mark.parametrize("tc_uv, magnet_uv, dead", [
    (4000, 0, False), (4001, 0, True), (4001, 1000, True), (4004, 1001, True), (4003, 1001, False),
    (12_000, 3000, True), (12_000, 3001, False),
])  # fmt: skip
def test_a_hot_thermocouple_beside_a_dead_magnet_side_is_a_contact_that_does_not_conduct(tc_uv, magnet_uv, dead):
    sense = Sense(conducting=True)
    sense.take(tc_uv, magnet_uv)
    sense.run(2000, tc_uv, magnet_uv)
    assert (sense.flame.dead_ms >= limits.CONTACT_OPEN_MS) is dead


def test_one_dead_reading_begins_the_second_and_none_does_not():
    sense = Sense(conducting=True)
    sense.take(10_000)
    sense.flame.step(20, True)
    assert sense.flame.dead_ms == 0
    sense.take(10_000, 0)
    sense.flame.step(20, True)
    assert sense.flame.dead_ms == 20


def test_an_open_contact_is_no_contact_that_fails_to_conduct():
    assert Sense(conducting=False).run(3000, 12_000, 0).flame.dead_ms == 0


def test_a_single_live_reading_begins_the_second_again():
    sense = Sense(conducting=True)
    sense.run(960, 10_000, 0).run(40, 10_000, 8000).run(960, 10_000, 0)
    assert sense.flame.dead_ms < limits.CONTACT_OPEN_MS


def test_readings_that_are_old_say_nothing_about_the_contact():
    sense = Sense(conducting=True).run(480, 10_000, 0)
    sense.run(560)
    assert sense.flame.dead_ms == 0


@pytest.mark.parametrize("tc_uv, magnet_uv, cleared", [
    (3000, 0, False), (3001, 0, True), (3001, 299, True), (3001, 300, False), (12_000, 299, True),
    (12_000, 300, False), (12_000, 8000, False),
])  # fmt: skip
def test_a_weld_is_cleared_by_a_hot_side_beside_a_dead_one_while_open(tc_uv, magnet_uv, cleared):
    sense = Sense(conducting=False)
    sense.take(tc_uv, magnet_uv)
    sense.run(1200, tc_uv, magnet_uv)
    assert (sense.flame.cleared_ms >= limits.WELD_CLEARED_MS) is cleared


def test_a_weld_is_not_cleared_while_the_contact_is_closed():
    assert Sense(conducting=True).run(3000, 12_000, 0).flame.cleared_ms == 0


def test_a_weld_is_not_cleared_by_a_magnet_side_that_was_not_read():
    assert Sense().run(400, 12_000).flame.cleared_ms == 0


def test_a_weld_is_not_cleared_by_readings_that_are_old():
    sense = Sense().run(400, 12_000, 0)
    assert sense.flame.cleared_ms > 0
    assert sense.run(560).flame.cleared_ms == 0


# --- no flame at the tip -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tc_uv, out", [(3001, False), (3000, False), (2999, True), (0, True)])
def test_the_flame_is_out_under_three_millivolts(tc_uv, out):
    sense = Sense()
    sense.take(tc_uv, 0)
    assert sense.flame.is_out() is out


def test_the_flame_is_not_out_while_the_magnet_side_is_live():
    sense = Sense()
    sense.take(2000, 900)
    assert not sense.flame.is_out()


def test_the_flame_is_not_out_by_readings_of_before_the_contact_changed():
    sense = Sense()
    sense.take(0, 0)
    sense.flame.contact_changed()
    assert not sense.flame.is_out()


def test_a_cold_tip_is_no_proof_while_the_magnet_side_was_not_seen_or_is_old():
    sense = Sense()
    assert not sense.flame.is_out(), "nothing was read yet"
    sense.take(0, 0)
    assert sense.flame.is_out()
    sense.run(560)
    assert not sense.flame.is_out(), "the readings are old"


# --- health --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tc_uv, magnet_uv, permille", [
    (10_000, 8000, 250), (8000, 8000, 0), (10_000, 1000, 9000), (10_000, 999, None), (10_000, 0, None),
    (8000, 8400, -48),
])  # fmt: skip
def test_health_is_contact_over_coil_in_permille_where_the_magnet_side_can_say(tc_uv, magnet_uv, permille):
    sense = Sense(conducting=True)
    sense.take(tc_uv, magnet_uv)
    assert sense.flame.health_permille() in (permille, None if permille is None else permille - 2)


@pytest.mark.parametrize("after_ms", [-20, 0])
def test_health_is_logged_ten_minutes_after_the_flame(core, after_ms):
    device = core(sensor=True, timer_default_min=30)
    device.press()
    device.run(s=20)
    device.uv[0] = [10_000, 8000]
    device.until(lambda: device.state() == "BURNING", 3)
    for _ in range(299):
        device.step(2000)
    device.run(2000 + after_ms)
    assert bool(device.one().health_permille) == (after_ms == 0)


def test_a_press_meanwhile_does_not_put_the_health_off(core):
    device = core(sensor=True)
    device.flame()
    for _ in range(200):
        device.step(2000)
    device.press()
    for _ in range(102):
        device.step(2000)
    assert device.one().health_permille == 250


def test_health_is_logged_once_a_burn(core):
    device = core(sensor=True)
    device.flame()
    for _ in range(310):
        device.step(2000)
    assert device.one().health_permille == 250
    device.uv[0] = [10_000, 5000]
    for _ in range(100):
        device.step(2000)
    assert device.one().health_permille == 250


@pytest.mark.parametrize("reference, magnet_uv, service", [(0, 8000, False), (125, 8000, True), (126, 8000, False)])
def test_twice_the_resistance_of_the_commissioning_asks_for_service(core, reference, magnet_uv, service):
    device = core(sensor=True, health_refs=[reference, 0, 0, 0])
    device.flame(closed_uv=(10_000, magnet_uv))
    for _ in range(310):
        device.step(2000)
    assert device.one().service is service
    assert device.one().health_ref_permille == (reference or 250)


# --- the burner asks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age_ms, judged", [(20, True), (220, True), (240, False)])
def test_readings_within_two_hundred_milliseconds_of_a_contact_change_are_discarded(core, age_ms, judged):
    """Taken 420 ms after the change, a reading that began so long ago."""
    device = core(sensor=True)
    device.press()
    device.blind[0] = True
    device.run(ms=420 - device.one().contact_ms)
    device.controller.take_reading(0, TC, 10_000, age_ms)
    assert device.one().flame.burning is judged


def test_a_reading_begun_before_the_contact_changed_belongs_to_neither_side(core):
    device = core(sensor=True)
    device.press()
    device.blind[0] = True
    before = device.one().flame.tc_uv
    device.controller.take_reading(0, TC, 10_000, device.one().contact_ms + 20)
    assert device.one().flame.tc_uv == before


@pytest.mark.parametrize("ms, there", [(980, True), (1000, False)])
def test_a_failed_sensor_is_trusted_again_after_a_second_without_a_gap(core, ms, there):
    device = core(sensor=True)
    device.blind[0] = True
    device.until(lambda: device.fault() == "SENSOR_FAILED", 3)
    device.blind[0] = False
    device.run(ms=ms)
    assert bool(device.one().faults.present) is there


def test_an_ignition_at_the_knob_arms_by_itself(core):
    device = core(sensor=True)
    device.flame()
    assert (device.state(), device.conducts()) == ("BURNING", True)


def test_a_rise_that_began_before_idle_does_not_arm(core):
    device = core(sensor=True, reclose_hold_s=3, idle=False)
    for number in range(150):
        device.uv[0] = [min(2900, number * 20), 0]
        device.step()
    assert device.state() in ("VERIFYING", "IDLE")
    device.uv[0] = [2900, 0]
    device.run(s=5)
    assert device.state() == "IDLE"


def test_release_sounds_once_as_soon_as_the_magnet_valve_holds(core):
    device = core(sensor=True)
    device.press()
    heard = []
    for magnet_uv in (0, 2000, 3999, 4000, 5000, 6000):
        device.uv[0] = [7000, magnet_uv]
        for _ in range(20):
            device.step()
            if device.sound() == "LET_GO":
                heard.append(magnet_uv)
    assert heard == [4000]
