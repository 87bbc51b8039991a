"""The state machine of one burner, as a table. A pair of state and event without a row is refused with the sound NO.

What is true in each state:
- IDLE       The contact is open and has been for reclose_hold_s at least; the last shut-off is proved or untestable.
             No fault is raised. Only the user's own act (a press, or the knob if auto_arm is on) leads on.
- ARMED      The contact is closed and no flame is proved yet. `window_ms` runs; there is no deadline.
- BURNING    The contact is closed and `remaining_ms` is above warning_s. With a sensor a flame has been proved.
- WARNING    As BURNING, with warning_s or less to the deadline.
- OVERRIDE   As BURNING, by two quick pairs of presses: the deadline is the override's, a press brings the timer
             back.
- VERIFYING  The contact is open. The reclose delay runs, and with a sensor the proofs: contact open, gas off.
- FAULT      The contact is open and a fault is raised. A hold of 5 to 10 s leads on once all causes are gone.
What guards ask: holds(). How effects are carried out: burner.py. The table and diagram of the docs are made from this.
"""

from typing import Any

from curfew.core import faults, limits
from curfew.core.codes import (
    ABSENCE,
    ALARMED,
    ARMED,
    BURN_CAP,
    BURNING,
    BUTTON,
    CLOCK,
    CLOCK_FAULT,
    CONTACT_NOT_CONDUCTING,
    CONTACT_OPEN,
    DEADLINE,
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
    OVERRIDE_PRESSED,
    PRESSED,
    PUMP_OFF,
    RELIT,
    REMOTE,
    REMOTE_EXTEND,
    REMOTE_LESS,
    REMOTE_OFF,
    RETURNED,
    TIMEOUT,
    VERIFIED,
    VERIFYING,
    WARNING,
    WARNING_DUE,
    WELD_TEST,
    WINDOW_OVER,
)
from curfew.core.signals import (
    S_ADDED,
    S_ALREADY_OFF,
    S_ARMED,
    S_ENDED,
    S_FAULT,
    S_NO,
    S_NONE,
    S_OFF,
    S_OVERRIDE,
    S_READY,
    S_WAIT,
    S_WARNING,
)

# Guards: a row counts only while its guard holds.
ALWAYS, NO_SENSOR, SENSING, AUTO_ARM, LEAVES_WARNING, EXTEND_ALLOWED, EXTEND_LEAVES_WARNING = 0, 1, 2, 3, 4, 5, 6
CAUSES_GONE, AT_CAP, AT_RAISED_CAP, BY_OVERRIDE, RELIT_TOO_EARLY, ASKED_BEFORE, LONGER = 7, 8, 9, 10, 11, 12, 13
BY_ALARM, BY_ABSENCE, LEFT_IS_SHORT, SOONER = 14, 15, 16, 17

# Effects: what else happens with the transition.
NOTHING, START_TIMER, OPEN_WINDOW, ADD_STEP, START_OVERRIDE, RESTART_FLAMEOUT_TIMER, FORGET_FAULTS = 0, 1, 2, 3, 4, 5, 6
ALLOW_UPDATE, MUTE, SET_TIMER, GIVE_BACK = 7, 8, 9, 10

_I = 1 << IDLE
_A = 1 << ARMED
_B = 1 << BURNING
_W = 1 << WARNING
_O = 1 << OVERRIDE
_V = 1 << VERIFYING
_F = 1 << FAULT
CLOSED_STATES = _A | _B | _W | _O
_ANY = CLOSED_STATES | _I | _V | _F

