"""What a row of boards shares: its network settings, the time zone by name included."""

import json

import pytest

from curfew.services.net import network_settings
from fleet import provision
from fleet.devices import Device, FleetError

SHARED = {"wifi": {"ssid": "house", "password": "12345678"}, "mqtt": {"host": "broker.lan"}}


@pytest.fixture
def written(tmp_path):
    def write(values):
        path = tmp_path / "network.json"
        path.write_text(json.dumps(values), "utf-8")
        return path

    return write


def test_a_zone_brings_its_changes_and_the_device_takes_the_file(written):
    shared = provision.common(written(SHARED | {"time_zone": "Australia/Sydney"}))
    made = provision.network_of(Device("flat-7", "", "10.0.0.7", "240ac412ab0f"), shared, "secret")
    kept = network_settings.checked(made)
    assert (kept["time_zone"], kept["name"], kept["mqtt"]["user"]) == ("Australia/Sydney", "flat-7", "240ac412ab0f")
    assert len(kept["time_zone_changes"]) in (44, 46) and set(kept["time_zone_changes"][1::2]) == {600, 660}


@pytest.mark.parametrize("zone", ["Mars", "", "/etc/passwd", 60, None])
def test_an_unknown_zone_is_one_line(written, zone):
    with pytest.raises(FleetError, match="time_zone: .*like Europe/Berlin"):
        provision.common(written(SHARED | {"time_zone": zone}))
