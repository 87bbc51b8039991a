"""One value against its field: what a key may hold, and the one line that says when it does not."""

import difflib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator.times import parse_time, show_time

SHOWN_MAX = 60  # characters of a wrong value that a message repeats


class ScenarioError(ValueError):
    """The file is wrong; the text is one line that names the key, the value and what is allowed."""


REQUIRED = object()


@dataclass(frozen=True)
class Field:
    """What one key may hold. `to` is its name in the plan; seconds become whole milliseconds there."""

    kind: str  # int bool word seconds text call
    low: int = 0
    high: int = 0
    unit: str = ""
    default: Any = REQUIRED
    choice: tuple[str, ...] = ()
    null: bool = False
    to: str = ""


def number(low: int, high: int, unit: str, to: str, default: Any = REQUIRED) -> Field:
    """A number with up to three places, in the plan as whole thousandths."""
    return Field("number", low, high, unit, default, to=to)


def whole(low: int, high: int, unit: str, default: Any = REQUIRED) -> Field:
    return Field("int", low, high, unit, default)


def switch(default: Any = REQUIRED) -> Field:
    return Field("bool", default=default)


def word(choice: tuple[str, ...], default: Any = REQUIRED, null: bool = False) -> Field:
    return Field("word", choice=choice, default=default, null=null)


def seconds(high: int, to: str, default: Any = REQUIRED) -> Field:
    return Field("seconds", 0, high, "s", default, to=to)


# ---- one value --------------------------------------------------------------------------------------------


def wrong(path: str, value: Any, allowed: str) -> ScenarioError:
    shown = str(value) if isinstance(value, Decimal) else show(value)
    return ScenarioError(f"{path}: {shown} is not {allowed}")


def is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_whole(number: Any) -> bool:
    return bool(number % 1 == 0)


def allowed(field: Field) -> str:
    """The words for what a field takes, for messages."""
    unit = f" {field.unit}" if field.unit else ""
    return {
        "int": f"a whole number from {field.low} to {field.high}{unit}",
        "bool": "true or false",
        "word": "one of " + ", ".join(field.choice + (("null",) if field.null else ())),
        "seconds": f"a number of seconds above {field.low}, to {field.high}, in steps of 0.001",
        "number": f"a number from {field.low} to {field.high}{unit}, in steps of 0.001",
        "text": "a text with something in it",
        "call": 'the name of a call, like "I2C.readfrom_mem_into"',
        "span": f"a whole number from {field.low} to {field.high}{unit}, or [lowest, highest]",
    }[field.kind]


def checked(field: Field, value: Any, path: str) -> Any:
    """The value as the plan wants it (seconds as ms, a span as a pair); ScenarioError when it is not."""
    if _fits(field, value):
        if field.kind in ("seconds", "number"):
            return round(value * 1000)
        if field.kind == "span":
            return tuple(value) if isinstance(value, list) else (value, value)
        return value
    error = wrong(path, value, allowed(field))
    if field.kind == "word" and isinstance(value, str):
        error = ScenarioError(f"{error}{nearest(value, field.choice)}")
    raise error


def _fits(field: Field, value: Any) -> bool:
    if field.kind == "int":
        return is_int(value) and field.low <= value <= field.high
    if field.kind == "bool":
        return isinstance(value, bool)
    if field.kind == "word":
        return value in field.choice if isinstance(value, str) else value is None and field.null
    if field.kind == "seconds":
        number = is_int(value) or isinstance(value, Decimal)
        return number and field.low < value <= field.high and is_whole(value * 1000)
    if field.kind == "number":
        number = is_int(value) or isinstance(value, Decimal)
        return number and field.low <= value <= field.high and is_whole(value * 1000)
    if field.kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if field.kind == "call":
        return isinstance(value, str) and "." in value and all(p.isidentifier() for p in value.split("."))
    ends = value if isinstance(value, list) and len(value) == 2 else [value, value]
    return all(is_int(end) and field.low <= end <= field.high for end in ends) and ends[0] <= ends[1]


def nearest(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word.lower(), [k.lower() for k in known], 1, 0.5)
    names = [k for k in known if k.lower() in close]
    return f'; did you mean "{names[0]}"?' if names else ""


def checked_object(value: Any, path: str, known: Any) -> dict[str, Any]:
    """The value, an object with no other keys than the `known` ones."""
    if not isinstance(value, dict):
        raise wrong(path, value, "an object {...}")
    for key in value:
        if key not in known:
            here = join("" if path == "the scenario" else path, key)
            help_text = nearest(key, known) or f"; known: {', '.join(known) or 'none'}"
            raise ScenarioError(f"{here}: unknown key {show(key)}{help_text}")
    return value


def checked_list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise wrong(path, value, "a list [...]")
    return value


def checked_time(value: Any, path: str, until_ms: int | None = None) -> int:
    t_ms = parse_time(value) if isinstance(value, str) else None
    if t_ms is None:
        raise wrong(path, value, 'h:mm:ss or h:mm:ss.mmm, like "0:00:20"')
    if until_ms is not None and t_ms > until_ms:
        raise ScenarioError(f"{path}: {show(value)} is after until ({show_time(until_ms)})")
    return t_ms


# ---- the file as JSON -------------------------------------------------------------------------------------


class _Pairs(list[Any]):
    """An object as its pairs, kept until the path to it is known and a duplicate key can be named."""


def _refuse_constant(word: str) -> None:
    raise ScenarioError(f"is not JSON: {word} is no number")


def read_json(text: str) -> Any:
    try:
        raw = json.loads(text, object_pairs_hook=_Pairs, parse_float=Decimal, parse_constant=_refuse_constant)
        return _plain(raw, "")
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ScenarioError(f"is not JSON: {error.msg} ({place})") from None
    except RecursionError:
        raise ScenarioError("is not a scenario: nested too deeply") from None
    except ScenarioError:
        raise
    except (ValueError, ArithmeticError) as error:  # a number beyond all bounds
        raise ScenarioError(f"is not JSON: {error}") from None


def _plain(value: Any, path: str) -> Any:
    """The value with every object as a dict; raises on a duplicate key or text that is no Unicode."""
    if isinstance(value, _Pairs):
        plain: dict[str, Any] = {}
        for key, item in value:
            here = join(path, key)
            if key in plain:
                raise ScenarioError(f"{here}: the key is there twice; once is allowed")
            plain[key] = _plain(item, here)
        return plain
    if isinstance(value, list):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ScenarioError(f"{path}: {show(value)} is half a character; whole ones only") from None
    return value


def join(path: str, key: str) -> str:
    shown = key if key.isidentifier() else show(key)
    return f"{path}.{shown}" if path else shown


def show(value: Any) -> str:
    text = json.dumps(value, default=lambda number: float(number))
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "..."
