"""One file for a whole flash: MicroPython, and the file system with starter, program and settings. Pure.

The chip mounts a LittleFS only if its size is that of the flash behind the partitions, so an image is for one size.
"""

from typing import Any

from littlefs import LittleFS, LittleFSError

from ..errors import BoardError
from . import image

BLOCK_BYTES = 4096
# As MicroPython itself mounts it (extmod/vfs_lfs.c, ports/esp32).
_FORM: dict[str, Any] = {
    "block_size": BLOCK_BYTES,
    "read_size": 32,
    "prog_size": 32,
    "cache_size": 128,
    "lookahead_size": 32,
}


def merged(micropython: bytes, found: image.Image, files: dict[str, bytes], flash_bytes: int) -> bytes:
    """The whole flash, first byte to last. micropython: a file that image.read() found good. Raises BoardError."""
    if len(micropython) + found.at > found.files_at:
        raise BoardError("this image has files already: take the official MicroPython")
    head = (b"\xff" * found.at + micropython).ljust(found.files_at, b"\xff")
    return (head + file_system(files, found.files_bytes)).ljust(flash_bytes, b"\xff")


def file_system(files: dict[str, bytes], size: int) -> bytes:
    """A LittleFS with these files, read back once. size: in bytes. Raises BoardError when they do not fit."""
    system = LittleFS(block_count=size // BLOCK_BYTES, **_FORM)
    try:
        for path, data in sorted(files.items()):
            system.makedirs(path.rpartition("/")[0] or "/", exist_ok=True)
            with system.open(path, "wb") as file:
                file.write(data)
        for path, data in files.items():
            with system.open(path, "rb") as file:
                if file.read() != data:
                    raise BoardError(f"{path} was not read back as it was written")
    except LittleFSError as error:
        need = sum(len(data) for data in files.values())
        raise BoardError(f"{need} bytes of files do not fit into {size} of flash ({error})") from None
    return bytes(system.context.buffer)
