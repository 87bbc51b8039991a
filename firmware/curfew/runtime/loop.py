"""The safety loop: sample, decide, gate, drive, show, publish, feed the watchdog, sleep.

The order of one tick, and the way out. It never waits for network, flash or a lock, and it alone feeds the watchdog.
"""

from typing import TYPE_CHECKING, Any

import micropython

from curfew.core import limits
from curfew.core.codes import AT_CONTACTS_CLOSED
from curfew.core.signals import S_CHANGED
from curfew.core.ticks import aged_ms, elapsed_ms
from curfew.runtime.rtc_memory import AT_CLEAN

if TYPE_CHECKING:
    from curfew.core.controller import Controller
    from curfew.runtime.supervisor import Link, Supervisor


_ALL_STAGES = 0o1234567  # the watchdog is fed only after all stages of the tick have reported, in this order
_STOP_TRIES = 100  # two seconds: a thread that blocks longer is left to the reset


class Restart(Exception):
    """Every contact is open and the services hang: the chip has to start again."""


_RESTART = Restart()  # made here: a tick cannot


class Loop:
    """The parts of the device and the tick that runs through them. clock has ticks_ms() and sleep_ms()."""

    Restart = Restart  # what run() may raise, for program.py

    def __init__(
        self,
        clock: Any,
        controller: "Controller",
        relays: Any,
        scanner: Any,
        panel: Any,
        rtc: Any,
        link: "Link",
        supervisor: "Supervisor",
        watchdog: Any,
        self_test: Any,
    ) -> None:
        self.clock = clock
        self.controller = controller
        self.relays = relays
        self.scanner = scanner
        self.panel = panel
        self.rtc = rtc
        self.link = link
        self.supervisor = supervisor
        self.watchdog = watchdog
        self.self_test = self_test
        self._stages = 0
        self._full_ms = 0  # how long the pump has run without a stall
        link.open_at_once = self.open_at_once  # made here, once: to look it up would allocate

    def run(self) -> None:
        """Tick without end. However this stops, the contacts open before anything else happens.

        The heap is locked for this thread: what would allocate in a tick raises. A frame of more than 44 bytes would
        come from the heap, too, unseen, and now and then collect there; now it lies on the stack.
        """
        micropython.heap_lock()
        try:
            while True:
                now_ms = self.clock.ticks_ms()
                self.tick(now_ms)
                spent_ms = elapsed_ms(self.clock.ticks_ms(), now_ms)
                figures = self.link.figures
                figures[0] += min(max(spent_ms, 0), limits.STALL_MAX_MS) - (figures[0] >> 6)
                self._rest(now_ms, spent_ms)
        finally:
            try:
                self.relays.open_all()
            finally:
                micropython.heap_unlock()

    def _rest(self, now_ms: int, spent_ms: int) -> None:
        """Sleep for the rest of a tick; on the way begin the second conversion, half a mains period after the first."""
        if 0 <= spent_ms < limits.HALF_MS and self.scanner.wants_second():
            self.clock.sleep_ms(limits.HALF_MS - spent_ms)
            self.scanner.second(self.controller)
            spent_ms = elapsed_ms(self.clock.ticks_ms(), now_ms)
        self.clock.sleep_ms(min(max(limits.TICK_MS - spent_ms, 1), limits.TICK_MS))

    def end_clean(self) -> None:
        """After run(): record that this end was intended, and wait a moment until the services have stopped."""
        self.link.stop_requested[0] = 1
        memory = self.controller.memory
        memory.buffer[:] = (
            self.rtc.memory()
        )  # that of the last whole tick: an interrupted one may have changed half of it
        memory.put(AT_CLEAN, 1)
        memory.seal()
        self.rtc.memory(memory.buffer)
        self.panel.silence()
        for _ in range(_STOP_TRIES):
            if self.link.stopped[0]:
                break
            self.clock.sleep_ms(limits.TICK_MS)

    def open_at_once(self, _: None) -> None:
        """Open the contacts whose OFF waits, between two lines of whatever runs; the services schedule it.

        It is safe wherever it comes, because all that it can do is a low pin that the next tick would make low:
        - In a sleep, and after a deadline: the pin is low earlier. The OFF stays in the inbox, so the tick shuts off as
          if this had not been, with cause, record and reclose delay.
        - In a tick: before the tick takes the OFF, Relays.drive() keeps such a contact open; after it, the gate does.
        - In a stall or a loop without end: the pin is low although no tick comes. It feeds no watchdog and toggles no
          pump, so that both end such a loop when they would have.
        - In the services' thread, where a chip with an interpreter lock may run it: it writes pins and one byte only.
        - Never, because the queue was full or an error came: the tick takes the OFF.
        It must not allocate.
        """
        self.link.opening[0] = 0  # first: what is posted from here on asks for another one
        self.relays.open_asked(self.link.inbox.off)

    def tick(self, now_ms: int) -> None:
        """One decision, from the pins and back to them; raises Restart."""
        controller = self.controller
        self._stages = 0
        self.panel.sample(controller.pressed)
        self._report(1)
        self.scanner.sample(controller, now_ms)
        if self.self_test is not None:
            self.self_test.step(controller)
        self._report(2)
        controller.step(now_ms)
        self._report(3)
        self.relays.drive(controller.granted, self.link.inbox.off)
        self._report(4)
        self.panel.show(controller, self.supervisor.blocked)
        self._report(5)
        self._publish()
        self._report(6)
        self.supervisor.step(controller.step_ms)
        # A change is heard before the restart that follows it.
        if self.supervisor.blocked and controller.player.sound != S_CHANGED and controller.is_at_rest():
            raise _RESTART
        self._report(7)
        if self._stages == _ALL_STAGES:
            self.watchdog.feed()

    def _report(self, stage: int) -> None:
        self._stages = self._stages << 3 | stage

    def _publish(self) -> None:
        controller = self.controller
        memory = controller.memory
        if memory.dirty:
            memory.seal()
            self.rtc.memory(memory.buffer)
        closed = memory.buffer[AT_CONTACTS_CLOSED]
        self.link.flash_allowed[0] = 0 if closed else 1
        self._full_ms = aged_ms(self._full_ms, controller.step_ms) if closed and not controller.late_ms else 0
        full = self._full_ms >= limits.PUMP_FULL_MS and not self.scanner.is_failing()
        self.link.may_stall[0] = 1 if full or not closed else 0
        self.link.update_ms[0] = controller.update_ms
        self.link.snapshot.publish(controller)
        if self.link.figures[2]:
            self.link.figures[2] = 0
            controller.player.play(S_CHANGED, 0)
