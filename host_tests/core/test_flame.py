"""What two millivolts mean: flame, ignition, a live magnet side, a dead contact, freshness, health.

Here: flame.py reading by reading, and the burner's way of asking it. Not here: proofs after an opening (test_proof.py).
"""

import pytest

from curfew.core import limits
from curfew.core.codes import MAGNET, TC
from curfew.core.flame import Flame, is_live


class Config:
    loaded_on_uv, loaded_off_uv = 5000, 3000
    open_on_uv, open_off_uv = 8000, 5000
    magnet_hold_uv = 4000


class Sense:
    """One burner's sensing, fed a reading of both sides every 40 ms."""

    def __init__(self, conducting=False):
        self.flame = Flame(Config())
        self.conducting = conducting
        self.flame.contact_changed()

    def take(self, tc_uv=None, magnet_uv=None, settled=True):
        """One reading of each side that is given; whether all were believed."""
        believed = True
        if tc_uv is not None:
            believed = self.flame.take(TC, tc_uv, self.conducting, settled)
        if magnet_uv is not None:
            believed = self.flame.take(MAGNET, magnet_uv, self.conducting, settled) and believed
        return believed

    def run(self, ms, tc_uv=None, magnet_uv=None):
        """Readings of the same values for so long."""
        for _ in range(ms // 40):
            self.flame.step(40, self.conducting)
            self.take(tc_uv, magnet_uv)
        return self

    def rise(self, start_uv, end_uv, readings, every_ms=40, magnet_uv=0):
        """So many readings in even steps from start to end."""
        for number in range(readings):
            self.flame.step(every_ms, self.conducting)
            self.take(start_uv + (end_uv - start_uv) * number // (readings - 1), magnet_uv)
        return self


# --- at a start ----------------------------------------------------------------------------------------------------


def test_a_start_knows_nothing():
    """All of this is told to the services, or asked by the burner, from the first tick on; 501 ms are too old."""
    nothing = {
        "tc_uv": 0, "magnet_uv": 0, "tc_age_ms": 501, "magnet_age_ms": 501, "back_ms": 0, "lost_ms": 0,
        "confirm_ms": 0, "live_count": 0, "dead_count": 0, "dead_ms": 0, "cleared_ms": 0, "burning": False,
        "was_live": False, "igniting": False,
    }  # fmt: skip
    assert {name: getattr(Flame(Config()), name) for name in nothing} == nothing


@pytest.mark.parametrize("readings, igniting", [(5, False), (6, True)])
def test_from_a_start_on_an_ignition_needs_readings_that_were_taken(readings, igniting):
    flame = Flame(Config())
    for uv in [0, 0, 0, 1000, 1500, 2000][-readings:]:
        flame.take(MAGNET, 0, False, True)
        flame.take(TC, uv, False, True)
        flame.step(40, False)
    assert flame.igniting is igniting


# --- impossible ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uv, believed", [
    (-1001, False), (-1000, True), (-1, True), (0, True), (60_000, True), (60_001, False), (255_992, False),
    (-256_000, False),
])  # fmt: skip
def test_a_voltage_that_the_loop_cannot_have_is_not_believed(uv, believed):
    assert Sense().take(tc_uv=uv) is believed


@pytest.mark.parametrize("magnet_uv, believed", [(10_500, True), (10_501, False), (10_000, True), (-1001, False)])
def test_the_magnet_side_cannot_be_higher_than_the_other_by_more_than_half_a_millivolt(magnet_uv, believed):
    sense = Sense(conducting=True)
    sense.take(tc_uv=10_000)
    assert sense.take(magnet_uv=magnet_uv) is believed


def test_while_the_contact_has_not_settled_the_sides_are_not_compared():
    sense = Sense()
    sense.take(tc_uv=0, settled=False)
    assert sense.take(magnet_uv=9000, settled=False) is True


def test_what_is_not_believed_changes_nothing_but_leaves_the_age_growing():
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


