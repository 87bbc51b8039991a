"""The compiled notify service on the VM: messages of a real burn, and OFF beside an address that does its worst."""

# ruff: noqa: F811 (fixtures are imported by name)
import pytest

from curfew.services.http import auth
from host_tests.fixtures.broker import authority  # noqa: F401
from host_tests.fixtures.web import BEARER, PASSWORD, TOKEN, Client
from host_tests.realtime.connected import limits, watched
from host_tests.services.notify.web_server import WebServer
from simulator.realtime.process import network_of
from simulator.realtime.rig import SHORT, RealtimeRig

OFF_MS = 150


@pytest.fixture
def stove(tmp_path):
    """A function that makes (rig, client) whose messages go to a server; judged with the test."""
    made = []

    def make(server, ca="", **settings):
        notify = {"form": "ntfy", "url": server.url + "/kitchen", "ca": ca}
        network = network_of(PASSWORD, token=auth.token_hash(TOKEN), notify=notify)
        made.append(RealtimeRig(tmp_path, sensor=False, network=network, **{**SHORT, **settings}).__enter__())
        client = Client(made[0].web_port)
        made[0].wait_for(lambda: services(client).get("wifi") == "online", 20, "the network")
        return made[0], client

    yield make
    if made:
        made[0].__exit__(None, None, None)


def services(client):
    try:
        return client.ask("GET", "status", **BEARER).json["services"]
    except (OSError, IndexError, ValueError):
        return {}


def burn(rig):
    """A burn long enough for the services to see it on a busy machine, too."""
    rig.press()
    rig.wait_state("BURNING")
    rig.pass_ticks(20)


def turns_off(rig, client):
    """An OFF from the page: when it was asked for, when the loop had it, milliseconds to the coil."""
    with rig.remote_off() as off:
        assert client.ask("POST", "off", **BEARER).status == 202
    took_ms = off.wait()
    return off.asked_us, off.heard_us, took_ms


def test_a_shut_off_is_said_over_tls_once_the_clock_is_set(stove, authority):
    with WebServer(authority) as server:
        rig, client = stove(server, authority.pem)
        burn(rig)
        turns_off(rig, client)
        assert server.next().body.endswith(" turned off from the web page")
        rig.wait_for(lambda: services(client)["notify"] == "online", 10, "the answer")


@pytest.mark.long
def test_a_forgotten_pot_warns_and_tells_its_end(stove):
    with WebServer() as server:
        rig, client = stove(server)
        rig.pass_ticks(100)  # the address is looked up while every contact is open
        burn(rig)
        rig.wait_state("WARNING", s=60)
        assert "turns off in 1" in server.next().body
        rig.wait_state("VERIFYING", s=30)
        assert server.next().body.endswith("turned off: time was up")


def test_an_off_is_as_quick_beside_an_address_that_does_its_worst(stove):
    with WebServer() as server, watched() as calm:
        rig, client = stove(server)
        server.is_silent = True
        offs = []
        for _ in range(3):
            burn(rig)
            offs.append(turns_off(rig, client))  # begins a message that is never answered
            rig.wait_state("IDLE", s=10)
        server.next()
        rig.connects_hang()
        burn(rig)
        offs.append(turns_off(rig, client))
        rig.connects_hang(False)
        assert rig.late_ms and server.requests.empty()
    with limits():
        assert max(took_ms for _, _, took_ms in calm(offs)) <= OFF_MS
