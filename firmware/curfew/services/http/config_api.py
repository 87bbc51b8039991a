"""What is asked rarely: a log-in, the settings, the network, the results of the commissioning.

Belongs here: these four resources of api.py. Does not: what a value may be (settings.py, network_settings.py).
Imported for one request and dropped after it, like everything that it imports: a tenth of the heap for a rare hour.
"""

import gc
import json
import os

from curfew import forget
from curfew.services.http import auth as d
from curfew.services.http.api import JSON, SETUP_FIRST, body_of
from curfew.services.http.server import Refused, packed
from curfew.storage import files

_TESTS = "plug hold low_flame timeout knob restart weld override remote bypass"
_TESTS_PATH = "commissioning.txt"
_PASSWORD_MIN = 8
_PASSWORD_MAX = 64


def _key(message):
    """Every message about a value begins with its key."""
    return message.split(" ")[0].split(":")[0]


def _invalid(error):
    raise Refused(422, str(error), _key(str(error)))


def _written(done):
    if not done:
        raise Refused(409, "a burner is on: files are written only while nothing conducts")


async def _last(api, steps):
    """The last text of door.hashing(); others have their turn meanwhile."""
    for text in steps:  # noqa: B007
        await api.sleep_ms(0)
    return text


# --- log-in --------------------------------------------------------------------------------------------------------


async def post_login(api, request):
    """A session for the device password."""
    password = body_of(request).get("password")
    kept = api.house.config.get("password")
    if not kept:
        raise Refused(403, SETUP_FIRST)
    if not isinstance(password, str):
        _invalid("password: not a text")
    wait_s = api.door.knock(api.now_ms())
    if wait_s:
        return {"error": "wait %d seconds" % wait_s}, 429, {"Retry-After": str(wait_s)}
    if not d.same(await _last(api, d.hashing_like(password, kept)), kept):
        raise Refused(401, "wrong password")
    session = api.door.open(os.urandom(d.RANDOM_BYTES))
    cookie = "session=%s; Path=/; HttpOnly; SameSite=Strict" % session.name
    return {"csrf": session.guard}, 200, {"Set-Cookie": cookie}


# --- settings ------------------------------------------------------------------------------------------------------


def _judged(values):
    """What is wrong with the content of a settings file, None for nothing."""
    from curfew.core.settings import Invalid, checked

    try:
        checked(values)
    except Invalid as error:
        return str(error)
    finally:
        forget("core.settings")
        forget("core.schema")
        forget("core.limits")
        gc.collect()


def _settings(path):
    """What the file holds, a dict, and what is wrong with it, None for nothing."""
    try:
        with open(path) as file:
            values = json.load(file)
    except (ValueError, RuntimeError, OverflowError, OSError):
        return {}, "settings.json: missing, or not JSON"
    return values if isinstance(values, dict) else {}, _judged(values)


async def get_settings(api, request):
    """The file, what is wrong with it, and what may be in it."""
    values, wrong = _settings(api.house.settings_path)
    told = {"values": values, "may_write": api.house.may_write(), "error": wrong, "key": wrong and _key(wrong)}
    return packed(_told(told)), 200, JSON


def _told(told):
    from curfew.core import limits

    forget("core.limits")
    yield json.dumps(told)[:-1] + ', "ranges": {'
    yield _choice("relay_drive", limits.DRIVES[0], limits.DRIVES)
    for key, on in limits.SWITCHES:
        yield ", " + _choice(key, on, (True, False))
    for key in limits.SPARE_PINS:
        yield ", " + _choice(key, None, (None,) + limits.PINS_OTHER)
    for key, pin in limits.BOX_PINS:
        yield ", " + _choice(key, pin, limits.PINS_RELAY[-1:] if key == "pump_pin" else limits.PINS_OTHER)
    for prefix, rows in (("", limits.SETTINGS), ("burners[].", limits.BURNER)):
        for key, default, low, high in rows:
            unit = key.rsplit("_", 1)[1]
            yield ', "%s%s": {"low": %d, "high": %d, "default": %d, "unit": "%s"}' % (
                prefix,
                key,
                low,
                high,
                default,
                unit,
            )
    yield "}}"


