"""The HTTP interface under /api/v1 (docs/openapi.json): who may ask, the routes, and the frequent requests.

Rare requests are in access_api.py, config_api.py, metrics.py and update_api.py, which are imported for one request and
dropped again. No request can turn gas on: a request shuts off, or asks for more time, which the safety loop judges.
"""

import gc
import json

from curfew import VERSION, forget
from curfew.core.ticks import elapsed_ms, later_ms
from curfew.runtime.supervisor import TRIAL_CONFIRMED
from curfew.services.http.auth import SESSIONS_PATH, SETUP_FIRST, TOKEN_DIGITS, same, token_hash
from curfew.services.http.server import Refused, body_of, listed, method_of, packed, require_json
from curfew.services.net.clock import iso as iso_text
from curfew.services.update import slots
from curfew.storage import files

# A token of the scope read asks for the first four, one of control also reads the rest and writes the last three; an
# update is signed, and needs the local window.
_BY_TOKEN = ("status", "events", "metrics", "shutoffs", "off", "off_in", "presence", "extend", "update")
_LOCAL = ("local", "lan", "home.arpa", "fritz.box")  # names that only the home network gives
_COOKIE_MAX = 64  # twice as long as ours
_AGE_MS = 60000
_STREAMS_MAX = 2  # event streams: open pages must not block an OFF request
_LOOK_MS = 250  # at most four events a second
_LOOKS_BUSY = 4  # an event at least every second while a contact is closed
_LOOKS_QUIET = 20  # every five seconds otherwise


