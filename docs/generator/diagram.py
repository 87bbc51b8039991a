"""The state diagram, drawn from the state table. catalog.toml says where each state stands."""

import math

import catalog
from docs.generator.argument import document, wrap
from docs.generator.firmware import table
from docs.generator.names import EVENTS, STATES, phrase, states_in, table_rows
from render.svg import Svg

Edge = tuple[str, str]
Point = tuple[float, float]
WIDTH = 980
DEVICE_W, DEVICE_H = 116, 44
GROUP = (255, 40, 955, 262)  # the frame around the states whose contact is closed
PLACES: dict[str, Point] = {state: tuple(words["place"]) for state, words in catalog.ENTRIES["state"].items()}
BENDS = {  # corners of the arrows that would cross a state
    ("IDLE", "BURNING"): [(110, 128), (535, 128)],
    ("IDLE", "FAULT"): [(85, 480), (860, 480)],
}
AFTER_SHUTOFF = "VERIFYING"  # the state after every shut-off and every start
GROUP_EXITS: dict[str, Point] = {"FAULT": (925, 262), AFTER_SHUTOFF: (425, 262)}
LEGEND_Y, LINE = 540, 19


def edges(language: int) -> dict[Edge, list[str]]:
    """The events on each arrow; CONTACT_CLOSED stands for all states whose contact is closed."""
    closed = states_in(table.CLOSED_STATES)
    found: dict[Edge, list[str]] = {}
    for bits, event, _, to, *_ in table_rows():
        sources = states_in(bits)
        if to == table.SAME:
            continue
        target = STATES[to]
        if target not in closed and set(closed) <= set(sources):
            sources = ["CONTACT_CLOSED", *(state for state in sources if state not in closed)]
        for source in sources:
            if source == target and target != AFTER_SHUTOFF:
                continue
            labels = found.setdefault((source, target), [])
            label = phrase("event", EVENTS[event], language).replace("`", "")
            if label not in labels:
                labels.append(label)
    return found


def _border(center: Point, toward: Point, start: Point | None = None) -> Point:
    """Where the line from `start`, a point inside (the middle), to a point outside leaves a state."""
    x, y = start or center
    dx, dy = toward[0] - x, toward[1] - y
    across = (center[0] + math.copysign(DEVICE_W / 2, dx) - x) / dx if dx else math.inf
    up = (center[1] + math.copysign(DEVICE_H / 2, dy) - y) / dy if dy else math.inf
    scale = min(across, up)
    return x + dx * scale, y + dy * scale


def _points(edge: Edge, both_ways: bool) -> list[Point]:
    """The corners of an arrow, from border to border."""
    source, target = edge
    end = PLACES[target]
    if source == "CONTACT_CLOSED":
        start = GROUP_EXITS[target]
        return [start, _border((start[0], end[1]), start)]
    corners = BENDS.get(edge, [])
    start = PLACES[source]
    length = math.dist(start, end)
    shift = 9 if both_ways else 0
    aside = (-(end[1] - start[1]) / length * shift, (end[0] - start[0]) / length * shift)
    begin = (start[0] + aside[0], start[1] + aside[1])
    finish = (end[0] + aside[0], end[1] + aside[1])
    if corners:
        return [(corners[0][0], start[1] + math.copysign(DEVICE_H / 2, corners[0][1] - start[1])), *corners,
                (corners[-1][0], end[1] + math.copysign(DEVICE_H / 2, corners[-1][1] - end[1]))]  # fmt: skip
    return [_border(start, finish, begin), _border(end, begin, finish)]


def _badge(svg: Svg, points: list[Point], number: int) -> None:
    """The number of an arrow, on its longest piece."""
    pieces = list(zip(points, points[1:], strict=False))
    (x1, y1), (x2, y2) = max(pieces, key=lambda piece: math.dist(*piece))
    x, y = x1 + (x2 - x1) * 0.42, y1 + (y2 - y1) * 0.42
    svg.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" class="badge"/>')
    svg.text(x, y + 4, str(number), "ink b", size=12, anchor="middle")


def drawn(language: int) -> str:
    """The whole SVG: states, numbered arrows, and what each number means."""
    found = edges(language)
    closed = states_in(table.CLOSED_STATES)
    group_title = ("contact closed", "触点闭合")[language]
    start_title = ("any start", "每次启动")[language]
    svg = Svg()
    legend: list[tuple[str, list[str]]] = []
    for number, ((source, target), labels) in enumerate(found.items(), 1):
        shown = group_title if source == "CONTACT_CLOSED" else source
        text = f"{shown} → {target}:  " + ("; ", "；")[language].join(labels)
        legend.append((str(number), wrap(text, WIDTH - 90)))
    height = LEGEND_Y + sum(len(lines) for _, lines in legend) * LINE + 12
    svg.rect(0, 0, WIDTH, height, "paper", rx=8)
    x1, y1, x2, y2 = GROUP
    svg.rect(x1, y1, x2 - x1, y2 - y1, "group", rx=10)
    svg.text(x1 + 12, y1 + 20, group_title, "mute b", size=13)
    arrows = {edge: _points(edge, edge[::-1] in found) for edge in found if edge[0] != edge[1]}
    for points in arrows.values():
        svg.path(points, "line arrow")
    rest = PLACES[AFTER_SHUTOFF]
    svg.path([(rest[0] - 150, rest[1] + 50), _border(rest, (rest[0] - 150, rest[1] + 50))], "line arrow")
    svg.text(rest[0] - 156, rest[1] + 54, start_title, "mute", size=13, anchor="end")
    for state in STATES:
        x, y = PLACES[state]
        kind = "fault" if state == "FAULT" else "closed" if state in closed else "open"
        svg.rect(x - DEVICE_W / 2, y - DEVICE_H / 2, DEVICE_W, DEVICE_H, kind, rx=8)
        svg.text(x, y + 5, state, "ink b", size=14, anchor="middle")
    for number, edge in enumerate(found, 1):
        if edge in arrows:
            _badge(svg, arrows[edge], number)
    down = LEGEND_Y
    for mark, lines in legend:
        svg.text(38, down, mark, "ink b", size=13, anchor="end")
        for line in lines:
            svg.text(50, down, line, "ink", size=13)
            down += LINE
    return document(svg, WIDTH, height, ("The states and their transitions", "状态和转换")[language])
