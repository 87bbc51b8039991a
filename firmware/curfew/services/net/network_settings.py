"""Network settings: from network.json to one checked dict, to the file, and to the page without the secrets."""

import json
from errno import ENOENT

from curfew.core.schema import Invalid, as_object, refuse_unknown, take, wrong

# Rows of core/schema.py by part, as text: a table of objects would stay on the heap. Reasons: a host name has 32 bytes,
# 802.11 allows 32 and 64, time zones go from -12 h to +14 h and change twice a year for 12 years, a certificate of 4096
# bits is shorter than 2500 bytes (and a request holds 4096), a topic and a name for each burner. Hashes: 200; a token:
# scope, hash, name. A certificate is no secret, but too long to be shown.
_ROWS = """{
"": [["language", "auto", ["auto", "en", "zh"]], ["name", "Curfew", 1, 32], ["time_zone", "", 0, 64],
["time_zone_min", 0, -720, 840], ["time_zone_changes", [], 0, 48, "minutes"],
["extra_host", "", 0, 64], ["burner_names", [], 0, 4], ["password", "", 0, 200, "secret"],
["token", "", 0, 200, "secret"], ["tokens", [], 0, 8, "secret"]],
"wifi": [["ssid", "", 1, 32], ["password", "", 0, 64, "secret"]],
"mqtt": [["host", "", 0, 128], ["port", 8883, 1, 65535], ["tls", true], ["ca", "", 0, 2500, "secret lines"],
["user", "", 0, 64], ["password", "", 0, 128, "secret"], ["prefix", "curfew", 1, 48, "topic"],
["discovery", "homeassistant", 0, 48, "topic"]],
"voice": [["host", "bemfa.com", 0, 128], ["port", 9503, 1, 65535], ["tls", true], ["client_id", "", 0, 64, "secret"],
["user", "", 0, 64], ["password", "", 0, 128, "secret"], ["topics", [], 0, 4, "topic"]],
"notify": [["form", "ntfy", ["ntfy", "bark", "serverchan", "homeassistant"]], ["url", "", 0, 200, "secret"],
["ca", "", 0, 2500, "secret lines"]]
}"""
# Texts are measured in bytes. "lines": line ends are allowed; "topic": the wildcards of MQTT are not. "minutes": pairs,
# ascending, of a minute since 1970 and the minutes east of Greenwich from then on.
_WPA_MIN = 8
_WPA_MAX = 64  # this long it is the key itself
_HEX_CHARS = "0123456789abcdefABCDEF"
_HOST_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
_ENTRY_MAX = 64  # bytes of one text in a list
_EAST_MIN = -720
_EAST_MAX = 840
_MINUTE_MAX = 0x3FFFFFFF


def load(path: str):
    """(checked content of the file, ""), or ({}, reason): an unusable file leads to the set-up, like a missing one.

    Raises OSError and MemoryError: they may pass, so they must not open the set-up. Other errors in this program are
    not caught either.
    """
    try:
        with open(path) as file:
            values = json.load(file)
    except OSError as error:
        if error.errno != ENOENT:
            raise
        return {}, path + ": missing"
    except (ValueError, RuntimeError, OverflowError):  # RuntimeError: nested too deep for the stack
        return {}, path + ": not JSON"
    try:
        return checked(values), ""
    except Invalid as error:
        return {}, str(error)


def save(context, config: dict) -> bool:
    """Write a checked dict; False, without a change, while a contact is closed. Raises OSError."""
    return context.write(context.network_path, json.dumps(config))


def checked(values) -> dict:
    """A complete copy: absent keys get their defaults; an absent part stays absent as a whole. Raises Invalid."""
    values = as_object("network", values)
    parts = json.loads(_ROWS)
    device = parts.pop("")
    config: dict = {}
    for name in sorted(parts):
        if name in values:
            part = as_object(name, values.pop(name))
            refuse_unknown(name + ".", part, parts[name])
            config[name] = take(name + ".", part, parts[name], _judge)
    refuse_unknown("", values, device)
    config.update(take("", values, device, _judge))
    config["time_zone_changes"] = config["time_zone_changes"][:]  # JSON left room for more behind it
    if "wifi" in config and 0 < len(config["wifi"]["password"].encode()) < _WPA_MIN:
        raise wrong("wifi.password", "what was given", "empty or a text of %d to 64 bytes" % _WPA_MIN)
    return config


