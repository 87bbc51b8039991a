"""What the machine side said, line by line, as one Result; no judgement of it."""

import bisect
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simulator import words

DYING_MS = 2500  # a program that opens on its way out is gone by then: two seconds for services that hang
# A closing contact bounces for at most stove.bounce_ms (20): shorter shut-offs under a driven coil are none.
BOUNCE_MS = 20
MARKS = {
    "do": 1,
    "down": 1,
    "up": 0,
    "time": 0,
    "raised": 3,
    "violation": 2,
    "journal": 1,
    "end": 0,
    "held": 1,
    "levels": 2,
}  # words after the time, at least


@dataclass
class Result:
    """One run: what was seen, in time order.

    trace: dicts with words.TRACE_KEYS; trace_lines: the same as they came. marks: (kind, t_ms, text) with
    kind do (text: index of the event), down (text: why), up, time, violation (text: burner or "-", what),
    levels (text: burner, bits of plant/witness.py), end.
    samples: (t_ms, burner, tip_dc, tc_uv, magnet_uv). console: (t_ms, text), t_ms being that of the
    line before it: console lines carry no time. strange: lines that are none of these.
    ended_ms: None when the run did not come to its end.
    """

    trace: list[dict[str, Any]] = field(default_factory=list)
    trace_lines: list[str] = field(default_factory=list)
    marks: list[tuple[str, int, str]] = field(default_factory=list)
    samples: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    console: list[tuple[int, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    ended_ms: int | None = None

    @cached_property
    def last_ms(self) -> int:
        """The last moment that any line speaks of."""
        times = [line["t_ms"] for line in self.trace[-1:]] + [mark[1] for mark in self.marks[-1:]]
        return max([*times, self.ended_ms or 0])

    @cached_property
    def by_burner(self) -> dict[int, list[dict[str, Any]]]:
        """The trace lines of each burner, in order."""
        lines: dict[int, list[dict[str, Any]]] = {}
        for line in self.trace:
            lines.setdefault(line["burner"], []).append(line)
        return lines

    def at(self, burner: int, t_ms: int) -> dict[str, Any] | None:
        """The latest line of the burner with t_ms or before; None when there is none."""
        lines = self.by_burner.get(burner, [])
        index = bisect.bisect_right(lines, t_ms, key=lambda line: line["t_ms"])
        return lines[index - 1] if index else None

    def during(self, burner: int, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """The line in force at from_ms and all later ones up to to_ms, both ends included."""
        first = self.at(burner, from_ms)
        later = [line for line in self.by_burner.get(burner, []) if from_ms < line["t_ms"] <= to_ms]
        return ([first] if first else []) + later

    def shutoffs(self, burner: int) -> list[dict[str, Any]]:
        """The line of every physical closed -> open of the contact, bounces left out, with its cause.

        When the program is gone by then, or goes within DYING_MS, the cause is the first one after its next start.
        """
        downs = [mark[1] for mark in self.marks if mark[0] == "down"]
        lines = self.by_burner.get(burner, [])
        found = []
        for i in range(1, len(lines)):
            if (lines[i - 1]["contact"], lines[i]["contact"]) != ("closed", "open"):
                continue
            if not _bounces(lines, i):
                gone_ms = next((ms for ms in downs if 0 <= ms - lines[i]["t_ms"] <= DYING_MS), None)
                found.append({**lines[i], "cause": _cause_reported(lines, i, gone_ms)})
        return found


def _bounces(lines: list[dict[str, Any]], i: int) -> bool:
    for line in lines[i:]:
        if line["coil"] == "off" or line["t_ms"] - lines[i]["t_ms"] > BOUNCE_MS:
            return False
        if line["contact"] == "closed":
            return True
    return False


def _cause_reported(lines: list[dict[str, Any]], i: int, gone_ms: int | None) -> str | None:
    shutoff = lines[i]
    # A program that opened on its way out never reported why: its state still conducts.
    reported = shutoff["state"] is not None and (gone_ms is None or shutoff["state"] not in words.CONDUCTING_STATES)
    if reported:
        return shutoff["cause"]
    after_ms = shutoff["t_ms"] if gone_ms is None or shutoff["state"] is None else gone_ms
    later = (line for line in lines[i:] if line["t_ms"] >= after_ms and line["state"] is not None)
    return next((line["cause"] for line in later), None)


def parse(lines: Iterable[str]) -> Result:
    """The Result of the machine side's lines; what cannot be read goes to `strange`, nothing raises."""
    result = Result()
    now_ms = 0
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line.startswith("#console"):
            result.console.append((now_ms, line[len("#console ") :]))
            continue
        t_ms = _read(result, line)
        if t_ms is not None:
            now_ms = t_ms
        elif line:
            result.strange.append(line)
    return result


def _read(result: Result, line: str) -> int | None:
    """Put one line where it belongs; its t_ms, or None when it is none of the known kinds."""
    try:
        if line.startswith("{"):
            entry = json.loads(line)
            if tuple(entry) != words.TRACE_KEYS:
                return None
            result.trace.append(entry)
            result.trace_lines.append(line)
            return entry["t_ms"]
        if line.startswith("#"):
            return _read_mark(result, line)
    except ValueError:
        pass
    return None


def _read_mark(result: Result, line: str) -> int | None:
    kind, _, rest = line[1:].partition(" ")
    if kind == "sample":
        t_ms, burner, tip_dc, tc_uv, magnet_uv = (int(word) for word in rest.split())
        result.samples.append((t_ms, burner, tip_dc, tc_uv, magnet_uv))
        return t_ms
    time, _, text = rest.partition(" ")
    t_ms = int(time)
    if kind not in MARKS or len(text.split()) < MARKS[kind]:
        return None
    result.marks.append((kind, t_ms, text))
    if kind == "end":
        result.ended_ms = t_ms
    return t_ms
