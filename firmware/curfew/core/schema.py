"""One engine for both settings files: checks the values of an object against the rows of a table.

A row is (key, default) for a switch, (key, default, choices) for one of several texts, and (key, default, lowest,
highest) for a whole number, a text or a list of texts; the type of the default says which. Texts are measured in bytes,
lists in entries. A fifth field holds words: "secret" keeps the value out of messages, "lines" allows line ends, "topic"
refuses the wildcards of MQTT.
Needed while a file is read or changed only, and dropped afterwards with the module that asked.
"""

_ENTRY_MAX = 64  # bytes of one text in a list


class Invalid(Exception):
    """Settings that cannot be used; the text begins with the key and a colon, then the value and what is allowed."""


def take(prefix, given, rows):
    """The values of all rows by key, removed from the dict `given`; an absent key gets its default. Raises Invalid."""
    values = {}
    for row in rows:
        values[row[0]] = check(prefix, given.pop(row[0], row[1]), row)
    return values


def check(prefix, value, row):
    """The value, if it is what the row allows. Raises Invalid."""
    key, default = row[:2]
    words = row[4] if row[4:] else ""
    if isinstance(default, bool):
        fits = isinstance(value, bool)
        wanted = "true or false"
    elif len(row) == 3:
        fits = value in row[2]
        wanted = "one of " + ", ".join(row[2])
    elif isinstance(default, int):
        fits = isinstance(value, int) and not isinstance(value, bool) and row[2] <= value <= row[3]
        wanted = "a whole number from %d to %d" % (row[2], row[3])
    elif isinstance(default, str):
        fits = _is_text(value, row[2], row[3], words)
        wanted = "a text of %d to %d bytes" % (row[2], row[3])
    else:
        fits = isinstance(value, list) and row[2] <= len(value) <= row[3]
        fits = fits and all([_is_text(one, 1, _ENTRY_MAX, words) for one in value]) and len(set(value)) == len(value)
        wanted = "a list of %d to %d different texts of 1 to %d bytes" % (row[2], row[3], _ENTRY_MAX)
    if not fits:
        raise wrong(prefix + key, "what was given" if "secret" in words else value, wanted)
    return value


def as_object(name, value):
    """A copy of a JSON object, a dict. Raises Invalid for anything else."""
    if not isinstance(value, dict):
        raise wrong(name, value, "an object { ... }")
    return dict(value)


def refuse_unknown(prefix, given, rows=()):
    """Raise Invalid for the first key, in order of the alphabet, that no row has."""
    known = [row[0] for row in rows]
    for key in sorted(given):
        if key not in known:
            raise Invalid("%s%s: no such setting" % (prefix, str(key)[:40]))


def wrong(key, value, wanted):
    """An Invalid that says which value of which key was refused, and what is allowed."""
    return Invalid("%s: %s is not %s" % (key, shown(value), wanted))


def shown(value):
    """A value for a message: at most 40 signs; a list or an object nested deep could fill the stack."""
    return "[...]" if isinstance(value, (list, dict)) else str(value)[:40]


def _is_text(value, low, high, words):
    """True for a text of low to high bytes without control characters."""
    if not isinstance(value, str) or len(value) > high:
        return False
    for char in value:
        if char < " " and ("lines" not in words or char not in "\r\n"):
            return False
        if "\x7f" <= char < "\xa0" or "\ud800" <= char < "\ue000" or char in "+#" and "topic" in words:
            return False
    return low <= len(value.encode()) <= high
