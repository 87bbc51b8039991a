"""The voice cloud on a real core and a real mosquitto: "off" shuts off, "on" changes nothing."""

# ruff: noqa: F811 (fixtures are imported by name)
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curfew.services.mqtt.voice import Voice, is_wanted
from host_tests.fixtures.broker import Observer, Rig, authority, broker  # noqa: F401
from simulator.realtime.broker import PASSWORD, USER


def voice_config(port, topics, **changed):
    """The part "voice" of a network.json for a broker on loopback."""
    plain = {"host": "127.0.0.1", "port": port, "tls": False, "client_id": "f00d", "user": "", "password": ""}
    return {**plain, "topics": topics, **changed}


class Speaker(Rig):
    """A rig with a voice service."""

    def __init__(self, port, topics=("stove006",), burners=1, sensor=True, **changed):
        super().__init__({"voice": voice_config(port, list(topics), **changed)}, burners, sensor)
        self.voice = Voice(self.context)
        self.services.append(self.voice)

    def joined(self, there, **how):
        """Online, with an observer."""
        self.others.append(Observer(there, **how))
        self.online("voice")
        self.quiet()
        return self

    def until_shut(self, *burners):
        """Turns until the contacts are open, and that because of the voice: in the meantime the timer runs, too."""
        self.until(lambda: not any(self.core.conducts(burner) for burner in burners))
        assert {self.core.cause(burner) for burner in burners} == {"REMOTE:voice"}

    def says(self, word, topic="stove006", **how):
        self.others[0].say(topic, word, **how)

    def published(self, topic="stove006"):
        return self.others[0].texts(topic + "/set")


@pytest.fixture
def speaker(broker):
    """A function that makes a Speaker that is online."""

    def make(*asked, **named):
        make.broker = broker()
        return Speaker(make.broker.port, *asked, **named).joined(make.broker)

    return make


def test_a_single_topic_shuts_all_burners(speaker):
    hub = speaker(burners=2)
    hub.core.flame(0)
    hub.core.flame(1)
    hub.says("off")
    hub.until_shut(0, 1)


def test_several_topics_shut_a_burner_each(speaker):
    hub = speaker(topics=("left006", "right006", "third006"), burners=2)
    hub.core.flame(0)
    hub.core.flame(1)
    hub.says("off", "right006")
    hub.until_shut(1)
    hub.says("off", "third006")
    hub.quiet()
    assert hub.core.conducts(0)


@pytest.mark.parametrize("word", ["off", "OFF", "off#50", " off "])
def test_these_commands_shut_off(speaker, word):
    hub = speaker()
    hub.core.flame()
    hub.says(word)
    hub.until_shut(0)


def test_a_number_is_less_time_in_minutes(speaker):
    hub = speaker()
    hub.core.flame()
    hub.says("on#5")
    hub.until(lambda: hub.core.left_ms() <= 300_000)
    assert hub.core.state() == "BURNING"


@pytest.mark.parametrize("word", ["on", "on#100", "", "offf", "#off", "1", b"\xff\0off", b"off" * 2000])
def test_any_other_command_changes_nothing_while_it_burns(speaker, word):
    hub = speaker()
    hub.core.flame()
    hub.says(word)
    hub.until(lambda: hub.voice.broker.refused == 1)
    hub.run(2)
    assert hub.core.state() == "BURNING"


def test_on_is_refused_and_the_state_published_again(speaker):
    hub = speaker()
    hub.until(lambda: hub.published() == ["off"])
    hub.says("on")
    hub.until(lambda: hub.published() == ["off", "off"])
    assert (hub.core.state(), hub.core.conducts()) == ("IDLE", False)


def test_the_state_is_published_when_it_changes_and_not_retained(speaker):
    hub = speaker()
    hub.core.flame()
    hub.until(lambda: hub.published() == ["off", "on"])
    hub.core.hold()
    hub.until(lambda: hub.published() == ["off", "on", "off"])
    late = Observer(speaker.broker)
    hub.others.insert(0, late)
    hub.quiet()
    assert [kept for _, _, kept in late.heard if kept] == []


