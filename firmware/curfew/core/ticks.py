"""Millisecond ticks that wrap: differences, and ages that saturate. Time is always an argument."""

_MASK = 0x3FFFFFFF  # the chip's ticks wrap at 2**30 ms, 12.4 days
_HALF = 0x20000000
AGE_MAX_MS = 0x1FFFFFFF  # 6.2 days: an age stops here, because IDLE may last longer than the wrap


def elapsed_ms(now_ms: int, then_ms: int) -> int:
    """Milliseconds from then to now, -2**29 to 2**29 - 1; negative means that the clock went back."""
    step_ms = (now_ms - then_ms) & _MASK
    return step_ms if step_ms < _HALF else step_ms - _MASK - 1


def aged_ms(age_ms: int, step_ms: int) -> int:
    """The age a step later, saturating at AGE_MAX_MS."""
    return min(age_ms + step_ms, AGE_MAX_MS)


def later_ms(then_ms: int, step_ms: int) -> int:
    """The tick step_ms (0 to 2**29) after then, wrapped; no intermediate value exceeds a small int."""
    return (then_ms - (_MASK - step_ms) - 1) & _MASK
