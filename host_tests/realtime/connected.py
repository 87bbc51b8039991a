"""A real-time rig with all services and a broker on loopback."""

import os
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from benchmarks import counts
from curfew.services.http import auth
from docs.generator import chip_heap
from host_tests.fixtures.web import PASSWORD, TOKEN, Client
from simulator import run
from simulator.realtime.broker import Mosquitto, mqtt_config
from simulator.realtime.clients import Clients, control
from simulator.realtime.process import network_of
from simulator.realtime.rig import SHORT, RealtimeRig
from simulator.rules.numbers import TICK_MS

BASE = "curfew/240ac412ab0f"  # the topics of the chip on the desk
BACK_S = 15
TOO_BUSY = "this machine is too busy to tell"
LOAD_MAX = 3  # programs for each core; fifty clients and a flood are two
ON = ("ARMED", "BURNING")  # without a sensor a press leads to BURNING
AGAIN_S = 2  # between two presses of which the first was not seen
PSRAM_KIB = 1024  # of 2 MiB and more: the heap of a VM that long is slow to collect, and no test fills it


@dataclass(frozen=True)
class Home:
    """A chip in its own heap with the services that fit on it: a "yes" of the table in README."""

    heap_kib: int
    one: chip_heap.Combination

    @property
    def burners(self):
        return 4 if "four" in self.one.name else 2


def _heap_kib(chip, one):
    heap = chip_heap.heap_b(chip, one.wifi, one.tls)
    return PSRAM_KIB if heap is None else int(heap / chip_heap.RATIO) // 1024


HOMES = {
    f"{chip.name}, {one.name}": Home(_heap_kib(chip, one), one)
    for chip in chip_heap.CHIPS
    for one in chip_heap.COMBINATIONS
    if chip_heap.fits(chip, one, counts.read())
}


class Broker(Mosquitto):
    """A mosquitto that sends at once: it would keep a word back until the last one is acknowledged, up to 40 ms."""

    def start(self):
        at_once = "set_tcp_nodelay true\n"
        lines = self._config.read_text()
        if at_once not in lines:
            self._config.write_text(lines + at_once)
        super().start()


@contextmanager
def watched():
    """Yields calm(found): of a list of (from_us, to_us, ...) those in which the machine did not stand still.

    To be called after the block. Skips the test when less than half are left.
    """
    with control(run._micropython()) as stood_still:

        def calm(found):
            left = [one for one in found if not any(a < one[1] and one[0] < b for a, b in stood_still)]
            if 2 * len(left) <= len(found):
                pytest.skip(f"{TOO_BUSY}: only {len(left)} of {len(found)} were undisturbed")
            return left

        yield calm


@contextmanager
def limits():
    """Within it limits of time are judged: where one does not hold on a machine that has much else to do, it skips.

    A VM that only sleeps does not see that others take turns with the processes of an OFF.
    """
    try:
        yield
    except AssertionError as error:
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        if load > LOAD_MAX:
            pytest.skip(f"{TOO_BUSY}, {load:.1f} programs wait for each core: {error}")
        raise


@pytest.fixture
def connected(tmp_path):
    """A function that makes a ConnectedRig; it is taken apart, and judged, with the test."""
    made = []

    @contextmanager
    def make(**asked):
        with ConnectedRig(tmp_path, **asked) as one:
            made.append(one)
            yield one

    return make


