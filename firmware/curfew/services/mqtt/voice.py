"""Off by voice without Home Assistant: a switch in the Bemfa cloud, which XiaoAI, Tmall Genie and Xiaodu know.

Belongs here: that cloud's words. Does not: the connection (mqtt.py). "off" shuts; "on" changes nothing, and the state
is told again so that the speaker's app shows it.
"""

from curfew.services.mqtt.session import Broker


def is_wanted(config):
    """True when there are topics and memory, which is for one TLS session; MQTT goes first."""
    mqtt = config.get("mqtt") or {}
    voice = config.get("voice") or {}
    return bool(voice.get("topics")) and not (mqtt.get("host") and mqtt["tls"] and voice["tls"])


class Voice:
    """Polled by the services; somebody else keeps house.look() going.

    A single topic means all burners; of several, each means the burner of its place, and those beyond are left out.
    """

    def __init__(self, house):
        config = house.config["voice"]
        topics = config["topics"]
        self._house = house
        self._burners = {topic: range(index, index + 1) for topic, index in zip(topics, range(house.burners))}
        if len(topics) == 1:
            self._burners[topics[0]] = range(house.burners)
        self.broker = Broker("voice", house, config["client_id"], config, self._burners)
        self.broker.on_message = self._take

    def poll(self):
        """One round: hear words, then tell what is new."""
        if self.broker.poll():
            for topic, burners in self._burners.items():
                conducts = any(self._house.burner(index)["conducts"] for index in burners)
                self.broker.offer(topic + "/set", "on" if conducts else "off", False)

    def _take(self, topic, payload):
        if topic not in self._burners:
            self.broker.refuse("no such topic")
        elif payload.split(b"#")[0].strip().lower() == b"off":  # behind "#": colour, speed and the like
            for index in self._burners[topic]:
                self._house.off(index, "voice")
        else:
            self.broker.refuse("no such command")
            self.broker.told.pop(topic + "/set", None)
