"""Any computer: the tool with the modules and the name of another system, and what it says there of ports."""

import errno
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import serial

from host_tests.fixtures import board as fixture
from host_tests.fixtures.other_system import SYSTEMS, program
from tools.board import console, doctor, drivers, installation, ports


def on(system, *words):
    """A command on another system: status, what it said, what it complained about."""
    env = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-c", program(system), *words], cwd=fixture.ROOT, env=env, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.sample(2)
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("command", ["deploy", "monitor", "wipe --yes", "flash --download", "key"])
def test_without_a_board_every_command_is_one_line_on_any_system(system, command):
    status, _, said = on(system, *command.split())
    assert status == 1 and said.count("\n") == 1 and "no USB serial port is there" in said, said


def test_a_raspberry_pi_needs_no_virtual_machine_for_a_board(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.sys, "executable", str(tmp_path / "python"))
    row = next(row for row in doctor.computer() if row.what == "MicroPython VM")
    assert row.state == doctor.LACKS and "flash and deploy work without" in row.found


# --- which port ------------------------------------------------------------------------------------------------------


def usb(device, vid=0x10C4, pid=0xEA60, serial_number="0001", location="1-1"):
    """A port as list_ports gives it."""
    return SimpleNamespace(device=device, vid=vid, pid=pid, serial_number=serial_number, location=location)


