"""Puts MicroPython on a board with esptool, which does the talking."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tools.board import image
from tools.board.errors import BoardError
from tools.board.ports import IN_USE

BAUD = 460800
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_OTHER_CHIP = re.compile(r"This chip is (\S+), not ESP32")
_SIZE = re.compile(r"flash size: (\d+[KM]B)")
_TOO_SMALL = ("256KB", "512KB", "1MB", "2MB")
_VERIFIED = "Hash of data verified"  # esptool's word for: the chip told the same MD5
_CONNECT = 5  # attempts; a board that does not answer by then wants its BOOT button held
MEND = "hold the board's BOOT button until this command has connected, and use a data cable"


def flash(port: str, path: Path, erase: bool, console: Console) -> None:
    """Check the image, then the chip, then write. Raises BoardError; a refused image or chip changes nothing."""
    good = image.read(path)
    console.print(f"image   MicroPython {good.version} for the ESP32, {good.size / 1e6:.1f} MB, {path.name}")
    with console.status(f"looking which chip is behind {port} …"):
        size = _flash_size(port)
    console.print(f"chip    ESP32, {size} of flash")
    if erase:
        console.print("erase   everything on the chip, settings and journal too")
        _run(port, ["erase-flash"], console, "erasing")
    said = _run(port, ["write-flash", hex(image.OFFSET), str(path)], console, "writing")
    if not any(_VERIFIED in line for line in said):
        raise BoardError(f"{port}: what was written was not verified: try another cable, then again")
    console.print(f"[bold green]flashed[/] MicroPython {good.version}; now: make deploy PORT={port}")


def _flash_size(port: str) -> str:
    """How much flash the chip has, as esptool writes it: "4MB". Raises BoardError unless a plain ESP32 answers."""
    size = "?"
    for line in _lines(port, ["flash-id"]):
        found = _SIZE.search(line)
        if found:
            size = found[1]
    if size in _TOO_SMALL:
        raise BoardError(f"{port}: {size} of flash are too little, 4MB are needed; nothing was written")
    return size


def _run(port: str, command: list[str], console: Console, doing: str) -> list[str]:
    """Run a command with progress: what esptool said. Raises BoardError."""
    said = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(doing, total=100)
        for line in _lines(port, command):
            said.append(line)
            found = _PERCENT.findall(line)
            if found:
                progress.update(task, completed=float(found[-1]))
    return said


def _lines(port: str, command: list[str]) -> Iterator[str]:
    """What esptool says, line by line, and BoardError where it fails."""
    whole = [sys.executable, "-m", "esptool", "--chip", "esp32", "--port", port, "--baud", str(BAUD)]
    whole += ["--connect-attempts", str(_CONNECT), *command]
    said = []
    with subprocess.Popen(
        whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, bufsize=1
    ) as done:
        assert done.stdout
        for line in done.stdout:
            said.append(line.rstrip())
            yield line
    if done.returncode:
        raise BoardError(_why(port, "\n".join(said)))


def _why(port: str, said: str) -> str:
    """esptool's words as one line with the way out."""
    other = _OTHER_CHIP.search(said)
    if other:
        return f"{port}: an {other[1]}, and Curfew needs the plain ESP32 (ESP32-WROOM-32); nothing was written"
    low = said.lower()
    if "no such file" in low or "errno 2]" in low:
        return f"{port} is not there"
    if "permission denied" in low:
        return f"{port}: no right to use it: sudo usermod -aG dialout $USER, then log in again"
    if "busy" in low or "lock port" in low or "temporarily unavailable" in low:
        return f"{port} {IN_USE}: close it (a monitor? a console?) and try again"
    if "failed to connect" in low or "no serial data" in low:
        return f"{port}: no ESP32 answers: {MEND}"
    fatal = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines() or ["no word"]
    return f"{port}: esptool: {fatal[-1].strip()}"
