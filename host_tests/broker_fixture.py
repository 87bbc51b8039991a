"""A real mosquitto on loopback, a box whose services speak to it, and somebody else in the same house who listens.

Belongs here: starting and ending the broker, certificates and passwords made on the fly, driving both ends by hand.
Does not: expectations. The services' clock is the core's: a turn is a tick of 20 ms, however long the network takes.
"""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from chumicro_mqtt import MQTTClient
from chumicro_mqtt._wire import PacketDecoder
from core_fixture import TICK_MS, Core

from curfew.services import transport
from curfew.services.house import House
from curfew.snapshot import Snapshot
from curfew.supervisor import Link

ENTITIES = Path(__file__).parent.parent / "firmware" / "entities.txt"
PATIENCE_S = 20  # of real time, for anything that should happen
CHIP_ID = "a1b2c3"
USER, PASSWORD = "stove", "pilot light"


def _readinto(self, buffer, size):
    try:
        return self.recv_into(buffer, size)
    except (BlockingIOError, ssl.SSLWantReadError):
        return None


def _write(self, data):
    try:
        return self.send(data)
    except (BlockingIOError, ssl.SSLWantWriteError):
        return None


class _Context(ssl.SSLContext):
    def load_verify_locations(self, der):
        super().load_verify_locations(cadata=der)


# What MicroPython's modules have beyond CPython's: sockets are streams, time ticks, and tls is what ssl is made of.
socket.socket.readinto = ssl.SSLSocket.readinto = _readinto
socket.socket.write = ssl.SSLSocket.write = _write
time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000
time.ticks_add = lambda then, step: then + step
time.ticks_diff = lambda end, start: end - start
sys.modules["tls"] = SimpleNamespace(
    SSLContext=_Context, PROTOCOL_TLS_CLIENT=ssl.PROTOCOL_TLS_CLIENT, CERT_REQUIRED=ssl.CERT_REQUIRED
)


