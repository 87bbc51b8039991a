"""The gate: every predicate at its boundary, every reason to refuse alone, and the gate's own two clocks.

Here: safety.py. Not here: why the table wants to conduct, pins.
"""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import safety

HOLD_MS = 10_000
CAP_MS = 60_000
TICK_MS = 20
GOOD = {
    "wanted": True, "step_ms": TICK_MS, "tick_ms": TICK_MS, "local_act": True, "raised": 0, "armed": False,
    "remaining_ms": 1,
}  # fmt: skip


def rested():
    """A gate whose contact has been open for as long as it must be."""
    gate = safety.Gate(HOLD_MS, CAP_MS)
    for _ in range(HOLD_MS // TICK_MS):
        gate.grant(**{**GOOD, "wanted": False})
    return gate


def conducting(ms=0):
    """A gate that has granted for so long."""
    gate = rested()
    assert gate.grant(**GOOD)
    for _ in range(ms // TICK_MS):
        assert gate.grant(**GOOD)
    return gate


# --- the predicates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [False, None, 0, 1, "yes"])
def test_only_true_itself_is_a_local_act(value):
    assert safety.has_local_act(True)
    assert not safety.has_local_act(value)


@pytest.mark.parametrize("raised", [1, 2, 64, 127, -1])
def test_any_fault_at_all_is_unsound(raised):
    assert safety.is_sound(0)
    assert not safety.is_sound(raised)


@pytest.mark.parametrize("open_ms, rested", [(9_999, False), (10_000, True), (10_001, True), (0, False), (-1, False)])
def test_the_reclose_delay_is_over_from_the_hold_on(open_ms, rested):
    assert safety.has_been_open(open_ms, HOLD_MS) == rested


@pytest.mark.parametrize("ms, within", [(-1, False), (0, True), (59_999, True), (60_000, False), (60_001, False)])
def test_a_burn_is_within_its_cap_before_it_and_not_at_it(ms, within):
    assert safety.is_within_cap(ms, CAP_MS) == within


@pytest.mark.parametrize("armed, remaining_ms, has_time", [
    (False, 1, True), (False, 0, False), (False, -1, False), (True, 0, True), (True, -60_000, True), (1, 0, False),
])  # fmt: skip
def test_there_is_time_before_the_deadline_and_while_armed(armed, remaining_ms, has_time):
    assert safety.has_time_left(armed, remaining_ms) == has_time


# --- each reason to refuse, alone ----------------------------------------------------------------------------------


def test_the_gate_grants_when_nothing_speaks_against_it():
    assert rested().grant(**GOOD) is True


def test_the_gate_grants_an_armed_contact_without_a_deadline():
    assert rested().grant(**{**GOOD, "armed": True, "remaining_ms": 0}) is True


REASONS = [
    {"wanted": False}, {"wanted": 1}, {"wanted": None}, {"local_act": False}, {"local_act": 1}, {"local_act": None},
    {"raised": 1}, {"raised": 64}, {"remaining_ms": 0}, {"remaining_ms": -1},
]  # fmt: skip


@pytest.mark.parametrize("reason", REASONS, ids=str)
def test_each_reason_alone_keeps_a_contact_open(reason):
    assert rested().grant(**{**GOOD, **reason}) is False


@pytest.mark.parametrize("reason", REASONS, ids=str)
def test_each_reason_alone_opens_a_conducting_contact_in_the_same_tick(reason):
    gate = conducting(1000)
    assert gate.grant(**{**GOOD, **reason}) is False
    assert gate.grant(**GOOD) is False, "and then it has to rest"


def test_a_grant_is_worth_nothing_in_the_next_tick():
    gate = conducting(1000)
    assert gate.grant(**{**GOOD, "wanted": False}) is False
    assert not gate.granted


def test_a_new_gate_starts_with_the_reclose_delay():
    assert safety.Gate(HOLD_MS, CAP_MS).grant(**GOOD) is False


def test_what_the_gate_refused_starts_no_burn():
    gate = rested()
    for _ in range(10_000):
        assert not gate.grant(**{**GOOD, "local_act": False})
    assert gate.closed_ms == 0
    assert gate.grant(**GOOD)


# --- its two clocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before_ms, granted", [(HOLD_MS - 2 * TICK_MS, False), (HOLD_MS - TICK_MS, True)])
def test_the_reclose_delay_is_over_in_the_tick_that_completes_it(before_ms, granted):
    gate = safety.Gate(HOLD_MS, CAP_MS)
    for _ in range(before_ms // TICK_MS):
        gate.grant(**{**GOOD, "wanted": False})
    assert gate.grant(**GOOD) is granted


def test_the_reclose_delay_begins_again_at_every_shut_off():
    gate = conducting()
    gate.grant(**{**GOOD, "wanted": False})
    for _ in range(HOLD_MS // TICK_MS - 1):
        assert not gate.grant(**GOOD)
    assert gate.grant(**GOOD)


@pytest.mark.parametrize("leap_ms", [21, 2_000, 10_000, 600_000])
def test_a_jump_of_the_clock_counts_one_tick_towards_the_reclose_delay(leap_ms):
    gate = safety.Gate(HOLD_MS, CAP_MS)
    for _ in range(HOLD_MS // TICK_MS - 1):
        assert not gate.grant(**{**GOOD, "step_ms": leap_ms})
    assert gate.grant(**GOOD)


def test_a_clock_that_stands_still_shortens_no_reclose_delay():
    gate = safety.Gate(HOLD_MS, CAP_MS)
    for _ in range(5_000):
        assert not gate.grant(**{**GOOD, "step_ms": 0})


def test_short_ticks_count_for_what_they_are():
    gate = safety.Gate(HOLD_MS, CAP_MS)
    for _ in range(HOLD_MS - 1):
        assert not gate.grant(**{**GOOD, "step_ms": 1})
    assert gate.grant(**{**GOOD, "step_ms": 1})


def test_the_reclose_delay_is_counted_to_the_millisecond():
    gate = conducting()
    gate.grant(**{**GOOD, "wanted": False})
    for _ in range(HOLD_MS - 1):
        assert not gate.grant(**{**GOOD, "step_ms": 1})
    assert gate.grant(**{**GOOD, "step_ms": 1})


def test_the_gate_opens_at_the_cap_by_its_own_count():
    gate = conducting(CAP_MS - TICK_MS)
    assert gate.grant(**GOOD) is False


def test_a_leap_of_the_clock_counts_in_full_against_the_cap():
    gate = conducting()
    assert gate.grant(**{**GOOD, "step_ms": CAP_MS - 1}) is True
    assert gate.grant(**{**GOOD, "step_ms": 1}) is False


def test_a_clock_that_goes_back_opens():
    assert conducting().grant(**{**GOOD, "step_ms": -1}) is False


def test_after_the_cap_a_new_burn_is_counted_from_zero():
    gate = conducting(CAP_MS - TICK_MS)
    gate.grant(**GOOD)
    for _ in range(HOLD_MS // TICK_MS):
        gate.grant(**{**GOOD, "wanted": False})
    assert gate.grant(**GOOD)
    assert gate.closed_ms == 0


def test_the_very_first_burn_is_counted_from_zero_too():
    gate = safety.Gate(TICK_MS, CAP_MS)
    assert gate.grant(**GOOD)
    assert gate.closed_ms == 0


STEPS = st.tuples(
    st.booleans(), st.sampled_from([0, 1, 19, 20, 21, 500, 1999, 2000]), st.booleans(), st.sampled_from([0, 0, 0, 4]),
    st.booleans(), st.sampled_from([-1, 0, 1, 5000]),
)  # fmt: skip


@given(st.lists(STEPS, max_size=200))
def test_no_sequence_of_ticks_makes_it_conduct_too_long_or_too_soon(ticks):
    gate = safety.Gate(100, 300)
    conducted_ms = 0
    open_ticks = 0
    was = False
    for wanted, step_ms, local_act, raised, armed, remaining_ms in ticks:
        granted = gate.grant(wanted, step_ms, TICK_MS, local_act, raised, armed, remaining_ms)
        conducted_ms = conducted_ms + step_ms if was else 0
        open_ticks = 0 if was else open_ticks + 1
        if granted:
            assert wanted and local_act and not raised and (armed or remaining_ms > 0)
            assert conducted_ms < 300
            assert was or open_ticks * TICK_MS >= 100
        was = granted


def test_the_gate_can_be_read_aloud():
    assert len(inspect.getsource(safety).splitlines()) <= 100
