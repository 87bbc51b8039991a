"""Flashing MicroPython: which images are refused, and the real esptool against a mock of the chip's boot loader.

Here: image.py, flash.py. Not here: deploying a program (test_deploy.py).
"""

import io
import re
import struct
import subprocess
import sys
from hashlib import md5, sha256

import pytest
from esp32_mock_bootloader import mock_bootloader
from rich.console import Console

from host_tests.fixtures.board import command
from tools.board import flash, image
from tools.board.errors import BoardError

BANNER = b"MicroPython v1.29.0 on 2026-08-20; Generic ESP32 module with ESP32\0"


def app(text=BANNER, chip=0, hashed=1):
    """A program for the chip as ESP-IDF makes it: header, one segment, checksum, SHA-256."""
    data = text + bytes(-len(text) % 4) + bytes(range(256)) * 700
    head = struct.pack(
        "<BBBBIB3sHBHH4sB", 0xE9, 1, 2, 0x20, 0x40081000, 0xEE, bytes(3), chip, 0, 0, 0xFFFF, bytes(4), hashed
    )
    whole = head + struct.pack("<II", 0x3F400020, len(data)) + data
    whole += bytes(15 - len(whole) % 16)
    checksum = 0xEF
    for byte in data:
        checksum ^= byte
    whole += bytes([checksum])
    return whole + sha256(whole).digest()


# ports/esp32/partitions-4MiBplus.csv of MicroPython 1.26 and newer: no row for files, they get the rest of the flash.
ROWS = (
    (1, 2, 0x9000, 0x6000, b"nvs"),
    (1, 1, 0xF000, 0x1000, b"phy_init"),
    (0, 0, 0x10000, 0x1F0000, b"factory"),
)
OTA = (
    (1, 2, 0x9000, 0x4000, b"nvs"),
    (1, 0, 0xD000, 0x2000, b"otadata"),
    (1, 1, 0xF000, 0x1000, b"phy_init"),
    (0, 0x10, 0x10000, 0x180000, b"ota_0"),
    (0, 0x11, 0x190000, 0x180000, b"ota_1"),
)


def files(size, name=b"vfs"):
    """The row that tables up to MicroPython 1.25 have."""
    return ((1, 0x81, 0x200000, size, name),)


def table(rows=ROWS):
    """A partition table like MicroPython's."""
    raw = b"".join(
        struct.pack("<HBBII16sI", 0x50AA, kind, sub, at, size, name, 0) for kind, sub, at, size, name in rows
    )
    return raw + b"\xeb\xeb" + b"\xff" * 14 + md5(raw).digest()


def official(boot_chip=0, partitions=None, program=None):
    """The whole file: boot loader, partition table, program."""
    boot = app(b"boot loader", boot_chip)[:0x6000]
    partitions = table() if partitions is None else partitions
    program = app() if program is None else program
    return boot.ljust(0x7000, b"\xff") + partitions.ljust(0x8000, b"\xff") + program


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "ESP32_GENERIC-20260820-v1.29.0.bin"
    path.write_bytes(official())
    return path


def test_an_official_image_is_known_by_version_size_and_room_for_files(good):
    assert image.read(good) == image.Image("1.29.0", good.stat().st_size, 0x200000, 2048 * 1024)


def test_the_file_system_of_a_table_that_names_one_lies_where_the_table_says(tmp_path):
    (tmp_path / "image.bin").write_bytes(official(partitions=table(ROWS + files(1024 * 1024))))
    found = image.read(tmp_path / "image.bin")
    assert (found.files_at, found.files_bytes) == (0x200000, 1024 * 1024)


def test_the_images_of_these_tests_are_images_in_the_eyes_of_esptool(tmp_path):
    (tmp_path / "app.bin").write_bytes(app())
    words = [sys.executable, "-m", "esptool", "--chip", "esp32", "image-info", str(tmp_path / "app.bin")]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "Checksum: 0x" in told and told.count("(valid)") == 2


@pytest.mark.parametrize("data, why", [
    (b"", "no image for an ESP chip"),
    (b"\x7fELF" + bytes(100_000), "no image for an ESP chip"),
    (b"<!DOCTYPE html>" + bytes(1000), "no image for an ESP chip"),
    (official(boot_chip=9), "for the ESP32-S3"),
    (official(boot_chip=5), "for the ESP32-C3"),
    (official(program=app(chip=2)), "for the ESP32-S2"),
    (app(), "cut off, or only an update"),
    (official()[:0x8000], "cut off, or only an update"),
    (official()[:-1], "cut off"),
    (official()[:100_000], "cut off"),
    (official()[:-40] + b"x" + official()[-39:], "checksum does not fit"),
    (official(program=app(hashed=0)), "without its SHA-256"),
    (official(program=app(b"Tasmota 14")), "no MicroPython"),
    (official(program=app(BANNER.replace(b"1.29", b"1.25"))), "1.25.0 is too old"),
    (official(program=app(BANNER.replace(b"module with ESP32", b"module with SPIRAM"))), "SPIRAM"),
    (official(program=app(BANNER.replace(b"with ESP32\0", b"with ESP32-UNICORE\0"))), "second core"),
    (official(program=app(BANNER.replace(b"with ESP32\0", b"with ESP32-D2WD\0"))), "second core"),
    (official(partitions=table(OTA)), "960 KiB for files"),
    (official(partitions=table(ROWS + files(512 * 1024))), "512 KiB for files"),
    (official(partitions=table((*ROWS[:2], (0, 0, 0x10000, 0x3F0000, b"factory")))), "0 KiB for files"),
    (official() + bytes(4 << 20), "more than a flash of 4 MB"),
])  # fmt: skip
def test_any_other_file_is_refused_with_its_reason_and_the_right_one_is_named(tmp_path, data, why):
    (tmp_path / "image.bin").write_bytes(data)
    with pytest.raises(BoardError, match=why) as refusal:
        image.read(tmp_path / "image.bin")
    assert "ESP32_GENERIC" in str(refusal.value) and "\n" not in str(refusal.value)