def needed(*programs):
    """Paths of programs; skips the test where one is missing."""
    found = {name: shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin") for name in programs}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        pytest.skip(f"no {' '.join(missing)} here: apt-get install mosquitto mosquitto-clients openssl")
    return list(found.values())


def free_port():
    """A port of loopback on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Authority:
    """A certificate authority, and the certificate of a server of these names; pem: what a client must trust."""

    def __init__(self, folder, names="IP:127.0.0.1,DNS:localhost"):
        folder.mkdir(parents=True)
        self.folder = folder
        (openssl,) = needed("openssl")

        def make(*words):
            subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        make("req", "-x509", *key, "-subj", "/CN=Kitchen authority", "-keyout", "ca.key", "-out", "ca.pem")
        make("req", *key[:-2], "-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
        (folder / "names").write_text("subjectAltName=" + names)
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2")
        make("x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
        self.pem = (folder / "ca.pem").read_text()


class Mosquitto:
    """A broker on a free port of 127.0.0.1; authority: it speaks TLS; guarded: it wants USER and PASSWORD."""

    def __init__(self, folder, authority=None, guarded=False):
        self._program, passwd = needed("mosquitto", "mosquitto_passwd")
        self.port = free_port()
        self._process = None
        self.log = folder / "mosquitto.log"
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "user root", f"log_dest file {self.log}"]
        lines += ["log_type all", f"allow_anonymous {str(not guarded).lower()}"]
        if guarded:
            subprocess.run([passwd, "-b", "-c", folder / "passwords", USER, PASSWORD], check=True, capture_output=True)
            lines.append(f"password_file {folder / 'passwords'}")
        if authority is not None:
            lines += [f"certfile {authority.folder / 'server.pem'}", f"keyfile {authority.folder / 'server.key'}"]
        self._config = folder / "mosquitto.conf"
        self._config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self):
        """Begin, on the same port as before, with no memory of retained messages; waits until it listens."""
        self._process = subprocess.Popen([self._program, "-c", self._config], stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None and time.monotonic() < end, self.log.read_text()

    def stop(self):
        """Die without a word to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def greetings(self, name):
        """How many clients of a name it has welcomed, or refused, so far."""
        text = self.log.read_text()
        return text.count(f"Sending CONNACK to {name}")


class RogueBroker:
    """Somebody on a port who answers every connection with the same bytes; hangs_up: and closes it at once."""

    def __init__(self, answer, hangs_up=False):
        self.connections = 0
        self._answer = answer
        self._hangs_up = hangs_up
        self._held = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
                self.connections += 1
                if self._answer:
                    peer.recv(1024)  # its CONNECT
                    peer.sendall(self._answer)
            except OSError:
                return
            if self._hangs_up:
                peer.close()
            else:
                self._held.append(peer)

    def close(self):
        """No connection any more."""
        self._listener.close()
        for peer in self._held:
            peer.close()


class _Decoder(PacketDecoder):
    def _parse_publish(self, fixed_byte, *where):
        packet = super()._parse_publish(fixed_byte, *where)
        packet.topic = packet.topic, bool(fixed_byte & 1)
        return packet


class Observer:
    """Another client of the broker. heard: [(topic, text, retained), ...] in order."""

    def __init__(self, broker, authority=None, guarded=False, topics=("#",)):
        secret = {"username": USER, "password": PASSWORD} if guarded else {}
        self.heard = []
        connection = transport.Connection("127.0.0.1", broker.port, authority and transport.Trust(authority.pem))
        while not connection.step():
            pass
        self.client = MQTTClient(
            connection, client_id="observer", rx_buffer_size=2048, max_tx_queue_size=2000, ticks=time, **secret
        )
        self.client._decoder = _Decoder(rx_buffer_size=2048)
        self.client.on_message = lambda topic, payload: self.heard.append(
            (topic[0], payload.decode(errors="replace"), topic[1])
        )
        self._granted = 0
        for topic in topics:
            self.client.subscribe(topic, 1, on_subscribe=self._count)
        self._wanted = len(topics)
        self.client.connect()
        end = time.monotonic() + PATIENCE_S
        while self._granted < self._wanted:
            assert time.monotonic() < end, self.client.last_error
            self.client.handle(time.ticks_ms())

    def _count(self, topic, granted):
        self._granted += 1

    def say(self, topic, payload, retain=False, qos=1):
        """Publish."""
        self.client.publish(topic, payload, qos=qos, retain=retain)

    def texts(self, topic):
        """What was heard of a topic, oldest first."""
        return [text for heard, text, _ in self.heard if heard == topic]


class Log:
    """The lines, without a bound."""

    def __init__(self):
        self.lines = []

    def add(self, word, text):
        self.lines.append(f"{word}: {text}")


class Rig:
    """A core, the House over it, and the services under test, all driven by turn().

    unix_s: what the services believe the time to be; None: they do not know.
    """

    def __init__(self, config, burners=1, sensor=True, **settings):
        self.core = Core(burners, sensor, **settings)
        count = len(self.core.settings.burners)
        link = Link(self.core.inbox, Snapshot(count, threading.Lock()))
        clock = SimpleNamespace(ticks_ms=lambda: self.core.now_ms)
        keeper = SimpleNamespace(may_write=lambda: False)
        self.log = Log()
        self.house = House(keeper, link, clock, self.core.settings, config, self.log, None)
        self.house.status["wifi"] = "online"
        self.unix_s = None
        self.rssi = -61
        self.services = []
        self.others = []
        self.turn()

    def turn(self, ticks=1):
        """Ticks of the box; after each, one round of everybody who speaks."""
        for _ in range(ticks):
            self.core.step()
            self.look()
            for service in self.services:
                service.poll()
            for other in self.others:
                other.client.handle(time.ticks_ms())

    def look(self):
        """Bring the services' view up to date."""
        self.house.link.snapshot.publish(self.core.controller.burners)
        self.house.look()

    def run(self, s):
        """So many seconds of the box's time."""
        self.turn(s * 1000 // TICK_MS)

    def until(self, holds, why=""):
        """Turns until something holds."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"{why}; log: {self.log.lines}"
            self.turn()

    def online(self, name="mqtt"):
        """Turns until the broker has welcomed a service."""
        self.until(lambda: self.house.status[name] == "online", "not online")

    def quiet(self):
        """Turns until what was sent so far has surely arrived on both ends: a message of our own came back."""
        word = f"echo {time.monotonic()}"
        observer = self.others[0]
        observer.say("echo", word)
        self.until(lambda: word in observer.texts("echo"))
        self.run(1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The authority that the kitchen trusts."""
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


def trusting(folder, *authorities):
    """The folder, made a flash whose public authorities are these, in this order."""
    bundle = folder / transport.PUBLIC_AUTHORITIES_PATH
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(b"".join(ssl.PEM_cert_to_DER_cert(one.pem) for one in authorities))
    return folder


@pytest.fixture
def broker(tmp_path):
    """A function that makes a broker: broker(authority=None, guarded=False); it dies with the test."""
    made = []

    def make(**asked):
        folder = tmp_path / f"broker{len(made)}"
        folder.mkdir()
        made.append(Mosquitto(folder, **asked))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def rogue():
    """A function that makes a RogueBroker, closed with the test."""
    made = []

    def make(*asked, **named):
        made.append(RogueBroker(*asked, **named))
        return made[-1]

    yield make
    for one in made:
        one.close()


def mqtt_config(port, authority=None, **changed):
    """The part "mqtt" of a network.json for a broker on loopback."""
    plain = {"host": "127.0.0.1", "port": port, "tls": authority is not None, "user": "", "password": ""}
    if authority is not None:
        plain["ca"] = authority.pem
    return {**plain, "prefix": "curfew", "discovery": "homeassistant", **changed}
