"""The voice cloud: "off" shuts, "on" changes nothing and is answered with the state.

Here: services/voice.py on a real core, a real mosquitto in the cloud's place. Not here: the connection (test_mqtt.py).
"""

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

    def told(self, topic="stove006"):
        return self.others[0].texts(topic + "/set")


@pytest.fixture
def speaker(broker):
    """A function that makes a Speaker that is online."""

    def make(*asked, **named):
        make.broker = broker()
        return Speaker(make.broker.port, *asked, **named).joined(make.broker)

    return make


def test_a_single_topic_shuts_all_burners(speaker):
    kitchen = speaker(burners=2)
    kitchen.core.flame(0)
    kitchen.core.flame(1)
    kitchen.says("off")
    kitchen.until_shut(0, 1)


def test_several_topics_shut_a_burner_each(speaker):
    kitchen = speaker(topics=("left006", "right006", "third006"), burners=2)
    kitchen.core.flame(0)
    kitchen.core.flame(1)
    kitchen.says("off", "right006")
    kitchen.until_shut(1)
    kitchen.says("off", "third006")
    kitchen.quiet()
    assert kitchen.core.conducts(0)


@pytest.mark.parametrize("word", ["off", "OFF", "off#50", " off "])
def test_these_commands_shut_off(speaker, word):
    kitchen = speaker()
    kitchen.core.flame()
    kitchen.says(word)
    kitchen.until_shut(0)


@pytest.mark.parametrize("word", ["on", "on#100", "", "offf", "#off", "1", b"\xff\0off", b"off" * 2000])
def test_any_other_command_changes_nothing_while_it_burns(speaker, word):
    kitchen = speaker()
    kitchen.core.flame()
    kitchen.says(word)
    kitchen.until(lambda: kitchen.voice.broker.refused == 1)
    kitchen.run(2)
    assert kitchen.core.state() == "BURNING"


def test_on_is_refused_and_the_state_published_again(speaker):
    kitchen = speaker()
    kitchen.until(lambda: kitchen.told() == ["off"])
    kitchen.says("on")
    kitchen.until(lambda: kitchen.told() == ["off", "off"])
    assert (kitchen.core.state(), kitchen.core.conducts()) == ("IDLE", False)


def test_the_state_is_published_when_it_changes_and_not_retained(speaker):
    kitchen = speaker()
    kitchen.core.flame()
    kitchen.until(lambda: kitchen.told() == ["off", "on"])
    kitchen.core.hold()
    kitchen.until(lambda: kitchen.told() == ["off", "on", "off"])
    late = Observer(speaker.broker)
    kitchen.others.insert(0, late)
    kitchen.quiet()
    assert [kept for _, _, kept in late.heard if kept] == []


def test_a_cloud_that_comes_back_gets_the_state_again(speaker):
    kitchen = speaker()
    kitchen.until(lambda: kitchen.told() == ["off"])
    speaker.broker.stop()
    kitchen.until(lambda: kitchen.context.status["voice"] != "online")
    speaker.broker.start()
    kitchen.others[:] = [Observer(speaker.broker)]
    kitchen.until(lambda: kitchen.told() == ["off"])


def test_a_retained_off_is_not_executed(broker):
    there = broker()
    before = Observer(there)
    kitchen = Speaker(there.port)
    kitchen.services.clear()
    kitchen.others.append(before)
    kitchen.says("off", retain=True)
    kitchen.quiet()
    kitchen.core.flame()
    kitchen.services.append(kitchen.voice)
    kitchen.until(lambda: kitchen.voice.broker.refused == 1)
    kitchen.run(2)
    assert kitchen.core.state() == "BURNING"


def test_a_flood_of_on_is_answered_twice_a_second_at_most(speaker):
    kitchen = speaker()
    told = len(kitchen.told())
    start_ms = kitchen.core.now_ms
    for _ in range(500):
        kitchen.says("on")
    kitchen.until(lambda: kitchen.voice.broker.refused == 500)
    kitchen.quiet()
    assert len(kitchen.told()) - told <= 2 + (kitchen.core.now_ms - start_ms) // 500
    assert kitchen.core.state() == "IDLE"


def test_it_speaks_tls_with_credentials(broker, authority):
    there = broker(authority=authority, guarded=True)
    secret = {"tls": True, "ca": authority.pem, "user": USER, "password": PASSWORD}
    kitchen = Speaker(there.port, **secret).joined(there, authority=authority, guarded=True)
    kitchen.core.flame()
    kitchen.says("off")
    kitchen.until_shut(0)


def test_a_cloud_that_refuses_is_called_refused(broker):
    there = broker(guarded=True)
    kitchen = Speaker(there.port)
    kitchen.until(lambda: kitchen.context.status["voice"] == "refused")


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
    kitchen = Speaker(1, topics=("left006", "right006"), burners=2)

    @settings(max_examples=1000)
    @given(st.sampled_from(["left006", "right006", "left006/set"]) | st.text(), WORDS | NEAR)
    def heard(topic, word):
        kitchen.voice._receive(topic, word)
        offs = [index for index in (0, 1) if kitchen.core.inbox.take_off(index)]
        meant = word.partition(b"#")[0].decode("latin-1").strip(" \t\n\r\f\v") in OFFS
        assert offs == ([["left006", "right006"].index(topic)] if meant and topic in ("left006", "right006") else [])

    heard()
