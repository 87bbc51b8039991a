"""Getting to the prompt of a board that does not want to be got at: in time or with the reason, never for ever.

On the virtual board, and against models of a chip that restarts, talks without an end, or fills its memory.
"""

# ruff: noqa: F811 (fixtures are imported by name)
import contextlib
import os
import pty
import random
import re
import threading
import time
import tty

import pytest

from host_tests.fixtures import board as fixture
from host_tests.fixtures.board import bench  # noqa: F401
from tools.board import link
from tools.board.errors import BoardError

LOOPS = {
    "resets at once": "import machine\nmachine.reset()\n",
    "resets after a moment": "import machine, time\ntime.sleep_ms(200)\nmachine.reset()\n",
    "hangs until the watchdog bites": "import machine\nmachine.WDT(timeout=400)\nwhile True: pass\n",
}
FULL = """
import sys, time
kept = sys.modules['kept'] = [None]  # where it outlives the program, as everything of a main.py does on a chip
for size in (200, 1):
    try:
        while True: kept[0] = (kept[0], bytearray(size))
    except MemoryError: pass
print('full')
while True: time.sleep_ms(20)
"""
BOOT = "ets Jul 29 2019 12:21:46\r\n\r\nrst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nload:0x3fff0030\r\n"


def taken(port):
    """How long it took."""
    began = time.monotonic()
    with link.Link(port) as cable:
        cable.take_over()
        assert cable.run("print(6 * 7)") == "42\n"
        return time.monotonic() - began


@pytest.mark.parametrize("name", LOOPS)
def test_a_board_in_a_boot_loop_is_taken_over_in_time(bench, name):
    bench.begin(LOOPS[name])
    for _ in range(2):
        assert taken(bench.board.port) < link.TAKE_OVER_S


@pytest.mark.evidence
@pytest.mark.limit(1600)
def test_a_board_in_a_boot_loop_is_taken_over_a_hundred_times_out_of_a_hundred(bench):
    random_ = random.Random(1)
    bench.begin(LOOPS["resets at once"])
    times = []
    for _ in range(100):
        time.sleep(random_.uniform(0, 0.5))
        times.append(taken(bench.board.port))
    print(f"longest {max(times):.1f} s")
    assert max(times) < link.TAKE_OVER_S


def test_a_program_that_filled_the_memory_is_stopped_before_it_begins(bench):
    bench.begin(FULL)
    bench.until_said("full")
    said = []
    with link.Link(bench.board.port, said.append) as cable:
        cable.take_over()
        assert cable.run("print(6 * 7)") == "42\n"
    assert any("memory is full" in line for line in said)


# --- models of what the VM does not do -------------------------------------------------------------------------------


class Chip:
    """A chip at a pseudo-terminal: with Chip(turn) as chip: ... chip.port. turn(chip) is called until the end."""

    def __init__(self, turn):
        self.heard = b""
        self.is_over = threading.Event()
        self._turn = turn
        self._end, self._port = pty.openpty()
        tty.setraw(self._port)
        os.set_blocking(self._end, False)
        self.port = os.ttyname(self._port)

    def __enter__(self):
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self._thread.join()
        os.close(self._end)
        os.close(self._port)

    def _run(self):
        while not self.is_over.is_set():
            self._turn(self)

    def say(self, text):
        with contextlib.suppress(BlockingIOError):
            os.write(self._end, text if isinstance(text, bytes) else text.encode())

    def listen(self):
        """What came in since the last time."""
        try:
            return os.read(self._end, 4096)
        except BlockingIOError:
            return b""


class BootLoop:
    """Deaf while ROM and MicroPython start, a short time in which a Ctrl-C counts, then a reset; at last a prompt."""

    def __init__(self, seed, open_ms):
        self._random = random.Random(seed)
        self._open_s = open_ms / 1000
        self.prompts = False
        self.starts = 0

    def __call__(self, chip):
        if self.prompts:
            return self._prompt(chip)
        self.starts += 1
        chip.say(BOOT)
        chip.is_over.wait(self._random.uniform(0.3, 0.9))
        chip.listen()  # lost
        until = time.monotonic() + self._open_s
        while time.monotonic() < until and not chip.is_over.is_set():
            if b"\x03" in chip.listen():
                self.prompts = True
                chip.say('KeyboardInterrupt: \r\nMicroPython v1.29.0\r\nType "help()" for more information.\r\n>>> ')
                return
            time.sleep(0.001)

    def _prompt(self, chip):
        """The raw prompt without raw paste: every program prints 42."""
        for byte in chip.listen():
            if byte == 1:
                chip.say(b"\r\nraw REPL; CTRL-B to exit\r\n>")
            elif byte == 5:
                self._paste = 3
            elif byte == 4:
                chip.say(b"OK42\r\n\x04\x04>")
        time.sleep(0.001)


def test_a_chip_that_listens_for_a_moment_only_is_caught_in_it():
    loop = BootLoop(1, open_ms=60)
    with Chip(loop) as chip:
        assert taken(chip.port) < link.TAKE_OVER_S
    assert loop.prompts