def test_a_sensor_that_was_never_read_is_too_old_to_be_believed_at_once_and_stale_a_second_later():
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
def test_a_stall_in_which_nobody_could_read_does_not_make_the_sensor_old(stall_ms):
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
def test_a_flame_ends_below_a_quarter_of_its_highest_level(part_uv, burning):
    sense = Sense(conducting=True)
    sense.take(tc_uv=24_000)
    sense.take(tc_uv=6000 + part_uv)
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
    nothing.update(dict.fromkeys(("confirm_ms", "live_count", "dead_count", "dead_ms", "cleared_ms"), 0))
    for name in nothing:
        setattr(flame, name, 3)
    flame.contact_changed()
    assert {name: getattr(flame, name) for name in nothing} == nothing


def test_readings_that_have_not_settled_are_no_flame():
    sense = Sense(conducting=True)
    sense.take(tc_uv=20_000, magnet_uv=9_000, settled=False)
    assert (sense.flame.burning, sense.flame.live_count) == (False, 0)


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


@pytest.mark.parametrize("fall_uv, begins_again", [(800, False), (801, True)])
def test_a_mean_of_eight_readings_may_sag_by_a_tenth_of_a_millivolt(fall_uv, begins_again):
    sense = Sense(conducting=True).run(1000, 10_000, 8000)
    before_ms = sense.flame.confirm_ms
    assert before_ms > 0
    sense.take(10_000 - fall_uv)
    assert sense.flame.confirm_ms == (0 if begins_again else before_ms)


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


def test_a_live_side_is_remembered_for_the_interval_in_which_it_was_seen():
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
def test_the_hand_may_let_go_at_the_holding_level(magnet_uv, holding):
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


def test_a_weld_is_not_cleared_while_the_contact_is_told_to_conduct():
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


# --- ignition ------------------------------------------------------------------------------------------------------


def cold():
    """An IDLE burner, read for a second."""
    return Sense().run(1000, 200, 0)


def risen(readings, every_ms=40, magnet_uv=0):
    """Whether these readings of an IDLE burner are an ignition."""
    sense = cold()
    sense.flame.forget_rise()
    for uv in readings:
        sense.flame.step(every_ms, False)
        sense.take(uv, magnet_uv)
    return sense.flame.igniting


