"""A crowd of devices at a real mosquitto: an OFF for all, and how they come back after the broker was away."""

import pytest

from curfew.services.mqtt import session
from host_tests.fixtures.broker import broker  # noqa: F401
from host_tests.fixtures.hub import flash  # noqa: F401
from host_tests.fleet import crowd

pytestmark = pytest.mark.long


@pytest.fixture
def together(broker, flash):  # noqa: F811
    """A function: devices at a broker, all of them online, and the broker."""

    def make(count):
        there = broker()
        return crowd.Crowd(count, there.port), there

    return make


@pytest.mark.parametrize("count", [100, pytest.param(500, marks=pytest.mark.evidence)])
def test_an_off_for_all_reaches_every_device_within_five_seconds(together, count):
    devices, there = together(count)
    speaker = crowd.speaking(there.port)
    try:
        assert devices.off(speaker) < crowd.OFF_S
        assert [device.offs for device in devices.devices] == [1] * count
    finally:
        speaker.loop_stop()


def test_no_off_that_the_broker_acknowledged_is_lost_when_it_is_killed(together):
    devices, there = together(100)
    speaker = crowd.speaking(there.port)
    acknowledged, lost, _ = devices.off_while_killed(speaker, there.stop)
    speaker.loop_stop()
    assert acknowledged >= 50 and lost == 0


@pytest.mark.parametrize("away_s", [3, pytest.param(20, marks=pytest.mark.evidence)])
def test_after_a_broker_was_away_all_come_back_in_time_and_not_at_once(together, away_s):
    devices, there = together(100)
    back_s, most_at_once = devices.away(there, away_s)
    assert back_s <= crowd.BACK_S and most_at_once < 100 / 3


def test_without_a_drawn_pause_all_would_come_at_once(together, monkeypatch):
    devices, there = together(100)
    monkeypatch.setattr(session.random, "getrandbits", lambda bits: 0)
    assert devices.away(there, 3)[1] > 90
