"""Records what the converters of a running device read, over the USB cable, into a file for simulator/measured.py."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from rich.console import Console

from .errors import BoardError
from .link import Link
from .survey import survey

ASKED = "measure.txt"  # the program removes it, and prints its readings until its next start
HEAD = "t_s,burner,tc_uv,magnet_uv,contact"
_LINE = re.compile(r"reading (\d) (-?\d+) (-?\d+) ([01])")
_SILENT_S = 60  # of a program that does not print any


def measure(port: str, path: Path, seconds: float | None, console: Console) -> int:
    """Restart the device, and write its readings until Ctrl-C, or for some seconds; how many. Raises BoardError."""
    if path.exists():
        raise BoardError(f"{path} is there already: name another file, or remove it")
    with Link(port) as link:
        console.print(f"board   {port}: restarting it, contacts open; then it works as always, and tells its readings")
        link.take_over()
        there = survey(link)
        link.write(ASKED, b"")
        link.reset()
        try:
            with path.open("w", encoding="utf-8") as file:
                file.write(f"# Curfew readings, of {there.name}\n{HEAD}\n")
                return _written(link, file, seconds, lambda text: console.print(text, style="dim", end="\r"))
        except OSError as error:
            raise BoardError(f"{path}: {error.strerror}") from None


def _written(link: Link, file: TextIO, seconds: float | None, show: Callable[[str], None]) -> int:
    count, rest, first_s = 0, "", 0.0
    began_s = time.monotonic()
    try:
        while seconds is None or not count or time.monotonic() - first_s < seconds:
            rest += link.listen(0.5).decode("utf-8", "replace")
            *lines, rest = rest.split("\n")
            for found in filter(None, map(_LINE.search, lines)):
                first_s = first_s if count else time.monotonic()
                count += 1
                file.write(f"{time.monotonic() - first_s:.1f},{','.join(found.groups())}\n")
                show(f"burner {int(found[1]) + 1}: {int(found[2]) / 1000:6.2f} mV, {int(found[3]) / 1000:6.2f} mV  ")
            if not count and time.monotonic() - began_s > _SILENT_S:
                raise BoardError(f"{link.port}: the device tells no readings: an older program?")
    except KeyboardInterrupt:  # the ordinary end
        pass
    return count
