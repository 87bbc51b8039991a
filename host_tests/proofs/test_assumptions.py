"""What the contracts of the burner leave out touches nothing that they are about.

Here: which attributes the parts behind a stub may set, read from their source. Not here: what these parts say, which
the contracts take as anything; that settings keep their relations (settings.py); that steps come one at a time
(button.py).
"""

import ast
import itertools

import pytest

from curfew.core.ticks import AGE_MAX_MS, aged_ms
from host_tests.proofs import one_path
from tools.build.build import FIRMWARE

CORE = FIRMWARE / "curfew" / "core"
SHOWN = {"light", "ask_ms", "sign_ms", "sound", "is_holding_told", "service"} | {
    "health_due_ms", "health_permille", "health_ref_permille", "mute_ms"
}  # fmt: skip


def sets(path):
    """(whose, attribute) of every assignment: the first name and the last attribute."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            whose = node.value
            while isinstance(whose, ast.Attribute):
                whose = whose.value
            found.add((whose.id, node.attr))
    return found


def test_what_is_shown_and_sounded_changes_no_clock_no_state_and_no_act():
    assert sets(CORE / "signs.py") == {("burner", name) for name in SHOWN}


@pytest.mark.parametrize("part", ["faults", "flame", "proof", "button"])
def test_a_part_of_a_burner_changes_only_itself(part):
    assert {whose for whose, _ in sets(CORE / f"{part}.py")} == {"self"}


def test_what_takes_one_path_says_the_same_as_the_original():
    numbers = (-1, 0, 1, AGE_MAX_MS - 1, AGE_MAX_MS, AGE_MAX_MS + 1)
    for one, other, third in itertools.product(numbers, repeat=3):
        assert one_path.least(one, other, third) == min(one, other, third)
        assert one_path.most(one, other) == max(one, other)
        assert one_path.aged(one, other) == aged_ms(one, other)
        assert one_path.rising(one, other, third) == (one <= other <= third)
