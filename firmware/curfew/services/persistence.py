"""What the services owe the loop: an echo of its ping, and journal and state in files when it gives leave.

Belongs here: when to write. Does not: the form of the files (journal.py), the network.
"""

import gc
from array import array

from curfew.core.faults import SETTINGS_INVALID, STORED_FAULTS
from curfew.core.limits import BURNERS_MAX
from curfew.runtime import snapshot as s
from curfew.runtime.rtc_memory import SHUTOFF_ROWS
from curfew.runtime.supervisor import PONG_RESTART, TRIAL_CONFIRMED, TRIAL_PENDING
from curfew.services.update import slots
from curfew.storage import journal

_REST_POLLS = 600  # a minute; the thread polls ten times a second
_PROOF_POLLS = 600  # a minute of health makes a new program the one from now on


class Persistence:
    """Polled by the services thread.

    memory: whose openings go to the journal. journal_seq: number of the last one there. stored, health: what
    state.txt holds now, as journal.read_state() gives it.
    """

    def __init__(self, link, memory, journal_seq, burners, stored, health):
        self.link = link
        self._memory = memory
        self._journal_seq = journal_seq
        self.failures = 0  # writes that the file system refused; tried again after a rest, to spare the flash
        self.is_reachable = None  # a function of a box with a radio: what would let the next program in works
        self._rest_polls = 0
        self._sound_polls = 0
        self._restart = False
        self._stored = stored
        self._health = health
        self._burners = min(burners, BURNERS_MAX)
        self._seen = array("i", [0] * (self._burners * s.SNAP_FIELDS))

    def ask_restart(self):
        """Ask the loop to start the chip again; it does once every burner is at rest."""
        self._restart = True

    def last_shutoff(self):
        """The number of the last opening, 0 for none."""
        return self._memory.seq[0]

    def may_write(self):
        """True while nothing conducts."""
        return self.link.flash_allowed[0] == 1

    def poll(self):
        """One round."""
        link = self.link
        link.pong[0] = PONG_RESTART if self._restart else link.ping[0]
        link.snapshot.copy_into(self._seen)
        if link.trial[0] == TRIAL_PENDING:
            self._sound_polls = self._sound_polls + 1 if self._is_sound() else 0
        self._rest_polls = max(0, self._rest_polls - 1)
        if self._rest_polls or not self.may_write():
            return
        try:
            self._keep_openings()
            self._keep_state()
            if self._sound_polls >= _PROOF_POLLS and slots.prove(self.may_write):
                self._sound_polls = 0
                link.trial[0] = TRIAL_CONFIRMED
                print("This program has proved itself: slot", slots.here)
        except OSError:
            self.failures += 1
            self._rest_polls = _REST_POLLS

    def _is_sound(self):
        """Loop and services are alive, or nobody would ask; and the settings fit, and the next program could come."""
        faults = 0
        for at in range(s.SNAP_FAULTS_RAISED, len(self._seen), s.SNAP_FIELDS):
            faults |= self._seen[at]
        return not faults >> SETTINGS_INVALID & 1 and (self.is_reachable is None or self.is_reachable())

    def _keep_openings(self):
        last = self._memory.seq[0]
        if last == self._journal_seq:
            return
        first = max(self._journal_seq + 1, last - SHUTOFF_ROWS + 1)  # the older ones were overwritten: a gap
        if journal.append(self._memory, first, last, self.may_write):
            self._journal_seq = last
        gc.collect()

    def _keep_state(self):
        stored = self._stored[:]
        health = self._health[:]
        for index in range(self._burners):
            at = index * s.SNAP_FIELDS
            stored[index] = self._seen[at + s.SNAP_FAULTS_RAISED] & STORED_FAULTS
            health[index] = self._seen[at + s.SNAP_HEALTH_REF_PERMILLE]
        if stored != self._stored or health != self._health:
            if journal.write_state(stored, health, self.may_write):
                self._stored = stored
                self._health = health
