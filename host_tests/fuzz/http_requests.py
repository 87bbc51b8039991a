"""Requests of any client with any body and any flaw, and the result that each must have.

HurriedLoop and Writer carry the bytes without a socket, in a time that passes as fast as it is asked for.
"""

import asyncio
import errno
import json
import re
import selectors
from pathlib import Path

from hypothesis import strategies as st

from host_tests.fixtures.web import PASSWORD, TOKEN

BITS_OF_HTTP = [
    b"\r\n", b"\r\n\r\n", b"\0", b"\xff\xfe", b" ", b":", b"POST ", b"PUT ", b"/api/v1/off",
    b"Content-Length: 9999\r\n", b"Transfer-Encoding: chunked\r\n", b"Cookie: session=\r\n",
    b"Authorization: Bearer \r\n", b"X-CSRF-Token: 0\r\n",
    b"[" * 40, b"{" * 1000, b"9" * 500, b"x" * 5000, "²".encode(),
]  # fmt: skip


# --- HTTP: the ends ------------------------------------------------------------------------------------------------


class _Hurried(selectors.DefaultSelector):
    """Does not wait: the time jumps to the next event."""

    now_s = 0.0

    def select(self, timeout=None):
        assert timeout is not None, "nothing would ever happen"
        self.now_s += max(0, timeout)
        return super().select(0)


class HurriedLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour takes no time."""

    def __init__(self):
        self._hurried = _Hurried()
        super().__init__(self._hurried)

    def time(self):
        return self._hurried.now_s


class Writer:
    """The writing side; mood: "takes" the answer, is "deaf" (never reads it), or has "gone"."""

    def __init__(self, mood):
        self._mood = mood
        self.sent = b""
        self.closed = False

    def write(self, data):
        assert not self.closed
        self.sent += data

    async def drain(self):
        if self._mood == "deaf":
            await asyncio.sleep(3600)
        if self._mood == "gone":
            raise ConnectionResetError(errno.ECONNRESET, "gone")

    def close(self):
        self.closed = True

    async def wait_closed(self):
        await self.drain()


# --- HTTP: requests ------------------------------------------------------------------------------------------------

DOCUMENT = json.loads((Path(__file__).parent.parent.parent / "docs" / "openapi.json").read_text())
EVERYWHERE = {int(word) for word in re.findall(r"(?<![\d,])[45]\d\d\b", DOCUMENT["info"]["description"])}
BURNERS = 2


def documented(path):
    """{method: statuses} of a path in the API's document, {} for one that is not there."""
    known = path
    for burner in range(BURNERS):
        known = known.replace(f"/burners/{burner}/", "/burners/{burner}/")
    methods = {} if "{" in path else DOCUMENT["paths"].get(known, {})
    return {
        name.upper(): {int(status) for status in of["responses"]}
        for name, of in methods.items()
        if name != "parameters"
    }


ROUTES = [
    (method, path.replace("{burner}", str(burner)))
    for path in DOCUMENT["paths"]
    for burner in range(BURNERS if "{" in path else 1)
    for method in documented(path.replace("{burner}", "0"))
]
ACTING = [route for route in ROUTES if route[0] != "GET"]
OPEN = ("/api/v1/status", "/api/v1/login")
OWNERS = ("/sessions", "/tokens")

