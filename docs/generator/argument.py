"""The drawing of the safety argument, made from docs/safety/argument.toml."""

import tomllib
from typing import Any

from docs.generator import ROOT
from render.svg import Svg, clean
from render.svg import text_width as latin_width

SOURCE = ROOT / "docs" / "safety" / "argument.toml"
LANGUAGES = ("en", "zh")
COLUMNS = (("claim", 190), ("guards", 230), ("evidence", 300), ("assumes", 210), ("disproved", 190))
GAP, MARGIN, PAD, LINE, SIZE = 16, 16, 10, 17, 13
COLORS = (  # class, by day, by night, property
    ("paper", "#ffffff", "#11151b", "fill"),
    ("ink", "#1c2430", "#e8ecf2", "fill"),
    ("mute", "#5d6878", "#97a3b4", "fill"),
    ("line", "#98a3b1", "#5c6777", "stroke"),
    ("claim", "#dcebf7", "#1b3148", "fill"),
    ("guards", "#e2f2e7", "#17352a", "fill"),
    ("evidence", "#eef1f4", "#1d242d", "fill"),
    ("assumes", "#f8edd2", "#3a3018", "fill"),
    ("disproved", "#f8dddd", "#42191f", "fill"),
    ("group", "#f3f8f4", "#141f1b", "fill"),
    ("closed", "#cfe9d8", "#1d4a37", "fill"),
    ("open", "#e4e9ef", "#2a333f", "fill"),
    ("fault", "#f3c9cc", "#5b1f27", "fill"),
    ("badge", "#ffffff", "#11151b", "fill"),
)


def read() -> dict[str, Any]:
    """The argument as data."""
    return tomllib.loads(SOURCE.read_text("utf-8"))


def evidence() -> list[str]:
    """Every piece of evidence, as it stands in the file."""
    return [name for claim in read()["claim"] for name in claim["evidence"]]


def text_width(text: str) -> float:
    """About how wide a text will be; Chinese characters are square."""
    square = sum(c >= "\u2e80" for c in text)
    return latin_width("".join(c for c in text if c < "\u2e80"), SIZE) + square * SIZE


def wrap(text: str, width: float) -> list[str]:
    """The lines of a text; Chinese may break anywhere, other text at spaces."""
    lines = [""]
    for word in _pieces(text):
        if lines[-1] and text_width(lines[-1] + word.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for c in text:
        if c >= "\u2e80" and c not in "，。：；）":
            pieces += [c, ""]
        elif c == " ":
            pieces[-1] += c
            pieces.append("")
        elif c in "，。：；）" and not pieces[-1]:
            pieces[-2] += c
        else:
            pieces[-1] += c
    return [piece for piece in pieces if piece]


def _cells(claim: dict[str, Any], language: str) -> dict[str, list[str]]:
    """The lines of each controller of one claim."""
    width = {name: wide - 2 * PAD for name, wide in COLUMNS}
    guards = [line for guard in claim["guards"][language] for line in wrap(f"• {guard}", width["guards"])]
    tests = [name.split(":", 1)[1].replace("_", " ") for name in claim["evidence"]]
    lines = [line for test in tests for line in wrap(f"✓ {test}", width["evidence"])]
    return {
        "claim": wrap(f"{claim['id']}  {claim[language]}", width["claim"]),
        "guards": guards,
        "evidence": lines,
        "assumes": wrap(claim["assumes"][language], width["assumes"]),
        "disproved": wrap(claim["disproved"][language], width["disproved"]),
    }


def drawn(language: str) -> str:
    """The whole SVG."""
    argument = read()
    rows = [_cells(claim, language) for claim in argument["claim"]]
    heights = [max(map(len, row.values())) * LINE + 2 * PAD for row in rows]
    trunk = MARGIN + 8
    left = [trunk + 18]
    for _, wide in COLUMNS:
        left.append(left[-1] + wide + GAP)
    total_width = left[-1] - GAP + MARGIN
    top_height = LINE + 2 * PAD + 2
    first = MARGIN + top_height + 40
    total_height = first + sum(heights) + (len(rows) - 1) * GAP + MARGIN
    svg = Svg()
    svg.rect(0, 0, total_width, total_height, "paper", rx=8)
    svg.rect(MARGIN, MARGIN, total_width - 2 * MARGIN, top_height, "claim", rx=6)
    svg.text(total_width / 2, MARGIN + PAD + LINE - 2, argument["top"][language], "ink b", size=16, anchor="middle")
    for (name, _), x in zip(COLUMNS, left, strict=False):
        svg.text(x + 2, first - 12, argument["columns"][name][language], "mute b", size=12)
    y = float(first)
    for row, height in zip(rows, heights, strict=True):
        middle = y + height / 2
        svg.path([(trunk, MARGIN + top_height), (trunk, middle), (left[0], middle)], "line")
        for (name, wide), x in zip(COLUMNS, left, strict=False):
            if name != "claim":
                svg.line(x - GAP, middle, x, middle, "line")
            svg.rect(x, y, wide, height, name, rx=6)
            start = middle - len(row[name]) * LINE / 2 + SIZE
            for number, line in enumerate(row[name]):
                weight = "ink b" if name == "claim" else "ink"
                svg.text(x + PAD, start + number * LINE, line, weight, size=SIZE)
        y += height + GAP
    return document(svg, total_width, total_height, clean(argument["top"][language]))


def document(svg: Svg, width: float, height: float, title: str) -> str:
    """The drawing with both palettes; the reader's system chooses."""
    day = "".join(f".{cls}{{{prop}:{color}}}" for cls, color, _, prop in COLORS)
    night = "".join(f".{cls}{{{prop}:{color}}}" for cls, _, color, prop in COLORS)
    style = (
        'text{font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC",sans-serif}'
        f".b{{font-weight:600}}path{{fill:none}}.arrow{{marker-end:url(#head)}}"
        f"{day}@media (prefers-color-scheme:dark){{{night}}}"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    marker = (
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8" class="line"/></marker>'
    )
    return "\n".join([head, f"<style>{style}</style>", f"<defs>{marker}</defs>", *svg.parts, "</svg>", ""])
