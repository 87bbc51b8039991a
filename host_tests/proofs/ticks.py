"""Contracts of core/ticks.py: differences over the wrap, ages that stop (S9)."""

from curfew.core.ticks import AGE_MAX_MS, aged_ms, elapsed_ms, later_ms

WRAP = 2**30


def a_difference_is_exact_over_the_wrap(now_ms: int, then_ms: int) -> None:
    """S9."""
    assert 0 <= now_ms < WRAP and 0 <= then_ms < WRAP
    step_ms = elapsed_ms(now_ms, then_ms)
    assert -WRAP // 2 <= step_ms < WRAP // 2
    assert (then_ms + step_ms - now_ms) % WRAP == 0


def a_later_tick_is_as_far_away_as_it_was_asked_to_be(then_ms: int, step_ms: int) -> None:
    """S9."""
    assert 0 <= then_ms < WRAP and 0 <= step_ms < WRAP // 2
    later = later_ms(then_ms, step_ms)
    assert 0 <= later < WRAP
    assert elapsed_ms(later, then_ms) == step_ms


def an_age_never_falls_and_stays_a_small_int(age_ms: int, step_ms: int) -> None:
    """S9."""
    assert 0 <= age_ms <= AGE_MAX_MS and 0 <= step_ms <= WRAP // 2
    aged = aged_ms(age_ms, step_ms)
    assert age_ms <= aged <= AGE_MAX_MS < WRAP
    assert aged == age_ms + step_ms or aged == AGE_MAX_MS
