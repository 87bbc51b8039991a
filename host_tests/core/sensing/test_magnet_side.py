"""The magnet side: live or dead, a contact that does not conduct, a flame that is out, contact health."""

import pytest

from curfew.core import limits
from curfew.core.codes import TC
from host_tests.core.sensing.bench import Config, Sense

# --- the magnet side -----------------------------------------------------------------------------------------------


def settled(tc_uv, magnet_uv, conducting=False):
    """Sides read for so long that the mean is what was read."""
    return Sense(conducting).run(4000, tc_uv, magnet_uv).flame


@pytest.mark.parametrize("tc_uv, magnet_uv, weld", [
    (3000, 2010, True), (2999, 2010, False), (3000, 1990, False), (20_000, 2010, True), (20_000, 1990, False),
    (0, 2900, False), (20_000, 0, False),
])  # fmt: skip
def test_a_weld_is_two_millivolts_beside_a_hot_tip_and_not_a_ratio(tc_uv, magnet_uv, weld):
    assert (settled(tc_uv, magnet_uv).live_count >= limits.LIVE_READINGS) is weld


@pytest.mark.parametrize("magnet_uv, weld", [(1999, False), (2000, False), (2001, True), (2002, True)])
def test_a_weld_is_more_than_two_millivolts_to_the_microvolt(magnet_uv, weld):
    sense = Sense().run(1000, 20_000, 5000)  # from above, the mean comes to what is read
    assert (sense.run(8000, 20_000, magnet_uv).flame.live_count > 0) is weld


@pytest.mark.parametrize("count, magnet_uv", [("live_count", 20_000), ("dead_count", 0), ("low_count", 0)])
def test_live_and_dead_readings_in_a_row_are_counted_up_to_three(count, magnet_uv):
    sense = Sense()
    sense.take(20_000)
    for counted in (1, 2, 3, 3, 3):
        sense.take(magnet_uv=magnet_uv)
        assert getattr(sense.flame, count) == counted


def test_one_reading_of_four_tenths_of_a_millivolt_begins_the_count_of_those_without_a_voltage_again():
    sense = Sense()
    for magnet_uv, counted in ((0, 1), (399, 2), (400, 0), (401, 0), (-1, 1)):
        sense.take(20_000, magnet_uv)
        assert sense.flame.low_count == counted


@pytest.mark.parametrize("conducting", [True, False])
def test_one_reading_is_dead_while_the_contact_conducts_and_while_it_is_open_the_mean_must_be_dead_too(conducting):
    sense = Sense(conducting).run(4000, 20_000, 1000)
    sense.take(20_000, 0)
    assert sense.flame.dead_count == conducting


def test_the_mean_is_dead_below_four_tenths_of_a_millivolt_to_the_microvolt():
    sense = Sense().run(4000, 20_000, 500)
    while sense.flame.mean_uv > 400:
        assert sense.flame.dead_count == 0
        sense.take(20_000, 399)
    assert (sense.flame.mean_uv, sense.flame.dead_count) == (400, 0)
    sense.take(20_000, 399)
    assert (sense.flame.mean_uv, sense.flame.dead_count) == (399, 1)


@pytest.mark.parametrize("magnet_uv, dead", [(0, True), (390, True), (410, False), (2900, False)])
def test_a_contact_is_dead_under_four_tenths_of_a_millivolt(magnet_uv, dead):
    assert (settled(20_000, magnet_uv).dead_count > 0) is dead


def test_its_mean_comes_an_eighth_nearer_with_each_reading():
    sense = Sense(conducting=True)
    sense.take(tc_uv=10_000)
    for mean_uv in (1000, 1875, 2640):
        sense.take(magnet_uv=8001)
        assert sense.flame.mean_uv == mean_uv


def test_a_spark_is_no_weld():
    sense = Sense().run(2000, 20_000, 0)
    for magnet_uv in (3000, 0, 3000, 0, 0, 3000, 0) * 5:
        sense.take(20_000, magnet_uv)
        assert sense.flame.live_count == 0


