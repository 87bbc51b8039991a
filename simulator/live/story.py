"""The lines of a stove that is played, as a person would tell them: what was done, what changed, what opened, why."""

import json
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.live.acts import RecordedStove

KEPT = 400
REPORTED = ("state", "cause", "fault", "gas", "flame", "sound")  # changes of these are reported
QUIET_SOUNDS = ("WARNING", "FAULT", "REMIND")  # they come again and again


class Story:
    """What happened on a stove. `kept`: the last entries, oldest first.

    An entry has "t" in ms and "b", the burner or None, and either "do" with the item of the act, or "up", "down",
    "raised" with a text, or those keys of TOLD that changed.
    """

    def __init__(self, stove: "RecordedStove"):
        self.kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._stove = stove
        self._read = 0
        self._last: dict[int, dict[str, Any]] = {}

    def read(self) -> list[dict[str, Any]]:
        """What is new since the last call."""
        lines = self._stove.lines[self._read :]
        self._read += len(lines)
        reported = [entry for line in lines if (entry := self._entry(line))]
        self.kept.extend(reported)
        return reported

    def _entry(self, line: str) -> dict[str, Any] | None:
        if line.startswith("{"):
            return self._change(json.loads(line))
        kind, _, rest = line[1:].partition(" ")
        words = rest.split()
        if kind == "do":
            item = dict(self._stove.items[int(words[1])])
            item.pop("at", None)
            return {"t": int(words[0]), "b": item.pop("burner", 0), **item}
        if kind in ("up", "down", "raised"):
            return {"t": int(words[0]), "b": None, kind: " ".join(words[1:])}
        return None

    def _change(self, line: dict[str, Any]) -> dict[str, Any] | None:
        burner = line["burner"]
        before = self._last.get(burner, {})
        self._last[burner] = line
        if not before:
            return None
        changed = {key: line[key] for key in REPORTED if line[key] != before[key]}
        if changed.get("sound") in (*QUIET_SOUNDS, None):
            changed.pop("sound", None)
        if "state" in changed and line["state"] == "VERIFYING" and before["contact"] != "open":
            changed["cause"] = line["cause"]  # the same one twice is reported twice
        return {"t": line["t_ms"], "b": burner, **changed} if changed else None
