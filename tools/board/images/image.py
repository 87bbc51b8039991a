"""Is this file a MicroPython for this chip? Read from its bytes. Pure.

The official file begins with the boot loader; partition table and program are at their places behind it. A whole image
(merge.py) begins with the first byte of the flash and has the files, too.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..errors import BoardError


@dataclass(frozen=True)
class Board:
    """A kind of board that an image is made for."""

    chip: str
    number: int  # of the chip, in the header of each program
    offset: int  # in the flash, of the boot loader: where the first byte of an official file goes
    build: str  # MicroPython's own name for it
    own: bytes  # the end of what its MicroPython calls itself

    @property
    def word(self) -> str:
        """Its chip, as settings name it."""
        return self.chip.replace("-", "")


BOARDS = {
    "esp32": Board("ESP32", 0, 0x1000, "ESP32_GENERIC", b" with ESP32\0"),
    "s3": Board("ESP32-S3", 9, 0, "ESP32_GENERIC_S3", b" with ESP32S3\0"),
    "c3": Board("ESP32-C3", 5, 0, "ESP32_GENERIC_C3", b" with ESP32C3\0"),
    "c6": Board("ESP32-C6", 13, 0, "ESP32_GENERIC_C6", b" with ESP32C6\0"),
}
PLAIN = BOARDS["esp32"]
OFFSET = PLAIN.offset
_TABLE = 0x8000  # in the flash, on every chip
_APP = 0x10000
_MAGIC = 0xE9
FLASH_BYTES = 4 * 1024 * 1024  # the least
FILES_MIN_BYTES = 1024 * 1024  # of flash for files: two programs, settings, journal
VERSION_MIN = (1, 26)
CHIPS = {0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2"}
CHIPS |= {18: "ESP32-P4", 20: "ESP32-C61", 23: "ESP32-C5"}
Refusal = Callable[[str], BoardError]


def wanted(board: Board = PLAIN) -> str:
    """Which file will do, and where it is."""
    return f"{board.build}-….bin from https://micropython.org/download/{board.build}/"


@dataclass(frozen=True)
class Image:
    """What is known of a sound image."""

    version: str
    size: int
    at: int  # where its first byte goes in the flash
    files_at: int  # where the files begin in the flash
    files_bytes: int  # of the flash that it leaves for them

    @property
    def is_whole(self) -> bool:
        """True when it has the files, too."""
        return self.at + self.size > self.files_at


def meant(path: Path) -> Board:
    """The board that an image is for, by its boot loader; the plain one where it does not say. read() judges it."""
    try:
        with open(path, "rb") as file:
            head = file.read(OFFSET + 16)
    except OSError:
        return PLAIN
    at = 0 if head[:1] == bytes([_MAGIC]) else OFFSET
    number = head[at + 12 : at + 14]
    return next((board for board in BOARDS.values() if board.number.to_bytes(2, "little") == number), PLAIN)


def read(path: Path, board: Board = PLAIN, flash_bytes: int = FLASH_BYTES) -> Image:
    """An image that will do. Raises BoardError for every other file, and says what is wrong with it."""
    try:
        with open(path, "rb") as file:
            data = file.read(flash_bytes + 1)
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}; the right one is {wanted(board)}")

    def wrong(what: str) -> BoardError:
        return BoardError(f"{path.name}: {what}; the right one is {wanted(board)}")

    size = len(data)
    first = 0 if size > board.offset and not data[: board.offset].strip(b"\xff") else board.offset
    if size > flash_bytes - first:
        raise wrong(f"it is more than a flash of {flash_bytes >> 20} MB holds")
    data = bytes(first) + data  # from here on a place in it is a place in the flash
    if len(data) < board.offset + 24 or data[board.offset] != _MAGIC:
        raise wrong("no image for an ESP chip")
    _of_this_chip(data, board.offset, board, wrong)
    if len(data) <= _APP + 24 or data[_TABLE : _TABLE + 2] != b"\xaa\x50" or data[_APP] != _MAGIC:
        raise wrong("boot loader, partition table and program are not where they should be: cut off, or only an update")
    _of_this_chip(data, _APP, board, wrong)
    end = _app_end(data, wrong)
    if sha256(data[_APP : end - 32]).digest() != data[end - 32 : end]:
        raise wrong("its checksum does not fit: damaged, download it again")
    app = data[_APP:end]
    found = re.search(rb"MicroPython v((\d+)\.(\d+)\.\d+\S*) on \d{4}-\d\d-\d\d", app)
    if not found:
        raise wrong(f"a program for an {board.chip}, but no MicroPython")
    if (int(found[2]), int(found[3])) < VERSION_MIN:
        raise wrong(f"MicroPython {found[1].decode()} is too old, {'.'.join(map(str, VERSION_MIN))} or newer is needed")
    if board is PLAIN and (b"with SPIRAM" in app or b"SPIRAM module" in app):
        raise wrong("the one for boards with SPIRAM: its memory is too slow for the safety loop")
    if board.own not in app:
        raise wrong("a variant (UNICORE, D2WD) or another board's: the services need the second core")
    at, room = _files(data, flash_bytes)
    if room < FILES_MIN_BYTES:
        raise wrong(f"it leaves {room // 1024} KiB for files, {FILES_MIN_BYTES // 1024} are needed")
    return Image(found[1].decode(), size, first, at, room)


def _of_this_chip(data: bytes, at: int, board: Board, wrong: Refusal) -> None:
    chip = struct.unpack_from("<H", data, at + 12)[0]
    if chip != board.number:
        plain = "the plain " if board is PLAIN else "the "
        raise wrong(f"for the {CHIPS.get(chip, f'chip {chip}')}, and the board needs one for {plain}{board.chip}")


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


def _files(data: bytes, flash_bytes: int) -> tuple[int, int]:
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
    return end, max(0, flash_bytes - end)
