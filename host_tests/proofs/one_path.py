"""Without a branch: what would double the prover's paths each time. test_assumptions.py holds them to the originals."""

from itertools import pairwise

from curfew.core.ticks import AGE_MAX_MS


def rising(*numbers: int) -> bool:
    """No number is less than the one before it."""
    found = True
    for low, high in pairwise(numbers):
        found &= low <= high
    return found


def least(first: int, *others: int) -> int:
    """As min()."""
    for other in others:
        first -= (first - other) * (first > other)
    return first


def most(one: int, other: int) -> int:
    """As max()."""
    return one + (other - one) * (other > one)


def aged(age_ms: int, step_ms: int) -> int:
    """As ticks.aged_ms()."""
    return least(age_ms + step_ms, AGE_MAX_MS)