def test_two_ports_of_one_chip_on_macos_are_one_board_and_the_makers_driver_is_preferred(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    there = [usb("/dev/cu.usbserial-0001"), usb("/dev/cu.SLAB_USBtoUART")]
    assert ports.chosen("", "deploy", there) == "/dev/cu.SLAB_USBtoUART"
    ch340 = [usb("/dev/cu.wchusbserial1410", 0x1A86), usb("/dev/cu.usbserial-1410", 0x1A86)]
    assert ports.chosen("", "deploy", ch340) == "/dev/cu.wchusbserial1410"
    two = [usb("/dev/cu.usbserial-0001"), usb("/dev/cu.usbserial-0002", serial_number="0002", location="1-2")]
    with pytest.raises(ports.BoardError, match="several boards"):
        ports.chosen("", "deploy", two)


def test_the_port_that_waits_for_a_carrier_on_macos_is_not_used(monkeypatch):
    assert ports.chosen("/dev/tty.usbserial-1", "deploy") == "/dev/tty.usbserial-1"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert ports.chosen("/dev/tty.usbserial-1", "deploy") == "/dev/cu.usbserial-1"


def test_of_several_boards_the_serial_numbers_and_the_way_to_their_names_are_reported():
    with pytest.raises(ports.BoardError) as refusal:
        ports.chosen("", "deploy", [usb("COM3"), usb("COM4", serial_number="0002")])
    reported = str(refusal.value)
    assert "COM3 (Silicon Labs CP210x, serial 0001)" in reported and "curfew deploy --port COM3" in reported
    assert "curfew doctor" in reported


# --- why a port cannot be used ---------------------------------------------------------------------------------------

OPEN = "could not open port '{}': "


@pytest.mark.parametrize("platform, port, error, reported", [
    ("win32", "COM3", OPEN + "PermissionError(13, 'Access is denied.', None, 5)", "COM3 is in use by another program"),
    ("win32", "COM9", OPEN + "FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)",
     "COM9 is not there"),
    ("win32", "COM3", OPEN + "OSError(22, 'A device attached to the system is not functioning.', None, 31)",
     "unplug the board"),
    ("win32", "COM3", "Cannot configure port, something went wrong. Original message: OSError(22, 'x', None, 87)",
     "cannot be used as a serial port"),
    ("linux", "/dev/null", OPEN + "[Errno 16] Device or resource busy: '{}'", "is in use"),
    ("linux", "/dev/null", "Could not exclusively lock port {}: [Errno 11] Resource unavailable", "is in use"),
    ("linux", "/dev/null", OPEN + "[Errno 13] Permission denied: '{}'", "no right to use it: sudo"),
    ("linux", "/dev/ttyUSB9", OPEN + "[Errno 2] No such file or directory: '{}'", "is not there"),
    ("darwin", "/dev/cu.usbserial-9", OPEN + "[Errno 2] No such file or directory: '{}'", "is not there"),
])  # fmt: skip
def test_a_port_that_cannot_be_opened_is_one_line_with_the_way_out(monkeypatch, platform, port, error, reported):
    monkeypatch.setattr(sys, "platform", platform)
    said = ports.refusal(port, serial.SerialException(error.replace("{}", port)))
    assert reported in said and "\n" not in said and "dialout" not in said


@pytest.mark.parametrize("group, way", [
    ("dialout", "sudo usermod -aG dialout $USER, then log out"), ("uucp", "sudo usermod -aG uucp $USER, then log out"),
    ("root", "sudo chmod a+rw /dev/ttyUSB0"), ("", "sudo chmod a+rw /dev/ttyUSB0"),
])  # fmt: skip
def test_the_right_to_a_port_is_that_of_its_own_group(monkeypatch, group, way):
    monkeypatch.setattr(ports, "group_of", lambda port: group)
    error = OSError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(ports.os.path, "exists", lambda path: True)
    assert way in ports.refusal("/dev/ttyUSB0", error)


def test_the_group_of_a_port_is_read_from_the_port():
    import grp

    assert ports.group_of("/dev/null") == grp.getgrgid(os.stat("/dev/null").st_gid).gr_name
    assert ports.group_of("/dev/not-there") == ""


# --- a board without a port ------------------------------------------------------------------------------------------

IOREG = """
+-o CP2102N USB to UART Bridge Controller@01100000  <class AppleUSBDevice>
    {{
      "idProduct" = {product}
      "iManufacturer" = 1
      "idVendor" = {maker}
    }}
"""
PNPUTIL = "Instance ID:                USB\\VID_{maker:04X}&PID_{product:04X}\\0001\nStatus:   Problem\n"


def linux(monkeypatch, tmp_path, *devices, brltty=False, release="6.1.0-18-amd64"):
    """Devices on USB as Linux shows them."""
    for number, (maker, product) in enumerate(devices):
        folder = tmp_path / f"1-{number}"
        folder.mkdir()
        (folder / "idVendor").write_text(f"{maker:04x}\n")
        (folder / "idProduct").write_text(f"{product:04x}\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "idVendor").write_text("not a number\n")
    monkeypatch.setattr(drivers, "_DEVICES", tmp_path)
    monkeypatch.setattr(drivers, "_is_there", lambda path: brltty)
    monkeypatch.setattr(drivers.platform, "release", lambda: release)


@pytest.mark.parametrize("device, brltty, reported", [
    ((0x1A86, 0x7523), True, "WCH CH340 or CH9102 (1a86:7523), but it has no port: brltty"),
    ((0x1A86, 0x7523), False, "sudo modprobe ch341"),
    ((0x10C4, 0xEA60), True, "sudo apt remove brltty"),
    ((0x10C4, 0xEA60), False, "sudo modprobe cp210x"),
    ((0x1A86, 0x55D4), True, "sudo modprobe cdc_acm"),
    ((0x0403, 0x6001), False, "sudo modprobe ftdi_sio"),
    ((0x303A, 0x1001), True, "sudo modprobe cdc_acm"),
])  # fmt: skip
def test_a_converter_without_a_port_is_named_with_what_takes_it_or_is_missing(
    monkeypatch, tmp_path, device, brltty, reported
):
    linux(monkeypatch, tmp_path, (0x1D6B, 0x0002), device, brltty=brltty)
    assert reported in drivers.missing()
    with pytest.raises(ports.BoardError, match="no USB serial port is there"):
        ports.chosen("", "deploy", [])


def test_other_devices_on_usb_are_no_board(monkeypatch, tmp_path):
    linux(monkeypatch, tmp_path, (0x1D6B, 0x0002), (0x046D, 0xC52B))
    assert drivers.missing() == ""


def test_wsl_is_reported_how_to_attach_the_board(monkeypatch, tmp_path):
    linux(monkeypatch, tmp_path, release=SYSTEMS["WSL"]["release"])
    with pytest.raises(ports.BoardError, match="WSL has no USB of its own.*usbipd attach --wsl"):
        ports.chosen("", "deploy", [])


@pytest.mark.parametrize("platform, listing", [("darwin", IOREG), ("win32", PNPUTIL)])
@pytest.mark.parametrize("maker, reported", [(0x10C4, "silabs.com"), (0x1A86, "wch-ic.com"), (0x303A, "board's maker")])
def test_a_missing_driver_is_named_from_what_the_system_lists(monkeypatch, platform, listing, maker, reported):
    monkeypatch.setattr(sys, "platform", platform)
    text = listing.format(maker=0x8087, product=1) + listing.format(maker=maker, product=0xEA60)
    monkeypatch.setattr(drivers.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=text))
    assert (
        f"({maker:04x}:ea60), but it has no port: install its driver" in drivers.missing()
        and reported in drivers.missing()
    )


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.TimeoutExpired("x", 1)])
def test_a_system_that_lists_nothing_leaves_the_ordinary_words(monkeypatch, error):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(drivers.subprocess, "run", fails)
    assert drivers.missing() == ""


