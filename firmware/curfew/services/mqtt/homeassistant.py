"""The device in MQTT: topics, commands, states, and when to describe itself again (discovery.py).

A command can shut off a burner, or ask for more time where the settings allow it. No command can turn gas on.
"""

import gc
import json
import random

from curfew import forget
from curfew.runtime.snapshot import SNAP_CONTACT_CLOSED, SNAP_FIELDS
from curfew.services.mqtt.session import Broker

_COMMAND_MAX = 128  # bytes
_COMMAND_AGE_S = 5
_DAY_S = 86400
_OFF = (b"OFF", b"CLOSE")
_PRESENCE = (b"PRESENT", b"ABSENT")
_KEYS = ("do", "state", "command")  # of an object that means OFF
_AROUND = b" \t\r\n\v\f\0\"'\xef\xbb\xbf"  # a mark of UTF-8 included
_CHECK = "CHECK"  # sent to the device by itself: the proof that commands arrive
_CHECKS = 3  # without a proof, every ten seconds; then one an hour
_CHECK_ROUNDS = 360
_RENEW_ROUNDS = 30  # a cluster ends sessions at their topics while one of its nodes is away
_SLOW_ROUNDS = 20  # of half a second, between two messages with millivolts
_DRIFT_S = 2  # of "off at", before it is published again


def parse_command(payload):
    """(verb in capitals, unix second, True or None) of a command; True: a time that is none. b"" for any other bytes.

    OFF is understood generously, whatever shells and scripts put around it; every other word strictly.
    """
    text = payload.strip(_AROUND)
    if len(payload) > _COMMAND_MAX:
        return b"", None
    if text[:1] != b"{":
        bare = text.upper()  # of bytes: changes ASCII letters only
        return (bare if bare in _OFF else payload.strip().upper()), None
    try:
        command = json.loads(str(text, "utf-8"))
        at = command.get("at")
        for key in command:
            if key.lower() in _KEYS and command[key].encode().strip(_AROUND).upper() in _OFF:
                return _OFF[0], at if type(at) is int else None
        minutes = command.get("off_in_min")
        verb = command["do"].encode().upper() if minutes is None else b"OFF_IN %s" % str(minutes).encode()
    except (ValueError, KeyError, AttributeError):
        return b"", None
    return verb, at if at is None or type(at) is int else True  # a float is inexact by minutes on the chip


