"""What a board prints when it does not start becomes one line with a way out, in every command that hears it.

The lines are those of the ESP32's ROM, of ESP-IDF 5 and of MicroPython's inisetup.py; no board has printed them here.
"""

import io
import re

import pytest
import segno
from rich.console import Console

from host_tests.fixtures import board as fixture
from tools.board import deploy, doctor, join, link, plan, startup
from tools.board.errors import BoardError

SAID = {
    "brown-out": ("\r\nBrownout detector was triggered\r\n\r\n", "another cable"),
    "empty flash": ("ets Jul 29 2019 12:21:46\r\n\r\nrst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
                    "invalid header: 0xffffffff\r\ninvalid header: 0xffffffff\r\n", "curfew flash --erase.*GPIO12"),
    "flash read error": ("rst:0x10 (RTCWDT_RTC_RESET),boot:0x33 (SPI_FAST_FLASH_BOOT)\r\nflash read err, 1000\r\n"
                         "ets_main.c 371 \r\n", "flash cannot be read.*GPIO12"),
    "begins a download": ("rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\n",
                          "GPIO0 is low. Release the BOOT button"),
    "waits for a download": ("waiting for download\r\n", "GPIO0 is low. Release the BOOT button"),
    "damaged boot loader": ("csum err:0x9a!=0x5f\r\nets_main.c 371 \r\n", "is damaged: curfew flash --erase"),
    "damaged program": ("E (211) esp_image: Checksum failed. Calculated 0x1 read 0x2\r\n", "is damaged: curfew flash"),
    "stack": ("Debug exception reason: Stack canary watchpoint triggered (mp_task) \r\n", "MicroPython itself crashed"),
    "settings": ("SETTINGS_INVALID: burners: at least one\r\n", "refuses its settings: curfew reset-settings"),
    "other watchdog": ("rst:0x7 (TG0WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n", "watchdog restarts .*deploy"),
    "no start": ("rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n", "cannot start from its flash"),
    "restarts": ("rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n", "restarts it again and again"),
    "single core": ("E (131) cpu_start: Running on single core variant of a chip, but app is built with multi-core "
                    "support.\r\n", "one core .* needs two"),
    "foreign files": ("The filesystem appears to be corrupted. If you had important data there, you\r\nmay want to "
                      "make a flash snapshot.\r\n", "files of something else: curfew flash --erase"),
    "half written": ("E (94) boot: Factory app partition is not bootable\r\nE (94) boot: No bootable app partitions in "
                     "the partition table\r\n", "half written: curfew flash --erase"),
    "image hash": ("E (483) esp_image: Image hash failed - image is corrupt\r\n", "half written: curfew flash --erase"),
    "task watchdog": ("E (10303) task_wdt: Task watchdog got triggered.\r\n", "a task of MicroPython hung"),
    "panic": ("Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.\r\n"
              "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n", "MicroPython itself crashed"),
    "watchdog loop": ("rst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n", "curfew deploy"),
    "no program": ("PROGRAM_CORRUPT: slot a: program.mpy is not as it was built\r\n", "damaged: curfew deploy"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_a_board_says_has_a_way_out(name):
    text, way = SAID[name]
    reported = startup.way_out(text.splitlines())
    assert re.search(way, reported) and "\n" not in reported and len(reported) < 400


@pytest.mark.parametrize(
    "text", ["", "I (28) boot: ESP-IDF v5.5.1 2nd stage bootloader", "Curfew 0.1.0 build x slot a"]
)
def test_an_ordinary_start_has_none(text):
    assert startup.way_out(text.splitlines()) == "" and startup.meaning(text) == ""


def test_the_table_holds_what_the_issue_of_a_stranger_would_search_for():
    words = {word for word, _ in startup._SIGNS}
    assert len(words) == len(startup._SIGNS) >= 15
    for line in (text for text, _ in SAID.values()):
        assert any(word in line for word in words)


def test_a_line_of_a_board_is_shown_without_what_a_terminal_would_take_for_orders():
    assert startup.shown("\x1b[0;31mE (131) cpu_start: x\x1b[0m\r\n") == "[0;31mE (131) cpu_start: x [0m"
    assert len(startup.shown("x" * 5000)) <= 100


class Says:
    """A link to a board that says this and nothing more."""

    def __init__(self, text):
        self._left = text.encode()

    def listen(self, seconds):
        reported, self._left = self._left, b""
        return reported


@pytest.mark.parametrize("name", ["brown-out", "empty flash", "panic", "waits for a download"])
def test_deploy_tells_it_when_the_device_does_not_start(monkeypatch, name):
    monkeypatch.setattr(deploy, "START_S", 0.05)
    text, way = SAID[name]
    new = fixture.program_with()
    with pytest.raises(BoardError, match=f"the device did not start: .*{way}"):
        deploy.heard(Says(text), new, plan.planned(new, plan.Survey({}, {})), Console(file=io.StringIO()))


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A board whose program is damaged."""
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        made.run("for n in ('main.py',):\n f=open(n,'w');f.write('import time\\nwhile True:\\n"
                 " print(\"Brownout detector was triggered\")\\n time.sleep_ms(3000)\\n');f.close()")  # fmt: skip
        yield made


def test_the_monitor_explains_a_line_once_below_it(broken, capsys):
    from tools import cli

    assert cli.main(["monitor", "--port", broken.board.port, "--seconds", "2"]) == 0
    said = capsys.readouterr().out
    assert said.count("Brownout detector was triggered") > 1 and said.count("the supply is too weak") == 1


def test_the_doctor_shows_it_as_what_is_wrong_with_the_board(monkeypatch):
    def refuses(cable):
        raise BoardError(f"no MicroPython prompt{link._says(bytearray(SAID['single core'][0].encode()))}")

    class Port(Says):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        take_over = refuses

    monkeypatch.setattr(doctor, "Link", lambda port: Port(""))
    rows = {row.what: row for row in doctor.board("/dev/ttyUSB0")}
    assert rows["MicroPython"].state == doctor.NEEDED and "one core" in rows["MicroPython"].found
    assert not rows["MicroPython"].fix, "erasing is not the way out of everything"


def test_of_several_boards_the_doctor_says_which_is_on_which_port(tmp_path, monkeypatch):
    from types import SimpleNamespace

    first, second = (fixture.Bench(tmp_path / name, monkeypatch) for name in ("one", "two"))
    with first.board, second.board:
        there = [SimpleNamespace(device=bench.board.port, vid=0x10C4, pid=1, serial_number=str(number), location="1")
                 for number, bench in enumerate((first, second))]  # fmt: skip
        monkeypatch.setattr(doctor.ports, "likely", lambda: there)
        rows = list(doctor.board(""))
    assert [row.what for row in rows[:2]] == [doctor.ports.described(one) for one in there]
    assert all("curfew-ab0f" in row.found for row in rows[:2])
    assert rows[2].state == doctor.LACKS and f"--port {there[0].device}" in rows[2].fix


# --- the set-up network --------------------------------------------------------------------------------------------

SET_UP = "Set-up: Wi-Fi Curfew-AB0F, password 0123456789012345, http://192.168.4.1/"


def modules(text):
    """The code as its rows of 0 and 1, from the half blocks of a terminal."""
    rows = []
    for line in text.splitlines():
        pairs = [{"█": (0, 0), "▀": (0, 1), "▄": (1, 0)}.get(char, (1, 1)) for char in line]
        rows += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    return rows


def test_the_set_up_network_becomes_a_code_that_a_camera_joins():
    matrix = segno.make_qr("WIFI:T:WPA;S:Curfew-AB0F;P:0123456789012345;;").matrix
    rows = modules(join.code(SET_UP))
    edge = (len(rows[0]) - len(matrix)) // 2
    assert [row[edge : edge + len(matrix)] for row in rows[edge : edge + len(matrix)]] == [list(row) for row in matrix]
    assert edge >= 4, "the margin that cameras need"


@pytest.mark.parametrize(
    "line", ["", "Set-up closed: not used.", "Curfew 0.1.0 build 1 slot a burners 1", "Wi-Fi home: lost"]
)
def test_no_other_line_is_a_code(line):
    assert join.code(line) == ""


@pytest.mark.parametrize(("encoding", "shown"), [("utf-8", True), ("ascii", False)])
def test_the_code_is_shown_only_where_the_terminal_has_its_characters(encoding, shown):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    join.show(SET_UP, Console(file=out, width=80))
    out.flush()
    assert (len(out.buffer.getvalue()) > 500) == shown
