"""The set of faults of one burner: what is raised, present and shown, what is stored, what is acknowledged."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import faults
from curfew.core.faults import FaultSet
from host_tests.fixtures.names import FAULTS

CODES = {name: code for code, name in FAULTS.items()}
IN_ORDER = [
    "CONTACT_WELDED", "FLAME_PERSISTS", "SENSOR_FAILED", "BUTTON_STUCK", "DRIVER_STUCK", "UNSTABLE", "ALARM",
    "PUMP", "SETTINGS_INVALID", "PROGRAM_CORRUPT",
]  # fmt: skip


def note(one, code, there):
    """Note that one cause is there or gone, beside what is present already."""
    return one.note(one.present | 1 << code if there else one.present & ~(1 << code))


def test_the_list_is_that_of_the_design_in_its_order():
    assert [FAULTS[code] for code in range(len(FAULTS))] == IN_ORDER
    assert faults.FAULTS.split() == IN_ORDER, "the journal's words"


@pytest.mark.parametrize("stored, raised", [(0x3FF, 0x3FF), (0b1000_0000, 0b1000_0000), (0x400, 0)])
def test_what_was_stored_comes_back_and_nothing_that_is_no_fault(stored, raised):
    assert FaultSet(stored).raised == raised


def test_an_empty_set_shows_nothing():
    one = FaultSet(0)
    assert (one.raised, one.present, one.shown) == (0, 0, faults.NO_FAULT)


@pytest.mark.parametrize("code", range(len(IN_ORDER)))
def test_raising_is_reported_once(code):
    one = FaultSet(0)
    assert note(one, code, True) is True
    assert note(one, code, True) is False
    assert note(one, code, False) is False
    assert note(one, code, True) is False, "it was not acknowledged: nothing new"


@pytest.mark.parametrize("first, second", list(itertools.permutations(range(len(IN_ORDER)), 2)))
def test_the_first_that_was_raised_is_shown_and_later_ones_join(first, second):
    one = FaultSet(0)
    note(one, first, True)
    note(one, second, True)
    assert one.shown == first
    assert one.raised == 1 << first | 1 << second


def test_a_cause_that_is_gone_does_not_clear_by_itself():
    one = FaultSet(0)
    note(one, 2, True)
    note(one, 2, False)
    assert (one.raised, one.present, one.shown) == (4, 0, 2)


@pytest.mark.parametrize("present", range(1, 8))
def test_an_acknowledgement_with_any_cause_still_there_changes_nothing(present):
    one = FaultSet(0)
    for code in range(3):
        note(one, code, True)
        note(one, code, bool(present >> code & 1))
    assert one.acknowledge() is False
    assert (one.raised, one.present, one.shown) == (7, present, 0)


def test_an_acknowledgement_with_every_cause_gone_forgets_all():
    one = FaultSet(0)
    for code in range(3):
        note(one, code, True)
        note(one, code, False)
    assert one.acknowledge() is True
    assert (one.raised, one.present, one.shown) == (0, 0, faults.NO_FAULT)


@pytest.mark.parametrize("stored, shown", [(0, -1), (1, 0), (2, 1), (3, 0)])
def test_what_was_stored_is_raised_and_present_again(stored, shown):
    one = FaultSet(stored)
    assert (one.raised, one.present, one.shown) == (stored, stored, shown)


@pytest.mark.parametrize("name", IN_ORDER)
def test_three_faults_are_stored_and_no_others(name):
    assert bool(faults.STORED_FAULTS >> CODES[name] & 1) == (
        name in ("CONTACT_WELDED", "FLAME_PERSISTS", "DRIVER_STUCK")
    )


@pytest.mark.parametrize("name", IN_ORDER)
def test_all_but_two_come_back_after_a_restart_that_cuts_no_power(name):
    assert bool(faults.KEPT_FAULTS >> CODES[name] & 1) == (name not in ("SETTINGS_INVALID", "PROGRAM_CORRUPT"))


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()) | st.none(), max_size=40))
def test_whatever_is_noted_present_is_a_part_of_raised_and_shown_is_one_of_them(changes):
    one = FaultSet(0)
    for change in changes:
        one.acknowledge() if change is None else note(one, *change)
        assert one.present & ~one.raised == 0
        assert (one.shown == faults.NO_FAULT) == (one.raised == 0)
        assert one.raised == 0 or one.raised >> one.shown & 1
