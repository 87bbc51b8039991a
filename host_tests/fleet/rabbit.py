"""A cluster of RabbitMQ on loopback: nodes with the MQTT plugin, and HAProxy before them, as fleet/haproxy.cfg has it.

python -m host_tests.fleet.rabbit [DEVICES...] measures it with so many devices of crowd.py: what a device takes, an OFF
for all, and a node that is killed.
"""

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from fleet import broker, off
from fleet.devices import Device
from host_tests.fleet import crowd
from host_tests.fleet.servers import listening, programs
from simulator.realtime.process import free_port

START_S = 120  # a node on a busy computer
TIMES = 3
SETTLE_S = 20  # before the memory of the nodes is read
CONFIGURATION = """\
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:{port}
mqtt.allow_anonymous = false
load_definitions = {folder}/definitions.json
cluster_formation.peer_discovery_backend = classic_config
cluster_partition_handling = pause_minority
"""


class Node:
    """One node; port: of MQTT. environment: what all nodes of a cluster share."""

    def __init__(self, folder, number, count, environment):
        self.port, self._process = free_port(), None
        self._folder = folder / f"node{number}"
        self._folder.mkdir()
        names = [f"cluster_formation.classic_config.nodes.{one} = curfew{one}@localhost" for one in range(1, count + 1)]
        text = CONFIGURATION.format(port=self.port, folder=folder) + "\n".join([*names, ""])
        (self._folder / "rabbitmq.conf").write_text(text)
        own = {
            "NODENAME": f"curfew{number}@localhost", "CONFIG_FILE": self._folder / "rabbitmq.conf",
            "MNESIA_BASE": self._folder, "LOG_BASE": self._folder, "DIST_PORT": free_port(),
            "ENABLED_PLUGINS_FILE": folder / "plugins", "PID_FILE": self._folder / "pid",
        }  # fmt: skip
        self._environment = environment | {f"RABBITMQ_{name}": str(value) for name, value in own.items()}

    def start(self):
        """Begin, with what the node had before; ready(): when it listens."""
        (server,) = programs("rabbitmq-server")
        with (self._folder / "out").open("a") as out:
            self._process = subprocess.Popen(
                [server], env=self._environment, stdout=out, stderr=out, start_new_session=True
            )

    def ready(self):
        """Wait until devices can connect."""
        listening(self._process, self.port, START_S, self._folder / "out")

    def kill(self):
        """End it without a word."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self):
        """Begin again, if it was killed."""
        if not self._process:
            self.start()
            self.ready()

    def memory_kb(self):
        """What its process holds."""
        return crowd.memory_kb(int((self._folder / "pid").read_text()))

    def connections(self):
        """Connections of devices."""
        local = f"0100007F:{self.port:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        return sum(line[1] == local and line[3] == "01" for line in lines)


class Cluster:
    """Nodes that listen, and one port for devices: HAProxy's, or that of the only node. users: name and password."""

    def __init__(self, folder, users, count=3):
        self.users, self._proxy = users, None
        (folder / "definitions.json").write_text(json.dumps(broker.rabbitmq(users)))
        (folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        self._shared = {
            **os.environ, "HOME": str(folder),
            "ERL_EPMD_PORT": str(free_port()), "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",  # idle costs nothing
        }  # fmt: skip
        self.nodes = [Node(folder, number, count, self._shared) for number in range(1, count + 1)]
        try:
            for node in self.nodes:  # the first one makes the secret that they share
                node.start()
                node.ready()
            self.port = self.nodes[0].port if count == 1 else self._balanced(folder)
        except BaseException:
            self.stop()
            raise

    def _balanced(self, folder):
        port = free_port()
        text = (Path(broker.__file__).parent / "haproxy.cfg").read_text()
        text = text.replace("10.0.0.10:1883", f"127.0.0.1:{port}")
        addresses = iter(f"127.0.0.1:{node.port}" for node in self.nodes)
        (folder / "haproxy.cfg").write_text(re.sub(r"10\.0\.0\.1[123]:1883", lambda _: next(addresses), text))
        (proxy,) = programs("haproxy")
        self._proxy = subprocess.Popen([proxy, "-db", "-q", "-f", folder / "haproxy.cfg"])
        listening(self._proxy, port)
        return port

    def stop(self):
        """Kill all that was started, the mapper of Erlang's names too."""
        for node in self.nodes:
            node.kill()
        if self._proxy:
            self._proxy.kill()
            self._proxy.wait()
        subprocess.run(["epmd", "-kill"], env=self._shared, capture_output=True)


def users_of(count, folder):
    """Name and password of so many devices of crowd.py, and of those who look after them."""
    return broker.passwords([Device("", "", "", crowd.chip(number)) for number in range(count)], folder / "users.json")


def anew(there, cluster):
    """All nodes run, all devices are settled and burn."""
    for node in cluster.nodes:
        node.restart()
    there.until(lambda device: device.is_settled(), crowd.DESCRIBED_S)
    there.burn()


def kill_one(there, cluster):
    """Kill the node with most devices and wait: (devices that it had, seconds until all are back, most in 0.1 s)."""
    node, gone_s = max(cluster.nodes, key=Node.connections), time.monotonic()
    had = node.connections()
    node.kill()
    there.rounds(2)
    there.until(lambda device: device.hears(), crowd.BACK_S)
    return had, max(device.hears_s for device in there.devices) - gone_s, there.most_at_once(gone_s)


def main(*counts):
    """Measure and say so."""
    counts = counts or (100, 250, 500)
    os.chdir(crowd.ENTITIES.parent)
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder), users_of(max(counts), Path(folder)))
        try:
            _measure(cluster, counts)
        finally:
            cluster.stop()


