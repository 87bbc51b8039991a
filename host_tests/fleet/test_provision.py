"""Boards in a row: what they share, and what each gets of its own, on a virtual board at its cable."""

import json
import re
import stat

import pytest

from curfew.services.net import network_settings
from fleet import __main__ as command
from fleet import devices, provision
from fleet.devices import Device, FleetError
from host_tests.fixtures.board import Bench

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


def test_a_label_has_the_name_the_place_and_a_code_of_the_page():
    text = provision.label(Device("flat-7", "Elm & Oak <3>", "10.0.0.7", "240ac412ab0f"))
    assert "flat-7" in text and "Elm &amp; Oak &lt;3&gt;" in text and "240ac412ab0f" in text
    assert text.count("<path") == 1 and 'width="90mm" height="42mm"' in text


@pytest.mark.long
@pytest.mark.limit(240)
def test_a_board_gets_program_network_and_user_and_the_list_its_number(written, tmp_path, monkeypatch, capsys):
    listed = tmp_path / "devices.csv"
    listed.write_text('name,place,host,chip\nflat-7,"Elm Street 3, 2nd floor",10.0.0.7,\nflat-8,,10.0.0.8,\n')
    monkeypatch.setattr(command, "OUT", tmp_path / "out")
    monkeypatch.setattr(command, "LABELS", tmp_path / "out" / "labels")
    asked = []
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or "")
    bench = Bench(tmp_path / "flash", monkeypatch)
    with bench.board:
        again = ["provision", str(listed), str(written(SHARED)), "--port", bench.board.port]
        assert command.main(again) == 2, "the second board is the first one again"
        assert "flat-8: this board is that of flat-7: plug in the next one" in capsys.readouterr().err
        first, second = devices.read(listed)
        assert re.fullmatch("[0-9a-f]{12}", first.chip) and not second.chip and len(asked) == 2
        kept = tmp_path / "out" / "passwords.json"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        there = json.loads(bench.run("print(open('network.json').read())"))
    password = json.loads(kept.read_text())[first.chip]
    assert (there["name"], there["mqtt"]["user"], there["mqtt"]["password"]) == ("flat-7", first.chip, password)
    assert there["wifi"] == SHARED["wifi"] and (tmp_path / "out" / "labels" / "flat-7.svg").exists()
