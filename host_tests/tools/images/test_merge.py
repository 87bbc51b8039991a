"""One file for the whole flash: mounted by the VM's own LittleFS, judged by the starter, booted by the virtual board.

Here: merge.py, `curfew image`, flashing its result. Not here: which MicroPython is refused (test_flash.py).
"""

import io
import json
import re
import subprocess
import time

import pytest
from rich.console import Console

from host_tests.fixtures import board as fixture
from host_tests.fixtures.micropython_image import BANNER, NAME, app, official, table
from host_tests.fixtures.rom import Rom
from tools import cli
from tools.board import backup, flash, plan
from tools.board.errors import BoardError
from tools.board.images import builds, image, merge
from tools.build.build import OUT
from wiring import source

MOUNTED = """
import os, sys, vfs
sys.path[:0] = [%r, %r]
class Flash:
    def __init__(self, path, at, size):
        self.file, self.at, self.size = open(path, "rb"), at, size
    def readblocks(self, number, buffer, offset=0):
        self.file.seek(self.at + number * 4096 + offset)
        self.file.readinto(buffer)
    def writeblocks(self, number, buffer, offset=0):
        raise OSError(5)
    def ioctl(self, asked, _):
        return {4: self.size // 4096, 5: 4096}.get(asked, 0)
vfs.mount(vfs.VfsLfs2(Flash(%r, %d, %d)), "/flash")
os.chdir("/flash")
import starter
print(starter.choose(), starter.fault("a"), sorted(os.listdir("")))
"""
IMAGES = {
    "esp32": official(),
    "s3": official(9, program=app(BANNER.replace(b"with ESP32\0", b"with ESP32S3\0"), 9), offset=0),
    "c3": official(5, program=app(BANNER.replace(b"with ESP32\0", b"with ESP32C3\0"), 5), offset=0),
    "c6": official(13, program=app(BANNER.replace(b"with ESP32\0", b"with ESP32C6\0"), 13), offset=0),
}


def made(tmp_path, board="esp32", build="basic", flash_mb=4, data=None):
    """The whole image and what was found in MicroPython's file."""
    path = tmp_path / NAME
    path.write_bytes(data or IMAGES[board])
    found = image.read(path, image.BOARDS[board], flash_mb << 20)
    settings = backup.over_shipped(builds.settings_of(build, image.BOARDS[board].word))
    return merge.merged(path.read_bytes(), found, plan.whole(plan.built(OUT), settings), flash_mb << 20), found


def typed(capsys, *words):
    status = cli.main(["image", *map(str, words)])
    said = capsys.readouterr()
    assert said.err.count("\n") == (status == 1)
    return status, said.out + said.err


@pytest.mark.parametrize("board", image.BOARDS)
def test_the_vm_mounts_the_files_and_the_starter_finds_every_byte_of_the_program(tmp_path, board):
    whole, found = made(tmp_path, board)
    assert len(whole) == 4 << 20 and found.at == image.BOARDS[board].offset
    assert whole[found.at : found.at + found.size] == IMAGES[board]
    (tmp_path / "whole.bin").write_bytes(whole)
    fakes = fixture.ROOT / "simulator" / "fakes"
    code = MOUNTED % (
        str(fakes / "cable"), str(fakes / "common"), str(tmp_path / "whole.bin"), found.files_at, found.files_bytes
    )  # fmt: skip
    vm = fixture.ROOT / ".venv" / "bin" / "micropython"
    done = subprocess.run([vm, "-c", code], capture_output=True, text=True, timeout=30)
    names = ["a", "boot.py", "main.py", "settings.json", "starter.py"]
    assert done.stdout.strip() == f"('a', '') None {names}", done.stdout + done.stderr


def test_the_virtual_board_starts_from_it_with_the_settings_of_the_build(tmp_path):
    whole, found = made(tmp_path, build="full")
    (tmp_path / "flash").write_bytes(whole[found.files_at : found.files_at + found.files_bytes])
    assert "slot a burners 2" in fixture.started(tmp_path / "flash")


