"""Where things stand in the picture of a run: scales, curves with few points, labels that never cover each other."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from render.svg import cut_to, text_width
from simulator.view import phrases

LABEL_H, LABEL_SIZE, LABEL_ROWS = 16, 11, 8
SAME_WITHIN, SAME_OVER = 46, 150  # pixels to the one before, and to the first
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)


# ---- scales ------------------------------------------------------------------------------------------------


class Window(NamedTuple):
    """A stretch of stove time on a stretch of paper."""

    from_ms: int
    to_ms: int
    x0: float
    x1: float

    def x(self, t_ms: float) -> float:
        return self.x0 + (t_ms - self.from_ms) * (self.x1 - self.x0) / max(1, self.to_ms - self.from_ms)

    def holds(self, t_ms: int) -> bool:
        return self.from_ms <= t_ms <= self.to_ms


class Scale(NamedTuple):
    """A value axis: from `low` at the bottom to `high` at the top, a tick each `step`."""

    low: float
    high: float
    step: int

    def y(self, value: float, top: float, height: float) -> float:
        return top + height * (self.high - value) / (self.high - self.low)

    def ticks(self) -> Iterable[int]:
        first = -(-self.low // self.step)
        return range(int(first) * self.step, int(self.high) + 1, self.step)


def scale_over(values: Iterable[float], at_least: float) -> Scale:
    """A scale that holds all values, zero and `at_least`, with three to six round ticks."""
    seen = [0.0, *values]
    low, high = min(seen), max(*seen, at_least)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 10**9) if (high - low) / step <= 5)
    return Scale(low * 1.08 if low < -0.02 * high else 0, high * 1.08, step)


def time_ticks(window: Window, whole_run: bool) -> list[tuple[int, str]]:
    """Ticks about a hundred pixels apart; minutes for a whole run, the story's clock for a part."""
    room = max(2, int((window.x1 - window.x0) / 92))
    span_s = (window.to_ms - window.from_ms) / 1000
    step_s = next((step for step in TIME_STEPS_S if span_s / step <= room), TIME_STEPS_S[-1])
    first = -(-window.from_ms // (step_s * 1000))
    found = range(first * step_s * 1000, window.to_ms + 1, step_s * 1000)

    def words(t_ms: int) -> str:
        if not whole_run or step_s < 60:
            return phrases.stamp(t_ms)
        minutes = t_ms // 60_000
        return f"{minutes // 60}:{minutes % 60:02d} h" if window.to_ms >= 7_200_000 else f"{minutes} min"

    return [(t_ms, words(t_ms)) for t_ms in found]


# ---- fewer points ------------------------------------------------------------------------------------------


def thinned(points: Sequence[tuple[float, float]], tolerance: float = 0.1) -> list[tuple[float, float]]:
    """A curve in pixels with as few points as look the same.

    Of all points in one pixel column the first, the lowest, the highest and the last stay; of those, a point
    within `tolerance` of the line between its kept neighbors goes (the walk keeps the cone still allowed).
    """
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    some: list[tuple[float, float]] = []
    for inside in columns.values():
        picked = {
            0,
            len(inside) - 1,
            min(range(len(inside)), key=lambda n: inside[n][1]),
            max(range(len(inside)), key=lambda n: inside[n][1]),
        }
        some += [inside[n] for n in sorted(picked)]
    if len(some) < 3:
        return some
    kept, held, low, high = [some[0]], some[0], float("-inf"), float("inf")
    for here in some[1:]:
        run = here[0] - kept[-1][0]
        rise = here[1] - kept[-1][1]
        if run > 0 and low <= rise / run <= high:
            low, high = max(low, (rise - tolerance) / run), min(high, (rise + tolerance) / run)
        elif held is kept[-1]:
            kept.append(here)
            low, high = float("-inf"), float("inf")
        else:
            kept.append(held)
            run, rise = here[0] - held[0], here[1] - held[1]
            if run > 0:
                low, high = (rise - tolerance) / run, (rise + tolerance) / run
            else:
                kept.append(here)
                low, high = float("-inf"), float("inf")
        held = here
    if kept[-1] != some[-1]:
        kept.append(some[-1])
    return kept


def inside(points: Sequence[tuple[int, float]], window: Window) -> list[tuple[float, float]]:
    """The part of a curve that falls into the window, cut at its edges."""
    out: list[tuple[float, float]] = []
    for n, (t_ms, value) in enumerate(points):
        if window.holds(t_ms):
            out.append((t_ms, value))
        for edge in (window.from_ms, window.to_ms) if n + 1 < len(points) else ():
            after_ms, after = points[n + 1]
            if t_ms < edge < after_ms:
                out.append((edge, value + (after - value) * (edge - t_ms) / (after_ms - t_ms)))
    return out


# ---- labels that never cover each other --------------------------------------------------------------------


class Label(NamedTuple):
    """A word at a moment; the lower its `rank`, the sooner it gets a place."""

    t_ms: int
    text: str
    cls: str
    rank: int


class Placed(NamedTuple):
    """A label with its place: the controller `x`, `w` in `row` (0 is the lowest); `moments` are the x it means."""

    label: Label
    moments: tuple[float, ...]
    x: float
    w: float
    row: int


def grouped(labels: Iterable[Label], window: Window) -> list[tuple[Label, tuple[float, ...]]]:
    """The labels of a window with their x; the same words close together become one label: "press ×3"."""
    groups: list[tuple[Label, list[float]]] = []
    for label in sorted(label for label in labels if window.holds(label.t_ms)):
        x = window.x(label.t_ms)
        for first, moments in groups:
            if first[1:] == label[1:] and x - moments[-1] <= SAME_WITHIN and x - moments[0] <= SAME_OVER:
                moments.append(x)
                break
        else:
            groups.append((label, [x]))
    return [
        (first._replace(text=first.text + (f" ×{len(moments)}" if len(moments) > 1 else "")), tuple(moments))
        for first, moments in groups
    ]


def place(labels: Iterable[Label], window: Window) -> tuple[list[Placed], int]:
    """Staggers the labels of a window in rows; returns them and how many found no place.

    The most important first, then from right to left; each to the right or to the left of its leader, in the
    lowest row where its controller touches no other and, if possible, no leader runs through a controller.
    """
    placed: list[Placed] = []
    lost = 0
    for label, moments in sorted(grouped(labels, window), key=lambda group: (group[0].rank, -group[1][0])):
        label = label._replace(text=cut_to(label.text, 190, LABEL_SIZE))
        at, w = moments[0], text_width(label.text, LABEL_SIZE) + 8
        left_edge, right_edge = window.x0 - 2, window.x1 + 4
        spots = [x for x in (at - 1, at - w + 1) if left_edge <= x and x + w <= right_edge]
        choices = []
        for side, x in enumerate(spots or [max(left_edge, min(at - w / 2, right_edge - w))]):
            taken = {p.row for p in placed if x < p.x + p.w + 4 and p.x < x + w + 4}
            above = max((p.row for p in placed if x - 3 < p.moments[0] < x + w + 3), default=-1)
            below = min((p.row for p in placed if p.x - 3 < at < p.x + p.w + 3), default=LABEL_ROWS)
            choices += [
                (not above < row < below, row + 2 * side, side, row, x) for row in range(LABEL_ROWS) if row not in taken
            ]
        if choices:
            *_, row, x = min(choices)
            placed.append(Placed(label, moments, x, w, row))
        else:
            lost += len(moments)
    return placed, lost
