"""The words of trace, scenario and plan, and nothing else: every other file takes them from here.

Belongs here: the closed lists a value can be one of. Must not be here: what a word means for a verdict.
"""

STATES = ("IDLE", "ARMED", "BURNING", "WARNING", "OVERRIDE", "VERIFYING", "FAULT")
CONDUCTING_STATES = ("ARMED", "BURNING", "WARNING", "OVERRIDE")
CONTACT = ("open", "closed")
ON_OFF = ("on", "off")
SOURCES = ("web", "mqtt", "voice", "test")
FAULTS = (
    "CONTACT_WELDED",
    "FLAME_PERSISTS",
    "SENSOR_FAILED",
    "BUTTON_STUCK",
    "UNSTABLE",
    "SETTINGS_INVALID",
    "PROGRAM_CORRUPT",
)
PLAIN_CAUSES = (
    "TIMEOUT",
    "BURN_CAP",
    "OVERRIDE_END",
    "BUTTON",
    "FLAME_OUT",
    "NO_IGNITION",
    "CONTACT_OPEN",
    "CLOCK",
    "RESTART",
)
WARNED_CAUSES = ("TIMEOUT", "BURN_CAP", "OVERRIDE_END")
CAUSES = PLAIN_CAUSES + tuple("REMOTE:" + source for source in SOURCES) + tuple("FAULT:" + fault for fault in FAULTS)
CAUSE_FAMILIES = ("REMOTE", "FAULT")
LIGHTS = ("DARK", "ARMED", "BURNING", "WARNING", "OVERRIDE", "VERIFYING", "FAULT", "SERVICE")
SOUNDS = (
    "ARMED",
    "LET_GO",
    "ADDED",
    "OVERRIDE",
    "REMIND",
    "WARNING",
    "OFF",
    "ALREADY_OFF",
    "NO",
    "WAIT",
    "READY",
    "FAULT",
)
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
LEVELS = ("high", "low")
SLOTS = ("a", "b")
SLOT_ACTS = ("corrupt_program", "mend_program", "install_program")  # what is done to the programs on the flash
DAMAGES = ("flip", "cut", "missing", "extra")
WAYS = ("cable", "air")
RESETS = ("wdt", "brownout", "hard", "soft", "en")
ERRORS = ("MemoryError", "OSError", "ValueError", "RuntimeError", "KeyboardInterrupt")


def cause_is(seen, wanted):
    """Whether cause `seen` is the `wanted` one; a family (REMOTE, FAULT) covers all its members."""
    if wanted in CAUSE_FAMILIES:
        return seen is not None and seen.split(":")[0] == wanted
    return seen == wanted
