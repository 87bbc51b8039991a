"""One engine for both settings files: checks the values of an object against the rows of a table.

A row is (key, default) for a switch, (key, default, choices) for one of several texts, and (key, default, lowest,
highest) for a whole number; the type of the default says which. Other kinds of values, as network.json has them, are
judged by a function of the caller. A fifth field of a row that contains "secret" keeps the value out of messages.
Needed while a file is read or changed, and dropped afterwards.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Row = tuple[Any, ...] | list[Any]
    Judge = Callable[[Any, Row], tuple[bool, str]]


class Invalid(Exception):
    """Settings that cannot be used; the text begins with the key and a colon, then the value and what is allowed."""


def take(prefix: str, given: dict[str, Any], rows: "Iterable[Row]", judge: "Judge | None" = None) -> dict[str, Any]:
    """The values of all rows by key, removed from the dict `given`; an absent key gets its default. Raises Invalid."""
    values = {}
    for row in rows:
        values[row[0]] = check(prefix, given.pop(row[0], row[1]), row, judge)
    return values


def check(prefix: str, value: Any, row: "Row", judge: "Judge | None" = None) -> Any:
    """The value, if the row allows it. Raises Invalid.

    judge(value, row): for other kinds, whether the value is allowed, and in words what is.
    """
    default = row[1]
    if isinstance(default, bool):
        fits = isinstance(value, bool)
        wanted = "true or false"
    elif len(row) == 3:
        fits = value in row[2]
        wanted = "one of " + ", ".join(row[2])
    elif isinstance(default, int):
        fits = isinstance(value, int) and not isinstance(value, bool) and row[2] <= value <= row[3]
        wanted = "a whole number from %d to %d" % (row[2], row[3])
    else:
        fits, wanted = judge(value, row)  # type: ignore[misc]  # such rows come with a judge
    if not fits:
        raise wrong(prefix + row[0], "what was given" if "secret" in str(row[4:]) else value, wanted)
    return value


def as_object(name: str, value: Any) -> dict[str, Any]:
    """A copy of a JSON object. Raises Invalid for anything else."""
    if not isinstance(value, dict):
        raise Invalid(name + ": not an object { ... }")
    return dict(value)


def refuse_unknown(prefix: str, given: dict[str, Any], rows: "Iterable[Row]" = ()) -> None:
    """Raise Invalid for the first key, in alphabetical order, that no row has."""
    known = [row[0] for row in rows]
    for key in sorted(given):
        if key not in known:
            raise Invalid("%s%s: no such setting" % (prefix, str(key)[:40]))


def wrong(key: str, value: Any, wanted: str) -> Invalid:
    """An Invalid that says which value of which key was refused, and what is allowed."""
    shown = "[...]" if isinstance(value, (list, dict)) else str(value)[:40]  # nested deep, it could fill the stack
    return Invalid("%s: %s is not %s" % (key, shown, wanted))
