"""A row of the result as data: what was measured, in which unit, ours, and what it stands beside.

Belongs here: medians, worsts, ratios, and the form of bench.json. Does not: words (words.py), a table (table.py).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

RARE_N = 1000  # fewer values have no 99.9 %: it would be the worst under another name


@dataclass(frozen=True)
class Figures:
    """Of n values: median, 99.9 % (None below RARE_N values) and worst."""

    median: float
    rare: float | None
    worst: float
    n: int


def figures(values: Sequence[float]) -> Figures:
    """Sum up values, the biggest being the worst. Raises ValueError when there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    n = len(ordered)
    rare = ordered[min(n - 1, -(-999 * n // 1000) - 1)] if n >= RARE_N else None
    return Figures(ordered[n // 2], rare, ordered[-1], n)


def single(value: float) -> Figures:
    """A count, which is the same in every run."""
    return Figures(value, None, value, 1)


@dataclass(frozen=True)
class Row:
    """number: of the list in the README, 1 to 7. key: of words.py, with `of` put in. unit: "ms", "B", "1/s", ...

    beside: a key of words.BESIDE: "peer" (the program of benchmarks/peer), "limit" (what physics or the tick allow) ...
    ratio: how many times better ours is, above 1 being better; None where there is nothing to compare.
    how: a key of words.HOW. failed: why there are no figures.
    """

    number: int
    key: str
    unit: str
    ours: Figures | None
    other: Figures | None = None
    beside: str = ""
    ratio: float | None = None
    how: str = ""
    of: str = ""
    failed: str = ""


def worst_ratio(ours: Figures, other: Figures) -> float:
    """How many times later the other one is in the worst case; what is below a hundredth counts as one."""
    return max(other.worst, 0.01) / max(ours.worst, 0.01)


def against_peer(number: int, key: str, unit: str, ours: Sequence[float], other: Sequence[float], how: str) -> Row:
    """A row of two samples whose worst cases are compared."""
    mine, its = figures(ours), figures(other)
    return Row(number, key, unit, mine, its, "peer", worst_ratio(mine, its), how)


def failed(number: int, key: str, error: BaseException) -> Row:
    """A row that could not be measured."""
    return Row(number, key, "", None, failed=f"{type(error).__name__}: {error}".split("\n")[0][:300])


def as_json(row: Row) -> dict[str, Any]:
    """The row as bench.json has it."""
    return asdict(row)


def from_json(told: dict[str, Any]) -> Row:
    """The same row back."""
    told = dict(told)
    for name in ("ours", "other"):
        if told[name] is not None:
            told[name] = Figures(**told[name])
    return Row(**told)
