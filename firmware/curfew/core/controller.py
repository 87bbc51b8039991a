"""The whole device as one pure step: inputs and time in, grants, lights and sounds out.

Here are the clock check, what concerns all burners at once, and the order of a tick's decisions. All mutable state
hangs on one Controller.
"""

from typing import TYPE_CHECKING, Protocol

from curfew.core import faults, limits
from curfew.core.burner import Burner
from curfew.core.codes import (
    AT_CONTACTS_CLOSED,
    AT_RESETS,
    AT_STORED_FAULTS,
    FAULT,
    HELD,
    HELD_ALL,
    IDLE,
    PANIC,
    PRESSED,
    PROVED,
    PUMP_OFF,
    REQUEST_ARM,
    REQUEST_EXTEND,
    REQUEST_LESS,
    RESTART,
    TC,
)
from curfew.core.signals import S_ENDED, S_READY, Player
from curfew.core.ticks import aged_ms, elapsed_ms

if TYPE_CHECKING:
    from curfew.core.settings import Settings

    class Record(Protocol):
        """What controller and loop need of the record that outlives a reset (runtime/rtc_memory.py)."""

        buffer: bytearray
        closed_before: int
        dirty: bool

        def put(self, at: int, value: int) -> None: ...
        def seal(self) -> None: ...
        def note_shutoff(self, burner: int, cause: int, detail: int, burn_s: int, health_permille: int) -> None: ...

    class Requests(Protocol):
        """What the controller takes from the services (runtime/inbox.py)."""

        absent: bytearray

        def take_off(self, burner: int) -> int: ...
        def take_request(self, burner: int, kind: int, now_ms: int) -> int: ...


