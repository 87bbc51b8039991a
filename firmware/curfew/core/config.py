"""What the box was told to be: plain objects that everybody reads.

Belongs here: the two classes. Does not: values, checks (settings.py).
"""


class Settings:
    """The keys of limits.SETTINGS with every time in milliseconds (`warning_ms` for warning_s), of limits.SWITCHES,
    limits.BOX_PINS and limits.SPARE_PINS (None: not fitted), relay_drive, and `burners`, a list of Config.
    reclose_hold_ms already waits for a delay coil."""


class Config:
    """The settings of one burner: the keys of limits.BURNER, relay_pin, button_pin, sensor."""
