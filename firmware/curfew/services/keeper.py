"""The services thread: echoes the loop's ping, and writes journal and state when it has leave.

Belongs here: the thread's entry, when to write. Does not: the form of the files (journal.py), the network.
Whatever runs in this thread may wait, allocate, block or die without the flame noticing.
"""

import gc
from array import array

from curfew import journal
from curfew import snapshot as s
from curfew.faults import STORED
from curfew.limits import BURNERS_MAX
from curfew.memory import ROWS

_POLL_MS = 100
_REST_POLLS = 600  # a minute


def run(keeper, link, clock):
    """Entry of the services thread: poll until told to be quiet; says on every way out that it ended."""
    try:
        while not link.quiet[0]:
            keeper.poll()
            clock.sleep_ms(_POLL_MS)
    finally:
        link.ended[0] = 1


class Keeper:
    """Polled by the services thread.

    memory: whose openings go to the journal. journal_seq: number of the last one there. stored, health: what
    state.txt holds now, as journal.read_state() gives it.
    """

    def __init__(self, link, memory, journal_seq, burners, stored, health):
        self.link = link
        self._memory = memory
        self._journal_seq = journal_seq
        self.failures = 0  # writes that the file system refused; tried again after a rest, to spare the flash
        self._rest_polls = 0
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
        self._rest_polls = max(0, self._rest_polls - 1)
        if self._rest_polls or not self.may_write():
            return
        try:
            self._keep_openings()
            self._keep_state()
        except OSError:
            self.failures += 1
            self._rest_polls = _REST_POLLS

    def _keep_openings(self):
        last = self._memory.seq[0]
        if last == self._journal_seq:
            return
        first = max(self._journal_seq + 1, last - ROWS + 1)  # older ones were overwritten: the numbers show a gap
        if journal.append(self._memory, first, last, self.may_write):
            self._journal_seq = last
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
