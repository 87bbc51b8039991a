"""Every contract of this folder is confirmed over all paths, for all arguments that its first assert lets through.

Here: the verdicts of CrossHair with z3. Not here: whether a contract would notice a fault (test_refuted.py), the
set of faults (test_every_case.py).
"""

import pytest

from host_tests.proofs import burner, button, clock, faults, gate, inbox, settings, starter, update
from host_tests.proofs.prover import CONFIRMED, contracts, prove

LIMIT_S = 240
QUICK = (button, faults, gate, settings, starter)
WHOLE = (burner, clock, inbox, update)


def of(rooms):
    return [pytest.param(one, id=name) for room in rooms for name, one in contracts(room).items()]


@pytest.mark.parametrize("contract", of(QUICK))
def test_the_prover_confirms_a_short_contract(contract):
    assert prove(contract, LIMIT_S) == CONFIRMED


@pytest.mark.long
@pytest.mark.parametrize("contract", of(WHOLE))
def test_the_prover_confirms(contract):
    assert prove(contract, LIMIT_S) == CONFIRMED