# Clients: headers, and the status of a read and a write (None: allowed). The names in { } are those of the secrets.
CLIENTS = {
    "a program": ({"Authorization": "Bearer " + TOKEN}, None, None),
    "a page": ({"Cookie": "session={name}", "X-CSRF-Token": "{guard}"}, None, None),
    "a page with other cookies": ({"Cookie": "a=b; session={name}; c", "X-CSRF-Token": "{guard}"}, None, None),
    "a page of another site": ({"Cookie": "session={name}"}, None, 403),
    "a page with an empty guard": ({"Cookie": "session={name}", "X-CSRF-Token": ""}, None, 403),
    "a page with the guard of another": ({"Cookie": "session={name}", "X-CSRF-Token": "{other_guard}"}, None, 403),
    "a page with a guard used before": ({"Cookie": "session={name}", "X-CSRF-Token": "{ended_guard}"}, None, 403),
    "a page logged out": ({"Cookie": "session={ended}", "X-CSRF-Token": "{ended_guard}"}, 401, 401),
    "a page with a wrong cookie": ({"Cookie": "session=" + "0" * 32, "X-CSRF-Token": "{guard}"}, 401, 401),
    "a page with an empty cookie": ({"Cookie": "session=", "X-CSRF-Token": "{guard}"}, 401, 401),
    "a guard alone": ({"X-CSRF-Token": "{guard}"}, 401, 401),
    "no secret": ({}, 401, 401),
    "a program with a wrong token": ({"Authorization": "Bearer " + TOKEN[::-1]}, 401, 401),
    "a program with half a token": ({"Authorization": "Bearer " + TOKEN[:16]}, 401, 401),
    "a program with a longer token": ({"Authorization": "Bearer " + TOKEN + "0"}, 401, 401),
    "a program with no token": ({"Authorization": "Bearer "}, 401, 401),
    "a program by another scheme": ({"Authorization": "Basic " + TOKEN}, 401, 401),
}
ALLOWED = ["a program", "a page", "a page with other cookies"]

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
ANYTHING = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OFF_IN = [f"/api/v1/burners/{burner}/off_in" for burner in range(BURNERS)]
# Bodies that are right in any state; then objects that are wrong.
RIGHT = {
    "/api/v1/login": st.just({"password": PASSWORD}),
    "/api/v1/settings": st.fixed_dictionaries(
        {"timer_default_min": st.integers(20, 29)}, optional={"timer_max_min": st.just(None), "auto_arm": st.booleans()}
    ),
    "/api/v1/network": st.fixed_dictionaries(
        {"language": st.sampled_from(["en", "zh"]), "confirm": st.just(PASSWORD)},
        optional={"name": st.sampled_from(["Kitchen", "灶"]), "wifi": st.just({"ssid": "home", "password": "12345678"}),
                  "password": st.just({"set": True}), "voice": st.none()},
    ),
    "/api/v1/commissioning": st.lists(
        st.fixed_dictionaries({"id": st.sampled_from(["plug", "weld"]), "passed": st.none() | st.booleans()}),
        max_size=3,
    ).map(lambda rows: {"results": rows}),
    "/api/v1/presence": st.fixed_dictionaries({"present": st.booleans()}),
    **{path: st.fixed_dictionaries({"off_in_min": st.integers(1, 240)}) for path in OFF_IN},
}  # fmt: skip
WRONG = {
    "/api/v1/login": st.fixed_dictionaries({"password": _PLAIN.filter(lambda value: value != PASSWORD)}) | st.just({}),
    "/api/v1/settings": st.sampled_from(
        [{"burners": []}, {"burners": 1}, {"arm": True}, {"timer_default_min": 10**30}, {"timer_max_min": True},
         {"relay_drive": "always"}, {"burn_max_min": 9999}]
    ),
    "/api/v1/network": st.sampled_from(
        [{"token": TOKEN}, {"password": "short"}, {"password": "x" * 65}, {"wifi": 1}, {"mqtt": {"port": 0}},
         {"voice": {"topics": ["+"]}}, {"x": {}}, {"password": None}, {"wifi": None}]
    ).map(lambda change: {**change, "confirm": PASSWORD}) | st.just({"name": "x"}),
    "/api/v1/commissioning": st.sampled_from(
        [{}, {"results": 1}, {"results": [1]}, {"results": [{"id": "gas", "passed": True}]}, {"results": [{}]},
         {"results": [{"id": "plug", "passed": "yes"}]}]
    ),
    "/api/v1/presence": st.sampled_from([{}, {"present": None}, {"present": "yes"}, {"present": 2}]),
    **{path: st.sampled_from([{}, {"off_in_min": 0}, {"off_in_min": 241}, {"off_in_min": True}, {"off_in_min": "5"}])
       for path in OFF_IN},
}  # fmt: skip
NO_OBJECT = [
    b"", b"{", b"[]", b"1", b'"off"', b"\xff\xfe", b"\0", b"nul", b"1e999", b"9" * 4000, b"[" * 4096,
    b"{" + b" " * 4000, b'{"a":' * 40 + b"1" + b"}" * 40,
]  # fmt: skip
BODIED = [(method, path) for method, path in ROUTES if path in RIGHT and method != "GET"]
KINDS = ["right", "wrong", "any object", "no object", "another type"]


class Request:
    """A request in parts, so that one of them can be wrong."""

    def __init__(self, method, path, headers, body):
        self.method = method
        self.path = path
        self.version = "HTTP/1.1"
        self.lines = [f"{name}: {value}" for name, value in headers.items()]
        self.length = str(len(body)) if body or method != "GET" else None
        self.body = body
        self.broken = None  # the whole text instead
        self.cut = False
        self.late = False

    def head(self):
        first = f"{self.method} {self.path} {self.version}"
        length = [] if self.length is None else [f"Content-Length: {self.length}"]
        return "\r\n".join([first, *self.lines, *length, "", ""])

    def raw(self):
        return self.head().encode() + self.body


