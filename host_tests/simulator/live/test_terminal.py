"""The simulator in a terminal: its keys, its words, and that it fits 80 columns."""

import io
import os
import pty
import re
import select
import subprocess
import sys
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from rich.console import Console

from host_tests.fixtures.live import ROOT, alive, family, wait_for
from simulator.live import texts
from simulator.live.recording import BURNER_KEYS
from simulator.live.terminal import Screen
from simulator.words import FAULTS, STATES

COLUMNS = 80


class Asked:
    """What a Screen asks a stove for: its speed, and how it looks."""

    def __init__(self):
        self.speed = 1
        self.world = SimpleNamespace(burners=[SimpleNamespace(stove={"magnet_hold_ma": 150})] * 2)
        self.lines = []
        self.failure = self.over = None
        self.web_port = 65535
        self.burner = dict.fromkeys(BURNER_KEYS, 0)

    def frame(self):
        burners = [list(self.burner.values())] * 2
        return {"t": 86_399_000, "speed": self.speed, "powered": True, "tone": 1, "digits": 0, "burners": burners}

    def set_speed(self, speed):
        self.speed = speed

    def ask(self, act, *values):
        done = Future()
        done.set_result(act(*values))
        return done


@pytest.mark.parametrize("key", ["+", "-", " "])
def test_speed_and_pause_last_until_the_next_key(key):
    stove = Asked()
    screen = Screen(stove)
    assert screen.key(key)
    changed = stove.speed
    for _ in range(20):  # polls without a key
        assert screen.key("")
    assert stove.speed == changed != 1
    assert screen.key("q") is False


def test_a_second_space_goes_on_at_the_speed_before():
    stove = Asked()
    screen = Screen(stove)
    screen.key(" ")
    screen.key(" ")
    assert stove.speed == 1


@pytest.mark.parametrize("lang", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_every_state_and_fault_is_one_line_of_80_columns_in_words(lang, monkeypatch):
    monkeypatch.setenv("LANG", lang)
    monkeypatch.delenv("LC_ALL", raising=False)
    stove = Asked()
    screen = Screen(stove)
    screen.verdict = {"held": 27, "violated": []}
    most = {"tip_c": 612.3, "tc_uv": 24_900, "magnet_uv": 24_900, "ma": 488.0, "mohm": 1000.0, "flame": True,
            "gas": True, "knob": True, "simmer": 100, "remaining_s": 4 * 3600}  # fmt: skip
    for state, fault in [(state, None) for state in STATES] + [("FAULT", fault) for fault in FAULTS]:
        stove.burner.update(most, state=state, fault=fault)
        console = Console(width=COLUMNS, record=True, file=io.StringIO())
        console.print(screen.render())
        lines = console.export_text().splitlines()
        rows = [line for line in lines if re.match(r"[▶ ][12] ", line)]
        words = texts.name("fault", fault) if fault else texts.name("state", state)
        assert len(rows) == 2 and all(words in row and "4:00:00" in row for row in rows), (state, fault, lines)
        assert "…" not in "".join(rows)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"do": "light", "hold_s": 10}, "light, hold the knob (10)"),
        ({"state": "VERIFYING", "cause": "REMOTE:web"}, "contact opens: "),
        ({"fault": "CONTACT_WELDED"}, "fault: contact welded"),
        ({"fault": None, "state": "IDLE"}, "ready for ignition · fault cleared"),
        ({"gas": "off", "flame": "off"}, "magnet valve drops out: gas off"),
        ({"state": "ARMED", "sound": "ARMED"}, "waiting for a flame"),
        ({"down": "wdt"}, "the chip is down: wdt"),
        ({"sound": "OFF"}, ""),
    ],
)
def test_the_log_says_what_the_page_says(entry, said, monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert texts.sentence(entry).startswith(said) and bool(said) == bool(texts.sentence(entry))


@pytest.mark.long
def test_the_same_stove_in_a_terminal_of_80_columns():
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "simulator", "live", "--terminal"]
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": "30", "LANG": "C.UTF-8"}
    process = subprocess.Popen(command, cwd=ROOT, stdin=child, stdout=child, stderr=child, env=env, close_fds=True)
    os.close(child)
    seen = ""

    def read():
        nonlocal seen
        try:
            if select.select([parent], [], [], 0.05)[0]:
                seen += os.read(parent, 1 << 16).decode("utf-8", "replace")
        except OSError:  # the other end has ended
            pass
        return seen

    def clock():
        return (re.findall(r"\d:\d\d:\d\d", re.sub(r"\x1b\[[\d;?]*\w", "", seen)) or [""])[-1]

    def press(key, *words):
        """A key, and wait until the words are there on the screens after it."""
        nonlocal seen
        seen = ""
        os.write(parent, key)
        wait_for(lambda: all(word in read() for word in words), f"{words} after {key}")

    try:
        wait_for(lambda: "ready for ignition" in read(), "the stove")
        press(b" ", "❚❚")
        stands = clock()
        screens = seen.count("❚❚") + 20
        wait_for(lambda: read().count("❚❚") > screens, "twenty pictures of a stove that stands")
        assert clock() == stands
        press(b" ", "1×")
        press(b"+", "10×")
        press(b"l", "waiting for a flame", "burning")
        press(b"h", "contact opens: button held")
        everybody = family(process.pid)
        os.write(parent, b"q")
        wait_for(lambda: [read(), process.poll()][1] is not None, "its end")
        assert process.returncode == 0
    finally:
        process.kill()
        os.close(parent)
    wait_for(lambda: not [pid for pid in everybody if alive(pid)], "their end", 10)
