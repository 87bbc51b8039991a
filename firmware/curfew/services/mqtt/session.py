"""A session with an MQTT broker that looks after itself: the only file that knows chumicro-mqtt, privates and all.

Belongs here: the last will, pauses between attempts, what is never delivered. Does not: sockets and TLS (transport.py),
topics and their meaning (homeassistant.py, voice.py). Opening a connection can hold everything up: none of its steps
begins shortly before a deadline.
"""

import time

from chumicro_mqtt._wire import PacketDecoder
from chumicro_mqtt.client import MQTTClient, ProtocolState

from curfew.core.ticks import elapsed_ms
from curfew.services.mqtt.transport import Connection, Trust

_CALM_S = 6  # no step towards a broker this close to a deadline
_REUSES = 5  # of an address, in attempts that fail, before its name is looked up again: that can take half a minute
_ANSWER_S = 10  # for the broker's next word
_PAUSE_MS = 1000  # after the first failure; doubles up to
_PAUSE_MAX_MS = 60000  # and starts anew after a session as long as this
_TELL_MS = 500  # between two states
_ROUNDS = 8  # of the client in one poll, while there is something to do
_WAITING_MAX = 8  # published and not yet acknowledged
_MESSAGE_MAX = 256  # bytes that can come in, topic included


class _Decoder(PacketDecoder):
    """Remembers the retain bit of the last packet, which the client does not pass on."""

    retained = False

    def _parse_packet(self, fixed_byte, view, body_start, body_end):
        self.retained = fixed_byte & 1 == 1
        return super()._parse_packet(fixed_byte, view, body_start, body_end)


