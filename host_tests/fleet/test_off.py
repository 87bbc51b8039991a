"""OFF for all: said until each device reports it; one that does not is named."""

import json

import pytest

from fleet import __main__ as command
from fleet import off
from fleet.devices import Device
from host_tests.fixtures.broker import broker as started  # noqa: F401
from host_tests.fixtures.hub import flash  # noqa: F401
from host_tests.fleet import crowd
from host_tests.fleet.rabbit import off_for_all

TWO = [Device("flat-7", "", "", "240ac412ab0f"), Device("flat-8", "", "", "240ac412ab10")]


def said(is_closed, fault=None):
    return json.dumps({"contact_closed": is_closed, "fault": fault}).encode()


@pytest.fixture
def reports(monkeypatch):
    """The reports of TWO; whatever came has come long ago."""
    monkeypatch.setattr(off, "QUIET_S", -1)
    return off.Reports(TWO)


def test_a_device_is_off_when_all_its_burners_report_it(reports):
    assert reports.left() == TWO
    reports.take("curfew/240ac412ab0f/burner/0/state", said(False))
    assert reports.left() == TWO[1:]
    reports.take("curfew/240ac412ab0f/burner/1/state", said(True))
    assert reports.left() == TWO
    reports.take("curfew/240ac412ab0f/burner/1/state", said(False))
    assert reports.left() == TWO[1:]


@pytest.mark.parametrize("topic", [
    "curfew/240ac412ab0f/burner/0/millivolts", "curfew/240ac412ab0f/device", "curfew/240ac412ab0f/status", "curfew",
    "curfew/ffffffffffff/burner/0/state", "",
])  # fmt: skip
def test_no_other_topic_says_that_a_device_is_off(reports, topic):
    reports.take(topic, said(False))
    assert reports.left() == TWO


def test_states_that_belong_together_are_awaited(reports, monkeypatch):
    monkeypatch.setattr(off, "QUIET_S", 3600)
    reports.take("curfew/240ac412ab0f/burner/0/state", said(False))
    assert reports.left() == TWO


def test_a_fault_is_named_for_the_gas_may_be_on(reports):
    reports.take("curfew/240ac412ab0f/burner/1/state", said(False, "CONTACT_WELDED"))
    assert reports.faults() == ["flat-7: burner 2 reports CONTACT_WELDED: turn its knob off"]


@pytest.mark.parametrize("burning", [True, False])
def test_every_device_reports_off_whether_it_burnt_or_not(started, flash, burning):  # noqa: F811
    there = crowd.Crowd(5, started().port)
    for device in there.devices:
        device.burn(burning)
    there.rounds(1)
    left, took_s = off_for_all(there, there.port)
    assert left == [] and took_s < crowd.OFF_S and all(device.offs for device in there.devices)


@pytest.mark.long
def test_no_off_that_is_counted_is_lost_when_the_broker_is_killed(started, flash, monkeypatch):  # noqa: F811
    server = started()
    there = crowd.Crowd(20, server.port)
    there.devices[7].is_welded = True

    def kill():
        server.stop()
        server.start()

    monkeypatch.setattr(off, "MOST_S", 25)
    left, _ = off_for_all(there, there.port, kill)
    assert [device.chip for device in left] == [there.devices[7].chip]
    assert all(device.is_off() for device in there.devices if device is not there.devices[7])


def test_who_does_not_answer_is_named_with_the_way_out(started, flash, tmp_path, monkeypatch, capsys):  # noqa: F811
    listed, network = tmp_path / "devices.csv", tmp_path / "network.json"
    listed.write_text("name,place,host,chip\nflat-7,first floor,10.0.0.7,240ac412ab0f\n")
    mqtt = {"host": "127.0.0.1", "port": started().port}
    network.write_text(json.dumps({"wifi": {"ssid": "house", "password": "12345678"}, "mqtt": mqtt}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(off, "MOST_S", 0.2)
    assert command.main(["off", str(listed), str(network)]) == 1
    way = "open http://10.0.0.7/, or turn it off at the stove"
    assert f"flat-7 (first floor): does not report off: {way}" in capsys.readouterr().out


def test_a_broker_that_is_away_is_one_line(tmp_path, monkeypatch, capsys):
    listed, network = tmp_path / "devices.csv", tmp_path / "network.json"
    listed.write_text("name,place,host,chip\nflat-7,,10.0.0.7,240ac412ab0f\n")
    mqtt = {"host": "127.0.0.1", "port": 9}
    network.write_text(json.dumps({"wifi": {"ssid": "house", "password": "12345678"}, "mqtt": mqtt}))
    monkeypatch.chdir(tmp_path)
    assert command.main(["off", str(listed), str(network)]) == 2
    assert capsys.readouterr().err == "fleet: broker 127.0.0.1: Connection refused\n"
