"""Contracts of core/burner.py with its table: what one tick may do to a burner (S2, S3, S4, S5, S7, S9, S12, S17).

Each is one step of an induction: from any state of the burner in which `sound` holds, for all settings that validate.
Flame, proof, faults and button stand here as parts that may say anything; what they may not is asserted in `tick` and
proved or tested where it says. signs.py is left out: test_assumptions.py.
"""

from dataclasses import dataclass
from unittest import mock

from curfew.core import burner as module
from curfew.core import faults, limits
from curfew.core.burner import Burner
from curfew.core.codes import (
    ARMED,
    BURNING,
    FAULT,
    HELD,
    HELD_LONG,
    IDLE,
    OVERRIDE,
    OVERRIDE_PRESSED,
    PRESSED,
    PROVED,
    PUMP_OFF,
    VERIFYING,
    WARNING,
)
from curfew.core.settings import BurnerSettings, Settings
from host_tests.proofs.one_path import least, most, rising

TIMED = (BURNING, WARNING, OVERRIDE)
CLOSED = (ARMED, *TIMED)
NONE = -1
WINDOW_MORE_MS = limits.WINDOW_MORE_MS + 2 * limits.STALL_MAX_MS  # an ignition window that a flame prolonged


@dataclass
class Times:
    """The settings that a tick looks at."""

    sensor: bool
    auto_arm: bool
    remote_extend: bool
    timer_default_ms: int
    timer_max_ms: int
    burn_max_ms: int
    timer_step_ms: int
    warning_ms: int
    override_max_ms: int
    ignite_window_ms: int
    absence_ms: int
    absence_left_ms: int


def valid(times: Times) -> bool:
    """As settings.py leaves them: test_assumptions.py."""
    return (
        rising(60_000, times.timer_default_ms, times.timer_max_ms, times.burn_max_ms, 18_000_000)
        & rising(15_000, times.warning_ms, times.timer_step_ms, times.timer_max_ms)
        & rising(times.warning_ms + 1, times.timer_default_ms)
        & rising(times.warning_ms, times.override_max_ms, 18_000_000)
        & rising(times.warning_ms, times.absence_left_ms)
        & rising(300_000, times.absence_ms)
        & rising(10_000, times.ignite_window_ms, 180_000)
        & rising(times.ignite_window_ms + times.warning_ms, times.burn_max_ms)
    )


@dataclass
class Clocks:
    """What a burner holds beside its state. stepped: its button gave a step in the tick before."""

    remaining_ms: int
    cap_ms: int
    burn_ms: int
    window_ms: int
    kept_ms: int
    absent_ms: int
    asked: bool
    by_override: bool
    cap_raised: bool
    override_used: bool
    window_kept: bool
    stepped: bool


def sound(one: Burner, stepped: bool) -> bool:
    """What holds from a burner's start on, after every step()."""
    if one.state not in CLOSED:
        return one.kept_ms == 0
    times = one.settings
    whole_ms = one.burn_ms + one.cap_ms
    counted = (
        rising(0, one.absent_ms, one.burn_ms)
        & (one.cap_ms > 0)
        & (whole_ms <= times.burn_max_ms + times.override_max_ms)
        & (one._override_used | (whole_ms == times.burn_max_ms))
    )
    if one.state == ARMED:
        end_ms = one.burn_ms + one.window_ms - times.ignite_window_ms
        ends = (end_ms <= 0) | one._window_kept & (end_ms <= WINDOW_MORE_MS)
        begins = (one.window_ms > 0) | stepped & (one.window_ms > -limits.STALL_MAX_MS)
        return counted & begins & ends & (one.kept_ms == 0) & (not one._override_used)
    shortened = (one.kept_ms == 0) | rising(one.remaining_ms, one.kept_ms, one.cap_ms)
    return counted & rising(1, one.remaining_ms, one.cap_ms) & shortened