class Broker:
    """One connection; house.status[name] says how it is, house.log why.

    config: host, port, tls, user, password, and ca (PEM text; without it the public authorities are trusted).
    topics: what to subscribe to. will: the topic that becomes "offline", retained, when the box is gone; None for none.
    on_message(topic, payload): never called for a retained message or one of more than 256 bytes. on_connect().
    told: the last text offered by topic, as far as it was sent in this session.
    """

    def __init__(self, name, house, client_id, config, topics, will=None):
        self.on_message = None
        self.on_connect = None  # or a function
        self.refused = 0  # messages that were not obeyed, since the start
        self.told = {}
        self._name = name
        self._house = house
        self._client_id = client_id
        self._config = config
        self._topics = topics
        self._will = will
        self._trust = Trust(config.get("ca")) if config["tls"] else None
        self._connection = None
        self._found = None  # where the broker was
        self._reuses = 0
        self._client = None  # or the session over it
        self._wait_ms = 0  # before the next attempt
        self._pause_ms = _PAUSE_MS
        self._since_ms = 0  # of this session, or attempt, or pause
        self._said = ""
        self._heard = 0
        self._told_ms = 0
        house.status[name] = "connecting"

    def is_online(self):
        """True between the broker's welcome and the end of the session."""
        return self._house.status[self._name] == "online"

    def publish(self, topic, text, retain):
        """Send at least once; False (and nothing is sent) without a session, or while eight are unacknowledged."""
        if not self.is_online() or len(self._client._in_flight) >= _WAITING_MAX:
            return False
        self._client.publish(topic, text, qos=1, retain=retain)
        return True

    def offer(self, topic, text, retain=True):
        """Publish what was not told yet; if there is no room, offer it again."""
        if self.told.get(topic) != text and self.publish(topic, text, retain):
            self.told[topic] = text

    def refuse(self, why):
        """Count a message that is not obeyed; the log hears of the 1st, 2nd, 4th, 8th ...: a flood does not fill it."""
        self.refused += 1
        if self.refused & self.refused - 1 == 0:
            self._house.log.add(self._name, "refused %d, the last: %s" % (self.refused, why))

    def poll(self):
        """One round, which never raises; True twice a second while online: time to tell what is new."""
        now_ms = self._house.clock.ticks_ms()
        try:
            self._round(now_ms)
        except Exception as error:  # a broker that sends rubbish, no memory just now: all end in a new attempt
            self._drop(error)
        if not self.is_online() or elapsed_ms(now_ms, self._told_ms) < _TELL_MS:
            return False
        self._told_ms = now_ms
        return True

    def close(self):
        """End without a farewell, so that the will is heard."""
        self._house.status[self._name] = "connecting"  # whoever ends this may pause before the next attempt
        connection = self._connection
        self._connection = self._client = None
        if connection is not None:
            connection.close()

    def _round(self, now_ms):
        if self._client is not None:
            self._talk(now_ms)
        elif not self._wait_ms or elapsed_ms(now_ms, self._since_ms) >= self._wait_ms:
            self._wait_ms = 0
            left_s = self._house.deadline_s()
            if self._house.status["wifi"] == "online" and (left_s is None or left_s > _CALM_S):
                self._dial(now_ms)

    def _dial(self, now_ms):
        if self._connection is None:
            self._since_ms = now_ms
            config = self._config
            self._reuses += 1
            if self._reuses > _REUSES:
                self._reuses = 0
                self._found = None
            self._connection = Connection(config["host"], config["port"], self._trust, self._found)
        is_open = self._connection.step()
        self._found = self._connection.found
        if is_open:
            self._greet()
        elif elapsed_ms(now_ms, self._since_ms) > _ANSWER_S * 1000:
            self._found = None  # it may have moved
            raise OSError("no answer")

    def _greet(self):
        config = self._config
        self._client = client = MQTTClient(
            self._connection,
            client_id=self._client_id,
            username=config["user"] or None,
            password=config["password"] or None,
            ack_timeout_seconds=_ANSWER_S,
            rx_buffer_size=_MESSAGE_MAX,
            will_topic=self._will,
            will_message=b"offline",
            will_qos=1,
            will_retain=True,
            ticks=time,
        )
        client._decoder = _Decoder(rx_buffer_size=_MESSAGE_MAX)
        client.on_message = self._take
        client.on_oversized = self._take_long
        client.on_connect = self._welcomed
        for topic in self._topics:
            client.subscribe(topic, 1)
        client.connect()

    def _talk(self, now_ms):
        client = self._client
        for _ in range(_ROUNDS):
            heard = self._heard
            client.handle(time.ticks_ms())
            if client.state == ProtocolState.FAILED:
                self._drop(client.last_error)
                return
            if client.state != ProtocolState.CONNECTED or heard == self._heard and not client._tx_queue:
                break
        if self.is_online() and elapsed_ms(now_ms, self._since_ms) >= _PAUSE_MAX_MS:
            self._pause_ms = _PAUSE_MS

    def _drop(self, error):
        refused = getattr(error, "return_code", 3) != 3  # 3: the broker is busy; the others need a human
        self._say(str(error).strip() or repr(error))
        try:
            self.close()
        except Exception:  # whatever is left of it
            pass
        self._house.status[self._name] = "refused" if refused else "connecting"
        self._wait_ms = _PAUSE_MAX_MS if refused else self._pause_ms
        self._pause_ms = min(2 * self._pause_ms, _PAUSE_MAX_MS)
        self._since_ms = self._house.clock.ticks_ms()

    def _welcomed(self):
        self._house.status[self._name] = "online"
        self._reuses = 0
        self._say("online")
        self._since_ms = self._told_ms = self._house.clock.ticks_ms()
        self.told.clear()
        if self.on_connect:
            self.on_connect()

    def _take(self, topic, payload):
        self._heard += 1
        if self._client._decoder.retained:  # meant for another moment
            self.refuse("retained")
        else:
            self.on_message(topic, payload)

    def _take_long(self, length, topic):
        self._heard += 1
        self.refuse("too long")

    def _say(self, text):
        if text != self._said:  # once, not every minute
            self._said = text
            self._house.log.add(self._name, text[:80])
