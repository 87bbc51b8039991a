"""The update key over the USB cable, from a virtual board that runs into a file of its owner alone."""

import time

import pytest

from host_tests.fixtures import board as fixture
from tools import cli
from tools.board import installation, key
from tools.board.errors import BoardError

SECRET = "0123456789abcdef" * 4
DEVICE = "240ac412ab0f"


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """A board whose program runs on and on; keys go into a folder of this test."""
    monkeypatch.setattr(installation, "KEYS", tmp_path / "of" / "keys")
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        made.run("f=open('main.py','w');f.write('import time\\nwhile True: time.sleep_ms(50)\\n');f.close()")
        yield made


def put(bench, text):
    bench.run(f"f=open('key.txt','w');f.write({text!r});f.close()")


def test_key_returns_keeps_the_key_for_its_owner_alone_and_the_board_starts_again(bench, capsys):
    put(bench, SECRET + "\n#1234\n")
    starts = len(bench.board.starts)
    began = time.monotonic()
    assert cli.main(["key", "--port", bench.board.port]) == 0
    assert time.monotonic() - began < 30, "an earlier one waited for ever for a chip that had been reset"
    path = installation.KEYS / f"{DEVICE}.key"
    assert str(path) in capsys.readouterr().out.replace("\n", "")
    assert path.read_text() == SECRET + "\n" and key.of(DEVICE) == bytes.fromhex(SECRET)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    while len(bench.board.starts) == starts:
        assert time.monotonic() - began < fixture.PATIENCE_S
        time.sleep(0.02)


def test_a_key_replaces_an_older_one_only_as_a_whole(bench, monkeypatch, capsys):
    put(bench, SECRET + "\n")
    key.keep(DEVICE, "f" * 64)
    monkeypatch.setattr(key.os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert cli.main(["key", "--port", bench.board.port]) == 1
    assert key.of(DEVICE) == bytes.fromhex("f" * 64)
    assert capsys.readouterr().err.endswith(": No space left on device: make room there, and the folder yours\n")


@pytest.mark.parametrize("text", ["", "half", "x" * 64 + "\n"])
def test_a_board_without_a_key_says_when_it_gets_one(bench, capsys, text):
    if text:
        put(bench, text)
    assert cli.main(["key", "--port", bench.board.port]) == 1
    said = capsys.readouterr().err
    assert "has no key yet: it creates one once its Wi-Fi" in said and said.count("\n") == 1
    assert not installation.KEYS.exists()


def test_a_port_in_words_and_a_key_that_is_not_there_or_damaged(tmp_path, capsys):
    assert cli.main(["key", "--port", "/dev/ttyUSB9"]) == 1
    assert "/dev/ttyUSB9 is not there" in capsys.readouterr().err
    with pytest.raises(BoardError, match="no key of the device 00.*curfew key"):
        key.of("000000000000", tmp_path)
    (tmp_path / "00.key").write_text("no key")
    with pytest.raises(BoardError, match="not a key .64 hex digits.*curfew key"):
        key.of("00", tmp_path)
