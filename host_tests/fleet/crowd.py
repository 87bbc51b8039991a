"""Many devices at one broker: the firmware's own MQTT session, once a device, with the device's topics.

python -m host_tests.fleet.crowd [DEVICES] [AWAY_S] measures a mosquitto of its own: its memory, how long an OFF for all
takes, and how the devices come back after it was away.
"""

import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import paho.mqtt.client as paho

import host_tests.fixtures.broker  # noqa: F401 (MicroPython's time)
from curfew.services.mqtt import session
from simulator.realtime.broker import Mosquitto, mqtt_config

ROUND_S = 0.02  # between two looks at every device
STATES = ('{"state": "BURNING", "contact_closed": true}', '{"state": "VERIFYING", "contact_closed": false}')
BACK_S, OFF_S = 30, 5  # at most


class Device:
    """One device: its session; dials_s: when it began to connect; offs: the OFFs that came."""

    def __init__(self, number, port):
        self.base = f"curfew/240ac4{number:06x}"
        self.status = {"wifi": "online", "time": "online"}
        self.dials_s, self.offs, self.online_s = [], 0, 0.0
        ticks = SimpleNamespace(ticks_ms=lambda: time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF)
        context = SimpleNamespace(
            status=self.status, clock=ticks, chip=None, deadline_s=lambda: None, link=SimpleNamespace(may_stall=[1]),
            flash_allowed=lambda: True, log=SimpleNamespace(add=lambda *words: None),
        )  # fmt: skip
        topics = [f"{self.base}/command", f"{self.base}/burner/+/command"]
        self.broker = session.Broker("mqtt", context, self.base, mqtt_config(port), topics, f"{self.base}/status")
        self.broker.on_connect, self.broker.on_message = self._connected, self._hear

    def _connected(self):
        self.online_s = time.monotonic()
        self.broker.publish(f"{self.base}/status", "online", True)

    def _hear(self, topic, payload):
        self.offs += payload == b"OFF"

    def poll(self):
        """One round, as the services' thread makes it."""
        dialing = self.broker._connection is not None
        if self.broker.poll():
            self.broker.offer(f"{self.base}/burner/0/state", STATES[self.offs > 0])
        if self.broker._connection is not None and not dialing:
            self.dials_s.append(time.monotonic())


class Crowd:
    """Devices at a broker, all in one thread."""

    def __init__(self, count, port):
        self.devices = [Device(number, port) for number in range(count)]

    def round(self):
        """One look at every device."""
        for device in self.devices:
            device.poll()
        time.sleep(ROUND_S)

    def until(self, holds, most_s):
        """Rounds until it holds of every device; seconds that it took. AssertionError when it takes too long."""
        began_s = time.monotonic()
        while not all(map(holds, self.devices)):
            assert time.monotonic() - began_s < most_s, f"{sum(map(holds, self.devices))} of {len(self.devices)}"
            self.round()
        return time.monotonic() - began_s

    def off(self, speaker):
        """Say OFF to every device by another client of the broker; seconds until the last one has it."""
        before = {device.base: device.offs for device in self.devices}
        for device in self.devices:
            speaker.publish(f"{device.base}/command", "OFF", 1)
        return self.until(lambda device: device.offs > before[device.base], OFF_S)

    def off_while_killed(self, speaker, broker):
        """Say OFF to every device and kill the broker at half of it: (acknowledged, of them without effect)."""
        acknowledged = set()
        speaker.on_publish = lambda *said: acknowledged.add(said[2])
        sent = {speaker.publish(f"{device.base}/command", "OFF", 1).mid: device for device in self.devices}
        end_s = time.monotonic() + OFF_S
        while len(acknowledged) < len(sent) / 2 and time.monotonic() < end_s:
            time.sleep(0.0005)
        broker.stop()
        for _ in range(50):
            self.round()
        return len(acknowledged), sum(not sent[number].offs for number in acknowledged)

    def away(self, broker, away_s):
        """Kill the broker for so long; seconds until the last device is back, most attempts at once in 0.1 s."""
        broker.stop()
        gone_s = time.monotonic()
        while time.monotonic() - gone_s < away_s:
            self.round()
        broker.start()
        back_s = self.until(lambda device: device.online_s > gone_s, BACK_S)
        tenths = [
            int(10 * (dial_s - gone_s)) for device in self.devices for dial_s in device.dials_s if dial_s > gone_s
        ]
        return back_s, max(map(tenths.count, set(tenths)))


def speaking(port):
    """A client that commands; end it with loop_stop()."""
    speaker = paho.Client(paho.CallbackAPIVersion.VERSION2)
    speaker.connect("127.0.0.1", port)
    speaker.loop_start()
    return speaker


def memory_kb(broker):
    """What the broker's process holds."""
    text = Path(f"/proc/{broker._process.pid}/status").read_text("utf-8")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS:")))


def main(count=500, away_s=10.0):
    """Measure and say so."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder))
        try:
            held_kb, crowd = memory_kb(broker), Crowd(count, broker.port)
            speaker = speaking(broker.port)
            print(f"{count} devices online after {crowd.until(lambda device: device.online_s, 60):.1f} s")
            print(f"broker: {held_kb} kB, and {(memory_kb(broker) - held_kb) / count:.1f} kB a device")
            print(f"OFF for all: {crowd.off(speaker):.2f} s until the last one has it")
            back_s, most = crowd.away(broker, away_s)
            print(
                f"broker {away_s:g} s away: all back {back_s:.1f} s after it listens, {most} attempts in 0.1 s at most"
            )
            speaker.loop_stop()
        finally:
            broker.stop()


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, float), sys.argv[1:], strict=False)))
