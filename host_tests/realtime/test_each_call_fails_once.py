"""Each call of the chip that the services make fails once, with each kind of error; then everything works.

Not here: errors at every function of the services (test_remote_access.py); the flash (host_tests/crash).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import os
import socket

import pytest

from curfew.services.http import auth
from host_tests.fixtures.broker import authority  # noqa: F401
from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.fixtures.web import BEARER, PASSWORD, TOKEN, Answer, Client
from host_tests.realtime.connected import ConnectedRig
from host_tests.realtime.raising import IMPATIENT, RESTLESS, raising_once
from simulator.realtime.process import network_of
from simulator.realtime.rig import SHORT, RealtimeRig

BACK_S = 15
STATUS, NETWORKS, HERE = "/api/v1/status", "/api/v1/networks", "127.0.0.1"
QUERY = b"id\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"
SOURCES = {  # and where each works: with broker, with Wi-Fi alone, in the set-up
    "services/http/server.py": "connected",
    "services/mqtt/transport.py": "connected",
    "services/mqtt/trust.py": "connected",
    "services/net/clock.py": "connected",
    "services/net/wifi.py": "connected",
    "services/net/gateway.py": "alone",
    "services/net/portal.py": "set-up",
    "services/http/config_api.py": "set-up",
    "services/runner.py": "connected",
    "services/thread.py": "connected",
    "services/hood.py": "connected",
    "hardware/chip.py": "connected",
}
HURRIED = (
    ("curfew/services/net/clock.py", "_AGAIN_MS = 15000", "_AGAIN_MS = 100"),
    ("curfew/services/net/clock.py", "_NEXT_MS = 1500", "_NEXT_MS = 50"),
    ("curfew/services/net/clock.py", "_POLL_MS = 500", "_POLL_MS = 50"),
    ("curfew/services/net/wifi.py", "_UNPROVED_MS = 900000", "_UNPROVED_MS = 500"),
    ("curfew/services/net/wifi.py", "_JOIN_MS = 20000", "_JOIN_MS = 500"),
    ("curfew/services/mqtt/homeassistant.py", "_SLOW_ROUNDS = 20", "_SLOW_ROUNDS = 1"),
)
CHANGES, SITES = raising_once(["curfew/" + source for source in SOURCES])
NOT_HERE = {  # only after another error, an hour later, on CPython, or of a file
    "caller.close()", "getattr(writer, 's', writer).close()", "listener.close()", "portal.close()",
    "service.broker.close()", "self._ap.active(False)",
    "self.connect(*await asyncio.open_connection(sock=caller), address)",
    "api.context.write(api.context.settings_path, json.dumps(values))",
}  # fmt: skip


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    return seeded_build(tmp_path_factory.mktemp("raising"), *CHANGES, *IMPATIENT, *RESTLESS, *HURRIED)


class Device:
    """Wi-Fi and page, and no one who asks for it."""

    network = network_of(PASSWORD, token=auth.token_hash(TOKEN))

    def __init__(self, folder, firmware, _):
        self.rig = self.desk = RealtimeRig(folder, sensor=False, network=self.network, firmware=firmware, **SHORT)
        self.client = Client(self.desk.web_port)

    def get(self, path, host="curfew"):
        """The answer 200 or 302 to a request; None for any other, or none."""
        lines = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        try:
            answer = Answer(self.client.raw(lines.encode()))
            return answer if answer.status in (200, 302) else None
        except (OSError, IndexError, ValueError):
            return None

    def is_well(self):
        answer = self.get(STATUS)
        return answer and answer.json["services"]["wifi"] == "online" and self.get("/")

    def asks(self):
        """Whether the page is asked for before the call has failed."""
        return False

    def disturb(self):
        """What makes the device call what it calls seldom."""

    def use(self):
        self.desk.wait_state("IDLE")
        self.desk.press()
        self.desk.wait_for(lambda: self.desk.contact() == "closed", 5, "a closed contact")
        with self.desk.remote_off() as off:
            assert self.client.ask("POST", "off", **BEARER).status == 202
        off.wait()


class SetUp(Device):
    """No network.json: a phone finds the page by any name, reads it, and looks for networks."""

    network: dict = {}

    def is_named(self):
        """A name leads somewhere."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.3)
            asking.sendto(QUERY, ("127.0.0.1", self.desk.dns_port))
            try:
                return asking.recv(512)[:2] == QUERY[:2]
            except OSError:
                return False

    def is_well(self):
        probe = self.is_named() and self.get("/generate_204")
        return probe and probe.status == 302 and all(self.get(path, HERE) for path in ("/", STATUS, NETWORKS))

    asks = is_well

    def use(self):
        names = self.get(NETWORKS, HERE).json["networks"]
        assert names == ["home", "next door"]


class Connected(Device):
    """Page, clock, broker over TLS, range hood."""

    def __init__(self, folder, firmware, authority):
        self.rig = ConnectedRig(folder, authority, sensor=False, burners=2, firmware=firmware, hood_pin=27)
        self.desk, self.client = self.rig.desk, self.rig.client

    def is_well(self):
        found = self.rig.services()
        return found.get("wifi") == found.get("mqtt") == found.get("time") == "online" and self.get("/")

    asks = is_well

    def disturb(self):
        self.desk.wifi(False)
        self.rig.lasts(1)  # an attempt to join ends
        self.rig.broker.stop()
        self.rig.broker.start()
        self.desk.wifi(True)

    def use(self):
        with self.rig.friend() as friend:
            for way in ("web", "mqtt"):
                self.rig.off(friend, way)


RIGS = {"connected": Connected, "alone": Device, "set-up": SetUp}


def errors_of(call):
    """What the port raises: the radio RuntimeError beside OSError, everything MemoryError."""
    is_radio = any(word in call for word in ("wlan", "ap.", "radio", "network.", "station"))
    return ("RuntimeError" if is_radio else "OSError", "MemoryError")


def fails_once(device, number, error):
    """Start with one failure to come, and wait until it came."""
    trouble = device.desk.flash / "trouble"
    (device.desk.flash / "trouble.new").write_text(f"{number} {error}")
    os.rename(device.desk.flash / "trouble.new", trouble)
    device.desk.reset("en")
    device.desk.wait_for(lambda: device.asks() or not trouble.exists(), BACK_S, "the start")
    if trouble.exists():
        device.disturb()
        device.desk.wait_for(lambda: (device.asks(), not trouble.exists())[1], BACK_S, "the call")


SHORT_ONES = ("services/net/portal.py", "services/hood.py")


@pytest.mark.parametrize(
    "source", [pytest.param(source, marks=() if source in SHORT_ONES else pytest.mark.long) for source in SOURCES]
)
def test_after_one_failure_of_any_call_of_the_chip_everything_works(source, tmp_path, firmware, authority, monkeypatch):
    monkeypatch.setenv("HASTE", "10")  # of the link: a hundred starts
    device = RIGS[SOURCES[source]](tmp_path, firmware, authority)
    with device.rig:
        for number, (path, call) in enumerate(SITES):
            for error in errors_of(call) if path == "curfew/" + source and call not in NOT_HERE else ():
                device.desk.provoke()
                fails_once(device, number, error)
                device.desk.wait_for(device.is_well, BACK_S, f"everything after {error} at {call}")
                device.use()
