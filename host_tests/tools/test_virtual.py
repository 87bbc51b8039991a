"""The virtual board behaves like a chip at its cable; the commands of docs/start/build.md without a board work.

Here: virtual.py, the commands of docs/start/build.md. Not here: what a deploy does (test_deploy.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import os
import re
import signal
import subprocess
import threading
import time

import pytest

from host_tests.fixtures import board as fixture
from host_tests.fixtures.board import bench  # noqa: F401
from tools.board import link, virtual

STUBBORN = "import machine,time\nmachine.WDT(timeout=%d)\nwhile True: time.sleep_ms(50)\n"


def until(condition):
    end = time.monotonic() + fixture.PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_files_outlive_a_power_cut(bench):
    bench.run("f=open('mine','w');f.write('kept');f.close()")
    bench.board.power_off()
    bench.board.power_on()
    assert bench.run("print(open('mine').read())").strip() == "kept"


def test_an_unfed_watchdog_resets_the_board_and_says_why_it_began(bench):
    bench.begin(STUBBORN % 500)
    until(lambda: virtual.WATCHDOG in bench.board.starts)
    assert bench.run("import machine;print(machine.reset_cause())").strip() == "3"


def test_a_program_that_runs_is_interrupted_by_ctrl_c_and_the_watchdog_is_stretched(bench):
    bench.begin(STUBBORN % 5000)
    with link.Link(bench.board.port) as cable:
        cable.take_over()
        assert bench.board.watch_s == 600


def test_a_hard_reset_runs_boot_and_main_again(bench):
    bench.run("f=open('boot.py','w');f.write('print(\"boot\")\\n');f.close()")
    bench.begin("print('main')\n")
    bench.until_said("boot\r\nmain\r\n")


def test_a_boot_that_fails_is_not_followed_by_main_as_on_the_chip(bench):
    bench.run(
        "f=open('boot.py','w');f.write('1/0');f.close()\nf=open('main.py','w');f.write('print(\"main\")')\nf.close()"
    )
    bench.until_said("ZeroDivisionError")
    bench.board.power_on()
    bench.until_said("ZeroDivisionError", 2)
    assert b"main\r\n" not in bench.said


def test_rtc_memory_outlives_a_reset_and_not_a_power_cut(bench):
    bench.run("import machine;machine.RTC().memory(b'abc')")
    assert bench.run("import machine;print(machine.RTC().memory())").strip() == "b'abc'"
    bench.board.power_on()
    assert bench.run("import machine;print(machine.RTC().memory())").strip() == "b''"


def test_a_cable_that_is_put_in_again_finds_the_same_board(bench):
    bench.run("f=open('mine','w');f.close()")
    bench.board.unplug()
    bench.board.plug()
    assert "mine" in bench.run("import os;print(os.listdir())")


def test_without_the_vm_one_line_says_what_to_do(tmp_path):
    with pytest.raises(virtual.VirtualBoardError, match="make build"):
        virtual.Board(tmp_path / "flash", micropython=str(tmp_path / "nothing"))


# --- docs/start/build.md, literally -----------------------------------------------------------------------------------


def commands(file, heading):
    """The shell commands below a heading, block by block."""
    text = (fixture.ROOT / file).read_text()
    part = text.split(f"\n### {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", part, re.S)]


def test_the_commands_of_the_build_page_without_a_board_end_deployed_and_with_a_satisfied_doctor(tmp_path):
    (board,), others = commands("docs/start/build.md", "Practice without a board")
    env = {**os.environ, "FLASH": str(tmp_path / "flash"), "SPEED": str(fixture.SPEED), "COLUMNS": "200"}
    env.pop("MAKEFLAGS", None)
    said = []
    with subprocess.Popen(
        board.split(), cwd=fixture.ROOT, env={**env, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as running:  # fmt: skip
        reader = threading.Thread(target=lambda: said.extend(iter(running.stdout.readline, "")))
        reader.start()
        try:
            until(lambda: re.search(r"make deploy (PORT=\S+)", " ".join(said)))
            port = re.search(r"make deploy (PORT=\S+)", " ".join(said))[1]
            reported = []
            for line in others:
                words = re.sub(r"PORT=\S+", port, line).split()
                done = subprocess.run(words, cwd=fixture.ROOT, env=env, capture_output=True, text=True, timeout=300)
                assert done.returncode == 0, (words, done.stdout, done.stderr)
                reported.append(done.stdout)
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            reader.join(fixture.PATIENCE_S)
    assert "deployed 0.1.0" in reported[0]
    assert "settings.json" in reported[1]
    assert re.search(r"✓ .*program.*slot a", reported[2]) and "needed and missing" not in reported[2]
