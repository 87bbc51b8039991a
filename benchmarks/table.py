"""The result as a table, for the screen and for the documents."""

import textwrap
from typing import Any

from rich.table import Table

from benchmarks.rows import GROUPS, ROWS, Figures, Row
from render.markdown import rows as markdown

COLUMNS = ("What", "Unit", "Curfew", "n", "Asyncio program", "Limit", "Ratio", "Control")
LEFT = ("What", "Unit")
BUSY = 0.3  # load of the machine before the run


def shown(value: float | None) -> str:
    """Three digits, whole thousands with commas; "–" for None."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".removesuffix(".0")


def _figures(figures: Figures | None) -> str:
    """Median / 99.9 % / worst; one number where they are the same."""
    if figures is None:
        return ""
    if figures.median == figures.worst:
        return shown(figures.worst)
    return " / ".join(shown(one) for one in (figures.median, figures.rare, figures.worst))


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"1 : {shown(1 / ratio)}" if 0 < ratio < 0.1 else shown(ratio)


def cells(row: Row) -> list[str]:
    """The row by COLUMNS."""
    if row.ours is None:
        return [row.what, "", f"not measured: {row.failed}", "", "", "", "", ""]
    moved = "" if row.moved is None else f"{row.moved:.0f} %"
    samples = [_figures(row.other), _figures(row.limit)]
    return [row.what, row.unit, _figures(row.ours), f"{row.ours.n:,}", *samples, _ratio(row.ratio), moved]


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
    text = (
        "Measured on {when} with `{command}`: {machine}, {vm}. Median / 99.9 % / worst. Ratio: the worst case of the "
        "asyncio program, or else of the limit, to Curfew's. Control: by how much slower the machine was while one of "
        "the two ran."
    ).format(**run)
    if run["load"] > BUSY:
        load = "load {load:.1f} on {cores} cores".format(**run)
        text += f" Provisional: other work ran on the same machine ({load})."
    return text


def in_markdown(run: dict[str, Any], rows: list[Row], language: int = 0) -> str:
    """The caption and one table, the number of the group first; in English only."""
    body = [[str(row.number), *cells(row), *ROWS[row.key][1:]] for row in rows]
    return caption(run) + "\n\n" + markdown(("", *COLUMNS, "How", "Its limit"), body)


_BRIEF = (
    "On the VM ({when}, median and worst; in brackets a good asyncio program on the same machine): a remote OFF opens "
    "the relay's coil after {off_web_quiet} by HTTP and {off_mqtt_quiet} by MQTT; another client of the broker hears "
    "of it after {hears_quiet}. A deadline under 50 web clients, with no broker and name look-ups that hang, is late "
    "by {deadline_hang}.",
    "虚拟机上（{when}，中位数和最差；括号里是同一台机器上一个写得好的 asyncio 程序）：远程关火到继电器线圈断电，"
    "HTTP {off_web_quiet}，MQTT {off_mqtt_quiet}；MQTT 服务器的另一个客户端得知：{hears_quiet}。"
    "50 个网页客户端、没有 MQTT 服务器、域名查询卡住时，到点关火延迟 {deadline_hang}。",
)
_PAIR = ("{} ms ({})", "{} ms（{}）")


def in_brief(run: dict[str, Any], rows: list[Row], language: int = 0) -> str:
    """One paragraph for the first page. language: 0 English, 1 Chinese."""
    both = [row for row in rows if row.ours and row.other]
    said = {row.key: _PAIR[language].format(_ends(row.ours), _ends(row.other)) for row in both}
    text = _BRIEF[language].format(when=run["when"], **said)
    return text if language else textwrap.fill(text, 120)


def _ends(figures: Figures | None) -> str:
    assert figures
    return f"{shown(figures.median)} / {shown(figures.worst)}"