@dataclass
class Around:
    """What everything else says in this tick."""

    step_ms: int
    clock_ok: bool
    event: int
    off: bool
    less_min: int
    extend: bool
    arm: bool
    absent: bool
    raised: bool
    present: bool
    locked: bool
    confirmed: bool
    igniting: bool
    new_pot: bool
    lost_ms: int
    dead_ms: int
    tc_uv: int
    relit: bool
    contact: int
    touched: bool
    asks: bool
    held_ms: int


class Part:
    """Stands for flame, proof, faults or button: says what it was made with; all else that it is asked is no."""

    def __init__(self, **said: object) -> None:
        vars(self).update(said)

    def __getattr__(self, name: str) -> object:
        return lambda *_: False


def made(state: int, times: Times, now: Clocks, around: Around) -> Burner:
    one = Burner.__new__(Burner)
    one.settings, one.config = Settings(), BurnerSettings()
    vars(one.settings).update(vars(times), flame_out_ms=1, reclose_hold_ms=0, flame_die_ms=1)
    vars(one.config).update(vars(times))
    vars(one).update(vars(now))
    one._override_used, one._window_kept, one._local_act = now.override_used, now.window_kept, False
    one.sensor = times.sensor
    one.state, one.absent, one.less_min = state, around.absent, around.less_min
    one.contact_ms = one.verifying_ms = one.sign_ms = one.ask_ms = one.refused = one.cause = one.detail = 0
    one.service = False
    one.flame = Part(  # type: ignore[assignment]
        cleared_ms=0, tc_uv=around.tc_uv, mean_uv=0, dead_uv=0, trend=Part(uv=0), burning=False, dead_ms=around.dead_ms,
        lost_ms=around.lost_ms, is_confirmed=lambda: around.confirmed, igniting=around.igniting, new_pot=around.new_pot,
    )  # fmt: skip
    one.proof = Part(  # type: ignore[assignment]
        contact=around.contact, gas=PROVED, die_ms=0, relit=around.relit, relit_early=False
    )
    one.button = Part(  # type: ignore[assignment]
        down=False, active=around.touched, deaf=False, asks=around.asks, held_ms=around.held_ms
    )
    locked = around.locked if state == IDLE else True
    one.faults = Part(  # type: ignore[assignment]
        raised=around.raised, present=around.present, locked=locked, tested=False, shown=0, mute_ms=0
    )
    one.faults.acknowledge = lambda: setattr(one.faults, "raised", False)  # type: ignore[assignment, return-value]
    return one


def tick(state: int, times: Times, now: Clocks, around: Around) -> None:
    one = made(state, times, now, around)
    event, step_ms = around.event, around.step_ms
    steps = (event == HELD_LONG) | (event == OVERRIDE_PRESSED) | (event == PRESSED)
    overrides = event == OVERRIDE_PRESSED
    assumed = (
        valid(times)
        & sound(one, now.stepped)
        & rising(0, step_ms, limits.STALL_MAX_MS)
        & rising(0, around.less_min, 240)
        & (steps | (event == NONE) | (event == HELD) | (event == PUMP_OFF))
        & (not now.stepped & steps)  # button.py: no two in a row
        # The press before it ended an absence, 5 s ago; an absence takes 5 min.
        & (not overrides & ((now.kept_ms != 0) | (now.absent_ms + step_ms >= times.absence_ms)))
    )
    if not assumed:
        return
    with (
        mock.patch.object(module.signs, "show", lambda *_: None),
        mock.patch.multiple(module, create=True, min=least, max=most),
    ):
        one.step(step_ms, around.clock_ok, None if event == NONE else event, 2 * around.off, around.extend, around.arm)
    closed = one.wants_closed()
    assert sound(one, steps)
    if state not in CLOSED:
        if closed:  # S3, S5
            lit = times.sensor & times.auto_arm & around.igniting & (not around.touched)
            assert state == IDLE and one._local_act
            assert (event == PRESSED) & (not around.locked) | (event == NONE) & lit
            assert (not around.off) & (not around.raised) & (one.cap_ms == times.burn_max_ms) & (one.burn_ms == 0)
    elif closed:  # S4, S7, S9
        assert (not around.off) & (event != HELD) & (not around.raised) & around.clock_ok
        left_ms, cap_ms = now.remaining_ms - step_ms, now.cap_ms - step_ms
        raises = overrides & now.asked & (not now.override_used) & (one.state == OVERRIDE)
        raised_ms = most(cap_ms, times.override_max_ms)
        assert (one.cap_ms == cap_ms) | raises & (one.cap_ms == raised_ms)  # S2
        if one.state == OVERRIDE != state:
            assert overrides & now.asked | now.by_override
        if state != ARMED:  # S3, S9, S12
            allowed = around.extend & times.remote_extend & times.sensor & around.confirmed & (now.kept_ms == 0)
            returned = (now.kept_ms != 0) & (not around.absent) & (one.remaining_ms == now.kept_ms - step_ms)
            assert (one.remaining_ms <= left_ms) | steps | around.new_pot | allowed | returned
    else:
        assert not one._local_act
    if around.raised:  # S7, S17
        acknowledged = (
            (event == HELD_LONG) & (not around.off) & (not around.present) & (around.held_ms < limits.HOLD_LONGER_MS)
            if state == FAULT
            else False
        )
        assert one.state in (FAULT, VERIFYING)
        assert (one.state == VERIFYING) == acknowledged
        assert one.faults.raised != acknowledged
    else:
        assert state == FAULT or one.state != FAULT


