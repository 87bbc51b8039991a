"""One burner: its state, its deadline and cap, its faults. Looks up events and carries out effects.

Everything that changes a burner's state is here, one event a tick, by way of table.py.

Three clocks run down while the contact is closed:
- `cap_ms`, to the cap: burn_max_min from the moment the contact closes. Presses and remote requests never move it. The
  first override of a burn raises it to override_max_min from then on, if that is more.
- `remaining_ms`, to the deadline: set when a flame is seen (without a sensor: when the button is pressed), moved by
  presses up to timer_max_min, and never past the cap. WARNING begins warning_s before it; it ends the burn.
- `window_ms`, for the ignition: in ARMED no deadline runs, because nothing burns yet; a flame has to be proved within
  ignite_window_s, or the contact opens again.
Where no one is there for absence_min, `remaining_ms` becomes absence_left_min at most, while `kept_ms` is the timer and
runs on; a press, an ignition, or someone who is there again gives it back.
The gate (safety.py) counts burns and pauses by itself and shares none of these numbers but the deadline.
"""

from typing import TYPE_CHECKING

from curfew.core import faults, limits, signs
from curfew.core import table as t
from curfew.core.button import Button
from curfew.core.codes import (
    ARMED,
    BURNING,
    CLOCK_FAULT,
    CONTACT_NOT_CONDUCTING,
    CONTACT_OPEN,
    DEADLINE,
    FAULT,
    FAULT_RAISED,
    FAULTED,
    FLAME_LOST,
    FLAME_SEEN,
    HELD,
    IDLE,
    IGNITED,
    OVERRIDE,
    PENDING,
    PRESSED,
    PROVED,
    PUMP_OFF,
    REFUTED,
    RELIT,
    REMOTE,
    REMOTE_ARM,
    REMOTE_EXTEND,
    REMOTE_LESS,
    REMOTE_OFF,
    RETURNED,
    UNTESTABLE,
    VERIFIED,
    VERIFYING,
    WARNING,
    WARNING_DUE,
    WINDOW_OVER,
)
from curfew.core.faults import FaultSet
from curfew.core.flame import Flame
from curfew.core.proof import Proof
from curfew.core.safety import Gate
from curfew.core.signals import S_ASK, S_NO, S_NONE, S_WARNING
from curfew.core.ticks import aged_ms

if TYPE_CHECKING:
    from curfew.core.settings import BurnerSettings, Settings