def test_the_oldest_version_that_will_do_is_1_26(tmp_path):
    (tmp_path / "image.bin").write_bytes(official(program=app(BANNER.replace(b"1.29", b"1.26"))))
    assert image.read(tmp_path / "image.bin").version == "1.26.0"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BoardError, match="nothing.bin: No such file"):
        image.read(tmp_path / "nothing.bin")


# --- the real esptool ------------------------------------------------------------------------------------------------


@pytest.fixture
def esptool_says(monkeypatch):
    """Every line of esptool, as it comes."""
    said = []
    lines = flash._lines

    def heard(*words):
        for line in lines(*words):
            said.append(line.strip())
            yield line

    monkeypatch.setattr(flash, "_lines", heard)
    return said


def test_esptool_writes_the_image_to_where_it_belongs_verifies_it_and_the_next_step_is_named(good, esptool_says):
    out = io.StringIO()
    with mock_bootloader("esp32") as chip:
        flash.flash(chip.url(), good, False, Console(file=out, width=200))
    assert any(re.match(rf"Wrote {good.stat().st_size} bytes .*at 0x00001000", line) for line in esptool_says)
    assert "Hash of data verified." in esptool_says
    assert "MicroPython 1.29.0" in out.getvalue() and "make deploy" in out.getvalue()


def test_erase_comes_before_writing_and_only_when_asked_for(good, monkeypatch):
    done = []
    monkeypatch.setattr(flash, "_lines", lambda port, words: done.append(words[0]) or iter(["Hash of data verified."]))
    flash.flash("/dev/ttyUSB0", good, True, Console(file=io.StringIO()))
    flash.flash("/dev/ttyUSB0", good, False, Console(file=io.StringIO()))
    assert done == ["flash-id", "erase-flash", "write-flash", "flash-id", "write-flash"]


def test_what_was_written_but_not_verified_is_no_success(good, monkeypatch):
    monkeypatch.setattr(flash, "_lines", lambda port, words: iter(["Wrote 5 bytes"]))
    with pytest.raises(BoardError, match="not verified"):
        flash.flash("/dev/ttyUSB0", good, False, Console(file=io.StringIO()))


def test_a_chip_with_too_little_flash_is_refused(good, monkeypatch):
    monkeypatch.setattr(flash, "_lines", lambda port, words: iter(["Detected flash size: 2MB"]))
    with pytest.raises(BoardError, match="2MB of flash are too little"):
        flash.flash("/dev/ttyUSB0", good, False, Console(file=io.StringIO()))


def test_another_chip_is_refused_before_anything_is_written(good):
    with mock_bootloader("esp32s3") as chip, pytest.raises(BoardError, match=r"ESP32-S3, .* nothing was written"):
        flash.flash(chip.url(), good, False, Console(file=io.StringIO()))


def test_a_refused_image_never_meets_the_chip(tmp_path, monkeypatch):
    (tmp_path / "image.bin").write_bytes(official()[:-1])
    monkeypatch.setattr(flash.subprocess, "Popen", None)
    with pytest.raises(BoardError, match="cut off"):
        flash.flash("/dev/ttyUSB0", tmp_path / "image.bin", True, Console(file=io.StringIO()))


def test_a_port_that_is_not_there_is_one_line_and_status_1(good):
    status, _, said = command("flash", "--port", "/dev/ttyUSB9", "--firmware", good)
    assert (status, said) == (1, "flash: /dev/ttyUSB9 is not there\n")


@pytest.mark.parametrize("said, told", [
    ("Could not exclusively lock port /dev/ttyUSB0: [Errno 11]", "in use"),
    ("[Errno 13] could not open port /dev/ttyUSB0: [Errno 13] Permission denied", "dialout"),
    ("A fatal error occurred: Failed to connect to ESP32: No serial data received.", "BOOT button"),
    ("A fatal error occurred: The chip stopped responding.", "stopped responding"),
    ("", "no word"),
])  # fmt: skip
def test_esptools_words_become_one_line_with_the_way_out(said, told):
    assert told in flash._why("/dev/ttyUSB0", said)
