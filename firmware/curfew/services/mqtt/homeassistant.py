"""The box in MQTT: topics, commands, and the messages by which Home Assistant finds it.

Belongs here: topics and what they carry. Does not: the connection (mqtt.py), judging a command (the loop does that).
A command can shut a burner, or ask for more time where settings allow it; there is no word that lets gas flow.
"""

import json
import random

from curfew import VERSION
from curfew.services.mqtt.session import Broker
from curfew.services.update import slots

_COMMAND_MAX = 128  # bytes
_COMMAND_AGE_S = 5
_SLOW_ROUNDS = 20  # of half a second, from millivolts to millivolts
_DRIFT_S = 2  # of "off at", before it is told anew
# The frame of a discovery message; then of each entity: who has it (device, burner, a burner with sensor, one that may
# be extended), platform, object, label, and what goes into the frame, "~" being the topic of device or burner. A file,
# to spare the heap.
ENTITIES_PATH = "entities.txt"


def understood(payload):
    """A command's verb in capitals and its unix second, None where it gives none; (b"", None) for any other bytes."""
    if len(payload) > _COMMAND_MAX:
        return b"", None
    if payload[:1] != b"{":
        return payload.strip().upper(), None  # of bytes: these capitals are ASCII's only
    try:
        order = json.loads(str(payload, "utf-8"))
        verb = order["do"].encode().upper()
        at = order.get("at")
    except (ValueError, KeyError, AttributeError):
        return b"", None
    if at is not None and type(at) is not int:  # a float of the chip is minutes off
        return b"", None
    return verb, at


