"""The installer in a browser: a board behind Web Serial, bridged to a mock of the boot loader and to a virtual board.

Here: tools/site.py, tools/installer. Not here: the image itself (test_merge.py), the command line (test_flash.py).
"""

import base64
import functools
import hashlib
import http.server
import json
import shutil
import socket
import threading
import urllib.request

import pytest

from host_tests.browser import npm
from host_tests.browser.phone import MISSING, browsing
from host_tests.browser.web_serial import SCRIPT, Bridge
from host_tests.fixtures import board as fixture
from host_tests.fixtures.micropython_image import BANNER, NAME, app, official
from host_tests.fixtures.rom import FLASH_2_MB, Rom
from simulator import run
from simulator.browser import site as playground
from tools import site
from tools.board import backup, plan, virtual
from tools.board.images import builds, image, merge
from tools.build.build import OUT

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(MISSING), reason=MISSING or "")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The installer, below a path of its own."""
    npm.ready()
    made = tmp_path_factory.mktemp("web")
    site.installer(made / "any" / "install")
    (made / "any" / "play").mkdir()
    shutil.copyfile(playground.WWW / "style.css", made / "any" / "play" / "style.css")
    return made


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def web_port():
    """Where the page of the virtual board is; the browser takes it for port 80."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def phone(web_port):
    with browsing(f"--host-resolver-rules=MAP 127.0.0.1:80 127.0.0.1:{web_port}") as made:
        yield made


def key(phone):
    return phone.js("return document.querySelector('#said').dataset.key || ''")


