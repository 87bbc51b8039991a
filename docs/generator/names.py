"""The names and rows of the firmware's tables, by reflection, each with its words."""

import re
from collections.abc import Iterable
from typing import Any

from docs.generator import words
from docs.generator.firmware import codes, faults, signals, table


def numbers_of(module: Any) -> set[str]:
    """The names of a module's integer constants."""
    found = vars(module).items()
    return {name for name, value in found if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) and isinstance(value, int)}


def agree(what: str, names: Iterable[str], phrases: Iterable[str]) -> None:
    """Raise KeyError where a name has no words, or words have no name."""
    names, phrases = set(names), set(phrases)
    wrong = [f"{what} {name}: no words for it" for name in sorted(names - phrases)]
    wrong += [f"{what} {name}: words for a name that is gone" for name in sorted(phrases - names)]
    if wrong:
        raise KeyError("docs/generator/words.py: " + "; ".join(wrong))


def by_number(module: Any, phrases: Iterable[str], what: str) -> dict[int, str]:
    """{number: name}; KeyError when two names share a number."""
    names = list(phrases)
    numbers = {getattr(module, name): name for name in names}
    if len(numbers) != len(names):
        raise KeyError(f"docs/generator: two of the {what}s share a number")
    return numbers


# The firmware keeps its tables as rows of bytes; these functions return them in plain units.


def rows_of(flat: bytes, length: int) -> list[tuple[int, ...]]:
    """The rows of a flat table."""
    return [tuple(flat[start : start + length]) for start in range(0, len(flat), length)]


def table_rows() -> list[tuple[int, ...]]:
    """The rows of the state table, with the columns in the order of words.COLUMNS."""
    order = [getattr(table, column) for column in words.COLUMNS]
    return [tuple(row[column] for column in order) for row in rows_of(table.TABLE, table.ROW_BYTES)]


def lights() -> list[tuple[tuple[int, ...], int, int]]:
    """(red, green, blue), milliseconds on, milliseconds off (0: steady) of every light."""
    unit = signals.LIGHT_UNIT_MS
    return [(row[:3], row[3] * unit, row[4] * unit) for row in rows_of(signals.LIGHTS, signals.LIGHT_ROW)]


def sounds() -> list[tuple[int, list[tuple[int, int]]]]:
    """Rank and notes of every sound; a note is Hz (0: pause) and milliseconds."""
    found = []
    for rank, *notes in rows_of(signals.SOUNDS, signals.SOUND_ROW):
        pairs = zip(notes[::2], notes[1::2], strict=True)
        found.append((rank, [(pitch * signals.PITCH_HZ, time * signals.NOTE_MS) for pitch, time in pairs if time]))
    return found


def signs() -> list[tuple[int, int, int]]:
    """Light, returning sound and its seconds (0: never) of every state."""
    unit_s = signals.SIGN_UNIT_MS // 1000
    return [(light, sound, every * unit_s) for light, sound, every in rows_of(signals.STATE_SIGNS, signals.SIGN_ROW)]


class Names:
    """The numbers of the firmware's tables and the names they stand for; raises where words are missing."""

    def __init__(self) -> None:
        agree("code", numbers_of(codes), [*words.STATES, *words.EVENTS, *words.CAUSES, *words.WITHOUT_WORDS])
        agree("fault", numbers_of(faults) - {"NO_FAULT", "COUNT", "STORED"}, words.FAULTS)
        shared = {*numbers_of(codes), *numbers_of(signals), *words.COLUMNS, "ROW_BYTES", "CLOSED_STATES", "SAME"}
        agree("guard or effect", numbers_of(table) - shared, [*words.GUARDS, *words.EFFECTS])
        agree("sound", {name for name in numbers_of(signals) if name.startswith("S_")}, words.SOUNDS)
        agree("color", map(str, {light[0] for light in lights()}), map(str, words.COLORS))
        self.states = by_number(codes, words.STATES, "state")
        self.events = by_number(codes, words.EVENTS, "event")
        self.causes = by_number(codes, words.CAUSES, "cause")
        self.faults = by_number(faults, words.FAULTS, "fault")
        self.guards = by_number(table, words.GUARDS, "guard")
        self.effects = by_number(table, words.EFFECTS, "effect")
        self.sounds = by_number(signals, words.SOUNDS, "sound")

    def states_in(self, bits: int) -> list[str]:
        """The states whose bits are set."""
        return [name for number, name in self.states.items() if bits >> number & 1]
