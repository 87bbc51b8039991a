"""Readings of the thermocouple: which are accepted, how fresh they are, and when they show a flame."""

import pytest

from curfew.core import limits
from curfew.core.codes import MAGNET, TC
from curfew.core.flame import Flame
from host_tests.core.sensing.bench import Config, Sense

# --- at a start ----------------------------------------------------------------------------------------------------


def test_a_start_knows_nothing():
    """The services see all of this, or the burner asks for it, from the first tick on; 501 ms are too old."""
    nothing = {
        "tc_uv": 0, "magnet_uv": 0, "tc_age_ms": 501, "magnet_age_ms": 501, "back_ms": 0, "lost_ms": 0,
        "confirm_ms": 0, "live_count": 0, "dead_count": 0, "low_count": 0, "dead_ms": 0, "cleared_ms": 0, "hot_ms": 0,
        "mean_uv": 0, "burning": False, "was_live": False, "igniting": False, "new_pot": False,
    }  # fmt: skip
    assert {name: getattr(Flame(Config()), name) for name in nothing} == nothing


@pytest.mark.parametrize("readings, igniting", [(5, False), (6, True)])
def test_from_a_start_on_an_ignition_needs_readings_that_were_taken(readings, igniting):
    flame = Flame(Config())
    for uv in range(8000 - 1000 * readings, 8000, 1000):
        flame.take(MAGNET, 0, False, True)
        flame.take(TC, uv, False, True)
        flame.step(40, False)
    assert flame.igniting is igniting


# --- impossible ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uv, believed", [
    (-8001, False), (-8000, True), (-1, True), (0, True), (60_000, True), (60_001, False), (255_992, False),
    (-256_000, False),
])  # fmt: skip
def test_a_voltage_that_no_stove_can_give_is_not_accepted(uv, believed):
    assert Sense().take(tc_uv=uv) is believed


@pytest.mark.parametrize("magnet_uv, believed", [(15_000, True), (15_001, False), (10_000, True), (-8001, False)])
def test_the_magnet_side_cannot_be_higher_than_the_other_by_more_than_five_millivolts(magnet_uv, believed):
    sense = Sense(conducting=True)
    sense.take(tc_uv=10_000)
    assert sense.take(magnet_uv=magnet_uv) is believed


def test_while_the_contact_has_not_settled_the_sides_are_not_compared():
    sense = Sense()
    sense.take(tc_uv=0, settled=False)
    assert sense.take(magnet_uv=9000, settled=False) is True


def test_what_is_not_accepted_changes_nothing_and_the_age_grows_on():
    sense = Sense(conducting=True).run(2000, 10_000, 8000)
    sense.run(400, 70_000, 70_000)
    assert (sense.flame.tc_uv, sense.flame.magnet_uv, sense.flame.burning) == (10_000, 8000, True)
    assert sense.flame.tc_age_ms >= 400 and sense.flame.magnet_age_ms >= 400


