"""Contracts of core/ticks.py and core/controller.py: differences over the wrap, ages that stop, what a tick believes of
the clock (S9), and whose button is whose (S4, S12).
"""

from curfew.core import limits
from curfew.core.codes import HELD, HELD_ALL, HELD_LONG, OVERRIDE_PRESSED, PANIC, PRESSED
from curfew.core.controller import Controller
from curfew.core.ticks import AGE_MAX_MS, aged_ms, elapsed_ms, later_ms

WRAP = 2**30


def a_difference_is_exact_over_the_wrap(now_ms: int, then_ms: int) -> None:
    """S9."""
    assert 0 <= now_ms < WRAP and 0 <= then_ms < WRAP
    step_ms = elapsed_ms(now_ms, then_ms)
    assert -WRAP // 2 <= step_ms < WRAP // 2
    assert (then_ms + step_ms - now_ms) % WRAP == 0


def a_later_tick_is_as_far_away_as_it_was_asked_to_be(then_ms: int, step_ms: int) -> None:
    """S9."""
    assert 0 <= then_ms < WRAP and 0 <= step_ms < WRAP // 2
    later = later_ms(then_ms, step_ms)
    assert 0 <= later < WRAP
    assert elapsed_ms(later, then_ms) == step_ms


def an_age_never_falls_and_stays_a_small_int(age_ms: int, step_ms: int) -> None:
    """S9."""
    assert 0 <= age_ms <= AGE_MAX_MS and 0 <= step_ms <= WRAP // 2
    aged = aged_ms(age_ms, step_ms)
    assert age_ms <= aged <= AGE_MAX_MS < WRAP
    assert aged == age_ms + step_ms or aged == AGE_MAX_MS


class Nothing:
    """Stands for a part that a contract does not look at; it takes any attribute."""


def controller(last_ms: int, late_ms: int, still: int, pulse: bool) -> Controller:
    one = Controller.__new__(Controller)
    one.settings = Nothing()  # type: ignore[assignment]
    one.settings.relay_drive = "pulse" if pulse else "level"
    one._last_ms = last_ms
    one.late_ms = late_ms
    one._still_ticks = still
    one.quiet_ms = limits.QUIET_MS
    return one


def a_step_is_never_negative_never_longer_than_the_stall_and_zero_when_in_doubt(
    now_ms: int, last_ms: int, late_ms: int, still: int, pulse: bool
) -> None:
    """S9."""
    assert 0 <= now_ms < WRAP and 0 <= last_ms < WRAP and 0 <= still <= limits.STILL_TICKS_MAX
    assert 0 <= late_ms <= limits.STALL_MAX_MS
    one = controller(last_ms, late_ms, still, pulse)
    clock_ok = one._keep_time(now_ms)
    passed_ms = (now_ms - last_ms) % WRAP  # over the wrap
    assert 0 <= one.step_ms <= limits.STALL_MAX_MS
    assert one.step_ms == (passed_ms if clock_ok else 0)
    assert not clock_ok or passed_ms + late_ms <= limits.STALL_MAX_MS
    assert 0 <= one.late_ms <= limits.STALL_MAX_MS
    assert clock_ok or one.late_ms == 0
    stands = passed_ms == 0 and still + 1 >= limits.STILL_TICKS_MAX
    assert clock_ok == (passed_ms + late_ms <= limits.STALL_MAX_MS and not stands)


class FakeButton:
    def step(self, pressed: bool, step_ms: int) -> int | None:
        return self.event if pressed else None

    event: int | None


class FakeBurner:
    def __init__(self, event: int, state: int, closed: bool, verifying_ms: int) -> None:
        self.button = FakeButton()
        self.button.event = None if event < 0 else event
        self.state = state
        self.closed = closed
        self.verifying_ms = verifying_ms

    def wants_closed(self) -> bool:
        return self.closed


EVENTS = (-1, HELD, HELD_LONG, OVERRIDE_PRESSED, PRESSED, PANIC, HELD_ALL)


def a_burner_hears_its_own_button_or_an_off_for_all(
    pressed: bool, other_pressed: bool, event: int, state: int, closed: bool, verifying_ms: int,
    other_event: int, other_state: int, other_closed: bool, other_verifying_ms: int,
) -> None:  # fmt: skip
    """S4, S12."""
    assert event in EVENTS and other_event in EVENTS and 0 <= state <= 6 and 0 <= other_state <= 6
    one = Controller.__new__(Controller)
    one.burners = [
        FakeBurner(event, state, closed, verifying_ms),
        FakeBurner(other_event, other_state, other_closed, other_verifying_ms),
    ]  # type: ignore[list-item]
    one.pressed = [int(pressed), int(other_pressed)]  # type: ignore[assignment]
    one.step_ms = 0
    one._events = [None, None]
    one._take_buttons()
    own = {-1: None, HELD_ALL: None, PANIC: HELD}.get(event, event) if pressed else None
    assert one._events[0] == own or (closed and one._events[0] == HELD)
    if pressed and event in (HELD, PANIC):
        assert one._events[0] == HELD
