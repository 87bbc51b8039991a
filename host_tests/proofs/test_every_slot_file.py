"""Whatever happened to slot.txt, the starter reads what was written or falls back to slot a, trying nothing.

Here: every file that note() can write, with every byte replaced by every other one, cut off at every length, and with
every byte taken out. Not here: the choice that follows (starter.py), power cuts (host_tests/power_cuts).
"""

import io
import itertools
from unittest import mock

import pytest

from host_tests.proofs.starter import starter

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
