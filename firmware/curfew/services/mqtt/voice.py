"""OFF by voice without Home Assistant: a switch in the Bemfa cloud, which XiaoAI, Tmall Genie and Xiaodu support.

"off" shuts off; a number ("set it to 20") asks for less time, in minutes; "on" changes nothing, and the state is
published again so that the app shows it.
"""

from curfew.services.mqtt.session import Broker


def is_wanted(config):
    """True when there are topics, and memory: it is enough for one TLS session, and MQTT has priority."""
    mqtt = config.get("mqtt") or {}
    voice = config.get("voice") or {}
    return bool(voice.get("topics")) and not (mqtt.get("host") and mqtt["tls"] and voice["tls"])


class Voice:
    """Polled by the services, which call context.look().

    A single topic means all burners. Of several topics, each means the burner at its place; further ones are ignored.
    """

    def __init__(self, context):
        config = context.config["voice"]
        topics = config["topics"]
        self._context = context
        self._burners = {topic: range(index, index + 1) for topic, index in zip(topics, range(context.burners))}
        if len(topics) == 1:
            self._burners[topics[0]] = range(context.burners)
        self.broker = Broker("voice", context, config["client_id"], config, self._burners)
        self.broker.on_message = self._receive

    def poll(self):
        """One round: receive commands, then publish changes."""
        if self.broker.poll():
            for topic, burners in self._burners.items():
                is_on = any(self._context.burner(index)["contact_closed"] for index in burners)
                self.broker.offer(topic + "/set", "on" if is_on else "off", False)

    def _receive(self, topic, payload):
        if topic not in self._burners:
            self.broker.refuse("no such topic")
        elif payload.split(b"#")[0].strip().lower() == b"off":  # after "#": color, speed and the like
            for index in self._burners[topic]:
                self._context.off(index, "voice")
        elif payload[:3] == b"on#" and payload[3:].isdigit() and 1 <= int(payload[3:][:4]) <= 240:  # "set it to 20"
            for index in self._burners[topic]:
                why = self._context.less(index, int(payload[3:]), "voice")
                if why:
                    self.broker.refuse(why)
        else:
            self.broker.refuse("no such command")
            self.broker.published.pop(topic + "/set", None)