class HomeAssistant:
    """Polled by the services; somebody else keeps house.look() going.

    chip_id: hex text. unix_s(): the time, or None while nobody knows it. rssi(): dBm, or None. restart_reason: a word.
    """

    def __init__(self, house, chip_id, unix_s, rssi, restart_reason):
        config = house.config["mqtt"]
        self._house = house
        self._unix_s = unix_s
        self._rssi = rssi
        self._restart_reason = restart_reason
        self._node = "curfew_" + chip_id
        self._base = config["prefix"] + "/" + chip_id
        self._discovery = config["discovery"]
        self._birth = self._discovery + "/status"
        self._status = self._base + "/status"
        topics = (self._base + "/command", self._base + "/burner/+/command", self._birth)
        self.broker = Broker("mqtt", house, self._node, config, topics, self._status)
        self.broker.on_connect = self._connected
        self.broker.on_message = self._take
        self._hello = None  # what is still to be announced
        self._next = None  # of that, what found no room yet
        self._hello_rounds = 0  # until all is announced again; 0: it is not
        self._rounds = 0
        self._rssi_dbm = None
        self._off_at = [None] * house.burners
        self._conducted = [False] * house.burners

    def poll(self):
        """One round: hear commands, then tell what is new as far as there is room. May raise MemoryError."""
        if not self.broker.poll():
            return
        if self._hello_rounds:
            self._hello_rounds -= 1
            if not self._hello_rounds:
                self._announce()
        if self._hello is None:
            self._tell()
        else:
            self._stream()

    # --- telling ---------------------------------------------------------------------------------------------------

    def _connected(self):
        for index in range(self._house.burners):  # what closed while nobody listened is no event any more
            self._conducted[index] = self._house.burner(index)["conducts"]
        self._announce()

    def _announce(self):
        self._hello = self._introductions()
        self._next = None
        self._rounds = 0
        self.broker.told.clear()

    def _stream(self):
        while self._hello is not None:
            if self._next is None:
                try:
                    self._next = next(self._hello, None)
                except OSError as error:  # the file cannot be read: the rest works without
                    self._house.log.add("mqtt", "%s: %s" % (ENTITIES_PATH, error))
                if self._next is None:
                    self._hello = None
            elif self.broker.publish(self._next[0], self._next[1], True):
                self._next = None
            else:
                return

    def _introductions(self):
        """Retained messages, one an entity; an empty one takes an entity away that this box does not have."""
        yield self._status, "online"
        house = self._house
        yield from self._introduced({"device": True}, self._base + "/", "", "")
        for index in range(house.burners):
            has = {"burner": True, "sensor": house.burner(index)["sensor"], "extend": house.extend_allowed}
            label = "Burner %d " % (index + 1) if house.burners > 1 else ""
            yield from self._introduced(has, self._topic(index, ""), "burner%d_" % index, label)

    def _introduced(self, has, topic, prefix, prefix_label):
        node = self._node
        version = "%s (%s)" % (VERSION, slots.build_id())
        name, topic, status = map(json.dumps, (self._house.config.get("name") or "Curfew", topic[:-1], self._status))
        with open(slots.path(ENTITIES_PATH)) as entities:
            frame = entities.readline()
            for line in entities:
                who, platform, entity, label, about = line.split("|", 4)
                if who not in has:
                    continue
                path = "%s/%s/%s/%s/config" % (self._discovery, platform, node, prefix + entity)
                text = ""
                if has[who]:
                    unique = node + "_" + prefix + entity
                    given = (topic, prefix_label + label, unique, platform, unique, status, about, node, name, version)
                    text = frame % given
                yield path, text

    def _tell(self):
        house = self._house
        slow = self._rounds == 0
        self._rounds = (self._rounds + 1) % _SLOW_ROUNDS
        if slow:
            self._rssi_dbm = self._rssi()
        device = {"problem": house.problem(), "rssi": self._rssi_dbm, "restart_reason": self._restart_reason}
        self.broker.offer(self._base + "/device", json.dumps(device))
        for index in range(house.burners):
            self._tell_burner(index, house.burner(index), slow)

    def _tell_burner(self, index, burner, slow):
        left_s = burner.pop("remaining_s")
        uv = {"tc_uv": burner.pop("tc_uv"), "magnet_uv": burner.pop("magnet_uv")}
        if not burner["sensor"]:
            burner["flame"] = None
        elif slow:
            self.broker.offer(self._topic(index, "millivolts"), json.dumps(uv))
        burner["valve"] = valve(burner)
        burner["off_at"] = self._steady_off_at(index, left_s if burner["conducts"] else 0)
        self.broker.offer(self._topic(index, "state"), json.dumps(burner))
        if self._conducted[index] and not burner["conducts"]:
            event = json.dumps({"event_type": burner["cause"].split(":")[0], "cause": burner["cause"]})
            if not self.broker.publish(self._topic(index, "closing"), event, False):
                return
        self._conducted[index] = burner["conducts"]

    def _steady_off_at(self, index, left_s):
        now_s = self._unix_s()
        if not left_s or now_s is None:
            self._off_at[index] = None
        elif self._off_at[index] is None or abs(now_s + left_s - self._off_at[index]) > _DRIFT_S:
            self._off_at[index] = now_s + left_s
        return self._off_at[index]

    def _topic(self, index, name):
        return "%s/burner/%d/%s" % (self._base, index, name)

    # --- hearing ---------------------------------------------------------------------------------------------------

    def _take(self, topic, payload):
        if topic == self._birth:
            if payload == b"online":  # all boxes of the house hear it at once: each answers at its own moment
                self._hello_rounds = 2 + random.getrandbits(4)
            return
        if topic == self._base + "/command":
            self._obey(None, payload)
            return
        for index in range(self._house.burners):
            if topic == self._topic(index, "command"):
                self._obey(index, payload)
                return
        self.broker.refuse("no such topic")

    def _obey(self, index, payload):
        verb, at = understood(payload)
        now_s = self._unix_s()
        if at is not None and now_s is not None and now_s - at > _COMMAND_AGE_S:
            self.broker.refuse("out of date")
        elif verb in (b"OFF", b"CLOSE"):
            self._house.off(index, "mqtt")
        elif verb == b"EXTEND" and index is not None and self._house.extend_allowed:
            self._house.extend(index)
        else:
            self.broker.refuse("no such command")
            for burner in range(self._house.burners) if index is None else (index,):
                self.broker.told.pop(self._topic(burner, "state"), None)  # whoever hoped otherwise sees how it is


def valve(burner):
    """The gas of a burner as far as the box knows: a flame that it did not allow is "open", too."""
    if burner["conducts"]:
        return "open"
    if burner["state"] == "VERIFYING":
        return "closing"
    return "open" if burner["flame"] else "closed"