def a_new_burner_is_sound_and_open(sensor: bool) -> None:
    """S5."""
    assert True
    times = Settings()
    times.reclose_hold_ms, times.verify_open_ms, times.override_max_ms = 3000, 500, 300_000
    config = BurnerSettings()
    config.sensor, config.burn_max_ms = sensor, 60_000
    one = Burner(times, config, 0, 0)
    assert one.state == VERIFYING and sound(one, False) and not one.wants_closed() and not one.gate.granted


def what_the_gate_refuses_is_not_granted(state: int, may: bool, local_act: bool, remaining_ms: int) -> None:
    """S1."""
    assert 0 <= state <= FAULT
    one = Burner.__new__(Burner)
    one.state, one._local_act, one.remaining_ms = state, local_act, remaining_ms
    one._judge_faults = lambda: None  # type: ignore[method-assign]
    one.faults = Part(raised=0, reported=0)  # type: ignore[assignment]
    asked: list[object] = []
    one.gate = Part(grant=lambda *about: asked.append(about) or may)  # type: ignore[assignment, func-returns-value]
    assert one.grant(20) == may
    assert asked == [(state in CLOSED, 20, limits.TICK_MS, local_act, 0, state == ARMED, remaining_ms)]
    assert (one.faults.reported == 1 << faults.PROGRAM_CORRUPT) == (state in CLOSED and not may)


def an_idle_burner_closes_only_by_an_act_at_the_stove(times: Times, now: Clocks, around: Around) -> None:
    """S2, S3, S4, S5, S7."""
    assert True
    tick(IDLE, times, now, around)


def an_ignition_ends_and_opens_at_once(times: Times, now: Clocks, around: Around) -> None:
    """S2, S3, S4, S7, S9."""
    assert True
    tick(ARMED, times, now, around)


def a_burn_ends_and_opens_at_once(times: Times, now: Clocks, around: Around) -> None:
    """S2, S3, S4, S7, S9, S12, S15."""
    assert True
    tick(BURNING, times, now, around)


def a_warning_ends_and_opens_at_once(times: Times, now: Clocks, around: Around) -> None:
    """S2, S3, S4, S7, S9, S12, S15."""
    assert True
    tick(WARNING, times, now, around)


def an_override_ends_and_opens_at_once(times: Times, now: Clocks, around: Around) -> None:
    """S2, S3, S4, S7, S9, S12, S15."""
    assert True
    tick(OVERRIDE, times, now, around)


def a_burner_that_verifies_stays_open(times: Times, now: Clocks, around: Around) -> None:
    """S3, S5, S7."""
    assert True
    tick(VERIFYING, times, now, around)


def a_fault_stays_open_until_it_is_acknowledged(times: Times, now: Clocks, around: Around) -> None:
    """S3, S5, S7, S17."""
    assert True
    tick(FAULT, times, now, around)
