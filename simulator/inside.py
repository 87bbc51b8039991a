"""The machine side inside this process: the same files as run.py starts in a process of their own, on CPython only."""

import builtins
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from simulator.run import MACHINE, SOURCES, MachineDied, fill, stamps
from simulator.words import SLOT_ACTS

STARTERS = ("boot.py", "main.py")
FAKES = ("chip", "chips", "esp", "esp32", "machine", "neopixel", "time")  # in the order of their imports
_RAM = "/dev/shm"  # a file system in memory: a run writes files only to read them again
RAM = _RAM if os.access(_RAM, os.W_OK) else None


def _is_firmware(name: str) -> bool:
    return name in ("curfew", "starter", "program") or name.startswith("curfew.")


@contextmanager
def lent(modules: dict[str, ModuleType], console: Callable[..., None] = print) -> Iterator[None]:
    """Within, imports see these modules and no other firmware; afterwards everything is as it was.

    Modules of the firmware that were imported within are added to `modules`. console: what print() does meanwhile.
    """
    really_print, builtins.print = builtins.print, console
    kept = {name: sys.modules[name] for name in list(sys.modules) if _is_firmware(name) or name in modules}
    path = sys.path[:]
    for name in kept:
        del sys.modules[name]
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_firmware(name) or name in modules]:
            modules[name] = sys.modules.pop(name)
        sys.modules.update(kept)
        sys.path[:] = path
        builtins.print = really_print


def machine_side() -> dict[str, ModuleType]:
    """The simulator's modules and fakes, by the names under which the chip imports them."""
    names = (*FAKES, "report", "plant", "witness", "sensing", "slots", "acts", "second_thread", "world", "go")
    real = {name: sys.modules.pop(name) for name in names if name in sys.modules}  # `time`
    modules = {}
    os.environ["CURFEW_PATH"] = ":".join(map(str, MACHINE))  # where go.py looks
    path = sys.path[:]
    sys.path[:0] = map(str, MACHINE)
    finders = sys.meta_path[:]
    sys.meta_path.remove(importlib.machinery.BuiltinImporter)  # it finds its own `time`
    try:
        for name in names:
            modules[name] = importlib.import_module(name)
    finally:
        sys.meta_path[:] = finders
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(real)
        sys.path[:] = path
        del os.environ["CURFEW_PATH"]
    return modules


MODULES = machine_side()
CHIP = {name: MODULES[name] for name in FAKES}
CHIP.update(_thread=MODULES["go"]._Thread, gc=MODULES["go"]._Gc, micropython=MODULES["go"]._Micropython)


class Compiled(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the firmware's modules in a table of code objects: a start compiles nothing and reads nothing.

    native: modules of machine code by name (native.py), the same in every run; they hold no state of their own.
    """

    def __init__(self, codes: dict[str, CodeType], native: dict[str, ModuleType] | None = None):
        self._codes = codes
        self._native = native or {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name not in self._codes:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package="__init__" in self._codes[name].co_filename)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._native.get(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ not in self._native:
            exec(self._codes[module.__name__], module.__dict__)


def codes(firmware: Path = SOURCES) -> dict[str, CodeType]:
    """The code of every file of a firmware by the name of its module, "boot.py" and "main.py" included."""
    return _codes(firmware, stamps(firmware))


@cache
def _codes(firmware: Path, of: tuple[tuple[Path, int, int], ...]) -> dict[str, CodeType]:
    found = {}
    for path, _, _ in of:
        parts = path.relative_to(firmware).with_suffix("").parts
        name = path.name if path.name in STARTERS else ".".join(part for part in parts if part != "__init__")
        found[name] = compile(path.read_text("utf-8"), str(path), "exec")
    for folder in {folder for path, _, _ in of for folder in path.relative_to(firmware).parents}:
        found.setdefault(".".join(folder.parts), compile("", str(firmware / folder / "__init__.py"), "exec"))
    return found


def run(plan: dict[str, Any], firmware: Path = SOURCES, native: dict[str, ModuleType] | None = None) -> list[str]:
    """All lines the machine side said for this plan, with the firmware in that folder, or with its native modules.

    Raises MachineDied when the simulator itself failed; what it said until then is in the error.
    """
    lines: list[str] = []
    modules = dict(CHIP)
    here, finders = os.getcwd(), sys.meta_path[:]
    starters = None
    if not any(event[1] in SLOT_ACTS for event in plan["events"]):  # else its flash says what is imported
        compiled = codes(firmware)
        sys.meta_path.insert(0, Compiled(compiled, native))
        starters = [compiled[name] for name in STARTERS]
    with tempfile.TemporaryDirectory(prefix="curfew-", dir=RAM) as folder, lent(modules):
        fill(Path(folder), firmware, plan)
        sys.path.insert(0, str(MACHINE[0]))
        os.chdir(folder)  # the chip's flash
        try:
            MODULES["go"].run(plan, lines.append, compiled=starters)
        except Exception as error:
            raise MachineDied(f"the machine side died: {type(error).__name__}: {error}", lines, "") from error
        finally:
            os.chdir(here)
            sys.meta_path[:] = finders
    return lines
