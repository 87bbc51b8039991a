"""Whether a voltage falls, stays or rises from second to second, and the next pot that follows from it."""

import pytest

from curfew.core.codes import TC
from curfew.core.flame import Flame
from curfew.core.trend import Trend
from host_tests.core.sensing.bench import Config

FALL = [20_000 * 9**number // 10**number for number in range(11)]  # by a tenth a second, ten times


def after(*means_uv):
    """A trend that was given these means, each over a second."""
    trend = Trend()
    for uv in means_uv:
        trend.take(uv - 1)
        trend.take(uv + 1)
        assert trend.step(1000)
    return trend


@pytest.mark.parametrize("step_ms, steps", [(20, 50), (40, 25), (499, 3), (500, 2), (999, 2), (1000, 2), (2000, 2)])
def test_a_mean_is_over_when_a_second_has_gone_and_two_readings_have_come(step_ms, steps):
    trend = Trend()
    for step in range(1, 2 * steps + 1):
        trend.take(5000)
        assert trend.step(step_ms) is (step % steps == 0)


@pytest.mark.parametrize("means_uv, seen", [
    ((), (-1, -1)), ((7,), (-1, 7)), ((7, 9), (7, 9)), ((7, 9, 4), (9, 4)), ((7, -9), (7, 0)), ((0, 0), (0, 0)),
])  # fmt: skip
def test_the_last_two_means_are_known_and_none_is_below_zero(means_uv, seen):
    trend = after(*means_uv)
    assert (trend.before_uv, trend.uv) == seen


@pytest.mark.parametrize("means_uv, falls", [
    ((9,), 0), ((9, 8), 1), ((9, 8, 7), 2), ((9, 8, 8), 0), ((9, 8, 9), 0), ((9, 9, 8), 1), ((9, 0), 1), ((0, -1), 0),
])  # fmt: skip
def test_each_second_that_is_lower_than_the_one_before_is_a_fall(means_uv, falls):
    assert after(*means_uv).falls == falls


@pytest.mark.parametrize("seconds, flat", [(24, False), (25, True), (26, True), (200, True)])
def test_what_lost_nothing_over_five_seconds_is_flat_when_twenty_more_have_gone(seconds, flat):
    assert after(*[10_000] * seconds).is_flat() is flat


@pytest.mark.parametrize("last_uv, flat", [(9859, False), (9860, True), (10_000, True), (12_000, True)])
def test_what_loses_fifteen_permille_in_five_seconds_is_not_flat(last_uv, flat):
    assert after(*[10_000] * 25, last_uv).is_flat() is flat


@pytest.mark.parametrize("seconds, cooled", [(9, False), (10, False), (11, True)])
def test_a_tip_has_cooled_after_ten_falls(seconds, cooled):
    assert after(*FALL[:seconds]).is_cooled() is cooled
    assert not after(*[*FALL[:seconds], FALL[seconds - 1]]).is_cooled(), "it fell no more"


@pytest.mark.parametrize("last_uv, cooled", [(9999, True), (10_000, True), (10_001, False)])
def test_a_tip_has_cooled_when_it_has_come_down_to_half(last_uv, cooled):
    assert after(*range(20_000, 11_000, -900), last_uv).is_cooled() is cooled


@pytest.mark.parametrize("last_uv, cooled", [(9309, True), (9310, False)])
def test_towards_a_lower_flame_the_last_five_seconds_lose_less_than_seven_tenths_of_the_first_five(last_uv, cooled):
    """A tenth in the first ones; 70 or 69 permille in the last ones."""
    first = (20_000, 19_600, 19_200, 18_800, 18_400, 18_000)
    assert after(*first, 10_000, 9900, 9800, 9700, 9600, last_uv).is_cooled() is cooled


# --- the next pot --------------------------------------------------------------------------------------------------


def pots(*means_uv, closed=True):
    """In which of these seconds the next pot was seen."""
    flame = Flame(Config())
    seen = []
    for number, uv in enumerate(means_uv):
        flame.take(TC, uv, closed, True)
        flame.take(TC, uv, closed, True)
        assert flame.step(1000, closed) is True
        if flame.new_pot:
            seen.append(number - len(FALL) + 1)
        assert flame.step(0, closed) is False
        assert not flame.new_pot, "it is seen for one tick"
    return seen


LOW_UV = FALL[-1]


@pytest.mark.parametrize("then_uv, seen", [
    ((LOW_UV + 999,), []), ((LOW_UV + 1000,), [1]), ((LOW_UV, LOW_UV + 999), []), ((LOW_UV, LOW_UV + 1000), [2]),
    ((LOW_UV, LOW_UV, LOW_UV + 1000), []), ((LOW_UV + 1000, LOW_UV + 3000, LOW_UV + 5000), [1]),
    ((LOW_UV - 100, LOW_UV + 900), [2]), ((LOW_UV - 100, LOW_UV + 899), []),
])  # fmt: skip
def test_a_millivolt_more_within_two_seconds_after_a_long_fall_is_the_next_pot(then_uv, seen):
    assert pots(*FALL, *then_uv) == seen


def test_a_tip_may_have_cooled_to_nothing():
    assert pots(*FALL, 0, 1000) == [2]


def test_without_a_long_fall_or_with_an_open_contact_a_rise_is_no_pot():
    assert pots(*FALL[1:], LOW_UV + 5000) == []
    assert pots(*FALL, LOW_UV + 5000, closed=False) == []


def test_a_fall_after_the_long_one_that_is_no_cooling_forgets_it():
    assert pots(*FALL, LOW_UV + 500, LOW_UV + 400, LOW_UV + 5000) == []


def test_after_a_second_long_fall_two_seconds_count_again():
    again = [LOW_UV * 9**number // 10**number for number in range(1, 11)]
    assert pots(*FALL, LOW_UV, *again, again[-1], again[-1] + 1000) == [13]