class Controller:
    """Burners, player and clock. `pressed` is filled before step(); `granted` is what the relays get after it.

    `pressed`: 1 for each button that is down; behind them 1 for the closed contacts of alarm_pin and presence_pin.

    settings: a checked Settings. memory: the record of this start (runtime/rtc_memory.py). inbox: shared with the
    services (runtime/inbox.py). health: commissioning values by burner, 0 for none yet. invalid: the settings are
    only the fallback.
    """

    def __init__(
        self, settings: "Settings", memory: "Record", inbox: "Requests", health: list[int], invalid: bool
    ) -> None:
        self.settings = settings
        self.memory = memory
        self.inbox = inbox
        self.player = Player()
        self.burners: list[Burner] = []
        for config in settings.burners:
            index = len(self.burners)
            self.burners.append(Burner(settings, config, memory.buffer[AT_STORED_FAULTS + index], health[index]))
        self.pressed = bytearray(len(self.burners)) + b"\1\1"
        self._alarm_ms = 0  # how long the alarm contact has been open
        self.granted = bytearray(len(self.burners))
        self.step_ms = 0
        self.quiet_ms = 0
        self.open_ms = 0  # since any contact was closed
        self.test_ms = 0  # left of the test of a weld
        self.raised = 0  # faults of all burners
        self.pump_failed = False  # its self-test, until it passes one: no contact may close
        self.pump_news = False  # it just failed: a fault, which may be acknowledged after the next tick
        self._events: list[int | None] = [None] * len(self.burners)  # of the buttons, in this tick
        self.update_ms = 0  # left in which an update over Wi-Fi is accepted
        self._last_ms: int | None = None
        self._still_ticks = 0
        self.late_ms = 0  # stalls that the pump has not made up for yet
        for index, burner in enumerate(self.burners):
            if memory.closed_before >> index & 1:
                burner.cause = RESTART
                self.player.play(S_ENDED, index)
                self._record(index, burner)
            unstable = memory.buffer[AT_RESETS] >= limits.RESETS_MAX
            burner.faults.reported = unstable << faults.UNSTABLE | invalid << faults.SETTINGS_INVALID

    def take_reading(self, burner: int, side: int, uv: int, age_ms: int) -> None:
        """Hand one converter reading, begun age_ms ago, to its burner, without its zero and its neighbors' part."""
        one = self.burners[burner]
        config = one.config
        uv -= config.zero_tc_uv if side == TC else config.zero_magnet_uv
        if config.ground_permille:
            for other in self.burners:
                if other is not one:  # its magnet side is as high as its current
                    uv -= other.flame.mean_uv * config.ground_permille // 1000
        one.take_reading(side, uv, age_ms)

    def miss_reading(self, burner: int) -> None:
        """A channel of this burner (if it has one) could not be read: a rise before the gap does not count."""
        if burner < len(self.burners):
            self.burners[burner].flame.forget_rise()

    def wants_scan(self, burner: int) -> bool:
        """True when a burner's channels should be read next: while shut-offs are being proved, only theirs."""
        one = self.burners[burner]
        if not one.sensor:
            return False
        if one.is_proving():
            return True
        for other in self.burners:
            if other.is_proving():
                return False
        return True

    def step(self, now_ms: int) -> None:
        """One tick at now_ms: at most one event a burner, then the gate."""
        clock_ok = self._keep_time(now_ms)
        step_ms = self.step_ms
        inbox = self.inbox
        self._take_buttons()
        if self.raised or self.pump_failed:
            self._test_welds()
            self.raised = 0
        absent = inbox.absent[0] or not self.pressed[-1]
        # Of a stall no one knows whether the alarm contact was open all the time.
        self._alarm_ms = 0 if self.pressed[-2] else aged_ms(self._alarm_ms, min(step_ms, limits.TICK_MS))
        reported = (self._alarm_ms > limits.ALARM_MS) << faults.ALARM | self.pump_news << faults.PUMP
        self.pump_news = False
        closed = 0
        self.open_ms = aged_ms(self.open_ms, step_ms)
        for index in range(len(self.burners)):
            burner = self.burners[index]
            burner.absent = absent
            its = burner.faults
            its.reported = its.reported & ~(1 << faults.ALARM | 1 << faults.PUMP) | reported
            burner.less_min = inbox.take_request(index, REQUEST_LESS, now_ms)
            is_shutoff = burner.step(
                step_ms,
                clock_ok,
                self._events[index],
                inbox.take_off(index),
                inbox.take_request(index, REQUEST_EXTEND, now_ms),
                inbox.take_request(index, REQUEST_ARM, now_ms),
            )
            if is_shutoff:
                self._record(index, burner)
            granted = burner.grant(step_ms)
            self.granted[index] = granted
            if granted:
                closed |= 1 << index
            self.raised |= burner.faults.raised
            self.memory.put(AT_STORED_FAULTS + index, burner.faults.raised & faults.KEPT_FAULTS)
            self.player.play(burner.sound, index)
        self.memory.put(AT_CONTACTS_CLOSED, closed)
        self.update_ms = max(0, self.update_ms - step_ms)
        if closed:
            self.update_ms = self.open_ms = 0
        self._open_window()
        self.player.step(step_ms)

    def _take_buttons(self) -> None:
        """Fill in the events of the buttons. A very long hold, and hits beside a fault, shut every burner off."""
        all_off = False
        for index in range(len(self.burners)):
            burner = self.burners[index]
            event = burner.button.step(self.pressed[index] == 1, self.step_ms)
            if event == HELD_ALL:  # but in FAULT a long hold acknowledges
                all_off = all_off or burner.state != FAULT or burner.verifying_ms < limits.HOLD_ALL_MS
                event = None
            elif event == PANIC:
                all_off = all_off or burner.state == FAULT
                event = HELD
            self._events[index] = event
        if all_off:
            for index in range(len(self.burners)):
                if self.burners[index].wants_closed():
                    self._events[index] = HELD

    def _test_welds(self) -> None:
        """Stop the pump once for a contact that conducts while it must be open: only a stuck driver ends with it.

        While that is tested, or found, or the pump failed its own test, no contact may close.
        """
        self.test_ms = max(0, self.test_ms - self.step_ms)
        pump_off: int = self.pump_failed
        for burner in self.burners:
            its = burner.faults
            if burner.flame.low_count >= limits.LIVE_READINGS:
                hot = burner.flame.tc_uv >= limits.WELD_TC_UV
                if not hot or its.shown != faults.DRIVER_STUCK and not (its.tested and self.test_ms):
                    its.tested = False
                elif its.shown != faults.DRIVER_STUCK:
                    burner.proof.note_open(PROVED)
                    # What looked like a weld is a stuck driver.
                    its.present &= ~(1 << faults.CONTACT_WELDED)
                    its.raised = its.raised & ~(1 << faults.CONTACT_WELDED) | 1 << faults.DRIVER_STUCK
                    its.shown = faults.DRIVER_STUCK
                    burner.flame.mean_uv = burner.flame.live_count = 0
            elif (
                its.present & 1 << faults.CONTACT_WELDED
                and not its.tested
                and burner.flame.live_count >= limits.LIVE_READINGS
            ):
                its.tested = True
                if self.settings.relay_drive == "pulse":
                    self.test_ms = limits.WELD_TEST_MS
            pump_off |= its.raised & 1 << faults.DRIVER_STUCK
        if not pump_off and not self.test_ms:
            return
        for index in range(len(self.burners)):
            burner = self.burners[index]
            burner.flame.forget_rise()
            if burner.wants_closed() or burner.state == IDLE and self._events[index] == PRESSED:
                self._events[index] = PUMP_OFF

    def _open_window(self) -> None:
        """Where a user asks for it: only if nothing conducted from the first edge of the hold to its end."""
        for index in range(len(self.burners)):
            burner = self.burners[index]
            if burner.update_allowed and self.open_ms >= burner.button.held_ms + limits.BRIDGE_MS:
                self.update_ms = limits.UPDATE_MS
                self.player.play(S_READY, index)

    def _keep_time(self, now_ms: int) -> bool:
        """Measure the step since the last tick; False on a clock fault: it went back, jumped or stopped."""
        step_ms = 0 if self._last_ms is None else elapsed_ms(now_ms, self._last_ms)
        self._still_ticks = min(self._still_ticks + 1, limits.STILL_TICKS_MAX) if step_ms == 0 else 0
        self._last_ms = now_ms
        late_ms = self.late_ms + step_ms
        clock_ok = step_ms >= 0 and late_ms <= limits.STALL_MAX_MS and self._still_ticks < limits.STILL_TICKS_MAX
        pulse = self.settings.relay_drive == "pulse"
        self.late_ms = max(late_ms - limits.PUMP_TICK_MS, 0) if clock_ok and pulse else 0
        self.step_ms = step_ms if clock_ok else 0
        if self.quiet_ms < limits.QUIET_MS:
            self.quiet_ms = aged_ms(self.quiet_ms, self.step_ms)
            if self.quiet_ms >= limits.QUIET_MS:
                self.memory.put(AT_RESETS, 0)
                for burner in self.burners:
                    burner.faults.reported &= ~(1 << faults.UNSTABLE)
        return clock_ok

    def _record(self, index: int, burner: Burner) -> None:
        burn_s = burner.burn_ms // 1000
        self.memory.note_shutoff(index, burner.cause, burner.detail, burn_s, burner.health_permille)

    def is_at_rest(self) -> bool:
        """True when every burner is in IDLE or FAULT."""
        for burner in self.burners:
            if burner.state not in (IDLE, FAULT):
                return False
        return True