class Burner:
    """The whole mutable state of one burner. A start makes a new object, in VERIFYING with the contact open."""

    contact_ms: int  # since the contact was last ordered to open or close
    burn_ms: int  # how long the contact was meant to be closed, in this burn or the last
    absent_ms: int  # since when, in this burn
    cap_raised: bool
    _window_kept: bool  # the window of this ignition was given more time

    def __init__(self, settings: "Settings", config: "BurnerSettings", stored: int, health_ref_permille: int) -> None:
        self.settings = settings
        self.config = config
        # One attribute more than fills a table of 37: in a full one each method is looked for in all of it.
        self.sensor = config.sensor
        self.state = VERIFYING
        self.faults = FaultSet(stored)
        if not config.sensor:  # no reading would ever end the cause of a stored one
            self.faults.present = 0
        self.button = Button()
        self.flame = Flame(config)
        self.proof = Proof(config.sensor, settings.verify_open_ms)
        self.gate = Gate(settings.reclose_hold_ms, config.burn_max_ms + settings.override_max_ms)
        self.remaining_ms = 0  # to the deadline, while there is one
        self.absent = 0  # no one is there
        self.kept_ms = 0  # what the timer has left, while an absence shortens it; else 0
        self.less_min = 0  # what a remote request of this tick wants to leave, 0 for none
        self.cap_ms = 0  # to the cap of this burn
        self.window_ms = 0  # left for an ignition
        self.by_override = False
        self.verifying_ms = 0  # in VERIFYING; a tick counts for no more than it surely took
        self.sign_ms = 0  # phase of the light and of the repeated sound
        self.cause = 0  # of the last shut-off
        self.detail = 0  # of REMOTE its source, of FAULT its code
        self.light = 0
        self.sound = S_NONE  # asked for in this tick
        self.update_allowed = False  # in this tick, by the user
        self.refused = 0
        self.service = False  # the contact needs service
        self.health_permille = 0  # of the last logged burn, 0 not yet
        self.health_ref_permille = health_ref_permille  # of the commissioning, 0 not yet
        self._local_act = False
        self.ask_ms = 0  # left in which "no timer?" is asked
        self._start_over()

    # --- sensing ---------------------------------------------------------------------------------------------------

    def wants_closed(self) -> bool:
        """True in the states in which the contact is meant to be closed."""
        return t.CLOSED_STATES >> self.state & 1 == 1

    def is_proving(self) -> bool:
        """True while this burner's readings should come before all others: its shut-off is to be proved."""
        return (
            not self.wants_closed() and self.proof.wants_readings() and not self.flame.is_stale(limits.IGNITION_GAP_MS)
        )

    def take_reading(self, side: int, uv: int, age_ms: int) -> None:
        """Take a reading of one side whose conversion began age_ms ago."""
        since_ms = self.contact_ms - age_ms
        if since_ms < 0:
            return  # begun before the contact changed: belongs to neither side of it
        closed = self.wants_closed()
        credible = self.flame.take(side, uv, closed, since_ms >= limits.SETTLE_MS)
        if credible and not closed:
            self.proof.take(side, uv, since_ms)

    # --- one tick --------------------------------------------------------------------------------------------------

    def step(
        self, step_ms: int, clock_ok: bool, event: int | None, off_asked: int, extend_asked: int, arm_asked: int
    ) -> bool:
        """Advance by step_ms (0 on a clock fault) and let at most one event happen; True when it was a shut-off.

        event: of the button, or None. off_asked: 1 + the source of a remote OFF, 0 for none.
        """
        self.sound = S_NONE
        self.update_allowed = False
        self._age(step_ms)
        self._judge_faults()
        event = self._first_event(clock_ok, event, off_asked, extend_asked, arm_asked)
        is_shutoff = event is not None and self._happen(event, off_asked)
        signs.show(self, step_ms)
        return is_shutoff

    def _age(self, step_ms: int) -> None:
        closed = self.wants_closed()
        self.contact_ms = aged_ms(self.contact_ms, step_ms)
        new_second = self.flame.step(step_ms, closed)
        if closed:
            self.burn_ms = aged_ms(self.burn_ms, step_ms)
            self.cap_ms -= step_ms
            self.remaining_ms -= step_ms
            self.window_ms -= step_ms
            self._age_absence(step_ms)
        else:
            self.proof.step(step_ms)
            if new_second and self.sensor:
                self.proof.take_second(self.flame.trend.before_uv, self.flame.trend.uv)
            self.verifying_ms = aged_ms(self.verifying_ms, min(step_ms, limits.TICK_MS))

    def _age_absence(self, step_ms: int) -> None:
        if self.kept_ms:
            self.kept_ms -= step_ms
            return
        self.absent_ms = self.absent_ms + step_ms if self.absent and not self.button.down else 0
        if self.absent_ms >= self.settings.absence_ms:
            self.absent_ms = 0
            self.kept_ms = self.remaining_ms
            self.remaining_ms = min(self.remaining_ms, self.settings.absence_left_ms)
            self.sound = S_WARNING

    def _judge_faults(self) -> None:
        its = self.faults
        if self.flame.cleared_ms >= limits.WELD_CLEARED_MS:
            self.proof.note_open(PROVED)
            its.locked = its.tested  # with the pump off a stuck driver looks open
        elif self.flame.is_out():
            self.proof.note_open(UNTESTABLE)
        if its.judge(self):
            self.button.ignore_until_up()
            its.mute_ms = self.verifying_ms = 0  # it is news, whatever was muted
            self.sign_ms = limits.FAULT_EVERY_MS
        if its.present & 1 << faults.CONTACT_WELDED:
            its.locked = True

    def _first_event(
        self, clock_ok: bool, event: int | None, off_asked: int, extend_asked: int, arm_asked: int
    ) -> int | None:
        """The one event of this tick, in the precedence of codes.py, or None. event: of the button, or None."""
        state = self.state
        closed = self.wants_closed()
        flame = self.flame
        sensing = self.sensor
        if self.faults.raised and state != FAULT:
            return FAULT_RAISED
        if closed and not clock_ok:
            return CLOCK_FAULT
        if event == PUMP_OFF or self.faults.locked and state == IDLE and event == PRESSED:
            return PUMP_OFF
        if event == HELD:
            return HELD
        if off_asked:
            return REMOTE_OFF
        if closed and state != ARMED and self.remaining_ms <= 0:
            return DEADLINE
        if sensing and closed:
            if state != ARMED and flame.lost_ms >= self.settings.flame_out_ms:
                return FLAME_LOST
            if flame.dead_ms >= limits.CONTACT_OPEN_MS:
                return CONTACT_NOT_CONDUCTING
        if self.kept_ms and (event == PRESSED or not self.absent):
            return RETURNED
        if event is not None:
            return event
        if state == ARMED:
            if flame.is_confirmed():
                return FLAME_SEEN
            if self.window_ms <= 0 and not self._keeps_window():
                return WINDOW_OVER
        elif state == IDLE and self.settings.auto_arm and sensing and flame.igniting and not self.faults.locked:
            if not (self.button.active or self.button.deaf):  # it may mean OFF, and have said so already
                return IGNITED
        elif closed and flame.new_pot:
            return RELIT
        elif state in (BURNING, OVERRIDE) and self.remaining_ms <= self.settings.warning_ms:
            return WARNING_DUE
        elif state == VERIFYING:
            if self.proof.relit:
                return RELIT
            if self.verifying_ms >= self.settings.reclose_hold_ms and self._is_proved():
                return VERIFIED
        if self.less_min:
            return REMOTE_LESS
        if extend_asked:
            return REMOTE_EXTEND
        if arm_asked:
            return REMOTE_ARM
        return None

    def _is_proved(self) -> bool:
        proof = self.proof
        weak = proof.die_ms >= self.settings.flame_die_ms and self.flame.trend.uv < self.config.flame_min_uv
        return proof.contact not in (PENDING, REFUTED) and (proof.gas != PENDING or weak)  # weak: less than any flame

    def _keeps_window(self) -> bool:
        """Give a flame that is there when the window ends a moment more to be proved, once."""
        flame = self.flame
        rises = flame.tc_uv >= flame.trend.uv + limits.WINDOW_RISE_UV  # lit in the last second
        if self._window_kept or not (rises or flame.burning and not flame.trend.falls):
            return False
        self._window_kept = True
        self.window_ms = limits.WINDOW_MORE_MS
        return True

    # --- what happens ----------------------------------------------------------------------------------------------

    def _happen(self, event: int, off_asked: int) -> bool:
        """Let an event happen as its row of the table says; True when this shut the burner off."""
        before = self.wants_closed()
        if not before:
            self._local_act = event in (PRESSED, IGNITED)
        asks = event == PRESSED and self.button.asks
        if asks:
            self.asked = self.state in (BURNING, WARNING)
        row = self._row(event)
        if row < 0:
            self.sound = S_NO
            self.refused = (self.refused + 1) % limits.COUNT_MAX
            return False
        if event == FLAME_SEEN:
            self.health_due_ms = self.burn_ms + limits.HEALTH_AFTER_MS
        self._do(t.TABLE[row + t.COL_EFFECT])
        to = t.TABLE[row + t.COL_TO]
        if to != t.SAME:
            self._enter(to)
        is_shutoff = before and not self.wants_closed()
        if is_shutoff:
            self._end_burn(t.TABLE[row + t.COL_CAUSE], off_asked)
        elif not before and self.wants_closed():
            self._start_over()
        self.sound = t.TABLE[row + t.COL_SOUND]
        if asks and self.asked:
            self.ask_ms = limits.ASK_MS
            self.sound = S_ASK
        return is_shutoff

    def _row(self, event: int) -> int:
        """Where the row of the table for an event starts, -1 when it is refused."""
        for row in range(0, len(t.TABLE), t.ROW_BYTES):
            if (
                t.TABLE[row + t.COL_EVENT] == event
                and t.TABLE[row + t.COL_FROM] >> self.state & 1
                and t.holds(self, t.TABLE[row + t.COL_GUARD])
            ):
                return row
        return -1

    def extended_ms(self) -> int:
        """What is left after one more step: never past timer_max_min or the cap, never less than before."""
        wanted_ms = min(self.remaining_ms + self.settings.timer_step_ms, self.config.timer_max_ms, self.cap_ms)
        return max(self.remaining_ms, wanted_ms)

    def less_ms(self) -> int:
        """What a remote request for less time leaves: one tick more than the warning at least."""
        return max(self.less_min * 60000, self.settings.warning_ms + limits.TICK_MS)

    def override_cap_ms(self) -> int:
        """The cap with an override: only the first one of a burn may raise it."""
        return self.cap_ms if self._override_used else max(self.cap_ms, self.settings.override_max_ms)

    def _do(self, effect: int) -> None:
        settings = self.settings
        config = self.config
        if effect == t.START_TIMER:
            if not self.wants_closed():
                self.cap_ms = config.burn_max_ms
            self.remaining_ms = min(config.timer_default_ms, config.timer_max_ms, self.cap_ms)
            self.by_override = False
            self.absent_ms = self.kept_ms = 0
        elif effect == t.OPEN_WINDOW:
            self.cap_ms = config.burn_max_ms
            self.window_ms = settings.ignite_window_ms
        elif effect == t.ADD_STEP:
            extended_ms = self.extended_ms()
            if extended_ms > self.remaining_ms:
                self.by_override = False
            self.remaining_ms = extended_ms
        elif effect == t.START_OVERRIDE:
            self.cap_raised = self.cap_raised or self.override_cap_ms() > self.cap_ms
            self.cap_ms = self.override_cap_ms()
            self._override_used = True
            self.remaining_ms = max(self.remaining_ms, min(settings.override_max_ms, self.cap_ms))  # never less
            self.by_override = True
        elif effect == t.SET_TIMER:
            self.remaining_ms = self.less_ms()
            self.by_override = False
            self.kept_ms = 0
        elif effect == t.GIVE_BACK:
            self.remaining_ms = self.kept_ms
            self.kept_ms = 0
        elif effect == t.FORGET_FAULTS:
            self.faults.acknowledge()
            self.faults.tested = False
        elif effect == t.MUTE:
            self.faults.mute_ms = limits.MUTE_MS
            self.verifying_ms = max(self.verifying_ms, limits.FAULT_LOUD_MS)
        elif effect == t.ALLOW_UPDATE:
            self.update_allowed = True
        elif effect == t.RESTART_FLAMEOUT_TIMER:
            self.proof.restart_gas()

    def _enter(self, state: int) -> None:
        is_new = self.state != state
        if state == VERIFYING and is_new and not self.wants_closed():
            self.proof.begin(False)  # acknowledged: the proofs run again
        if state in (VERIFYING, FAULT) and is_new:
            self.verifying_ms = 0
        if state == IDLE:
            self.flame.forget_rise()
        if is_new:
            self.ask_ms = 0
        self.state = state
        self.sign_ms = 0

    def _start_over(self) -> None:
        """A new burn begins, or might: nothing of an earlier one counts."""
        self.contact_ms = 0
        self.burn_ms = 0
        self.absent_ms = 0
        self.cap_raised = False
        self._override_used = False
        self.asked = False  # the last quick pair asked it, in this burn
        self._window_kept = False
        self.is_holding_told = False
        self.health_due_ms = 0  # at which age of the burn, 0 for not (again)
        offset_uv = min(self.flame.mean_uv, 0)  # of a magnet side that was dead until now
        self.flame.contact_changed()
        self.flame.dead_uv += offset_uv
        self.flame.was_live = False
        self.flame.lost_ms = 0

    def _end_burn(self, cause: int, off_asked: int) -> None:
        self.cause = cause
        self.detail = 0
        if cause == REMOTE:
            self.detail = off_asked - 1
        elif cause == FAULTED:
            self.detail = self.faults.shown
        self.service = self.service or cause == CONTACT_OPEN
        self.remaining_ms = self.kept_ms = 0
        self.contact_ms = 0
        self._local_act = False
        self.proof.begin(self.flame.was_live)
        self.flame.contact_changed()

    # --- the gate -----------------------------------------------------------------------------------------------------

    def grant(self, step_ms: int) -> bool:
        """Ask the gate; if it refuses what the state wants, the program contradicts itself."""
        wanted = self.wants_closed()
        armed = self.state == ARMED
        granted = self.gate.grant(
            wanted, step_ms, limits.TICK_MS, self._local_act, self.faults.raised, armed, self.remaining_ms
        )
        if wanted and not granted:
            self.faults.reported |= 1 << faults.PROGRAM_CORRUPT
            self._judge_faults()
        return granted

    def remaining_s(self) -> int:
        """Whole seconds to the deadline, rounded up; 0 when there is none."""
        return max(0, (self.remaining_ms + 999) // 1000)
