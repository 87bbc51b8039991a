"""Rights at real brokers: a device writes below its own number only, Home Assistant commands but reports nothing."""

import json
import os
import queue
import shutil
import socket
import subprocess
import time

import paho.mqtt.client as paho
import pytest

from fleet import broker
from fleet.devices import Device
from simulator.realtime.broker import PATIENCE_S, find
from simulator.realtime.process import free_port

SILENCE_S = 1  # a word that has not arrived by then does not
ONE, OTHER = "240ac412ab0f", "240ac412ab10"
DEVICES = [Device("flat-7", "", "h", ONE), Device("flat-8", "", "i", OTHER)]
# Who publishes what, and whether an operator who reads everything sees it.
WRITES = [
    (ONE, f"curfew/{ONE}/burner/0/state", True), (ONE, f"curfew/{OTHER}/burner/0/state", False),
    (ONE, f"curfew/{OTHER}/command", False), (ONE, "curfew/status", False), (OTHER, f"curfew/{OTHER}/status", True),
    (broker.HOME_ASSISTANT, f"curfew/{ONE}/burner/1/command", True), (broker.OPERATOR, f"curfew/{ONE}/command", True),
    (broker.HOME_ASSISTANT, f"curfew/{ONE}/burner/0/state", False), (broker.OPERATOR, f"curfew/{ONE}/status", False),
]  # fmt: skip
READS = [
    (ONE, f"curfew/{ONE}/command", True), (ONE, f"curfew/{OTHER}/command", False),
    (OTHER, f"curfew/{OTHER}/burner/0/command", True), (OTHER, f"curfew/{ONE}/burner/0/command", False),
]  # fmt: skip


class Server:
    """A broker on a port of loopback and its users."""

    def __init__(self, port, users):
        self.port, self.users = port, users

    def client(self, user):
        """A connected client with a queue of what arrives: ("subscribed", granted), or (topic, text)."""
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.seen = queue.Queue()
        client.username_pw_set(user, self.users[user])
        client.on_connect = lambda *said: client.seen.put(("connected", not said[3].is_failure))
        client.on_subscribe = lambda *said: client.seen.put(("subscribed", not said[3][0].is_failure))
        client.on_message = lambda _, __, message: client.seen.put((message.topic, message.payload.decode()))
        client.on_disconnect = lambda *_: client.seen.put(("disconnected", True))
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        return client

    def arrives(self, writer, reader, topic):
        """Whether what one writes there reaches the other, who listens there."""
        ends = self.client(reader), self.client(writer)
        try:
            listens, speaks = ends
            assert all(end.seen.get(timeout=PATIENCE_S) == ("connected", True) for end in ends)
            listens.subscribe(topic, 1)
            if listens.seen.get(timeout=PATIENCE_S) != ("subscribed", True):
                return False
            speaks.publish(topic, "word", 1)
            return listens.seen.get(timeout=SILENCE_S) == (topic, "word")
        except queue.Empty:
            return False
        finally:
            for end in ends:
                end.disconnect()
                end.loop_stop()


def mosquitto(tmp_path):
    users = broker.passwords(DEVICES, tmp_path / "passwords.json")
    (tmp_path / "users").write_text(broker.mosquitto_passwords(users))
    (tmp_path / "acl").write_text(broker.mosquitto_acl())
    port = free_port()
    lines = (f"listener {port} 127.0.0.1", "allow_anonymous false", "user root", f"password_file {tmp_path}/users")
    (tmp_path / "conf").write_text("\n".join([*lines, f"acl_file {tmp_path}/acl", ""]))
    (program,) = find("mosquitto")
    process = subprocess.Popen([program, "-c", tmp_path / "conf"], stderr=subprocess.DEVNULL)
    return process, Server(port, users)


def waited(process, port, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the broker ended"
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
    raise AssertionError("the broker does not listen")


@pytest.fixture(scope="module")
def mosquitto_server(tmp_path_factory):
    process, server = mosquitto(tmp_path_factory.mktemp("mosquitto"))
    waited(process, server.port)
    yield server
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def rabbitmq_server(tmp_path_factory):
    if not shutil.which("rabbitmq-server", path=os.environ["PATH"] + ":/usr/sbin"):
        pytest.skip("no rabbitmq-server here")
    folder = tmp_path_factory.mktemp("rabbitmq")
    users = broker.passwords(DEVICES, folder / "passwords.json")
    (folder / "definitions.json").write_text(json.dumps(broker.rabbitmq(users)))
    port, amqp, node, mapper = (free_port() for _ in range(4))
    (folder / "rabbitmq.conf").write_text(
        f"mqtt.listeners.tcp.default = 127.0.0.1:{port}\nlisteners.tcp.default = 127.0.0.1:{amqp}\n"
        f"load_definitions = {folder}/definitions.json\nmqtt.allow_anonymous = false\n"
    )
    (folder / "plugins").write_text("[rabbitmq_mqtt].\n")
    changed = {
        "RABBITMQ_CONFIG_FILE": folder / "rabbitmq.conf", "RABBITMQ_MNESIA_BASE": folder, "RABBITMQ_LOG_BASE": folder,
        "RABBITMQ_ENABLED_PLUGINS_FILE": folder / "plugins", "RABBITMQ_NODENAME": "curfew@localhost",
        "RABBITMQ_DIST_PORT": node, "ERL_EPMD_PORT": mapper, "ERL_EPMD_ADDRESS": "127.0.0.1", "HOME": folder,
        "RABBITMQ_PID_FILE": folder / "pid",
    }  # fmt: skip
    env = {**os.environ, **{name: str(value) for name, value in changed.items()}}
    server = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin:/usr/sbin")
    with (folder / "out").open("w") as out:
        process = subprocess.Popen([server], env=env, stdout=out, stderr=out, start_new_session=True)
    waited(process, port, 90)
    yield Server(port, users)
    os.killpg(process.pid, 9)
    process.wait()


@pytest.fixture(
    params=[pytest.param("mosquitto"), pytest.param("rabbitmq", marks=[pytest.mark.long, pytest.mark.limit(180)])]
)
def server(request):
    return request.getfixturevalue(f"{request.param}_server")


@pytest.mark.sample(4)
@pytest.mark.parametrize("writer, topic, passes", WRITES)
def test_a_user_writes_where_it_may_and_nowhere_else(server, writer, topic, passes):
    assert server.arrives(writer, broker.OPERATOR, topic) is passes


@pytest.mark.sample(2)
@pytest.mark.parametrize("reader, topic, passes", READS)
def test_a_device_hears_its_own_commands_and_no_others(server, reader, topic, passes):
    assert server.arrives(broker.HOME_ASSISTANT, reader, topic) is passes


def test_a_wrong_password_is_not_let_in(mosquitto_server):
    client = Server(mosquitto_server.port, dict.fromkeys(mosquitto_server.users, "guess")).client(ONE)
    assert client.seen.get(timeout=PATIENCE_S) == ("connected", False)
    client.loop_stop()
