"""The stove in a terminal: one live screen, and the same keys as the page."""

import contextlib
import json
import os
import select
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

import catalog
from simulator.fields import ScenarioError
from simulator.live import texts
from simulator.live.judge import Judge
from simulator.live.recording import BURNER_KEYS, SEGMENTS, SPEEDS, Refused
from simulator.live.story import Story
from simulator.live.stove import PASSWORD, Stove
from simulator.times import show_time
from simulator.view.phrases import countdown

FRAMES_PER_S = 12
LIGHT_S = 10
STORY_LINES = 12
KEYS = (
    "1-4 burner · l light · o knob off · p press · d double · h hold · f remote off · w weld · u repair · b blow out "
    "· space pause · . step · + - speed · s save · q quit"
)
SAVED = "build/played.json"


class Screen:
    """What is on the screen, and what a key does."""

    def __init__(self, stove: Stove):
        self.stove = stove
        self.burner = 0
        self.said: deque[str] = deque(maxlen=STORY_LINES)
        self.note = ""
        self.verdict: dict[str, Any] | None = None
        self._story = Story(stove)
        self._before = 1

    def key(self, key: str) -> bool:
        """Do what the key says; False for the end."""
        stove, burner = self.stove, self.burner
        acts: dict[str, dict[str, Any]] = {
            "l": {"do": "light", "hold_s": LIGHT_S}, "o": {"do": "knob_off"}, "p": {"do": "press"},
            "d": {"do": "double_press"}, "h": {"do": "hold", "s": 1}, "f": {"do": "remote_off", "source": "web"},
            "w": {"do": "weld"}, "u": {"do": "unweld"}, "b": {"do": "blow_out"},
        }  # fmt: skip
        if key in ("q", "\x03", "\x04"):
            return False
        try:
            if key in acts:
                stove.ask(stove.act, {**acts[key], "burner": burner}).result(5)
            elif key.isdigit() and 0 < int(key) <= len(stove.world.burners):
                self.burner = int(key) - 1
            elif key == " ":
                self._before = stove.speed or self._before
                self._speed(0 if stove.speed else self._before)
            elif key == ".":
                stove.ask(stove.step, 20).result(5)
            elif key and key in "+=-":  # without a key it is "", which is part of any text
                at = SPEEDS.index(stove.speed) + (-1 if key == "-" else 1)
                self._speed(SPEEDS[max(0, min(len(SPEEDS) - 1, at))])
            elif key == "s":
                self._save()
        except (ScenarioError, Refused, OSError) as error:
            self.note = str(error)
        return True

    def _speed(self, speed: int) -> None:
        self.stove.ask(self.stove.set_speed, speed).result(5)

    def _save(self) -> None:
        made = self.stove.ask(self.stove.saved).result(5)
        Path(SAVED).parent.mkdir(exist_ok=True)
        Path(SAVED).write_text(json.dumps(made, indent=1) + "\n", "utf-8")
        self.note = f"saved: {SAVED}; again: .venv/bin/python -m simulator run {SAVED}"

    def render(self) -> Group:
        """The screen as it is now, for 80 columns."""
        frame = self.stove.frame()
        self.said.extend(told for entry in self._story.read() if (told := texts.line(entry)))
        table = Table(expand=True, box=None, padding=(0, 1, 0, 0))
        titles = (texts.text(key) for key in ("knob", "gas_short", "contact_short", "magnet_short", "states"))
        knob, gas, contact, magnet, states = titles
        for title in ("", knob, gas, contact, "°C", "mV", magnet, "", states):
            table.add_column(title, no_wrap=True)
        for index, values in enumerate(frame["burners"]):
            table.add_row(*self._row(index, dict(zip(BURNER_KEYS, values, strict=True))))
        rules, style = self._rules()
        digits = "".join(SEGMENTS.get(frame["digits"] >> 8 * n & 0x7F, "?") for n in range(4))
        colon = ":" if frame["digits"] >> 15 & 1 else " "
        head = Text.assemble(
            ("Curfew  ", "bold"), (f" {digits[:2]}{colon}{digits[2:]} ", "bold red on black"),
            f"  {show_time(frame['t'] // 1000 * 1000)}  ", (f"{frame['speed']}×" if frame["speed"] else "❚❚", "bold"),
            ("  ♪" if frame["tone"] else "   ", "yellow"), "  ", (rules, style),
            "" if frame["powered"] else "  " + texts.text("no_power"),
        )  # fmt: skip
        note = self.stove.failure or self.stove.over or self.note
        page = f"http://127.0.0.1:{self.stove.web_port}  {PASSWORD}"
        story = Text("\n".join(self.said))
        return Group(head, "", table, "", story, "", Text(note, "bold yellow"), Text(page, "dim"), Text(KEYS, "dim"))

    def _row(self, index: int, now: dict[str, Any]) -> list[Text | str]:
        knob = "▼" if now["pressed"] else f"{now['simmer']} %" if now["knob"] else texts.text("knob_off")
        flame = Text("▲▲▲", "bright_blue") if now["flame"] else Text("gas!" if now["gas"] else "–", "red")
        contact = "–" if now["mohm"] is None else f"{now['mohm']:.0f} mΩ"
        hold = self.stove.world.burners[index].stove["magnet_hold_ma"]
        magnet = Text(f"{now['ma']:.0f} mA", "green" if now["ma"] >= hold else "red")
        kind = "fault" if now["fault"] else "state"
        what = now["fault"] or now["state"]
        style = "dim" if now["state"] in (None, "IDLE") else catalog.ENTRIES["state"][now["state"]]["color"][0]
        left = countdown(now["remaining_s"]) if now["remaining_s"] else ""
        reported = Text(texts.name(kind, what) if what else texts.text("starting"), style)
        mark = f"{'▶' if index == self.burner else ' '}{index + 1}"
        millivolts = f"{now['tc_uv'] / 1000:.1f} {now['magnet_uv'] / 1000:.1f}"
        return [mark, knob, flame, contact, f"{now['tip_c']:.0f}", millivolts, magnet, left, reported]

    def _rules(self) -> tuple[str, str]:
        if self.verdict is None:
            return texts.text("rules_wait"), "dim"
        if self.verdict["violated"]:
            name, said = self.verdict["violated"][0]
            return f"{texts.text('violated', name)}: {said} (s)", "bold white on red"
        return texts.text("rules_hold", self.verdict["held"]), "green"


