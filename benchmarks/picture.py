"""The picture of rows 1 and 2: how late Curfew and the asyncio program were, on one logarithmic scale."""

import math

from benchmarks.rows import Figures, Row
from benchmarks.table import shown
from render import chart
from render.svg import Svg

LEFT, RIGHT = 400, 846
ROW_H = 46
LEAST_MS, MOST_MS = 0.01, 100_000.0
TITLE = "How late, under the same load"
SUBTITLE = (
    "Dot: median. End of the line: worst. The asyncio program does the same with the same libraries on the same VM."
)
KEYS = {
    "check_quiet": ("check of the deadline too late, quiet network",),
    "check_crowd": ("check of the deadline too late,", "50 web clients and 500 MQTT messages a second"),
    "check_hang": ("check of the deadline too late,", "50 web clients, no broker, look-ups of names hang"),
    "deadline_hang": ("deadline to coil off,", "50 web clients, no broker, look-ups of names hang"),
    "off_web_quiet": ("OFF by HTTP to coil off, quiet",),
    "off_mqtt_quiet": ("OFF by MQTT to coil off, quiet",),
    "off_web_crowd": ("OFF by HTTP,", "50 web clients and 500 messages a second"),
    "off_mqtt_crowd": ("OFF by MQTT,", "50 web clients and 500 messages a second"),
    "connect_crowd": ("connection for an OFF by HTTP,", "50 web clients and 500 messages a second"),
    "hears_quiet": ("OFF by MQTT until another client", "hears that the contact is open, quiet"),
}


def x_of(ms: float) -> float:
    """Where a time is drawn; what is too small or too large is drawn at the end."""
    part = math.log10(min(max(ms, LEAST_MS), MOST_MS) / LEAST_MS) / math.log10(MOST_MS / LEAST_MS)
    return LEFT + part * (RIGHT - LEFT)


def _bar(svg: Svg, y: float, figures: Figures, line: str, dot: str) -> None:
    svg.line(x_of(figures.median), y, x_of(figures.worst), y, line)
    svg.rect(x_of(figures.median) - 4, y - 4, 8, 8, dot, 4)
    svg.line(x_of(figures.worst), y - 5, x_of(figures.worst), y + 5, line)
    svg.text(x_of(figures.worst) + 7, y + 4, shown(figures.worst), "mute", 11)


def drawn(rows: list[Row]) -> str:
    """The picture as text; rows that were not measured are left out."""
    wanted = [row for key in KEYS for row in rows if row.key == key and row.ours and row.other]
    svg = Svg()
    top = chart.head(svg, TITLE, [SUBTITLE]) + 34
    bottom = top + ROW_H * len(wanted)
    for power in range(-2, 6):
        x = x_of(10.0**power)
        svg.line(x, top - 8, x, bottom, "grid")
        svg.text(x, bottom + 16, f"{10.0**power:g}", "mute", 11, "middle")
    svg.text(RIGHT, bottom + 33, "milliseconds, logarithmic", "mute", 12, "end")
    for number, row in enumerate(wanted):
        assert row.ours and row.other
        y = top + ROW_H * number + 12
        for line, text in enumerate(KEYS[row.key]):
            svg.text(28, y + 4 + 15 * line, text, "ink", 12)
        _bar(svg, y, row.ours, "new", "bar")
        _bar(svg, y + 16, row.other, "mark", "dot")
    for at, (cls, name) in enumerate((("bar", "Curfew"), ("dot", "the asyncio program"))):
        svg.rect(28 + 110 * at, bottom + 24, 10, 10, cls, 5)
        svg.text(44 + 110 * at, bottom + 33, name, "ink", 12)
    return chart.whole(svg, bottom + 52, TITLE, [SUBTITLE])