class ConnectedRig:
    """A desk with all services and a broker on loopback, with TLS if an authority is given. wild: services raise.

    home: a name of HOMES, whose heap, burners and services it has; its authority counts only where it has TLS.
    """

    def __init__(self, folder, authority=None, wild=False, home=None, **asked):
        home = home and HOMES[home]
        self.has_mqtt = not home or "MQTT" in home.one.name or home.one.tls
        if home:
            asked = {"heap_kib": home.heap_kib, "burners": home.burners, **asked}
            authority = authority if home.one.tls else None
        broker_folder = folder / "broker"
        broker_folder.mkdir()
        self._wild = wild
        self.broker = Broker(broker_folder, authority)
        self.ca = str(authority.folder / "ca.pem") if authority else None
        mqtt = {"mqtt": mqtt_config(self.broker.port, authority, host="localhost")} if self.has_mqtt else {}
        network = network_of(PASSWORD, token=auth.token_hash(TOKEN), **mqtt)
        try:
            self.desk = RealtimeRig(folder, network=network, **{**SHORT, **asked})
        except BaseException:
            self.broker.stop()
            raise
        self.client = Client(self.desk.web_port)
        self.ways = ("web", "mqtt") if self.has_mqtt else ("web",)
        self.client.patience_s = 2  # a phone asks again; one connection may have met services that were just ending
        self.missed = None
        self._pressed_s = {}
        self._draw = random.Random(1)

    def __enter__(self):
        try:
            self.desk.__enter__()
            self.is_back(30)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind, *rest):
        try:
            if self._wild and kind is None:
                reported = [(name, text) for name, text in self.desk.violations() if "a traceback at" not in text]
                assert reported == [], reported  # what the changed services raise, they print
                assert self.desk.failure is None
            else:
                self.desk.__exit__(kind, *rest)
        finally:
            self.broker.stop()

    def services(self):
        """What the status reports on the services; {} while no one answers, and `missed` says what came instead."""
        try:
            answer = self.client.ask("GET", "status", Authorization="Bearer " + TOKEN)
            self.missed = f"answer {answer.status}"
            return answer.json["services"] if answer.status == 200 else {}
        except (OSError, ValueError, IndexError) as error:
            self.missed = repr(error)
            return {}

    def is_back(self, s=BACK_S):
        """Wait until the web answers and says that everything is online."""
        reported = {}

        def online():
            nonlocal reported
            reported = self.services()
            return reported.get("wifi") == "online" and (not self.has_mqtt or reported.get("mqtt") == "online")

        try:
            self.desk.wait_for(online, s)
        except AssertionError as error:
            raise AssertionError(f"the services, all of them online; last seen {reported or self.missed}") from error

    def is_settled(self):
        """Wait until the session with the broker has said all that it begins with, which it keeps until then."""

        def settled():
            said = self.broker.log.read_text().rpartition("Sending CONNACK to curfew_")[2]
            return f"'{BASE}/burner/{len(self.desk.world.burners) - 1}/state'" in said

        if self.has_mqtt:
            self.desk.wait_for(settled, 30, "the states of all burners at the broker")

    def friend(self):
        """Who asks for OFF over HTTP and MQTT."""
        asked = {"web_port": self.desk.web_port, "token": TOKEN, "broker_port": self.broker.port, "base": BASE}
        return Clients("ask", ca=self.ca, **asked)

    def off(self, friend, source, *burners):
        """(ms from asking to coil, ms of them until the controller was reached, the Off), at a random moment.

        A request that TCP had to send again had found no place: it was on its way all the time.
        burners: one of them, or of all, is turned off: the one with a contact that has been closed for the longest.
        """
        burners = burners or range(len(self.desk.world.burners))
        burner = self.desk.wait_for(lambda: self.press_idle(*burners), 30, "a closed contact")[0]
        with self.desk.remote_off(burner, source) as off:
            reported = friend.say(way=source, burner=burner, phase_us=self._draw.randrange(TICK_MS * 1000))
        off.wait()
        reached_us = off.coil_us if reported["repeats"] else reported["connected_us"]
        return (off.coil_us - reported["sent_us"]) / 1000, (reached_us - reported["sent_us"]) / 1000, off

    def press_idle(self, *burners):
        """Press those that are at rest; those with a closed contact, the longest first.

        Pressed again after AGAIN_S: a machine that keeps the loop from its ticks may swallow a press.
        """
        desk = self.desk
        now_s = time.monotonic()
        for burner in burners:
            if desk.state(burner) == "IDLE" and now_s > self._pressed_s.get(burner, 0) + AGAIN_S:
                self._pressed_s[burner] = now_s
                desk.do("press", burner)
        closed = [one for one in burners if desk.state(one) in ON and desk.contact(one) == "closed"]
        return sorted(closed, key=lambda burner: self._pressed_s.get(burner, 0))

    def light_up(self, *burners):
        """Press until all contacts are closed."""
        self.desk.wait_for(lambda: len(self.press_idle(*burners)) == len(burners), 30, "closed contacts")

    def lasts(self, s):
        """Let so much time pass."""
        end_s = time.monotonic() + s
        self.desk.wait_for(lambda: time.monotonic() >= end_s, s + 20, "time")

    def live_bytes(self):
        """The least that the heap held of several looks: a look may come in the middle of something."""
        return min(self.desk.live_bytes() for _ in range(5)) - self.desk.rig_bytes
