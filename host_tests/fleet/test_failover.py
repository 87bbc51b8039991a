"""A real cluster of RabbitMQ with three nodes, one of which is killed: everyone is back in time, and OFF reaches all.

Not here: who may write what (test_brokers.py); one broker alone (test_scale.py).
"""

import contextlib

import pytest

from fleet import broker, off
from host_tests.fleet import crowd
from host_tests.fleet.rabbit import Cluster, Node, anew, kill_one, off_for_all, users_of

pytestmark = [pytest.mark.evidence, pytest.mark.limit(900)]
COUNT = 500


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """A cluster and its devices, at all three nodes."""
    folder = tmp_path_factory.mktemp("cluster")
    made = Cluster(folder, users_of(COUNT, folder))
    with contextlib.chdir(crowd.ENTITIES.parent):  # the flash of every device
        yield made, crowd.Crowd(COUNT, made.port, made.users)
    made.stop()


@pytest.fixture
def cluster(together):
    return together[0]


@pytest.fixture
def there(together):
    """Devices that are online, whatever the last test did, and burn."""
    cluster, devices = together
    anew(devices, cluster)
    for device in devices.devices:
        device.is_welded = False
    return devices


def fullest(cluster):
    """The node with most devices."""
    return max(cluster.nodes, key=Node.connections)


def test_an_off_for_all_reaches_every_device_through_any_node_within_five_seconds(cluster, there):
    speaker = crowd.speaking(cluster.nodes[2].port, broker.OPERATOR, cluster.users)
    assert there.off(speaker) <= crowd.OFF_S
    speaker.loop_stop()


def test_after_a_node_was_killed_its_devices_hear_commands_again_in_time_and_not_at_once(cluster, there):
    assert sum(node.connections() for node in cluster.nodes) >= COUNT
    had, back_s, most_at_once = kill_one(there, cluster)
    print(f"{had} devices were at the node, back after {back_s:.1f} s, at most {most_at_once} attempts in 0.1 s")
    assert had > COUNT / 5 and back_s <= crowd.BACK_S and most_at_once < COUNT / 3 / 2


def test_a_device_whose_node_is_away_hears_off_through_another_one(cluster, there):
    kill_one(there, cluster)
    speaker = crowd.speaking(cluster.port, broker.OPERATOR, cluster.users)
    assert there.off(speaker) <= crowd.OFF_S
    speaker.loop_stop()


def test_the_cluster_loses_an_acknowledged_off_only_with_the_session_of_its_device(cluster, there):
    speaker = crowd.speaking(cluster.port, broker.OPERATOR, cluster.users)
    acknowledged, lost, whole = there.off_while_killed(speaker, fullest(cluster).kill)
    speaker.loop_stop()
    print(f"{acknowledged} acknowledged by the cluster, {lost} without effect, {whole} of these in a whole session")
    assert acknowledged >= COUNT / 2 and whole == 0


def test_fleet_off_ends_when_each_device_reports_it_although_a_node_is_killed(cluster, there):
    left, took_s = off_for_all(there, cluster.port, fullest(cluster).kill)
    print(f"all reported after {took_s:.1f} s")
    assert left == [] and took_s < off.MOST_S and all(device.is_off() for device in there.devices)


def test_what_fleet_off_counts_is_off_although_two_nodes_are_killed_within_a_minute(cluster, there):
    for device in (welded := there.devices[:: COUNT // 5]):
        device.is_welded = True
    kill_one(there, cluster)
    for node in cluster.nodes:
        node.restart()
    left = {device.chip for device in off_for_all(there, cluster.port, fullest(cluster).kill)[0]}
    print(f"{len(left) - len(welded)} are off and have not reported it")
    assert left >= {device.chip for device in welded}
    assert all(device.is_off() for device in there.devices if device.chip not in left)
    assert all(device.offs for device in there.devices)
