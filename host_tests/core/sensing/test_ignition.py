"""Which rises of the thermocouple are an ignition."""

import pytest

from host_tests.core.sensing.bench import Sense

# --- ignition ------------------------------------------------------------------------------------------------------


WARM_UV = 2500  # so that the level alone decides nothing


def cold():
    """An IDLE burner, read for a second."""
    return Sense().run(1000, 200, 0)


def risen(readings, every_ms=40, magnet_uv=0):
    """Whether these readings of an IDLE burner are an ignition."""
    sense = cold()
    sense.flame.forget_rise()
    for uv in readings:
        sense.flame.step(every_ms, False)
        sense.take(WARM_UV + uv, magnet_uv)
    return sense.flame.igniting


@pytest.mark.parametrize("level_uv, igniting", [(2499, False), (2500, True)])
def test_what_hum_and_offset_can_do_beside_a_cold_tip_is_no_ignition(level_uv, igniting):
    assert risen([uv - WARM_UV for uv in (0, 0, 0, 500, 1000, 1500, 2000, level_uv, level_uv, level_uv)]) is igniting


@pytest.mark.parametrize("rise_uv, igniting", [(999, False), (1000, True), (1001, True), (5000, True)])
def test_an_ignition_is_a_rise_of_a_millivolt(rise_uv, igniting):
    assert risen([500] * 3 + [500 + rise_uv * fifths // 5 for fifths in range(1, 5)] + [500 + rise_uv] * 3) is igniting


@pytest.mark.parametrize("readings, igniting", [
    (range(0, 5000, 1000), False), (range(0, 6000, 1000), True), (range(0, 7000, 1000), True),
])  # fmt: skip
def test_an_ignition_needs_three_low_readings_and_three_high_ones(readings, igniting):
    assert risen(readings) is igniting


@pytest.mark.parametrize("every_ms, igniting", [(40, True), (399, True), (400, True), (401, False), (450, False)])
def test_an_ignition_rises_within_two_seconds(every_ms, igniting):
    """Six readings, five steps between them."""
    assert risen(range(0, 6000, 1000), every_ms) is igniting


@pytest.mark.parametrize("rise_uv, igniting", [(999, False), (1000, True)])
def test_of_one_burner_a_rise_is_looked_for_in_fifty_readings(rise_uv, igniting):
    """These are two seconds. From the third to the last but two of them are 45 steps, which rise by a millivolt."""
    assert risen([number * rise_uv // 45 for number in range(60)]) is igniting


@pytest.mark.parametrize("step_uv, igniting", [(2000, True), (2002, False), (20_000, False)])
def test_a_lead_that_makes_contact_again_is_no_ignition(step_uv, igniting):
    """No single step is more than half of the rise, be it that a reading between its two conversions splits it."""
    for halfway_uv in (1000, 1000 + step_uv // 2):
        after = [1000 + step_uv] * 2 + [1500 + step_uv] + [1999 + step_uv] * 2 + [2000 + step_uv]
        assert risen([0, 0, 0, 500, 1000, 1000, halfway_uv, *after]) is igniting


@pytest.mark.parametrize("step_uv, igniting", [(1100, True), (1101, False)])
def test_nor_is_the_oldest_step_more_than_half_of_the_rise(step_uv, igniting):
    assert risen([0, step_uv - 1, step_uv, 1300, 1500, 1700, 1900, 2200, 2200, 2200]) is igniting


@pytest.mark.parametrize("to_uv", [5000, 20_000, 60_000])
def test_a_jump_is_no_ignition_however_high(to_uv):
    assert not risen([0] * 10 + [to_uv] * 10)


@pytest.mark.parametrize("low_uv, igniting", [(999, False), (1000, True)])
@pytest.mark.parametrize("at", [-1, -2, -3])
def test_each_of_the_last_three_readings_must_be_high(at, low_uv, igniting):
    readings = [0, 0, 0, 200, 400, 600, 800, 1000, 1200, 1200, 1200]
    readings[at] = low_uv
    assert risen(readings) is igniting


@pytest.mark.parametrize("at", [0, 1, 2])
def test_each_of_the_three_readings_before_must_be_low(at):
    readings = [0, 0, 0, 250, 500, 750, 1000, 1000, 1000]
    assert risen(readings)
    readings[at] = 100
    assert not risen(readings)


def test_a_changed_contact_begins_the_search_again():
    sense = cold().rise(200, 3000, 10)
    sense.flame.contact_changed()
    sense.run(200, 3000, 0)
    assert not sense.flame.igniting


def test_while_the_contact_conducts_nothing_is_an_ignition():
    assert Sense(conducting=False).rise(0, 6000, 10).flame.igniting
    assert not Sense(conducting=True).rise(0, 6000, 10).flame.igniting


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
    sense = cold().rise(200, 4000, 10)
    assert sense.flame.igniting
    assert not sense.run(3000, 4000, 0).flame.igniting


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
    for uv in (2000, 2000, 2000, 2250, 2500, 2750):
        sense.run(40, uv, 0)
    for _ in range(gap_ms // 20):
        sense.flame.step(20, False)
    for _ in range(3):
        sense.take(3000, 0)
        sense.flame.step(40, False)
    assert sense.flame.igniting is igniting


@pytest.mark.parametrize("uv", [60_001, -11_001])
def test_an_impossible_reading_begins_the_search_again(uv):
    assert risen([0, 0, 0, 250, 500, 750, 1000, 1000, 1000])
    for at in range(3, 9):
        readings = [0, 0, 0, 250, 500, 750, 1000, 1000, 1000]
        readings.insert(at, uv)
        assert not risen(readings), "these are no consecutive readings"


def test_entering_idle_begins_the_search_again():
    sense = cold().rise(200, 3000, 10)
    sense.flame.forget_rise()
    assert not sense.flame.igniting


def test_a_magnet_side_that_is_live_is_tested_before_an_ignition_counts():
    readings = range(500, 3000, 200)
    assert risen(readings)
    assert not risen(readings, magnet_uv=2000)


@pytest.mark.parametrize("magnet_uv, level_uv, igniting", [
    (399, 2999, True), (400, 2999, False), (400, 3000, True),  # a tip too cold to tell a weld
    (1000, 3999, False), (1000, 4000, True),  # a quarter of the hot side
    (2000, 12_000, True), (2001, 12_000, False),  # a weld
])  # fmt: skip
def test_beside_a_magnet_side_that_is_not_dead_only_a_hot_tip_tells_a_disturbance_from_a_weld(
    magnet_uv, level_uv, igniting
):
    sense = Sense().run(400, 200, 3000).run(8000, 200, magnet_uv)  # from above, the mean comes to what is read
    assert sense.flame.mean_uv == magnet_uv
    sense.flame.forget_rise()
    sense.rise(level_uv - 2000, level_uv, 10, magnet_uv=magnet_uv).run(80, level_uv, magnet_uv)
    assert sense.flame.igniting is igniting


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
    for number in range(2400 // every_ms + 8):
        sense.flame.step(every_ms, False)
        sense.take(200 + number * every_ms * 2, 0)  # 2 mV a second
    assert sense.flame.igniting
