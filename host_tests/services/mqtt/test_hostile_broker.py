"""Brokers that refuse, hang up or deliver nothing: OFF stays, and the log names the topic."""

# ruff: noqa: F811 (fixtures are imported by name)
import socket
from types import SimpleNamespace

import pytest

from curfew.services.mqtt import session
from host_tests.fixtures.broker import CHIP_ID
from host_tests.fixtures.hub import BASE, Hub, flash  # noqa: F401

COMMAND = BASE + "/command"
EACH = BASE + "/burner/+/command"


class Strict:
    """A broker of one session at a time with a rule for each topic.

    refuses: topics whose subscription gets 0x80. closes(topic): the session ends at a subscription or message.
    delivers: False grants everything and sends nothing. silent(topic): no acknowledgement ever.
    """

    def __init__(self, refuses=(), closes=lambda topic: False, delivers=True, silent=lambda topic: False):
        self.refuses, self.closes, self.delivers, self.silent = refuses, closes, delivers, silent
        self.sessions, self.granted, self.topics = 0, [], []
        self._peer, self._heard = None, b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    def say(self, topic, word):
        """Deliver a message, QoS 0."""
        body = len(topic).to_bytes(2, "big") + topic.encode() + word.encode()
        self._peer.sendall(bytes((0x30, len(body))) + body)

    def handle(self, now_ms):
        """One round, in turn with the device: no test depends on which of the two is quicker."""
        try:
            if not self._peer:
                self._peer, self._heard = self._listener.accept()[0], b""
                self._peer.setblocking(False)
                self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.sessions += 1
                self.granted.clear()
            self._heard += (more := self._peer.recv(65536))
            if not more or not self._answered():
                self._hang_up()
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up()

    def _hang_up(self):
        if self._peer:
            self._peer.close()
            self._peer = None

    def _answered(self):
        """Answer the whole packets; False ends the session."""
        while packet := self._packet():
            if not self._answer(*packet):
                return False
        return True

    def _packet(self):
        """The first byte and body of the next packet; None until all of it is here."""
        length, at = 0, 1
        while at < len(self._heard):
            length |= (self._heard[at] & 127) << 7 * (at - 1)
            at += 1
            if self._heard[at - 1] < 128:
                break
        else:
            return None
        end = at + length
        if len(self._heard) < end:
            return None
        first, body, self._heard = self._heard[0], self._heard[at:end], self._heard[end:]
        return first, body

    def _answer(self, first, body):
        kind = first & 0xF0
        if kind == 0x10:
            self._peer.sendall(b"\x20\2\0\0")
        elif kind == 0xC0:
            self._peer.sendall(b"\xd0\0")
        elif kind in (0x30, 0x80):
            start = 2 if kind == 0x80 else 0
            end = start + 2 + (body[start] << 8 | body[start + 1])
            topic = body[start + 2 : end].decode()
            number = body[:2] if kind == 0x80 else body[end : end + 2]
            self.topics.append(topic)
            if self.closes(topic):
                return False
            if kind == 0x80:
                code = 0x80 if topic in self.refuses else 1
                if code == 1:
                    self.granted.append(topic)
                self._peer.sendall(b"\x90\3" + number + bytes((code,)))
            elif not self.silent(topic):
                self._peer.sendall(b"\x40\2" + number)
                if topic == COMMAND and topic in self.granted and self.delivers:
                    self.say(topic, body[end + 2 :].decode())
        return True

    def close(self):
        self._listener.close()
        self._hang_up()


@pytest.fixture
def strict(flash):
    """A function that makes (broker, hub) of a Strict."""
    made = []

    def make(**rules):
        there = Strict(**rules)
        made.append(there)
        home = Hub(there.port)
        home.services.append(home.device)
        home.others.append(SimpleNamespace(client=there))
        return there, home

    yield make
    for one in made:
        one.close()


def until_obeyed(there, home, topic=COMMAND):
    """An OFF arrives and shuts the burner."""
    home.until(lambda: topic in there.granted and home.device.broker.is_online())
    home.core.flame()
    there.say(topic.replace("+", "0"), "OFF")
    home.until_shut()


@pytest.mark.parametrize("topic", ["homeassistant/status", EACH, COMMAND])
def test_a_refused_subscription_leaves_the_others_and_the_log_names_it(strict, topic):
    there, home = strict(refuses=(topic,))
    until_obeyed(there, home, EACH if topic == COMMAND else COMMAND)
    home.run(30)
    assert "mqtt: not allowed to read " + topic in home.log.lines and there.sessions == 1


