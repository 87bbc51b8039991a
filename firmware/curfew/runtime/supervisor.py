"""The safety loop's view of the services thread: start it, hear its echo, start it again, or show that it hangs.

Belongs here: the shared bytes between the two threads that are not requests, and the rules of starting again.
Does not: what the services do (services/). A thread cannot be killed, so a blocked one is never doubled.
"""

from array import array

from curfew.core import limits
from curfew.core.ticks import aged_ms

TRIAL_CONFIRMED, TRIAL_PENDING, TRIAL_FAILED = 0, 1, 2  # what the program is
PONG_RESTART = -1  # as an echo: the services ask for a restart of the chip


class Link:
    """What both threads touch: preallocated, written by one side each once the services run."""

    def __init__(self, inbox, snapshot):
        self.inbox = inbox
        self.snapshot = snapshot
        self.ping = array("i", [0])  # loop writes
        self.pong = array("i", [0])  # services answer
        self.stopped = bytearray(1)  # services write 1 on their way out
        self.flash_allowed = bytearray(1)  # loop writes: 1 while nothing conducts, flash may be written
        self.update_ms = array("i", [0])  # loop writes: so long may an update come by Wi-Fi; a hand opened it
        self.stop_requested = bytearray(1)  # loop writes: services shall end and print nothing
        self.trial = bytearray(1)  # loop writes ON_TRIAL and FAILED, services PROVED


class Supervisor:
    """Starts entry(*args) in a second thread and looks after it.

    `blocked`: they hang, ask for it, or fail on trial: shown to the user, and a restart is due, granted only while
    nothing conducts; after one on trial the old program is back.
    start: a function like _thread.start_new_thread.
    """

    def __init__(self, link, start, entry, args):
        self.link = link
        self.blocked = False
        self.starts = 0
        self._start = start
        self._entry = entry
        self._args = args
        self._silent_ms = 0
        self._rest_ms = 0
        self._trial_ms = 0
        link.stopped[0] = 1

    def step(self, step_ms):
        """Look once a tick; starting a thread allocates, which is safe because no other one runs just then."""
        link = self.link
        if link.stopped[0]:
            if self.starts and link.trial[0] == TRIAL_PENDING:
                link.trial[0] = TRIAL_FAILED
            self.blocked = link.trial[0] == TRIAL_FAILED
            self._rest_ms = aged_ms(self._rest_ms, step_ms)
            if self.starts == 0 or self._rest_ms >= limits.SERVICES_REST_MS:
                self._rest_ms = 0
                self._silent_ms = 0
                self.starts = self.starts % limits.COUNT_MAX + 1
                link.stopped[0] = 0
                try:
                    self._start(self._entry, self._args)
                except (OSError, MemoryError):  # no room for a thread just now is no reason to close the gas
                    link.stopped[0] = 1
            return
        if link.pong[0] == link.ping[0]:
            link.ping[0] = (link.ping[0] + 1) % limits.COUNT_MAX
            self._silent_ms = 0
        else:
            self._silent_ms = aged_ms(self._silent_ms, step_ms)
        if link.trial[0] == TRIAL_PENDING:
            self._trial_ms = aged_ms(self._trial_ms, step_ms)
            if self._trial_ms >= limits.TRIAL_MAX_MS:
                link.trial[0] = TRIAL_FAILED
        silent = self._silent_ms >= limits.SERVICES_BLOCKED_MS
        self.blocked = silent or link.pong[0] == PONG_RESTART or link.trial[0] == TRIAL_FAILED