def merged(config: dict, change) -> dict:
    """A checked copy of a config with changes: null restores the default of a key or removes a part. Raises Invalid.

    A secret in the form of public() stays as it is.
    """
    change = as_object("network", change)
    if "time_zone_min" not in change:
        for key in ("time_zone", "time_zone_changes"):
            if key in change:
                raise wrong(key, "what was given", "possible without time_zone_min")
    else:  # another zone: what belonged to the old one must not outlive it
        config = {key: config[key] for key in config if key not in ("time_zone", "time_zone_changes")}
    made = checked(_over(config, change, secret_names()))
    # Not in checked(): a file of an older version must not lead to the set-up.
    for part in ("mqtt", "voice"):
        host = (made.get(part) or {}).get("host", "")
        if [char for char in host if char not in _HOST_CHARS]:
            raise wrong(part + ".host", repr(host), "a name or an IP address alone: no mqtt://, no port, no space")
    _judge_address(made)
    key = (made.get("wifi") or {}).get("password", "")
    if len(key.encode()) == _WPA_MAX and [char for char in key if char not in _HEX_CHARS]:
        raise wrong("wifi.password", "what was given", "a text of 8 to 63 bytes, or 64 hex digits")
    return made


def _judge_address(config):
    """Raise Invalid for an address of notify that cannot be used. It is a secret, so no message repeats it."""
    url = (config.get("notify") or {}).get("url")
    if not url:
        return
    try:
        is_https = parts_of(url)[0]
    except ValueError:
        raise wrong("notify.url", "what was given", "http:// or https://, a name, a path, without a space")
    if is_https and [part for part in ("mqtt", "voice") if (config.get(part) or {}).get("tls")]:
        raise wrong("notify.url", "https beside TLS of MQTT or voice", "possible: the chip has memory for one of them")


def parts_of(url: str):
    """(is_https, host, port, path) of an address. Raises ValueError."""
    scheme, _, rest = url.partition("://")
    server, slash, path = rest.partition("/")
    host, colon, port = server.partition(":")
    if scheme not in ("http", "https") or not host or colon and not port.isdigit():
        raise ValueError
    for char in url:
        if not "!" <= char <= "~":
            raise ValueError
    return scheme == "https", host, int(port or (443 if scheme == "https" else 80)), slash + path or "/"


def public(config: dict) -> dict:
    """A copy in which each secret is {"set": true or false}."""
    return _hidden(config, secret_names())


def secret_names():
    """The keys, of any part, whose values are never shown."""
    return [row[0] for rows in json.loads(_ROWS).values() for row in rows if "secret" in str(row[4:])]


def _hidden(config, secrets):
    copy = {}
    for key, value in config.items():
        if key in secrets:
            copy[key] = {"set": bool(value)}
        else:
            copy[key] = _hidden(value, secrets) if isinstance(value, dict) else value
    return copy


def _over(config, change, secrets):
    result = dict(config)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        elif not isinstance(value, dict):
            result[key] = value
        elif key not in secrets:
            result[key] = _over(result[key] if isinstance(result.get(key), dict) else {}, value, secrets)
    return result


def _judge(value, row):
    """As in schema.check(), for a text and a list of texts."""
    _, default, low, high = row[:4]
    words = str(row[4:])
    if isinstance(default, str):
        return _is_text(value, low, high, words), "a text of %d to %d bytes" % (low, high)
    fits = isinstance(value, list) and low <= len(value) <= high
    if "minutes" in words:
        return fits and _is_ascending(value), "up to %d pairs: minute since 1970, ascending, minutes east" % (high // 2)
    fits = fits and all([_is_text(one, 1, _ENTRY_MAX, words) for one in value]) and len(set(value)) == len(value)
    return fits, "a list of %d to %d different texts of 1 to %d bytes" % (low, high, _ENTRY_MAX)


def _is_ascending(changes):
    """True for pairs of a minute since 1970, each later than the one before, and minutes east of Greenwich."""
    last = -1
    for at in range(len(changes)):
        value = changes[at]
        low, high = (_EAST_MIN, _EAST_MAX) if at % 2 else (last + 1, _MINUTE_MAX)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            return False
        if at % 2 == 0:
            last = value
    return len(changes) % 2 == 0


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
