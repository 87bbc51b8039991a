"""One SVG document: its elements in drawing order, and both palettes; the reader's system chooses.

Every number has at most one decimal, so that equal data gives equal bytes.
"""

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

Color = tuple[str, str, str, str]  # class, light mode, dark mode, property ("fill" or "stroke")

# Chosen for equal contrast on white and on near-black.
BASE_COLORS: tuple[Color, ...] = (
    ("paper", "#ffffff", "#11151b", "fill"),
    ("ink", "#1c2430", "#e8ecf2", "fill"),
    ("mute", "#5d6878", "#97a3b4", "fill"),
    ("grid", "#dfe4ea", "#2a323d", "stroke"),
    ("edge", "#b8c1cc", "#434d5b", "stroke"),
)
FONT = 'text{font-family:system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif}.b{font-weight:600}'


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return "0" if text in ("0.0", "-0.0") else text.removesuffix(".0")


def clean(text: str) -> str:
    """Text with everything escaped or replaced that XML does not allow."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text))


def text_width(text: str, size: float) -> float:
    """The estimated width of Latin text, rather too wide than too narrow: the font is unknown."""
    return (
        sum(0.38 if c in "iljtf.,:;'|!() " else 0.92 if c in "mwMW@%…" else 0.74 if c.isupper() else 0.63 for c in text)
        * size
    )


def cut_to(text: str, width: float, size: float) -> str:
    """The text, shortened with … when it is wider than width."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


class Svg:
    """The elements of the picture, in drawing order."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def rect(self, x: float, y: float, w: float, h: float, cls: str, rx: float = 0) -> None:
        round_ = f' rx="{number(rx)}"' if rx else ""
        self.parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(w, 0))}" height="{number(h)}"'
            f'{round_} class="{cls}"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str) -> None:
        self.path([(x1, y1), (x2, y2)], cls)

    def text(self, x: float, y: float, text: str, cls: str, size: float = 11, anchor: str = "start") -> None:
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" class="{cls}"{where}>'
            f"{clean(text)}</text>"
        )

    def path(self, points: Sequence[tuple[float, float]], cls: str) -> None:
        if len(points) > 1:
            line = "L".join(f"{number(x)} {number(y)}" for x, y in points)
            self.parts.append(f'<path d="M{line}" class="{cls}"/>')


def palettes(colors: Iterable[Color]) -> str:
    """The rules of both palettes."""
    colors = tuple(colors)
    light = "".join(f".{cls}{{{prop}:{color}}}" for cls, color, _, prop in colors)
    dark = "".join(f".{cls}{{{prop}:{color}}}" for cls, _, color, prop in colors)
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"


def document(svg: Svg, size: tuple[float, float], title: str, description: str, style: str) -> str:
    """The picture as text: width and height in pixels, rounded paper behind it; style: CSS rules after FONT."""
    width, height = map(number, size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img">\n<title>{clean(title)}</title>\n<desc>{clean(description)}</desc>\n'
        f"<style>{FONT}{style}</style>\n"
        f'<rect width="{width}" height="{height}" rx="10" class="paper"/>\n' + "\n".join(svg.parts) + "\n</svg>\n"
    )
