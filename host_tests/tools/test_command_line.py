"""What a stranger types wrong is one line that names the value and the way out, and never a traceback."""

import http.server
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from host_tests.fixtures import board as fixture
from host_tests.fixtures.rom import Rom
from tools import cli
from tools.board import link


def typed(capsys, *words):
    """A command that is refused: the one line."""
    assert cli.main(list(map(str, words))) == 1
    said = capsys.readouterr().err
    assert said.startswith(words[0] + ": ") and said.count("\n") == 1
    return said


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.delenv("TOKEN", raising=False)
    monkeypatch.delenv("PASSWORD", raising=False)


@pytest.mark.parametrize("port, told", [
    ("foo://bar", "protocol 'foo' not known"), ("/", "USB serial ports: none. Plug"), ("COM3", "COM3 is not there"),
    ("/dev/null", "cannot be used as a serial port"), ("socket://127.0.0.1:9", "Connection refused"),
])  # fmt: skip
@pytest.mark.parametrize("command", ["deploy", "monitor", "key", "wipe --yes", "flash --download"])
def test_a_port_that_is_none(capsys, command, port, told):
    assert told in typed(capsys, *command.split(), "--port", port)


@pytest.mark.parametrize("data, told", [
    (b"\xff\xfe{\0}\0", "not UTF-8: save it as UTF-8"), (b"{", "not JSON"), (b"[]", "not an object"), (b"", "not JSON"),
    (b'{"timer_default_min": "20"}', "timer_default_min"), (b'{"burners": 1}', "burners"),
])  # fmt: skip
def test_settings_that_are_none(capsys, tmp_path, data, told):
    (tmp_path / "mine.json").write_bytes(data)
    assert told in typed(capsys, "settings", tmp_path / "mine.json", "--port", "/dev/no-such-port")


def test_settings_with_the_mark_that_windows_puts_before_utf_8(tmp_path):
    (tmp_path / "mine.json").write_bytes(b'\xef\xbb\xbf{"timer_default_min": 20}')
    assert json.loads(cli.backup.laid_over(tmp_path / "mine.json"))["timer_default_min"] == 20


@pytest.mark.parametrize("name", ["nothing.json", "."])
def test_a_file_that_is_none(capsys, tmp_path, name):
    for command in ("settings", "restore", "flash"):
        assert str(tmp_path / name) in typed(capsys, command, tmp_path / name, "--port", "/dev/no-such-port")


# --- update ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host, told", [
    ("", "name the device"), ("http://", "name the device"), ("a b", "name the device"),
    ("box:port", "name the device"), ("127.0.0.1:99999", "name the device"), ("127.0.0.1:9", "no answer"),
    ("http://127.0.0.1:9/page", "127.0.0.1:9: no answer"), ("no-such-name.invalid", "no answer"),
])  # fmt: skip
def test_a_device_that_is_none(capsys, monkeypatch, host, told):
    monkeypatch.setenv("TOKEN", "t")
    assert told in typed(capsys, "update", host)


def test_without_a_terminal_the_password_comes_from_the_environment(capsys):
    assert "PASSWORD" in typed(capsys, "update", "127.0.0.1:9")


@pytest.fixture
def other():
    """Another device at the same address: it answers everything with JSON of its own; other["answer"]."""
    other = {"answer": b"{}"}

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(other["answer"])

        do_POST = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        other["host"] = f"127.0.0.1:{server.server_port}"
        yield other
        server.shutdown()


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"null", b'"hello"', b"<html>", b"\xff", b'{"csrf": 1}'])
@pytest.mark.parametrize("way", ["TOKEN", "PASSWORD"])
def test_another_device_at_that_address_is_no_curfew(capsys, monkeypatch, other, answer, way):
    monkeypatch.setenv(way, "secret")
    other["answer"] = answer
    assert "not a Curfew device" in typed(capsys, "update", other["host"])


# --- interrupted -----------------------------------------------------------------------------------------------------


def test_ctrl_c_while_a_board_is_taken_over_starts_it_again(tmp_path, monkeypatch):
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        made.run("f=open('main.py','w');f.write('import time\\nwhile True: time.sleep_ms(20)\\n');f.close()")
        starts = len(made.board.starts)

        def interrupted(*_):
            time.sleep(0.3)
            raise KeyboardInterrupt

        monkeypatch.setattr(link.Link, "_settled", interrupted)
        with pytest.raises(KeyboardInterrupt), link.Link(made.board.port) as cable:
            cable.take_over()
        until = time.monotonic() + fixture.PATIENCE_S
        while len(made.board.starts) == starts:
            assert time.monotonic() < until, "it would stand at its prompt for ten minutes"
            time.sleep(0.02)


