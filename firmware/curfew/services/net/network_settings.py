"""Network settings: from network.json to one checked dict, to the file, and to the page without its secrets.

Belongs here: keys, defaults and ranges of network.json. Does not: the stove's settings (settings.py), making the hashes
of password and token (door.py). Secrets are in no message.
"""

import json
from errno import ENOENT

_LANGUAGES = ("auto", "en", "zh")
# Key: what it is when absent, lowest, highest; of a text these are bytes. One text, because a table of objects would
# stay on the heap. Reasons: a host name holds 32 bytes, 802.11 allows 32 and 64, zones go from -12 h to +14 h, one
# certificate of 4096 bits is shorter than 2500 bytes (and a request holds 4096), one topic a burner. Hashes: 200.
_ROWS = """{
"": {"name": ["Curfew", 1, 32], "time_zone_min": [0, -720, 840], "password": ["", 0, 200], "token": ["", 0, 200]},
"wifi": {"ssid": ["", 1, 32], "password": ["", 0, 64]},
"mqtt": {"host": ["", 0, 128], "port": [8883, 1, 65535], "tls": [true, 0, 1], "ca": ["", 0, 2500], "user": ["", 0, 64],
"password": ["", 0, 128], "prefix": ["curfew", 1, 48], "discovery": ["homeassistant", 1, 48]},
"voice": {"host": ["bemfa.com", 0, 128], "port": [9503, 1, 65535], "tls": [true, 0, 1], "client_id": ["", 0, 64],
"user": ["", 0, 64], "password": ["", 0, 128], "topics": [[], 0, 4]}
}"""
_SECRETS = ("password", "token", "client_id", "ca")  # never shown; a certificate is no secret, but long
_TOPICS = ("prefix", "discovery", "topics")
_WPA_MIN = 8


class Invalid(Exception):
    """Network settings that cannot be used; the text begins with the key and a colon, then value and range."""


def load(path):
    """(checked content of the file, ""), or ({}, why not): an unusable file leads to the set-up, like none at all.

    Raises OSError and MemoryError, which may pass: a good file must not open the set-up because of them, nor because of
    an error of ours in what looks at it.
    """
    try:
        with open(path) as file:
            given = json.load(file)
    except OSError as error:
        if error.errno != ENOENT:
            raise
        return {}, path + ": missing"
    except (ValueError, RuntimeError, OverflowError):  # RuntimeError: nested too deep for the stack
        return {}, path + ": not JSON"
    try:
        return checked(given), ""
    except Invalid as error:
        return {}, str(error)


def save(house, config):
    """Write a checked dict; False (and nothing changes) while something conducts. Raises OSError."""
    return house.write(house.network_path, json.dumps(config))


def checked(given):
    """A complete copy of what was given: what is absent gets its default; wifi, mqtt, voice stay absent as a whole.

    Raises Invalid.
    """
    given = _object("network", given)
    parts = json.loads(_ROWS)
    box = parts.pop("")
    language = given.pop("language", "auto")
    if language not in _LANGUAGES:
        raise _wrong("language", language, "one of " + ", ".join(_LANGUAGES))
    config = {"language": language}
    for name in sorted(parts):
        if name in given:
            config[name] = _part(name + ".", _object(name, given.pop(name)), parts[name])
    config.update(_part("", given, box))
    if "wifi" in config and 0 < len(config["wifi"]["password"].encode()) < _WPA_MIN:
        raise _wrong("wifi.password", "", "empty or a text of %d to 64 bytes" % _WPA_MIN)
    return config


def merged(config, change):
    """What a change makes of a config, checked: null gives a key or a whole part back to its default.

    A secret as public() shows it stays as it is. Raises Invalid.
    """
    return checked(_over(config, _object("network", change)))


def public(config):
    """A copy in which each secret is {"set": true or false}."""
    shown = {}
    for key, value in config.items():
        if key in _SECRETS:
            value = {"set": bool(value)}
        shown[key] = public(value) if isinstance(value, dict) and key not in _SECRETS else value
    return shown


def _over(config, change):
    made = dict(config)
    for key, value in change.items():
        if value is None:
            made.pop(key, None)
        elif not isinstance(value, dict):
            made[key] = value
        elif key not in _SECRETS:
            made[key] = _over(made[key] if isinstance(made.get(key), dict) else {}, value)
    return made


def _object(name, value):
    if not isinstance(value, dict):
        raise _wrong(name, value, "an object { ... }")
    return dict(value)


def _part(prefix, given, rows):
    for key in sorted(given):
        if key not in rows:
            raise Invalid("%s%s: no such setting" % (prefix, str(key)[:40]))
    part = {}
    for key in sorted(rows):
        default, low, high = rows[key]
        value = part[key] = given.get(key, default)
        same = type(value) is type(default)
        if isinstance(default, bool):
            wanted = "true or false"
        elif isinstance(default, int):
            same = same and low <= value <= high
            wanted = "a whole number from %d to %d" % (low, high)
        elif isinstance(default, str):
            same = _is_text(key, value, low, high)
            wanted = "a text of %d to %d bytes" % (low, high)
        else:
            same = same and len(value) <= high and all([_is_text(key, topic, 1, 64) for topic in value])
            same = same and len(set(value)) == len(value)
            wanted = "a list of %d to %d different texts of 1 to 64 bytes" % (low, high)
        if not same:
            raise _wrong(prefix + key, value, wanted)
    return part


def _is_text(key, value, low, high):
    """True for a text without control characters, but for the line ends of a certificate; wildcards are no topic."""
    if not isinstance(value, str) or len(value) > high:
        return False
    for char in value:
        if char < " " and (key != "ca" or char not in "\r\n") or "\x7f" <= char < "\xa0" or "\ud800" <= char < "\ue000":
            return False
        if char in "+#" and key in _TOPICS:
            return False
    return low <= len(value.encode()) <= high


def _wrong(key, value, wanted):
    shown = "what was given" if key.split(".")[-1] in _SECRETS else str(value)[:40]
    return Invalid("%s: %s is not %s" % (key, shown, wanted))
