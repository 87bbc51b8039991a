"""Packets of a broker, and a connection that carries them without a socket."""

from types import SimpleNamespace

from hypothesis import strategies as st


class Line:
    """A connection over which a broker sends what a test sets; `sent`: bytes from the device."""

    def __init__(self, incoming, ends=False):
        self._incoming = [piece for piece in incoming if piece]
        self._ends = ends
        self.sent = b""
        self.closed = False
        self.address = None

    def step(self):
        return True

    def read(self, buffer):
        assert not self.closed
        if not self._incoming:
            return 0 if self._ends else None
        piece, rest = self._incoming[0][: len(buffer)], self._incoming[0][len(buffer) :]
        self._incoming[:1] = [rest] if rest else []
        buffer[: len(piece)] = piece
        return len(piece)

    def send(self, data):
        self.sent += bytes(data)
        return len(data)

    def close(self):
        self.closed = True


def packet(first, body):
    """Bytes of an MQTT packet."""
    length, size = b"", len(body)
    while True:
        size, digit = size >> 7, size & 127
        length += bytes((digit | (128 if size else 0),))
        if not size:
            return bytes((first,)) + length + body


def publish(topic, payload, qos=0, retain=False, dup=False, number=7):
    """Bytes of a PUBLISH; topic: bytes."""
    first = 0x30 | dup << 3 | qos << 1 | retain
    return packet(first, len(topic).to_bytes(2, "big") + topic + (number.to_bytes(2, "big") if qos else b"") + payload)


WELCOME = packet(0x20, b"\0\0")
CHIP_ID = "a1b2c3"
BASE = b"curfew/a1b2c3"
NOW_S = 1_800_000_000
LONG = 256  # bytes of a packet that the device accepts

# Words of a command and what they mean.
WORDS = {
    b"OFF": "OFF", b"off": "OFF", b" Close\n": "OFF", b'{"do": "OFF"}': "OFF", b'{"do": "close", "at": null}': "OFF",
    b'{"do": "OFF", "at": 1800000000}': "OFF", b'{"do": "OFF", "at": 1799999995}': "OFF",
    b'{"do":"OFF","at":1999999999}': "OFF",
    b'{"do": "OFF", "at": 1799999994}': None, b'{"do": "OFF", "at": 0}': "OFF", b'{"do": "OFF", "at": "now"}': "OFF",
    b'{"do": "OFF", "at": 1.8e9}': "OFF", b'{"do": "OFF", "at": true}': "OFF", b'"OFF"\0': "OFF", b'"EXTEND"': None,
    b'{"do": "EXTEND", "at": 1800000000000}': None, b'{"do": ["OFF"]}': None, b'["OFF"]': None,
    b'{"OFF": 1}': None, b'{"do": "OFF"': None, b"OFF" + b" " * 126: None, b"OFFx": None, b"": None, b"\xff\0": None,
    b"ON": None, b"OPEN": None, b"ARM": None, b'{"do": "ON"}': None, b"{" * 100: None, b'{"a":' * 25: None,
    b"EXTEND": "EXTEND", b'{"do": "extend"}': "EXTEND", b'{"do": "EXTEND", "at": 1799999000}': None,
}  # fmt: skip
TOPICS = {
    BASE + b"/command": [0, 1], BASE + b"/burner/0/command": [0], BASE + b"/burner/1/command": [1],
    BASE + b"/burner/2/command": [], BASE + b"/burner/-1/command": [], BASE + b"/burner/00/command": [], b"": [],
    BASE + b"/burner/0/state": [], BASE.upper() + b"/command": [], b"curfew/a1b2c4/command": [], b"\0": [],
    BASE + b"/burner/" + b"9" * 80 + b"/command": [], BASE + b"/command/" + b"x" * 300: [],
}  # fmt: skip
VOICE_WORDS = {
    b"off": "OFF", b"OFF": "OFF", b" Off\r\n": "OFF", b"off#50": "OFF", b"off#on": "OFF", b"on": None, b"on#off": None,
    b"offf": None, b"": None, b"\xff": None, b"#off": None, b'{"do": "OFF"}': None, b"extend": None,
}  # fmt: skip
VOICE_TOPICS = {b"left006": [0], b"right006": [1], b"left006/set": [], b"": [], b"LEFT006": [], b"l" * 300: []}


def messages(topics, words):
    """((topic, word, qos, retained), bytes) of a PUBLISH that is one."""
    asked = st.tuples(
        st.sampled_from([topic for topic in topics if topics[topic]]) | st.sampled_from(list(topics)),
        st.sampled_from(list(words)) | st.sampled_from([b"x" * 300, b"off" + b"x" * 2000]),
        st.integers(0, 1),
        st.sampled_from([False, False, False, True]),
        st.booleans(),
        st.integers(1, 65535),
    )
    return asked.map(lambda one: (one[:4], publish(*one)))


# Packets without effect, and packets that end the session.
HARMLESS = [packet(0xD0, b""), packet(0x40, b"\0\1"), packet(0x40, b"\xff\xff"), packet(0xD0, b"x" * 9)]
FATAL = [
    packet(0xB0, b"\x12\x34"), packet(0x90, b"\x12\x34\0"), packet(0x90, b"\0"),
    WELCOME, packet(0x20, b""), packet(0x20, b"\0\2"), packet(0x20, b"\0\5"), packet(0x40, b""), packet(0x30, b""),
    packet(0x30, b"\xff\xffOFF"), packet(0x32, b"\0\1x"), publish(b"\xff", b"OFF"), packet(0, b""), packet(0xF0, b""),
    packet(0x10, b"x"), packet(0xD0, b"x" * 400), b"\x30\xff\xff\xff\xff\x01",
]  # fmt: skip
BITS_OF_MQTT = [*HARMLESS, *FATAL, b"\x31", b"\x33", b"\x36", b"\x30\xff\xff\xff\x7f", b"\xff" * 9, b"\0" * 400, BASE]


def ticking():
    """A clock that a test moves."""
    clock = SimpleNamespace(now_ms=0)
    clock.ticks_ms = lambda: clock.now_ms
    return clock
