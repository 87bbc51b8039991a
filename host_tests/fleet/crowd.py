"""Many devices at one broker: the firmware's own service of Home Assistant, once a device, over a state of its own.

python -m host_tests.fleet.crowd [DEVICES] [AWAY_S] measures a mosquitto of its own: its memory, how long an OFF for all
takes, and how the devices come back after it was away. A cluster of RabbitMQ: rabbit.py.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import paho.mqtt.client as paho

from curfew.core import codes, settings
from curfew.runtime import snapshot
from curfew.runtime.inbox import Inbox
from curfew.runtime.supervisor import Link
from curfew.services.context import ServiceContext
from curfew.services.mqtt import homeassistant
from host_tests.fixtures.broker import ENTITIES, Log
from host_tests.fixtures.core import settings_given
from simulator.realtime.broker import Mosquitto, mqtt_config

ROUND_S = 0.02  # between two looks at every device
BACK_S, OFF_S = 30, 5  # at most
DESCRIBED_S = 180  # everything once, on a busy computer
SETTINGS = settings.parse(json.dumps(settings_given(1, True)))
homeassistant.gc = SimpleNamespace(collect=lambda: None)  # it would walk the memory of all devices for each
CLOCK = SimpleNamespace(ticks_ms=lambda: time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF)


def chip(number):
    """The number of the chip of a device."""
    return f"240ac4{number:06x}"


class Device:
    """One device; it burns until it hears OFF, unless its contact is welded.

    dials_s: its attempts to connect; hears_s: since when it hears commands; offs: since burn(), off_s: the first.
    """

    def __init__(self, number, port, **login):
        self.chip = chip(number)
        self.base = f"curfew/{self.chip}"
        self.dials_s, self.offs, self.hears_s, self.off_s = [], 0, 0.0, 0.0
        self.is_welded = False
        self._link = Link(Inbox(1), snapshot.Snapshot(1, threading.Lock()))
        config = {"name": f"flat-{number}", "mqtt": mqtt_config(port, **login)}
        flash = SimpleNamespace(flash_allowed=lambda: True)
        self._context = ServiceContext(flash, self._link, CLOCK, SETTINGS, config, Log(), None)
        self._context.status["wifi"] = self._context.status["time"] = "online"
        self._service = homeassistant.HomeAssistant(self._context, self.chip, lambda: None, lambda: -60, "POWER_ON")
        self.broker = self._service.broker
        self._heard = False
        self.burn()

    def burn(self, is_on=True):
        """The state that it reports: a flame and a closed contact, or the end of it by a remote OFF."""
        values = self._link.snapshot.values
        values[snapshot.SNAP_STATE] = codes.BURNING if is_on else codes.VERIFYING
        values[snapshot.SNAP_CAUSE], values[snapshot.SNAP_DETAIL] = codes.REMOTE, codes.SOURCES.split().index("mqtt")
        values[snapshot.SNAP_CONTACT_CLOSED] = values[snapshot.SNAP_FLAME] = is_on

    def is_described(self):
        """Whether the broker has everything that it says of itself."""
        said = self._service._discoveries is None and f"{self.base}/burner/0/state" in self.broker.published
        return said and self.broker.is_online() and not self.broker._client.waiting

    def is_settled(self):
        """Whether its session has lasted a minute, if the one before ended early: else it says one thing at a time."""
        return self.is_described() and not self.broker._one_by_one

    def hears(self):
        """Whether the broker has answered the subscription to its commands, the first one of several."""
        return self.broker.is_online() and self.broker._client._subscribed > 1

    def is_off(self):
        """Whether the contact is open."""
        return not self._link.snapshot.values[snapshot.SNAP_CONTACT_CLOSED]

    def poll(self):
        """One round, as the services' thread makes it; the loop takes an OFF at once."""
        dialing = self.broker._connection is not None
        self._context.look()
        self._service.poll()
        if self._link.inbox.take_off(0):
            self.offs += 1
            self.off_s = self.off_s or time.monotonic()
            self.burn(self.is_welded)
        if self.hears() and not self._heard:
            self.hears_s = time.monotonic()
        self._heard = self.hears()
        if self.broker._connection is not None and not dialing:
            self.dials_s.append(time.monotonic())


