"""Faults: what raises and what ends each of them, one row each in the order of rank; and the set of one burner."""

from typing import TYPE_CHECKING, Protocol

from curfew.core import limits
from curfew.core.codes import PENDING, REFUTED

if TYPE_CHECKING:
    from curfew.core.button import Button
    from curfew.core.flame import Flame
    from curfew.core.proof import Proof
    from curfew.core.settings import BurnerSettings, Settings

    class Judged(Protocol):
        """What the rows look at: a Burner."""

        settings: Settings
        config: BurnerSettings
        sensor: bool
        flame: Flame
        proof: Proof
        button: Button

        def wants_closed(self) -> bool: ...


NO_FAULT = -1
CONTACT_WELDED, FLAME_PERSISTS, SENSOR_FAILED, BUTTON_STUCK, DRIVER_STUCK = 0, 1, 2, 3, 4
UNSTABLE, ALARM, PUMP, SETTINGS_INVALID, PROGRAM_CORRUPT = 5, 6, 7, 8, 9
FAULTS = (  # words
    "CONTACT_WELDED FLAME_PERSISTS SENSOR_FAILED BUTTON_STUCK DRIVER_STUCK UNSTABLE ALARM PUMP SETTINGS_INVALID "
    "PROGRAM_CORRUPT"
)
FAULT_COUNT = 10
STORED_FAULTS = 1 << CONTACT_WELDED | 1 << FLAME_PERSISTS | 1 << DRIVER_STUCK  # these come back after a power cut ...
KEPT_FAULTS = (1 << SETTINGS_INVALID) - 1  # ... and these after every other restart; the others end with it

# A row is a function (burner, present) -> whether the cause is present now; `present`: not 0 if it was until now.


def _contact_welded(burner: "Judged", present: int) -> bool:
    flame = burner.flame
    if present:  # ends when a hot tip drives no current to the magnet valve, or when it is cold and proves nothing
        return flame.cleared_ms < limits.WELD_CLEARED_MS and not flame.is_out()
    if burner.proof.contact == REFUTED:  # current still reached the magnet valve after the contact was opened
        return True
    # Current reaches the magnet valve in a state in which the contact is open.
    live = flame.live_count >= limits.LIVE_READINGS and burner.proof.contact != PENDING
    return live and not burner.wants_closed()


def _flame_persists(burner: "Judged", present: int) -> int:
    flame = burner.flame
    if burner.wants_closed():  # a flame is meant to burn: this says nothing about the last one
        return present
    if flame.trend.is_cooled() or flame.is_out():  # ends when the tip has cooled down, or is cold: nothing burns
        return False
    # A hot tip that no one times, neither cooling nor warmed by something weaker than a flame: gas burns.
    burns = flame.trend.uv >= burner.config.flame_min_uv and flame.trend.is_flat()
    due = min(flame.hot_ms, burner.proof.die_ms) >= burner.settings.flame_die_ms
    return present or burns and due


def _sensor_failed(burner: "Judged", present: int) -> bool:
    if present:  # ends when both leads have given readings for a while without a gap
        return burner.flame.back_ms < limits.SENSOR_BACK_MS
    # A lead is off or the converter is dead: a flame that goes out would not be seen.
    return burner.sensor and burner.flame.is_stale(limits.STALE_MS)


def _button_stuck(burner: "Judged", _: int) -> bool:
    return burner.button.is_stuck()  # a finger does not stay that long: the button hangs, or its wire touches ground


FAULT_ROWS = (_contact_welded, _flame_persists, _sensor_failed, _button_stuck)
# The others have no row, because no reading shows them.
# DRIVER_STUCK: the controller found it, in place of a weld that ended when the pump stopped.
# Bits of FaultSet.reported are
# UNSTABLE: too many abnormal starts, until ten quiet minutes have passed. ALARM: the alarm contact is open.
# PUMP: it failed its self-test, for one tick; from then on no contact may close until it passes one.
# SETTINGS_INVALID: only the fallback is there.
# PROGRAM_CORRUPT: the gate refused what the state machine wanted, so the program contradicts itself.


class FaultSet:
    """The faults of one burner.

    `raised` holds the faults not yet acknowledged, `present` those whose cause is still there (bits by code);
    `shown` is the first one raised, NO_FAULT when there is none.
    """

    def __init__(self, stored: int) -> None:
        self.raised = 0
        self.present = 0
        self.reported = 0  # causes that no reading shows, bits by code
        self.shown = NO_FAULT
        self.locked = False  # conducted while it had to be open, until a hot tip shows an open contact
        self.tested = False  # with the pump off, since the magnet side was last dead, or the burner cold
        self.mute_ms = 0  # left in which there is no sound while the burner is cold
        self.note(stored & (1 << FAULT_COUNT) - 1)
        self.present &= (1 << DRIVER_STUCK) - 1  # what has no row is not there any more, or is reported again

    def judge(self, burner: "Judged") -> bool:
        """Look through the rows; True when a fault was raised that was not raised before."""
        present = self.reported
        bit = 1
        for row in FAULT_ROWS:
            if row(burner, self.present & bit):
                present |= bit
            bit += bit
        return present != self.present and self.note(present)

    def note(self, present: int) -> bool:
        """Keep which causes are present, bits; True when this raised a fault that was not raised."""
        self.present = present
        new = present & ~self.raised
        self.raised |= present
        if new and self.shown == NO_FAULT:
            self.shown = 0
            while not new >> self.shown & 1:
                self.shown += 1
        return new != 0

    def acknowledge(self) -> bool:
        """Forget all faults if every cause is gone; False, without a change, otherwise."""
        if self.present:
            return False
        self.raised = 0
        self.shown = NO_FAULT
        return True