@pytest.fixture
def opened(folder, phone, tmp_path):
    """opened(rom, data, pulled): the page with a board and a chosen file; its line, until it has one of `keys`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scripts = []

    def load(address, pulled=0, first=""):
        phone.clean()
        phone.cdp("Emulation.setDeviceMetricsOverride", width=1400, height=1100, deviceScaleFactor=1, mobile=False)
        while scripts:
            phone.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=scripts.pop())
        script = SCRIPT % (address, pulled) + first
        scripts.append(phone.cdp("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"])
        phone.driver.get(f"http://127.0.0.1:{server.server_port}/any/install/index.html")
        assert phone.seen("#file") and phone.seen("#install")

    def go(rom, data=None, pulled=0, build="basic", first="", then=lambda bridge: None):
        host, port = rom.url.removeprefix("socket://").split(":")
        with Bridge(host, int(port)) as bridge:
            load(bridge.address, pulled, first)
            if data is not None:
                (tmp_path / NAME).write_bytes(data)
                phone.all("#file")[0].send_keys(str(tmp_path / NAME))
            phone.js("document.querySelector('#agreed').checked = true")
            phone.js("document.querySelector('#build').value = arguments[0]", build)
            phone.js("document.querySelector('#install').click()")
            busy = ("", "looking", "erasing", "writing")
            phone.until(lambda: key(phone) not in busy, 120)
            said = phone.js("return document.querySelector('#said').textContent")
            then(bridge)
            return said

    go.load = load
    yield go
    for script in scripts:
        phone.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    server.shutdown()
    server.server_close()


@pytest.mark.limit(200)
def test_a_board_gets_micropython_and_the_program_and_boots_from_it(opened, tmp_path):
    data = official()
    with Rom() as chip:
        said = opened(chip, data, build="full")
        flash = bytes(chip.flash.data)
    assert said.startswith("Installed."), f"{said} after {chip.commands[-12:]} of {len(chip.commands)}"
    assert flash[0x1000 : 0x1000 + len(data)] == data and "ERASE_FLASH" in chip.commands
    (tmp_path / "flash").write_bytes(flash[site.FILES_AT : 4 << 20].ljust((4 << 20) - site.FILES_AT, b"\xff"))
    assert "slot a burners 2" in fixture.started(tmp_path / "flash")


@pytest.mark.limit(200)
@pytest.mark.parametrize("board", ["s3", "c3", "c6"])
def test_another_chip_gets_its_own_micropython_and_its_own_pins(opened, board):
    kind = image.BOARDS[board]
    data = official(kind.number, program=app(BANNER.replace(b" with ESP32\0", kind.own), kind.number), offset=0)
    with Rom(chip=f"esp32{board}") as chip:
        said = opened(chip, data, build="full")
        flash = bytes(chip.flash.data)
    assert said.startswith("Installed."), f"{said} after {chip.commands[-12:]} of {len(chip.commands)}"
    assert flash[: len(data)] == data and f'"chip": "{kind.word}"'.encode() in flash[site.FILES_AT :]


@pytest.mark.limit(200)
def test_from_opening_the_installer_to_the_page_of_a_device_that_is_online(opened, phone, tmp_path, web_port):
    flash = tmp_path / "flash"

    def set_up(bridge):
        image = bytes(chip.flash.data)[site.FILES_AT : 4 << 20]
        flash.write_bytes(image.ljust((4 << 20) - site.FILES_AT, b"\xff"))
        with virtual.Board(flash, 1, run._micropython(), None, web_port) as board:
            bridge.lead(board.port)
            phone.until(lambda: key(phone) == "choose", 60)
            found = "return [...document.querySelectorAll('#around option')].map((one) => one.value)"
            phone.until(lambda: phone.js(found) == ["home", "next door"])
            phone.find("#name").send_keys("home")
            phone.find("#password").send_keys("a secret")
            phone.press("#join")
            phone.until(lambda: key(phone) == "joined", 60)
            phone.until(lambda: len(board.starts) == 2, 30)
            address = phone.find("#page").get_attribute("href")
            assert address.startswith("http://127.0.0.1/#first=")
            phone.until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{web_port}/api/v1/status"), 30)
            phone.driver.get(address)
            phone.press("form button.main")  # the password is filled in
            phone.reads(address.split("=")[1], "dialog")
            phone.press("dialog button:last-child")
            phone.until(lambda: phone.seen("#off"))
            assert phone.js("return location.hash") == "#network"

    with Rom() as chip:
        opened(chip, official(), then=set_up)


@pytest.mark.limit(100)
def test_a_board_whose_set_up_is_not_open_is_one_sentence_and_starts_anew(opened, phone, tmp_path):
    image = merge.file_system(
        plan.whole(plan.built(OUT), backup.over_shipped(builds.settings_of("basic", "ESP32"))), 2 << 20
    )
    (tmp_path / "flash").write_bytes(image)
    with virtual.Board(tmp_path / "flash", 1, run._micropython()) as board, Bridge() as bridge:  # without a radio
        bridge.lead(board.port)
        opened.load(bridge.address)
        phone.press("#set")
        phone.until(lambda: key(phone) == "no_set_up", 60)
        phone.until(lambda: len(board.starts) == 2, 30)


@pytest.mark.limit(200)
def test_a_cable_pulled_while_writing_is_one_sentence_and_the_next_run_repairs_it(opened):
    with Rom() as chip:
        said = opened(chip, official(), pulled=60_000)
        assert "may be half written" in said and "install again" in said
    with Rom() as chip:
        said = opened(chip, official())
        assert said.startswith("Installed."), said


@pytest.mark.parametrize("data, first, why", [
    (None, "", "Choose the MicroPython file"),
    (b"<!DOCTYPE html>" + bytes(100), "", "no image for an ESP chip; nothing was written"),
    (official(boot_chip=2), "", "for a chip whose pins Curfew does not know"),
    (official(boot_chip=9), "", "cut off"),
    (official()[:-1], "", "cut off"),
    (official()[:-40] + b"x" + official()[-39:], "", "checksum does not fit"),
    (official(program=app(BANNER.replace(b"1.29", b"1.25"))), "", "no MicroPython 1.26 or newer"),
    (official(), "window.refused = true;", "No port was chosen"),
    (official(), "window.busy = true;", "in use by another program"),
])  # fmt: skip
def test_what_cannot_be_installed_is_one_sentence_and_changes_nothing(opened, data, first, why):
    with Rom() as chip:
        before = bytes(chip.flash.data)
        said = opened(chip, data, first=first)
        assert why in said and "\n" not in said
        assert bytes(chip.flash.data) == before and "ERASE_FLASH" not in chip.commands


@pytest.mark.parametrize("chip, why", [
    ({"chip": "esp32s3"}, "The board is an ESP32-S3, the file is for the ESP32"),
    ({"flash_id": FLASH_2_MB}, "2 MB of flash: 4, 8 or 16"),
])  # fmt: skip
def test_a_board_that_will_not_do_is_refused_before_anything_is_erased(opened, chip, why):
    with Rom(**chip) as rom:
        said = opened(rom, official())
        assert why in said and "nothing was written" in said and "ERASE_FLASH" not in rom.commands


def test_a_browser_without_web_serial_says_what_to_do(folder, phone):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    phone.clean()
    hidden = phone.cdp("Page.addScriptToEvaluateOnNewDocument", source="delete Navigator.prototype.serial")[
        "identifier"
    ]
    phone.driver.get(f"http://127.0.0.1:{server.server_port}/any/install/index.html")
    phone.until(lambda: "no Web Serial" in phone.text("#lacks"))
    assert phone.js("return document.querySelector('#install').disabled")
    phone.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=hidden)
    server.shutdown()
    server.server_close()


def test_the_files_of_the_installer_are_the_used_blocks_of_this_build(folder):
    install = folder / "any" / "install"
    packed = (install / "files-4.bin").read_bytes()
    assert len(packed) < 400_000
    flash = bytearray(b"\xff" * (2 << 20))
    for at, length in json.loads((install / "files-4.json").read_text())["runs"]:
        flash[at : at + length], packed = packed[:length], packed[length:]
    for board in image.BOARDS:
        for build in builds.BUILDS:
            settings = backup.over_shipped(builds.settings_of(build, image.BOARDS[board].word))
            whole = merge.file_system(plan.whole(plan.built(OUT), settings), 2 << 20)
            held = json.loads((install / f"{board}-{build}-4.json").read_text())
            own = flash[:]
            for at, text in held["changed"]:
                own[at : at + merge.BLOCK_BYTES] = base64.b64decode(text)
            assert bytes(own) == whole and len(held["changed"]) < 8
            assert held["md5"] == hashlib.md5(whole[: held["bytes"]]).hexdigest()
