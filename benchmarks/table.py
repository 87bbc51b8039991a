"""The result as a table, for the screen and for the documents."""

from typing import Any

from rich.table import Table

from benchmarks.rows import BESIDE, GROUPS, ROWS, Figures, Row
from render.markdown import rows as markdown

COLUMNS = ("What", "Unit", "Median", "99.9 %", "Worst", "n", "Beside", "its median (/ 99.9 %) / worst", "Ratio")
LEFT = ("What", "Unit", "Beside")
BUSY = 0.3  # load of the machine before the run


def shown(value: float | None) -> str:
    """Three digits, whole thousands with commas; "–" for None."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".removesuffix(".0")


def _pair(figures: Figures | None) -> str:
    if figures is None:
        return ""
    if figures.median == figures.worst:
        return shown(figures.worst)
    return " / ".join(shown(one) for one in (figures.median, figures.rare, figures.worst) if one is not None)


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"1 : {shown(1 / ratio)}" if 0 < ratio < 0.1 else shown(ratio)


def cells(row: Row) -> list[str]:
    """The row by COLUMNS."""
    if row.ours is None:
        return [row.what, "", f"not measured: {row.failed}", "", "", "", "", "", ""]
    ours = row.ours
    stats = [shown(ours.median), shown(ours.rare), shown(ours.worst), f"{ours.n:,}"]
    return [row.what, row.unit, *stats, BESIDE[row.beside], _pair(row.other), _ratio(row.ratio)]


def on_screen(rows: list[Row]) -> Table:
    """For a terminal, one section for each group."""
    table = Table(title="Curfew, measured", title_justify="left")
    for title in COLUMNS:
        table.add_column(title, justify="left" if title in LEFT else "right")
    for number, name in GROUPS.items():
        group = [row for row in rows if row.number == number]
        if group:
            table.add_section()
            table.add_row(f"[bold]{number}. {name}[/bold]")
        for row in group:
            table.add_row(*cells(row))
    return table


def caption(run: dict[str, Any]) -> str:
    """Where and when it was measured, and whether other work ran on the machine."""
    text = "Measured on {when} with `{command}`: {machine}, {vm}; ratio above 1: Curfew is better.".format(**run)
    if run["load"] > BUSY:
        load = "load {load:.1f} on {cores} cores".format(**run)
        text += f" Provisional: other work ran on the same machine ({load})."
    return text


def in_markdown(run: dict[str, Any], rows: list[Row], language: int = 0) -> str:
    """The caption and one table, the number of the group first; in English only."""
    body = [[str(row.number), *cells(row), ROWS[row.key][1]] for row in rows]
    return caption(run) + "\n\n" + markdown(("", *COLUMNS, "How"), body)