SAME = 7  # no state: stay
# Seven bytes a row, because a tuple of tuples would cost the chip ten times the memory:
# from (bits), event, guard, to, effect, cause of the shut-off (0 none), sound. The first row that fits counts.
COL_FROM, COL_EVENT, COL_GUARD, COL_TO, COL_EFFECT, COL_CAUSE, COL_SOUND = 0, 1, 2, 3, 4, 5, 6
ROW_BYTES = 7
# fmt: off
TABLE = bytes((
    CLOSED_STATES, FAULT_RAISED, BY_ALARM, FAULT, NOTHING, ALARMED, S_ENDED,
    _ANY, FAULT_RAISED, ALWAYS, FAULT, NOTHING, FAULTED, S_FAULT,
    CLOSED_STATES, CLOCK_FAULT, ALWAYS, VERIFYING, NOTHING, CLOCK, S_ENDED,
    CLOSED_STATES, PUMP_OFF, ALWAYS, VERIFYING, NOTHING, WELD_TEST, S_ENDED,
    CLOSED_STATES, HELD, ALWAYS, VERIFYING, NOTHING, BUTTON, S_OFF,
    _I | _V | _F, HELD, ALWAYS, SAME, NOTHING, 0, S_ALREADY_OFF,
    CLOSED_STATES, REMOTE_OFF, ALWAYS, VERIFYING, NOTHING, REMOTE, S_OFF,
    _I | _V | _F, REMOTE_OFF, ALWAYS, SAME, NOTHING, 0, S_ALREADY_OFF,
    _B | _W | _O, DEADLINE, BY_ABSENCE, VERIFYING, NOTHING, ABSENCE, S_OFF,
    _B | _W | _O, DEADLINE, AT_RAISED_CAP, VERIFYING, NOTHING, OVERRIDE_END, S_OFF,
    _B | _W | _O, DEADLINE, AT_CAP, VERIFYING, NOTHING, BURN_CAP, S_OFF,
    _B | _W | _O, DEADLINE, BY_OVERRIDE, VERIFYING, NOTHING, OVERRIDE_END, S_OFF,
    _B | _W | _O, DEADLINE, ALWAYS, VERIFYING, NOTHING, TIMEOUT, S_OFF,
    _B | _W | _O, FLAME_LOST, ALWAYS, VERIFYING, NOTHING, FLAME_OUT, S_ENDED,
    CLOSED_STATES, CONTACT_NOT_CONDUCTING, ALWAYS, VERIFYING, NOTHING, CONTACT_OPEN, S_ENDED,
    _F, HELD_LONG, LONGER, SAME, ALLOW_UPDATE, 0, S_NONE,
    _F, HELD_LONG, CAUSES_GONE, VERIFYING, FORGET_FAULTS, 0, S_READY,
    _I | _V, HELD_LONG, ALWAYS, SAME, ALLOW_UPDATE, 0, S_NONE,
    CLOSED_STATES, HELD_LONG, ALWAYS, SAME, NOTHING, 0, S_NONE,
    _B | _W, OVERRIDE_PRESSED, ASKED_BEFORE, OVERRIDE, START_OVERRIDE, 0, S_OVERRIDE,
    _F, PRESSED, ALWAYS, SAME, MUTE, 0, S_NO,  # it clears nothing
    _I, PRESSED, NO_SENSOR, BURNING, START_TIMER, 0, S_ARMED,
    _I, PRESSED, SENSING, ARMED, OPEN_WINDOW, 0, S_ARMED,
    _B | _W, PRESSED, LEAVES_WARNING, BURNING, ADD_STEP, 0, S_ADDED,
    _B | _W, PRESSED, ALWAYS, SAME, ADD_STEP, 0, S_ADDED,
    _O, PRESSED, ALWAYS, BURNING, START_TIMER, 0, S_ADDED,
    _A, FLAME_SEEN, ALWAYS, BURNING, START_TIMER, 0, S_NONE,
    _I, IGNITED, AUTO_ARM, ARMED, OPEN_WINDOW, 0, S_ARMED,
    _A, WINDOW_OVER, ALWAYS, VERIFYING, NOTHING, NO_IGNITION, S_ENDED,
    _W, RETURNED, LEFT_IS_SHORT, SAME, GIVE_BACK, 0, S_ADDED,
    _W, RETURNED, BY_OVERRIDE, OVERRIDE, GIVE_BACK, 0, S_ADDED,
    _W, RETURNED, ALWAYS, BURNING, GIVE_BACK, 0, S_ADDED,
    _B | _O, RETURNED, ALWAYS, SAME, GIVE_BACK, 0, S_ADDED,
    _B | _O, WARNING_DUE, ALWAYS, WARNING, NOTHING, 0, S_WARNING,
    _B | _W | _O, RELIT, ALWAYS, BURNING, START_TIMER, 0, S_ARMED,
    _V, RELIT, ALWAYS, VERIFYING, RESTART_FLAMEOUT_TIMER, 0, S_WAIT,
    _V, VERIFIED, RELIT_TOO_EARLY, IDLE, NOTHING, 0, S_READY,
    _V, VERIFIED, ALWAYS, IDLE, NOTHING, 0, S_NONE,
    _B | _W, REMOTE_LESS, SOONER, SAME, SET_TIMER, 0, S_WARNING,
    _O, REMOTE_LESS, SOONER, BURNING, SET_TIMER, 0, S_WARNING,
    _B | _W, REMOTE_EXTEND, EXTEND_LEAVES_WARNING, BURNING, ADD_STEP, 0, S_ADDED,
    _B | _W, REMOTE_EXTEND, EXTEND_ALLOWED, SAME, ADD_STEP, 0, S_ADDED,
))
# fmt: on


def holds(burner: Any, guard: int) -> Any:
    """True when a guard of table.py is met now; burner: a Burner."""
    settings = burner.settings
    if guard == ALWAYS:
        return True
    if guard == NO_SENSOR:
        return not burner.sensor
    if guard == SENSING:
        return burner.sensor
    if guard == AUTO_ARM:
        return settings.auto_arm
    if guard == LEAVES_WARNING:
        return burner.extended_ms() > settings.warning_ms
    if guard == EXTEND_ALLOWED:
        return settings.remote_extend and not burner.kept_ms and burner.sensor and burner.flame.is_confirmed()
    if guard == EXTEND_LEAVES_WARNING:
        return holds(burner, EXTEND_ALLOWED) and holds(burner, LEAVES_WARNING)
    if guard == CAUSES_GONE:
        return burner.faults.present == 0
    if guard == AT_CAP:
        return burner.remaining_ms == burner.cap_ms
    if guard == AT_RAISED_CAP:
        return burner.remaining_ms == burner.cap_ms and burner.cap_raised
    if guard == BY_OVERRIDE:
        return burner.by_override
    if guard == ASKED_BEFORE:
        return burner.asked and burner.override_cap_ms() > burner.remaining_ms
    if guard == LONGER:
        return burner.button.held_ms >= limits.HOLD_LONGER_MS
    if guard == BY_ALARM:
        return burner.faults.shown == faults.ALARM
    if guard == BY_ABSENCE:
        return burner.kept_ms > max(burner.remaining_ms, 0)
    if guard == LEFT_IS_SHORT:
        return burner.kept_ms <= settings.warning_ms
    if guard == SOONER:
        return burner.less_ms() < burner.remaining_ms
    return burner.proof.relit_early  # RELIT_TOO_EARLY