# --- fresh and stale -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [TC, MAGNET])
@pytest.mark.parametrize("age_ms, stale", [(1480, False), (1500, False), (1501, True), (1520, True)])
def test_one_silent_side_is_enough_to_be_stale(side, age_ms, stale):
    flame = Sense(conducting=True).run(2000, 10_000, 8000).flame
    for _ in range(age_ms // 20):
        flame.step(20, True)
        flame.take(1 - side, 8000, True, True)
    flame.step(age_ms % 20, True)
    assert flame.is_stale(limits.STALE_MS) is stale


def test_a_sensor_that_was_never_read_is_too_old_at_once_and_stale_a_second_later():
    sense = Sense()
    assert sense.flame.is_stale(limits.IGNITION_GAP_MS)
    sense.run(960)
    sense.flame.step(39, False)
    assert not sense.flame.is_stale(limits.STALE_MS)
    sense.flame.step(1, False)
    assert sense.flame.is_stale(limits.STALE_MS)


def test_a_flame_is_not_out_because_one_side_alone_is_read_and_dead():
    sense = Sense()
    for _ in range(20):
        sense.flame.step(20, False)
        sense.flame.take(MAGNET, 0, False, True)
        sense.flame.take(TC, limits.UV_MAX + 1, False, True)  # impossible: not believed
        assert not sense.flame.is_out()


@pytest.mark.parametrize("step_ms, age_ms", [(99, 99), (100, 100), (101, 100)])
def test_an_age_grows_by_a_tenth_of_a_second_a_tick_at_most(step_ms, age_ms):
    flame = Sense(conducting=True).run(2000, 10_000, 8000).flame
    flame.step(step_ms, True)
    assert (flame.tc_age_ms, flame.magnet_age_ms) == (age_ms, age_ms)


@pytest.mark.parametrize("age_ms, fresh", [(500, True), (501, False)])
def test_after_half_a_second_without_a_reading_nothing_is_fresh(age_ms, fresh):
    flame = Sense(conducting=True).run(2000, 10_000, 8000).flame
    for _ in range(5):
        flame.step(age_ms // 5, True)
    flame.step(age_ms % 5, True)
    assert (flame.lost_ms == 0) is fresh
    assert (flame.back_ms > 0) is fresh


@pytest.mark.parametrize("stall_ms", [101, 1000, 2000])
def test_a_stall_does_not_make_the_sensor_old(stall_ms):
    flame = Sense(conducting=True).run(2000, 10_000, 8000).flame
    flame.step(stall_ms, True)
    assert not flame.is_stale(limits.STALE_MS)
    assert flame.tc_age_ms == limits.READ_STEP_MS


def test_stalls_upon_stalls_without_any_reading_do():
    flame = Sense(conducting=True).run(2000, 10_000, 8000).flame
    for _ in range(limits.STALE_MS // limits.READ_STEP_MS + 1):
        flame.step(2000, True)
    assert flame.is_stale(limits.STALE_MS)


def test_trust_comes_back_after_a_second_without_a_gap():
    sense = Sense().run(80, 0, 0)
    sense.run(600)
    assert sense.flame.back_ms == 0
    sense.run(960, 0, 0)
    assert sense.flame.back_ms < limits.SENSOR_BACK_MS
    sense.run(80, 0, 0)
    assert sense.flame.back_ms >= limits.SENSOR_BACK_MS


# --- flame by level ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("conducting, uv, burning", [
    (True, 4999, False), (True, 5000, True), (True, 5001, True), (False, 7999, False), (False, 8000, True),
    (False, 5000, False),
])  # fmt: skip
def test_a_flame_begins_at_the_threshold_of_the_circuit_that_is(conducting, uv, burning):
    sense = Sense(conducting)
    sense.take(tc_uv=uv)
    assert sense.flame.burning is burning


@pytest.mark.parametrize("conducting, uv, burning", [
    (True, 3001, True), (True, 3000, False), (True, 2999, False), (False, 5001, True), (False, 5000, False),
])  # fmt: skip
def test_a_flame_ends_at_the_lower_threshold_of_the_circuit_that_is(conducting, uv, burning):
    sense = Sense(conducting)
    sense.take(tc_uv=9000)
    sense.take(tc_uv=uv)
    assert sense.flame.burning is burning


@pytest.mark.parametrize("part_uv, burning", [(1, True), (0, False), (-1, False)])
def test_a_flame_ends_below_a_part_of_its_highest_mean(part_uv, burning):
    sense = Sense(conducting=True)
    sense.take(tc_uv=24_000)
    sense.take(tc_uv=3600 + part_uv)
    assert sense.flame.burning is burning


def test_the_highest_level_is_that_of_this_circuit():
    sense = Sense(conducting=True)
    sense.take(tc_uv=40_000)
    sense.flame.contact_changed()
    sense.take(tc_uv=6000)
    assert sense.flame.burning


def test_a_shorted_lead_reads_as_no_flame():
    assert not Sense(conducting=True).run(2000, 10_000, 8000).run(400, 0, 0).flame.burning


def test_a_changed_contact_begins_the_judgement_anew():
    sense = Sense(conducting=True).run(3000, 10_000, 8000)
    assert sense.flame.is_confirmed() and sense.flame.live_count and sense.flame.is_holding()
    sense.flame.contact_changed()
    assert not sense.flame.is_confirmed() and not sense.flame.is_holding()


def test_a_changed_contact_leaves_nothing_of_what_was_counted():
    flame = Flame(Config())
    nothing = {"burning": False, "igniting": False}
    counts = "confirm_ms live_count dead_count low_count dead_ms cleared_ms hot_ms mean_uv"
    nothing.update(dict.fromkeys(counts.split(), 0))
    for name in nothing:
        setattr(flame, name, 3)
    flame.contact_changed()
    assert {name: getattr(flame, name) for name in nothing} == nothing


def test_a_changed_contact_leaves_no_trend():
    flame = Sense(conducting=True).run(3000, 10_000, 8000).flame
    assert flame.trend.uv == 10_000
    flame.contact_changed()
    assert (flame.trend.uv, flame.trend.before_uv) == (-1, -1)


def test_readings_that_have_not_settled_are_no_flame():
    sense = Sense(conducting=True)
    sense.take(tc_uv=20_000, magnet_uv=9_000, settled=False)
    assert (sense.flame.burning, sense.flame.live_count, sense.flame.mean_uv) == (False, 0, 0)


@pytest.mark.parametrize("more_ms, confirmed", [(-40, False), (0, True), (40, True)])
def test_a_flame_is_confirmed_when_its_level_held_long_enough(more_ms, confirmed):
    sense = Sense(conducting=True)
    sense.take(10_000, 8000)
    ms = -(-limits.FLAME_CONFIRM_MS // 40) * 40
    assert sense.run(ms + more_ms, 10_000, 8000).flame.is_confirmed() is confirmed


@pytest.mark.parametrize("ms, confirmed", [(2480, False), (2500, True)])
def test_a_flame_is_confirmed_two_and_a_half_seconds_after_it_was_seen(ms, confirmed):
    sense = Sense(conducting=True)
    sense.take(10_000, 8000)
    for _ in range(ms // 20):
        sense.flame.step(20, True)
        sense.take(10_000, 8000)
    assert sense.flame.is_confirmed() is confirmed


@pytest.mark.parametrize("fall_uv, begins_again", [(100, False), (1000, True)])
def test_a_mean_that_sags_begins_the_confirmation_again(fall_uv, begins_again):
    sense = Sense(conducting=True).run(1000, 10_000, 8000)
    before_ms = sense.flame.confirm_ms
    sense.run(400, 10_000 - fall_uv, 8000)
    assert (sense.flame.confirm_ms < before_ms) is begins_again


@pytest.mark.parametrize("fall_uv, confirm_ms", [(99, 4920), (100, 4960), (101, 0), (102, 40)])
def test_a_steady_mean_sags_when_it_is_more_than_a_tenth_of_a_millivolt_below_its_highest(fall_uv, confirm_ms):
    """A microvolt a reading: so slowly the mean follows, and nothing is rough."""
    sense = Sense(conducting=True).run(1000, 10_000, 8000)
    for uv in range(9999, 9999 - fall_uv, -1):
        sense.run(40, uv, 8000)
    assert sense.flame.confirm_ms == confirm_ms


def test_noise_of_a_millivolt_does_not_keep_a_flame_from_being_confirmed():
    sense = Sense(conducting=True)
    for number in range(200):
        sense.run(40, 6000 + 1000 * (number * 7 % 3 - 1), 3000)
    assert sense.flame.is_confirmed()


def test_without_a_flame_no_time_is_gathered_for_its_confirmation():
    assert Sense(conducting=True).run(3000, 1000, 800).flame.confirm_ms == 0


def test_a_confirmed_flame_that_is_gone_is_not_confirmed_for_a_single_reading():
    sense = Sense(conducting=True).run(4000, 10_000, 8000)
    assert sense.flame.is_confirmed()
    sense.take(1000)
    assert not sense.flame.is_confirmed()


def test_a_flame_that_goes_out_without_a_fall_is_not_confirmed_either():
    sense = Sense(conducting=True)
    sense.flame.config.loaded_off_uv = 4999
    assert sense.run(4000, 5000, 4000).flame.is_confirmed()
    sense.take(4999)
    assert not sense.flame.is_confirmed()


def test_a_low_flame_after_a_high_one_is_measured_by_itself():
    sense = Sense(conducting=True).run(2000, 20_000, 8000).run(40, 1000, 800)
    sense.run(40 + 2480, 6000, 4000)
    assert not sense.flame.is_confirmed()
    assert sense.run(40, 6000, 4000).flame.is_confirmed()


def test_a_tip_that_was_warmed_and_then_cools_is_measured_from_its_highest():
    sense = Sense(conducting=True)
    for uv in [*range(5000, 12_000, 280), *range(12_000, 8000, -100)]:
        sense.run(40, uv, uv * 4 // 5)
    assert sense.flame.confirm_ms < 1000


def test_a_tip_that_is_still_warm_and_cooling_is_never_confirmed():
    sense = Sense(conducting=True)
    uv = 12_000
    while uv > 5000:
        sense.run(40, uv, uv * 4 // 5)
        assert not sense.flame.is_confirmed()
        uv -= 25  # 0.6 mV a second


def test_noise_of_a_third_of_a_millivolt_hides_no_flame():
    sense = Sense(conducting=True)
    for number in range(2 * limits.FLAME_CONFIRM_MS // 40):
        sense.run(40, 10_000 + 300 * (number * 7 % 3 - 1), 8000)
    assert sense.flame.is_confirmed()


def test_a_level_that_sags_begins_the_time_again():
    sense = Sense(conducting=True)
    sense.run(limits.FLAME_CONFIRM_MS - 200, 10_000, 8000)
    sense.run(1000, 9000, 7000)
    assert not sense.flame.is_confirmed()
    sense.run(limits.FLAME_CONFIRM_MS + 1000, 9000, 7000)
    assert sense.flame.is_confirmed()


# --- lost ----------------------------------------------------------------------------------------------------------


def test_a_flame_is_lost_from_the_moment_its_level_is_gone():
    sense = Sense(conducting=True).run(2000, 10_000, 8000)
    assert sense.flame.lost_ms == 0
    sense.take(2000, 1500)
    for ms in range(40, 5040, 40):
        sense.run(40, 2000, 1500)
        assert sense.flame.lost_ms == ms


def test_a_flame_that_comes_back_was_not_lost():
    sense = Sense(conducting=True).run(2000, 10_000, 8000)
    sense.run(4000, 2000, 1500).run(80, 10_000, 8000)
    assert sense.flame.lost_ms == 0


def test_a_sensor_that_falls_silent_is_no_flame():
    sense = Sense(conducting=True).run(2000, 10_000, 8000)
    sense.run(limits.IGNITION_GAP_MS)
    before = sense.flame.lost_ms
    sense.run(4000)
    assert before <= 40 and sense.flame.lost_ms >= 3900


# --- hot with an open contact ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("conducting, tc_uv, hot", [
    (False, 2999, False), (False, 3000, True), (False, 3001, True), (False, 60_000, True), (True, 12_000, False),
])  # fmt: skip
def test_it_is_counted_how_long_a_tip_is_hot_while_the_contact_is_open(conducting, tc_uv, hot):
    sense = Sense(conducting)
    sense.take(tc_uv, 0)
    for ms in range(40, 440, 40):
        sense.flame.step(40, conducting)
        assert sense.flame.hot_ms == (ms if hot else 0)
        sense.take(tc_uv, 0)


@pytest.mark.parametrize("tc_uv, hot_ms", [(2999, 40), (3000, 520)])
def test_one_cold_reading_begins_that_time_again(tc_uv, hot_ms):
    sense = Sense().run(440, 12_000, 0).run(40, tc_uv, 0).run(80, 12_000, 0)
    assert sense.flame.hot_ms == hot_ms


def test_readings_that_are_old_show_no_hot_tip():
    sense = Sense().run(400, 12_000, 0)
    assert sense.run(500).flame.hot_ms > 0
    assert sense.run(40).flame.hot_ms == 0
