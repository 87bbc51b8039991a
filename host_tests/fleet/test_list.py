"""The list of devices: what is taken, and one line for everything that is not."""

import os
import socket
import stat

import pytest

from fleet import __main__ as command
from fleet import broker, devices, trial
from fleet.devices import Device, FleetError

HEAD = "name,place,host,chip\n"
GOOD = HEAD + 'flat-7,"Elm Street 3, 2nd floor",10.0.0.7,240ac412ab0f\nflat-8,,curfew-ab10.local:8080,240ac412ab10\n'


@pytest.fixture
def listed(tmp_path):
    def write(text):
        path = tmp_path / "devices.csv"
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_good_list_is_read_in_its_order(listed):
    first, second = devices.read(listed(GOOD))
    assert first == Device("flat-7", "Elm Street 3, 2nd floor", "10.0.0.7", "240ac412ab0f")
    assert second.host == "curfew-ab10.local:8080"


@pytest.mark.parametrize("text, said", [
    ("", "its first line must be name,place,host,chip"),
    ("name,host\nx,y\n", "its first line must be name,place,host,chip"),
    (HEAD, "no device in it"),
    (HEAD + "a,,h\n", ":2: 4 values are needed"),
    (HEAD + "a,,h,,x\n", ":2: 4 values are needed"),
    (HEAD + "Flat 7,,h,\n", ":2: name 'Flat 7': must be 1 to 32 small letters"),
    (HEAD + "a,,http://h,\n", ":2: host 'http://h': must be a name or an IP address"),
    (HEAD + "a,,h,240AC412AB0F\n", ":2: chip '240AC412AB0F': must be 12 digits"),
    (HEAD + "a,,h,\na,,i,\n", ":3: name 'a' stands in line 2 as well"),
    (HEAD + "a,,h,\nb,,H,\n", ":3: host 'H' stands in line 2 as well"),
    (HEAD + "a,,h,240ac412ab0f\nb,,i,240ac412ab0f\n", ":3: chip '240ac412ab0f' stands in line 2 as well"),
    (HEAD + 'a,"open,h,\n', "is no list of devices"),
])  # fmt: skip
def test_a_wrong_list_is_one_line_with_line_column_and_value(listed, text, said, capsys):
    path = listed(text)
    assert command.main(["check", str(path)]) == 2
    err = capsys.readouterr().err
    assert said in err and str(path) in err and err.count("\n") == 1


def test_two_devices_without_a_board_are_not_alike(listed):
    assert len(devices.read(listed(HEAD + "a,,h,\nb,,i,\n"))) == 2


def test_a_list_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(FleetError, match="cannot be read: No such file"):
        devices.read(tmp_path / "devices.csv")


def test_files_for_servers_need_every_board(listed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(["files", str(listed(HEAD + "a,,h,\n"))]) == 2
    assert "a: no chip number yet" in capsys.readouterr().err


def test_passwords_are_drawn_once_and_readable_by_their_owner_only(listed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "build" / "fleet" / "passwords.json"
    assert command.main(["files", str(listed(GOOD))]) == 0
    before = kept.read_text()
    assert command.main(["files", str(listed(GOOD))]) == 0
    assert kept.read_text() == before and len(before.split()) > 8
    for name in ("passwords.json", "mosquitto.passwords", "rabbitmq.json"):
        assert stat.S_IMODE(os.stat(kept.with_name(name)).st_mode) == 0o600


def test_a_disk_that_is_full_is_one_line_and_keeps_the_old_passwords(listed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(["files", str(listed(GOOD))]) == 0
    kept = tmp_path / "build" / "fleet" / "passwords.json"
    before = kept.read_text()
    kept.with_name("passwords.json.new").symlink_to("/dev/full")
    assert command.main(["files", str(listed(GOOD))]) == 1
    assert capsys.readouterr().err == "fleet: build/fleet: No space left on device\n" and kept.read_text() == before


def test_a_password_file_is_the_old_or_the_new_one(tmp_path, monkeypatch):
    path = tmp_path / "passwords.json"
    broker.private(path, "old")
    monkeypatch.setattr(os, "O_TRUNC", os.O_EXCL)  # a second writer, or one that was ended
    path.with_name("passwords.json.new").touch()
    with pytest.raises(FileExistsError):
        broker.private(path, "new")
    assert path.read_text() == "old"


@pytest.mark.parametrize("count, said", [
    ("0", "0 virtual stoves: 1 to 99 are possible"), ("100", "100 virtual stoves: 1 to 99 are possible"),
    ("1", "for alerts: Address already in use: end the other program there"),
])  # fmt: skip
def test_a_trial_that_cannot_be_is_one_line(count, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(trial, "ALERTS_PORT", taken.getsockname()[1])
        assert command.main(["trial", count]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