def test_a_live_side_is_remembered_for_the_burn_in_which_it_was_seen():
    sense = Sense(conducting=False)
    sense.take(10_000, 8000)
    assert not sense.flame.was_live, "with an open contact it proves nothing"
    sense.conducting = True
    sense.run(400, 10_000, 8000)
    assert sense.flame.was_live
    sense.conducting = False
    sense.take(10_000, 8000)
    assert sense.flame.was_live


@pytest.mark.parametrize("conducting, magnet_uv, live", [
    (True, 15_992, False), (True, 16_000, False), (True, 16_008, True), (False, 16_008, False),
])  # fmt: skip
def test_a_side_was_live_when_its_mean_was_above_two_millivolts_with_a_closed_contact(conducting, magnet_uv, live):
    """The mean is an eighth of its first reading."""
    sense = Sense(conducting)
    sense.take(20_000, magnet_uv)
    assert sense.flame.was_live is live


@pytest.mark.parametrize(
    "taught_uv, magnet_uv, holding", [(3000, 2999, False), (3000, 3000, True), (3000, 3001, True), (5000, 4000, False)]
)
def test_the_knob_may_be_released_at_the_level_that_was_taught(taught_uv, magnet_uv, holding):
    sense = Sense(conducting=True).run(1000, 10_000, 9000)  # from above, the mean comes to what is read
    sense.flame.config = type("Taught", (Config,), {"magnet_hold_uv": taught_uv})()
    assert sense.run(8000, 10_000, magnet_uv).flame.is_holding() is holding


@pytest.mark.parametrize("magnet_uv, holding", [(2799, False), (2800, False), (2801, True), (2802, True)])
def test_untaught_the_knob_may_be_released_when_the_level_has_come(magnet_uv, holding):
    sense = Sense(conducting=True).run(1000, 10_000, 9000)  # from above, the mean comes to what is read
    assert sense.run(8000, 10_000, magnet_uv).flame.is_holding() is holding


