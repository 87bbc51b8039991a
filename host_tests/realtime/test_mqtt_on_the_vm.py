"""The compiled MQTT path on the MicroPython VM against a real mosquitto, plain and over TLS, in little heap.

Here: one process of the VM with a Broker and nothing else. Not here: every rule (test_mqtt.py looks at CPython).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from host_tests.fixtures.broker import Observer, authority, broker, trusting  # noqa: F401
from simulator.realtime.broker import PATIENCE_S, Authority, mqtt_config
from simulator.run import COMPILED, check_build

HERE = Path(__file__).resolve().parent.parent
VM = Path(sys.executable).parent / "micropython"
HEAP_KIB = 124  # the core and all that speaks MQTT, their buffers and names, and all that TLS takes of the heap


@pytest.fixture
def speaking(tmp_path):
    """A function that starts the VM, flash its current folder; the process dies with the test."""
    check_build()
    started = []

    def start(config, flash=tmp_path, seconds=PATIENCE_S):
        if not (flash / "lib").exists():
            (flash / "lib").symlink_to(COMPILED / "lib")  # the true public authorities
        (flash / "mqtt.json").write_text(json.dumps(config))
        command = [VM, "-X", f"heapsize={HEAP_KIB}k", HERE / "vm" / "speak.py", str(seconds)]
        path = os.pathsep.join([str(COMPILED), str(COMPILED / "lib"), ".frozen"])
        environment = {**os.environ, "MICROPYPATH": path}
        started.append(subprocess.Popen(command, cwd=flash, env=environment, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def reported(process):
    """The lines that the process printed, to its end."""
    lines = process.communicate(timeout=2 * PATIENCE_S)[0].splitlines()
    assert process.returncode == 0, lines
    return lines


def hears(observer, count):
    """The texts of from/me, once there are so many."""
    end = time.monotonic() + PATIENCE_S
    while len(observer.texts("from/me")) < count:
        assert time.monotonic() < end, observer.heard
        observer.client.handle(time.ticks_ms())
    return observer.texts("from/me")


@pytest.mark.parametrize("trust", ["plain", "its own authority", "public authorities"])
def test_it_speaks_and_hears(broker, authority, speaking, tmp_path, trust):
    known = None if trust == "plain" else authority
    there = broker(authority=known)
    observer = Observer(there, known)
    config = mqtt_config(there.port, known)
    if trust == "public authorities":
        config["ca"] = ""
    flash = trusting(tmp_path / "flash", Authority(tmp_path / "first"), authority, Authority(tmp_path / "last"))
    device = speaking(config, flash)
    words = [f"word {number}" for number in range(40)]
    assert hears(observer, 8) == list("01234567")
    observer.say("to/me", b"\0" * 5000)
    for word in words:
        observer.say("to/me", word)
    assert hears(observer, 48)[8:] == words
    observer.say("to/me", "end")
    while device.poll() is None:
        observer.client.handle(time.ticks_ms())
    *log, refused, kept = reported(device)
    assert log == ["log mqtt online", "log mqtt refused 1, the last: too long"] and refused == "refused 1"
    print(f"\n{trust}: MQTT kept {kept.split()[1]} bytes, in a heap of {HEAP_KIB} KiB")


WRONGLY_SIGNED = "log mqtt The certificate is not correctly signed by the trusted CA"


@pytest.mark.parametrize(("names", "trusted", "why"), [
    ("DNS:localhost,IP:127.0.0.1", "another", WRONGLY_SIGNED),
    pytest.param("DNS:localhost,IP:127.0.0.1", "the true public ones", WRONGLY_SIGNED, marks=pytest.mark.long),
    ("DNS:elsewhere", "its own", "does not match"),
    ("DNS:localhost,IP:127.0.0.1", "no certificate", "incorrect padding"),
])  # fmt: skip
def test_only_a_server_of_the_right_name_and_authority_is_trusted(
    broker, authority, speaking, tmp_path, names, trusted, why
):
    server = Authority(tmp_path / "server", names)
    pem = {
        "another": authority.pem,
        "the true public ones": "",
        "its own": server.pem,
        "no certificate": "-----BEGIN CERTIFICATE-----\nabc",
    }[trusted]
    there = broker(authority=server)
    log = reported(speaking(mqtt_config(there.port, server, ca=pem), seconds=1 if pem else 9))  # all public, in turn
    assert why in log[0] and "log mqtt online" not in log and there.greetings("box") == 0
