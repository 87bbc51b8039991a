"""The invariants beside a stove that is played: a process of its own looks at the run so far, again and again."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from simulator.live.stove import SETTLED_ROUNDS, Stove
from simulator.live.verdict import verdict_on

EVERY_S = 2.0
SHARE = 10  # a look that took long is followed by so many times its length of rest: a tenth of a core at most
SETTLE_S = 3.0  # who waits longer for that may judge as it is


class Judge:
    """Looks at a stove until close(); reported(verdict) is called with each new verdict, from its own thread.

    A verdict: {"t": ms, "held": n, "tested": [name], "violated": [[name, sentence]], "failed": [sentence] or None};
    tested: see rules/exercised.py; failed: the expectations of a loaded scenario, once it has come to its end.
    """

    def __init__(self, stove: Stove, reported: Callable[[dict[str, Any]], None]):
        self._stove = stove
        self._told = reported
        self._closing = threading.Event()
        self._process: Any = None
        self._thread = threading.Thread(target=self._look_on, name="judge", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the process; no verdict comes after this."""
        self._closing.set()
        if self._process:
            self._process.kill()
        self._thread.join()

    def _look_on(self) -> None:
        known, seen = 0, None
        rest_s = EVERY_S
        while not self._closing.wait(rest_s):
            stove = self._stove
            ended = stove.until_ms is not None and stove.world.now_ms >= stove.until_ms
            now = (len(stove.lines), ended)
            if now == seen or stove.failure:
                continue
            begun_s = time.monotonic()
            while stove.settled < SETTLED_ROUNDS and time.monotonic() - begun_s < SETTLE_S:
                if self._closing.wait(0.05):
                    return
            begun_s = time.monotonic()
            try:
                asked = stove.ask(stove.so_far, known).result(timeout=10)
                asked["expect"] = json.dumps(stove.top) if ended else None
                verdict = self._ask(asked)
            except Exception:  # the stove or the process is being put away, or is too busy: the next look will tell
                if self._closing.is_set():
                    return
                self._process, known = None, 0
                continue
            known += len(asked["lines"])
            seen = now
            self._told(verdict)
            rest_s = max(EVERY_S, SHARE * (time.monotonic() - begun_s))

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simulator.live.judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )  # fmt: skip
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def main() -> None:
    """Answer until the other end is gone."""
    os.nice(10)  # the stove goes first
    lines: list[str] = []
    for text in sys.stdin:
        asked = json.loads(text)
        lines += asked["lines"]
        print(json.dumps(verdict_on(lines, asked)), flush=True)


if __name__ == "__main__":
    main()
