"""The safety loop's view of the services thread: start it, check its echo, start it again, or show that it hangs.

MicroPython cannot kill a thread, so a second one never starts beside a blocked one.
"""

from array import array
from typing import TYPE_CHECKING, Any

import micropython

from curfew.core import limits
from curfew.core.ticks import aged_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from curfew.runtime.inbox import Inbox
    from curfew.runtime.snapshot import Snapshot


TRIAL_CONFIRMED, TRIAL_PENDING, TRIAL_FAILED = 0, 1, 2  # of this program
# Made once: "except (A, B)" makes its tuple when it is reached, and there may be no memory for that.
_NOT_SCHEDULED = (RuntimeError, AttributeError)  # the queue is full; CPython has none
_NO_THREAD = (OSError, MemoryError)
PONG_RESTART = -1  # instead of an echo: the services ask for a restart of the chip


class Link:
    """What both threads use: preallocated, and each part written by one side only once the services run."""

    def __init__(self, inbox: "Inbox", snapshot: "Snapshot") -> None:
        self.inbox = inbox
        self.snapshot = snapshot
        self.ping = array("i", [0])  # loop writes
        self.pong = array("i", [0])  # services answer
        self.stopped = bytearray(1)  # services write 1 when they end
        self.flash_allowed = bytearray(1)  # loop writes 1 while every contact is open: the flash may be written
        self.may_stall = bytearray(b"\1")  # loop writes 1 while a handshake that stops all Python cannot open a contact
        # Loop: what a tick takes, the mean in 64ths of a millisecond. Services: the least bytes that Python had free.
        # Services: 1 when they have saved settings, which the loop announces. Loop: what the last self-test found.
        self.figures = array("i", [0, 0, 0, 0])
        self.update_ms = array("i", [0])  # loop writes: how long an update over Wi-Fi is accepted; the user allowed it
        self.stop_requested = bytearray(1)  # loop writes 1: the services have to end and print nothing more
        self.trial = bytearray(1)  # loop writes TRIAL_PENDING and TRIAL_FAILED, services TRIAL_CONFIRMED
        self.opening = bytearray(1)  # services write 1: open_at_once is scheduled; it writes 0
        self.open_at_once: Callable[[None], None] | None = None  # the loop's

    def hurry(self) -> bool:
        """After post_off(): do not leave the contact to the next tick. One call at most is scheduled; never allocates.

        True: the contact is open as soon as `opening` is 0. False: it could not be scheduled, the next tick opens it.
        """
        if not self.opening[0]:
            self.opening[0] = 1
            try:
                micropython.schedule(self.open_at_once, None)  # type: ignore[arg-type]  # made before the services
            except _NOT_SCHEDULED:
                self.opening[0] = 0
                return False
        return True


class Supervisor:
    """Starts entry(*args) in a second thread and supervises it. start: a function like _thread.start_new_thread.

    `blocked`: the services hang, ask for a restart, or failed while this program was pending. The user sees it, and
    the chip restarts once every contact is open; a pending program is rolled back by that.
    """

    def __init__(
        self, link: Link, start: "Callable[..., Any]", entry: "Callable[..., None]", args: tuple[Any, ...]
    ) -> None:
        self.link = link
        self.blocked = False
        self._start = start
        self._entry = entry
        self._args = args
        self._started = False
        self._no_echo_ms = 0
        self._pause_ms = 0
        self._trial_ms = 0
        link.stopped[0] = 1

    def step(self, step_ms: int) -> None:
        """Check once a tick. Starting a thread allocates, which is safe because no other one runs at that moment."""
        link = self.link
        if link.stopped[0]:
            if self._started and link.trial[0] == TRIAL_PENDING:
                link.trial[0] = TRIAL_FAILED
            self.blocked = link.trial[0] == TRIAL_FAILED
            self._pause_ms = aged_ms(self._pause_ms, step_ms)
            if not self._started or self._pause_ms >= limits.SERVICES_PAUSE_MS:
                self._pause_ms = 0
                self._no_echo_ms = 0
                self._started = True
                link.stopped[0] = 0
                try:
                    micropython.heap_unlock()
                    self._start(self._entry, self._args)
                except _NO_THREAD:  # at the moment; no reason to shut off
                    link.stopped[0] = 1
                finally:
                    micropython.heap_lock()
            return
        if link.pong[0] == link.ping[0]:
            link.ping[0] = (link.ping[0] + 1) % limits.COUNT_MAX
            self._no_echo_ms = 0
        else:
            self._no_echo_ms = aged_ms(self._no_echo_ms, step_ms)
        if link.trial[0] == TRIAL_PENDING:
            self._trial_ms = aged_ms(self._trial_ms, step_ms)
            if self._trial_ms >= limits.TRIAL_MAX_MS:
                link.trial[0] = TRIAL_FAILED
        is_silent = self._no_echo_ms >= limits.SERVICES_BLOCKED_MS
        self.blocked = is_silent or link.pong[0] == PONG_RESTART or link.trial[0] == TRIAL_FAILED
