"""Any request or file: only an OFF, or more time where it is allowed, ever reaches the safety loop.

More than two thousand inputs in this folder; more than two hundred thousand new ones with: make fuzz
"""

import asyncio
import contextlib
import gc
import io
import json
import os
import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import settings as stove_settings
from curfew.services.http import api, auth
from curfew.services.net import network_settings
from host_tests.fixtures.web import PASSWORD, SETTINGS, TOKEN, Answer, Site, password_hash
from host_tests.fuzz import http_requests as f
from host_tests.fuzz import mutate
from host_tests.fuzz.inputs import inputs, pytestmark, report, tally  # noqa: F401

HEAD = re.compile(rb"HTTP/1\.0 (\d{3}) [^\r\n]*\r\n([!-9;-~]+: [^\r\n]*\r\n)*\r\n")


class Device:
    """A device whose server answers from memory; ready() restores its state between two requests."""

    def __init__(self):
        self.site = Site()
        self.site.stop()
        self._loop = f.HurriedLoop()
        self._config = {"password": password_hash(PASSWORD, 60), "token": auth.token_hash(TOKEN), "name": "Curfew"}
        self._settings = Path("settings.json").read_bytes()
        self._sessions = 0
        self._extends = []

    def close(self):
        self._loop.close()

    def _random(self):
        self._sessions += 1
        return sha256(b"%d" % self._sessions).digest()

    def ready(self, extend_allowed=True, burning=False):
        """Restore the state, an hour later; returns the valid secrets."""
        site = self.site
        site.clock.now_ms = site.clock.now_ms + 3_700_000 & 0x3FFFFFFF
        site.auth.age(site.clock.now_ms)
        site.context.config = json.loads(json.dumps(self._config))
        site.context.extend_allowed = extend_allowed
        site.link.flash_allowed[0] = not burning
        site.publish(0, STATE=2 if burning else 0, CONTACT_CLOSED=burning, FAULT=-1)
        for name in set(os.listdir()) - {"settings.json", "www"}:
            os.remove(name)
        if Path("settings.json").read_bytes() != self._settings:
            Path("settings.json").write_bytes(self._settings)
        site.restarts = 0
        site.offs(), site.extends()
        self._extends = []
        self._counts = dict(site.context.log.counts)
        one, other, ended = (site.auth.open(self._random()) for _ in range(3))
        site.auth.close(ended)
        self._known = self._session_names()
        return {
            "name": one.name, "guard": one.guard, "other_guard": other.guard, "ended": ended.name,
            "ended_guard": ended.guard,
        }  # fmt: skip

    def _session_names(self):
        return {session.name for session in self.site.auth.sessions}

    def ask(self, pieces, ends=True, mood="takes"):
        """The answer to pieces of a request; ends: close the sending side afterwards."""
        return self._loop.run_until_complete(self._asked(pieces, ends, mood))

    async def _asked(self, pieces, ends, mood):
        reader, writer = asyncio.StreamReader(), f.Writer(mood)
        task = asyncio.ensure_future(self.site.server.connect(reader, writer))
        expiring = asyncio.ensure_future(self._expire_timeouts())
        for wait_s, piece in pieces:
            await asyncio.sleep(wait_s)
            reader.feed_data(piece)
        if ends:
            reader.feed_eof()
        await asyncio.wait([task], timeout=20)
        if not task.done():  # a stream of events, until the client goes
            reader.feed_eof()
            await asyncio.wait([task], timeout=20)
        task.result()
        expiring.cancel()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}, "a task is left"
        assert writer.closed and self.site.server._callers == []
        return writer.sent

    async def _expire_timeouts(self):
        """As Server.serve() beside accepting connections, and as the safety loop, which takes new requests.

        The time of the device goes with that of the event loop.
        """
        while True:
            await asyncio.sleep(0.1)
            self.site.clock.now_ms = self.site.clock.now_ms + 100 & 0x3FFFFFFF
            self._extends += self.site.extends()
            self.site.server.expire_timeouts()

    def checked(self, raw, whole=True):
        """The Answer in raw, valid; a refusal gives a reason in one sentence, and the log has counted it."""
        head = HEAD.match(raw)
        assert head, raw
        answer = Answer(raw)
        assert answer.status < 500, raw
        if answer.status >= 400 and whole and answer.body:
            assert set(answer.json) in ({"error"}, {"error", "key"})
            assert isinstance(answer.json["error"], str) and answer.json["error"].strip() and b"\n" not in answer.body
        if whole and "content-length" in answer.headers and answer.body:
            assert int(answer.headers["content-length"]) == len(answer.body)
        grown = {word: n - self._counts.get(word, 0) for word, n in self.site.context.log.counts.items()}
        assert grown.get("web", 0) == (answer.status >= 400 and answer.status != 429)
        assert sum(grown.values()) == grown.get("web", 0) + grown.get("off", 0)
        return answer

    def effects(self):
        """Effects since ready(): (offs, extends, names of resources that changed)."""
        site = self.site
        changed = set()
        files = set(os.listdir()) - {"www", "sessions.txt"}
        if Path("settings.json").read_bytes() != self._settings:
            changed.add("settings")
        if "network.json" in files or site.context.config != self._config:
            changed.add("network")
        if "commissioning.txt" in files:
            changed.add("commissioning")
        assert files <= {"settings.json", "network.json", "commissioning.txt"}
        return site.offs(), self._extends + site.extends(), changed

    def logged_in(self):
        """The number of new sessions."""
        return len(self._session_names() - self._known)


