"""Readings are taken minus the learned zero of their channel, and minus what a neighbor's current adds to them."""

import pytest


@pytest.mark.parametrize("zero", [-2000, -1, 0, 350, 2000])
def test_each_side_is_read_minus_its_own_zero(core, zero):
    device = core(burners=[{"sensor": True, "zero_tc_uv": zero, "zero_magnet_uv": -zero}])
    device.uv[0] = [6000 + zero, 1000 - zero]
    device.step()
    flame = device.one().flame
    assert (flame.tc_uv, flame.magnet_uv) == (6000, 1000)


@pytest.mark.parametrize("permille", [0, 50, 200])
def test_what_a_neighbor_adds_over_shared_ground_is_taken_away(core, permille):
    device = core(burners=[{"sensor": True, "ground_permille": permille}, {"sensor": True}])
    added_uv = 8000 * permille // 1000
    device.controller.burners[1].flame.mean_uv = 8000
    device.controller.take_reading(0, 0, 500 + added_uv, 20)
    device.controller.take_reading(0, 1, added_uv, 20)
    device.controller.take_reading(1, 0, 12_000, 20)
    assert [one.flame.tc_uv for one in device.controller.burners] == [500, 12_000]
    assert device.one().flame.magnet_uv == 0


def test_its_own_current_is_no_neighbors(core):
    device = core(burners=[{"sensor": True, "ground_permille": 200}])
    device.one().flame.mean_uv = 8000
    device.controller.take_reading(0, 0, 12_000, 20)
    assert device.one().flame.tc_uv == 12_000
