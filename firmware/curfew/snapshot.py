"""What the safety loop tells the services: ints in preallocated arrays behind one lock that the loop only tries.

Belongs here: the fields. Does not: openings (memory.py), text, files, anything that allocates
on the loop's side.
"""

from array import array

# Fields of one burner.
(STATE, CONDUCTS, REMAINING_S, CAUSE, DETAIL, FAULT, FAULTS_RAISED, TC_UV, MAGNET_UV) = (0, 1, 2, 3, 4, 5, 6, 7, 8)
(FLAME, HEALTH_PERMILLE, HEALTH_REF_PERMILLE, SERVICE, REFUSED, LIGHT, SOUND) = (9, 10, 11, 12, 13, 14, 15)
FIELDS = 16


class Snapshot:
    """The state of all burners at one tick."""

    def __init__(self, burners, lock):
        self.values = array("i", [0] * (burners * FIELDS))
        self._lock = lock

    def publish(self, burners):
        """Copy the state out unless the services hold the lock just now; then the next tick does."""
        if not self._lock.acquire(False):
            return
        values = self.values
        at = 0
        for burner in burners:
            values[at + STATE] = burner.state
            values[at + CONDUCTS] = burner.conducts()
            values[at + REMAINING_S] = burner.remaining_s()
            values[at + CAUSE] = burner.cause
            values[at + DETAIL] = burner.detail
            values[at + FAULT] = burner.faults.shown
            values[at + FAULTS_RAISED] = burner.faults.raised
            values[at + TC_UV] = burner.flame.tc_uv
            values[at + MAGNET_UV] = burner.flame.magnet_uv
            values[at + FLAME] = burner.flame.burning
            values[at + HEALTH_PERMILLE] = burner.health_permille
            values[at + HEALTH_REF_PERMILLE] = burner.health_ref_permille
            values[at + SERVICE] = burner.service
            values[at + REFUSED] = burner.refused
            values[at + LIGHT] = burner.light
            values[at + SOUND] = burner.heard
            at += FIELDS
        self._lock.release()

    def copy_into(self, target):
        """Fill an int array of the same size with one tick's values; for the services, waits for the lock."""
        with self._lock:
            for index in range(len(self.values)):
                target[index] = self.values[index]