def test_a_reader_that_goes_away_ends_the_monitor_without_a_traceback(tmp_path, monkeypatch):
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        made.run(
            "f=open('main.py','w');f.write('import time\\nwhile True:\\n print(1)\\n time.sleep_ms(200)\\n');f.close()"
        )
        words = [sys.executable, "-m", "tools.cli", "monitor", "--port", made.board.port]
        with subprocess.Popen(
            words, cwd=fixture.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert "listening" in running.stdout.readline()
            running.stdout.close()
            try:
                said = running.stderr.read()
                assert running.wait(20) and "Traceback" not in said, said
            finally:
                running.kill()


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
@pytest.mark.parametrize("words", ["reset-settings --port /dev/x", "flash --port URL", "wipe --port URL", "update x"])
def test_ctrl_c_and_ctrl_d_at_a_question_change_nothing(capsys, monkeypatch, words, end):
    def ends(*_):
        raise end

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", ends)
    monkeypatch.setattr("getpass.getpass", ends)
    with Rom() as rom:
        assert cli.main(words.replace("URL", rom.url).split()) == 130
        assert not {"ERASE_FLASH", "FLASH_DEFL_BEGIN"} & set(rom.commands)
    assert capsys.readouterr().err == f"\n{words.split()[0]}: interrupted\n"


@pytest.mark.parametrize("command, told", [
    ("reset-settings <&-", "--yes"), ("wipe <&-", "--yes"), ("update x <&-", "PASSWORD"),
    ("monitor --seconds 1 >/dev/full", "No space left on device"),
    ("console </dev/null", "curfew monitor"), ("console <&-", "curfew monitor"),
])  # fmt: skip
def test_a_closed_input_and_a_full_output_are_one_line(tmp_path, command, told):
    port = "" if "update" in command else "--port /dev/null"
    if "monitor" in command:
        with fixture.virtual.Board(tmp_path / "flash") as board:
            done = shell(f"{command} --port {board.port}")
    else:
        done = shell(f"{command} {port}")
    assert done.returncode == 1 and told in done.stderr and done.stderr.count("\n") == 1, done.stderr


def shell(line):
    """`curfew ...` as a shell runs it."""
    line = f"{sys.executable} -m tools.cli {line}"
    return subprocess.run(line, shell=True, cwd=fixture.ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_whose_window_is_closed_leaves_no_board_at_its_prompt(tmp_path, number):
    with fixture.virtual.Board(tmp_path / "flash", fixture.SPEED) as board:
        words = [sys.executable, "-m", "tools.cli", "deploy", "--port", board.port]
        heeds = partial(signal.signal, number, signal.SIG_DFL)  # where nohup runs the tests, too
        piped = {"cwd": fixture.ROOT, "stdout": subprocess.PIPE, "text": True, "preexec_fn": heeds}
        with subprocess.Popen(words, **piped) as running:
            while "KiB of flash free" not in running.stdout.readline():
                assert running.poll() is None
            running.send_signal(number)
            assert running.wait(20) == 130
        until = time.monotonic() + fixture.PATIENCE_S
        while len(board.starts) == 1:
            assert time.monotonic() < until, "it would stand there for ten minutes"
            time.sleep(0.02)


def test_a_folder_with_brackets_in_its_name_is_named_in_full(tmp_path, capsys):
    folder = tmp_path / "[red] [/]:smile:"
    folder.mkdir(parents=True)
    with fixture.virtual.Board(tmp_path / "flash") as board:
        assert cli.main(["backup", str(folder / "kept.json"), "--port", board.port]) == 0
    assert str(folder / "kept.json") in capsys.readouterr().out.replace("\n", "")


def test_ctrl_c_ends_a_command_with_its_own_status(tmp_path, monkeypatch):
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        words = [sys.executable, "-m", "tools.cli", "monitor", "--port", made.board.port]
        with subprocess.Popen(
            words, cwd=fixture.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert "listening" in running.stdout.readline()
            os.kill(running.pid, signal.SIGINT)
            assert running.wait(20) == 0 and "Traceback" not in running.stderr.read()


# --- the wrong board -------------------------------------------------------------------------------------------------


def test_wipe_leaves_a_board_alone_that_cannot_be_one_of_ours(capsys):
    with Rom(chip="esp32s2") as rom:
        assert "ESP32-S2" in typed(capsys, "wipe", "--yes", "--port", rom.url)
        assert "ERASE_FLASH" not in rom.commands