def test_a_changed_byte_of_the_program_is_found_by_the_starter(tmp_path):
    whole, found = made(tmp_path)
    at = whole.index(plan.built(OUT).files["curfew/bundles/core.mpy"][100:164])
    flash_file = tmp_path / "flash"
    flash_file.write_bytes(whole[found.files_at : at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert "PROGRAM_CORRUPT: slot a" in fixture.started(flash_file)


def test_an_image_for_more_flash_has_files_up_to_its_end(tmp_path):
    whole, found = made(tmp_path, flash_mb=8)
    assert (len(whole), found.files_at, found.files_bytes) == (8 << 20, 0x200000, 6 << 20)


def test_the_settings_are_those_of_the_wiring():
    for name in builds.BUILDS:
        assert builds.settings_of(name, "ESP32") == source.build(name).settings, name
    assert builds.settings_of("basic", "ESP32C3") == source.build("c3").settings
    for row in source.source()["chips"]:
        found = builds.settings_of("full", row["chip"].replace("-", ""))
        assert row["full"].items() <= found.items() and set(found) <= {*row["full"], "chip", "burners"}


@pytest.mark.parametrize("board", image.BOARDS)
@pytest.mark.parametrize("build", builds.BUILDS)
def test_the_device_accepts_the_settings_of_each_build_on_each_chip(board, build):
    settings = builds.settings_of(build, image.BOARDS[board].word)
    one = backup.device_settings.parse(backup.over_shipped(settings))
    assert one.chip == image.BOARDS[board].word
    assert (one.display_clk_pin is not None) == (build == "full" and board != "c3")
    assert one.supply_pin is not None, "else the pump is not tested"


def test_the_command_writes_the_file_within_20_seconds_and_says_what_is_in_it(tmp_path, capsys):
    (tmp_path / NAME).write_bytes(official())
    (tmp_path / "mine.json").write_text('{"timer_default_min": 17}')
    began = time.monotonic()
    words = ("--out", tmp_path / "out.bin", "--build", "full", "--settings", tmp_path / "mine.json")
    status, said = typed(capsys, tmp_path / NAME, *words)
    assert status == 0 and time.monotonic() - began < 20
    assert "MicroPython 1.29.0, Curfew 0.1.0" in said and "4 MB, for an ESP32" in said
    settings = json.loads(backup.over_shipped({**builds.settings_of("full", "ESP32"), "timer_default_min": 17}))
    assert (json.dumps(settings, indent=2) + "\n").encode() in (tmp_path / "out.bin").read_bytes()


@pytest.mark.parametrize("words, data, why", [
    ((), IMAGES["s3"], "for the ESP32-S3"),
    (("--board", "s3"), official(), "no image for an ESP chip|for the ESP32"),
    (("--board", "c3"), IMAGES["c6"], "for the ESP32-C6, and the board needs one for the ESP32-C3"),
    ((), official()[:-1], "cut off"),
    ((), official(partitions=table(((0, 0, 0x10000, 0x3F0000, b"factory"),))), "0 KiB for files"),
    ((), b"", "no image"),
])  # fmt: skip
def test_a_wrong_chip_a_damaged_file_and_too_little_flash_are_one_sentence(tmp_path, capsys, words, data, why):
    (tmp_path / NAME).write_bytes(data)
    status, said = typed(capsys, tmp_path / NAME, "--out", tmp_path / "out.bin", *words)
    assert status == 1 and re.search(why, said), said
    assert "ESP32_GENERIC" in said and not (tmp_path / "out.bin").exists()


def test_files_that_do_not_fit_into_the_flash_are_one_sentence():
    with pytest.raises(BoardError, match="20000 bytes of files do not fit into 16384 of flash"):
        merge.file_system({"large": bytes(20000)}, 16384)


def test_without_a_file_the_command_says_which_one_to_download(capsys):
    assert "curfew image FILE.bin" in typed(capsys)[1]
    assert "https://micropython.org/download/ESP32_GENERIC_C6/" in typed(capsys, "--board", "c6")[1]


def test_settings_that_the_device_would_refuse_are_refused_here(tmp_path, capsys):
    (tmp_path / NAME).write_bytes(official())
    (tmp_path / "mine.json").write_text('{"timer_default_min": 0}')
    words = ("--out", tmp_path / "out.bin", "--settings", tmp_path / "mine.json")
    assert "timer_default_min" in typed(capsys, tmp_path / NAME, *words)[1]


# --- flashing it ------------------------------------------------------------------------------------------------------


@pytest.fixture
def whole(tmp_path):
    (tmp_path / "whole.bin").write_bytes(made(tmp_path)[0])
    return tmp_path / "whole.bin"


def flashed(chip, path, agreed=lambda question: False):
    out = io.StringIO()
    flash.flash(chip.url, path, False, Console(file=out, width=200), agreed, None)
    return out.getvalue()


@pytest.mark.sample(1)
@pytest.mark.parametrize("held", [False, True])
def test_a_whole_image_is_written_from_the_first_byte_and_replaces_files_after_a_yes(whole, held):
    with Rom() as chip:
        if held:
            chip.flash.data[0x200000:0x200010] = b"\x01\0\0\0\xf0\x0f\xff\xf7littlefs"
            before = bytes(chip.flash.data)
            with pytest.raises(BoardError, match="has files, and this image replaces all of them; nothing was written"):
                flashed(chip, whole)
            assert bytes(chip.flash.data) == before
        said = flashed(chip, whole, lambda question: held)
        assert bytes(chip.flash.data[: 4 << 20]) == whole.read_bytes()
    assert "the program is on it, too" in said


def test_a_whole_image_for_another_chip_is_written_to_that_chip(tmp_path):
    (tmp_path / "whole.bin").write_bytes(made(tmp_path, "c3")[0])
    with Rom(chip="esp32c3") as chip:
        assert "the program is on it, too" in flashed(chip, tmp_path / "whole.bin")
        assert bytes(chip.flash.data[: 4 << 20]) == (tmp_path / "whole.bin").read_bytes()


def test_a_whole_image_for_another_size_of_flash_is_refused(tmp_path):
    (tmp_path / "whole.bin").write_bytes(made(tmp_path)[0] + b"\xff" * 4096)
    with Rom() as chip, pytest.raises(BoardError, match="more than a flash of 4 MB"):
        flashed(chip, tmp_path / "whole.bin")