def _set(**parts):
    def change(request):
        for name, value in parts.items():
            setattr(request, name, value)

    return change


def _line(*lines):
    def change(request):
        request.lines.extend(lines)

    return change


def _path(request):
    path, mark, tail = request.path.partition("?")
    request.path = path + "/x" + mark + tail


def _short(request):
    request.length = str(len(request.body) + 1)


# Flaws of a request: the change, and the allowed statuses. None has an effect.
FLAWS = {
    "no version": (_set(version=""), {400}),
    "version 2": (_set(version="HTTP/2"), {400}),
    "four words": (_set(version="HTTP/1.1 x"), {400}),
    "no such method": (_set(method="BREW"), {405}),
    "a method in small letters": (_set(method="post"), {405}),
    "a method that cannot be here": (_set(method="DELETE"), {405}),
    "a longer path": (_path, {404}),
    "a path without its slash": (_set(path="api/v1/off"), {400}),
    "a burner that is not there": (_set(path="/api/v1/burners/2/off"), {404}),
    "a burner before the first": (_set(path="/api/v1/burners/-1/off"), {404}),
    "a header without a colon": (_line("X"), {400}),
    "the same header twice": (_line("If-None-Match: 1", "if-none-match: 1"), {400}),
    "a long line": (_line("Host: " + "x" * 600), {431}),
    "two lengths": (_line("content-length: 0", "Content-length: 0"), {400}),
    "chunks": (_line("transfer-ENCODING: chunked"), {411}),
    "a length below zero": (_set(length="-1"), {400}),
    "a length with a sign": (_set(length="+1"), {400}),
    "a length in words": (_set(length="ten"), {400}),
    "a length with an exponent": (_set(length="1e3"), {400}),
    "no length": (_set(length=""), {400}),
    "a body one too long": (_set(length="4097", body=b" " * 4097), {413}),
    "a huge body": (_set(length="99999999999999999999"), {413}),
    "a huge header": (_line("X: " + "x" * 5000), {431}),
    "many headers": (_line(*(f"X{n}: {n}" for n in range(500))), {431}),
    "too few bytes": (_short, {400, 408, 413}),  # the last, where it had been as long as may be
    "cut off": (_set(cut=True), {400}),
    "too slow": (_set(late=True), {408}),
}


class Expectation:
    """One drawn request and its expected result.

    raw: its bytes. pieces: (seconds to wait before, bytes). ends: the sender then closes its side. mood: of a Writer.
    value: of its body. statuses: one of these. effect: None, ("off" or "extend", burners), or a resource.
    """


class _Asking:
    """A request as shown by a failing test; called, an Expectation."""

    def __init__(self, make, *words):
        self._make = make
        self._words = words

    def __call__(self, secrets, extend_allowed, burning):
        return self._make(secrets, extend_allowed, burning)

    def __repr__(self):
        return " ".join(map(str, self._words))


