"""The HTTP interface under /api/v1, as docs/openapi.json tells it: the page uses nothing else.

Belongs here: who may ask, and what is asked all the time. Does not: HTTP itself (web.py), secrets (door.py), what is
asked once a day or a year (changes.py). Nothing here can make gas flow: a request shuts, or waits for the loop's
judgement.
"""

import gc
import json

from curfew import VERSION, forget
from curfew.core.ticks import elapsed_ms, later_ms
from curfew.runtime.supervisor import TRIAL_CONFIRMED
from curfew.services.http import auth as d
from curfew.services.http.server import Events, Refused, listed, method_of, packed
from curfew.services.net.clock import iso as iso_text
from curfew.services.update import slots

_ABOVE = {"metrics": "GET"}
_OF_BOX = {  # below /api/v1
    "status": "GET",
    "events": "GET",
    "logout": "POST",
    "off": "POST",
    "closings": "GET",
    "log": "GET",
    "login": "POST",  # from here on: changes.py
    "settings": "GET, PUT",
    "network": "GET, PUT",
    "commissioning": "GET, PUT",
    "update": "GET, POST, PUT",  # update.py
}
_OF_BURNER = {"off": "POST", "extend": "POST"}  # below /api/v1/burners/0
_OPEN = ("status", "login")  # to everybody
SETUP_FIRST = "no device password yet: open the page and do the set-up"
_NESTED_MAX = 32  # brackets in a body: the longest honest one has 15
_AGE_MS = 60000
JSON = {"Content-Type": "application/json"}


