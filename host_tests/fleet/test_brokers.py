"""Rights at real brokers: a device writes below its own number only, Home Assistant commands but reports nothing."""

import queue
import subprocess

import paho.mqtt.client as paho
import pytest

from fleet import broker
from fleet.devices import Device
from host_tests.fleet.rabbit import Cluster
from host_tests.fleet.servers import listening, programs
from simulator.realtime.broker import PATIENCE_S
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


@pytest.fixture(scope="module")
def mosquitto_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mosquitto")
    users = broker.passwords(DEVICES, folder / "passwords.json")
    (folder / "users").write_text(broker.mosquitto_passwords(users))
    (folder / "acl").write_text(broker.mosquitto_acl())
    port = free_port()
    lines = (f"listener {port} 127.0.0.1", "allow_anonymous false", "user root", f"password_file {folder}/users")
    (folder / "conf").write_text("\n".join([*lines, f"acl_file {folder}/acl", ""]))
    (program,) = programs("mosquitto")
    process = subprocess.Popen([program, "-c", folder / "conf"], stderr=subprocess.DEVNULL)
    listening(process, port)
    yield Server(port, users)
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def rabbitmq_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rabbitmq")
    cluster = Cluster(folder, broker.passwords(DEVICES, folder / "passwords.json"), 1)
    yield Server(cluster.port, cluster.users)
    cluster.stop()


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
