"""The firmware's tables in plain units, and the phrases of the catalog with the firmware's numbers filled in."""

from typing import Any

import catalog
from docs.generator.firmware import limits, signals, table

STATES, EVENTS, GUARDS, EFFECTS = map(catalog.names, ("state", "event", "guard", "effect"))
CAUSES, SOUNDS = ("", *catalog.names("cause")), ("", *catalog.names("sound"))  # 0 is none
COLUMNS = ("COL_FROM", "COL_EVENT", "COL_GUARD", "COL_TO", "COL_EFFECT", "COL_CAUSE", "COL_SOUND")
UNITS = {"_S": ("_MS", 1000), "_MIN": ("_MS", 60000), "_H": ("_MS", 3600000), "_MV": ("_UV", 1000)}


class _Numbers(dict[str, Any]):
    """Constants of limits.py; HOLD_S is HOLD_MS in seconds."""

    def __missing__(self, key: str) -> str:
        for suffix, (unit, factor) in UNITS.items():
            stored = key.removesuffix(suffix) + unit
            if key.endswith(suffix) and hasattr(limits, stored):
                return f"{getattr(limits, stored) / factor:g}"
        return str(getattr(limits, key))


def phrase(kind: str, name: str, language: int, form: str = "text", **more: str) -> str:
    """The phrase of the catalog for a name."""
    return catalog.phrase(kind, name, form)[language].format_map(_Numbers(more))


def states_in(bits: int) -> list[str]:
    """The states whose bits are set."""
    return [name for number, name in enumerate(STATES) if bits >> number & 1]


# The firmware keeps its tables as rows of bytes; these functions return them in plain units.


def rows_of(flat: bytes, length: int) -> list[tuple[int, ...]]:
    """The rows of a flat table."""
    return [tuple(flat[start : start + length]) for start in range(0, len(flat), length)]


def table_rows() -> list[tuple[int, ...]]:
    """The rows of the state table, with the columns in the order of COLUMNS."""
    order = [getattr(table, column) for column in COLUMNS]
    return [tuple(row[column] for column in order) for row in rows_of(table.TABLE, table.ROW_BYTES)]


def rhythms() -> list[tuple[int, int]]:
    """Milliseconds on and off (0: steady) of every light."""
    unit = signals.LIGHT_UNIT_MS
    return [(row[3] * unit, row[4] * unit) for row in rows_of(signals.LIGHTS, signals.LIGHT_ROW)]


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
