"""A staged update: one device, a tenth, the rest; a roll-back ends it, and it goes on where it stopped."""

import pytest

from fleet import rollout
from fleet.devices import Device
from tools.update import NotConfirmed, UpdateError, WindowClosed

MANY = [Device(f"flat-{number}", f"floor {number}", f"10.0.0.{number}", "") for number in range(1, 31)]


class Fleet:
    """What each device does with an update; by default it confirms."""

    def __init__(self, tmp_path, build="aaaa0001"):
        self.path, self.build = tmp_path / "updated.json", build
        self.does = {}
        self.sent, self.said = [], []

    def send(self, device):
        self.sent.append(device.name)
        if error := self.does.get(device.name):
            raise error

    def run(self):
        self.sent.clear()
        return rollout.roll_out(MANY, self.send, rollout.Kept(self.path, self.build), self.said.append)


@pytest.fixture
def fleet(tmp_path):
    return Fleet(tmp_path)


@pytest.mark.parametrize(
    "count, sizes", [(1, [1]), (2, [1, 1]), (10, [1, 1, 8]), (30, [1, 3, 26]), (500, [1, 50, 449])]
)
def test_the_stages_are_one_a_tenth_and_the_rest(count, sizes):
    assert [len(stage) for stage in rollout.stages(list(range(count)))] == sizes


def test_all_get_it_and_a_second_run_sends_nothing(fleet):
    assert fleet.run() and len(fleet.sent) == 30
    assert fleet.run() and fleet.sent == []


@pytest.mark.parametrize("number, before", [(1, 1), (3, 3), (20, 20)])
def test_the_first_that_goes_back_ends_it_at_once(fleet, number, before):
    fleet.does[f"flat-{number}"] = NotConfirmed("10.0.0.1: the new program was not confirmed, the old one is back")
    assert not fleet.run()
    assert len(fleet.sent) == before and "no further device" in fleet.said[-1]


@pytest.mark.parametrize("error", [WindowClosed("closed"), UpdateError("no answer")])
def test_no_stage_begins_while_one_of_the_stage_before_waits(fleet, error):
    fleet.does["flat-2"] = error
    assert not fleet.run()
    assert fleet.sent == ["flat-1", "flat-2", "flat-3", "flat-4"]
    assert "1 of stage 2 wait" in fleet.said[-1]
    fleet.does.clear()
    assert fleet.run()
    assert fleet.sent[0] == "flat-2" and "flat-1" not in fleet.sent and len(fleet.sent) == 27


def test_a_closed_window_says_that_the_tenant_opens_it_and_where(fleet):
    fleet.does["flat-1"] = WindowClosed("closed")
    fleet.run()
    assert any("flat-1 (floor 1): closed: ask the tenant to hold a button" in line for line in fleet.said)


def test_a_disk_that_is_full_ends_it_and_what_was_kept_is_done_no_more(fleet):
    fleet.does["flat-2"] = WindowClosed("closed")
    assert not fleet.run()
    fleet.does.clear()
    fleet.path.with_name("updated.json.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        fleet.run()
    fleet.path.with_name("updated.json.new").unlink()
    assert fleet.run() and fleet.sent[0] == "flat-2" and len(fleet.sent) == 27


def test_another_build_begins_with_the_first_stage_again(fleet, tmp_path):
    assert fleet.run()
    fleet.build = "bbbb0002"
    fleet.does["flat-1"] = WindowClosed("closed")
    assert not fleet.run() and fleet.sent == ["flat-1"]
