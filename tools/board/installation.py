"""Where this copy of the tools has its program, and how its commands are typed: installed, or in a clone.

A clone builds its program. An installed package carries it inside; pyproject.toml says what goes where.
"""

import importlib
import importlib.metadata
import os
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

_TOOLS = Path(__file__).resolve().parent.parent
ROOT = _TOOLS.parent  # of a clone
INSTALLED = (_TOOLS / "program").is_dir()
PROGRAM = _TOOLS / "program" if INSTALLED else ROOT / "build" / "firmware"
FIRMWARE = _TOOLS / "firmware" if INSTALLED else ROOT / "firmware"  # the shipped settings and what judges settings
_OWN = Path(os.path.expanduser("~")) / ".curfew"  # unlike Path.home() it fails for no user
KEYS = _OWN / "keys" if INSTALLED else ROOT / "keys"
IMAGES = _OWN / "images" if INSTALLED else ROOT / "build" / "images"
SLOT = "a"  # the folder of the program in PROGRAM
_VARIABLES = {"flash": "FIRMWARE", "image": "FIRMWARE", "update": "HOST"}  # of make; for any other command FILE


def core(name: str) -> Any:
    """A module of the firmware's core, which judges settings here as it does on the device: core("settings").

    Ends the program with one line when it is damaged.
    """
    if str(FIRMWARE) not in sys.path:
        if wrong := damaged(FIRMWARE):
            sys.exit(f"curfew: {wrong} of this installation is damaged: {program_again()}")
        sys.path.append(str(FIRMWARE))
    return importlib.import_module("curfew.core." + name)


def typed(command: str, argument: str = "", port: str = "", **flags: bool) -> str:
    """How a command is typed here: `curfew deploy --port COM3`, by make in a clone `make deploy PORT=COM3`."""
    if os.environ.get("CURFEW_TYPED") == "make":
        words = [f"{_VARIABLES.get(command, 'FILE')}={argument}"] if argument else []
        words += [f"{flag.upper()}=1" for flag in flags] + ([f"PORT={port}"] if port else [])
        return " ".join(["make", command, *words])
    words = ([argument] if argument else []) + [f"--{flag}" for flag in flags] + (["--port", port] if port else [])
    return " ".join(["curfew", command, *words])


def program_again() -> str:
    """What brings a sound program into this copy."""
    return "pipx reinstall curfew" if INSTALLED else "make build"


def damaged(folder: Path = PROGRAM) -> str:
    """The first file of an installed folder that is not as it was packed; "" when all are, and in a clone."""
    for file in (importlib.metadata.files("curfew") or []) if INSTALLED else []:
        path = Path(str(file.locate()))
        if file.hash and file.hash.mode == "sha256" and folder in path.parents:
            try:
                digest = urlsafe_b64encode(sha256(path.read_bytes()).digest()).decode().rstrip("=")
            except OSError:
                return path.name
            if digest != file.hash.value:
                return path.name
    return ""
