"""The state machine of one burner, as a table.

Belongs here: every transition there is, and the guards and effects by name.
Does not: how a guard is judged or an effect carried out (burner.py), sensing, time.
A pair of state and event that has no row is refused with the sound NO and changes nothing.
The table and the diagram in the README are made from this file.
"""

from curfew.codes import (
    ARMED,
    BURN_CAP,
    BURNING,
    BUTTON,
    CLOCK,
    CLOCK_BROKE,
    CLOSED,
    CLOSING,
    CONTACT_DEAD,
    CONTACT_OPEN,
    DEADLINE,
    DOUBLE_PRESSED,
    FAULT,
    FAULT_RAISED,
    FAULTED,
    FLAME_LOST,
    FLAME_OUT,
    FLAME_SEEN,
    HELD,
    HELD_LONG,
    IDLE,
    IGNITED,
    NO_IGNITION,
    OVERRIDE,
    OVERRIDE_END,
    PRESSED,
    RELIT,
    REMOTE,
    REMOTE_EXTEND,
    REMOTE_OFF,
    TIMEOUT,
    WARNING,
    WARNING_DUE,
    WINDOW_OVER,
)
from curfew.signals import (
    S_ADDED,
    S_ALREADY_OFF,
    S_ARMED,
    S_FAULT,
    S_NONE,
    S_OFF,
    S_OVERRIDE,
    S_READY,
    S_WAIT,
    S_WARNING,
)

# Guards: a row counts only while its guard holds.
(ALWAYS, BLIND, SENSING, AUTO_ARM, REACHES_FAR, EXTEND_ALLOWED, EXTEND_FAR, CAUSES_GONE) = (0, 1, 2, 3, 4, 5, 6, 7)
(AT_CAP, AT_RAISED_CAP, BY_OVERRIDE, WAITED, TIMED_BEFORE) = (8, 9, 10, 11, 12)

# Effects: what else happens with the transition.
NOTHING, START_TIMER, OPEN_WINDOW, EXTEND, START_OVERRIDE, DIE_AGAIN, FORGET_FAULTS = 0, 1, 2, 3, 4, 5, 6
ALLOW_UPDATE = 7

_I = 1 << IDLE
_A = 1 << ARMED
_B = 1 << BURNING
_W = 1 << WARNING
_O = 1 << OVERRIDE
_C = 1 << CLOSING
_F = 1 << FAULT
CONDUCTING = _A | _B | _W | _O
_ANY = CONDUCTING | _I | _C | _F

SAME = 7  # no state: stay
# Seven bytes a row, because a tuple of tuples would cost the chip ten times the memory:
# from (bits), event, guard, to, effect, cause of the opening (0 none), sound. The first row that fits counts.
FROM, EVENT, GUARD, TO, EFFECT, CAUSE, SOUND = 0, 1, 2, 3, 4, 5, 6
ROW = 7
# fmt: off
TABLE = bytes((
    _ANY, FAULT_RAISED, ALWAYS, FAULT, NOTHING, FAULTED, S_FAULT,
    CONDUCTING, CLOCK_BROKE, ALWAYS, CLOSING, NOTHING, CLOCK, S_OFF,
    CONDUCTING, HELD, ALWAYS, CLOSING, NOTHING, BUTTON, S_OFF,
    _I | _C | _F, HELD, ALWAYS, SAME, NOTHING, 0, S_ALREADY_OFF,
    CONDUCTING, REMOTE_OFF, ALWAYS, CLOSING, NOTHING, REMOTE, S_OFF,
    _I | _C | _F, REMOTE_OFF, ALWAYS, SAME, NOTHING, 0, S_ALREADY_OFF,
    _W, DEADLINE, AT_RAISED_CAP, CLOSING, NOTHING, OVERRIDE_END, S_OFF,
    _W, DEADLINE, AT_CAP, CLOSING, NOTHING, BURN_CAP, S_OFF,
    _W, DEADLINE, BY_OVERRIDE, CLOSING, NOTHING, OVERRIDE_END, S_OFF,
    _W, DEADLINE, ALWAYS, CLOSING, NOTHING, TIMEOUT, S_OFF,
    _B | _W | _O, FLAME_LOST, ALWAYS, CLOSING, NOTHING, FLAME_OUT, S_OFF,
    CONDUCTING, CONTACT_DEAD, ALWAYS, CLOSING, NOTHING, CONTACT_OPEN, S_OFF,
    _F, HELD_LONG, CAUSES_GONE, CLOSING, FORGET_FAULTS, 0, S_READY,
    _I, HELD_LONG, ALWAYS, SAME, ALLOW_UPDATE, 0, S_NONE,
    CONDUCTING | _C, HELD_LONG, ALWAYS, SAME, NOTHING, 0, S_NONE,
    _B | _W, DOUBLE_PRESSED, TIMED_BEFORE, OVERRIDE, START_OVERRIDE, 0, S_OVERRIDE,
    _I, PRESSED, BLIND, BURNING, START_TIMER, 0, S_ARMED,
    _I, PRESSED, SENSING, ARMED, OPEN_WINDOW, 0, S_ARMED,
    _B | _W, PRESSED, REACHES_FAR, BURNING, EXTEND, 0, S_ADDED,
    _B | _W, PRESSED, ALWAYS, SAME, EXTEND, 0, S_ADDED,
    _O, PRESSED, ALWAYS, BURNING, START_TIMER, 0, S_ADDED,
    _A, FLAME_SEEN, ALWAYS, BURNING, START_TIMER, 0, S_NONE,
    _I, IGNITED, AUTO_ARM, ARMED, OPEN_WINDOW, 0, S_ARMED,
    _A, WINDOW_OVER, ALWAYS, CLOSING, NOTHING, NO_IGNITION, S_OFF,
    _B | _O, WARNING_DUE, ALWAYS, WARNING, NOTHING, 0, S_WARNING,
    _C, RELIT, ALWAYS, CLOSING, DIE_AGAIN, 0, S_WAIT,
    _C, CLOSED, WAITED, IDLE, NOTHING, 0, S_READY,
    _C, CLOSED, ALWAYS, IDLE, NOTHING, 0, S_NONE,
    _B | _W, REMOTE_EXTEND, EXTEND_FAR, BURNING, EXTEND, 0, S_ADDED,
    _B | _W, REMOTE_EXTEND, EXTEND_ALLOWED, SAME, EXTEND, 0, S_ADDED,
))
# fmt: on
