"""What fingers do with a button, as data: one model for unit tests, random campaign and live stove.

Belongs here: rhythms in milliseconds with their ranges, and what each of them means. Must not be here: the firmware's
grammar (curfew/core/button.py), the judge's (rules/gestures.py). The ranges are assumed from descriptions of gestures,
worn keys and tremor (4 to 12 Hz is that of essential and of Parkinsonian tremor); no hand was measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

Span = tuple[float, float]
Uniform = Callable[[float, float], float]
Contacts = list[tuple[float, float]]  # (from_ms, to_ms) in which the key makes contact

OFF, STEPS, EITHER, OVERRIDE = "off", "steps", "steps or off", "override"


@dataclass(frozen=True)
class Strokes:
    """Some strokes after one another. after_ms: the pause before the first; apart_ms: between releases, instead of up.

    hz: so many a second for lasts_ms, each down for that part of it.
    """

    times: tuple[int, int] = (1, 1)
    down_ms: Span = (100, 300)
    up_ms: Span = (200, 600)
    apart_ms: Span | None = None
    after_ms: Span = (0, 0)
    hz: Span | None = None
    duty: Span = (0.5, 0.5)
    lasts_ms: Span = (0, 0)


@dataclass(frozen=True)
class Finger:
    """One model. steps: how many of them it means; percent: of draws that must; within_ms: an OFF from the first edge.

    breaks: how often the worn key opens in each stroke, for 20 to 120 ms and at most a third of the stroke.
    """

    means: str
    parts: tuple[Strokes, ...]
    steps: int = 0
    percent: float = 99.0
    within_ms: int = 0
    breaks: tuple[int, int] = (0, 0)


_PAIR = Strokes(times=(2, 2), down_ms=(80, 250), up_ms=(200, 380))
FINGERS: dict[str, Finger] = {
    "hold": Finger(OFF, (Strokes(down_ms=(900, 3000)),), percent=99.9, within_ms=1000),
    "hold, worn key": Finger(OFF, (Strokes(down_ms=(1000, 3000)),), percent=99.9, within_ms=1000, breaks=(1, 1)),
    "tremor": Finger(
        OFF, (Strokes(hz=(4, 12), duty=(0.5, 0.85), lasts_ms=(2000, 4000)),), percent=99.9, within_ms=1600
    ),
    "panic": Finger(OFF, (Strokes((3, 8), (80, 300), (80, 350)),), percent=99.9, within_ms=1600),
    "press, worn key": Finger(STEPS, (Strokes(),), 1, breaks=(1, 3)),
    "one press": Finger(STEPS, (Strokes(),), 1),
    "two presses": Finger(STEPS, (Strokes((2, 2), up_ms=(180, 900)),), 2),
    **{
        f"{n} calm presses": Finger(STEPS, (Strokes((n, n), apart_ms=(700, 1500)),), n) for n in range(3, 7)
    },
    "quick presses": Finger(EITHER, (Strokes((3, 6), apart_ms=(250, 700)),)),
    "two presses, a look, one": Finger(
        STEPS, (Strokes((2, 2)), Strokes(after_ms=(1000, 4000))), 3
    ),
    "two presses, a look, two": Finger(
        OVERRIDE, (Strokes((2, 2), up_ms=(200, 360)), Strokes((2, 2), up_ms=(200, 360), after_ms=(1000, 4000)))
    ),
    "child": Finger(EITHER, (Strokes((12, 12), (60, 250), (60, 600)),)),
    "slow press": Finger(EITHER, (Strokes(down_ms=(500, 1100)),)),
    "override": Finger(OVERRIDE, (_PAIR, Strokes((2, 2), (80, 250), (200, 380), after_ms=(1200, 4000)))),
}  # fmt: skip


def draw(finger: Finger, uniform: Uniform) -> Contacts:
    """The contacts of one draw, from 0 ms on. uniform(low, high): a random number, as of random.Random."""
    contacts: Contacts = []
    at_ms = 0.0
    for part in finger.parts:
        at_ms += uniform(*part.after_ms)
        for down_ms, up_ms in _strokes(part, uniform):
            contacts += _worn(at_ms, down_ms, finger.breaks, uniform)
            at_ms += down_ms + up_ms
        at_ms -= up_ms  # a pause counts from the release
    return contacts


def _strokes(part: Strokes, uniform: Uniform) -> list[tuple[float, float]]:
    if part.hz:
        period_ms, duty = 1000 / uniform(*part.hz), uniform(*part.duty)
        return [(period_ms * duty, period_ms * (1 - duty))] * int(uniform(*part.lasts_ms) / period_ms)
    times = int(uniform(part.times[0], part.times[1] + 1 - 1e-9))
    downs = [uniform(*part.down_ms) for _ in range(times)]
    if part.apart_ms is None:
        return [(down_ms, uniform(*part.up_ms)) for down_ms in downs]
    ups = [max(uniform(*part.apart_ms) - next_ms, 60) for next_ms in downs[1:]]
    return list(zip(downs, [*ups, 0], strict=True))


def _worn(at_ms: float, down_ms: float, breaks: tuple[int, int], uniform: Uniform) -> Contacts:
    contacts = [(at_ms, at_ms + down_ms)]
    times = int(uniform(breaks[0], breaks[1] + 1 - 1e-9))
    for _ in range(times):
        gap_ms = min(uniform(20, 120), down_ms / 3 / times)
        from_ms = at_ms + uniform(0, down_ms - gap_ms)
        contacts = [
            piece
            for start, end in contacts
            for piece in ((start, min(end, from_ms)), (max(start, from_ms + gap_ms), end))
            if piece[0] < piece[1]
        ]
    return contacts