def _choice(key, default, words):
    return '"%s": %s' % (key, json.dumps({"default": default, "words": list(words)}))


def _pins(values):
    """The pins in the content of a settings file, by the key that a message names."""
    pins = {key: values[key] for key in values if key.endswith("_pin")}
    burners = values.get("burners")
    for index in range(len(burners) if isinstance(burners, list) else 0):
        for key in burners[index] if isinstance(burners[index], dict) else ():
            if key.endswith("_pin"):
                pins["burners[%d].%s" % (index, key)] = burners[index][key]
    return pins


async def put_settings(api, request):
    """Change some keys; null gives one back to its default. Pins stay: exchanged, OFF would open the wrong contact."""
    values, _ = _settings(api.house.settings_path)
    wired = _pins(values)
    for key, value in body_of(request).items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    wrong = _judged(values)
    if wrong:
        _invalid(wrong)
    pins = _pins(values)
    for key in list(wired) + list(pins):
        if key not in pins or key not in wired or pins[key] != wired[key]:
            _invalid(key + ": pins are changed over the USB cable, where the wires can be seen")
    _written(api.house.write(api.house.settings_path, json.dumps(values)))
    api.house.ask_restart()
    return {"restart": True}


# --- network -------------------------------------------------------------------------------------------------------


async def get_network(api, request):
    """network.json without its secrets."""
    from curfew.services.net.network_settings import public

    forget("services.net.network_settings")
    return public(api.house.config)


async def put_network(api, request):
    """Change some keys; password is the new password in plain words, token true asks for a new one."""
    given = body_of(request)
    token = None
    password = given.get("password", {})
    if not isinstance(password, dict):
        if not isinstance(password, str) or not _PASSWORD_MIN <= len(password) <= _PASSWORD_MAX:
            _invalid("password: not a text of %d to %d characters" % (_PASSWORD_MIN, _PASSWORD_MAX))
        given["password"] = await _last(api, d.hashing(password, os.urandom(d.SALT_BYTES)))
    if given.get("token") is True:
        token = os.urandom(d.SALT_BYTES).hex()
        given["token"] = d.token_hash(token)
    elif not isinstance(given.get("token"), (dict, type(None))):
        _invalid("token: true makes a new one, null removes it")
    from curfew.services.net import network_settings

    try:
        config = network_settings.merged(api.house.config, given)
    except network_settings.Invalid as error:
        _invalid(error)
    finally:
        forget("services.net.network_settings")
    if not config["password"]:
        _invalid("password: the box needs one first")
    _written(network_settings.save(api.house, config))
    api.house.config = config
    api.house.ask_restart()
    return {"restart": True, "token": token} if token else {"restart": True}


# --- commissioning -------------------------------------------------------------------------------------------------


def _tests():
    found = {}
    for line in files.lines(_TESTS_PATH):
        name, passed, when = line.split()
        found[name] = (passed == "1", int(when))
    return found


async def get_commissioning(api, request):
    """The ten tests and how they went."""
    found = _tests()
    rows = []
    for name in _TESTS.split():
        passed, when = found.get(name, (None, None))
        rows.append({"id": name, "passed": passed, "when": api.iso(when)})
    return {"results": rows}


async def put_commissioning(api, request):
    """Keep the results of some tests; null forgets one."""
    found = _tests()
    given = body_of(request)
    try:
        for row in given["results"]:
            if row["id"] not in _TESTS.split() or row["passed"] not in (True, False, None):
                raise ValueError
            found[row["id"]] = (row["passed"], api.unix_s() or 0)
    except (KeyError, TypeError, ValueError):
        _invalid("results: not a list of id (%s) and passed (true, false, null)" % _TESTS.replace(" ", ", "))
    rows = ["%s %d %d" % (name, found[name][0], found[name][1]) for name in found if found[name][0] is not None]
    _written(files.replace(_TESTS_PATH, rows, api.house.may_write))
    return await get_commissioning(api, request)
