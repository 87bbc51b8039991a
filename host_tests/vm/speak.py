"""A Broker alone on the VM: eight messages when it is online, an answer to each that it hears, until it hears "end".

Here: wiring; the seconds to live are the argument, mqtt.json in the current folder is the config. Prints the log, and
the most heap that MQTT kept at the end of a round. Not here: judgement (test_mqtt_on_the_vm.py).
"""

import gc
import json
import sys
import time

gc.collect()
_before = gc.mem_alloc()

from curfew.bundles.mqtt import Broker


class Log:
    def add(self, word, text):
        print("log", word, text)


class Link:
    """Says that a handshake may stall the loop."""


Link.may_stall = b"\1"  # an attribute, so that the build keeps the name


class Context:
    chip = None
    link = Link
    clock = time
    status = {"wifi": "online", "time": "online"}
    log = Log()

    def flash_allowed(self):
        return True

    def deadline_s(self):
        return None


with open("mqtt.json") as file:
    config = json.load(file)
end_ms = time.ticks_ms() + 1000 * int(sys.argv[1])
broker = Broker("mqtt", Context(), "box", config, ("to/me",), "will")
hello = [str(number) for number in range(8)]
heard = []
broker.on_message = lambda topic, payload: heard.append(payload.decode())
kept = 0
while heard != ["end"] and time.ticks_ms() < end_ms:
    broker.poll()
    while hello and broker.publish("from/me", hello[0], False):
        del hello[0]
    if heard and heard != ["end"] and broker.publish("from/me", heard[0], False):
        del heard[0]
    gc.collect()
    kept = max(kept, gc.mem_alloc() - _before)
print("refused", broker.refused)
print("kept", kept)
broker.close()
