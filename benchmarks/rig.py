"""Where the fakes, the VM and the firmware's own modules are. Does not: anything that is measured."""

import importlib
import sys
from pathlib import Path
from typing import Any

from simulator import run

ROOT = Path(__file__).resolve().parent.parent
for _folder in ("firmware", "build/lib"):
    if str(ROOT / _folder) not in sys.path:
        sys.path.append(str(ROOT / _folder))

CHIP = run.FAKES / "realtime"  # the wire and what is behind the fakes
COMMON = run.COMMON  # machine, neopixel
AIR = CHIP / "air"  # network, socket
TINY = run.FAKES / "tiny"  # the smallest chip
HERE = Path(__file__).resolve().parent
VM = HERE / "vm"
BUILD = ROOT / "build" / "bench"
HEAP_KIB = 192
TICK_MS = 20


def token_hash(token: str) -> Any:
    """What network.json keeps of an access token, by the firmware's own function."""
    return importlib.import_module("curfew.services.http.auth").token_hash(token)


def password_hash(word: str, rounds: int) -> Any:
    """What network.json keeps of a password after so many rounds, by the firmware's own function."""
    return [*importlib.import_module("curfew.services.http.password").hashing(word, bytes(16), rounds)][-1]


def micropython() -> str:
    """The VM. Raises RunError with the way out."""
    return run._micropython()


def path_of(*folders: Path) -> str:
    """What MICROPYPATH must be."""
    return ":".join([*map(str, folders), ".frozen"])


def linked(flash: Path, *folders: Path) -> str:
    """The same by links in the current folder: the VM keeps a path for each module, of one length on every computer."""
    links = [flash / str(number) for number in range(len(folders))]
    for link, folder in zip(links, folders, strict=True):
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    return path_of(*(link.relative_to(flash) for link in links))