class Api:
    """Answers what a Web is asked. unix_s(): the time, None while unknown. restart_reason: a word."""

    def __init__(self, web, door, unix_s, restart_reason):
        self.house = web.house
        self.sleep_ms = web.sleep_ms
        self.door = door
        self.unix_s = unix_s
        self._reason = restart_reason
        self._uptime_s = 0
        self._rare = 0  # requests that need changes.py just now
        self._then_ms = self.now_ms()
        web.ask = self.answer

    async def answer(self, request):
        """As Web.ask; request.burner is the index in its path, None for all of them."""
        folder, _, name = request.path.rpartition("/")
        request.burner = None
        routes = {"": _ABOVE, "/api/v1": _OF_BOX}.get(folder, {})
        for burner in range(self.house.burners):
            if folder == "/api/v1/burners/%d" % burner:
                request.burner = burner
                routes = _OF_BURNER
        method = method_of(request, routes.get(name, ""))
        self._guard(request, name)
        if hasattr(self, name):  # the others are in changes.py
            return await getattr(self, name)(request)
        self._rare += 1
        try:
            return await getattr(_rare(name), method.lower() + "_" + name)(self, request)
        finally:
            self._rare -= 1
            if not self._rare:
                forget("services.http.config_api")
                if not self.house.receiver:
                    forget("services.update.receiver")
                    forget("services.update.key")
            gc.collect()

    async def run(self):
        """Keep ages right for ever: ticks wrap."""
        while True:
            self.door.age(self.now_ms())
            self._uptime()
            await self.sleep_ms(_AGE_MS)

    def now_ms(self):
        """Ticks."""
        return self.house.clock.ticks_ms()

    def _uptime(self):
        seconds = max(0, elapsed_ms(self.now_ms(), self._then_ms)) // 1000
        self._then_ms = later_ms(self._then_ms, seconds * 1000)
        self._uptime_s += seconds
        return self._uptime_s

    # --- who may -----------------------------------------------------------------------------------------------

    def _in_setup(self):
        return not self.house.config.get("password") or self.house.status["wifi"] == "portal"

    def _guard(self, request, name):
        """Refuse who may not; request.session is the Session, True for a bearer token, None for nobody."""
        config = self.house.config
        headers = request.headers
        given = headers.get("authorization", "")
        token = config.get("token")
        if given[:7] == "Bearer " and token:
            request.session = d.same(d.token_hash(given[7:]), token) or None
        else:
            request.session = self.door.find(request.cookie("session"), self.now_ms())
        if name in _OPEN or name == "network" and self._in_setup():
            return
        if not config.get("password"):
            raise Refused(403, SETUP_FIRST)
        if not request.session:
            raise Refused(401, "log in, or send a valid token")
        if request.method not in ("GET", "HEAD") and request.session is not True:
            if not d.same(headers.get("x-csrf-token", ""), request.session.guard):
                raise Refused(403, "X-CSRF-Token is missing or wrong")

    async def logout(self, request):
        """The end of a session."""
        self.door.close(request.session)
        return {}, 200, {"Set-Cookie": "session=; Path=/; Max-Age=0"}

    # --- the stove ---------------------------------------------------------------------------------------------

    def _status(self, session, start="", end=""):
        """JSON in pieces between two texts: four burners in one would take a contiguous kilobyte and a half."""
        house = self.house
        told = {
            "name": house.config.get("name", "Curfew"),
            "language": house.config.get("language", "auto"),
            "version": VERSION,
            "build": slots.build_id(),
            "trial": house.link.trial[0] != TRIAL_CONFIRMED,
            "setup": self._in_setup(),
            "login": bool(session),
        }
        if not session:
            return iter((start + json.dumps(told) + end,))
        house.look()
        told["uptime_s"] = self._uptime()
        told["time"] = self.iso(self.unix_s())
        told["services"] = house.status
        told["restart_reason"] = self._reason
        told["problem"] = house.problem()
        told["remote_extend"] = house.extend_allowed
        told["update_s"] = (house.link.update_ms[0] + 999) // 1000
        if session is not True:
            told["csrf"] = session.guard  # a page that was loaded anew has forgotten it
        burners = map(house.burner, range(house.burners))
        return listed(start + json.dumps(told)[:-1] + ', "burners": [', burners, "]}" + end)

    def iso(self, unix_s):
        """A time in text; None for none, which may also be 0."""
        return iso_text(unix_s, self.house.config.get("time_zone_min", 0)) if unix_s else None

    async def status(self, request):
        """How things are."""
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return packed(self._status(request.session)), 200, headers

    async def events(self, request):
        """The same, again and again."""
        session = request.session

        def tell(start, end):
            return self._status(session, start, end)

        def is_open():
            return session is True or self.door.find(session.name, self.now_ms()) is session

        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        return Events(tell, is_open), 200, headers

    async def off(self, request):
        """A burner off, or all of them."""
        self.house.off(request.burner, "web")
        self.house.log.add("off", "web")
        return {"asked": True}, 202, {}

    async def extend(self, request):
        """One more step of time for a burner."""
        if not self.house.extend_allowed:
            raise Refused(403, "remote_extend is off in the settings")
        self.house.extend(request.burner)
        return {"asked": True}, 202, {}

    async def closings(self, request):
        """The last hundred, newest first."""
        gc.collect()
        rows = list(self.house.closings())
        newest_first = (self._closing(rows.pop()) for _ in range(len(rows)))
        return packed(listed("[", newest_first, "]")), 200, JSON

    def _closing(self, row):
        told = dict(zip("number burner cause conducted_s health_permille when".split(), row))
        told["when"] = self.iso(told["when"])
        return told

    async def log(self, request):
        """The last lines of the services."""
        return packed(listed('{"lines": [', self.house.log.lines(), "]}")), 200, JSON

    async def metrics(self, request):
        """For Prometheus."""
        return packed(self._lines()), 200, {"Content-Type": "text/plain; version=0.0.4"}

    def _lines(self):
        house = self.house
        house.look()
        yield 'curfew_info{version="%s",build="%s",slot="%s"} 1\n' % (VERSION, slots.build_id(), slots.here)
        yield "curfew_uptime_seconds %d\ncurfew_problem %d\n" % (self._uptime(), house.problem())
        yield "curfew_flash_failures_total %d\n" % house.keeper.failures
        burners = [house.burner(index) for index in range(house.burners)]
        for key in "conducts flame remaining_s tc_uv magnet_uv health_permille service refused".split():
            for index in range(len(burners)):
                if burners[index][key] is not None:
                    yield 'curfew_%s{burner="%d"} %d\n' % (key, index, burners[index][key])
        for index in range(len(burners)):
            yield 'curfew_state{burner="%d",state="%s"} 1\n' % (index, burners[index]["state"])
        for word in house.log.counts:
            yield 'curfew_log_total{word="%s"} %d\n' % (word, house.log.counts[word])


def _rare(name):
    """The module of what is asked rarely; dropped again by the request that was alone with it."""
    if name == "update":
        from curfew.services.update import receiver

        return receiver
    from curfew.services.http import config_api

    return config_api


def body_of(request):
    """The JSON object in a request; refuses everything else. Its type keeps the forms of other sites out."""
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise Refused(415, "Content-Type is not application/json")
    try:
        text = request.body.decode()
        if text.count("[") + text.count("{") > _NESTED_MAX:
            raise ValueError
        given = json.loads(text)
    except (ValueError, RuntimeError, OverflowError):
        given = None
    if not isinstance(given, dict):
        raise Refused(400, "not a JSON object, or nested too deep")
    return given
