"""The key that signs updates: made once on this device and never sent over the network.

It can be read over the USB cable only: the HTTP server serves no file from the root of the flash.
"""

import os

from curfew.storage import files

KEY_PATH = "key.txt"
_BYTES = 32


def read():
    """The key in bytes; None when it is missing or damaged. Raises OSError."""
    for line in files.lines(KEY_PATH):
        return bytes.fromhex(line)
    return None


def make(flash_allowed):
    """Make a key. Call it with the radio on: only then does the chip have true random numbers."""
    return files.replace(KEY_PATH, (os.urandom(_BYTES).hex(),), flash_allowed)
