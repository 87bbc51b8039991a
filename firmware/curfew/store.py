"""Small text files that survive a power cut at any byte.

Belongs here: write aside, flush, rename, and the checksum. Does not: what the text means.
A reader sees the old content or the new one, never a mixture.
"""

import os

_CRC_NIBBLES = (
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
)  # fmt: skip  # CRC-16/CCITT by half bytes


def crc16(data, length):
    """CRC-16/CCITT-FALSE of the first length bytes; allocates nothing."""
    crc = 0xFFFF
    for index in range(length):
        byte = data[index]
        crc = ((crc << 4) & 0xFFFF) ^ _CRC_NIBBLES[(crc >> 12) ^ (byte >> 4)]
        crc = ((crc << 4) & 0xFFFF) ^ _CRC_NIBBLES[(crc >> 12) ^ (byte & 15)]
    return crc


def replace(path, text, may_write):
    """Put text into a file at once or not at all; False when may_write() withdrew its leave on the way.

    may_write is asked before every operation on the flash, because each of them stalls the chip.
    """
    aside = path + ".new"
    if not may_write():
        return False
    with open(aside, "w") as file:
        if not may_write():
            return False
        file.write(text)
        file.flush()  # on LittleFS this is the sync
    if not may_write():
        return False
    os.rename(aside, path)
    return True


def read(path):
    """The text of a file, None when there is none or it is not text."""
    try:
        with open(path) as file:
            return file.read()
    except (OSError, UnicodeError):
        return None


def sealed(body):
    """A body with its checksum in a last line."""
    data = body.encode()
    return "%s#%04x\n" % (body, crc16(data, len(data)))


def unsealed(text):
    """The body of a sealed text, None when it is None or does not fit its checksum."""
    if text is None or len(text) < 6 or text[-6] != "#":
        return None
    body = text[:-6]
    return body if sealed(body) == text else None