class HomeAssistant:
    """Polled by the services, which call context.look().

    chip_id: hex text. unix_s(): the time, None while unknown; is_sure(): two servers agreed on it. rssi(): dBm, or
    None. restart_reason: a word.
    """

    def __init__(self, context, chip_id, unix_s, rssi, restart_reason, is_sure=lambda: True):
        config = context.config["mqtt"]
        self._context = context
        self._unix_s = unix_s
        self._is_sure = is_sure
        self._rssi = rssi
        self._restart_reason = restart_reason
        self._node = "curfew_" + chip_id
        self._base = config["prefix"] + "/" + chip_id
        self._discovery = config["discovery"]
        self._birth = self._discovery + "/status"
        self._status = self._base + "/status"
        self._command = self._base + "/command"
        topics = [self._command, self._base + "/burner/+/command"]
        if self._discovery:
            topics.append(self._birth)
        self.broker = Broker("mqtt", context, self._node, config, topics, self._status)
        self.broker.on_connect = self._connected
        self.broker.on_message = self._receive
        self._discoveries = None  # generator of the messages still to be sent
        self._next = None  # the one of them that waits for room
        self._announce_rounds = 0  # until all are sent again; 0: not planned
        self._rounds = 0
        self._rssi_dbm = None
        self._off_at = [None] * context.burners
        self._was_closed = [False] * context.burners
        self._seen = 0  # what had changed when the states were last published
        self._checks = 0  # without a proof that commands arrive, in this session; None: proved

    def poll(self):
        """One round: receive commands, then publish changes as far as there is room. May raise MemoryError."""
        try:
            if self.broker.poll():
                self._speak()
            elif self._seen != self._changes() and self._has_shut_off() and self._discoveries is None:
                self._publish_states(False)  # this is not left to the next half second
        except Exception as error:  # whatever cannot be published must not end the way of an OFF
            gc.collect()
            self._context.log.add("mqtt", repr(error))

    def _changes(self):
        return self._context.changed + self._context.offs

    def _has_shut_off(self):
        context = self._context
        for index in range(context.burners):
            is_open = not context.values[index * SNAP_FIELDS + SNAP_CONTACT_CLOSED]
            if self._was_closed[index] and (is_open or context.opens_first(index)):
                return True
        return False

    def _speak(self):
        if self._announce_rounds:
            self._announce_rounds -= 1
            if not self._announce_rounds:
                self._announce()
        if self._discoveries is None:
            self._publish()
        else:
            self._stream()

    # --- publishing ------------------------------------------------------------------------------------------------

    def _connected(self):
        for index in range(self._context.burners):  # a shut-off without a session is not an event any more
            self._was_closed[index] = self._context.burner(index)["contact_closed"]
        self._checks = 0
        self._announce()

    def _announce(self):
        from curfew.services.mqtt import discovery

        self._discoveries = discovery.messages(self._context, self._node, self._base, self._discovery)
        forget("services.mqtt.discovery")
        self._next = None
        self._rounds = 0
        self.broker.published.clear()

    def _stream(self):
        while self._discoveries is not None:
            if self._next is None:
                try:
                    self._next = next(self._discoveries, None)
                except OSError as error:  # unreadable file: everything else works
                    self._context.log.add("mqtt", "entities.txt: %s" % error)
                if self._next is None:
                    self._discoveries = None
            elif self.broker.publish(self._next[0], self._next[1], True):
                self._next = None
            else:
                return

    def _publish(self):
        slow = self._rounds == 0
        self._rounds = (self._rounds + 1) % _SLOW_ROUNDS
        if slow:
            self._rssi_dbm = self._rssi()
            self._check()
        self._publish_states(slow)

    def _publish_states(self, slow):
        context = self._context
        self._seen = self._changes()
        device = {"problem": context.problem(), "rssi": self._rssi_dbm, "restart_reason": self._restart_reason}
        self.broker.offer(self._base + "/device", json.dumps(device))
        for index in range(context.burners):
            self._publish_burner(index, context.burner(index), slow)

    def _check(self):
        """Send the next check, a command of no effect; a broker may grant topics and never deliver a message."""
        checks = self._checks
        if checks is None:
            return
        if checks == _CHECKS:
            self._context.status["mqtt"] = "no commands"
            self._context.log.add("mqtt", "no message arrives at " + self._command)
        if checks < _CHECKS or checks % _CHECK_ROUNDS == 0:
            self.broker.publish(self._command, _CHECK, False)
        self._checks += 1
        if self._checks % _RENEW_ROUNDS == 0:
            self.broker.renew()

    def _publish_burner(self, index, burner, slow):
        left_s = burner.pop("remaining_s")
        uv = {"tc_uv": burner.pop("tc_uv"), "magnet_uv": burner.pop("magnet_uv")}
        if not burner["sensor"]:
            burner["flame"] = None
        elif slow:
            self.broker.offer(self._topic(index, "millivolts"), json.dumps(uv))
        first = self._context.opens_first(index)
        if first:  # the pin is low; state and cause come with the next tick
            burner["contact_closed"] = False
        burner["valve"] = "closing" if first else valve(burner)
        burner["off_at"] = self._steady_off_at(index, left_s if burner["contact_closed"] else 0)
        self.broker.offer(self._topic(index, "state"), json.dumps(burner))
        if first:
            return
        if self._was_closed[index] and not burner["contact_closed"]:
            event = json.dumps({"event_type": burner["cause"].split(":")[0], "cause": burner["cause"]})
            if not self.broker.publish(self._topic(index, "shutoff"), event, False):
                return
        self._was_closed[index] = burner["contact_closed"]

    def _steady_off_at(self, index, left_s):
        now_s = self._unix_s()
        if not left_s or now_s is None:
            self._off_at[index] = None
        elif self._off_at[index] is None or abs(now_s + left_s - self._off_at[index]) > _DRIFT_S:
            self._off_at[index] = now_s + left_s
        return self._off_at[index]

    def _topic(self, index, name):
        return "%s/burner/%d/%s" % (self._base, index, name)

    # --- receiving -------------------------------------------------------------------------------------------------

    def _receive(self, topic, payload):
        if topic != self._birth and self._checks is not None:
            self._checks = None
            self._context.status["mqtt"] = "online"
        if topic == self._birth:
            if payload == b"online":  # all devices receive it at once: each answers at a random moment
                self._announce_rounds = 2 + random.getrandbits(4)
            return
        if topic == self._command:
            if payload != _CHECK.encode():
                self._execute(None, payload)
            return
        for index in range(self._context.burners):
            if topic == self._topic(index, "command"):
                self._execute(index, payload)
                return
        self.broker.refuse("no such topic")

    def _execute(self, index, payload):
        verb, at = parse_command(payload)
        now_s = self._unix_s()
        age_s = 0 if at is None else _DAY_S + 1 if now_s is None or at is True else now_s - at
        if verb in _OFF:  # a time that cannot be right does not refuse it
            if _COMMAND_AGE_S < age_s <= _DAY_S and self._is_sure():
                self.broker.refuse("out of date")
            else:
                self._context.off(index, "mqtt")
        elif (verb == b"EXTEND" or verb[:7] == b"OFF_IN " or verb in _PRESENCE) and not (
            -_COMMAND_AGE_S <= age_s <= _COMMAND_AGE_S
        ):
            self.broker.refuse("out of date, or time unknown")
        elif verb[:7] == b"OFF_IN " and index is not None and verb[7:].isdigit() and 1 <= int(verb[7:][:4]) <= 240:
            why = self._context.less(index, int(verb[7:]), "mqtt")
            if why:
                self.broker.refuse(why)
        elif verb in _PRESENCE and index is None and self._context.say_presence(verb == _PRESENCE[0]):
            pass
        elif verb == b"EXTEND" and index is not None and self._context.extend_allowed:
            self._context.extend(index)
        else:
            self.broker.refuse("no such command")
            for burner in range(self._context.burners) if index is None else (index,):
                self.broker.published.pop(self._topic(burner, "state"), None)  # the state is published again


def valve(burner):
    """State of the gas valve for Home Assistant; "open" includes a flame that the device did not allow."""
    if burner["contact_closed"]:
        return "open"
    if burner["state"] == "VERIFYING":
        return "closing"
    return "open" if burner["flame"] else "closed"
