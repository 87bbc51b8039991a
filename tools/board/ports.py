"""Which serial port the board is on."""

import errno
import os
from collections.abc import Iterable
from typing import Any

from serial.tools import list_ports

from tools.board.errors import BoardError

# USB makers of the serial converters on ESP32 boards.
CONVERTERS = {
    0x10C4: "Silicon Labs CP210x",
    0x1A86: "WCH CH340 or CH9102",
    0x0403: "FTDI",
    0x067B: "Prolific",
    0x303A: "Espressif",
}
IN_USE = "is in use by another program"
NONE = "no board: no USB serial port is there. Plug it in with a data cable, or try without one: `make board`"


def likely(found: Iterable[Any] | None = None) -> list[Any]:
    """The ports behind which an ESP32 may be. found: as list_ports.comports() gives them, which is the default."""
    return sorted(
        (one for one in (list_ports.comports() if found is None else found) if one.vid in CONVERTERS),
        key=lambda one: one.device,
    )


def described(port: Any) -> str:
    """A port in words: /dev/ttyUSB0 (Silicon Labs CP210x)."""
    return f"{port.device} ({CONVERTERS[port.vid]})"


def chosen(asked: str | None, command: str, found: Iterable[Any] | None = None) -> str:
    """The port to use: the one that was asked for, or the only likely one. Raises BoardError."""
    if asked:
        return asked
    there = likely(found)
    if not there:
        raise BoardError(f"{NONE}, then make {command} PORT=…")
    if len(there) > 1:
        told = ", ".join(map(described, there))
        raise BoardError(f"several boards: {told}. Say which: make {command} PORT={there[0].device}")
    return str(there[0].device)


def refusal(port: str, error: BaseException) -> str:
    """Why a port could not be opened, and the way out."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT or not (os.path.exists(port) or ":" in port or port.upper().startswith("COM")):
        there = ", ".join(map(described, likely())) or "none"
        return f"{port} is not there; USB serial ports: {there}"
    if number == errno.EACCES:
        return f"{port}: no right to use it: sudo usermod -aG dialout $USER, then log in again"
    if number in (errno.EAGAIN, errno.EBUSY) or "lock port" in str(error):
        return f"{port} {IN_USE}: close it (a monitor? a console?) and try again"
    return f"{port} cannot be used as a serial port: {str(error).splitlines()[0]}"
