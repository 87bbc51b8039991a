"""A schematic sheet that knows what it joins: parts are put, wires drawn, and the netlist is read back off the drawing.

Units are schemdraw's: 1 is 36 points; x to the right, y up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import schemdraw
import schemdraw.elements as elm
from schemdraw.segments import Segment, SegmentCircle, SegmentText

XY = tuple[float, float]
Align = Literal["left", "center", "right"]

INK, MUTED, LOOP, FRAME, PAPER = "#1c2430", "#5d6878", "#c0451f", "#c9d1da", "#ffffff"
TEXT_PT, SMALL_PT, TITLE_PT = 11, 10.5, 13

schemdraw.use("svg")


@dataclass(frozen=True)
class Words:
    """Some text and about the room it takes."""

    words: str
    left: float
    bottom: float
    right: float
    top: float


class Thermocouple(elm.Element2Term):
    """Two wires that meet in a hot tip."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.segments.append(Segment([(0, 0), (0, 0), (0.5, 0.75), (1, 0), (1, 0)]))
        self.segments.append(Segment([(0.5, 0.75), (0.5, 0.75)], lw=6, capstyle="round"))


class Lug(elm.Element2Term):
    """A ring lug between two conductors."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.segments.append(Segment([(0, 0), (0, 0)]))
        self.segments.append(SegmentCircle((0.22, 0), 0.22, fill=PAPER))
        self.segments.append(Segment([(0.44, 0), (0.44, 0)]))


class Sheet:
    """One drawing under construction; netlist() tells what it joins so far."""

    def __init__(self) -> None:
        self._drawing = schemdraw.Drawing(show=False)
        self._drawing.config(fontsize=TEXT_PT, color=INK, bgcolor=PAPER, lw=1.4, margin=0.2, font="sans-serif")
        self._pins: dict[str, XY] = {}
        self._wires: list[tuple[XY, XY]] = []
        self._tags: list[tuple[str, XY]] = []
        self._rings: list[XY] = []
        self._words: list[Words] = []

    # --- parts ---------------------------------------------------------------------------------------------------

    def two(self, ref: str, kind: type[Any], start: XY, end: XY, pins: tuple[str, str], **look: Any) -> None:
        """A part of two pins from start to end."""
        self._draw(kind(**look).endpoints(start, end))
        self._pins[f"{ref}.{pins[0]}"], self._pins[f"{ref}.{pins[1]}"] = start, end

    def put(self, ref: str, element: Any, pins: dict[str, str], at: XY, anchor: str, **look: Any) -> None:
        """A part of more pins; pins: name of the pin to the anchor of the symbol."""
        placed = self._draw(element.at(at).anchor(anchor).theta(0))
        for pin, name in pins.items():
            point = placed.absanchors[name]
            self._pins[f"{ref}.{pin}"] = (float(point[0]), float(point[1]))

    def box(self, ref: str, corner: XY, width: float, left: list[str], right: list[str], step: float = 0.75) -> None:
        """A block with named pins; corner is its upper left one. A pin "18=GPIO18" has another name on the sheet."""
        height = step * max(len(left), len(right)) + 0.35
        x, y = corner
        self._draw(elm.Rect((0, 0), (width, -height), fill="#f3f6f9").at(corner).theta(0))
        sides: tuple[tuple[list[str], float, float, Align], ...]
        sides = ((left, x, -0.5, "left"), (right, x + width, 0.5, "right"))
        for names, edge, out, align in sides:
            for row, name in enumerate(names):
                pin, _, shown = name.partition("=")
                level = y - 0.55 - step * row
                self._draw(elm.Line().endpoints((edge, level), (edge + out, level)))
                self.text((edge - out * 0.3, level), shown or pin, align=align)
                self._pins[f"{ref}.{pin}"] = (edge + out, level)

    def terminal(self, pin: str, at: XY) -> None:
        """A screw terminal: a ring on the wire."""
        self._rings.append(at)
        self._pins[pin] = at

    def dashed(self, corner: XY, width: float, height: float, words: str) -> None:
        """A dashed border round an existing part."""
        x, y = corner
        self._draw(elm.Rect((0, 0), (width, -height), color=MUTED, lw=1, ls="--").at(corner).theta(0))
        self.text((x + width / 2, y + 0.3), words, align="center", color=MUTED)

    def pin(self, name: str) -> XY:
        """Where a pin is."""
        return self._pins[name]

    # --- what joins them -------------------------------------------------------------------------------------------

    def wire(self, *points: XY, color: str = INK, lw: float = 1.4) -> None:
        """Straight pieces from point to point; a corner for every point."""
        for start, end in zip(points, points[1:], strict=False):
            self._draw(elm.Line(color=color, lw=lw).endpoints(start, end))
            self._wires.append((start, end))

    def tag(self, net: str, at: XY, side: str = "right", color: str = "#2f74bd") -> None:
        """The name of a net; tags of one name are joined."""
        self._tags.append((net, at))
        lead = {"right": 0.3, "left": -0.3}[side]
        self._draw(elm.Line(color=color).endpoints(at, (at[0] + lead, at[1])))
        align: Align = "left" if side == "right" else "right"
        self.text((at[0] + lead * 1.4, at[1]), net, align=align, color=color, mono=True)

    def ground(self, net: str, at: XY) -> None:
        """The symbol of the controller's ground, or of the stove's body."""
        self._tags.append((net, at))
        self._draw((elm.GroundChassis if net == "CHASSIS" else elm.Ground)().at(at).theta(0))

    def supply(self, net: str, at: XY) -> None:
        """The symbol of a supply."""
        self._tags.append((net, at))
        self._draw(elm.Line().endpoints(at, (at[0], at[1] + 0.35)))
        self._draw(elm.Line().endpoints((at[0] - 0.3, at[1] + 0.35), (at[0] + 0.3, at[1] + 0.35)))
        self.text((at[0], at[1] + 0.68), net, align="center", color="#2f74bd", mono=True)

    # --- what only explains ------------------------------------------------------------------------------------------

    def text(
        self, at: XY, words: str, *, align: Align = "left", color: str = INK, size: float = SMALL_PT, mono: bool = False
    ) -> None:
        """Words at a point."""
        element = elm.Element()
        font = "monospace" if mono else "Arial, Helvetica, sans-serif"
        element.segments.append(SegmentText((0, 0), words, (align, "center"), fontsize=size, color=color, font=font))
        self._draw(element.at(at).theta(0))
        ems = sum(1.0 if letter > "\u2fff" else 0.6 if mono else 0.55 for letter in words)
        width, height = ems * size / 36, size / 36
        left = at[0] - width * {"left": 0, "center": 0.5, "right": 1}[align]
        self._words.append(Words(words, left, at[1] - height / 2, left + width, at[1] + height / 2))

    def frame(self, corner: XY, width: float, height: float, title: str) -> None:
        """A light border with a title, for what belongs together; corner is the upper left one."""
        x, y = corner
        self._draw(elm.Rect((0, 0), (width, -height), color=FRAME, lw=1.2).at(corner).theta(0))
        self.text((x + 0.3, y - 0.45), title, size=TITLE_PT, color=MUTED)

    def _draw(self, element: Any) -> Any:
        self._drawing.add(element)
        return element

    # --- results -----------------------------------------------------------------------------------------------------

    def junctions(self) -> list[XY]:
        """Where three ends or more meet, or one ends on another wire: the dots."""
        points = {_near(point) for wire in self._wires for point in wire}
        points |= {_near(at) for at in self._pins.values()} | {_near(at) for _, at in self._tags}
        ends = dict.fromkeys(points, 0)
        for point in points:
            for start, end in self._wires:
                if point in (_near(start), _near(end)):
                    ends[point] += 1
                elif _on(point, start, end):
                    ends[point] += 2
            ends[point] += sum(point == _near(pin) for pin in self._pins.values())
            ends[point] += any(point == _near(at) for _, at in self._tags)
        return sorted(point for point, count in ends.items() if count >= 3)

    def netlist(self) -> set[frozenset[str]]:
        """Every set of pins that the drawing joins, by wires that touch and tags of one name; single pins too."""
        groups = _Groups()
        for start, end in self._wires:
            groups.join(_near(start), _near(end))
        points = [_near(point) for point in self._pins.values()] + [_near(at) for _, at in self._tags]
        points += [_near(point) for wire in self._wires for point in wire]
        for point in points:
            groups.join(point, point)
            for start, end in self._wires:
                if _on(point, start, end):
                    groups.join(point, _near(start))
        for net, at in self._tags:
            groups.join(net, _near(at))
        found: dict[Any, set[str]] = {}
        for pin, at in self._pins.items():
            found.setdefault(groups.root(_near(at)), set()).add(pin)
        return {frozenset(pins) for pins in found.values()}

    def svg(self) -> str:
        """The finished drawing."""
        for point in self.junctions():
            if point not in {_near(at) for at in self._rings}:
                self._draw(elm.Dot(radius=0.07).at(point))
        for at in self._rings:
            self._draw(elm.Dot(radius=0.15, open=True).at(at))
        return self._drawing.get_imagedata("svg").decode("utf-8")

    def words(self) -> Iterator[Words]:
        """Every text on the sheet; widths are those of a common sans-serif, roughly."""
        return iter(self._words)

    def pins(self) -> Iterator[str]:
        """The pins that were put on the sheet."""
        return iter(self._pins)


class _Groups:
    """Union-find over anything hashable."""

    def __init__(self) -> None:
        self._parent: dict[Any, Any] = {}

    def root(self, item: Any) -> Any:
        while self._parent.setdefault(item, item) != item:
            item = self._parent[item]
        return item

    def join(self, one: Any, other: Any) -> None:
        self._parent[self.root(one)] = self.root(other)


def _near(point: XY) -> XY:
    return (round(float(point[0]), 2), round(float(point[1]), 2))


def _on(point: XY, start: XY, end: XY) -> bool:
    """Whether a point lies on a horizontal or vertical piece of wire."""
    (x, y), (x0, y0), (x1, y1) = point, _near(start), _near(end)
    return min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1) and (x0 == x1 or y0 == y1)
