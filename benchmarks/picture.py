"""The picture of rows 1 and 2: how late Curfew and the asyncio program were, on one logarithmic scale.

Belongs here: where things stand. Does not: colours and frame (render/chart.py), words, figures.
"""

import math

from benchmarks import words
from benchmarks.rows import Figures, Row
from benchmarks.table import shown, what
from render import chart
from render.svg import Svg

LEFT, RIGHT = 400, 846
ROW_H = 46
LEAST_MS, MOST_MS = 0.01, 100_000.0
KEYS = (
    "check_quiet", "check_crowd", "check_hang", "deadline_hang", "off_web_quiet", "off_mqtt_quiet", "off_web_crowd",
    "off_mqtt_crowd",
)  # fmt: skip


def x_of(ms: float) -> float:
    """Where a time stands; what is too small or too big stands at the end."""
    part = math.log10(min(max(ms, LEAST_MS), MOST_MS) / LEAST_MS) / math.log10(MOST_MS / LEAST_MS)
    return LEFT + part * (RIGHT - LEFT)


def _bar(svg: Svg, y: float, told: Figures, line: str, dot: str) -> None:
    svg.line(x_of(told.median), y, x_of(told.worst), y, line)
    svg.rect(x_of(told.median) - 4, y - 4, 8, 8, dot, 4)
    svg.line(x_of(told.worst), y - 5, x_of(told.worst), y + 5, line)
    svg.text(x_of(told.worst) + 7, y + 4, shown(told.worst), "mute", 11)


def drawn(rows: list[Row], tongue: int) -> str:
    """The picture as text; rows that were not measured are left out."""
    wanted = [row for key in KEYS for row in rows if row.key == key and row.ours and row.other]
    svg = Svg()
    top = chart.head(svg, words.TITLE[tongue], [words.SUBTITLE[tongue]]) + 34
    bottom = top + ROW_H * len(wanted)
    for power in range(-2, 6):
        x = x_of(10.0**power)
        svg.line(x, top - 8, x, bottom, "grid")
        svg.text(x, bottom + 16, f"{10.0**power:g}", "mute", 11, "middle")
    svg.text(RIGHT, bottom + 33, words.SCALE[tongue], "mute", 12, "end")
    for number, row in enumerate(wanted):
        assert row.ours and row.other
        y = top + ROW_H * number + 12
        for line, text in enumerate(_in_two(_full(row, tongue))):
            svg.text(28, y + 4 + 15 * line, text, "ink", 12)
        _bar(svg, y, row.ours, "new", "bar")
        _bar(svg, y + 16, row.other, "mark", "dot")
    for at, (cls, name) in enumerate((("bar", words.OURS[tongue]), ("dot", words.BESIDE["peer"][tongue]))):
        svg.rect(28 + 110 * at, bottom + 24, 10, 10, cls, 5)
        svg.text(44 + 110 * at, bottom + 33, name, "ink", 12)
    return chart.whole(svg, bottom + 52, words.TITLE[tongue], [words.SUBTITLE[tongue]])


def _full(row: Row, tongue: int) -> str:
    """The words of a row without its "the same"."""
    own = what(row, tongue)
    same = words.ROWS[row.key.rsplit("_", 1)[0] + "_quiet"][tongue]
    for start, mark in (("the same, ", ", "), ("同上，", "，")):
        if own.startswith(start):
            return same.split(mark)[0] + mark + own.removeprefix(start)
    return own


def _in_two(text: str, width: int = 52) -> list[str]:
    """At most two lines."""
    wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
    if wide <= width:
        return [text]
    mark = "，" if "，" in text else ", "
    first, _, rest = text.partition(mark)
    return [first + mark.rstrip(), rest]
