"""Is this file a MicroPython for a plain ESP32? Read from its bytes. Pure.

The official file begins with the boot loader at 0x1000 of the flash; partition table and program are at their places.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .errors import BoardError

OFFSET = 0x1000  # where the first byte goes on an ESP32
_TABLE = 0x8000 - OFFSET
_APP = 0x10000 - OFFSET
_MAGIC = 0xE9
_FLASH_BYTES = 4 * 1024 * 1024
_BYTES_MAX = _FLASH_BYTES - OFFSET
FILES_MIN_BYTES = 1024 * 1024  # of flash for files: two programs, settings, journal
VERSION_MIN = (1, 26)
CHIPS = {0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2"}
CHIPS |= {18: "ESP32-P4", 20: "ESP32-C61", 23: "ESP32-C5"}
Refusal = Callable[[str], BoardError]
WANTED = "ESP32_GENERIC-….bin from https://micropython.org/download/ESP32_GENERIC/"


@dataclass(frozen=True)
class Image:
    """What is known of a sound image."""

    version: str
    size: int
    files_at: int  # where the files begin in the flash
    files_bytes: int  # of 4 MB of flash that it leaves for them


def read(path: Path) -> Image:
    """An image that will do. Raises BoardError for every other file, and says what is wrong with it."""
    try:
        with open(path, "rb") as file:
            data = file.read(_BYTES_MAX + 1)
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}; the right one is {WANTED}")

    def wrong(what: str) -> BoardError:
        return BoardError(f"{path.name}: {what}; the right one is {WANTED}")

    if len(data) > _BYTES_MAX:
        raise wrong("it is more than a flash of 4 MB holds")
    if len(data) < 24 or data[0] != _MAGIC:
        raise wrong("no image for an ESP chip")
    _of_this_chip(data, 0, wrong)
    if len(data) <= _APP + 24 or data[_TABLE : _TABLE + 2] != b"\xaa\x50" or data[_APP] != _MAGIC:
        raise wrong("boot loader, partition table and program are not where they should be: cut off, or only an update")
    _of_this_chip(data, _APP, wrong)
    end = _app_end(data, wrong)
    if sha256(data[_APP : end - 32]).digest() != data[end - 32 : end]:
        raise wrong("its checksum does not fit: damaged, download it again")
    app = data[_APP:end]
    found = re.search(rb"MicroPython v((\d+)\.(\d+)\.\d+\S*) on \d{4}-\d\d-\d\d", app)
    if not found:
        raise wrong("a program for an ESP32, but no MicroPython")
    if (int(found[2]), int(found[3])) < VERSION_MIN:
        raise wrong(f"MicroPython {found[1].decode()} is too old, {'.'.join(map(str, VERSION_MIN))} or newer is needed")
    if b"with SPIRAM" in app or b"SPIRAM module" in app:
        raise wrong("the one for boards with SPIRAM: its memory is too slow for the safety loop")
    if b" with ESP32\0" not in app:
        raise wrong("a variant (UNICORE, D2WD) or another board's: the services need the second core")
    at, room = _files(data)
    if room < FILES_MIN_BYTES:
        raise wrong(f"it leaves {room // 1024} KiB for files, {FILES_MIN_BYTES // 1024} are needed")
    return Image(found[1].decode(), len(data), at, room)


def _of_this_chip(data: bytes, at: int, wrong: Refusal) -> None:
    chip = struct.unpack_from("<H", data, at + 12)[0]
    if chip != 0:
        raise wrong(f"for the {CHIPS.get(chip, f'chip {chip}')}, and the board needs one for the plain ESP32")


def _app_end(data: bytes, wrong: Refusal) -> int:
    """Where the program ends, its checksum and SHA-256 with it."""
    at = _APP + 24
    for _ in range(data[_APP + 1]):
        if at + 8 > len(data):
            break
        at += 8 + struct.unpack_from("<I", data, at + 4)[0]
    end = (at + 16) // 16 * 16  # one byte of checksum at the end of a row of 16
    if data[_APP + 23]:  # a SHA-256 follows
        end += 32
    else:
        raise wrong("a program without its SHA-256")
    if end > len(data):
        raise wrong(f"cut off: {len(data)} bytes of at least {end}; download it again")
    return end


def _files(data: bytes) -> tuple[int, int]:
    """Where the files begin in the flash, and how many bytes they have.

    Up to MicroPython 1.25 a row of the partition table said so; since then MicroPython takes the rest of the flash.
    """
    end = 0
    for row in range(_TABLE, _TABLE + 0xC00, 32):
        magic, kind, _, at, size, name = struct.unpack_from("<HBBII16s", data, row)
        if magic != 0x50AA:
            break
        if kind == 1 and name.rstrip(b"\0") in (b"vfs", b"ffat"):
            return at, size
        end = max(end, at + size)
    return end, max(0, _FLASH_BYTES - end)
