"""The closed lists of which a value of trace, scenario and plan is one. Names of the firmware are in catalog.toml."""

import catalog

STATES = catalog.names("state")
CONDUCTING_STATES = ("ARMED", "BURNING", "WARNING", "OVERRIDE")
CONTACT = ("open", "closed")
ON_OFF = ("on", "off")
SOURCES = catalog.names("source")
FAULTS = catalog.names("fault")
WARNED_CAUSES = ("TIMEOUT", "BURN_CAP", "OVERRIDE_END", "ABSENCE")
CAUSE_FAMILIES = ("REMOTE", "FAULT")
KINDS = {"ALARM": ("FAULT", "FAULT:ALARM"), "ABSENCE": ("TIMEOUT",)}  # what else a cause may be called
PLAIN_CAUSES = tuple(name for name in catalog.names("cause") if name not in CAUSE_FAMILIES)
CAUSES = PLAIN_CAUSES + tuple("REMOTE:" + source for source in SOURCES) + tuple("FAULT:" + fault for fault in FAULTS)
LIGHTS = catalog.names("light")
SOUNDS = catalog.names("sound")
TRACE_KEYS = (
    "t_ms",
    "burner",
    "state",
    "contact",
    "coil",
    "gas",
    "flame",
    "remaining_s",
    "cause",
    "fault",
    "light",
    "sound",
)
SENSOR_VALUES = ("ok", "open", "short", "stale", "i2c_error")
SENSOR_SIDES = ("both", "tc", "magnet")
STUCK_PINS = ("relay", "pump")
PUMPS = ("sound", "bridged", "weak")
LEVELS = ("high", "low")
SLOTS = ("a", "b")
SLOT_ACTS = ("corrupt_program", "mend_program", "install_program")  # what is done to the programs on the flash
DAMAGES = ("flip", "cut", "missing", "extra")
WAYS = ("cable", "air")
RESETS = ("wdt", "brownout", "hard", "soft", "en")
ERRORS = ("MemoryError", "OSError", "ValueError", "RuntimeError", "KeyboardInterrupt")


def cause_is(seen: str | None, wanted: str | None) -> bool:
    """Whether cause `seen` is the `wanted` one; a family (REMOTE, FAULT) covers all its members."""
    if wanted in KINDS.get(seen or "", ()):
        return True
    if wanted in CAUSE_FAMILIES:
        return seen is not None and seen.split(":")[0] == wanted
    return seen == wanted
