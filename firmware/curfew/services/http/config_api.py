"""The rare requests: settings, network, commissioning results, shut-offs, log.

api.py imports this module for one request and drops it afterwards: it takes a tenth of the heap.
"""

import gc
import json
import os

from curfew.services.context import AUTHORITY_PATH, CHECKS_PATH, DATES_PATH, PENDING_PATH
from curfew.services.http.refusals import WINDOW_NEEDED, invalid, key_of, require_no_fault, require_written
from curfew.services.http.server import JSON, Refused, body_of, listed, packed
from curfew.storage import files, journal, series
from curfew.transient import transient

_TESTS = "plug hold low_flame timeout knob restart weld override remote bypass"
_NETWORKS_MAX = 16
_SHUTOFFS_MAX = 100  # in one answer
_PASSWORD_MIN = 8
_PASSWORD_MAX = 64
_ENDPOINT = ("host", "port", "tls", "ca")  # who has these gets the secrets


# --- settings ------------------------------------------------------------------------------------------------------


def _error_in(values):
    """What is wrong with the content of a settings file; None for nothing."""
    try:
        with transient("core.settings", "core.schema", "core.limits", "core.pins"):
            from curfew.core.settings import Invalid, checked

            try:
                checked(values)
            except Invalid as error:
                return str(error)
    finally:
        gc.collect()


def _settings(path):
    """The content of the file, a dict, and what is wrong with it; None for nothing."""
    try:
        with open(path) as file:
            values = json.load(file)
    except (ValueError, RuntimeError, OverflowError, OSError):
        return {}, "settings.json: missing, or not JSON"
    return values if isinstance(values, dict) else {}, _error_in(values)


async def get_settings(api, request):
    """The file, what is wrong with it, and the allowed values."""
    values, wrong = _settings(api.context.settings_path)
    state = {"values": values, "may_write": api.context.flash_allowed(), "error": wrong, "key": wrong and key_of(wrong)}
    return packed(_with_ranges(state)), 200, JSON


def _with_ranges(state):
    with transient("core.limits", "core.pins"):
        from curfew.core import limits, pins

    values = state["values"]
    chip = values.get("chip")
    chip = chip if chip in pins.CHIPS else pins.PLAIN
    yield json.dumps(state)[:-1] + ', "ranges": {'
    yield _choice("relay_drive", limits.DRIVES[0], limits.DRIVES)
    for key, on in limits.SWITCHES:
        yield ", " + _choice(key, on, (True, False))
    own = pins.row(chip)
    yield ", " + _choice("chip", pins.PLAIN, tuple(pins.CHIPS))
    for key in pins.SPARE_PINS:
        yield ", " + _choice(key, None, (None,) + pins.allowed(own, key))
    for index, key in enumerate(pins.DEVICE_PINS):
        yield ", " + _choice(key, own[pins.AT_DEVICE][index], pins.allowed(own, key))
    own = limits.SETTINGS[: limits.BURNER_TIMES]  # without its own a burner has the common one
    for prefix, rows in (("", limits.SETTINGS), ("burners[].", limits.BURNER + own)):
        for key, default, low, high in rows:
            default = values.get(key, default) if prefix else default
            unit = key.rsplit("_", 1)[1]
            row = (prefix, key, low, high, json.dumps(default), unit)
            yield ', "%s%s": {"low": %d, "high": %d, "default": %s, "unit": "%s"}' % row
    yield "}}"


def _choice(key, default, words):
    return '"%s": %s' % (key, json.dumps({"default": default, "words": list(words)}))


def _require_place(context, old, new):
    """The keys of what changes. Raises Refused for a change that is not allowed from here."""
    with transient("services.http.authority", "core.limits"):
        from curfew.services.http import authority

        found = list(authority.changes(old, new))
        for key, place in found:
            if place == authority.CABLE:
                invalid(key + ": can only be changed over the USB cable, in sight of the wires")
        for key, place in found:
            if place == authority.WINDOW and not context.link.update_ms[0]:
                raise Refused(403, key + WINDOW_NEEDED, key)
    return [key for key, _ in found]


def _without_null(burner):
    return {key: burner[key] for key in burner if burner[key] is not None} if isinstance(burner, dict) else burner


