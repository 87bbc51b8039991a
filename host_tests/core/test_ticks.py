"""Time as a number: differences over the wrap, ages that saturate, ticks that stay small.

Here: ticks.py. Not here: what a step means (test_controller.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core.ticks import AGE_MAX_MS, aged_ms, elapsed_ms, later_ms

WRAP = 2**30
TICKS = st.integers(0, WRAP - 1)


@pytest.mark.parametrize("now_ms, then_ms, ms", [
    (0, 0, 0), (20, 0, 20), (0, 20, -20), (0, WRAP - 1, 1), (WRAP - 1, 0, -1), (10, WRAP - 10, 20),
    (WRAP - 10, 10, -20),
    (2**29 - 1, 0, 2**29 - 1), (2**29, 0, -(2**29)), (2**29 + 1, 0, -(2**29) + 1), (0, 2**29, -(2**29)),
])  # fmt: skip
def test_a_difference_is_the_shorter_way_around_the_clock(now_ms, then_ms, ms):
    assert elapsed_ms(now_ms, then_ms) == ms


@given(TICKS, st.integers(-(2**29), 2**29 - 1))
def test_a_step_is_measured_from_anywhere(then_ms, step_ms):
    assert elapsed_ms((then_ms + step_ms) % WRAP, then_ms) == step_ms


@given(TICKS, st.integers(0, 2**29))
def test_a_later_tick_is_the_sum_on_the_clock(then_ms, step_ms):
    assert later_ms(then_ms, step_ms) == (then_ms + step_ms) % WRAP


@pytest.mark.parametrize("age_ms, step_ms, later", [
    (0, 0, 0), (0, 20, 20), (AGE_MAX_MS - 20, 20, AGE_MAX_MS), (AGE_MAX_MS - 19, 20, AGE_MAX_MS),
    (AGE_MAX_MS, 20, AGE_MAX_MS), (AGE_MAX_MS, 0, AGE_MAX_MS), (AGE_MAX_MS - 1, 2000, AGE_MAX_MS),
])  # fmt: skip
def test_an_age_stops_growing_before_it_could_wrap(age_ms, step_ms, later):
    assert aged_ms(age_ms, step_ms) == later


def test_the_longest_age_and_its_sum_with_a_step_are_small_ints():
    assert AGE_MAX_MS + 2000 < 2**30
    assert AGE_MAX_MS >= 6 * 24 * 3600 * 1000, "an IDLE outlives the half of the clock"
