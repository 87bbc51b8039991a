"""The device's console: only listening, or with mpremote's own prompt."""

import subprocess
import sys
import time

from rich.console import Console

from . import join, startup
from .errors import BoardError
from .installation import typed
from .link import Link

# Only Linux' drivers leave a chip alone when its port is opened (micropython#18001).
QUIET = "the device runs on" if sys.platform.startswith("linux") else "opening the port may have restarted the device"


def monitor(port: str, console: Console, seconds: float | None = None) -> None:
    """Show what the device prints until Ctrl-C, or for some seconds, and what it means. Raises BoardError."""
    with Link(port) as link:
        console.print(f"listening on {port}, press Ctrl-C to stop; {QUIET}", style="dim")
        rest = b""
        known = set()
        until = float("inf") if seconds is None else time.monotonic() + seconds
        while time.monotonic() < until:
            rest += link.listen(0.5)
            *lines, rest = rest.split(b"\n")
            for line in lines:
                text = line.decode("utf-8", "replace").rstrip("\r")
                console.print(text)
                join.show(text, console)
                way = startup.meaning(text)
                if way and way not in known:
                    known.add(way)
                    console.print(f"        {way}", style="yellow", soft_wrap=True)


def prompt(port: str, console: Console) -> int:
    """mpremote's terminal on a board that goes on running; its exit status. Raises BoardError."""
    if not sys.stdin.isatty():
        raise BoardError(f"the prompt needs a terminal, and there is none: {typed('monitor', port=port)} only listens")
    with Link(port):  # in use? not there? said in our words
        pass
    console.print(
        "Ctrl-C stops the device, contacts open; after ten minutes at the prompt its watchdog starts it again.\n"
        "Back to work: import machine; machine.reset()   Leave: Ctrl-]",
        style="dim",
    )
    return subprocess.call([sys.executable, "-m", "mpremote", "connect", port, "resume", "repl"])
