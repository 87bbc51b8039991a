"""TLS on a chip whose clock starts in 2000: no handshake before the time is known, then an OFF over it."""

# ruff: noqa: F811 (fixtures are imported by name)
import re
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from curfew.services.http import auth
from host_tests.fixtures.broker import authority  # noqa: F401
from host_tests.fixtures.web import PASSWORD, TOKEN, Client
from simulator import run
from simulator.realtime import time_servers
from simulator.realtime.broker import MissingProgram, Mosquitto, mqtt_config
from simulator.realtime.process import RIG, network_of
from simulator.realtime.rig import SHORT, RealtimeRig

VM = Path(__file__).resolve().parent.parent / "vm"


@pytest.fixture
def device(tmp_path, authority):
    """A function that makes (broker, rig, status()) with TLS."""
    made = []

    def make():
        (tmp_path / "broker").mkdir()
        made.append(Mosquitto(tmp_path / "broker", authority))
        mqtt = mqtt_config(made[0].port, authority, host="localhost")
        network = network_of(PASSWORD, token=auth.token_hash(TOKEN), mqtt=mqtt)
        made.append(RealtimeRig(tmp_path, sensor=False, network=network, **SHORT).__enter__())
        client = Client(made[1].web_port)

        def status():
            try:
                return client.ask("GET", "status", Authorization="Bearer " + TOKEN).json["services"]
            except (OSError, IndexError, ValueError):
                return {}

        return made[0], made[1], status

    yield make
    made[1].__exit__(None, None, None)
    made[0].stop()


def test_the_clock_is_set_by_two_servers_and_then_tls_connects(device):
    broker, rig, status = device()
    rig.wait_for(lambda: status().get("mqtt") == "online", 30, "TLS")
    assert status()["time"] == "online" and broker.greetings("curfew_240ac412ab0f") == 1


def test_without_the_time_no_handshake_begins_and_the_page_says_what_is_waited_for(device, monkeypatch):
    monkeypatch.setattr(time_servers, "ports", lambda: "")
    broker, rig, status = device()
    rig.wait_for(lambda: status().get("mqtt") == "waiting for the time", 30, "the wait")
    begun = broker.log.read_text().count("New connection")
    time.sleep(3)
    assert status()["mqtt"] == "waiting for the time" and broker.log.read_text().count("New connection") == begun


@pytest.mark.parametrize("folders, sees_all", [([], False), ([RIG / "air", run.COMMON], True)], ids=["VM's", "rig's"])
def test_a_set_of_sockets_that_grows_beside_a_tls_socket_loses_one_or_the_vm_and_that_of_the_rig_never_grows(
    folders, sees_all
):
    path = ":".join(map(str, [*folders, ".frozen"]))
    command = [run._micropython(), str(VM / "poll_beside_tls.py")]
    done = subprocess.run(command, env={"MICROPYPATH": path}, capture_output=True, text=True)
    assert ((done.returncode, done.stdout) == (0, "ready 9\n")) == sees_all


@pytest.mark.long
def test_tls_whose_own_clock_is_wrong_says_what_the_tls_of_the_rig_says(tmp_path, authority):
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        raise MissingProgram("no libfaketime here: apt-get install faketime")
    (tmp_path / "ca.der").write_bytes(ssl.PEM_cert_to_DER_cert(authority.pem))
    broker = Mosquitto(tmp_path, authority)
    command = [run._micropython(), str(VM / "handshake.py"), str(broker.port), str(tmp_path / "ca.der")]

    def handshake(**clock):
        env = {"MICROPYPATH": ".frozen", "LD_PRELOAD": str(library) if clock else "", **clock}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30).stdout

    try:
        today, early, late = (
            handshake(), handshake(FAKETIME="@2000-01-01 00:00:20"), handshake(FAKETIME="@2090-01-01 00:00:20")
        )  # fmt: skip
    finally:
        broker.stop()
    assert today == "open\n" and late == r"ValueError('\nThe certificate validity has expired\n',)" + "\n"
    assert early == r"ValueError('\nThe certificate validity starts in the future\n',)" + "\n"
    of_the_rig = re.search(r'_FUTURE = "(.*)"', (RIG / "air" / "chip_tls.py").read_text("utf-8"))
    assert of_the_rig[1] in early