def test_a_broker_that_ends_the_session_at_a_discovery_message_still_delivers_an_off(strict):
    there, home = strict(closes=lambda topic: topic.startswith("homeassistant/"))
    home.until(lambda: any("homeassistant/" in line and "skipped" in line for line in home.log.lines))
    home.until(lambda: BASE + "/burner/0/state" in there.topics)
    sessions = there.sessions
    assert sessions <= 6
    until_obeyed(there, home)
    home.run(30)
    assert there.sessions == sessions


def test_a_broker_that_ends_the_session_at_every_message_of_the_device_still_delivers_an_off(strict):
    there, home = strict(closes=lambda topic: topic.startswith(BASE) and "command" not in topic)
    home.until(lambda: BASE + "/status" in there.topics and there.sessions >= 3)
    until_obeyed(there, home)


def test_a_broker_that_ended_sessions_at_the_commands_for_a_while_gets_them_again_in_five_minutes(strict):
    there, home = strict(closes=lambda topic: topic in (COMMAND, EACH))
    home.until(lambda: home.context.status["mqtt"] == "no commands")
    sessions = there.sessions
    there.closes = lambda topic: False  # the node of the cluster is back
    home.run(200)
    assert there.sessions == sessions
    home.run(100)
    until_obeyed(there, home)
    assert there.sessions == sessions + 1


def test_a_network_that_goes_away_at_two_topics_in_a_row_lets_the_device_skip_neither(strict):
    there, home = strict()
    goes_at = ["homeassistant/status", COMMAND, EACH]  # the first ends an ordinary session
    there.closes = lambda topic: topic in goes_at[:1] and goes_at.pop(0)
    home.until(lambda: there.sessions == 4)
    until_obeyed(there, home)
    home.until(lambda: BASE + "/burner/0/state" in there.topics)
    assert there.sessions == 4 and not any("skipped" in line for line in home.log.lines)


def test_wi_fi_that_is_lost_at_the_commands_again_and_again_lets_the_device_skip_nothing(strict):
    there, home = strict(closes=lambda topic: topic == COMMAND)
    for sessions in range(1, 5):
        home.until(lambda sessions=sessions: there.sessions == sessions and not home.device.broker.is_online())
        home.context.status["wifi"] = "joining"
        home.run(1)
        home.context.status["wifi"] = "online"
    there.closes = lambda topic: False
    until_obeyed(there, home)
    assert not any("skipped" in line for line in home.log.lines)


def test_a_message_without_an_acknowledgement_is_skipped_after_three_sessions(strict, monkeypatch):
    there, home = strict(silent=lambda topic: topic == BASE + "/device")
    monkeypatch.setattr(session, "time", SimpleNamespace(ticks_ms=lambda: home.core.now_ms))
    home.until(lambda: any("skipped" in line and "/device" in line for line in home.log.lines))
    until_obeyed(there, home)


def test_a_broker_that_grants_and_never_delivers_is_noticed(strict):
    there, home = strict(delivers=False)
    home.until(lambda: home.context.status["mqtt"] == "no commands")
    assert f"mqtt: no message arrives at {COMMAND}" in home.log.lines
    there.say(COMMAND, "CHECK")
    home.until(lambda: home.context.status["mqtt"] == "online")
    assert there.sessions == 1 and home.device.broker.refused == 0


def test_a_broker_that_delivers_is_checked_once(strict):
    there, home = strict()
    home.until(lambda: there.topics.count(COMMAND) >= 2)  # its subscription, and the check
    home.run(75)
    assert there.topics.count(COMMAND) == 2 and home.context.status["mqtt"] == "online"


def test_an_error_in_publishing_does_not_take_the_way_of_an_off(strict, monkeypatch):
    there, home = strict()
    home.until(lambda: BASE + "/burner/0/state" in there.topics)

    def broken():
        raise MemoryError

    monkeypatch.setattr(home.context, "problem", broken)
    home.run(5)
    until_obeyed(there, home)
    assert there.sessions == 1 and "mqtt: MemoryError()" in home.log.lines


def test_the_burners_of_an_earlier_time_are_removed_everywhere(strict):
    there, home = strict()
    home.until(lambda: BASE + "/burner/0/state" in there.topics)
    for index in (1, 2, 3):
        assert {f"{BASE}/burner/{index}/state", f"{BASE}/burner/{index}/millivolts"} <= set(there.topics)
        assert f"homeassistant/valve/curfew_{CHIP_ID}/burner{index}_gas/config" in there.topics
