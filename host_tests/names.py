"""The firmware's numbers by name, found by reflection: the words are the design's, the numbers are the firmware's.

Belongs here: dictionaries from number to word. Does not: any number.
"""

from curfew import codes, faults, signals
from simulator import words

_EVENTS = (
    "FAULT_RAISED CLOCK_BROKE HELD REMOTE_OFF DEADLINE FLAME_LOST CONTACT_DEAD HELD_LONG DOUBLE_PRESSED PRESSED "
    "FLAME_SEEN IGNITED WINDOW_OVER WARNING_DUE RELIT CLOSED REMOTE_EXTEND REMOTE_ARM"
)
_CAUSES = "TIMEOUT BURN_CAP OVERRIDE_END BUTTON REMOTE FLAME_OUT NO_IGNITION CONTACT_OPEN CLOCK FAULTED RESTART"


def _by_number(module, names, prefix=""):
    return {getattr(module, prefix + name): name for name in names}


STATES = _by_number(codes, words.STATES)
EVENTS = _by_number(codes, _EVENTS.split())
CAUSES = {0: "", **_by_number(codes, _CAUSES.split())}
FAULTS = _by_number(faults, words.FAULTS)
SOUNDS = _by_number(signals, ("NONE", *words.SOUNDS), "S_")
LIGHTS = {signals.DARK: "DARK", **_by_number(signals, words.LIGHTS[1:], "L_")}
SOURCES = codes.SOURCES.split()
