"""The results of a campaign on disk: a line each seed, so that a campaign ends where it likes and goes on later.

The first line names the code that gave them. A line that was cut off, by a full disk or a kill, is left out.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from simulator import run
from simulator.campaign.detection import Count
from simulator.campaign.outcome import Outcome

# What a verdict depends on.
CODE = (
    "catalog.py",
    "catalog.toml",
    "firmware/settings.json",
    "firmware/**/*.py",
    "simulator/**/*.py",
    "tools/build/*.py",
)


class RecordError(Exception):
    """The file is of other code, or no such file; one line with the way out."""


@cache
def code(root: Path = run.ROOT) -> str:
    """The first 16 hex digits of the hash of the firmware's and the simulator's sources."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in CODE for path in root.glob(pattern)}):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Record:
    """The file at a path; a new one is begun by the first outcome. machine: of the runs."""

    def __init__(self, path: Path, machine: str):
        self.path = path
        self._head = {"code": code(), "vm": machine}

    def read(self) -> Iterator[Outcome]:
        """What was kept, each seed once. Raises RecordError when it is of other code or another machine."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    break
                try:
                    found = json.loads(line)
                    if number:
                        yield _outcome(found)
                    elif found != self._head:
                        was, now = (f"{head['vm']} with code {head['code']}" for head in (found, self._head))
                        raise RecordError(f"{self.path}: results of {was}, now {now}: name another file")
                except (ValueError, TypeError, KeyError):
                    raise RecordError(f"{self.path}: line {number + 1} is no result: name another file") from None

    def add(self, outcomes: list[Outcome]) -> None:
        """Append; on the disk when this returns. Raises OSError; what was kept before stays."""
        lines = [json.dumps(_line(outcome), separators=(",", ":")) for outcome in outcomes]
        with self.path.open("ab") as file:
            if not file.tell():
                lines.insert(0, json.dumps(self._head))
            file.write("".join(line + "\n" for line in lines).encode())

    def repair(self) -> None:
        """Cut off what an interrupted `add` left of a line."""
        if self.path.is_file():
            kept = self.path.read_bytes()
            if not kept.endswith(b"\n"):
                self.path.write_bytes(kept[: kept.rfind(b"\n") + 1])


def _line(outcome: Outcome) -> dict[str, Any]:
    return {**vars(outcome), "counts": [list(vars(count).values()) for count in outcome.counts]}


def _outcome(line: dict[str, Any]) -> Outcome:
    counts = [Count(*count) for count in line["counts"]]
    wrong = [(name, sentence) for name, sentence in line["wrong"]]
    seen = {int(number): count for number, count in line["seen"].items()}
    return Outcome(**{**line, "counts": counts, "wrong": wrong, "seen": seen})
