"""What has few enough cases to go through all of them: the set of faults (S7, S17), and slot.txt of the starter.

Here: acknowledge() and judge() in every state; every slot.txt that note() can write, with every byte replaced by every
other one, cut off at every length, with every byte taken out. Not here: the rows of faults (faults.py), the choice of
a slot (starter.py), power cuts (host_tests/power_cuts).
"""

import functools
import io
import itertools
from types import SimpleNamespace
from unittest import mock

import pytest

from curfew.core import faults
from curfew.core.faults import FAULT_COUNT, NO_FAULT, FaultSet
from host_tests.proofs.starter import starter

CAUSES = range(1 << FAULT_COUNT)
ROWS = range(1 << len(faults.FAULT_ROWS))


FIRST = [next((code for code in range(FAULT_COUNT) if raised >> code & 1), NO_FAULT) for raised in CAUSES]


def fault_set(raised, present):
    one = FaultSet.__new__(FaultSet)
    one.raised, one.present, one.shown = raised, present, FIRST[raised]
    return one


@functools.cache
def states():
    """Every (raised, present): a cause that is present is raised."""
    return [(raised, present) for raised in CAUSES for present in CAUSES if not present & ~raised]


def test_only_an_acknowledgement_without_any_cause_forgets_faults():
    for raised, present in states():
        one = fault_set(raised, present)
        shown = one.shown
        assert one.acknowledge() == (present == 0)
        assert (one.raised, one.shown) == ((0, NO_FAULT) if present == 0 else (raised, shown))


@pytest.mark.long
def test_a_judgement_raises_every_cause_and_forgets_no_fault():
    """For every set of faults, every answer of the rows, and every cause that is reported."""
    answers = lambda *_: False, lambda *_: True
    for seen, reported in itertools.product(
        ROWS, (0, 1 << faults.UNSTABLE, 1 << faults.PROGRAM_CORRUPT, 7 << faults.UNSTABLE)
    ):
        now = seen | reported
        with mock.patch.object(
            faults, "FAULT_ROWS", [answers[seen >> row & 1] for row in range(len(faults.FAULT_ROWS))]
        ):
            for raised, present in states():
                one = fault_set(raised, present)
                one.reported = reported
                new = one.judge(SimpleNamespace())
                assert (one.raised, one.present, new) == (raised | now, now, now & ~raised != 0)
                assert one.shown == FIRST[raised] if raised else one.shown == FIRST[now]


# --- slot.txt --------------------------------------------------------------------------------------------------

FALLBACK = ("a", "", False, "")
STATES = [(active, "", "") for active in "ab"] + [*itertools.product("ab", "ab", ("air", "cable"))]


def written(state):
    kept = io.BytesIO()
    kept.close = lambda: None
    with mock.patch("builtins.open", lambda *_: kept), mock.patch("os.rename"):
        assert starter.note(*state)
    return kept.getvalue()


def read(data):
    with mock.patch("builtins.open", lambda *_: io.BytesIO(data)):
        return starter.read()


def damaged(data):
    for at, byte in itertools.product(range(len(data)), range(256)):
        yield data[:at] + bytes((byte,)) + data[at + 1 :]
    for at in range(len(data)):
        yield data[:at]
        yield data[:at] + data[at + 1 :]


@pytest.mark.parametrize("state", STATES)
def test_a_damaged_slot_file_is_what_was_written_or_slot_a(state):
    active, slot, way = state
    data = written(state)
    sound = (active, slot, slot != "", way)
    assert read(data) == sound
    assert {read(one) for one in damaged(data)} == {sound, FALLBACK}
