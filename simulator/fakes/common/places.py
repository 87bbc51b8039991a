"""The table of names as a chip has it: its fakes' names are in flash there, and take no place in the table."""

import gc
import sys

_TABLE_BYTES = 640 * 8  # of a table for 640 names, at least


def fill():
    """Fill all places but those of a new table for 640 names; return its bytes, which are there by then.

    On a chip the tables of the firmware's names have 20, 40, 80, 160 and 320 places, together 620, then 640 more.
    """
    for number in range(1000):
        before = gc.mem_alloc()
        hasattr(sys, "n%d" % number)  # a name that is asked for is a name
        if gc.mem_alloc() - before > _TABLE_BYTES:
            return gc.mem_alloc() - before
    raise MemoryError
