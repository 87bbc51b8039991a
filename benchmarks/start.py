"""Row 6: from reset to safe relays and to the first tick, in instructions (CPython) and in time (VM).

Instructions are CPython's, counted by its own trace: the VM has none (it was built without sys.settrace). They are the
same in every run, so a test can hold them.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from simulator import inside, run, run_settings, scenario


class Instructions(NamedTuple):
    """From the first instruction of boot.py on: until the watchdog is asked for, and until it is first fed."""

    safe: int
    ready: int


class _Counter:
    def __init__(self, firmware: Path) -> None:
        self.count = 0
        self.safe: int | None = None
        self.ready: int | None = None
        self._ours = str(firmware)

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "call":
            if not frame.f_code.co_filename.startswith(self._ours):
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        elif event == "opcode":
            self.count += 1
        return self.trace


def instructions(burners: int = 1) -> Instructions:
    """Count the instructions of the firmware's own files. Raises RuntimeError when it never came to a first tick."""
    with tempfile.TemporaryDirectory() as folder:
        firmware = Path(folder) / "firmware"  # without what CPython left beside it, which would be looked at as well
        shutil.copytree(run.SOURCES, firmware, ignore=shutil.ignore_patterns("__pycache__"))
        return _instructions(burners, firmware)


def _instructions(burners: int, firmware: Path) -> Instructions:
    text = {"name": "start", "until": "0:00:01", "stove": {"burners": burners}, "events": [], "expect": []}
    plan = scenario.parse(json.dumps(text), run_settings.shipped()).plan
    counter = _Counter(firmware)
    dog = inside.MODULES["machine"].WDT
    begin, feed = dog.__init__, dog.feed

    def begun(self: Any, *words: Any, **named: Any) -> None:
        if counter.safe is None:
            counter.safe = counter.count
        begin(self, *words, **named)

    def fed(self: Any) -> None:
        if counter.ready is None:
            counter.ready = counter.count
            sys.settrace(None)
        feed(self)

    dog.__init__, dog.feed = begun, fed
    before = sys.gettrace()
    sys.settrace(counter.trace)
    try:
        inside.run(plan, firmware)
    finally:
        sys.settrace(before)
        dog.__init__, dog.feed = begin, feed
    if counter.safe is None or counter.ready is None:
        raise RuntimeError("the firmware never came to its first tick")
    return Instructions(counter.safe, counter.ready)
