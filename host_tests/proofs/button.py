"""Contracts of core/button.py: a hold is an OFF, and what means OFF is never a step or an override (S4, S15).

Each is one tick from any state of a button in which `sound` holds.
"""

from dataclasses import dataclass
from unittest import mock

from curfew.core import button as module
from curfew.core import limits
from curfew.core.button import _FRESH, _OFF_GIVEN, _VOID, Button
from curfew.core.codes import HELD, HELD_ALL, HELD_LONG, OVERRIDE_PRESSED, PANIC, PRESSED
from curfew.core.ticks import AGE_MAX_MS
from host_tests.proofs.one_path import aged, least

STEPS = (HELD_LONG, OVERRIDE_PRESSED, PRESSED)  # what does not open a contact


@dataclass
class Gesture:
    """A state of Button; `made` gives it."""

    down: bool
    raw: bool
    raw_ms: int
    active: bool
    may: int
    all_given: bool
    deaf: bool
    age_ms: int
    up_ms: int
    held_ms: int


@dataclass
class Before:
    """What came before the gesture."""

    hit_ms: int
    hit_before_ms: int
    steps: int
    step_ms: int
    ask_ms: int
    answers: bool


def made(now: Gesture, before: Before) -> Button:
    button = Button()
    button.down = now.down
    button.held_ms = now.held_ms
    button._raw = now.raw
    button._raw_ms = now.raw_ms
    button.active = now.active
    button._may = now.may
    button._all_given = now.all_given
    button.deaf = now.deaf
    button._age_ms = now.age_ms
    button._up_ms = now.up_ms
    button._hit_ms = before.hit_ms
    button._hit_before_ms = before.hit_before_ms
    button._steps = before.steps
    button._step_ms = before.step_ms
    button._ask_ms = before.ask_ms
    button._answers = before.answers
    return button


QUIET = Before(AGE_MAX_MS, AGE_MAX_MS, 0, AGE_MAX_MS, AGE_MAX_MS, False)


def sound(button: Button) -> bool:
    """What holds from a button's start on, after every step()."""
    if button.down and not button.active:
        return False
    if button._raw != button.down and button._raw_ms != 0:
        return False
    return button._raw_ms >= 0 and button._age_ms >= 0 and button._up_ms >= 0 and _FRESH <= button._may <= _VOID


def step(button: Button, pressed: bool, step_ms: int) -> int | None:
    with mock.patch.multiple(module, create=True, aged_ms=aged, min=least):
        return button.step(pressed, step_ms)


def a_new_button_is_sound() -> None:
    assert True
    assert sound(Button())


def a_contact_of_the_hold_time_is_an_off_in_that_tick_and_stays_sound(
    now: Gesture, pressed: bool, step_ms: int
) -> None:
    """S4, S15."""
    assert 0 <= step_ms <= limits.STALL_MAX_MS
    button = made(now, QUIET)
    if not sound(button):
        return
    due = now.down and now.may == _FRESH and now.age_ms + step_ms >= limits.HOLD_MS and (pressed or now.raw)
    event = step(button, pressed, step_ms)
    assert sound(button)
    if due:
        assert event == HELD
    if event == HELD:
        assert due and button._may == _OFF_GIVEN


def tick(now: Gesture, before: Before, pressed: bool, step_ms: int) -> None:
    button = made(now, before)
    if not sound(button):
        return
    event = step(button, pressed, step_ms)
    assert sound(button)
    if now.may >= _OFF_GIVEN:  # this gesture has meant OFF, or may mean nothing
        assert event in (None, HELD_ALL, HELD_LONG)
        at_rest = not button.down and not button.active
        assert button._may == now.may or (button._may == _FRESH and at_rest)
    if event in STEPS:  # and the tick after it has none, because the next gesture has to begin first
        assert now.active and not button.active and not button.down
    if event == OVERRIDE_PRESSED:  # the second step of a pair that answers; a question is answered once
        assert before.answers and before.steps == 1 and now.held_ms < limits.HOLD_LONG_MS
        assert button._ask_ms == AGE_MAX_MS
    if event == PANIC:
        assert button._may == _OFF_GIVEN and button._step_ms == button._ask_ms == AGE_MAX_MS


def any_tick_of_a_button_that_is_down(now: Gesture, before: Before, pressed: bool, step_ms: int) -> None:
    """S4, S15."""
    assert 0 <= step_ms <= limits.STALL_MAX_MS and now.down
    tick(now, before, pressed, step_ms)


def any_tick_of_a_button_that_is_up_and_touched(now: Gesture, before: Before, step_ms: int) -> None:
    """S4, S15."""
    assert 0 <= step_ms <= limits.STALL_MAX_MS and not now.down
    tick(now, before, True, step_ms)


def any_tick_of_a_button_that_is_let_go(now: Gesture, before: Before, step_ms: int) -> None:
    """S4, S15."""
    assert 0 <= step_ms <= limits.STALL_MAX_MS and not now.down
    tick(now, before, False, step_ms)


def a_button_that_hangs_decides_nothing(now: Gesture, before: Before, pressed: bool, step_ms: int) -> None:
    """S15."""
    assert 0 <= step_ms <= limits.STALL_MAX_MS and now.held_ms >= limits.HOLD_VOID_MS and now.active and not now.down
    button = made(now, before)
    if sound(button):
        assert step(button, pressed, step_ms) is None
