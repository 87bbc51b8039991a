"""The result as a table: for the screen and for the READMEs.

Belongs here: how figures and words stand beside each other. Does not: the words, the figures.
"""

from typing import Any

from rich.table import Table

from benchmarks import words
from benchmarks.rows import Figures, Row
from render.markdown import rows as markdown

COLUMNS = ("what", "unit", "median", "rare", "worst", "n", "beside", "other", "ratio")


def shown(value: float | None) -> str:
    """Three digits, whole thousands with commas; "–" for None."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".removesuffix(".0")


def what(row: Row, tongue: int) -> str:
    """What the row measured, in words."""
    of = row.of
    if "|" in of:
        law, low, high, first, last, misses = of.split("|")
        of = words.LATENESS[tongue].format(
            law=words.LAWS[law][tongue], low=low, high=high, first=shown(float(first)), last=shown(float(last)),
            misses=misses,
        )  # fmt: skip
    elif of in words.PARTS:
        of = words.PARTS[of][tongue]
    return words.ROWS[row.key][tongue].format(of=of)


def _pair(told: Figures | None) -> str:
    if told is None:
        return ""
    if told.median == told.worst:
        return shown(told.worst)
    return " / ".join(shown(value) for value in (told.median, told.rare, told.worst) if value is not None)


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return ""
    if row.ratio and row.ratio < 0.1:
        return f"1 : {shown(1 / row.ratio)}"
    return shown(row.ratio)


def cells(row: Row, tongue: int) -> list[str]:
    """The row by COLUMNS."""
    if row.ours is None:
        return [what(row, tongue), "", words.NOT_MEASURED[tongue].format(why=row.failed), "", "", "", "", "", ""]
    ours = row.ours
    stats = [shown(ours.median), shown(ours.rare), shown(ours.worst), f"{ours.n:,}"]
    return [what(row, tongue), row.unit, *stats, words.BESIDE[row.beside][tongue], _pair(row.other), _ratio(row)]


def head(tongue: int) -> list[str]:
    """The names of the columns."""
    return [words.HEAD[name][tongue] for name in COLUMNS]


def on_screen(rows: list[Row]) -> Table:
    """For a terminal, a section a group."""
    table = Table(title="Curfew, measured", title_justify="left")
    for name, title in zip(COLUMNS, head(words.EN), strict=True):
        table.add_column(title, justify="left" if name in ("what", "unit", "beside") else "right")
    for number, named in words.GROUPS.items():
        group = [row for row in rows if row.number == number]
        if group:
            table.add_section()
            table.add_row(f"[bold]{number}. {named[words.EN]}[/bold]")
        for row in group:
            table.add_row(*cells(row, words.EN))
    return table


def caption(told: dict[str, Any], tongue: int) -> str:
    """Where and when it was measured, and whether alone."""
    busy = told["load"] > 0.3
    noise = words.NOISE[tongue].format(load=told["load"], cores=told["cores"]) if busy else ""
    return words.RUN[tongue].format(**{**told, "noise": noise})


def in_markdown(told: dict[str, Any], rows: list[Row], tongue: int) -> str:
    """The caption and one table, the groups numbered in its first column, as README has them."""
    body = []
    for row in rows:
        body.append([str(row.number), *cells(row, tongue), words.HOW[row.how][tongue]])
    return caption(told, tongue) + "\n\n" + markdown(("", *head(tongue), words.HOW_HEAD[tongue]), body)
