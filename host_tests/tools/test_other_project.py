"""A first deploy on a board that carries something else: asked before it is replaced, refused where it cannot be."""

import base64
import io
import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from rich.console import Console

from host_tests.fixtures import board as fixture
from host_tests.fixtures.board import program_with
from tools import cli
from tools.board import backup, deploy, plan
from tools.build.build import OUT

BUILT = program_with()
PLAIN = "Generic ESP32 module with ESP32"


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A board that has MicroPython and nothing else."""
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        yield made


OTHERS = "print('another project')\n"
FRESH = plan._FRESH_BOOT.decode()


def put(bench, **files):
    bench.run("\n".join(f"f=open({name + '.py'!r},'w');f.write({text!r});f.close()" for name, text in files.items()))


@pytest.mark.sample(1)
@pytest.mark.parametrize("files", [{"main": OTHERS}, {"boot": OTHERS}, {"main": OTHERS, "boot": FRESH}])
def test_another_project_is_never_replaced_without_asking(fresh, files):
    put(fresh, **files)
    reported = fresh.refused(BUILT)
    assert (
        "another project's" in reported
        and "nothing was changed" in reported
        and f"curfew deploy --yes --port {fresh.board.port}" in reported
    )
    assert fresh.written == []
    for name, text in files.items():
        assert fresh.run(f"print(open('{name}.py').read(),end='')") == text


def test_another_project_is_replaced_after_a_yes_that_was_asked_once(fresh):
    put(fresh, main=OTHERS)
    asked = []
    deploy.deploy(fresh.board.port, BUILT, Console(file=io.StringIO()), lambda question: asked.append(question) or True)
    assert len(asked) == 1 and "curfew-ab0f" in asked[0] and "main.py" in asked[0]
    deploy.deploy(fresh.board.port, BUILT, Console(file=io.StringIO()), lambda question: asked.append(question) or True)
    assert len(asked) == 1, "now it is ours"


@pytest.mark.parametrize("words", [["settings", "mine.json"], ["restore", "kept.json"]])
def test_nothing_is_written_beside_another_project_without_asking(fresh, tmp_path, capsys, monkeypatch, words):
    put(fresh, main=OTHERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    Path("mine.json").write_text("{}")
    text = json.dumps(json.loads(backup.shipped())).encode()
    files = {"settings.json": {"sha256": sha256(text).hexdigest(), "base64": base64.b64encode(text).decode()}}
    Path("kept.json").write_text(json.dumps({"curfew_backup": 1, "files": files}))
    assert cli.main([*words, "--port", fresh.board.port]) == 1
    reported = capsys.readouterr().err
    assert "another project's main.py" in reported and "--yes" in reported and reported.count("\n") == 1
    there = "import os;print('settings.json' in os.listdir(''))"
    assert fresh.run(there).strip() == "False"
    assert cli.main([*words, "--port", fresh.board.port, "--yes"]) == 0
    assert fresh.run(there).strip() == "True"


def test_a_new_file_system_is_no_project(fresh):
    put(fresh, boot=FRESH)
    assert fresh.deploy(BUILT).slot == "a"


def test_a_first_deploy_that_was_cut_is_no_other_project():
    cut = plan.Survey({"boot.py": sha256(BUILT.root["boot.py"]).hexdigest()}, {"a": {"program.mpy": "x"}, "b": {}})
    assert plan.foreign(BUILT, cut) == []


def test_a_board_without_a_file_system_is_reported_how_to_get_one(fresh, monkeypatch):
    monkeypatch.setattr(
        deploy, "survey", lambda *_: plan.Survey({}, {}, machine=PLAIN, micropython="1.29.0", total_bytes=0)
    )
    reported = fresh.refused(BUILT)
    assert "no file system" in reported and "curfew flash --erase" in reported and "nothing was changed" in reported


def test_a_damaged_build_is_not_deployed(tmp_path, capsys):
    shutil.copytree(OUT, tmp_path / "firmware")
    (tmp_path / "firmware" / "a" / "program.mpy").write_bytes(b"damaged")
    assert cli.main(["deploy", "--port", "/dev/ttyUSB9", "--program", str(tmp_path / "firmware")]) == 1
    reported = capsys.readouterr().err
    assert "not as it was built: make build" in reported and reported.count("\n") == 1
