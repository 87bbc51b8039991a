"""The names of Curfew in words, English and Chinese, from catalog.toml.

names("cause") are the names of a kind in the order of the firmware's numbers; phrase("cause", "TIMEOUT", "short") is
the pair of words for one. Nothing is imported from the rest of the project.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

EN, ZH = 0, 1
FILE = Path(__file__).with_name("catalog.toml")
ENTRIES: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))


def names(kind: str) -> tuple[str, ...]:
    """The names of a kind: "state", "event", "guard", "effect", "cause", "source", "fault", "light", "sound", ..."""
    return tuple(ENTRIES[kind])


def phrase(kind: str, name: str, form: str = "text") -> tuple[str, str]:
    """English and Chinese for a name; without that form its short one or its text. KeyError when it has no words."""
    entry = ENTRIES[kind][name]
    forms = entry if isinstance(entry, dict) else {"text": entry}
    english, chinese = next((forms[key] for key in (form, "short") if key in forms), None) or forms["text"]
    return english, chinese


def short(kind: str, name: str) -> str:
    """A few English words for a name."""
    return phrase(kind, name, "short")[EN]


def script(words: dict[str, tuple[str, str]], **more: Any) -> str:
    """A JavaScript module that exports CATALOG, the words by key, and further constants by name."""

    def compact(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    return "".join(f"export const {name} = {compact(value)};\n" for name, value in {"CATALOG": words, **more}.items())
