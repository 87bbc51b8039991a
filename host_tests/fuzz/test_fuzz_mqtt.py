"""Any packets of a broker: only an OFF, or more time where it is allowed, ever reaches the safety loop."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core.codes import REQUEST_EXTEND
from curfew.services.mqtt import session as mqtt
from curfew.services.mqtt import voice
from curfew.services.mqtt.homeassistant import HomeAssistant
from host_tests.fixtures.broker import ENTITIES, Rig
from host_tests.fuzz import mqtt_packets as f
from host_tests.fuzz import mutate
from host_tests.fuzz.inputs import inputs, pytestmark, report, tally  # noqa: F401
from simulator.realtime.broker import mqtt_config


class Session:
    """A device with two burners between a broker and its core; the first one burns."""

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

    def receives(self, pieces, ends, rounds):
        """The result of pieces in a new session: burners with an OFF, burners with an EXTEND, number of refusals."""
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
            assert len(client.waiting) < 16 and len(client._sends) < 64
            assert len(self.service.broker.published) < 20

    def comes_back(self, topic, word):
        """The device connects again and executes a command."""
        self._rounds(1)
        self.service.broker._drop(OSError("over"))
        self.clock.now_ms += 61_000
        self.lines = [f.Line([f.WELCOME, f.publish(topic, word)])]
        offs, _ = self._rounds(6)
        assert self.rig.context.status[self._name] == "online" and offs

    def unchanged(self):
        """The burners have not changed."""
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
    """The expected result of a stream of packets, as from receives()."""
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
    """Messages among packets without effect; some follow one that ends the session."""
    harmless = st.sampled_from(f.HARMLESS).map(lambda raw: (None, raw))
    message = f.messages(topics, words)
    items = draw(st.lists(st.one_of(message, message, message, harmless), min_size=1, max_size=12))
    if draw(st.booleans()):
        items += [(None, draw(st.sampled_from(f.FATAL))), *draw(st.lists(message, max_size=3))]
    return items


def executes_exactly(session, topics, words, count):
    @inputs(count)
    @given(st.data(), streams(topics, words), st.booleans())
    def comes(data, items, ends):
        tally("MQTT messages")
        raw = f.WELCOME + b"".join(raw for _, raw in items)
        pieces = data.draw(mutate.pieces(raw, st.just(0)))
        result = session.receives([piece for _, piece in pieces], ends, 10 + len(raw) // 200)
        assert result == meant(items, topics, words), session.rig.log.lines

    comes()


def survives(session, topics, words, topic, count):
    """Changed bytes: nothing raises, no OFF comes from bytes without one, and the next session works."""

    @inputs(count)
    @given(st.data(), streams(topics, words), st.binary(max_size=40), st.booleans())
    def comes(data, items, noise, ends):
        tally("MQTT bytes")
        raw = b"".join(raw for _, raw in items) + noise
        raw = data.draw(mutate.mutated(st.just(f.WELCOME + raw), f.BITS_OF_MQTT))
        pieces = data.draw(mutate.pieces(raw, st.just(0)))
        offs, extends, _ = session.receives([piece for _, piece in pieces], ends, 10 + len(raw) // 200)
        assert not offs or b"off" in raw.lower() or b"close" in raw.lower()
        assert not extends or b"extend" in raw.lower()
        session.comes_back(topic, b"off")

    comes()


def test_of_a_broker_only_a_new_off_or_extend_on_its_topic_is_executed(home):
    executes_exactly(home, f.TOPICS, f.WORDS, 300)


def test_of_the_cloud_only_a_new_off_on_its_topic_is_executed(speaker):
    executes_exactly(speaker, f.VOICE_TOPICS, f.VOICE_WORDS, 150)


def test_a_broker_that_sends_noise_is_disconnected_and_reconnected(home):
    survives(home, f.TOPICS, f.WORDS, f.BASE + b"/command", 150)


def test_a_cloud_that_sends_noise_is_disconnected_and_reconnected(speaker):
    survives(speaker, f.VOICE_TOPICS, f.VOICE_WORDS, b"left006", 50)
