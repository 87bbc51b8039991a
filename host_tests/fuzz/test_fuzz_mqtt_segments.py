"""A stream of MQTT packets means the same however the network cuts it: 10,000 streams, each in pieces of any size."""

import random

import pytest

from curfew.services.mqtt.client import Client
from host_tests.fuzz import mqtt_packets as f
from host_tests.fuzz.inputs import SCALE, pytestmark, report, tally  # noqa: F401

STREAMS = 10_000
IN_ONE = 1_000  # test
WORDS = (b"OFF", b"", b"x" * 60, bytes(200), bytes(300), bytes(2000))
TOPICS = (b"t", b"curfew/a1b2c3/command", b"", b"t" * 130, "Küche".encode(), b"t" * 300)


class Line(f.Line):
    """A connection that takes each time no more than `takes` bytes."""

    takes = 1 << 30

    def send(self, data):
        return super().send(data[: self.takes])


def heard(pieces, ends, takes=1 << 30):
    """What comes of a stream: the messages, all bytes sent, and the class of what ended the session."""
    line, messages = Line(pieces, ends), []
    line.takes = takes
    seen = messages.append
    client = Client(line, ("to/me",), lambda: seen("connected"), lambda *message: seen(message), lambda topic: None)
    client.connect(0, "box", "", "", "")
    error, step, idle = None, 0, 0
    while error is None and idle < 3:
        try:
            client.step(step)
        except (OSError, ValueError) as raised:
            error = type(raised)
        idle = 0 if line._incoming or client._sends else idle + 1
        step += 1
        assert step < 9000, "it does not get on"
    return messages, line.sent if error is None else None, error


def meant(packets):
    """The messages of a stream by the standard, and how many packets come before the first that ends the session."""
    messages = ["connected"]
    for count, (asked, raw) in enumerate(packets):
        if asked is None and raw in f.FATAL:
            return messages, count
        if asked:
            topic, word, retained, start = asked
            fits = start <= f.LONG
            text = topic.decode() if fits else ""
            messages.append((text, word if len(raw) <= f.LONG else None, int(retained)))
    return messages, len(packets)


def stream(draw):
    """(what it says, its bytes) of packets; None for one without a message."""
    packets = []
    for _ in range(draw.randrange(1, 7)):
        if draw.random() < 0.75:
            topic, word, qos, retained = draw.choice(TOPICS), draw.choice(WORDS), draw.randrange(2), draw.random() < 0.3
            raw = f.publish(topic, word, qos, retained, number=draw.randrange(1, 65536))
            packets.append(((topic, word, retained, len(raw) - len(word)), raw))
        else:
            packets.append((None, draw.choice(f.HARMLESS if draw.random() < 0.7 else f.FATAL)))
    return packets


def cut(draw, raw):
    """The bytes in pieces: single ones, small ones, or large ones."""
    most, pieces = draw.choice((1, 3, 20, 300, 3000)), []
    while raw:
        size = draw.randrange(1, most + 1)
        pieces.append(raw[:size])
        raw = raw[size:]
    return pieces


@pytest.mark.sample(2)
@pytest.mark.parametrize("part", range(STREAMS // IN_ONE))
def test_the_cuts_of_the_network_change_nothing(part, pytestconfig):
    draw = random.Random(f"segments {part} {pytestconfig.getoption('hypothesis_seed')}")
    for _ in range(IN_ONE * max(1, SCALE // 5)):
        tally("MQTT streams in pieces")
        packets, ends = stream(draw), draw.random() < 0.2
        raw = f.WELCOME + b"".join(raw for _, raw in packets)
        whole = heard([raw], ends)
        messages, sound = meant(packets)
        assert whole[0] == messages, packets
        assert (whole[2] is None) == (sound == len(packets) and not ends), packets
        assert heard(cut(draw, raw), ends) == whole, packets
        if draw.random() < 0.1:
            assert heard(cut(draw, raw), ends, draw.randrange(1, 9)) == whole, packets


def test_a_packet_of_which_the_rest_never_comes_ends_the_session_after_ten_seconds():
    client = Client(Line([f.WELCOME + b"\x30\x08\0\x01t"]), (), lambda: None, lambda *_: None, None)
    client.connect(0, "box", "", "", "")
    client.step(0)
    client.step(10_000)
    with pytest.raises(OSError, match="no answer"):
        client.step(10_001)


def test_each_packet_that_waits_for_its_answer_has_a_number_of_its_own_and_zero_is_none():
    line = Line([f.WELCOME])
    client = Client(line, (), lambda: None, lambda *_: None, None)
    client.connect(0, "box", "", "", "")
    client.step(0)
    client._number = 65533
    for text in "abc":
        client.publish("t", text, False)
    assert client.waiting == [65534, 65535, 1]
    line._incoming = [f.packet(0x40, b"\xff\xff"), f.packet(0x40, b"\0\1"), f.packet(0x40, b"\0\1")]
    client.step(20)
    assert client.waiting == [65534]


def test_a_broker_that_reads_nothing_is_not_read_from_without_end():
    flood = f.WELCOME + f.publish(b"t", b"x", qos=1) * 500
    line = Line([flood])
    line.takes = 0
    client = Client(line, (), lambda: None, lambda *_: None, None)
    client.connect(0, "box", "", "", "")
    for step in range(100):
        client.step(step)
    assert len(client._sends) < 32


WINDOW = 5744  # bytes that lwIP takes of a connection before they are read


class Chip(Line):
    """A connection whose sender has a long stream ready; the chip's window holds so much of it. `left`: not in it."""

    def __init__(self, stream):
        super().__init__([])
        self.left, self._window, self.last_at = stream, b"", None

    def read(self, buffer):
        if self.left:
            room = WINDOW - len(self._window)
            self._window, self.left = self._window + bytes(self.left[:room]), self.left[room:]
        got, self._window = self._window[: len(buffer)], self._window[len(buffer) :]
        buffer[: len(got)] = got
        return len(got) or None


@pytest.mark.parametrize("size", [300, 20_000, 100_000, 1_000_000])
def test_an_off_behind_a_long_message_is_taken_within_150_ms_of_its_last_byte(size):
    stream = f.WELCOME + f.publish(b"t", b"z" * size) + f.publish(b"t", b"OFF")
    line, messages = Chip(memoryview(stream)), []
    client = Client(line, (), lambda: None, lambda *message: messages.append(message), None)
    client.connect(0, "box", "", "", "")
    waited = steps = 0
    while len(messages) < 2:
        client.step(20 * steps)
        steps += 1
        waited += not line.left
    assert messages[1] == ("t", b"OFF", 0) and 20 * waited <= 150 and steps < 10 + size // WINDOW * 1.1
