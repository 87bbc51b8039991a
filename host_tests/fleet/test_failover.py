"""A real cluster of RabbitMQ with three nodes, one of which is killed: everyone is back in time, and OFF reaches all.

Not here: who may write what (test_brokers.py); one broker alone (test_scale.py).
"""

import contextlib

import pytest

from fleet import broker, off
from host_tests.fleet import crowd
from host_tests.fleet.rabbit import Cluster, kill_one, off_for_all, users_of

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
    for node in cluster.nodes:
        node.restart()
    devices.until(lambda device: device.is_described(), crowd.DESCRIBED_S)
    devices.burn()
    return devices


def test_an_off_for_all_reaches_every_device_through_any_node_within_five_seconds(cluster, there):
    speaker = crowd.speaking(cluster.nodes[2].port, broker.OPERATOR, cluster.users)
    assert there.off(speaker) <= crowd.OFF_S
    speaker.loop_stop()


def test_after_a_node_was_killed_its_devices_are_back_in_time_and_not_at_once(cluster, there):
    assert sum(node.connections() for node in cluster.nodes) >= COUNT
    had, back_s, most_at_once = kill_one(there, cluster)
    assert had > COUNT / 5 and back_s <= crowd.BACK_S and most_at_once < COUNT / 3 / 2


def test_a_device_whose_node_is_away_hears_off_through_another_one(cluster, there):
    kill_one(there, cluster)
    speaker = crowd.speaking(cluster.port, broker.OPERATOR, cluster.users)
    assert there.off(speaker) <= crowd.OFF_S
    speaker.loop_stop()


def test_fleet_off_ends_when_each_device_reports_it_although_a_node_is_killed(cluster, there):
    left, took_s = off_for_all(there, cluster.port, max(cluster.nodes, key=lambda node: node.connections()).kill)
    assert left == [] and took_s < off.MOST_S and all(device.offs for device in there.devices)