class Api:
    """Answers requests. unix_s(): the time, None while unknown. restart_reason: a word."""

    PRIORITY = "/off"  # answered even when other clients do not read their answers
    HEADERS = (
        b" host origin authorization cookie content-type content-length transfer-encoding if-none-match"
        b" x-csrf-token x-at "
    )

    def __init__(self, context, auth, unix_s, restart_reason, sleep_ms):
        self.context = context
        self.auth = auth
        self.unix_s = unix_s
        self.sleep_ms = sleep_ms
        self._reason = restart_reason
        self._seconds = 0
        self._imported = 0  # requests that use a module of _MODULES
        self._streams = []  # requests whose event stream is open, oldest first
        self._then_ms = self.now_ms()

    def kept(self, name, text):
        """What is kept of a header while a request waits for its rest: of a token its hash, of cookies the session."""
        if name == "authorization":
            return token_hash(text[7:]) if text[:7] == "Bearer " else ""
        if name == "cookie":
            for part in text.split(";"):
                key, _, value = part.strip().partition("=")
                if key == "session":
                    return value[:_COOKIE_MAX]
            return ""
        return text

    async def answer(self, request):
        """The answer for the Server; sets request.burner: the index in the path, None for all burners."""
        folder, _, name = request.path.rpartition("/")
        request.burner = None
        for burner in range(self.context.burners):
            if folder == "/api/v1/burners/%d" % burner:
                request.burner = burner
                folder = _BURNERS
        allowed, handler = ROUTES.get(folder, {}).get(name, ("", None))
        method = method_of(request, allowed)
        self._require_own_host(request.headers)
        self._authorize(request, name)
        if name == "login":  # before the import, which costs a tenth of the heap, and an OFF behind it some 100 ms
            require_json(request)
            wait_s = 0 if request.session else self.auth.wait_s(self.now_ms(), request.address)
            if wait_s and not self.context.link.update_ms[0]:  # a person at the stove opened the local window
                return {"error": "wait %d seconds" % wait_s}, 429, {"Retry-After": str(wait_s)}
        if not isinstance(handler, str):
            return await handler(self, request)
        self._imported += 1
        try:
            module = __import__("curfew." + handler, None, None, ("HANDLERS",))
            return await module.HANDLERS[method + " " + name](self, request)
        finally:
            self._imported -= 1
            if not self._imported:
                forget(_CONFIG, _ACCESS, _METRICS, "services.http.password", "services.http.refusals")
                if not self.context.receiver:
                    forget(_UPDATE, "services.update.receiver", "services.update.key")
            gc.collect()

    async def run(self):
        """Keep ages right before the ticks wrap; never ends."""
        while True:
            self.auth.age(self.now_ms())
            self._expire()
            self.store_sessions()
            self.uptime_s()
            await self.sleep_ms(_AGE_MS)

    def _expire(self):
        unix_s = self.unix_s()
        self.auth.expire(unix_s and unix_s // 86400)

    def store_sessions(self):
        """Write the hashes of the sessions if they have changed and files may be written; else later."""
        if self.auth.is_changed and self.context.flash_allowed():
            try:
                if files.replace(SESSIONS_PATH, self.auth.lines(), self.context.flash_allowed):
                    self.auth.is_changed = False
            except OSError as error:
                self.context.log.add("web", "sessions: %s" % error)

    def now_ms(self) -> int:
        """Ticks."""
        return self.context.clock.ticks_ms()

    def iso(self, unix_s):
        """A time as text; None for None and 0."""
        return iso_text(unix_s, self.context.config) if unix_s else None

    def uptime_s(self):
        """Seconds since the start."""
        seconds = max(0, elapsed_ms(self.now_ms(), self._then_ms)) // 1000
        self._then_ms = later_ms(self._then_ms, seconds * 1000)
        self._seconds += seconds
        return self._seconds

    # --- authorization ---------------------------------------------------------------------------------------------

    def in_setup(self):
        """True while the device has no password, or its own network is open."""
        return not self.context.config.get("password") or self.context.status["wifi"] == "portal"

    def _require_own_host(self, headers):
        """A page of another site whose name was made to lead here must not get an answer."""
        host = headers.get("host")
        if host is None:  # not a browser
            return
        name = host.split(":")[0].lower()
        parts = name.split(".")
        is_address = len(parts) == 4 and all([part.isdigit() for part in parts])
        is_local = len(parts) == 1 or parts[-1] in _LOCAL or ".".join(parts[-2:]) in _LOCAL
        if not is_address and not is_local and name != self.context.config.get("extra_host"):
            raise Refused(403, "Host: use the IP address, or add extra_host")
        if headers.get("origin", host).split("//")[-1] != host:
            raise Refused(403, "Origin: another site")

    def _authorize(self, request, name):
        """Raise Refused, or set request.session: a Session, the scope of a bearer token, None without either."""
        config = self.context.config
        headers = request.headers
        bearer = headers.get("authorization")
        if bearer:
            request.session = self._token(bearer)
        else:
            self._expire()  # the time may have become known just now
            request.session = self.auth.find(headers.get("cookie"), self.now_ms())
        if name in ("status", "login") or name in ("network", "networks") and self.in_setup():  # need no session
            return
        if not config.get("password"):
            raise Refused(403, SETUP_FIRST)
        if not request.session:
            raise Refused(401, "log in, or send a valid token")
        is_read = request.method in ("GET", "HEAD")
        if isinstance(request.session, str):
            allowed = _BY_TOKEN[: 4 if request.session[:4] == "read" else None]
            # Who may do what needs a session also to be read.
            if name not in allowed and (not is_read or name in ("sessions", "tokens") or len(allowed) == 4):
                other = " or use a control token" if name in _BY_TOKEN else ""
                raise Refused(403, "the token forbids this: log in" + other)
        elif not is_read:
            if not same(headers.get("x-csrf-token", ""), request.session.guard):
                raise Refused(403, "X-CSRF-Token missing or wrong")
            if name not in ("off", "logout"):  # what every known device may do
                if request.session.is_stored and self.auth.today is None:
                    raise Refused(403, "the time is not known yet: log in again")
                if request.session.is_limited:
                    raise Refused(403, "too many wrong passwords: with all off hold a button for 6 s")

    def _token(self, key):
        """The entry of the token with this hash in the network settings; it begins with its scope; None: unknown."""
        config = self.context.config
        for entry in config.get("tokens", ()):
            if same(key[:TOKEN_DIGITS], (entry + " ").split(" ")[1]):
                return entry
        return "control" if same(key, config.get("token") or "") else None  # made by version 0.1

    def _is_valid(self, session):
        if not isinstance(session, str):
            return self.auth.find(session.name, self.now_ms()) is session
        config = self.context.config
        return session in config.get("tokens", ()) or session == "control" and bool(config.get("token"))

    # --- the stove -------------------------------------------------------------------------------------------------

    def _status(self, session, start="", end=""):
        """Yield JSON in pieces between two texts: four burners in one text would take 1.5 kB in one block."""
        context = self.context
        state = {
            "name": context.config.get("name", "Curfew"),
            "language": context.config.get("language", "auto"),
            "version": VERSION,
            "build": slots.build_id(),
            "trial": context.link.trial[0] != TRIAL_CONFIRMED,
            "setup": self.in_setup(),
            "login": bool(session),
        }
        if state["setup"]:
            state["wifi_reason"] = context.wifi_reason
        if not session:
            return iter((start + json.dumps(state) + end,))
        context.look()
        state["uptime_s"] = self.uptime_s()
        state["time"] = self.iso(self.unix_s())
        state["services"] = context.status
        state["restart_reason"] = self._reason
        state["problem"] = context.problem()
        state["remote_extend"] = context.extend_allowed
        state["presence"] = context.presence()
        state["names"] = context.config.get("burner_names", ())
        state["update_s"] = (context.link.update_ms[0] + 999) // 1000
        if not isinstance(session, str):
            state["csrf"] = session.guard  # a reloaded page has lost it
        burners = map(context.burner, range(context.burners))
        return listed(start + json.dumps(state)[:-1] + ', "burners": [', burners, "]}" + end)

    async def status(self, request):
        """Current status."""
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return packed(self._status(request.session)), 200, headers

    async def events(self, request):
        """Status as server-sent events."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        return lambda send: self._stream(request, send), 200, headers

    async def _stream(self, request, send):
        """Send an event at every change and at intervals, until the session ends or two newer streams have begun."""
        context = self.context
        session = request.session
        streams = self._streams
        if len(streams) == _STREAMS_MAX:
            streams.pop(0)
        streams.append(request)
        seen = None
        looks = 0
        try:
            while request in streams and self._is_valid(session):
                context.look()
                looks += 1
                if context.changed != seen or looks >= (_LOOKS_QUIET if context.flash_allowed() else _LOOKS_BUSY):
                    seen = context.changed
                    looks = 0
                    for piece in packed(self._status(session, "event: status\ndata: ", "\n\n")):
                        await send(piece)
                await self.sleep_ms(_LOOK_MS)
        finally:
            if request in streams:
                streams.remove(request)

    async def off(self, request):
        """Shut off a burner, or all burners."""
        self.context.off(request.burner, "web")
        self.context.log.add("off", "web")
        return {"asked": True}, 202, {}

    async def extend(self, request):
        """Ask for one more step of time for a burner."""
        if not self.context.extend_allowed:
            raise Refused(403, "remote_extend is off")
        self.context.extend(request.burner)
        return {"asked": True}, 202, {}

    async def off_in(self, request):
        """Ask for an earlier deadline of a burner."""
        minutes = body_of(request).get("off_in_min")
        if type(minutes) is not int or not 1 <= minutes <= 240:
            raise Refused(422, "off_in_min: not a whole number from 1 to 240", "off_in_min")
        why = self.context.less(request.burner, minutes, "web")
        if why:
            raise Refused(409, why)
        return {"asked": True}, 202, {}

    async def presence(self, request):
        """Say whether anyone is there."""
        present = body_of(request).get("present")
        if present not in (True, False):
            raise Refused(422, "present: not true or false", "present")
        if not self.context.say_presence(present):
            raise Refused(409, "presence_pin says it")
        return {"presence": self.context.presence()}, 200, {}


_ACCESS = "services.http.access_api"
_CONFIG = "services.http.config_api"
_METRICS = "services.http.metrics"
_UPDATE = "services.http.update_api"
_BURNERS = "/api/v1/burners/{burner}"
_OFF = ("POST", Api.off)
_LIST = ("GET", _CONFIG)
_LOG_IN = ("POST", _ACCESS)
_WHO = ("GET, PUT", _ACCESS)
_FILE = ("GET, PUT", _CONFIG)
# Folder: {name: (methods, handler)}. A text names the module that is imported for the request; its HANDLERS answer.
ROUTES: dict[str, dict[str, tuple]] = {
    "": {"metrics": ("GET", _METRICS)},
    "/api/v1": {
        "status": ("GET", Api.status),
        "events": ("GET", Api.events),
        "logout": _LOG_IN,
        "sessions": _WHO,
        "tokens": _WHO,
        "forget": _LOG_IN,
        "off": _OFF,
        "presence": ("POST", Api.presence),
        "shutoffs": _LIST,
        "log": _LIST,
        "login": _LOG_IN,
        "settings": _FILE,
        "network": _FILE,
        "networks": _LIST,
        "commissioning": _FILE,
        "update": ("GET, POST, PUT", _UPDATE),
    },
    _BURNERS: {"off": _OFF, "off_in": ("POST", Api.off_in), "extend": ("POST", Api.extend)},
}
