"""A pretended board for the tests: the real VM, real mpremote, and a hand that pulls cable and plug.

Belongs here: making boards and programs, and what is seen of them. Does not: expectations (test_deploy.py and others).
"""

import contextlib
import io
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tools import manifest
from tools.board import deploy, link, plan, pretended
from tools.board.errors import BoardError
from tools.board.survey import survey
from tools.build import OUT

ROOT = Path(__file__).resolve().parent.parent
SPEED = 30  # a minute of health in two seconds
PATIENCE_S = 60


def program_with(path=None, data=b""):
    """The built program, one of its files replaced or added."""
    new = plan.built(OUT)
    files = {key: value for key, value in new.files.items() if key != manifest.NAME}
    if path:
        files[path] = data
    text = manifest.text(new.version, files)
    return replace(new, files={**files, manifest.NAME: text.encode()}, build=manifest.build_id(text))


class Bench:
    """A board, what it said, and what was written to it."""

    def __init__(self, flash, monkeypatch):
        self.said = b""
        self.written = []  # paths that travelled over the cable, in order
        self.board = pretended.Board(flash, SPEED, log=self._hear)
        self._note_writes(monkeypatch)
        monkeypatch.setattr(deploy, "SETTLE_S", 0.5)

    def _hear(self, said):
        self.said += said

    def _note_writes(self, monkeypatch):
        write = link.Link.write

        def noted(cable, path, data, sent=lambda count: None):
            write(cable, path, data, sent)
            self.written.append(path)

        monkeypatch.setattr(link.Link, "write", noted)

    def deploy(self, new):
        """Deploy a program that will do: the Outcome."""
        self.written = []
        try:
            return deploy.deploy(self.board.port, new, Console(file=io.StringIO()))
        except BoardError as error:
            said = self.said[-3000:].decode("utf-8", "replace")
            raise AssertionError(f"{error}\nstarts {self.board.starts}\nthe board said:\n{said}")

    def refused(self, new):
        """Deploy a program that will not do: the text of the BoardError, which is one line."""
        self.written = []
        with pytest.raises(BoardError) as refusal:
            deploy.deploy(self.board.port, new, Console(file=io.StringIO()))
        assert "\n" not in str(refusal.value)
        return str(refusal.value)

    def survey(self):
        """What is on the board, which is then started again."""
        with self._taken_over() as cable:
            return survey(cable)

    def run(self, program):
        """Run something on the board, which is then started again."""
        with self._taken_over() as cable:
            return cable.run(program)

    @contextlib.contextmanager
    def _taken_over(self):
        """A link, and patience until the board has begun anew: a Ctrl-C in the moment of a reset reaches nobody."""
        with link.Link(self.board.port) as cable:
            cable.take_over()
            yield cable
            starts = len(self.board.starts)
        end = time.monotonic() + PATIENCE_S
        while len(self.board.starts) == starts:
            assert time.monotonic() < end
            time.sleep(0.01)

    def until_said(self, text, times=1):
        """Wait until the console has said a text so many times."""
        end = time.monotonic() + PATIENCE_S
        while self.said.count(text.encode()) < times:
            assert time.monotonic() < end, self.said[-2000:].decode("utf-8", "replace")
            time.sleep(0.02)


def started(flash, log=None):
    """Boot a flash once: the console up to the line of the start, "" for the prompt or a program that did not start."""
    said = []
    with pretended.Board(flash, SPEED, log=said.append):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            text = b"".join(said).decode()
            if " burners " in text and text.rsplit(" burners ", 1)[1][:1].isdigit() or ">>> " in text:
                return text
            if "The contacts stay open" in text:
                return text
            time.sleep(0.005)
    raise AssertionError(b"".join(said).decode())


def copy_of(flash, path):
    """A flash of one's own."""
    shutil.copyfile(flash, path)
    return path


def command(*words):
    """`python -m tools.board ...` as somebody types it: status, what it said, what it complained about."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.board", *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr
