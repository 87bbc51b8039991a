"""Whatever comes in by either door: only an OFF, or more time where it may be asked for, ever reaches the loop.

Here: requests and packets from fuzz_doors.py at the real services, in memory. Not here: what is right with them
(test_api.py, test_homeassistant.py, test_voice.py). Two thousand inputs; fifty times as many, not the same twice:
pytest -n 0 --hypothesis-profile=search host_tests/fuzz/test_fuzz_doors.py
"""

import asyncio
import contextlib
import gc
import io
import json
import os
import re
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curfew.core import settings as stove_settings
from curfew.core.codes import REQUEST_EXTEND
from curfew.services.http import api, auth, config_api
from curfew.services.mqtt import session as mqtt
from curfew.services.mqtt import voice
from curfew.services.mqtt.homeassistant import HomeAssistant
from curfew.services.net import network_settings
from host_tests.fixtures.broker import ENTITIES, Rig, mqtt_config
from host_tests.fixtures.web import PASSWORD, SETTINGS, TOKEN, Answer, Site, password_hash
from host_tests.fuzz import fuzz_doors as f

HEAD = re.compile(rb"HTTP/1\.0 (\d{3}) [^\r\n]*\r\n([!-9;-~]+: [^\r\n]*\r\n)*\r\n")
SCALE = settings().max_examples // 100  # 1, or more with the profile of a long search
tried = 0


def inputs(count):
    """As many of the two thousand, or their share of a long search."""
    return settings(max_examples=count * SCALE)


def tally():
    """Count an input."""
    global tried
    tried += 1


@pytest.fixture(scope="module", autouse=True)
def told(request):
    """At the end of a long search: how many inputs there were, and what they took."""
    began_s = time.process_time()
    yield
    if SCALE > 1:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{tried} inputs, {time.process_time() - began_s:.0f} s of CPU")


# --- HTTP ----------------------------------------------------------------------------------------------------------


class Door:
    """A box with a server that answers from memory; between two requests everything is as it was."""

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

    def ready(self, extend_allowed=True, cooking=False):
        """Everything as it was, an hour later; the secrets of this moment."""
        site = self.site
        site.clock.now_ms = site.clock.now_ms + 3_700_000 & 0x3FFFFFFF
        site.door.age(site.clock.now_ms)
        site.context.config = json.loads(json.dumps(self._config))
        site.context.extend_allowed = extend_allowed
        site.link.flash_allowed[0] = not cooking
        site.publish(0, STATE=2 if cooking else 0, CONDUCTS=cooking, FAULT=-1)
        for name in set(os.listdir()) - {"settings.json", "www"}:
            os.remove(name)
        if Path("settings.json").read_bytes() != self._settings:
            Path("settings.json").write_bytes(self._settings)
        site.restarts = 0
        site.offs(), site.extends()
        self._extends = []
        self._counts = dict(site.context.log.counts)
        one, other, ended = (site.door.open(self._random()) for _ in range(3))
        site.door.close(ended)
        self._end_interval = self._door_names()
        return {
            "name": one.name, "guard": one.guard, "other_guard": other.guard, "ended": ended.name,
            "ended_guard": ended.guard,
        }  # fmt: skip

    def _door_names(self):
        return {session.name for session in self.site.door._sessions}

    def ask(self, pieces, ends=True, mood="takes"):
        """All bytes that come back for pieces of a request; ends: then he says that no more will follow."""
        return self._loop.run_until_complete(self._asked(pieces, ends, mood))

    async def _asked(self, pieces, ends, mood):
        reader, writer = asyncio.StreamReader(), f.Writer(mood)
        task = asyncio.ensure_future(self.site.server.answer(reader, writer))
        hurry = asyncio.ensure_future(self._hurry())
        for wait_s, piece in pieces:
            await asyncio.sleep(wait_s)
            reader.feed_data(piece)
        if ends:
            reader.feed_eof()
        await asyncio.wait([task], timeout=20)
        if not task.done():  # a stream of events, until its reader goes
            reader.feed_eof()
            await asyncio.wait([task], timeout=20)
        task.result()
        hurry.cancel()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}, "somebody is still busy"
        assert writer.closed and self.site.server._callers == []
        return writer.sent

    async def _hurry(self):
        """What Web.serve() does beside letting people in, and the safety loop, to which a wish soon is too old.

        The box's time goes with the event loop's.
        """
        while True:
            await asyncio.sleep(0.1)
            self.site.clock.now_ms = self.site.clock.now_ms + 100 & 0x3FFFFFFF
            self._extends += self.site.extends()
            self.site.server.hurry()

    def judged(self, raw, whole=True):
        """The Answer in raw: it is one, a refusal says why in one sentence, and the log has counted it."""
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

    def deeds(self):
        """What happened since ready(): (offs, extends, names of resources that changed)."""
        site = self.site
        changed = set()
        files = set(os.listdir()) - {"www"}
        if Path("settings.json").read_bytes() != self._settings:
            changed.add("settings")
        if "network.json" in files or site.context.config != self._config:
            changed.add("network")
        if "commissioning.txt" in files:
            changed.add("commissioning")
        assert files <= {"settings.json", "network.json", "commissioning.txt"}
        return site.offs(), self._extends + site.extends(), changed

    def logged_in(self):
        """How many sessions are new."""
        return len(self._door_names() - self._end_interval)


