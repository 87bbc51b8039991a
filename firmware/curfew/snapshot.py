"""What the safety loop tells the services: ints in preallocated arrays behind one lock that the loop only tries.

Belongs here: the fields, and the rows of openings that wait for the journal.
Does not: text, files, anything that allocates on the loop's side.
"""

from array import array

# Fields of one burner.
(STATE, CONDUCTS, REMAINING_S, CAUSE, DETAIL, FAULT, FAULTS_RAISED, TC_UV, MAGNET_UV) = (0, 1, 2, 3, 4, 5, 6, 7, 8)
(FLAME, HEALTH_PERMILLE, HEALTH_REF_PERMILLE, SERVICE, REFUSED, LIGHT, SOUND) = (9, 10, 11, 12, 13, 14, 15)
FIELDS = 16

# Fields of one opening, a row of Openings.
SEQ, BURNER, O_CAUSE, O_DETAIL, CONDUCTED_S, UPTIME_S, O_HEALTH_PERMILLE = 0, 1, 2, 3, 4, 5, 6
OPENING_FIELDS = 7
_ROWS = 32  # more than anybody lights between two quiet moments


class Openings:
    """A queue of openings with one writer (the loop) and one reader (the services), each owning one index."""

    def __init__(self):
        self._rows = array("i", [0] * (_ROWS * OPENING_FIELDS))
        self._head = array("i", [0])
        self._tail = array("i", [0])
        self.dropped = 0

    def put(self, seq, burner, cause, detail, conducted_s, uptime_s, health_permille):
        """Queue an opening; when nobody read for 31 openings, count it as dropped instead."""
        head = self._head[0]
        after = (head + 1) % _ROWS
        if after == self._tail[0]:
            self.dropped += 1
            return
        at = head * OPENING_FIELDS
        rows = self._rows
        rows[at + SEQ] = seq
        rows[at + BURNER] = burner
        rows[at + O_CAUSE] = cause
        rows[at + O_DETAIL] = detail
        rows[at + CONDUCTED_S] = conducted_s
        rows[at + UPTIME_S] = uptime_s
        rows[at + O_HEALTH_PERMILLE] = health_permille
        self._head[0] = after

    def waiting(self):
        """How many openings wait."""
        return (self._head[0] - self._tail[0]) % _ROWS

    def field(self, index, field):
        """A field of the index-th waiting opening."""
        return self._rows[(self._tail[0] + index) % _ROWS * OPENING_FIELDS + field]

    def forget(self, count):
        """The reader has kept the first count openings."""
        self._tail[0] = (self._tail[0] + count) % _ROWS


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
