"""Which serial port the board is on, and why one cannot be used."""

import errno
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

import serial
from serial.tools import list_ports

from . import drivers, installation
from .drivers import CONVERTERS
from .errors import BoardError
from .installation import typed

IN_USE = "is in use by another program"
_CLOSE = "close it (a monitor? a console? an IDE?) and try again"


def likely(found: Iterable[Any] | None = None) -> list[Any]:
    """The ports behind which an ESP32 may be, one a board. found: as list_ports.comports() gives them."""
    there = [one for one in (list_ports.comports() if found is None else found) if one.vid in CONVERTERS]
    there.sort(key=lambda one: one.device)
    if sys.platform != "darwin":
        return there
    boards: dict[Any, Any] = {}  # the system's driver and the maker's give one converter a port each
    for one in there:
        known = boards.setdefault((one.vid, one.pid, one.serial_number, one.location), one)
        if re.search("SLAB|wch", one.device) and not re.search("SLAB|wch", known.device):
            boards[(one.vid, one.pid, one.serial_number, one.location)] = one
    return list(boards.values())


def described(port: Any) -> str:
    """A port in words: /dev/ttyUSB0 (Silicon Labs CP210x, serial 0001)."""
    number = f", serial {port.serial_number}" if getattr(port, "serial_number", None) else ""
    return f"{port.device} ({CONVERTERS[port.vid]}{number})"


def chosen(asked: str | None, command: str, found: Iterable[Any] | None = None) -> str:
    """The port to use: the one that was asked for, or the only likely one. Raises BoardError."""
    if asked:
        if sys.platform == "darwin" and asked.startswith("/dev/tty."):
            return asked.replace("/dev/tty.", "/dev/cu.", 1)  # the other name waits for a modem's carrier
        return asked
    there = likely(found)
    if not there:
        raise BoardError(absent(command))
    if len(there) > 1:
        told = ", ".join(map(described, there))
        raise BoardError(
            f"several boards: {told}. Say which: {typed(command, port=there[0].device)}; "
            f"{typed('doctor')} names the board on each"
        )
    return str(there[0].device)


def absent(command: str) -> str:
    """That there is no board, why, and what to do."""
    told = "no board: no USB serial port is there. "
    told += drivers.missing() or f"Plug it in with a data cable, then {typed(command)}"
    return told if installation.INSTALLED else told + ". Or try without a board: `make board`"


def refusal(port: str, error: BaseException) -> str:
    """Why a port could not be opened, and the way out."""
    said = str(error) or type(error).__name__
    number = getattr(error, "errno", None) or _number(said)
    windows = sys.platform == "win32"
    if number in (errno.EAGAIN, errno.EBUSY) or "lock port" in said or windows and number == errno.EACCES:
        return f"{port} {IN_USE}: {_CLOSE}"
    if number == errno.EACCES or number == errno.EPERM:
        return f"{port}: no right to use it: {right(port)}"
    if number == errno.ENOENT or not (windows or ":" in port or os.path.exists(port)):
        return f"{port} is not there; {_others()}"
    if windows and "not functioning" in said:
        return f"{port} does not answer: unplug the board, plug it in again and try again"
    return f"{port} cannot be used as a serial port: {said.splitlines()[0]}; {_others()}"


def _others() -> str:
    """The ports that may be meant."""
    there = ", ".join(map(described, likely()))
    return f"USB serial ports: {there or 'none. ' + (drivers.missing() or 'Plug the board in with a data cable')}"


def _number(said: str) -> int | None:
    """The errno in a text of pyserial, which raises errors without one."""
    found = re.search(r"\[Errno (\d+)\]|(?:PermissionError|FileNotFoundError|OSError)\((\d+)", said)
    return int(found[1] or found[2]) if found else None


def right(port: str) -> str:
    """The command that gives this user the right to use a port: by the port's own group."""
    group = group_of(port)
    if not group or group in ("root", "wheel"):
        return f"sudo chmod a+rw {port} (until it is plugged in again)"
    return f"sudo usermod -aG {group} $USER, then log out and in again"


def group_of(port: str) -> str:
    """The name of the group of a port; "" where there is none, as under Windows."""
    try:
        import grp

        return grp.getgrgid(os.stat(port).st_gid).gr_name
    except (ImportError, OSError, KeyError):
        return ""


def check(port: str) -> None:
    """Raises BoardError when a port cannot be opened by this user now."""
    try:
        serial.serial_for_url(port, exclusive=True).close()
    except (OSError, ValueError) as error:
        raise BoardError(refusal(port, error)) from None
