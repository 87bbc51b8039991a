"""The key with which updates are signed: made once on this box, and never told to the network.

Belongs here: making and reading key.txt. Does not: signatures (update.py). Whoever sits at the USB cable can read the
file, and nobody else: no answer of web.py comes from the root of the flash.
"""

import os

from curfew.storage import files

KEY_PATH = "key.txt"
_BYTES = 32


def read():
    """The key, None when there is none (any more). Raises OSError."""
    for line in files.lines(KEY_PATH):
        return bytes.fromhex(line)
    return None


def make(may_write):
    """Make a key; called once the radio is on, because only then the chip's random numbers are true ones."""
    return files.replace(KEY_PATH, (os.urandom(_BYTES).hex(),), may_write)