class Crowd:
    """Devices at a broker, all in one thread; users: the password of each, if the broker wants one."""

    def __init__(self, count, port, users=None):
        self.devices, self.port, self.users = [], port, users
        self.grow(count)

    def grow(self, count):
        """Make it so many devices and wait until all are online and have described themselves; seconds that it took."""
        self.devices += [
            Device(number, self.port, **login(self.users, chip(number))) for number in range(len(self.devices), count)
        ]
        return self.until(lambda device: device.is_described(), DESCRIBED_S)

    def round(self):
        """One look at every device."""
        for device in self.devices:
            device.poll()
        time.sleep(ROUND_S)

    def rounds(self, seconds):
        """Rounds for so long."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self.round()

    def until(self, holds, most_s):
        """Rounds until it holds of every device; seconds that it took. AssertionError when it takes too long."""
        began_s = time.monotonic()
        while not all(map(holds, self.devices)):
            assert time.monotonic() - began_s < most_s, f"{sum(map(holds, self.devices))} of {len(self.devices)}"
            self.round()
        return time.monotonic() - began_s

    def burn(self):
        """Every burner burns, and no OFF has come."""
        for device in self.devices:
            device.burn()
            device.offs, device.off_s = 0, 0.0

    def off(self, speaker):
        """Say OFF to every device by another client of the broker; seconds until the last one has it."""
        before = {device.base: device.offs for device in self.devices}
        for device in self.devices:
            speaker.publish(f"{device.base}/command", "OFF", 1)
        return self.until(lambda device: device.offs > before[device.base], OFF_S)

    def off_while_killed(self, speaker, kill):
        """Say OFF to every device and kill at half of it.

        Returns how many were acknowledged by then, how many of these had no effect, and how many of these last went
        to a device whose session did not end.
        """
        acknowledged, heard_s = set(), {device: device.hears_s for device in self.devices}
        speaker.on_publish = lambda *said: acknowledged.add(said[2])
        sent = {speaker.publish(f"{device.base}/command", "OFF", 1).mid: device for device in self.devices}
        end_s = time.monotonic() + OFF_S
        while len(acknowledged) < len(sent) / 2 and time.monotonic() < end_s:
            time.sleep(0.0005)
        kill()
        before = acknowledged & sent.keys()  # without what an earlier kill left to be said again
        self.rounds(2)
        lost = [sent[number] for number in before if not sent[number].offs]
        return len(before), len(lost), sum(device.hears() and device.hears_s == heard_s[device] for device in lost)

    def away(self, broker, away_s):
        """Kill the broker for so long; seconds until the last device is back, most attempts at once in 0.1 s."""
        broker.stop()
        gone_s = time.monotonic()
        self.rounds(away_s)
        broker.start()
        back_s = self.until(lambda device: device.hears_s > gone_s, BACK_S)
        return back_s, self.most_at_once(gone_s)

    def most_at_once(self, since_s):
        """The most attempts to connect in a tenth of a second since then."""
        dials_s = [dial_s for device in self.devices for dial_s in device.dials_s if dial_s > since_s]
        return max(Counter(int(10 * (dial_s - since_s)) for dial_s in dials_s).values(), default=0)


def login(users, user):
    """User and password as a device has them in its settings; none where the broker wants none."""
    return {"user": user, "password": users[user]} if users else {}


def speaking(port, user="", users=None):
    """A client that commands; end it with loop_stop()."""
    speaker = paho.Client(paho.CallbackAPIVersion.VERSION2)
    if users:
        speaker.username_pw_set(user, users[user])
    speaker.connect("127.0.0.1", port)
    speaker.loop_start()
    return speaker


def memory_kb(pid):
    """What a process holds."""
    text = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS:")))


def main(count=500, away_s=10.0):
    """Measure and say so."""
    os.chdir(ENTITIES.parent)  # the flash of every device
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder))
        try:
            held_kb, there = memory_kb(broker.pid), Crowd(0, broker.port)
            print(f"{count} devices online and described after {there.grow(count):.1f} s")
            print(f"broker: {held_kb} kB, and {(memory_kb(broker.pid) - held_kb) / count:.1f} kB a device")
            speaker = speaking(broker.port)
            print(f"OFF for all: {there.off(speaker):.2f} s until the last one has it")
            back_s, most = there.away(broker, away_s)
            print(
                f"broker {away_s:g} s away: all back {back_s:.1f} s after it listens, {most} attempts in 0.1 s at most"
            )
            speaker.loop_stop()
        finally:
            broker.stop()


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, float), sys.argv[1:], strict=False)))
