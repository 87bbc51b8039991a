"""The timeline of a run: a table for the terminal, and below it the numbers of every shut-off.

Not here: what is reported (story.py), its numbers (shutoffs.py), the picture (plot.py), printing (__main__.py).
"""

import re
import textwrap
from typing import Any

from simulator.result import Result
from simulator.times import show_time
from simulator.view import phrases, shutoffs
from simulator.view.phrases import spoken, stamp
from simulator.view.shutoffs import changes, end_of, value_at
from simulator.view.story import NOTE, Item, story

Cell = tuple[str, str]  # text and style
EMPTY: Cell = ("", "plain")
QUIET_MS = 60_000  # a time without news is folded into one dimmed line from here on
STYLES = {
    "plain": "",
    "bold": "1",
    "dim": "2",
    "user": "36",
    "good": "32",
    "warn": "33",
    "bad": "1;31",
    "flame": "38;5;208",
}
STOVE_COLUMNS, CONTROLLER_COLUMNS = 34, 38
SYMBOLS = {("on", "on"): ("●", "flame"), ("on", "off"): ("◍", "bad")}
SYMBOL_OFF = ("·", "dim")
TIED = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|mΩ|µV)\b|%)|(?<=knob) (?=\d)| (?=♪)")


def wrapped(text: str, width: int) -> list[str]:
    """At most three lines of `width` characters, nothing unprintable; a number stays beside its unit."""
    tied = TIED.sub("\u00a0", "".join(c if c.isprintable() else "?" for c in text))
    out = textwrap.wrap(tied, width, subsequent_indent="  ", max_lines=3, placeholder=" …") or [""]
    return [line.replace("\u00a0", " ") for line in out]


class _Table:
    """Rows of four cells with controller-drawing between them; widths are counted before color is added."""

    def __init__(self, burners: int, color: bool):
        self.widths = (8, STOVE_COLUMNS, CONTROLLER_COLUMNS, max(3, 2 * burners - 1))
        self.color = color
        self.out: list[str] = []

    def paint(self, text: str, style: str) -> str:
        code = STYLES[style]
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text else text

    def rule(self, joint: str) -> None:
        self.out.append(self.paint(" " + joint.join("─" * (width + 2) for width in self.widths), "dim"))

    def row(self, time: str, stove: Cell, controller: Cell, gas: list[Cell]) -> None:
        left, right = wrapped(stove[0], self.widths[1]), wrapped(controller[0], self.widths[2])
        bar = self.paint("│", "dim")
        for n in range(max(len(left), len(right))):
            first = left[n] if n < len(left) else ""
            second = right[n] if n < len(right) else ""
            cells = [
                f"{time if n == 0 else '':>{self.widths[0]}}",
                self.paint(first, stove[1]) + " " * (self.widths[1] - len(first)),
                self.paint(second, controller[1]) + " " * (self.widths[2] - len(second)),
                " ".join(self.paint(symbol, style) for symbol, style in gas),
            ]
            self.out.append(("  " + f" {bar} ".join(cells)).rstrip())

    def legend(self) -> None:
        known = {
            "burning": SYMBOLS["on", "on"],
            "gas, no flame": SYMBOLS["on", "off"],
            "off": SYMBOL_OFF,
            "a beep": (NOTE.strip(), "plain"),
        }
        entries = [self.paint(symbol, style) + self.paint(f" {word}", "dim") for word, (symbol, style) in known.items()]
        self.out.append("  " + "   ".join(entries))


