"""The device's libraries, fetched by pip as firmware/requirements.txt pins them.

python -m tools.build.libraries        fetch them into build/lib
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.build import roots, shrink

ROOT = Path(__file__).resolve().parent.parent.parent
PINNED = ROOT / "firmware" / "requirements.txt"
FETCHED = ROOT / "build" / "lib"
PUBLIC_AUTHORITIES = "chumicro_sockets/_ca_bundle.der"
# What the firmware imports of them, directly or not, and which definitions are not used here: heap is short.
# The rest (tests, other runtimes, templates) stays away as a whole.
NEEDED: dict[str, tuple[str, ...]] = {
    PUBLIC_AUTHORITIES: (),
    "DIYables_MicroPython_4Digit7Segment_TM1637/__init__.py": (),
    "DIYables_MicroPython_4Digit7Segment_TM1637/DIYables_MicroPython_4Digit7Segment_TM1637.py": (
        *("Display4Digit7SegmentTM1637.print_temperature", "Display4Digit7SegmentTM1637.set_number"),
    ),
}


class LibraryError(Exception):
    """The libraries are not what is needed; the text says which and the way out."""


def fetch(folder: Path = FETCHED, pinned: Path = PINNED) -> None:
    """Unpack pinned wheels into a folder, from nothing; any other content is refused. Raises CalledProcessError."""
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "--target", str(folder), "-r", str(pinned)], check=True)
    if pinned == PINNED:  # the list in the package is older than today's
        (folder / PUBLIC_AUTHORITIES).write_bytes(roots.bundle())


def sources(folder: Path = FETCHED) -> dict[str, str]:
    """What the firmware needs of the libraries' programs, by path. Raises LibraryError, shrink.ShrinkError."""
    found = {}
    for name, left_out in NEEDED.items():
        if not (folder / name).is_file():
            raise LibraryError(f"{folder / name} is missing: run `make build`")
        if name.endswith(".py"):
            found[name] = shrink.without((folder / name).read_text(), left_out)
    return found


if __name__ == "__main__":
    fetch()
