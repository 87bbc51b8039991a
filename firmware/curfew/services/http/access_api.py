"""Who may come in: log-in and log-out, the devices that are logged in, the access tokens.

api.py imports this module for one request and drops it afterwards, with password.py and refusals.py.
"""

import os

from curfew.services.context import AUTHORITY_PATH, CHECKS_PATH, DATES_PATH, JOINED_PATH
from curfew.services.http import auth, password
from curfew.services.http.refusals import WINDOW_NEEDED, invalid, require_no_fault, require_written
from curfew.services.http.server import Refused, body_of
from curfew.services.update.key import KEY_PATH
from curfew.storage import files, series
from curfew.storage.journal import JOURNAL_PATH
from curfew.transient import transient

_TOKEN_NAME_MAX = 20
_OWNERS_FILES = (auth.SESSIONS_PATH, KEY_PATH, DATES_PATH, JOINED_PATH, AUTHORITY_PATH, CHECKS_PATH)


async def post_login(api, request):
    """Open a session for the device password."""
    word = body_of(request).get("password")
    stored = api.context.config.get("password")
    if not stored:
        raise Refused(403, auth.SETUP_FIRST)
    if not isinstance(word, str):
        invalid("password: not a text")
    # A device that was logged in has pauses of its own: others cannot keep it out.
    known = request.session if isinstance(request.session, auth.Session) else None
    address = known.key if known else request.address
    wait_s = password.begin_attempt(api.auth, api.now_ms(), address, known)
    if wait_s and not api.context.link.update_ms[0]:
        return {"error": "wait %d seconds" % wait_s}, 429, {"Retry-After": str(wait_s)}
    if not auth.same(await password.last(api, password.hashing_like(word, stored)), stored):
        raise Refused(401, "wrong password")
    password.end_pause(api.auth, address)
    if known:
        api.auth.close(known)
    session = api.auth.open(os.urandom(auth.RANDOM_BYTES))
    api.store_sessions()
    cookie = "session=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict" % (session.name, 86400 * auth.IDLE_DAYS)
    return {"csrf": session.guard}, 200, {"Set-Cookie": cookie}


async def post_logout(api, request):
    """End the session."""
    api.auth.close(request.session)
    api.store_sessions()
    return {}, 200, {"Set-Cookie": "session=; Path=/; Max-Age=0"}


async def get_sessions(api, request):
    """The devices that are logged in, the last one used last."""
    rows = []
    for line in api.auth.lines():
        key, _, day = line.partition(" ")
        is_this = isinstance(request.session, auth.Session) and request.session.key == key
        rows.append({"id": key[:8], "this": is_this, "used": api.iso(int(day) * 86400)})
    return {"sessions": rows}


async def put_sessions(api, request):
    """End a session: revoke holds its id, or "others" for all but this one."""
    which = body_of(request).get("revoke")
    if which == "others":
        password.close_others(api, request.session)
    else:
        found = [session for session in api.auth.sessions if session.key[:8] == which]
        if not found:
            invalid('revoke: not an id of a session, nor "others"')
        api.auth.close(found[0])
    api.store_sessions()
    return await get_sessions(api, request)


# --- access tokens -------------------------------------------------------------------------------------------------


async def get_tokens(api, request):
    """The access tokens, oldest first: what identifies each, its scope and its name."""
    config = api.context.config
    entries = ["control " + config["token"]] if config.get("token") else []
    rows = []
    for entry in entries + config.get("tokens", []):
        scope, key, name = (entry + "  ").split(" ", 2)
        rows.append({"id": key[:8], "scope": scope, "name": name.strip()})
    return {"tokens": rows}


async def put_tokens(api, request):
    """make: a scope; the token is in the answer, and nowhere else. revoke: an id. confirm holds the device password."""
    change = body_of(request)
    await password.require_password(api, change.get("confirm"), request.session)
    config = dict(api.context.config)
    tokens = config["tokens"] = list(config.get("tokens", []))
    token = None
    if "make" in change:
        scope, name = change["make"], change.get("name", "")
        if scope not in ("read", "control") or not isinstance(name, str) or len(name.encode()) > _TOKEN_NAME_MAX:
            invalid("make: read or control, with a name of at most %d bytes" % _TOKEN_NAME_MAX)
        if len(tokens) == auth.SESSIONS_MAX:
            raise Refused(409, "there are eight tokens: revoke one first")
        token = os.urandom(password.SALT_BYTES).hex()
        tokens.append(("%s %s %s" % (scope, auth.token_hash(token)[: auth.TOKEN_DIGITS], name)).strip())
    else:
        which = str(change.get("revoke"))
        config["tokens"] = [entry for entry in tokens if (entry + " ").split(" ")[1][:8] != which]
        if (config.get("token") or "-")[:8] == which:
            config["token"] = ""
        elif len(config["tokens"]) == len(tokens):
            invalid("revoke: not an id of a token")
    with transient("services.net.network_settings", "core.schema"):
        from curfew.services.net import network_settings

        try:
            config = network_settings.checked(config)
        except network_settings.Invalid as error:
            invalid(error)
        require_written(network_settings.save(api.context, config))
    api.context.config = config
    answer = await get_tokens(api, request)
    if token:
        answer["token"] = token
    return answer


# --- everything ----------------------------------------------------------------------------------------------------


async def post_forget(api, request):
    """Delete what the owner entered, and when the stove was used; confirm holds the device password.

    Settings and stored faults stay: pins and limits fit the stove, and no fault ends remotely. Of the journal the last
    line stays, which the numbers go on from.
    """
    context = api.context
    await password.require_password(api, body_of(request).get("confirm"), request.session)
    if not context.link.update_ms[0]:
        raise Refused(403, "forget" + WINDOW_NEEDED)
    require_no_fault(context)
    may = context.flash_allowed
    last = series.before(JOURNAL_PATH, series.NUMBER_MAX, 1)
    require_written(series.forget(JOURNAL_PATH, may) and series.forget(DATES_PATH, may))
    require_written(files.replace(JOURNAL_PATH, last, may))
    api.auth.sessions.clear()
    for path in _OWNERS_FILES + (context.network_path,):  # last: before it, the owner can begin again
        for name in (path + ".new", path):
            require_written(context.flash_allowed())
            try:
                os.remove(name)
            except OSError:  # there is none
                pass
    context.ask_restart()
    return {"restart": True}


HANDLERS = {
    "POST login": post_login,
    "POST logout": post_logout,
    "GET sessions": get_sessions,
    "PUT sessions": put_sessions,
    "GET tokens": get_tokens,
    "PUT tokens": put_tokens,
    "POST forget": post_forget,
}