def _quiet(pairs: list[tuple[str, str]], down: bool, gap_ms: int) -> Cell:
    """The words for a time without news; `pairs` are gas and flame of each burner."""
    length = spoken(gap_ms // 1000 * 1000)
    if ("on", "off") in pairs:
        return f"… {length} of gas without a flame …", "bad"
    if ("on", "on") in pairs:
        return f"… {length} of cooking …", "dim"
    return (f"… {length}, controller down …" if down else f"… {length}, all off …"), "dim"


def _fill(table: _Table, items: list[Item], traces: list[shutoffs.Trace], ended_ms: int) -> None:
    gas, flame, state = ([changes(trace, key) for trace in traces] for key in ("gas", "flame", "state"))

    def burning(t_ms: int) -> list[tuple[str, str]]:
        return [(value_at(g, t_ms), value_at(f, t_ms)) for g, f in zip(gas, flame, strict=True)]

    def symbols(t_ms: int) -> list[Cell]:
        return [SYMBOLS.get(pair, SYMBOL_OFF) for pair in burning(t_ms)]

    def quiet(from_ms: int, to_ms: int) -> None:
        if to_ms - from_ms >= QUIET_MS:
            down = any(value_at(s, from_ms) is None for s in state)
            table.row("", _quiet(burning(from_ms), down, to_ms - from_ms), EMPTY, symbols(from_ms))

    place, last_ms, shown = 0, 0, ""
    while place < len(items):
        first = items[place]
        stove, controller, end_ms = EMPTY, EMPTY, first.t_ms
        place += 1
        if first.who == "controller":
            controller = (first.text, first.style)
        else:
            stove = (first.text, first.style)
            answer = items[place] if place < len(items) else None
            at_once = answer is not None and answer.t_ms // 1000 == first.t_ms // 1000
            if answer and at_once and (first.who, answer.who) == ("user", "controller"):
                controller, end_ms = (answer.text, answer.style), answer.t_ms
                place += 1
        quiet(last_ms, first.t_ms)
        time = stamp(first.t_ms)
        # the symbols show what this row came to: just before the next one, or a second later
        next_ms = items[place].t_ms - 1 if place < len(items) else ended_ms
        now = symbols(max(end_ms, min(next_ms, end_ms + 1000)))
        table.row("" if time == shown else time, stove, controller, now)
        last_ms, shown = end_ms, time
    quiet(last_ms, ended_ms)
    table.row(stamp(ended_ms), EMPTY, ("the run ends", "dim"), symbols(ended_ms))


def _summary_lines(numbers: dict[str, Any], several: bool, paint: Any) -> list[str]:
    """The block at the end: a label and a sentence each."""

    def entry(label: str, text: str, style: str = "plain") -> str:
        return f"  {paint(f'{label:<14}', 'dim')} {paint(text, style)}"

    out = []
    for shutoff in numbers["shutoffs"]:
        whose = f", burner {shutoff['burner'] + 1}" if several else ""
        when = f"{show_time(shutoff['opened_ms'])}{whose}: {phrases.cause(shutoff['cause'])}"
        out.append(entry("contact opened", when, "bold"))
        if shutoff["deadline_ms"] is not None:
            side = "after" if shutoff["late_ms"] >= 0 else "before"
            deadline = f"{side} the deadline {show_time(shutoff['deadline_ms'])}"
            out.append(entry("", f"{abs(shutoff['late_ms'])} ms {deadline} (one tick is {shutoffs.TICK_MS} ms)"))
        missing = shutoff["gas_off_ms"] is None and shutoff["cause"] != "NO_IGNITION"
        at = "" if shutoff["gas_off_ms"] is None else f", at {show_time(shutoff['gas_off_ms'])}"
        out.append(entry("", shutoffs.gas_off(shutoff) + at, "bad" if missing else "plain"))
    if not out:
        out.append(entry("contact", "never opened in this run"))
    for burner, ms in enumerate(numbers["gas_on_ms"]):
        whose = f"burner {burner + 1}: " if several else ""
        length = spoken(ms // 1000 * 1000, exact=True) if ms else "never"
        out.append(entry("" if burner else "gas was on", whose + length))
    return out


def lines(result: Result, scenario: Any, color: bool = False) -> list[str]:
    """The run as a table for the terminal, at most 100 columns wide, and the numbers of its shut-offs.

    `color` adds ANSI escapes; without it the text is plain.
    """
    burners = shutoffs.burner_count(result, scenario)
    traces = [result.by_burner.get(burner, []) for burner in range(burners)]
    table = _Table(burners, color)
    table.out.append(" " + table.paint(scenario.name, "bold"))
    for text in textwrap.wrap(getattr(scenario, "about", None) or "", 96):
        table.out.append(" " + table.paint(text, "dim"))
    table.rule("┬")
    table.row("time", ("user and stove", "bold"), ("controller", "bold"), [("gas", "bold")])
    table.rule("┼")
    _fill(table, story(result, scenario), traces, end_of(result))
    table.rule("┴")
    table.legend()
    table.out.append("")
    return table.out + _summary_lines(shutoffs.summary(result, scenario), burners > 1, table.paint)