# --- how commands are typed ------------------------------------------------------------------------------------------


def test_a_command_is_named_as_it_is_typed_where_it_was_called(monkeypatch):
    typed = installation.typed
    monkeypatch.delenv("CURFEW_TYPED", raising=False)
    assert typed("flash", "x.bin", "COM3", erase=True) == "curfew flash x.bin --erase --port COM3"
    monkeypatch.setenv("CURFEW_TYPED", "make")
    assert typed("flash", "x.bin", "COM3", erase=True) == "make flash FIRMWARE=x.bin ERASE=1 PORT=COM3"
    assert typed("restore", "x.json") == "make restore FILE=x.json" and typed("deploy") == "make deploy"


def test_make_passes_every_option_on(monkeypatch):
    words = "flash FIRMWARE=x.bin ERASE=1 DOWNLOAD=1 YES=1 PORT=COM3"
    reported = subprocess.run(["make", "-n", *words.split()], cwd=fixture.ROOT, capture_output=True, text=True).stdout
    assert "CURFEW_TYPED=make" in reported and 'flash --port COM3 "x.bin" --download --erase --yes' in " ".join(
        reported.split()
    )


def test_only_linux_promises_not_to_disturb_the_device():
    assert ("runs on" in console.QUIET) == sys.platform.startswith("linux")


@pytest.mark.parametrize("system, timer, found", [
    ("linux", "16\n", ("missing", "16 ms, which makes deploy slow", "echo 1 | sudo tee")),
    ("linux", "1\n", ("ok", "1 ms", "")),
    ("linux", None, None),
    ("win32", None, ("missing", "16 ms unless it was changed", "Device Manager")),
    ("darwin", None, ("ok", "16 ms unless it was changed", "")),
])  # fmt: skip
def test_the_latency_timer_of_an_ftdi_converter_is_named(tmp_path, monkeypatch, system, timer, found):
    monkeypatch.setattr(doctor, "_TIMERS", tmp_path)
    monkeypatch.setattr("sys.platform", system)
    (tmp_path / "ttyUSB0").mkdir()
    if timer:
        (tmp_path / "ttyUSB0" / "latency_timer").write_text(timer)
    rows = [*doctor.latency("/dev/ttyUSB0", drivers.FTDI)]
    assert [(row.state, row.found) for row in rows] == ([found[:2]] if found else [])
    assert all(found[2] in row.fix and bool(found[2]) == bool(row.fix) for row in rows)
    assert not [*doctor.latency("/dev/ttyUSB0", 0x10C4)]


def test_the_doctor_looks_at_the_rights_of_the_port_that_was_asked_for(tmp_path, monkeypatch):
    port = tmp_path / "port"
    port.touch()
    assert f"{port} may be used" == doctor.serial_rights(str(port)).found
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert doctor.serial_rights(str(port)).state == doctor.NEEDED
    assert doctor.serial_rights(str(tmp_path / "another")).found == "no port to look at"
