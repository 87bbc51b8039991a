"""The npm packages of the site: installed by make once, whatever asks for them first."""

import fcntl
import shutil
import subprocess

import pytest

from simulator import run


def ready():
    """Have them in build/npm; skip the test where that cannot be, and say why."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are missing: apt-get install nodejs npm")
    (run.ROOT / "build").mkdir(exist_ok=True)
    with open(run.ROOT / "build" / "npm.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers wait, and find them there
        command = ["make", "-s", "build/npm/.ready"]
        done = subprocess.run(command, cwd=run.ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip((done.stdout.strip() or done.stderr.strip()).splitlines()[-1])
