"""The update key over the USB cable: the real mpremote at the raw REPL of the real VM, behind a pty."""

import os
import pty
import subprocess
import tty

import pytest

from curfew.storage import files
from simulator import run
from tools import update

BOARD = "def unique_id():\n    return bytes.fromhex('240ac412ab0f')\n\n\ndef reset():\n    print('reset')\n"
KEY = "0123456789abcdef" * 4


@pytest.fixture
def cable(tmp_path, monkeypatch):
    """The port of a board at its prompt, its flash the current folder."""
    flash = tmp_path / "flash"
    flash.mkdir()
    monkeypatch.chdir(flash)
    (tmp_path / "chip").mkdir()
    (tmp_path / "chip" / "machine.py").write_text(BOARD)
    host, board = pty.openpty()
    tty.setraw(board)
    paths = {**os.environ, "MICROPYPATH": f"{tmp_path / 'chip'}:.frozen"}
    other_host, other = pty.openpty()
    tty.setraw(other)
    vm = subprocess.Popen([run._micropython(), "-i"], cwd=flash, env=paths, stdin=board, stdout=board, stderr=board)
    joined = (
        subprocess.Popen(["cat"], stdin=host, stdout=other_host),
        subprocess.Popen(["cat"], stdin=other_host, stdout=host),
    )
    yield os.ttyname(other)
    for process in (*joined, vm):
        process.kill()
        process.wait()
    for end in (host, board, other_host, other):
        os.close(end)


def test_the_key_comes_over_the_cable_into_a_file_of_its_owner_alone(cable, tmp_path):
    assert files.replace("key.txt", [KEY], lambda: True)
    path = update.read_key(cable, tmp_path / "keys")
    assert path.name == "240ac412ab0f.key" and path.read_text() == KEY + "\n"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_board_without_a_key_is_distinguished_from_no_board(cable, tmp_path):
    with pytest.raises(update.UpdateError, match="has no key yet"):
        update.read_key(cable, tmp_path / "keys")
    with pytest.raises(update.UpdateError, match="^/dev/none: "):
        update.read_key("/dev/none", tmp_path / "keys")