async def put_settings(api, request):
    """Change some keys; null restores a default. Pins cannot change: exchanged, OFF would open the wrong contact."""
    old, wrong = _settings(api.context.settings_path)
    if wrong:
        raise Refused(403, "the file is damaged (%s): replace it over the USB cable" % wrong, key_of(wrong))
    values = dict(old)
    for key, value in body_of(request).items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    if isinstance(values.get("burners"), list):
        values["burners"] = [_without_null(burner) for burner in values["burners"]]
    wrong = _error_in(values)
    if wrong:
        invalid(wrong)
    keys = _require_place(api.context, old, values)
    if not keys:
        return {"restart": False}
    require_no_fault(api.context)
    if any(key.endswith(".sensor") for key in keys):  # on: off needs the cable
        require_written(files.replace(PENDING_PATH, [json.dumps(old)], api.context.flash_allowed))
    require_written(api.context.write(api.context.settings_path, json.dumps(values)))
    api.context.ask_restart()
    return {"restart": True}


# --- network -------------------------------------------------------------------------------------------------------


def _network_settings():
    return transient("services.net.network_settings", "core.schema")


async def get_network(api, request):
    """network.json without its secrets, and the name of the device in the home network."""
    with _network_settings():
        from curfew.services.net.network_settings import public

        return dict(public(api.context.config), host="curfew-%s.local" % api.context.chip.number()[-4:])


async def get_networks(api, request):
    """The names of the Wi-Fi networks around, the strongest first; only in the set-up."""
    radio = api.context.portal and api.context.portal.station
    if not radio:
        raise Refused(409, "only in the set-up")
    if not api.context.flash_allowed():  # it takes seconds, in which an OFF would wait
        raise Refused(409, "a burner is on: type the name")
    names: list = []
    try:
        radio.active(True)
        rows = sorted(radio.scan(), key=lambda row: -row[3])
    except (OSError, RuntimeError):  # the name can be typed
        rows = []
    for row in rows:
        try:
            name = row[0].decode()
        except UnicodeError:
            continue
        if name and name not in names and len(names) < _NETWORKS_MAX:
            names.append(name)
    return {"networks": names}


def _drop_secrets(old, new, change, secrets):
    """Delete the secrets of a server that is another one now, unless the change brings new ones; their keys."""
    dropped = []
    for part in ("mqtt", "voice", "notify"):
        before = old.get(part) or {}
        after = new.get(part) or {}
        if [before.get(key) for key in _ENDPOINT] == [after.get(key) for key in _ENDPOINT]:
            continue
        for key in after:
            if key in secrets and after[key] and after[key] == before.get(key):
                if not isinstance((change.get(part) or {}).get(key), str):
                    after[key] = ""
                    dropped.append(part + "." + key)
    return dropped


async def put_network(api, request):
    """Change some keys. password: the new password as plain text.

    After the set-up, confirm holds the present password; a server that changes loses its secrets.
    """
    from curfew.services.http import password

    change = body_of(request)
    context = api.context
    word = change.pop("confirm", None)
    change.pop("host", None)  # of the answer to GET
    in_setup = api.in_setup()
    if not in_setup:
        await password.require_password(api, word, request.session)
        if "wifi" in change and change["wifi"] is None:
            invalid("wifi: cannot be removed from here; hold a button at power-up to open the set-up")
    new = change.get("password", {})
    if not isinstance(new, dict):
        if not isinstance(new, str) or not _PASSWORD_MIN <= len(new) <= _PASSWORD_MAX:
            invalid("password: not a text of %d to %d characters" % (_PASSWORD_MIN, _PASSWORD_MAX))
        change["password"] = await password.last(api, password.hashing(new, os.urandom(password.SALT_BYTES)))
    for key in ("token", "tokens"):
        if not isinstance(change.get(key, {}), dict):
            invalid(key + ": made and revoked in /api/v1/tokens")
    with _network_settings():
        from curfew.services.net import network_settings

        try:
            config = network_settings.merged(context.config, change)
        except network_settings.Invalid as error:
            invalid(error)
        dropped = _drop_secrets(context.config, config, change, network_settings.secret_names())
    if not config["password"]:
        invalid("password: the device needs one first")
    needs_restart = dict(config, burner_names=0) != dict(context.config, burner_names=0)
    if needs_restart and not in_setup:
        require_no_fault(context)
    require_written(network_settings.save(context, config))
    try:
        os.remove(AUTHORITY_PATH)  # a server with a new certificate is asked again who vouches for it
    except OSError:
        pass
    if isinstance(change.get("password"), str):  # who knew the old one is logged out
        password.close_others(api, None if in_setup else request.session)
        api.store_sessions()
    context.config = config
    answer: dict = {"restart": needs_restart}
    if needs_restart:
        context.ask_restart()
    if dropped:
        answer["dropped"] = dropped
    return answer