def _measure(cluster, counts):
    there, held = crowd.Crowd(0, cluster.port, cluster.users), []
    for count in (0, *counts):
        took_s = there.grow(count)
        there.rounds(SETTLE_S)
        held.append((count, sum(node.memory_kb() for node in cluster.nodes)))
        print(f"{count} devices: all online after {took_s:.1f} s, nodes {held[-1][1]:,} kB together, connections",
              *(node.connections() for node in cluster.nodes), flush=True)  # fmt: skip
    slope_kb, base_kb = statistics.linear_regression(*zip(*held, strict=True))
    print(f"law: {base_kb:,.0f} kB and {slope_kb:.0f} kB a device, over all nodes; a device has one connection")
    print(f"10,000 devices, extrapolated: {(base_kb + 10_000 * slope_kb) / 1e6:.1f} GB over all nodes")
    speaker = crowd.speaking(cluster.port, broker.OPERATOR, cluster.users)
    print(f"OFF for all: {there.off(speaker):.2f} s until the last one has it", flush=True)
    print("a node killed: {} devices were at it, the last is back after {:.1f} s, at most {} attempts in 0.1 s".format(
        *kill_one(there, cluster)), flush=True)  # fmt: skip
    for _ in range(TIMES):
        anew(there, cluster)
        acknowledged, lost, whole = there.off_while_killed(speaker, max(cluster.nodes, key=Node.connections).kill)
        print(f"a node killed in an OFF for all: {acknowledged} acknowledged, {lost} of them had no effect, "
              f"{whole} of these in a session that did not end", flush=True)  # fmt: skip
    speaker.loop_stop()
    anew(there, cluster)
    left, took_s = off_for_all(there, cluster.port, max(cluster.nodes, key=Node.connections).kill)
    heard_s = max(device.off_s for device in there.devices) - min(device.off_s for device in there.devices)
    print(f"fleet off, a node killed: heard after {heard_s:.1f} s, reported after {took_s:.1f} s, not by {len(left)}")


def off_for_all(there, port, kill=lambda: None):
    """`fleet off` in a thread while the devices live, kill() once some have heard it: (devices left, seconds)."""
    listed = [Device(device.base, "", "", device.chip) for device in there.devices]
    users = there.users or {broker.OPERATOR: ""}
    client = off.connected({"host": "127.0.0.1", "port": port}, users[broker.OPERATOR])
    began_s, killed = time.monotonic(), False
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(off.all_off, client, listed, off.MOST_S, lambda _: None)
        while not done.done():
            there.round()
            if not killed and sum(bool(device.offs) for device in there.devices) >= min(20, len(listed) / 4):
                killed = True
                kill()
    return done.result(), time.monotonic() - began_s


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
