"""Keeps what must outlive a restart: echoes the loop's ping and writes journal and state when it has leave.

Belongs here: when to write. Does not: the form of the files (journal.py), the network.
"""

import gc
from array import array

from curfew import journal
from curfew import snapshot as s
from curfew.faults import STORED
from curfew.limits import BURNERS_MAX


class Keeper:
    """Polled by the services thread. stored, health: what state.txt holds now, as journal.read_state() gives it."""

    def __init__(self, link, burners, stored, health):
        self.link = link
        self.failures = 0  # writes that the file system refused; tried again at the next poll with leave
        self._stored = stored
        self._health = health
        self._burners = min(burners, BURNERS_MAX)
        self._seen = array("i", [0] * (self._burners * s.FIELDS))

    def may_write(self):
        """True while nothing conducts."""
        return self.link.leave[0] == 1

    def poll(self):
        """One round."""
        link = self.link
        link.pong[0] = link.ping[0]
        link.snapshot.copy_into(self._seen)
        if not self.may_write():
            return
        try:
            if link.openings.waiting():
                journal.append(link.openings, self.may_write)
            self._keep_state()
        except OSError:
            self.failures += 1
        gc.collect()

    def _keep_state(self):
        stored = self._stored[:]
        health = self._health[:]
        for index in range(self._burners):
            at = index * s.FIELDS
            stored[index] = self._seen[at + s.FAULTS_RAISED] & STORED
            health[index] = self._seen[at + s.HEALTH_REF_PERMILLE]
        if stored != self._stored or health != self._health:
            if journal.write_state(stored, health, self.may_write):
                self._stored = stored
                self._health = health
