"""The part of the core that has few enough states to go through all of them: the set of faults (S7, S17).

Here: acknowledge() and judge() in every state. Not here: the rows (faults.py).
"""

import itertools
from unittest import mock

import pytest

from curfew.core import faults
from curfew.core.faults import FAULT_COUNT, NO_FAULT, FaultSet

CAUSES = range(1 << FAULT_COUNT)
ROWS = range(1 << len(faults.FAULT_ROWS))


def fault_set(raised, present):
    one = FaultSet(0)
    one.raised = raised
    one.present = present
    one.shown = next((code for code in range(FAULT_COUNT) if raised >> code & 1), NO_FAULT)
    return one


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
    answers = [False] * len(faults.FAULT_ROWS)
    rows = [lambda _, present, at=at: answers[at] for at in range(len(answers))]
    burner = mock.Mock(spec=["reported"])
    with mock.patch.object(faults, "FAULT_ROWS", rows):
        for (raised, present), seen in itertools.product(states(), ROWS):
            answers[:] = [bool(seen >> row & 1) for row in range(len(answers))]
            for reported in (0, 1 << faults.UNSTABLE, 1 << faults.PROGRAM_CORRUPT, 7 << faults.UNSTABLE):
                burner.reported = reported
                one = fault_set(raised, present)
                shown = one.shown
                new = one.judge(burner)
                assert one.present == seen | reported and one.raised == raised | one.present
                assert new == (one.raised != raised)
                assert one.shown == shown if raised else (one.shown == NO_FAULT) == (one.raised == 0)
