"""What the services see: every field, one tick at a time, and nothing that the loop would wait for.

Here: snapshot.py, and that the simulator looks where the firmware writes. Not here: what services do with it.
"""

from array import array

import pytest

from curfew.core import codes
from curfew.runtime import snapshot
from host_tests.fixtures import names
from simulator import inside

REPORT = inside.MODULES["report"]
FIELDS = [
    "STATE", "CONTACT_CLOSED", "REMAINING_S", "CAUSE", "DETAIL", "FAULT", "FAULTS_RAISED", "TC_UV", "MAGNET_UV",
    "FLAME", "HEALTH_PERMILLE", "HEALTH_REF_PERMILLE", "SERVICE", "REFUSED", "LIGHT", "SOUND",
]  # fmt: skip


class Lock:
    """A lock that can be held by the other thread."""

    def __init__(self):
        self.held = False
        self.waited = False

    def acquire(self, wait=True):
        if self.held:
            self.waited = self.waited or wait
            return False
        self.held = True
        return True

    def release(self):
        assert self.held
        self.held = False

    def __enter__(self):
        assert self.acquire()

    def __exit__(self, *_):
        self.release()


def published(device):
    """The values of a core, by field name, for each burner."""
    one = snapshot.Snapshot(len(device.controller.burners), Lock())
    one.publish(device.controller)
    return [
        {name: one.values[at * snapshot.SNAP_FIELDS + getattr(snapshot, "SNAP_" + name)] for name in FIELDS}
        for at in range(len(device.controller.burners))
    ]


# --- fields --------------------------------------------------------------------------------------------------------


def test_every_field_has_a_place_of_its_own_and_there_is_no_room_between():
    assert sorted(getattr(snapshot, "SNAP_" + name) for name in FIELDS) == list(range(snapshot.SNAP_FIELDS))


def test_every_field_is_published_for_every_burner(core):
    device = core(burners=2, sensor=True)
    device.flame(1)
    device.run(s=2)
    device.one(1).service = True
    device.one(1).refused = 3
    first, second = published(device)
    assert (first["STATE"], first["CONTACT_CLOSED"], first["FAULT"]) == (codes.IDLE, 0, -1)
    assert (second["STATE"], second["CONTACT_CLOSED"], second["FLAME"]) == (codes.BURNING, 1, 1)
    assert (second["TC_UV"], second["MAGNET_UV"]) == (10_000, 8000)
    assert (second["REMAINING_S"], second["SERVICE"], second["REFUSED"]) == (device.one(1).remaining_s(), 1, 3)
    device.off("mqtt", 1)
    second = published(device)[1]
    assert (second["CAUSE"], second["DETAIL"], second["CONTACT_CLOSED"]) == (codes.REMOTE, 2, 0)
    assert second["SOUND"] == device.heard(1) != 0


def test_every_value_stands_in_its_own_field_of_its_own_burner(core):
    device = core(burners=3, sensor=True)
    for number, one in enumerate(device.controller.burners):
        base = 100 * (number + 1)
        one.wants_closed = lambda base=base: base + 1
        one.remaining_s = lambda base=base: base + 2
        one.state, one.cause, one.detail, one.refused = base, base + 3, base + 4, base + 13
        one.faults.shown, one.faults.raised = base + 5, base + 6
        one.flame.tc_uv, one.flame.magnet_uv, one.flame.burning = base + 7, base + 8, base + 9
        one.health_permille, one.health_ref_permille = base + 10, base + 11
        one.service, one.light = base + 12, base + 14
    device.controller.player.burner, device.controller.player.sound = 2, 315
    first, second, third = (list(reported.values()) for reported in published(device))
    assert first == [*range(100, 115), 0] and second == [*range(200, 215), 0]
    assert third == [*range(300, 316)]  # one sound at a time


def test_it_holds_whole_small_numbers_only(core):
    device = core(burners=4)
    one = snapshot.Snapshot(4, Lock())
    one.publish(device.controller)
    assert isinstance(one.values, array) and one.values.itemsize == 4


# --- the lock ------------------------------------------------------------------------------------------------------


def test_the_loop_only_tries_the_lock_and_leaves_the_values_of_another_tick(core):
    device = core()
    one = snapshot.Snapshot(1, Lock())
    one.publish(device.controller)
    one._lock.held = True
    device.press()
    one.publish(device.controller)
    assert one.values[snapshot.SNAP_STATE] == codes.IDLE
    assert not one._lock.waited
    one._lock.held = False
    one.publish(device.controller)
    assert one.values[snapshot.SNAP_STATE] == codes.BURNING


def test_the_lock_is_free_after_telling_and_after_reading(core):
    one = snapshot.Snapshot(1, Lock())
    one.publish(core().controller)
    assert not one._lock.held
    one.copy_into(array("i", [0] * snapshot.SNAP_FIELDS))
    assert not one._lock.held


def test_a_copy_is_one_tick_and_stays_as_it_is(core):
    device = core()
    one = snapshot.Snapshot(1, Lock())
    one.publish(device.controller)
    copy = array("i", [0] * snapshot.SNAP_FIELDS)
    one.copy_into(copy)
    device.press()
    one.publish(device.controller)
    assert copy[snapshot.SNAP_STATE] == codes.IDLE


def test_publishing_replaces_no_object(core):
    device = core(burners=2)
    one = snapshot.Snapshot(2, Lock())
    values = one.values
    for _ in range(10):
        device.step()
        one.publish(device.controller)
    assert one.values is values


# --- the simulator looks where the firmware writes -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["STATE", "REMAINING_S", "CAUSE", "DETAIL", "FAULT", "LIGHT", "SOUND"])
def test_the_simulator_reads_each_field_from_its_place(name):
    assert getattr(REPORT, name) == getattr(snapshot, "SNAP_" + name)
    assert REPORT.FIELDS == snapshot.SNAP_FIELDS


def test_the_simulator_knows_the_states_by_the_same_numbers():
    assert dict(enumerate(REPORT.STATES)) == names.STATES


def test_the_simulator_knows_the_causes_by_the_same_numbers():
    reported = {number: (name or "") for number, name in enumerate(REPORT.CAUSES)}
    assert {**reported, codes.FAULTED: "FAULTED"} == names.CAUSES
    assert (REPORT.REMOTE, REPORT.FAULTED) == (codes.REMOTE, codes.FAULTED)


def test_the_simulator_knows_the_faults_by_the_same_numbers():
    assert dict(enumerate(REPORT.FAULTS)) == names.FAULTS


def test_the_simulator_knows_the_sounds_and_lights_by_the_same_numbers():
    assert {number: name or "NONE" for number, name in enumerate(REPORT.SOUNDS)} == names.SOUNDS
    assert dict(enumerate(REPORT.LIGHTS)) == names.LIGHTS


def test_the_simulator_knows_the_sources_and_requests_by_the_same_numbers():
    acts = inside.MODULES["acts"]
    assert list(REPORT.SOURCES) == names.SOURCES
    assert (acts.EXTEND, acts.ARM) == (codes.REQUEST_EXTEND, codes.REQUEST_ARM)
