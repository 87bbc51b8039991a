"""The update keys of devices on this computer: read over the cable once, kept where only their owner can read them."""

import os
import re
from pathlib import Path

from . import installation
from .errors import BoardError
from .installation import typed
from .link import Link

_KEY = re.compile(r"[0-9a-f]{64}")
_READ = """
import machine
from binascii import hexlify
print(hexlify(machine.unique_id()).decode())
try:
    with open('key.txt') as f: print(f.readline().strip())
except OSError:
    print()
"""


def of(device: str, folder: Path | None = None) -> bytes:
    """The key of a device, as keep() kept it. Raises BoardError."""
    path = (folder or installation.KEYS) / f"{device}.key"
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        raise BoardError(f"no key of the device {device}: attach it once and run `{typed('key')}`") from None
    if not _KEY.fullmatch(text):
        raise BoardError(f"{path}: not a key (64 hex digits): attach the device and run `{typed('key')}` again")
    return bytes.fromhex(text)


def read(link: Link) -> tuple[str, str]:
    """Device and key of the board behind a link that was taken over. Raises BoardError."""
    device, key = (link.run(_READ).split("\n") + [""])[:2]
    if not _KEY.fullmatch(key):
        raise BoardError(
            f"{link.port}: the device has no key yet: it creates one once its Wi-Fi (or set-up network) is on"
        )
    return device, key


def keep(device: str, key: str, folder: Path | None = None) -> Path:
    """Write a key file that only its owner can read; its path. Raises BoardError."""
    path = (folder or installation.KEYS) / f"{device}.key"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key + "\n")
        os.replace(aside, path)
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}: make room there, and the folder yours") from None
    return path