@pytest.mark.parametrize("rise_uv, igniting", [(999, False), (1000, True), (1001, True), (5000, True)])
def test_an_ignition_is_a_rise_of_a_millivolt(rise_uv, igniting):
    assert risen([500] * 3 + [500 + rise_uv // 3, 500 + rise_uv * 2 // 3] + [500 + rise_uv] * 3) is igniting


@pytest.mark.parametrize("readings, igniting", [
    ([0, 0, 1000, 1500, 2000], False), ([0, 0, 0, 1000, 1500, 2000], True), ([0, 0, 0, 1000, 1500, 2000, 2000], True),
])  # fmt: skip
def test_an_ignition_needs_three_low_readings_and_three_high_ones(readings, igniting):
    assert risen(readings) is igniting


@pytest.mark.parametrize("every_ms, igniting", [(40, True), (399, True), (400, True), (401, False), (450, False)])
def test_an_ignition_rises_within_two_seconds(every_ms, igniting):
    """Six readings, five steps between them."""
    assert risen([0, 0, 0, 1000, 1500, 2000], every_ms) is igniting


@pytest.mark.parametrize("step_uv, igniting", [(37, False), (38, True)])
def test_of_one_burner_a_rise_is_looked_for_in_thirty_two_readings(step_uv, igniting):
    """From the third of them to the last but two it rises by a millivolt."""
    assert risen(range(0, 60 * step_uv, step_uv)) is igniting


@pytest.mark.parametrize("step_uv, igniting", [(1000, True), (1001, False), (2000, False)])
def test_a_lead_that_makes_contact_again_is_no_ignition(step_uv, igniting):
    """No single step is more than half of the rise."""
    assert risen([500, 500, 500, 500 + step_uv, 2500, 2500, 2500]) is igniting


@pytest.mark.parametrize("to_uv", [5000, 20_000, 60_000])
def test_a_jump_is_no_ignition_however_high(to_uv):
    assert not risen([0] * 10 + [to_uv] * 10)


@pytest.mark.parametrize("low_uv, igniting", [(999, False), (1000, True)])
@pytest.mark.parametrize("at", [-1, -2, -3])
def test_each_of_the_last_three_readings_must_be_high(at, low_uv, igniting):
    readings = [0, 0, 0, 400, 800, 1200, 1200, 1200]
    readings[at] = low_uv
    assert risen(readings) is igniting


@pytest.mark.parametrize("at", [0, 1, 2])
def test_each_of_the_three_readings_before_must_be_low(at):
    readings = [0, 0, 0, 500, 1000, 1000, 1000]
    assert risen(readings)
    readings[at] = 100
    assert not risen(readings)


def test_a_changed_contact_begins_the_search_again():
    sense = cold().rise(200, 3000, 10)
    sense.flame.contact_changed()
    sense.run(200, 3000, 0)
    assert not sense.flame.igniting


def test_while_the_contact_conducts_nothing_is_an_ignition():
    assert not Sense(conducting=True).rise(0, 3000, 10).flame.igniting


def test_a_slow_rise_is_no_ignition():
    sense = cold()
    for number in range(500):
        sense.run(40, 200 + number * 16, 0)  # 0.4 mV a second
        assert not sense.flame.igniting


@pytest.mark.parametrize("level_uv", [5000, 20_000, 60_000])
def test_level_alone_never_arms(level_uv):
    sense = cold()
    sense.flame.forget_rise()
    assert not sense.run(4000, level_uv, 0).flame.igniting


def test_an_ignition_is_over_when_the_level_stays():
    sense = cold().rise(200, 3000, 10)
    assert sense.flame.igniting
    assert not sense.run(3000, 3000, 0).flame.igniting


def test_a_fall_is_no_ignition():
    assert not risen(range(10_000, 2000, -400))


def test_a_gap_begins_the_search_again():
    sense = cold()
    sense.rise(200, 1000, 4)
    sense.run(560)
    sense.run(40, 9000, 0)
    assert not sense.flame.igniting
    sense.run(200, 9000, 0)
    assert not sense.flame.igniting, "what rose during the gap was not seen rising"


@pytest.mark.parametrize("gap_ms, igniting", [(500, True), (520, False)])
def test_a_gap_of_more_than_half_a_second_begins_the_search_again(gap_ms, igniting):
    sense = cold()
    sense.flame.forget_rise()
    for uv in (0, 0, 0, 500):
        sense.run(40, uv, 0)
    for _ in range(gap_ms // 20):
        sense.flame.step(20, False)
    for _ in range(3):
        sense.take(1000, 0)
        sense.flame.step(40, False)
    assert sense.flame.igniting is igniting


@pytest.mark.parametrize("uv", [60_001, -1001])
def test_an_impossible_reading_begins_the_search_again(uv):
    assert risen([0, 0, 0, 500, 1000, 1000, 1000])
    for at in range(3, 7):
        readings = [0, 0, 0, 500, 1000, 1000, 1000]
        readings.insert(at, uv)
        assert not risen(readings), "these are no consecutive readings"


def test_entering_idle_begins_the_search_again():
    sense = cold().rise(200, 3000, 10)
    sense.flame.forget_rise()
    assert not sense.flame.igniting


def test_a_magnet_side_that_is_live_is_tested_before_an_ignition_counts():
    readings = range(500, 3000, 200)
    assert risen(readings)
    assert not risen(readings, magnet_uv=900)


def test_a_single_spike_is_no_ignition():
    for spike in (1, 2):
        readings = [200] * 10 + [1000, 5000][-spike:] + [200] * 5
        for count in range(len(readings)):
            assert not risen(readings[:count])


def test_noise_of_half_a_millivolt_is_no_ignition():
    readings = [500 + 500 * (number * 7 % 3 - 1) for number in range(100)]
    for count in range(len(readings)):
        assert not risen(readings[:count])


@pytest.mark.parametrize("every_ms", [40, 80, 160, 320])
def test_an_ignition_is_seen_with_one_two_three_and_four_burners(every_ms):
    sense = cold()
    for number in range(20):
        sense.flame.step(every_ms, False)
        sense.take(200 + number * every_ms * 2, 0)  # 2 mV a second
    assert sense.flame.igniting


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
    box = core(sensor=True, timer_default_min=30)
    box.press()
    box.run(s=20)
    box.uv[0] = [10_000, 8000]
    box.until(lambda: box.state() == "BURNING", 3)
    for _ in range(299):
        box.step(2000)
    box.run(2000 + after_ms)
    assert bool(box.one().health_permille) == (after_ms == 0)


def test_a_press_meanwhile_does_not_put_the_health_off(core):
    box = core(sensor=True)
    box.flame()
    for _ in range(200):
        box.step(2000)
    box.press()
    for _ in range(102):
        box.step(2000)
    assert box.one().health_permille == 250


def test_health_is_logged_once_a_burn(core):
    box = core(sensor=True)
    box.flame()
    for _ in range(310):
        box.step(2000)
    assert box.one().health_permille == 250
    box.uv[0] = [10_000, 5000]
    for _ in range(100):
        box.step(2000)
    assert box.one().health_permille == 250


@pytest.mark.parametrize("reference, magnet_uv, service", [(0, 8000, False), (125, 8000, True), (126, 8000, False)])
def test_twice_the_resistance_of_the_commissioning_asks_for_service(core, reference, magnet_uv, service):
    box = core(sensor=True, health_refs=[reference, 0, 0, 0])
    box.flame(closed_uv=(10_000, magnet_uv))
    for _ in range(310):
        box.step(2000)
    assert box.one().service is service
    assert box.one().health_ref_permille == (reference or 250)


# --- the burner asks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age_ms, judged", [(20, True), (220, True), (240, False)])
def test_readings_within_two_hundred_milliseconds_of_a_contact_change_are_discarded(core, age_ms, judged):
    """Taken 420 ms after the change, a reading that began so long ago."""
    box = core(sensor=True)
    box.press()
    box.blind[0] = True
    box.run(ms=420 - box.one().contact_ms)
    box.controller.take_reading(0, TC, 10_000, age_ms)
    assert box.one().flame.burning is judged


def test_a_reading_begun_before_the_contact_changed_belongs_to_neither_side(core):
    box = core(sensor=True)
    box.press()
    box.blind[0] = True
    before = box.one().flame.tc_uv
    box.controller.take_reading(0, TC, 10_000, box.one().contact_ms + 20)
    assert box.one().flame.tc_uv == before


@pytest.mark.parametrize("ms, there", [(980, True), (1000, False)])
def test_a_failed_sensor_is_trusted_again_after_a_second_without_a_gap(core, ms, there):
    box = core(sensor=True)
    box.blind[0] = True
    box.until(lambda: box.fault() == "SENSOR_FAILED", 3)
    box.blind[0] = False
    box.run(ms=ms)
    assert bool(box.one().faults.present) is there


def test_a_lighting_hand_arms_by_itself(core):
    box = core(sensor=True)
    box.flame()
    assert (box.state(), box.conducts()) == ("BURNING", True)


def test_a_rise_that_began_before_idle_does_not_arm(core):
    box = core(sensor=True, reclose_hold_s=3, idle=False)
    for number in range(150):
        box.uv[0] = [min(2900, number * 20), 0]
        box.step()
    assert box.state() in ("VERIFYING", "IDLE")
    box.uv[0] = [2900, 0]
    box.run(s=5)
    assert box.state() == "IDLE"


def test_let_go_sounds_once_as_soon_as_the_magnet_holds(core):
    box = core(sensor=True)
    box.press()
    heard = []
    for magnet_uv in (0, 2000, 3999, 4000, 5000, 6000):
        box.uv[0] = [7000, magnet_uv]
        for _ in range(20):
            box.step()
            if box.sound() == "LET_GO":
                heard.append(magnet_uv)
    assert heard == [4000]
