"""Answers the ping of the safety loop, and writes journal and state to flash while that is allowed.

The form of the files is in storage/journal.py.
"""

import gc
import os
from array import array

from curfew.core.faults import SETTINGS_INVALID, STORED_FAULTS
from curfew.core.limits import BURNERS_MAX
from curfew.runtime import snapshot as s
from curfew.runtime.rtc_memory import SHUTOFF_ROWS
from curfew.runtime.supervisor import PONG_RESTART, TRIAL_CONFIRMED, TRIAL_PENDING
from curfew.services.update import slots
from curfew.storage import journal

_RETRY_POLLS = 600  # a minute; the thread polls ten times a second
_ASKED = "measure.txt"  # tools/board/measure.py puts it there
_HEALTHY_POLLS = 600  # after a healthy minute a pending program is confirmed


class Persistence:
    """Polled by the services thread.

    memory: RtcMemory, whose shut-offs go to the journal. journal_seq: number of the last one in the journal.
    stored, health: content of state.txt, as from journal.read_state().
    """

    def __init__(self, link, memory, journal_seq, burners, stored, health):
        self.link = link
        self._memory = memory
        self._journal_seq = journal_seq
        self.failures = 0  # writes that the file system refused; repeated after a minute, to spare the flash
        self.is_reachable = None  # with a radio, a function: True while the next update could arrive
        self._retry_polls = 0
        self._healthy_polls = 0
        self._restart = False
        try:
            os.remove(_ASKED)
            self._tells = True  # readings over the USB cable, until the next start
        except OSError:
            self._tells = False
        self._stored = stored
        self._health = health
        self._burners = min(burners, BURNERS_MAX)
        self._seen = array("i", [0] * (self._burners * s.SNAP_FIELDS))

    def ask_restart(self):
        """Ask the safety loop for a restart; it follows when all burners are off."""
        self._restart = True

    def last_shutoff(self):
        """The number of the last shut-off, 0 for none."""
        return self._memory.seq[0]

    def flash_allowed(self):
        """True while all contacts are open."""
        return self.link.flash_allowed[0] == 1

    def poll(self):
        """One round."""
        link = self.link
        link.pong[0] = PONG_RESTART if self._restart else link.ping[0]
        link.snapshot.copy_into(self._seen)
        if self._tells:
            for at in range(0, len(self._seen), s.SNAP_FIELDS):
                values = self._seen[at : at + s.SNAP_FIELDS]
                closed = values[s.SNAP_CONTACT_CLOSED]
                print("reading", at // s.SNAP_FIELDS, values[s.SNAP_TC_UV], values[s.SNAP_MAGNET_UV], closed)
        if link.trial[0] == TRIAL_PENDING:
            self._healthy_polls = self._healthy_polls + 1 if self._is_healthy() else 0
        self._retry_polls = max(0, self._retry_polls - 1)
        if self._retry_polls or not self.flash_allowed():
            return
        try:
            self._write_shutoffs()
            self._write_state()
            if self._healthy_polls >= _HEALTHY_POLLS and slots.mark_confirmed(self.flash_allowed):
                self._healthy_polls = 0
                link.trial[0] = TRIAL_CONFIRMED
                print("This program is confirmed: slot", slots.here)
        except OSError:
            self.failures += 1
            self._retry_polls = _RETRY_POLLS

    def _is_healthy(self):
        """True when the settings are valid and the next update could arrive; loop and services run, or nothing asks."""
        faults = 0
        for at in range(s.SNAP_FAULTS_RAISED, len(self._seen), s.SNAP_FIELDS):
            faults |= self._seen[at]
        return not faults >> SETTINGS_INVALID & 1 and (self.is_reachable is None or self.is_reachable())

    def _write_shutoffs(self):
        last = self._memory.seq[0]
        if last == self._journal_seq:
            return
        first = max(self._journal_seq + 1, last - SHUTOFF_ROWS + 1)  # older rows are overwritten: a gap
        if journal.append(self._memory, first, last, self.flash_allowed):
            self._journal_seq = last
        gc.collect()

    def _write_state(self):
        stored = self._stored[:]
        health = self._health[:]
        for index in range(self._burners):
            at = index * s.SNAP_FIELDS
            stored[index] = self._seen[at + s.SNAP_FAULTS_RAISED] & STORED_FAULTS
            health[index] = self._seen[at + s.SNAP_HEALTH_REF_PERMILLE]
        if stored != self._stored or health != self._health:
            if journal.write_state(stored, health, self.flash_allowed):
                self._stored = stored
                self._health = health