@pytest.fixture
def http(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("www")
    for module in (api, config_api):  # what these two save is the chip's memory; here it would take most of the time
        monkeypatch.setattr(module, "forget", lambda name: None)
    monkeypatch.setattr(gc, "collect", lambda: 0)
    one = Door()
    yield one
    one.ready()
    answer = Answer(one.ask([(0, b"POST /api/v1/off HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN.encode())]))
    assert answer.status == 202 and one.site.offs() == [0, 1]
    one.close()


def test_every_request_ends_as_it_should_and_does_nothing_else(http):
    @inputs(800)
    @given(f.requests(), st.booleans(), st.booleans())
    def comes(request, extend_allowed, cooking):
        tally()
        one = request(http.ready(extend_allowed, cooking), extend_allowed, cooking)
        answer = http.judged(http.ask(one.pieces, one.ends, one.mood), one.mood == "takes")
        assert answer.status in one.statuses, (one.raw, answer.body)
        kind, burners = one.deed if isinstance(one.deed, tuple) else (None, [])
        offs, extends, changed = http.deeds()
        assert offs == (burners if kind == "off" else [])
        assert extends == (burners if kind == "extend" else [])
        done = {one.deed} if isinstance(one.deed, str) and answer.status == 200 else set()
        assert changed <= done
        assert http.site.restarts == (done <= {"settings", "network"} and bool(done))
        if done == {"settings"}:
            kept = {key: value for key, value in {**SETTINGS, **one.value}.items() if value is not None}
            assert json.loads(Path("settings.json").read_text()) == kept
        assert http.logged_in() == (one.path == "/api/v1/login" and answer.status == 200)

    comes()


@st.composite
def wires(draw):
    """A request as bytes, as a function of the secrets."""
    method, path = draw(st.sampled_from(f.ACTING))
    who = draw(st.sampled_from(f.ALLOWED))
    body = json.dumps(draw(f.RIGHT.get(path, st.just({})))).encode()
    return method, path, who, body


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


def test_bytes_that_were_a_request_need_a_whole_secret_for_a_deed(http):
    @inputs(300)
    @given(st.data(), wires(), st.booleans())
    def comes(data, wire, cooking):
        tally()
        method, path, who, body = wire
        secrets = http.ready(True, cooking)
        headers = {name: text.format(**secrets) for name, text in f.WHO[who][0].items()}
        whole = f.Request(method, path, {**headers, "Content-Type": "application/json"}, body).raw()
        raw = data.draw(f.mutated(st.just(whole), f.BITS_OF_HTTP))
        answer = http.judged(http.ask(data.draw(f.pieces(raw, st.just(0)))))
        assert answer.status in documented(raw)
        offs, extends, changed = http.deeds()
        if offs or extends or changed:
            assert TOKEN.encode() in raw or secrets["name"].encode() in raw and secrets["guard"].encode() in raw
            assert answer.status in (200, 202) and raw.startswith((b"POST /api/v1/", b"PUT /api/v1/"))
            assert bool(offs) == (b"/off" in raw and not extends and not changed)
            assert not (changed and cooking)
        assert http.logged_in() <= (PASSWORD.encode() in raw)

    comes()


def test_any_bytes_are_refused_or_nothing_for_the_box(http):
    @inputs(150)
    @given(st.data(), st.binary(max_size=300) | f.mutated(st.just(b"GET / HTTP/1.1\r\n\r\n"), f.BITS_OF_HTTP))
    def comes(data, raw):
        tally()
        http.ready()
        ends = data.draw(st.booleans())
        answer = http.judged(http.ask(data.draw(f.pieces(raw, st.sampled_from([0, 0, 2]))), ends))
        assert answer.status in documented(raw)
        assert http.deeds() == ([], [], set()) and not http.logged_in()

    comes()


# --- MQTT ----------------------------------------------------------------------------------------------------------


class Session:
    """A box between a broker and its burners: two of them, the first one burning."""

    def __init__(self, monkeypatch, make, config, name):
        self.rig = Rig(config, 2, remote_extend=True)
        self.rig.core.flame(0)
        self.rig.look()
        self.clock = self.rig.context.clock = f.ticking()
        self.rig.unix_s = f.NOW_S
        monkeypatch.setattr(time, "ticks_ms", self.clock.ticks_ms)
        monkeypatch.setattr(mqtt, "Connection", lambda *asked: self.lines.pop(0) if self.lines else f.Line([]))
        self._make = make
        self._name = name

    def hears(self, pieces, ends, rounds):
        """What a new session of the box makes of pieces: burners with an OFF, with an EXTEND, and what was refused."""
        context = self.rig.context
        self.rig.log.lines.clear()
        context.status[self._name] = "off"
        self.clock.now_ms = self.clock.now_ms + 100_000 & 0x3FFFFFFF
        self.lines = [f.Line(pieces, ends)]
        self.service = self._make(self.rig)
        offs, extends = self._rounds(rounds)
        assert len(self.rig.log.lines) < 20 + self.service.broker.refused.bit_length()
        return offs, extends, self.service.broker.refused

    def _rounds(self, count):
        inbox, offs, extends = self.rig.core.inbox, set(), set()
        for _ in range(count):
            self.clock.now_ms += 20
            self.service.poll()
            self._bounded()
            offs |= {index for index in (0, 1) if inbox.take_off(index)}
            extends |= {index for index in (0, 1) if inbox.take_request(index, REQUEST_EXTEND, self.clock.now_ms)}
        return offs, extends

    def _bounded(self):
        client = self.service.broker._client
        if client is not None:
            assert len(client._in_flight) <= 8 and len(client._tx_queue) <= client._tx_queue_hard_cap
            assert len(self.service.broker.told) < 20

    def comes_back(self, topic, word):
        """The box dials again, is welcomed, and obeys."""
        self._rounds(1)
        self.service.broker._drop(OSError("over"))
        self.clock.now_ms += 61_000
        self.lines = [f.Line([f.WELCOME, f.publish(topic, word)])]
        offs, _ = self._rounds(6)
        assert self.rig.context.status[self._name] == "online" and offs

    def unchanged(self):
        """The burners are as they were."""
        core = self.rig.core
        core.run(s=1)
        assert (core.state(0), core.state(1)) == ("BURNING", "IDLE") and core.conducts(0) and not core.conducts(1)


@pytest.fixture
def home(monkeypatch):
    monkeypatch.chdir(ENTITIES.parent)

    def make(rig):
        return HomeAssistant(rig.context, f.CHIP_ID, lambda: rig.unix_s, lambda: -61, "POWER_ON")

    one = Session(monkeypatch, make, {"name": "Curfew", "mqtt": mqtt_config(1)}, "mqtt")
    yield one
    one.unchanged()


@pytest.fixture
def speaker(monkeypatch):
    config = {"host": "h", "port": 1, "tls": False, "client_id": "k", "user": "", "password": ""}
    config["topics"] = ["left006", "right006"]
    one = Session(monkeypatch, lambda rig: voice.Voice(rig.context), {"voice": config}, "voice")
    yield one
    one.unchanged()


def meant(items, topics, words):
    """What a stream of messages and other packets means, as hears() tells it."""
    offs, extends, refused = set(), set(), 0
    for asked, raw in items:
        if asked is None:
            if raw in f.FATAL:
                break
            continue
        topic, word, _, retained = asked
        burners, does = topics[topic], words.get(word)
        if does == "EXTEND" and len(burners) > 1:  # more time is asked for one burner, not for all
            does = None
        if retained or len(raw) > f.LONG or not burners or does is None:
            refused += 1
        elif does == "OFF":
            offs |= set(burners)
        else:
            extends |= set(burners)
    return offs, extends, refused


@st.composite
def streams(draw, topics, words):
    """Messages with packets that mean nothing among them; some come behind one that ends everything."""
    harmless = st.sampled_from(f.HARMLESS).map(lambda raw: (None, raw))
    message = f.messages(topics, words)
    items = draw(st.lists(st.one_of(message, message, message, harmless), min_size=1, max_size=12))
    if draw(st.booleans()):
        items += [(None, draw(st.sampled_from(f.FATAL))), *draw(st.lists(message, max_size=3))]
    return items


def obeys_exactly(session, topics, words, count):
    @inputs(count)
    @given(st.data(), streams(topics, words), st.booleans())
    def comes(data, items, ends):
        tally()
        raw = f.WELCOME + b"".join(raw for _, raw in items)
        pieces = data.draw(f.pieces(raw, st.just(0)))
        heard = session.hears([piece for _, piece in pieces], ends, 10 + len(raw) // 200)
        assert heard == meant(items, topics, words), session.rig.log.lines

    comes()


def bears(session, topics, words, topic, count):
    """Bytes that were a stream: nothing raises, no OFF comes of bytes without one, and the next session is good."""

    @inputs(count)
    @given(st.data(), streams(topics, words), st.binary(max_size=40), st.booleans())
    def comes(data, items, rubbish, ends):
        tally()
        raw = b"".join(raw for _, raw in items) + rubbish
        raw = data.draw(f.mutated(st.just(f.WELCOME + raw), f.BITS_OF_MQTT))
        pieces = data.draw(f.pieces(raw, st.just(0)))
        offs, extends, _ = session.hears([piece for _, piece in pieces], ends, 10 + len(raw) // 200)
        assert not offs or b"off" in raw.lower() or b"close" in raw.lower()
        assert not extends or b"extend" in raw.lower()
        session.comes_back(topic, b"off")

    comes()


def test_of_what_a_broker_says_only_a_fresh_off_or_extend_on_its_topic_is_obeyed(home):
    obeys_exactly(home, f.TOPICS, f.WORDS, 300)


def test_of_what_the_cloud_says_only_a_fresh_off_on_its_topic_is_obeyed(speaker):
    obeys_exactly(speaker, f.VOICE_TOPICS, f.VOICE_WORDS, 150)


def test_a_broker_that_talks_rubbish_is_left_and_called_again(home):
    bears(home, f.TOPICS, f.WORDS, f.BASE + b"/command", 150)


def test_a_cloud_that_talks_rubbish_is_left_and_called_again(speaker):
    bears(speaker, f.VOICE_TOPICS, f.VOICE_WORDS, b"left006", 50)


# --- files ---------------------------------------------------------------------------------------------------------


NETWORK = {"language": "zh", "name": "灶", "wifi": {"ssid": "home"}, "mqtt": {"host": "h"}, "voice": {"topics": ["x"]}}
BITS_OF_JSON = [b"[" * 2000, b'{"a":' * 500, b"1e999", b"9" * 5000, b"NaN", b"null", b"\xff", b'"\\ud800"', b"\0", b"-"]


def spoilt(values):
    """Bytes that were a file of JSON."""
    return f.mutated(st.just(json.dumps(values, ensure_ascii=False).encode()), BITS_OF_JSON)


def test_a_spoilt_network_file_gives_a_config_that_is_right_or_says_why(tmp_path):
    path = tmp_path / "network.json"

    @inputs(50)
    @given(spoilt(NETWORK))
    def comes(raw):
        tally()
        path.write_bytes(raw)
        config, why = network_settings.load(str(path))
        assert (config == {}) == bool(why) and "\n" not in why
        assert not config or network_settings.checked(config) == config

    comes()


def test_a_spoilt_settings_file_gives_settings_or_says_why_and_the_door_tells_it(http):
    headers = b"Authorization: Bearer " + TOKEN.encode()

    @inputs(50)
    @given(spoilt(SETTINGS))
    def comes(raw):
        tally()
        http.ready()
        Path("settings.json").write_bytes(raw)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            one, invalid = stove_settings.load()
        assert invalid == said.getvalue().startswith("SETTINGS_INVALID: ")
        assert len(one.burners) == 1 or not invalid
        answer = http.judged(http.ask([(0, b"GET /api/v1/settings HTTP/1.1\r\n" + headers + b"\r\n\r\n")]))
        assert answer.status == 200 and bool(answer.json["error"]) == invalid

    comes()
