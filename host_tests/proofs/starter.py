"""Contracts of firmware/starter.py: which slot starts, whatever slot.txt says and whatever is damaged."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

with mock.patch.dict(sys.modules, machine=ModuleType("machine")):
    sys.modules.pop("starter", None)
    import starter

    sys.modules.pop("starter", None)


def chosen(active: str, slot: str, tried: bool, sound_a: bool, sound_b: bool, is_written: bool) -> Any:
    """choose() with these answers of the flash: its slot and way, and what it wrote before it looked at a slot."""
    told = SimpleNamespace(written=[], looked=[])

    def note(*words: str) -> bool:
        told.written.append((words, list(told.looked)))
        return is_written

    def fault(one: str) -> str | None:
        told.looked.append(one)
        return None if (one == "a" and sound_a) or (one == "b" and sound_b) else "damaged"

    room = {**starter.choose.__globals__, "read": lambda: (active, slot, tried, "air"), "note": note, "fault": fault,
            "print": lambda *_: None}  # fmt: skip
    told.slot, told.way = type(starter.choose)(starter.choose.__code__, room)()
    return told


def only_a_sound_slot_starts_and_one_starts_if_there_is_one(
    b_is_active: bool, is_pending: bool, tried: bool, sound_a: bool, sound_b: bool, is_written: bool
) -> None:
    assert True
    active, other = ("b", "a") if b_is_active else ("a", "b")
    told = chosen(active, other if is_pending else "", tried, sound_a, sound_b, is_written)
    assert told.slot in ("a", "b", "")
    assert told.slot != "a" or sound_a
    assert told.slot != "b" or sound_b
    assert told.slot or not (sound_a or sound_b)


def a_pending_program_is_tried_once_and_that_is_written_before_it(
    b_is_active: bool, is_pending: bool, tried: bool, sound_a: bool, sound_b: bool, is_written: bool
) -> None:
    assert True
    active, other = ("b", "a") if b_is_active else ("a", "b")
    told = chosen(active, other if is_pending else "", tried, sound_a, sound_b, is_written)
    if told.way:
        assert told.slot == other and is_pending and not tried and is_written
        assert told.written == [((active, other, "air"), [])]
    if is_pending and not told.way:
        assert told.written[-1][0] == (active,)  # it is not tried again
