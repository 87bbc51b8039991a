"""Small text files of lines that survive a power cut at any byte: a checksum in the last line, written aside, renamed.

A reader sees the old content or the new one, never a mixture. Lines pass through one by one, because the heap of the
chip has no room for several copies of a file.
"""

import os
from typing import TYPE_CHECKING

from curfew.runtime.checksum import CRC_START, crc16

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_ENOENT = 2  # errno.ENOENT, there is no such file


def count(path: str) -> int:
    """How many lines a file holds; 0 when there is none or it does not fit its checksum. Raises OSError."""
    crc = CRC_START
    number = 0
    try:
        with open(path, "rb") as file:
            for line in file:
                if line[:1] == b"#":
                    return number if line == b"#%04x\n" % crc and not file.read(1) else 0
                crc = crc16(line, len(line), crc)
                number += 1
    except OSError as error:
        if error.errno != _ENOENT:
            raise  # unreadable is not empty: it must not be overwritten, and no fault in it is gone
    return 0


def lines(path: str) -> "Iterator[str]":
    """The lines of a file one by one, without line ends; none when count() is 0."""
    left = count(path)
    if left:
        with open(path) as file:
            for line in file:
                yield line[:-1]
                left -= 1
                if not left:
                    return


def replace(path: str, new_lines: "Iterable[str]", flash_allowed: "Callable[[], bool]") -> bool:
    """Put lines into a file, all at once or not at all; False when flash_allowed() said no on the way.

    flash_allowed() is asked before every operation on the flash, because each of them stalls the chip.
    """
    aside = path + ".new"
    if not flash_allowed():
        return False
    crc = CRC_START
    with open(aside, "wb") as file:
        for line in new_lines:
            data = (line + "\n").encode()
            crc = crc16(data, len(data), crc)
            if not flash_allowed():
                return False
            file.write(data)
        if not flash_allowed():
            return False
        file.write(b"#%04x\n" % crc)
        file.flush()  # on LittleFS this is the sync
    if not flash_allowed():
        return False
    os.rename(aside, path)
    return True
