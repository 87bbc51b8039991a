"""What the box was told to be: plain objects that everybody reads.

Belongs here: the two classes, and giving back what made them. Does not: values, checks (settings.py).
"""

import sys


class Settings:
    """The keys of limits.SETTINGS with every time in milliseconds (`warning_ms` for warning_s), of limits.SWITCHES,
    limits.BOX_PINS and limits.SPARE_PINS (None: not fitted), relay_drive, and `burners`, a list of Config.
    reclose_hold_ms already waits for a delay coil."""


class Config:
    """The settings of one burner: the keys of limits.BURNER, relay_pin, button_pin, sensor."""


def forget(name):
    """Drop a module of this package that nobody needs again: a tenth of the heap, for settings and limits."""
    parent, _, child = ("curfew." + name).rpartition(".")
    sys.modules.pop("curfew." + name, None)
    if hasattr(sys.modules[parent], child):
        delattr(sys.modules[parent], child)
