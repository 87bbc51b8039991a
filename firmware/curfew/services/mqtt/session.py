"""A session with an MQTT broker: connects, reconnects, publishes, receives.

Opening a connection can block the thread, so none of its steps begins shortly before a deadline.
"""

import random
import time

from curfew.core.ticks import elapsed_ms
from curfew.services.context import lacks_memory
from curfew.services.mqtt.client import Client
from curfew.services.mqtt.transport import Connection

_CALM_S = 6  # no step of a connection this close to a deadline
_REUSES = 10  # of an address by attempts that fail; a new look-up of the name can take half a minute
_OPEN_S = 10  # for a connection
_PAUSE_MS = 2000  # after the first failure, or down to half of it: not all devices of a broker at once; doubles up to
_PAUSE_MAX_MS = 30000
_LASTING_MS = 60000  # a session as long as this forgives all failures; also the wait after what a user has to repair
_PUBLISH_MS = 500  # between two states
_WAITING_MAX = 8  # published and not acknowledged


class Broker:
    """One connection; context.status[name] is its state, context.log has the reasons.

    A broker may end the session at a topic that it does not allow. So after a session that ended with unanswered
    packets the next ones send one at a time; if two end at the same topic and Wi-Fi stayed, it is skipped until a
    session has lasted.

    config: host, port, tls, user, password, and ca (PEM text; without it a public authority is found).
    topics: to subscribe to. will: the topic that becomes "offline", retained, when the device is gone; None: none.
    on_message(topic, payload): never called for a retained message or one of more than 256 bytes. on_connect().
    published: the last text by topic that offer() sent in this session.
    """

    def __init__(self, name, context, client_id, config, topics, will=None):
        self.on_message = None
        self.on_connect = None  # or a function
        self.refused = 0  # messages that were not executed, since the start
        self.published = {}
        self.is_busy = False  # more may wait to be received
        self._name = name
        self._context = context
        self._client_id = client_id
        self._config = config
        self._topics = list(topics)
        self._will = will
        self._skipped = []  # topics, or their first levels
        self._one_by_one = False
        self._suspect = ""  # the topic at which the last session of that kind ended
        self._trust = None
        if config["tls"]:
            from curfew.services.mqtt.trust import Trust

            self._trust = Trust(config.get("ca"), config["host"])
        self._connection = None
        self._address = None  # of the last connection
        self._reuses = 0
        self._client = None  # or the session over it
        self._wait_ms = 0  # before the next attempt
        self._pause_ms = _PAUSE_MS
        self._since_ms = 0  # of this session, or attempt, or pause
        self._logged = ""
        self._published_ms = 0
        context.status[name] = "connecting"

    def is_online(self):
        """True while there is a session."""
        return self._client is not None and self._client.is_connected

    def publish(self, topic, text, retain):
        """Send at least once; False, without sending, when there is no session or eight are unacknowledged."""
        if not self.is_online() or len(self._client.waiting) >= (1 if self._one_by_one else _WAITING_MAX):
            return False
        if topic not in self._skipped and self._family(topic) not in self._skipped:
            self._client.publish(topic, text, retain)
        return True

    def offer(self, topic, text, retain=True):
        """Publish a text that differs from the last one of its topic; without room, offer it again."""
        if self.published.get(topic) != text and self.publish(topic, text, retain):
            self.published[topic] = text

    def refuse(self, why):
        """Count a message that is not executed; log only the 1st, 2nd, 4th, 8th ...: a flood cannot fill the log."""
        self.refused += 1
        if self.refused & self.refused - 1 == 0:
            self._context.log.add(self._name, "refused %d, the last: %s" % (self.refused, why))

    def poll(self):
        """One round; never raises. True twice a second while online: time to publish."""
        self.is_busy = False
        now_ms = self._context.clock.ticks_ms()
        try:
            self._round(now_ms)
        except Exception as error:  # malformed packets, no memory: all lead to a new attempt
            self._drop(error)
        if not self.is_online() or elapsed_ms(now_ms, self._published_ms) < _PUBLISH_MS:
            return False
        self._published_ms = now_ms
        return True

    def source(self):
        """The socket of the session, None while there is none."""
        return self._connection.socket if self._client is not None else None

    def close(self):
        """End without a DISCONNECT, so that the broker publishes the will."""
        self._context.status[self._name] = "connecting"
        connection = self._connection
        self._connection = self._client = None
        if connection is not None:
            connection.close()

    def renew(self):
        """No command arrives: if topics are skipped, try them again in a new session."""
        if self._skipped:
            self._skipped.clear()
            self.close()

    def _round(self, now_ms):
        if self._client is not None:
            self.is_busy = self._client.step(time.ticks_ms())
            if self.is_online() and elapsed_ms(now_ms, self._since_ms) >= _LASTING_MS:
                self._pause_ms = _PAUSE_MS
                self._one_by_one = False
            return
        is_there = self._context.status["wifi"] == "online"
        if not is_there:
            self._suspect = ""
        if not self._wait_ms or elapsed_ms(now_ms, self._since_ms) >= self._wait_ms:
            self._wait_ms = 0
            if self._trust and self._context.status["time"] == "off":
                self._context.status[self._name] = "waiting for the time" if is_there else "connecting"
                return
            left_s = self._context.deadline_s()
            is_calm = left_s is None or left_s > _CALM_S
            if self._trust and self._trust.is_trying():  # up to 17 handshakes
                is_calm = self._context.flash_allowed()
            if is_there and is_calm and self._context.link.may_stall[0]:
                self._dial(now_ms)

    def _dial(self, now_ms):
        if self._connection is None:
            self._since_ms = now_ms
            self._context.status[self._name] = "connecting"
            config = self._config
            chip = self._context.chip
            lacking = chip.tls_lacks() if chip and self._trust else 0
            if lacking:  # the handshake would fail, and take memory from Wi-Fi and sockets
                chip = self._context.settings.chip
                raise MemoryError("TLS lacks %d bytes on this %s: use a chip with PSRAM, or no TLS" % (lacking, chip))
            self._reuses += 1
            if self._reuses > _REUSES:
                self._reuses = 0
                self._address = None
            self._connection = Connection(config["host"], config["port"], self._trust, self._address)
        is_open = self._connection.step()
        self._address = self._connection.address
        if is_open:
            self._log_in()
        elif elapsed_ms(now_ms, self._since_ms) > _OPEN_S * 1000:
            self._address = None  # it may have changed
            raise OSError("no answer")

    def _log_in(self):
        config = self._config
        topics = [topic for topic in self._topics if topic not in self._skipped]
        self._client = Client(self._connection, topics, self._accepted, self._receive, self._denied)
        self._client.connect(time.ticks_ms(), self._client_id, config["user"], config["password"], self._will)

    def _denied(self, topic):
        self._context.log.add(self._name, "not allowed to read " + topic)

    def _blame(self, client):
        """After a session that ended without the answers to its last packets: find what the broker does not allow."""
        if elapsed_ms(self._context.clock.ticks_ms(), self._since_ms) >= _LASTING_MS:
            self._skipped.clear()
        elif any(client.waiting):
            if self._one_by_one:
                topic = client.topic
                self._pause_ms = _PAUSE_MS  # OFF must work again soon
                if topic == self._suspect:  # once it may be the network that went away
                    self._skipped.append(topic if topic in self._topics else self._family(topic))
                    self._context.log.add(self._name, "skipped, it ends the session: " + topic)
                self._suspect = topic
            self._one_by_one = True

    def _family(self, topic):
        """What is skipped with a topic: all states of this device, or all messages of another first level."""
        base = self._will[: self._will.rfind("/") + 1] if self._will else ""
        return base if base and topic[: len(base)] == base else topic[: topic.find("/") + 1] or topic

    def _drop(self, error):
        if self.is_online() and isinstance(error, OSError):
            self._blame(self._client)
        refused = self._client is not None and self._client.refusal not in (0, 3)  # 3: it is busy; else: ask the user
        # A handshake that gets no memory will get none in a second either.
        is_full = self._trust and self._client is None and lacks_memory(error)
        again_ms = None
        if self._trust and self._client is None:
            try:
                again_ms = self._trust.refused(error)
            except (OSError, MemoryError):  # the list of authorities cannot be read just now
                pass
        if again_ms is None or again_ms > _LASTING_MS:  # between two of the authorities there is nothing to say
            self._log(("the server's certificate changed: " if again_ms else "") + (str(error).strip() or repr(error)))
        try:
            self.close()
        except Exception:  # of a connection in any state
            pass
        self._context.status[self._name] = "refused" if refused else "no memory" if is_full else "connecting"
        drawn_ms = self._pause_ms - self._pause_ms * random.getrandbits(8) // 512
        self._wait_ms = _LASTING_MS if refused or is_full else drawn_ms
        if again_ms:
            self._wait_ms = again_ms
        else:
            self._pause_ms = min(2 * self._pause_ms, _PAUSE_MAX_MS)
        self._since_ms = self._context.clock.ticks_ms()

    def _accepted(self):
        if self._trust:
            self._trust.keep(self._context.flash_allowed)
        self._context.status[self._name] = "online"
        self._reuses = 0
        self._log("online")
        self._since_ms = self._published_ms = self._context.clock.ticks_ms()
        self.published.clear()
        if self.on_connect:
            self.on_connect()

    def _receive(self, topic, payload, retained):
        if payload is None:
            self.refuse("too long")
        elif retained:  # sent for another moment
            self.refuse("retained")
        else:
            self.on_message(topic, payload)

    def _log(self, text):
        if text != self._logged:  # once, not every minute
            self._logged = text
            self._context.log.add(self._name, text[:80])
