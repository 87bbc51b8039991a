"""MQTT 3.1.1 as the device speaks it: clean session, QoS 1, packets of 256 bytes. It never waits for the broker.

Each read takes no more than the present packet still needs, so bytes may arrive in pieces of any size. A packet that
was sent is not kept: TCP repeats it, and after ten seconds without the broker's answer the session is over.
"""

from curfew.core.ticks import elapsed_ms

_PACKET_MAX = 256  # bytes of an incoming packet; of a longer message only topic and number are read
_STEP_BYTES = 8192  # read in one step: a flood must not hold up the other services
_SENDS_MAX = 16  # packets that wait for the socket: nothing is read while there are more
_ANSWER_MS = 10000  # for the next answer of the broker, and for the rest of a packet
_PING_MS = 30000
_KEEP_ALIVE_S = 60
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK, _PING, _PONG = (
    0x10, 0x20, 0x30, 0x40, 0x82, 0x90, 0xC0, 0xD0,
)  # fmt: skip
_REASONS = "protocol version|identifier rejected|server unavailable|wrong user or password|not authorized"


def _text(text):
    data = text.encode()
    return bytes((len(data) >> 8, len(data) & 255)) + data


class Client:
    """One session over an open connection, which has read() and send().

    topics: to subscribe to, one after another. on_connect(): the broker has accepted. on_message(topic, payload,
    retained): payload in bytes; None: the packet was longer than 256 bytes. on_refusal(topic): not subscribed.
    `waiting`: numbers of the packets without an answer. `topic`: of the last message or subscription that was sent.
    `refusal`: why the broker did not accept, a return code of MQTT; 0: it did, or has not answered.
    """

    def __init__(self, connection, topics, on_connect, on_message, on_refusal):
        self.is_connected = False
        self.refusal = 0
        self.waiting = []
        self.topic = ""
        self._connection = connection
        self._topics = topics
        self._subscribed = 0  # of them, with the broker's answer or before it
        self._on_connect = on_connect
        self._on_message = on_message
        self._on_refusal = on_refusal
        self._sends = []
        self._number = 0  # of the last packet
        self._now_ms = self._since_ms = self._ping_ms = 0
        self._buffer = memoryview(bytearray(_PACKET_MAX))
        self._at = 0  # bytes in the buffer
        self._want = 2  # of them, until the next decision
        self._body = 0  # where it begins; 0: the head is not complete; -1: the rest of a long message is skipped
        self._left = 0  # bytes of the packet that do not fit

    def connect(self, now_ms, client_id, user, password, will):
        """Introduce the device; user, password and will, the topic that becomes "offline", may be empty."""
        self._now_ms = self._since_ms = now_ms
        flags = 2  # a clean session
        fields = _text(client_id)
        if will:
            flags |= 0x2C  # retained, QoS 1
            fields += _text(will) + _text("offline")
        for text, flag in ((user, 0x80), (password, 0x40)):
            if text:
                flags |= flag
                fields += _text(text)
        self.waiting.append(0)
        self._send(_CONNECT, b"\0\4MQTT\4" + bytes((flags, 0, _KEEP_ALIVE_S)) + fields)

    def publish(self, topic, text, retain):
        """Send a message; `waiting` holds its number until the broker has it."""
        self.topic = topic
        self._send(_PUBLISH | 2 | retain, _text(topic) + self._next_number() + text.encode())
        self._flush()

    def step(self, now_ms):
        """Send and receive what is possible now; True when more may wait. Raises OSError, ValueError at the end."""
        self._now_ms = now_ms
        self._flush()
        left = _STEP_BYTES
        while left > 0 and len(self._sends) <= _SENDS_MAX:
            got = self._read()
            if not got:
                break
            left -= got
        if self.is_connected and elapsed_ms(now_ms, self._ping_ms) >= _PING_MS:
            self._ping_ms = now_ms
            self.waiting.append(0)
            self._send(_PING, b"")
        self._flush()
        if not self.waiting and not self._sends and not self._at:
            self._since_ms = now_ms
        elif elapsed_ms(now_ms, self._since_ms) > _ANSWER_MS:
            raise OSError("no answer")
        return left <= 0

    # --- sending ---------------------------------------------------------------------------------------------------

    def _send(self, first, body):
        head = bytearray((first,))
        length = len(body)
        while length > 127:
            head.append(length & 127 | 128)
            length >>= 7
        head.append(length)
        self._sends.append(bytes(head) + body)

    def _flush(self):
        while self._sends:
            packet = self._sends[0]
            sent = self._connection.send(packet)
            if sent < len(packet):
                if sent:
                    self._sends[0] = packet[sent:]
                return
            self._sends.pop(0)

    def _next_number(self):
        self._number = number = self._number % 65535 + 1
        self.waiting.append(number)
        return bytes((number >> 8, number & 255))

    # --- receiving -------------------------------------------------------------------------------------------------

    def _read(self):
        """Read once; the number of bytes, None when nothing has arrived."""
        got = self._connection.read(self._buffer[self._at : self._want])
        if got is None:
            return None
        if not got:
            raise OSError("closed by the broker")
        self._at += got
        if self._at == self._want:
            self._proceed()
        return got

    def _proceed(self):
        """What was wanted has arrived."""
        if not self._body:
            if self._buffer[self._at - 1] & 128:  # the length goes on
                self._want += 1
                if self._want > 5:
                    raise ValueError("malformed length")
                return
            length = 0
            for at in range(self._at - 1, 0, -1):
                length = length << 7 | self._buffer[at] & 127
            self._body = self._at
            self._want = min(self._at + length, _PACKET_MAX)
            self._left = self._at + length - self._want
            if length:
                return
        if self._body > 0 and not self._is_taken():
            raise ValueError("malformed packet")
        self._at = 0
        self._body = 0
        self._want = 2
        if self._left:
            self._body = -1
            self._want = min(self._left, _PACKET_MAX)
            self._left -= self._want

    def _is_taken(self):
        """Act on the packet in the buffer; False when the broker must not send it."""
        buffer = self._buffer
        body = self._body
        size = self._want - body
        kind = buffer[0] & 0xF0
        number = buffer[body] << 8 | buffer[body + 1] if size > 1 else 0
        if not self.is_connected:
            return kind == _CONNACK and size == 2 and self._is_accepted(number & 255)
        if kind == _PUBLISH:
            return size > 1 and self._is_received(body + 2, body + 2 + number)
        if self._left:
            return False
        if kind == _PUBACK:
            return size == 2 and (number not in self.waiting or self._is_answered(number))
        if kind == _SUBACK:
            return size == 3 and self._is_answered(number) and self._is_granted(buffer[body + 2])
        return kind == _PONG and (0 not in self.waiting or self._is_answered(0))

    def _is_accepted(self, code):
        if code:
            self.refusal = code
            raise OSError("refused: %s" % (_REASONS.split("|")[code - 1] if code < 6 else code))
        self.is_connected = True
        self._ping_ms = self._now_ms
        self._is_answered(0)
        self._subscribe()
        self._on_connect()
        return True

    def _subscribe(self):
        if self._subscribed < len(self._topics):
            self.topic = topic = self._topics[self._subscribed]
            self._subscribed += 1
            self._send(_SUBSCRIBE, self._next_number() + _text(topic) + b"\1")

    def _is_granted(self, code):
        if code > 127:  # one refused topic must not take the others with it
            self._on_refusal(self._topics[self._subscribed - 1])
        self._subscribe()
        return True

    def _is_answered(self, number):
        if number not in self.waiting:
            return False
        self.waiting.remove(number)
        self._since_ms = self._now_ms
        return True

    def _is_received(self, start, end):
        """Pass on a message whose topic is from start to end; False for a malformed one."""
        buffer = self._buffer
        flags = buffer[0]
        payload = end + (2 if flags & 6 else 0)
        if flags & 4 or payload > self._want and not self._left:  # QoS 2 was not asked for
            return False
        if payload > self._want:  # not even the topic fits
            self._on_message("", None, flags & 1)
            return True
        topic = str(buffer[start:end], "utf-8")
        self._on_message(topic, None if self._left else bytes(buffer[payload : self._want]), flags & 1)
        if flags & 2:
            self._send(_PUBACK, bytes(buffer[end:payload]))
        return True