@pytest.fixture
def http(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("www")
    monkeypatch.setattr(api, "forget", lambda *names: None)  # it saves memory of the chip; here it would take time
    monkeypatch.setattr("curfew.transient.forget", lambda *names: None)
    monkeypatch.setattr(gc, "collect", lambda: 0)
    one = Device()
    yield one
    one.ready()
    answer = Answer(one.ask([(0, b"POST /api/v1/off HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN.encode())]))
    assert answer.status == 202 and one.site.offs() == [0, 1]
    one.close()


def test_every_request_ends_as_it_should_and_does_nothing_else(http):
    @inputs(800)
    @given(f.requests(), st.booleans(), st.booleans())
    def comes(request, extend_allowed, burning):
        tally("HTTP requests")
        one = request(http.ready(extend_allowed, burning), extend_allowed, burning)
        answer = http.checked(http.ask(one.pieces, one.ends, one.mood), one.mood == "takes")
        assert answer.status in one.statuses, (one.raw, answer.body)
        kind, burners = one.effect if isinstance(one.effect, tuple) else (None, [])
        offs, extends, changed = http.effects()
        assert offs == (burners if kind == "off" else [])
        assert extends == (burners if kind == "extend" else [])
        done = {one.effect} if isinstance(one.effect, str) and answer.status == 200 else set()
        assert changed <= done
        restarts = bool(done) and done <= {"settings", "network"} and b'"restart": true' in answer.body
        assert http.site.restarts == restarts
        if done == {"settings"}:
            kept = {key: value for key, value in {**SETTINGS, **one.value}.items() if value is not None}
            assert json.loads(Path("settings.json").read_text()) == kept
        assert http.logged_in() == (one.path == "/api/v1/login" and answer.status == 200)

    comes()


@st.composite
def wires(draw):
    """A request as bytes, as a function of the secrets."""
    method, path = draw(st.sampled_from(f.ACTING))
    client = draw(st.sampled_from(f.ALLOWED))
    body = json.dumps(draw(f.RIGHT.get(path, st.just({})))).encode()
    return method, path, client, body


def documented(raw):
    """The statuses that the document allows for bytes."""
    line = raw.split(b"\r\n")[0].split(b" ")
    try:
        method, path = line[0].decode(), line[1].split(b"?")[0].decode()
    except (IndexError, UnicodeDecodeError):
        return f.EVERYWHERE - {404, 405}
    of = f.documented(path)
    found = of.get("GET" if method == "HEAD" else method)
    if path == "/":
        return f.EVERYWHERE | {200, 304}
    return (f.EVERYWHERE - {404, 405} | found) if found else f.EVERYWHERE - ({404} if of else {405})


def test_bytes_that_were_a_request_need_a_whole_secret_for_an_effect(http):
    @inputs(300)
    @given(st.data(), wires(), st.booleans())
    def comes(data, wire, burning):
        tally("HTTP requests")
        method, path, client, body = wire
        secrets = http.ready(True, burning)
        headers = {name: text.format(**secrets) for name, text in f.CLIENTS[client][0].items()}
        whole = f.Request(method, path, {**headers, "Content-Type": "application/json"}, body).raw()
        raw = data.draw(mutate.mutated(st.just(whole), f.BITS_OF_HTTP))
        answer = http.checked(http.ask(data.draw(mutate.pieces(raw, st.just(0)))))
        assert answer.status in documented(raw)
        offs, extends, changed = http.effects()
        if offs or extends or changed:
            assert TOKEN.encode() in raw or secrets["name"].encode() in raw and secrets["guard"].encode() in raw
            assert answer.status in (200, 202) and raw.startswith((b"POST /api/v1/", b"PUT /api/v1/"))
            assert bool(offs) == (b"/off" in raw and not extends and not changed)
            assert not (changed and burning)
        assert http.logged_in() <= (PASSWORD.encode() in raw)

    comes()


def test_any_bytes_are_refused_or_have_no_effect(http):
    @inputs(150)
    @given(st.data(), st.binary(max_size=300) | mutate.mutated(st.just(b"GET / HTTP/1.1\r\n\r\n"), f.BITS_OF_HTTP))
    def comes(data, raw):
        tally("HTTP bytes")
        http.ready()
        ends = data.draw(st.booleans())
        answer = http.checked(http.ask(data.draw(mutate.pieces(raw, st.sampled_from([0, 0, 2]))), ends))
        assert answer.status in documented(raw)
        assert http.effects() == ([], [], set()) and not http.logged_in()

    comes()


# --- files ---------------------------------------------------------------------------------------------------------


NETWORK = {"language": "zh", "name": "灶", "wifi": {"ssid": "home"}, "mqtt": {"host": "h"}, "voice": {"topics": ["x"]}}
BITS_OF_JSON = [b"[" * 2000, b'{"a":' * 500, b"1e999", b"9" * 5000, b"NaN", b"null", b"\xff", b'"\\ud800"', b"\0", b"-"]


def damaged(values):
    """Bytes that were a file of JSON."""
    return mutate.mutated(st.just(json.dumps(values, ensure_ascii=False).encode()), BITS_OF_JSON)


def test_a_damaged_network_file_gives_a_config_that_is_right_or_a_reason(tmp_path):
    path = tmp_path / "network.json"

    @inputs(50)
    @given(damaged(NETWORK))
    def comes(raw):
        tally("network.json")
        path.write_bytes(raw)
        config, why = network_settings.load(str(path))
        assert (config == {}) == bool(why) and "\n" not in why
        assert not config or network_settings.checked(config) == config

    comes()


def test_a_damaged_settings_file_gives_settings_or_a_reason_that_the_api_shows(http):
    headers = b"Authorization: Bearer " + TOKEN.encode()

    @inputs(50)
    @given(damaged(SETTINGS))
    def comes(raw):
        tally("settings.json")
        http.ready()
        Path("settings.json").write_bytes(raw)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            one, invalid = stove_settings.load()
        assert invalid == said.getvalue().startswith("SETTINGS_INVALID: ")
        assert len(one.burners) == 1 or not invalid
        answer = http.checked(http.ask([(0, b"GET /api/v1/settings HTTP/1.1\r\n" + headers + b"\r\n\r\n")]))
        assert answer.status == 200 and bool(answer.json["error"]) == invalid

    comes()