@pytest.mark.evidence
@pytest.mark.limit(1600)
@pytest.mark.parametrize("open_ms", [25, 100])
def test_a_chip_that_listens_for_a_moment_only_is_caught_a_hundred_times_out_of_a_hundred(open_ms):
    times = []
    for seed in range(100):
        with Chip(BootLoop(seed, open_ms)) as chip:
            times.append(taken(chip.port))
    print(f"{open_ms} ms: longest {max(times):.1f} s")
    assert max(times) < link.TAKE_OVER_S


def refused(chip, monkeypatch, seconds=1.5):
    """What is said of a chip that never comes to a prompt, and how long that takes."""
    monkeypatch.setattr(link, "TAKE_OVER_S", seconds)
    began = time.monotonic()
    with chip, pytest.raises(BoardError) as refusal, link.Link(chip.port) as cable:
        cable.take_over()
    assert time.monotonic() - began < seconds + 3 and "\n" not in str(refusal.value)
    return str(refusal.value)


def endless(text):
    def turn(chip):
        chip.say(text)
        chip.listen()
        time.sleep(0.001)

    return turn


@pytest.mark.parametrize("text, why", [
    ("rst:0x8 (TG1WDT_SYS_RESET)\r\n", r"It says: rst:0x8 .*the watchdog restarts the board.*curfew deploy"),
    ("I (123) wifi: new:<1,0>\r\n", r"It says: I \(123\) wifi: new.*no MicroPython: curfew flash --erase"),
    ("Brownout detector was triggered\r\n\r\n", r"It says: Brownout detector.*another cable"),
    (b"\xff\xfe\x00" * 40 + b"\r\n", r"it says nothing|It says"),
])  # fmt: skip
def test_a_board_that_never_stops_talking_is_given_up_in_time_and_its_last_line_is_reported(monkeypatch, text, why):
    assert re.search(rf"within 1\.5 s.*({why})", refused(Chip(endless(text)), monkeypatch))


@pytest.mark.limit(30)
def test_a_board_that_talks_on_after_its_prompt_is_given_up_in_time(monkeypatch):
    talks = []

    def turn(chip):
        for byte in chip.listen():
            if byte == 1 and not talks:
                chip.say("\r\nraw REPL; CTRL-B to exit\r\n>")
            elif byte == 5:
                talks.append(byte)
        if talks:
            chip.say("I (123) wifi: new:<1,0>\r\n" * 20)
        time.sleep(0.001)

    monkeypatch.setattr(link, "_RESET_S", 0.5)
    assert "no MicroPython prompt" in refused(Chip(turn), monkeypatch) and talks


def test_a_board_that_says_nothing_is_given_up_in_time(monkeypatch):
    reported = refused(Chip(lambda chip: (chip.listen(), time.sleep(0.01))), monkeypatch)
    assert "it says nothing" in reported and "curfew flash" in reported


def test_a_port_that_takes_nothing_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(link, "_READ_S", 0.5)
    reported = refused(Chip(lambda chip: time.sleep(0.01)), monkeypatch)
    assert "no MicroPython prompt" in reported


def test_a_cable_pulled_right_after_the_prompt_is_a_broken_connection(bench, monkeypatch):
    run = link.Link.run

    def pulled(cable, program):
        bench.board.unplug()
        return run(cable, program)

    monkeypatch.setattr(link.Link, "run", pulled)
    with pytest.raises(BoardError, match="the connection to .* broke"), link.Link(bench.board.port) as cable:
        cable.take_over()


# --- native USB ------------------------------------------------------------------------------------------------------


class Usb:
    """A port as list_ports gives it."""

    vid, pid, serial_number, location = 0x303A, 0x1001, "24:0A:C4:12:AB:0F", "1-1"

    def __init__(self, device):
        self.device = device


def test_a_port_that_vanishes_at_the_reset_is_found_again_under_its_new_name(bench, monkeypatch):
    bench.begin("import time\nwhile True:\n    print('it runs')\n    time.sleep_ms(900)\n")
    monkeypatch.setattr(link.list_ports, "comports", lambda: [Usb(bench.board.port)])
    with link.Link(bench.board.port) as cable:
        cable.take_over()
        cable.reset()
        bench.board.unplug()
        bench.board.plug()
        bench.board.power_on()
        said = b""
        until = time.monotonic() + fixture.PATIENCE_S
        while b"it runs" not in said:
            assert time.monotonic() < until
            said += cable.listen(0.5)
        assert cable.port == bench.board.port


def test_a_board_that_does_not_come_back_after_its_reset_is_a_broken_connection(bench, monkeypatch):
    monkeypatch.setattr(link, "_BACK_S", 1)
    with pytest.raises(BoardError, match="the connection to .* broke"), link.Link(bench.board.port) as cable:
        cable.take_over()
        cable.reset()
        bench.board.unplug()
        until = time.monotonic() + fixture.PATIENCE_S
        while time.monotonic() < until:
            cable.listen(0.5)
