"""The user's own files, from a board into one file on the PC and back.

A backup is JSON: {"curfew_backup": 1, "made": date, "board": number, "files": {name: {"sha256": …, "base64": …}}}.
"""

import base64
import binascii
import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from . import installation
from .errors import BoardError
from .link import Link

device_settings = installation.core("settings")

FORM = 1
SETTINGS = "settings.json"
KEY = "key.txt"  # of this device alone: only with an explicit option, only over the cable
NOT_THEIRS = ("slot.txt",)  # which program runs is no setting
FILE_MAX_BYTES = 65536


def is_theirs(name: str, key: bool = False) -> bool:
    """Whether a file in the root of the flash is the user's own."""
    if name == KEY:
        return key
    if not name or name in ("a", "b"):  # the folders of the program
        return False
    return name not in NOT_THEIRS and not name.endswith((".py", ".mpy", ".new")) and "/" not in name and name[:1] != "."


_NAMES = """
import os,machine
print(repr([(e[0],os.stat(e[0])[6]) for e in os.ilistdir('') if not e[1]&0x4000]))
print(repr(machine.unique_id()))
"""


def taken(link: Link, made: str, key: bool, step: Callable[[str, int, int], None]) -> dict[str, Any]:
    """A backup of the board behind a link that was taken over. step: name, its number, how many. Raises BoardError."""
    from ast import literal_eval

    names, number = map(literal_eval, link.run(_NAMES).split("\n")[:2])
    theirs = sorted(name for name, _ in names if is_theirs(name, key))
    files = {}
    for index, name in enumerate(theirs):
        step(name, index, len(theirs))
        data = link.read(name)
        files[name] = {"sha256": sha256(data).hexdigest(), "base64": base64.b64encode(data).decode()}
    return {"curfew_backup": FORM, "made": made, "board": number.hex(), "files": files}


def keep(backup: dict[str, Any], path: Path) -> None:
    """Write a backup, readable by its owner only: it holds the password of the Wi-Fi. Raises BoardError."""
    if path.exists():
        raise BoardError(f"{path} is there already: name another file, or remove it")
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(backup, file, indent=1)
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}: name another file")


def read(path: Path, key: bool = False) -> dict[str, bytes]:
    """The files of a backup, each judged. Raises BoardError, and says which is wrong."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}")
    except (ValueError, RecursionError):  # UnicodeDecodeError is one
        raise BoardError(f"{path}: no backup: not JSON, or cut off")
    if not isinstance(told, dict) or told.get("curfew_backup") != FORM or not isinstance(told.get("files"), dict):
        raise BoardError(f'{path}: no backup: "curfew_backup": {FORM} and "files" are missing')
    found = {}
    for name, one in told["files"].items():
        if name == KEY and not key:
            continue
        if not is_theirs(name, key):
            raise BoardError(f"{path}: {name!r} is no file of the user's: nothing was restored")
        try:
            data = base64.b64decode(one["base64"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise BoardError(f"{path}: {name} is damaged: nothing was restored")
        if sha256(data).hexdigest() != one.get("sha256"):
            raise BoardError(f"{path}: {name} does not fit its SHA-256: nothing was restored")
        if len(data) > FILE_MAX_BYTES:
            raise BoardError(f"{path}: {name} has {len(data)} bytes, more than {FILE_MAX_BYTES}: nothing was restored")
        judge(name, data)
        found[name] = data
    if not found:
        raise BoardError(f"{path}: there is no file in it: nothing was restored")
    return found


def judge(name: str, data: bytes) -> None:
    """Raises BoardError when the device would refuse this file."""
    if name == SETTINGS:
        try:
            device_settings.parse(data.decode())
        except (device_settings.Invalid, UnicodeDecodeError) as error:
            raise BoardError(f"the device would refuse these settings: {error}")
    elif name.endswith(".json"):
        try:
            reported = json.loads(data)
        except (ValueError, RecursionError):
            raise BoardError(f"{name} is not JSON: cut off?")
        if not isinstance(reported, dict):
            raise BoardError(f"{name} is not an object {{ … }}: the device would open its set-up")


def laid_over(path: Path, below: dict[str, Any] | None = None) -> bytes:
    """The shipped settings, over them `below`, over both those of a file. Raises BoardError when they are refused."""
    try:
        own = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}")
    except UnicodeDecodeError:
        raise BoardError(f"{path}: not UTF-8: save it as UTF-8 in your editor, then again")
    except ValueError as error:
        raise BoardError(f"{path}: not JSON: {error}")
    if not isinstance(own, dict):
        raise BoardError(f"{path}: not an object {{ … }}")
    return over_shipped({**(below or {}), **own})


def over_shipped(own: dict[str, Any]) -> bytes:
    """The shipped settings with others laid over. Raises BoardError when the device would refuse them."""
    whole = {**json.loads(shipped()), **own}
    data = (json.dumps(whole, indent=2) + "\n").encode()
    judge(SETTINGS, data)
    return data


def shipped() -> bytes:
    """The settings that come with the program."""
    return (installation.FIRMWARE / SETTINGS).read_bytes()


def put_back(link: Link, files: dict[str, bytes], step: Callable[[str, int, int], None]) -> None:
    """Write files to a board; each is the old one or the new one at any moment. Raises BoardError."""
    for index, (name, data) in enumerate(files.items()):
        step(name, index, len(files))
        link.write(name, data)
