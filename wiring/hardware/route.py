"""Routes the board on a grid: shortest paths; nets that get in the way are taken up and laid again.

Belongs here: cells, distances, the search. Does not: where parts stand (places.py), KiCad's files (pcb.py).
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil, hypot

GRID_MM, TRACK_MM, GAP_MM = 0.5, 0.25, 0.2
VIA_MM, VIA_DRILL_MM = 0.6, 0.3
VIA_COST, FOREIGN_COST, TURN_COST = 8, 40, 1
SHY = ("loop", "guarded")  # classes that others keep away from
HURRY = 1.3  # how much the search trusts its guess: paths a little longer, found much sooner
Cell = tuple[int, int, int]  # x, y, layer: 0 front, 1 back
Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """Copper that is there: a segment (or one point) with half extents; its net and layers."""

    net: str
    layers: tuple[int, ...]
    start: Point
    end: Point
    half_w: float
    half_h: float
    ends_tracks: bool = True  # a pad or wide copper, at which a track of its net may end

    def away_mm(self, x: float, y: float) -> float:
        """From a point to its edge; 0 inside."""
        (x0, y0), (x1, y1) = self.start, self.end
        if self.start != self.end:
            dx, dy = x1 - x0, y1 - y0
            share = max(0.0, min(1.0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)))
            return max(hypot(x - x0 - share * dx, y - y0 - share * dy) - self.half_w, 0.0)
        return hypot(max(abs(x - x0) - self.half_w, 0), max(abs(y - y0) - self.half_h, 0))


@dataclass
class Board:
    """What the router knows. kind: the class of a net; wide_mm: pairs of classes that keep more than GAP_MM apart."""

    width: float
    height: float
    shapes: list[Shape]
    kind: dict[str, str]
    wide_mm: dict[frozenset[str], float]
    keep_out: list[tuple[float, float, float, float]] = field(default_factory=list)  # x0, y0, x1, y1
    owner: dict[Cell, str] = field(default_factory=dict)  # routed
    vias: dict[tuple[int, int], str] = field(default_factory=dict)
    tracks: dict[str, list[list[Cell]]] = field(default_factory=dict)
    half_mm: dict[Cell, float] = field(default_factory=dict)  # of tracks that are wider than TRACK_MM

    halo: dict[Cell, set[str]] = field(default_factory=dict)  # routed SHY nets near a cell

    def __post_init__(self) -> None:
        self.columns, self.rows = int(self.width / GRID_MM), int(self.height / GRID_MM)
        self._near: dict[Cell, dict[str, float]] = {}
        reach = max(self.wide_mm.values()) + VIA_MM / 2
        for shape in self.shapes:
            for x, y in _around(shape, reach, self.columns, self.rows):
                away = shape.away_mm(x * GRID_MM, y * GRID_MM)
                if away <= reach:
                    for layer in shape.layers:
                        nets = self._near.setdefault((x, y, layer), {})
                        nets[shape.net] = min(away, nets.get(shape.net, 9.0))

    def is_free(self, cell: Cell, net: str, half_mm: float = TRACK_MM / 2) -> bool:
        """Whether copper of that half width of a net may lie there, as far as fixed copper is concerned."""
        x, y, _ = cell
        if not (2 <= x <= self.columns - 2 and 2 <= y <= self.rows - 2):
            return False
        if any(x0 <= x * GRID_MM <= x1 and y0 <= y * GRID_MM <= y1 for x0, y0, x1, y1 in self.keep_out):
            return False
        for other, away in self._near.get(cell, {}).items():
            if other != net and away < half_mm + self.apart_mm(net, other) - 1e-6:
                return False
        return True

    def room_mm(self, cell: Cell, net: str, most_mm: float) -> float:
        """How far copper of a net may reach around a cell; more than most_mm is not looked for."""
        x, y, layer = cell
        found = [away - self.apart_mm(net, other) for other, away in self._near.get(cell, {}).items() if other != net]
        for dx, dy in _square(ceil((2 * most_mm + max(self.wide_mm.values())) / GRID_MM)):
            place, away = (x + dx, y + dy), GRID_MM * hypot(dx, dy)
            track, via = self.owner.get((*place, layer)), self.vias.get(place)
            if track and track != net:
                found.append(away - self.half_mm.get((*place, layer), TRACK_MM / 2) - self.apart_mm(net, track))
            if via and via != net:
                found.append(away - VIA_MM / 2 - self.apart_mm(net, via))
            if any(
                x0 <= place[0] * GRID_MM <= x1 and y0 <= place[1] * GRID_MM <= y1 for x0, y0, x1, y1 in self.keep_out
            ):
                found.append(away)
        return min(found, default=most_mm)

    def apart_mm(self, one: str, other: str) -> float:
        """What two nets keep between them."""
        return self.wide_mm.get(frozenset((self.kind[one], self.kind[other])), GAP_MM)

    def may_via(self, x: int, y: int, net: str) -> bool:
        """Whether a via may stand there as far as fixed copper is concerned."""
        return all(self.is_free((x, y, layer), net, VIA_MM / 2) for layer in (0, 1))

    def others(self, cell: Cell, net: str, via: bool) -> set[str]:
        """The routed nets that a track or via there would touch."""
        x, y, layer = cell
        found = {self.owner[place] for place in ((x, y, layer),) if place in self.owner}
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (0, 0)):
            found |= {self.vias[x + dx, y + dy]} if (x + dx, y + dy) in self.vias else set()
            if via:
                found |= {
                    self.owner[place] for place in ((x + dx, y + dy, 0), (x + dx, y + dy, 1)) if place in self.owner
                }
        if self.kind[net] in SHY:
            for far, kinds in self._far(self.kind[net]):
                for dx, dy in _ring(far):
                    other = self.owner.get((x + dx, y + dy, layer))
                    if other and self.kind[other] in kinds:
                        found.add(other)
        else:
            for other in self.halo.get(cell, ()):
                if frozenset((self.kind[net], self.kind[other])) in self.wide_mm:
                    found.add(other)
        return found - {net}

    def _far(self, kind: str) -> list[tuple[int, set[str]]]:
        """Cells that a track keeps from tracks of which other classes."""
        found = []
        for pair, apart in self.wide_mm.items():
            if kind in pair:
                found.append((ceil((apart + TRACK_MM + VIA_MM / 2) / GRID_MM), set(pair) - {kind}))
        return found

    def take_up(self, net: str) -> None:
        """Remove what is routed of a net."""
        self.owner = {cell: other for cell, other in self.owner.items() if other != net}
        self.vias = {place: other for place, other in self.vias.items() if other != net}
        self.tracks.pop(net, None)
        if self.kind[net] in SHY:
            for nets in self.halo.values():
                nets.discard(net)

    def lay(self, net: str, path: list[Cell]) -> None:
        """Add one path."""
        self.tracks.setdefault(net, []).append(path)
        for cell in path:
            self.owner[cell] = net
            if self.kind[net] in SHY:
                for far, _ in self._far(self.kind[net]):
                    for dx, dy in _ring(far):
                        self.halo.setdefault((cell[0] + dx, cell[1] + dy, cell[2]), set()).add(net)
        for one, other in zip(path, path[1:], strict=False):
            if one[2] != other[2]:
                self.vias[one[0], one[1]] = net


def widened(board: Board, net: str, start: Point, end: Point, layer: int, most_mm: float) -> float:
    """The width of a straight track of a net as far as its neighbors leave room, up to most_mm; it is kept for them."""
    cells = [tuple(round(at / GRID_MM) for at in point) for point in (start, end)]
    steps = max(abs(cells[1][axis] - cells[0][axis]) for axis in (0, 1))
    ways = [(cells[1][axis] - cells[0][axis]) // steps for axis in (0, 1)]
    line = [(cells[0][0] + step * ways[0], cells[0][1] + step * ways[1], layer) for step in range(steps + 1)]
    half = min([most_mm / 2, *(board.room_mm(cell, net, most_mm / 2) for cell in line)])
    half = max(TRACK_MM / 2, int(half * 20) / 20)
    board.half_mm.update(dict.fromkeys(line, half))
    return 2 * half


@cache
def _square(far: int) -> list[tuple[int, int]]:
    reach = range(-far, far + 1)
    return [(dx, dy) for dx in reach for dy in reach]


@cache
def _ring(far: int) -> list[tuple[int, int]]:
    """Offsets on and within a square of so many cells, every second one inside: tracks are longer than that."""
    reach = range(-far, far + 1)
    return [(dx, dy) for dx in reach for dy in reach if max(abs(dx), abs(dy)) == far or (dx + dy) % 2]


def _around(shape: Shape, reach: float, columns: int, rows: int) -> Iterator[tuple[int, int]]:
    (x0, y0), (x1, y1) = shape.start, shape.end
    wide, high = shape.half_w + reach, max(shape.half_h, shape.half_w if shape.start != shape.end else 0) + reach
    for x in range(
        max(int((min(x0, x1) - wide) / GRID_MM), 0), min(int((max(x0, x1) + wide) / GRID_MM) + 1, columns) + 1
    ):
        for y in range(
            max(int((min(y0, y1) - high) / GRID_MM), 0), min(int((max(y0, y1) + high) / GRID_MM) + 1, rows) + 1
        ):
            yield x, y


def cells_of(board: Board, shape: Shape) -> set[Cell]:
    """Grid cells well inside a pad; the nearest one when it is too small."""
    near = [
        (shape.away_mm(x * GRID_MM, y * GRID_MM), x, y) for x, y in _around(shape, GRID_MM, board.columns, board.rows)
    ]
    square = replace(shape, half_w=0.7 * shape.half_w, half_h=0.7 * shape.half_h)  # of a round pad, what is copper
    inside = [(x, y) for _, x, y in near if square.away_mm(x * GRID_MM, y * GRID_MM) == 0] or [min(near)[1:]]
    return {(x, y, layer) for x, y in inside for layer in shape.layers}


def connect(board: Board, net: str, starts: set[Cell], goals: set[Cell], hard: dict[str, int]) -> list[Cell] | None:
    """The cheapest path between cells of a net; crossing another one costs FOREIGN_COST times its history."""
    middle = [sum(cell[axis] for cell in goals) / len(goals) for axis in (0, 1)]
    spread = max(max(abs(cell[axis] - middle[axis]) for cell in goals) for axis in (0, 1))

    def guess(cell: Cell) -> float:
        return HURRY * max(abs(cell[0] - middle[0]) + abs(cell[1] - middle[1]) - 2 * spread, 0)

    best = dict.fromkeys(starts, 0.0)
    before: dict[Cell, Cell] = {}
    queue = [(guess(cell), 0.0, cell) for cell in starts]
    heapq.heapify(queue)
    while queue:
        _, cost, cell = heapq.heappop(queue)
        if cost > best[cell]:
            continue
        if cell in goals:
            path = [cell]
            while path[-1] in before:
                path.append(before[path[-1]])
            return path[::-1]
        x, y, layer = cell
        came = before.get(cell)
        for after, step in (((x + 1, y, layer), 1), ((x - 1, y, layer), 1), ((x, y + 1, layer), 1),
                            ((x, y - 1, layer), 1), ((x, y, 1 - layer), VIA_COST)):  # fmt: skip
            via = after[2] != layer
            if not (board.may_via(x, y, net) if via else after in goals or board.is_free(after, net)):
                continue
            price = cost + step + (0 if via else (after[1] != y) == layer == 0 or (after[0] != x) == (layer == 1))
            if came and not via and came[2] == layer and (came[0] != x) != (after[0] != x):
                price += TURN_COST
            for other in board.others(after, net, via):
                price += FOREIGN_COST * hard.get(other, 1)
            if price < best.get(after, 1e9):
                best[after], before[after] = price, cell
                heapq.heappush(queue, (price + guess(after), price, after))
    return None


def route(board: Board, order: Iterable[str], rounds: int = 400) -> list[str]:
    """Lay every net; the nets that could not be. A crossed net is taken up and waits; its price grows each time."""
    waiting, hard, failed = list(order), dict[str, int](), []
    while waiting and rounds:
        rounds -= 1
        net = waiting.pop(0)
        board.take_up(net)
        groups = [cells_of(board, shape) for shape in board.shapes if shape.net == net and shape.ends_tracks]
        groups = _joined(groups)
        crossed: set[str] = set()
        while len(groups) > 1:
            groups.sort(key=len)
            path = connect(board, net, groups[0], set().union(*groups[1:]), hard)
            if path is None:
                failed.append(net)
                break
            for one, cell in zip([path[0], *path], path, strict=False):
                crossed |= board.others(cell, net, one[2] != cell[2])
            board.lay(net, path)
            groups = _joined([groups[0] | set(path), *groups[1:]])
        for other in sorted(crossed):
            hard[other] = hard.get(other, 1) + 1
            board.take_up(other)
            waiting.append(other)
    return failed + waiting


def _joined(groups: list[set[Cell]]) -> list[set[Cell]]:
    """Groups that share a cell become one."""
    found: list[set[Cell]] = []
    for group in groups:
        touching = [other for other in found if other & group]
        found = [other for other in found if not other & group]
        found.append(group.union(*touching))
    return found


def straight(path: list[Cell]) -> Iterator[tuple[Point, Point, int]]:
    """A path as straight pieces: start and end in mm, layer."""
    start = path[0]
    for one, other, after in zip(path, path[1:], [*path[2:], None], strict=False):
        turns = (
            after is None
            or after[2] != other[2]
            or (other[0] - one[0], other[1] - one[1]) != (after[0] - other[0], after[1] - other[1])
        )
        if one[2] != other[2]:
            start = other
        elif turns:
            yield (start[0] * GRID_MM, start[1] * GRID_MM), (other[0] * GRID_MM, other[1] * GRID_MM), other[2]
            start = other