@st.composite
def requests(draw):
    """A request of a client, right or with a wrong body, and with up to two flaws, as a function.

    It takes the valid secrets (names in CLIENTS), extend_allowed and burning, and returns an Expectation.
    """
    aspect = draw(st.sampled_from(["client", "body", "flaw"]))
    routes = {"client": ROUTES, "body": BODIED, "flaw": ACTING}
    method, path = draw(st.sampled_from(routes[aspect]))
    client = draw(st.sampled_from(list(CLIENTS) if aspect == "client" else ALLOWED))
    value, body, kind = None, b"", "none"
    if (method, path) in BODIED:
        kind = draw(st.sampled_from(KINDS)) if aspect == "body" else "right"
        if kind == "no object":
            body = draw(st.sampled_from(NO_OBJECT))
        else:
            of = {"wrong": WRONG[path], "any object": st.dictionaries(st.text(max_size=5), ANYTHING, max_size=3)}
            value = draw(of.get(kind, RIGHT[path]))
            body = json.dumps(value).encode()
    elif draw(st.booleans()):
        body = draw(st.binary(max_size=40) | st.sampled_from(NO_OBJECT))
    flaws = []
    if aspect == "flaw":
        flaws = draw(st.lists(st.sampled_from(list(FLAWS)), min_size=1, max_size=2, unique=True))
    quirks = draw(st.lists(st.sampled_from(["Host: curfew", "Accept: */*", "x-y:z", "É: ü"]), max_size=2, unique=True))
    tail = draw(st.sampled_from(["", "", "?a=b", "?", "?burner=1&x=/off"]))
    old = draw(st.booleans())
    shuffled = draw(st.randoms(use_true_random=False))
    waits = draw(st.lists(st.sampled_from([0, 0, 0, 0.1, 0.9]), min_size=5, max_size=5))
    places = draw(st.lists(st.floats(0, 1), max_size=4))
    ends = draw(st.booleans())
    mood = draw(st.sampled_from(["takes"] * 8 + ["deaf", "gone"]))

    def expectation(secrets, extend_allowed, burning):
        type_of = "text/plain" if kind == "another type" else "application/json"
        headers, read, write = CLIENTS[client]
        headers = {name: text.format(**secrets) for name, text in headers.items()}
        if body:
            headers["Content-Type"] = type_of
        request = Request(method, path + tail, headers, body)
        request.lines += quirks
        shuffled.shuffle(request.lines)
        if old:
            request.version = "HTTP/1.0"
            request.lines = [line.partition(":")[0].upper() + ":" + line.partition(":")[2] for line in request.lines]
        for flaw in flaws:
            FLAWS[flaw][0](request)
        one = Expectation()
        one.mood, one.path = mood, path
        one.statuses, one.effect = _meant(
            method,
            path,
            None if path in OPEN else _by_token(client, path, read if method == "GET" else write, method),
            kind,
            value,
            extend_allowed,
            burning,
        )
        if path.endswith("/shutoffs") and tail[1:] and one.statuses == {200}:
            one.statuses = {400}  # the one resource with a query of its own
        if flaws:
            one.statuses, one.effect = set().union(*(FLAWS[flaw][1] for flaw in flaws)), None
        raw = request.raw()
        if request.cut:
            raw = raw[: int(places[0] * (len(raw) - 1)) if places else len(raw) // 2]
        in_time = len(raw) - request.late  # bytes
        cuts = [0, *sorted(int(place * in_time) for place in places), in_time]
        one.pieces = [(wait, raw[a:b]) for wait, a, b in zip(waits, cuts, cuts[1:], strict=False)]
        if request.late:
            one.pieces.append((6, raw[-1:]))
        one.ends = ends or request.cut
        one.raw, one.value = raw, value
        return one

    return _Asking(expectation, client, method, path, kind, value, flaws)


def _by_token(client, path, status, method):
    """A token may only turn off, ask for time and send an update, and sees neither sessions nor tokens."""
    allowed = (
        path.endswith(("/off", "/off_in", "/presence", "/extend", "/update"))
        or method == "GET"
        and not path.endswith(OWNERS)
    )
    return status if client != "a program" or allowed else 403


def _meant(method, path, refusal, kind, value, extend_allowed, burning):
    """Statuses and effect of a complete request; kind and value: of its body."""
    name = path.rpartition("/")[2]
    burners = [int(path.split("/")[4])] if "/burners/" in path else list(range(BURNERS))
    if refusal:
        return {refusal}, None
    if name == "networks":  # only in the set-up
        return {409}, None
    if method == "GET":
        return {200}, None
    if name == "off":
        return {202}, ("off", burners)
    if name == "extend":
        return ({202}, ("extend", burners)) if extend_allowed else ({403}, None)
    if name == "logout":
        return {200}, None
    if name == "update":  # the window is closed
        return {403, 400, 415} if method == "POST" else {409}, None
    if name in ("sessions", "tokens"):
        return {400, 415, 422}, None
    if name == "forget":  # the window is closed
        return {400, 403, 415, 422}, None
    if kind == "no object":
        return {400, 415}, None  # 415: an empty body has no type
    if kind == "another type":
        return {415}, None
    if name == "login":
        password = value.get("password")
        return {200 if password == PASSWORD else 401 if isinstance(password, str) else 422}, None
    if kind == "wrong":
        return {422}, None
    if name in ("off_in", "presence"):  # 409: not sooner, or nothing burns
        done = {200} if name == "presence" else {202, 409}
        return done if kind == "right" else done | {400, 422}, None
    done = ({409}, None) if burning else ({200}, name)
    return done if kind == "right" else (done[0] | {200, 400, 422}, done[1])  # 200: nothing to change