@contextlib.contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """A function that waits so many seconds for a key; "" when none came."""
    import termios
    import tty

    kept = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        terminal = sys.stdin.fileno()  # not its buffer: select() would not see what lies there
        yield (
            lambda s: os.read(terminal, 1).decode("ascii", "ignore") if select.select([terminal], [], [], s)[0] else ""
        )
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, kept)


def show(top: dict[str, Any] | None, broker: tuple[str, int] | None) -> None:
    """Play in this terminal until q or Ctrl-C. Raises OSError when it is none."""
    if not sys.stdin.isatty():
        raise OSError("this is no terminal: leave out TERM_UI=1 for the page")
    stove = Stove(top, broker)
    screen = Screen(stove)
    judge = Judge(stove, lambda verdict: setattr(screen, "verdict", verdict))
    stove.begin()
    try:
        with _keys() as key, Live(screen.render(), console=Console(), screen=True, auto_refresh=False) as live:
            while screen.key(key(1 / FRAMES_PER_S)):
                live.update(screen.render(), refresh=True)
                if stove.failure:
                    time.sleep(1)
                    break
    except KeyboardInterrupt:
        pass
    finally:
        judge.close()
        stove.close()
    if stove.failure:
        print(f"simulator: {stove.failure}", file=sys.stderr)
