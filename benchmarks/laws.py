"""Which law a series of figures follows: does it stay as it is, or grow, and how.

Belongs here: fitting y over x by least squares. Does not: what x and y are.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

# The simpler first: a later one must explain more to be believed.
LAWS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("constant", lambda x: 0.0),
    ("linear", lambda x: x),
    ("logarithmic", lambda x: math.log(x + 1)),
    ("quadratic", lambda x: x * x),
)
FLAT = 0.1  # of the mean: figures that differ by no more stay as they are
CLOSE = 0.1  # of the mean: a straight line that misses by no more is believed, a bent one has to be closer by half
WILD = 0.2  # of the mean: what misses by more follows no law, or was measured beside too much noise


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
    """Constant when FLAT, linear when CLOSE, else the closest; "none" when WILD. ValueError for fewer than 3 points."""
    if len(xs) < 3:
        raise ValueError("three points at least make a law")
    constant, linear, *bent = (fitted(name, xs, ys) for name, _ in LAWS)
    if max(ys) - min(ys) <= FLAT * abs(constant.a):
        return constant
    best = min(bent, key=lambda law: law.misses_by)
    if linear.misses_by <= CLOSE and best.misses_by > linear.misses_by / 2:
        best = linear
    return best if best.misses_by <= WILD else best._replace(name="none")