@pytest.mark.parametrize("percent_a_second, holding", [(-10, False), (-2, False), (1, True), (8, False)])
def test_untaught_the_knob_may_not_be_released_while_the_level_still_changes(percent_a_second, holding):
    sense = Sense(conducting=True).run(3000, 10_000, 4000)
    for number in range(75):
        sense.run(40, 14_000, 4000 + 4000 * percent_a_second * number // 2500)
    assert sense.flame.is_holding() is holding


@pytest.mark.parametrize("level_uv, change_uv, holding", [
    (12_071, -81, False), (12_071, -80, True), (12_071, 215, True), (12_071, 216, False),
    (8400, -57, False), (8400, -56, True), (8400, 150, True), (8400, 151, False),
])  # fmt: skip
def test_untaught_half_a_second_may_raise_the_level_by_a_56th_and_lower_it_by_a_150th(level_uv, change_uv, holding):
    sense = Sense(conducting=True).run(8 * 520, 20_000, level_uv).run(520, 20_000, level_uv + change_uv)
    assert sense.flame.is_holding() is holding


@pytest.mark.parametrize("readings, holding", [(24, True), (25, False), (26, False)])
def test_untaught_the_level_is_compared_every_half_second(readings, holding):
    """With that of the half second before; a reading every 20 ms."""
    sense = Sense(conducting=True)
    for magnet_uv in [12_070] * 8 * 25 + [12_286] * readings:
        sense.flame.step(20, True)
        sense.take(20_000, magnet_uv)
    assert sense.flame.is_holding() is holding


@pytest.mark.parametrize("readings, holding", [
    (((500, 12_070), (500, 12_285)), True), (((500, 12_070), (500, 12_286)), False),
    (((499, 12_070), (1, 12_870), (500, 11_270)), False), (((250, 12_070), (250, 12_070), (500, 12_070)), True),
])  # fmt: skip
def test_untaught_the_first_half_second_of_all_is_one_like_every_other(readings, holding):
    sense = Sense(conducting=True)
    sense.take(20_000)
    for ms, magnet_uv in readings:
        sense.flame.step(ms, True)
        sense.take(magnet_uv=magnet_uv)
    assert sense.flame.is_holding() is holding


def test_untaught_the_knob_may_not_be_released_in_the_half_second_after_the_contact_changed():
    sense = Sense(conducting=True).run(8 * 520, 20_000, 12_070)
    assert sense.flame.is_holding()
    sense.flame.contact_changed()
    for _ in range(13):
        assert not sense.run(40, 20_000, 12_070).flame.is_holding()


@pytest.mark.parametrize("apart_uv, holding", [(-300, True), (-299, False), (0, False), (299, False), (300, True)])
def test_untaught_a_current_flows_when_the_sides_are_a_33rd_apart(apart_uv, holding):
    """Both sides equal: the coil is disconnected, and nothing holds the valve."""
    sense = Sense(conducting=True).run(1000, 9900, 12_000)  # from above, the mean comes to what is read
    assert sense.run(8000, 9900, 9900 + apart_uv).flame.is_holding() is holding


# --- a contact that does not conduct -------------------------------------------------------------------------------


@pytest.mark.parametrize("tc_uv, magnet_uv, dead", [
    (4000, 0, False), (4001, 0, True), (4001, 390, True), (4001, 500, False), (12_000, 390, True), (12_000, 410, False),
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


@pytest.mark.parametrize("magnet_uv, dead", [(399, 1), (400, 0)])
def test_after_a_change_of_the_contact_the_first_reading_is_judged_without_what_was_rough_before(magnet_uv, dead):
    sense = Sense(conducting=True).run(400, 10_000, 8000).run(400, 20_000, 8000)
    sense.flame.contact_changed()
    sense.take(magnet_uv=magnet_uv)
    assert sense.flame.dead_count == dead


def test_what_was_rough_before_a_flame_does_not_make_its_magnet_side_dead():
    sense = Sense(conducting=True).run(400, 0, 8000).run(400, 4000, 8000)
    sense.take(10_000, 400)
    assert sense.flame.burning and sense.flame.dead_count == 0


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
    (3000, 0, False), (3001, 0, True), (3001, 390, True), (12_000, 390, True), (12_000, 8000, False),
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


def test_the_release_sound_comes_once_as_soon_as_the_magnet_valve_holds(core):
    device = core(sensor=True)
    device.press()
    heard = []
    for magnet_uv in (2000, 2700, 4000, 5000, 5000):
        device.uv[0] = [7000, magnet_uv]
        for _ in range(150):
            device.step()
            if device.sound() == "LET_GO":
                heard.append(magnet_uv)
    assert heard == [4000]


@pytest.mark.parametrize("offset_uv, magnet_uv, shuts_off", [
    (-1000, -590, False), (-1000, -610, True), (0, 410, False), (0, 390, True), (390, 410, False), (390, 395, True),
])  # fmt: skip
def test_a_contact_conducts_when_the_magnet_side_rises_whatever_it_read_before(core, offset_uv, magnet_uv, shuts_off):
    device = core(sensor=True)
    device.uv[0] = [0, offset_uv]
    device.run(s=2)
    device.press()
    device.uv[0] = [12_000, magnet_uv]
    device.run(s=2)
    assert (device.cause() == "CONTACT_OPEN") is shuts_off


def test_what_it_read_before_counts_for_that_burn_only(core):
    device = core(sensor=True)
    device.uv[0] = [0, -1000]
    device.run(s=2)
    device.press()
    device.uv[0] = [12_000, 3000]
    device.hold(s=1)
    device.uv[0] = [12_000, -590]
    device.run(s=1)
    assert device.one().flame.cleared_ms > 0, "open, it is dead"
