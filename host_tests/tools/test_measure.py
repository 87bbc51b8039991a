"""Readings of a running device travel over the USB cable into a file: a virtual board, programs that print or not."""

# ruff: noqa: F811 (fixtures are imported by name)

from host_tests.fixtures.board import bench  # noqa: F401
from simulator import measured
from tools import cli
from tools.board import measure

TELLS = """
import os,time
print('begins', measure in os.listdir())
n=0
while True:
    time.sleep_ms(50)
    n+=1
    print('reading 0', 100*n, -5, 0)
    print('reading 1', 24000, 11000, 1)
    print('This program is confirmed: slot a')
"""


def test_readings_are_written_line_by_line_and_the_program_was_asked_for_them(bench, tmp_path, capsys):
    bench.begin(TELLS.replace("measure", repr(measure.ASKED)))
    path = tmp_path / "stove.csv"
    assert cli.main(["measure", str(path), "--port", bench.board.port, "--seconds", "1"]) == 0
    bench.until_said("begins True")
    made_by, rows = measured.read(path, 1)
    assert made_by.startswith("curfew-") and {row[1:] for row in rows} == {(24000, 11000, 1)}
    assert measured.read(path, 0)[1][0][1:] == (100, -5, 0)
    assert "readings in" in capsys.readouterr().out


def test_a_file_that_is_there_is_never_overwritten(bench, tmp_path, capsys):
    path = tmp_path / "stove.csv"
    path.write_text("mine")
    assert cli.main(["measure", str(path), "--port", bench.board.port]) == 1
    assert path.read_text() == "mine" and "is there already" in capsys.readouterr().err


def test_a_program_that_tells_nothing_is_one_line(bench, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(measure, "_SILENT_S", 1)
    bench.begin("import time\nwhile True: time.sleep_ms(50)\n")
    assert cli.main(["measure", str(tmp_path / "stove.csv"), "--port", bench.board.port]) == 1
    assert "tells no readings" in capsys.readouterr().err
