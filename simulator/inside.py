"""The machine side inside this process: the same files as run.py starts in a process of their own, on CPython only.

Belongs here: lending the firmware the chip's modules, so that thousands of short runs need no process each.
Must not be here: what is run (scenario.py, draw.py), what comes of it (play.py).
"""

import builtins
import importlib
import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from simulator.run import MACHINE, SOURCES, MachineDied, fill


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
    """The simulator's modules and stand-ins, by the names under which the chip imports them."""
    names = ("report", "plant", "slots", "world", "machine", "neopixel", "time", "go")
    real_time = sys.modules.pop("time")
    modules = {}
    os.environ["CURFEW_PATH"] = ":".join(map(str, MACHINE))  # where go.py looks
    path = sys.path[:]
    sys.path[:0] = map(str, MACHINE)
    finders = sys.meta_path[:]
    sys.meta_path.remove(importlib.machinery.BuiltinImporter)  # type: ignore[arg-type]  # it finds its own `time`
    try:
        for name in names:
            modules[name] = importlib.import_module(name)
    finally:
        sys.meta_path[:] = finders
        for name in names:
            sys.modules.pop(name, None)
        sys.modules["time"] = real_time
        sys.path[:] = path
        del os.environ["CURFEW_PATH"]
    return modules


MODULES = machine_side()
CHIP = {name: MODULES[name] for name in ("world", "machine", "neopixel", "time")}
CHIP.update(_thread=MODULES["go"]._Thread, gc=MODULES["go"]._Gc)


def run(plan: dict[str, Any], firmware: Path = SOURCES) -> list[str]:
    """All lines the machine side said for this plan, with the firmware in that folder.

    Raises MachineDied when the simulator itself failed; what it said until then is in the error.
    """
    lines: list[str] = []
    modules = dict(CHIP)
    here = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="curfew-") as folder, lent(modules):
        fill(Path(folder), firmware, plan)
        sys.path.insert(0, str(MACHINE[0]))
        os.chdir(folder)  # the chip's flash
        try:
            MODULES["go"].run(plan, lines.append)
        except Exception as error:
            raise MachineDied(f"the machine side died: {type(error).__name__}: {error}", lines, "") from error
        finally:
            os.chdir(here)
    return lines
