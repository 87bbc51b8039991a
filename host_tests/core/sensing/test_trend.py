"""The means of a second each, from which falls and rises of a voltage are told."""

import pytest

from curfew.core.trend import Trend


@pytest.mark.parametrize("step_ms, steps", [(20, 50), (40, 25), (499, 3), (500, 2), (999, 2), (1000, 2), (2000, 2)])
def test_a_mean_is_over_when_a_second_has_gone_and_two_readings_have_come(step_ms, steps):
    trend = Trend()
    for step in range(1, 2 * steps + 1):
        trend.take(5000)
        assert trend.step(step_ms) is (step % steps == 0)
