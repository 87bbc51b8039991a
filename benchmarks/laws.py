"""Which law a series of figures follows: does it stay as it is, or grow, and how.

Belongs here: fitting y over x by least squares. Does not: what x and y are.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

# The simpler first: a later one must explain much more to be believed.
LAWS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("constant", lambda x: 0.0),
    ("logarithmic", lambda x: math.log(x + 1)),
    ("linear", lambda x: x),
    ("quadratic", lambda x: x * x),
)
CLOSE = 0.08  # of the mean: a law that misses by less than this explains everything but noise


class Law(NamedTuple):
    """y = a + b * shape(x); misses_by: root mean square of what is left, as a part of the mean of y."""

    name: str
    a: float
    b: float
    misses_by: float


def fitted(name: str, xs: Sequence[float], ys: Sequence[float]) -> Law:
    """One law by least squares."""
    shape = dict(LAWS)[name]
    us = [shape(x) for x in xs]
    mean_u, mean_y = sum(us) / len(us), sum(ys) / len(ys)
    spread = sum((u - mean_u) ** 2 for u in us)
    b = sum((u - mean_u) * (y - mean_y) for u, y in zip(us, ys, strict=True)) / spread if spread else 0.0
    a = mean_y - b * mean_u
    left = math.sqrt(sum((y - a - b * u) ** 2 for u, y in zip(us, ys, strict=True)) / len(ys))
    return Law(name, a, b, left / abs(mean_y) if mean_y else left)


def law_of(xs: Sequence[float], ys: Sequence[float]) -> Law:
    """The simplest law that is CLOSE, or else the closest. Raises ValueError for fewer than three points."""
    if len(xs) < 3:
        raise ValueError("three points at least make a law")
    found = [fitted(name, xs, ys) for name, _ in LAWS]
    return next((law for law in found if law.misses_by <= CLOSE), min(found, key=lambda law: law.misses_by))
