"""Flashing MicroPython: which images are refused, and the real esptool against a mock of the chip's boot loader.

Here: image.py, flash.py. Not here: deploying a program (test_deploy.py).
"""

import contextlib
import http.server
import io
import os
import pty
import re
import subprocess
import sys
import threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from esptool.loader import ESPLoader
from esptool.targets.esp32s2 import ESP32S2ROM
from rich.console import Console

from host_tests.fixtures.board import command
from host_tests.fixtures.micropython_image import BANNER, NAME, ROWS, app, official, table
from host_tests.fixtures.rom import FLASH_2_MB, NO_FLASH, SINGLE_CORE, Rom
from tools import cli
from tools.board import flash
from tools.board.errors import BoardError
from tools.board.images import download, image

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


@pytest.fixture
def good(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(official())
    return path


def test_an_official_image_is_known_by_version_size_and_room_for_files(good):
    assert image.read(good) == image.Image("1.29.0", good.stat().st_size, image.OFFSET, 0x200000, 2048 * 1024)


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


@pytest.mark.limit(20)
def test_a_file_without_an_end_is_not_read_to_its_end():
    with pytest.raises(BoardError, match="more than a flash of 4 MB holds"):
        image.read(Path("/dev/zero"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BoardError, match="nothing.bin: No such file"):
        image.read(tmp_path / "nothing.bin")


# --- the real esptool against a boot loader ---------------------------------------------------------------------------

USED = b"\x7f" * 4096  # what another project may have left


def no(question):
    raise AssertionError(question)


def never():
    raise AssertionError("nothing is to be downloaded")


def flashed(url, path, erase=False, agreed=no, fetch=never):
    """What the command says on the way."""
    out = io.StringIO()
    flash.flash(url, path, erase, Console(file=out, width=200), agreed, fetch)
    return out.getvalue()


def refused(rom, path, **more):
    """The line of a command that is refused; the flash is as it was."""
    before = bytes(rom.flash.data)
    with pytest.raises(BoardError) as refusal:
        flashed(rom.url, path, **more)
    assert bytes(rom.flash.data) == before and "\n" not in str(refusal.value)
    return str(refusal.value)


def test_the_image_is_written_to_where_it_belongs_and_the_next_step_is_named(good):
    with Rom() as chip:
        said = flashed(chip.url, good)
    data = good.read_bytes()
    assert bytes(chip.flash.data[image.OFFSET : image.OFFSET + len(data)]) == data
    assert "ERASE_FLASH" not in chip.commands and "SPI_FLASH_MD5" in chip.commands
    assert "ESP32-D0WDQ6" in said and "curfew-9526" in said and "MicroPython 1.29.0" in said
    assert f"curfew deploy --port {chip.url}" in said


def of_chip(key):
    """An official image for another chip."""
    board = image.BOARDS[key]
    program = app(BANNER.replace(b" with ESP32\0", board.own), board.number)
    return official(board.number, program=program, offset=board.offset)


@pytest.mark.parametrize("key", ["s3", "c3", "c6"])
def test_each_chip_gets_the_micropython_for_it_and_no_other(tmp_path, good, key):
    (tmp_path / "other.bin").write_bytes(of_chip(key))
    with Rom(chip=f"esp32{key}") as chip:
        said = flashed(chip.url, tmp_path / "other.bin")
        assert bytes(chip.flash.data[: len(of_chip(key))]) == of_chip(key)
        assert f"for the ESP32, and the board needs one for the ESP32-{key.upper()}" in refused(chip, good)
    assert f"for the ESP32-{key.upper()}" in said and "curfew deploy" in said
    with Rom() as chip:
        assert f"for the ESP32-{key.upper()}, and the board needs one for the plain ESP32" in refused(
            chip, tmp_path / "other.bin"
        )


def test_boot_is_held_once_because_all_steps_share_one_connection(good):
    with Rom() as chip:
        flashed(chip.url, good, erase=True)
    assert chip.connections == 1
    assert chip.commands.index("ERASE_FLASH") < chip.commands.index("FLASH_DEFL_BEGIN")


def test_a_line_that_loses_bytes_at_the_fast_speed_is_used_at_the_slow_one(good):
    with Rom(max_baud=115200) as chip:
        said = flashed(chip.url, good)
        data = good.read_bytes()
    assert "once more at 115200 baud" in said
    assert bytes(chip.flash.data[image.OFFSET : image.OFFSET + len(data)]) == data


def test_a_used_flash_is_erased_after_a_yes_and_left_alone_without_one(good):
    with Rom() as chip:
        chip.flash.data[0x200000:0x201000] = USED
        said = refused(chip, good, agreed=lambda question: False)
        assert "holds something else" in said and f"curfew flash {good} --erase" in said
        asked = []
        flashed(chip.url, good, agreed=lambda question: asked.append(question) or True)
        assert len(asked) == 1 and "ERASE_FLASH" in chip.commands
        assert chip.flash.read(0x200000, 4096) == b"\xff" * 4096


def test_files_of_micropython_are_no_used_flash(good):
    with Rom() as chip:
        chip.flash.data[0x200000:0x200010] = b"\x01\0\0\0\xf0\x0f\xff\xf7littlefs"
        flashed(chip.url, good)
        assert chip.flash.read(0x200008, 8) == b"littlefs"


@pytest.mark.parametrize("chip, why", [
    ({"chip": "esp32s2"}, "an ESP32-S2, and Curfew knows the pins of ESP32, ESP32-S3, ESP32-C3, ESP32-C6 alone"),
    ({"fuses": SINGLE_CORE}, "ESP32-S0WDQ6 .* with a single core"),
    ({"flash_id": FLASH_2_MB}, "2 MB of flash are too little, 4 MB are needed"),
    ({"flash_id": NO_FLASH}, "flash cannot be identified.*GPIO12"),
])  # fmt: skip
def test_a_chip_that_will_not_do_is_refused_before_anything_is_written(good, chip, why):
    with Rom(**chip) as rom:
        said = refused(rom, good, erase=True)
    assert re.search(why, said) and "nothing was written" in said
    assert not {"ERASE_FLASH", "FLASH_BEGIN", "FLASH_DEFL_BEGIN"} & set(rom.commands)


@pytest.mark.sample(2)
@pytest.mark.parametrize("step", ["SYNC", "READ_REG", "MEM_DATA", "CHANGE_BAUDRATE", "READ_FLASH"])
def test_a_cable_pulled_before_writing_is_one_line_and_nothing_is_written(good, step):
    with Rom(cut_at=step) as rom:
        assert "nothing was written" in refused(rom, good)


@pytest.mark.sample(1)
@pytest.mark.parametrize("step", ["FLASH_DEFL_BEGIN", "FLASH_DEFL_DATA", "SPI_FLASH_MD5"])
def test_a_cable_pulled_while_writing_is_one_line_and_the_next_run_repairs_it(good, step):
    with Rom(cut_at=step) as rom:
        with pytest.raises(BoardError, match="half written: nothing is broken, run it again"):
            flashed(rom.url, good)
        rom.is_plugged = True
        flashed(rom.url, good)
        data = good.read_bytes()
        assert bytes(rom.flash.data[image.OFFSET : image.OFFSET + len(data)]) == data


@pytest.mark.parametrize("chip", [{"cut_at": "MEM_DATA"}, {"fuses": SINGLE_CORE}, {"chip": "esp32s2"}, {}])
def test_a_chip_is_never_left_in_its_boot_loader(good, chip, monkeypatch):
    resets = []
    for kind in (ESPLoader, ESP32S2ROM):
        monkeypatch.setattr(kind, "hard_reset", lambda esp: resets.append(esp))
    with Rom(**chip) as rom, contextlib.suppress(BoardError):
        flashed(rom.url, good)
    assert resets


def test_what_did_not_arrive_as_it_was_sent_is_no_success(good, monkeypatch):
    with Rom() as rom:
        monkeypatch.setattr(rom.flash, "write_defl_block", lambda payload: None)
        with pytest.raises(BoardError, match="did not arrive: try another cable"):
            flashed(rom.url, good)


def test_a_refused_image_never_meets_the_chip(tmp_path):
    (tmp_path / "image.bin").write_bytes(official()[:-1])
    with pytest.raises(BoardError, match="cut off"):
        flashed("/dev/ttyUSB9", tmp_path / "image.bin", erase=True)


def test_a_virtual_board_is_refused_for_a_chip_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(flash, "_ATTEMPTS", 1)
    end, port = pty.openpty()
    assert cli.main(["flash", "--download", "--port", os.ttyname(port)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "A virtual board has its MicroPython already" in said
    os.close(end)
    os.close(port)


def test_a_port_that_is_not_there_is_one_line_and_status_1(good):
    status, _, said = command("flash", good, "--port", "/dev/ttyUSB9")
    way_out = "USB serial ports: none. Plug the board in with a data cable"
    assert (status, said) == (1, f"flash: /dev/ttyUSB9 is not there; {way_out}\n")


@pytest.mark.parametrize("said, told", [
    ("Could not exclusively lock port /dev/ttyUSB0: [Errno 11]", "in use"),
    ("Failed to connect to ESP32: No serial data received.", "BOOT button"),
    ("MD5 of file does not match data in flash!", "another cable"),
    ("", "nothing was written"),
])  # fmt: skip
def test_esptools_words_become_one_line_with_the_way_out(said, told):
    assert told in flash._why("/dev/ttyUSB0", said)


# --- an image from micropython.org -----------------------------------------------------------------------------------


@pytest.fixture
def shelf(good, tmp_path, monkeypatch):
    """A server with an official image that is pinned; shelf["data"] is what it gives."""
    shelf = {"data": good.read_bytes(), "asked": 0}

    class Shelf(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            shelf["asked"] += 1
            self.send_response(200)
            self.end_headers()
            self.wfile.write(shelf["data"])

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{good.name}"
        pinned = download.Official("1.29.0", url, len(shelf["data"]), sha256(shelf["data"]).hexdigest())
        monkeypatch.setattr(download, "OFFICIAL", pinned)
        monkeypatch.setattr(download.installation, "IMAGES", tmp_path / "images")
        yield shelf
        server.shutdown()


def test_the_pinned_image_is_downloaded_once_and_then_is_there(shelf, good, tmp_path):
    path = download.fetched()
    assert path == tmp_path / "images" / good.name and path.read_bytes() == good.read_bytes()
    assert download.fetched() == path and shelf["asked"] == 1


@pytest.mark.parametrize("change", [
    lambda data: data[:-1], lambda data: data + b"x", lambda data: b"<html>log in</html>", lambda data: b"y" + data[1:],
])  # fmt: skip
def test_a_download_that_is_not_the_pinned_file_is_refused_and_not_kept(shelf, tmp_path, change):
    shelf["data"] = change(shelf["data"])
    with pytest.raises(BoardError, match="not the pinned file.*nothing was kept"):
        download.fetched()
    assert not list(tmp_path.glob("images/*"))


def test_without_a_network_it_says_what_to_fetch_and_what_to_type(shelf, monkeypatch):
    monkeypatch.setattr(download, "OFFICIAL", replace(download.OFFICIAL, url="http://127.0.0.1:9/ESP32_GENERIC-x.bin"))
    with pytest.raises(BoardError, match=r"cannot be downloaded.*browser.*curfew flash ESP32_GENERIC-x\.bin"):
        download.fetched()


def test_without_a_file_nothing_is_downloaded_unless_it_is_asked_for_and_the_chip_is_right(shelf, good):
    with Rom() as rom:
        status, _, said = run(rom, "flash")
        assert (status, shelf["asked"]) == (1, 0) and "curfew flash --download" in said and "FILE.bin" in said
        status, out, said = run(rom, "flash", "--download")
        assert (status, shelf["asked"]) == (0, 1), said
        assert bytes(rom.flash.data[image.OFFSET :][: good.stat().st_size]) == good.read_bytes()
    with Rom(chip="esp32s3") as rom:
        (download.installation.IMAGES / good.name).unlink()
        assert run(rom, "flash", "--download")[0] == 1 and shelf["asked"] == 1


def test_the_pinned_image_is_one_of_the_plain_esp32_that_will_do():
    official = download.OFFICIAL
    assert re.fullmatch(r"ESP32_GENERIC-\d{8}-v1\.29\.0\.bin", official.name) and official.version == "1.29.0"
    assert official.url.startswith("https://micropython.org/resources/firmware/")
    assert re.fullmatch("[0-9a-f]{64}", official.sha256) and official.size < 2 << 20


# --- giving it away --------------------------------------------------------------------------------------------------


def run(rom, *words):
    """A command of the tool in this process: status, what it said, what it complained about."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main([*words, "--port", rom.url])
    return status, out.getvalue(), err.getvalue()


def test_wipe_erases_every_byte_and_proves_it(good):
    with Rom() as rom:
        rom.flash.data[0x200000:0x201000] = b"password" * 512
        status, said, _ = run(rom, "wipe", "--yes")
        assert status == 0 and "wiped" in said and "4 MB read as empty" in said
        assert bytes(rom.flash.data) == b"\xff" * len(rom.flash.data)


def test_wipe_does_nothing_without_its_confirmation_and_says_how(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with Rom() as rom:
        status, _, said = run(rom, "wipe")
        assert status == 1 and "curfew wipe --yes" in said and "ERASE_FLASH" not in rom.commands


def test_a_flash_that_does_not_become_empty_is_not_called_wiped(monkeypatch):
    with Rom() as rom:
        rom.flash.data[5] = 0
        monkeypatch.setattr(rom.flash, "erase_all", lambda: None)
        status, _, said = run(rom, "wipe", "--yes")
        assert status == 1 and "not empty after erasing" in said
