"""Faults as data: codes in their order of rank, and the set in which they gather.

Belongs here: the list, which of them outlive a power cut, and the set of one burner.
Does not: what raises or ends them (burner.py looks, this file keeps).
"""

NO_FAULT = -1
CONTACT_WELDED, FLAME_PERSISTS, SENSOR_FAILED, BUTTON_STUCK = 0, 1, 2, 3
UNSTABLE, SETTINGS_INVALID, PROGRAM_CORRUPT = 4, 5, 6
FAULTS = "CONTACT_WELDED FLAME_PERSISTS SENSOR_FAILED BUTTON_STUCK UNSTABLE SETTINGS_INVALID PROGRAM_CORRUPT"  # words
FAULT_COUNT = 7
STORED_FAULTS = 1 << CONTACT_WELDED | 1 << FLAME_PERSISTS  # these come back after a restart


class FaultSet:
    """The faults of one burner.

    `raised` holds the faults not yet acknowledged, `present` those whose cause is still there (bits by code);
    `shown` is the first one raised, NO_FAULT when there is none.
    """

    def __init__(self, stored):
        self.raised = 0
        self.present = 0
        self.shown = NO_FAULT
        for code in range(FAULT_COUNT):
            if stored >> code & 1:
                self.note(code, True)

    def note(self, code, there):
        """Say that the cause of a fault is there or gone; True when this raised a fault that was not raised."""
        bit = 1 << code
        if not there:
            self.present &= ~bit
            return False
        self.present |= bit
        if self.raised & bit:
            return False
        self.raised |= bit
        if self.shown == NO_FAULT:
            self.shown = code
        return True

    def acknowledge(self):
        """Forget all faults if every cause is gone; False (and nothing changes) otherwise."""
        if self.present:
            return False
        self.raised = 0
        self.shown = NO_FAULT
        return True
