"""The frame of a chart: title, panel, axes and bands, in the style of the simulator's pictures."""

from collections.abc import Sequence

from render.svg import BASE_COLORS, Color, Svg, document, palettes

WIDTH = 900
LEFT, RIGHT = 70, 872

COLORS: tuple[Color, ...] = (
    *BASE_COLORS,
    ("good", "#d9efe2", "#16352a", "fill"),
    ("unsure", "#f6e7c8", "#3d3116", "fill"),
    ("bad", "#f5d5d5", "#42191f", "fill"),
    ("new", "#127c86", "#4cc7d1", "stroke"),
    ("old", "#8a3ea8", "#d08bea", "stroke"),
    ("mark", "#d4502a", "#ff8a5c", "stroke"),
    ("dot", "#d4502a", "#ff8a5c", "fill"),
    ("bar", "#127c86", "#4cc7d1", "fill"),
)
LINES = (
    "path{fill:none}.new,.old{stroke-width:2;stroke-linejoin:round}.old{stroke-dasharray:7 4}"
    ".mark{stroke-width:1.5;stroke-dasharray:4 3}"
)


class Panel:
    """A rectangle with scales: x from x_from to x_to, y from 0 to y_to, upwards."""

    def __init__(self, svg: Svg, top: float, height: float, x: tuple[float, float], y_to: float):
        self.svg = svg
        self.top, self.bottom = top, top + height
        self._x_from, self._x_to = x
        self._y_to = y_to

    def x(self, value: float) -> float:
        return LEFT + (value - self._x_from) / (self._x_to - self._x_from) * (RIGHT - LEFT)

    def y(self, value: float) -> float:
        return self.bottom - min(value, self._y_to) / self._y_to * (self.bottom - self.top)

    def band(self, low: float, high: float, cls: str) -> None:
        """A strip across, between two values of y."""
        self.svg.rect(LEFT, self.y(high), RIGHT - LEFT, self.y(low) - self.y(high), cls)

    def column(self, low: float, high: float, cls: str) -> None:
        """A strip upwards, between two values of x."""
        self.svg.rect(self.x(low), self.top, self.x(high) - self.x(low), self.bottom - self.top, cls)

    def curve(self, points: Sequence[tuple[float, float]], cls: str) -> None:
        """A line through values."""
        self.svg.path([(self.x(x), self.y(y)) for x, y in points], cls)

    def axes(self, x_step: float, x_name: str, y_step: float, y_name: str) -> None:
        """Ticks, their numbers, and what they count."""
        for n in range(int(self._x_from / x_step + 0.999), int(self._x_to / x_step + 0.001) + 1):
            self.svg.text(self.x(n * x_step), self.bottom + 16, f"{n * x_step:g}", "mute", 11, "middle")
            self.svg.line(self.x(n * x_step), self.bottom, self.x(n * x_step), self.bottom + 4, "edge")
        for n in range(int(self._y_to / y_step + 0.001) + 1 if y_step else 0):
            self.svg.text(LEFT - 8, self.y(n * y_step) + 4, f"{n * y_step:g}", "mute", 11, "end")
            self.svg.line(LEFT, self.y(n * y_step), RIGHT, self.y(n * y_step), "grid")
        self.svg.line(LEFT, self.bottom, RIGHT, self.bottom, "edge")
        self.svg.text(RIGHT, self.bottom + 33, x_name, "mute", 12, "end")
        self.svg.text(LEFT, self.top - 9, y_name, "mute", 12)


def head(svg: Svg, title: str, lines: Sequence[str]) -> float:
    """Title and sentences; returns where the rest may begin."""
    svg.text(28, 42, title, "ink b", 20)
    for index, line in enumerate(lines):
        svg.text(28, 66 + 19 * index, line, "ink", 13)
    return 66.0 + 19 * len(lines)


def whole(svg: Svg, height: float, title: str, lines: Sequence[str]) -> str:
    """The picture as text."""
    return document(svg, (WIDTH, height), title, " ".join(lines), LINES + palettes(COLORS))
