"""Runs one of benchmarks/vm on the VM, on the smallest chip, with a flash of its own."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import rig
from simulator import run, run_settings

TIMEOUT_S = 240


def reported(
    program: str,
    *words: object,
    burners: int = 1,
    sensor: bool = True,
    heap: str = "2m",
    air: bool = False,
    firmware: Path = run.BOARD,
) -> str:  # fmt: skip
    """What a program of benchmarks/vm prints. air: with radio and sockets of the device. Raises RuntimeError."""
    chip = [rig.AIR, rig.TINY, rig.CHIP, rig.COMMON] if air else [rig.TINY]
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as folder:
        settings = run_settings.make({}, run_settings.shipped(), burners, sensor)["settings"]
        run.fill(Path(folder), firmware, {"events": [], "settings": settings})
        code = rig.VM / program
        path = rig.linked(Path(folder), *chip, firmware / "a", firmware / "a" / "lib", firmware, code.parent)
        # As a module: of a file the VM keeps where it really lies, and the smallest heap would depend on the checkout.
        command = [rig.micropython(), "-X", f"heapsize={heap}", "-m", code.stem, *map(str, words)]
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "MICROPYPATH": path}, capture_output=True, text=True,
            timeout=TIMEOUT_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{program} on the VM: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def measured(program: str, *words: object, **asked: Any) -> Any:
    """The JSON in the last line of what it prints."""
    return json.loads(reported(program, *words, **asked).splitlines()[-1])