def test_a_cloud_that_comes_back_gets_the_state_again(speaker):
    hub = speaker()
    hub.until(lambda: hub.published() == ["off"])
    speaker.broker.stop()
    hub.until(lambda: hub.context.status["voice"] != "online")
    speaker.broker.start()
    hub.others[:] = [Observer(speaker.broker)]
    hub.until(lambda: hub.published() == ["off"])


def test_a_retained_off_is_not_executed(broker):
    there = broker()
    before = Observer(there)
    hub = Speaker(there.port)
    hub.services.clear()
    hub.others.append(before)
    hub.says("off", retain=True)
    hub.quiet()
    hub.core.flame()
    hub.services.append(hub.voice)
    hub.until(lambda: hub.voice.broker.refused == 1)
    hub.run(2)
    assert hub.core.state() == "BURNING"


def test_a_flood_of_on_is_answered_twice_a_second_at_most(speaker):
    hub = speaker()
    before = len(hub.published())
    start_ms = hub.core.now_ms
    for _ in range(500):
        hub.says("on")
    hub.until(lambda: hub.voice.broker.refused == 500)
    hub.quiet()
    assert len(hub.published()) - before <= 2 + (hub.core.now_ms - start_ms) // 500
    assert hub.core.state() == "IDLE"


def test_it_speaks_tls_with_credentials(broker, authority):
    there = broker(authority=authority, guarded=True)
    secret = {"tls": True, "ca": authority.pem, "user": USER, "password": PASSWORD}
    hub = Speaker(there.port, **secret).joined(there, authority=authority, guarded=True)
    hub.core.flame()
    hub.says("off")
    hub.until_shut(0)


def test_a_cloud_that_refuses_is_called_refused(broker):
    there = broker(guarded=True)
    hub = Speaker(there.port)
    hub.until(lambda: hub.context.status["voice"] == "refused")


@pytest.mark.parametrize(
    ("mqtt", "voice", "wanted"),
    [
        ({"host": "broker", "tls": True}, {"tls": True, "topics": ["a006"]}, False),
        ({"host": "broker", "tls": False}, {"tls": True, "topics": ["a006"]}, True),
        ({"host": "broker", "tls": True}, {"tls": False, "topics": ["a006"]}, True),
        ({"host": "", "tls": True}, {"tls": True, "topics": ["a006"]}, True),
        (None, {"tls": True, "topics": ["a006"]}, True),
        (None, {"tls": True, "topics": []}, False),
        (None, None, False),
    ],
)
def test_there_is_one_tls_session_and_mqtt_goes_first(mqtt, voice, wanted):
    config = {name: part for name, part in (("mqtt", mqtt), ("voice", voice)) if part is not None}
    assert is_wanted(config) is wanted


WORDS = st.binary(max_size=60) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
NEAR = st.builds(
    lambda a, b, c: a + b + c, st.sampled_from([b"", b" ", b"#"]), st.sampled_from([b"off", b"oFF"]), WORDS
)


OFFS = {"".join(letters) for letters in itertools.product("oO", "fF", "fF")}


def test_of_any_command_only_an_off_reaches_the_loop():
    hub = Speaker(1, topics=("left006", "right006"), burners=2)

    @settings(max_examples=1000)
    @given(st.sampled_from(["left006", "right006", "left006/set"]) | st.text(), WORDS | NEAR)
    def receives(topic, word):
        hub.voice._receive(topic, word)
        offs = [index for index in (0, 1) if hub.core.inbox.take_off(index)]
        meant = word.partition(b"#")[0].decode("latin-1").strip(" \t\n\r\f\v") in OFFS
        assert offs == ([["left006", "right006"].index(topic)] if meant and topic in ("left006", "right006") else [])

    receives()
