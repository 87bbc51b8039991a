"""Whether the present Wi-Fi settings have led to a network once (joined.txt). Imported when needed.

Settings that never worked may be wrong, so the set-up opens again; those that worked are tried for ever.
"""

from curfew.runtime.checksum import CRC_START, crc16
from curfew.services.context import JOINED_PATH
from curfew.storage import files


def _mark(wifi):
    data = (wifi["ssid"] + "\n" + wifi["password"]).encode()
    return "%04x" % crc16(data, len(data), CRC_START)


def has_worked(wifi: dict) -> bool:
    """True for these settings; also when the file cannot be read, which must not open the set-up."""
    try:
        return _mark(wifi) in files.lines(JOINED_PATH)
    except OSError:
        return True


def works(wifi: dict, flash_allowed) -> bool:
    """Write it down; False when that has to be tried later."""
    try:
        return files.replace(JOINED_PATH, (_mark(wifi),), flash_allowed)
    except OSError:
        return True