# --- commissioning -------------------------------------------------------------------------------------------------


def _results():
    results = {}
    for line in files.lines(CHECKS_PATH):
        name, passed, when = line.split()
        results[name] = (passed == "1", int(when))
    return results


async def get_commissioning(api, request):
    """The results of the ten tests."""
    results = _results()
    rows = []
    for name in _TESTS.split():
        passed, when = results.get(name, (None, None))
        rows.append({"id": name, "passed": passed, "when": api.iso(when)})
    return {"results": rows}


async def put_commissioning(api, request):
    """Save the results of some tests; null deletes one."""
    results = _results()
    change = body_of(request)
    try:
        for row in change["results"]:
            if row["id"] not in _TESTS.split() or row["passed"] not in (True, False, None):
                raise ValueError
            results[row["id"]] = (row["passed"], api.unix_s() or 0)
    except (KeyError, TypeError, ValueError):
        invalid("results: not a list of id (%s) and passed (true, false, null)" % _TESTS.replace(" ", ", "))
    rows = ["%s %d %d" % (name, passed, when) for name, (passed, when) in results.items() if passed is not None]
    require_written(files.replace(CHECKS_PATH, rows, api.context.flash_allowed))
    return await get_commissioning(api, request)


# --- lists ---------------------------------------------------------------------------------------------------------


async def get_shutoffs(api, request):
    """A hundred shut-offs, newest first: the last ones, or those before the number in the query, "before=123"."""
    key, _, before = request.query.partition("=")
    if request.query and (key != "before" or not before.isdigit() or len(before) > 9):
        raise Refused(400, "the query is not before=NUMBER")
    gc.collect()
    lines = series.before(journal.JOURNAL_PATH, int(before or series.NUMBER_MAX), _SHUTOFFS_MAX)
    dates = {}
    if lines:
        first = series.number(lines[0])
        for line in series.before(DATES_PATH, series.number(lines[-1]) + 1, _SHUTOFFS_MAX):
            number = series.number(line)
            if number >= first:
                dates[number] = series.number(line, 1)
    newest_first = (_shutoff(api, lines.pop(), dates) for _ in range(len(lines)))
    return packed(listed("[", (one for one in newest_first if one), "]")), 200, JSON


def _shutoff(api, line, dates):
    """A line of the journal as an object; None for one that another version of the firmware wrote."""
    try:
        number, burner, cause, burn_s, health = line.split()
        row = int(number), int(burner), cause, int(burn_s), int(health) or None, api.iso(dates.get(int(number)))
    except ValueError:
        return None
    return dict(zip("number burner cause burn_s health_permille when".split(), row))


async def get_log(api, request):
    """The last log lines of the services, the pump's self-test, free bytes by heap, and the load of the loop."""
    context = api.context
    found = "untested passed bridged dead weak".split()[context.link.figures[3]]
    if context.settings.relay_drive == "level":
        found = "level"
    start = '{"busy_permille": %d, "free_bytes": %s, "self_test": "%s", "lines": ['
    start %= (context.busy_permille(), json.dumps(context.heaps()), found)
    return packed(listed(start, context.log.lines(), "]}")), 200, JSON


HANDLERS = {
    "GET settings": get_settings,
    "PUT settings": put_settings,
    "GET network": get_network,
    "GET networks": get_networks,
    "PUT network": put_network,
    "GET commissioning": get_commissioning,
    "PUT commissioning": put_commissioning,
    "GET shutoffs": get_shutoffs,
    "GET log": get_log,
}
