"""What the services see of the safety loop: ints in a preallocated array behind one lock that the loop only tries."""

from array import array
from typing import TYPE_CHECKING, Any

from curfew.core.signals import S_NONE

if TYPE_CHECKING:
    from curfew.core.controller import Controller


# Fields of one burner.
SNAP_STATE, SNAP_CONTACT_CLOSED, SNAP_REMAINING_S, SNAP_CAUSE, SNAP_DETAIL, SNAP_FAULT = 0, 1, 2, 3, 4, 5
SNAP_FAULTS_RAISED, SNAP_TC_UV, SNAP_MAGNET_UV, SNAP_FLAME, SNAP_HEALTH_PERMILLE = 6, 7, 8, 9, 10
SNAP_HEALTH_REF_PERMILLE, SNAP_SERVICE, SNAP_REFUSED, SNAP_LIGHT, SNAP_SOUND = 11, 12, 13, 14, 15
SNAP_FIELDS = 16


class Snapshot:
    """The state of all burners at one tick."""

    def __init__(self, burners: int, lock: Any) -> None:
        self.values = array("i", [0] * (burners * SNAP_FIELDS))
        self._lock = lock

    def publish(self, controller: "Controller") -> None:
        """Copy the state out, unless the services hold the lock; then the next tick does it."""
        if not self._lock.acquire(False):
            return
        values = self.values
        at = 0
        for burner in controller.burners:
            values[at + SNAP_STATE] = burner.state
            values[at + SNAP_CONTACT_CLOSED] = burner.wants_closed()
            values[at + SNAP_REMAINING_S] = burner.remaining_s()
            values[at + SNAP_CAUSE] = burner.cause
            values[at + SNAP_DETAIL] = burner.detail
            values[at + SNAP_FAULT] = burner.faults.shown
            values[at + SNAP_FAULTS_RAISED] = burner.faults.raised
            values[at + SNAP_TC_UV] = burner.flame.tc_uv
            values[at + SNAP_MAGNET_UV] = burner.flame.magnet_uv
            values[at + SNAP_FLAME] = burner.flame.burning
            values[at + SNAP_HEALTH_PERMILLE] = burner.health_permille
            values[at + SNAP_HEALTH_REF_PERMILLE] = burner.health_ref_permille
            values[at + SNAP_SERVICE] = burner.service
            values[at + SNAP_REFUSED] = burner.refused
            values[at + SNAP_LIGHT] = burner.light
            values[at + SNAP_SOUND] = S_NONE
            at += SNAP_FIELDS
        player = controller.player
        values[player.burner * SNAP_FIELDS + SNAP_SOUND] = player.sound
        self._lock.release()

    def copy_into(self, target: "array[int]") -> None:
        """Fill an int array of the same size with the values of one tick. For the services: it waits for the lock."""
        with self._lock:
            for index in range(len(self.values)):
                target[index] = self.values[index]
