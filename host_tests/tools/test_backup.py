"""The user's files: kept, put back, reset; and everything that is no backup is refused before the board is touched.

Here: backup.py, doctor.py, monitor against a virtual board. Not here: the program (test_deploy.py).
"""

import base64
import io
import json
import re
import stat
import time
from hashlib import sha256

import pytest
from rich.console import Console

from host_tests.fixtures import board as fixture
from host_tests.fixtures.board import command
from tools import cli
from tools.board import backup, doctor, plan
from tools.board.errors import BoardError

SETTINGS = b'{"timer_default_min": 20, "burners": [{}]}'


def form(files):
    """A backup of files as bytes."""
    reported = {
        name: {"sha256": sha256(data).hexdigest(), "base64": base64.b64encode(data).decode()}
        for name, data in files.items()
    }
    return {"curfew_backup": 1, "made": "2026-11-28T12:00:00", "board": "240ac412ab0f", "files": reported}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A board with the program and some files of its user."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = fixture.Bench(tmp_path_factory.mktemp("board") / "flash", monkeypatch)
        with made.board:
            made.deploy(fixture.program_with())
            put(made, {"settings.json": SETTINGS, "network.json": b'{"a": 1}', "journal.txt": b"\x00\xff", KEY: b"k"})
            yield made


KEY = backup.KEY


def put(bench, files):
    bench.run("\n".join(f"f=open({name!r},'wb');f.write({data!r});f.close()" for name, data in files.items()))


def there(bench):
    """The user's files on the board."""
    reported = bench.run(
        "import os\nprint(repr({e[0]:open(e[0],'rb').read() for e in os.ilistdir('') if not e[1]&0x4000}))"
    )
    return {name: data for name, data in eval(reported).items() if backup.is_theirs(name, key=True)}


def run(capsys, *words):
    status = cli.main(list(map(str, words)))
    reported = capsys.readouterr()
    return status, reported.out, reported.err


# --- there and back --------------------------------------------------------------------------------------------------


def test_what_was_kept_comes_back_and_is_readable_by_its_owner_only(bench, tmp_path, capsys):
    before = there(bench)
    path = tmp_path / "kept.json"
    assert run(capsys, "backup", path, "--port", bench.board.port)[0] == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    put(bench, {"settings.json": b'{"burners": [{}]}', "network.json": b"{}", "journal.txt": b""})
    assert run(capsys, "restore", path, "--port", bench.board.port)[0] == 0
    assert there(bench) == before


def test_the_devices_key_stays_where_it_is_unless_asked_for(bench, tmp_path, capsys):
    run(capsys, "backup", tmp_path / "without.json", "--port", bench.board.port)
    run(capsys, "backup", tmp_path / "with.json", "--port", bench.board.port, "--key")
    assert KEY not in backup.read(tmp_path / "without.json", key=True)
    assert KEY not in backup.read(tmp_path / "with.json")
    assert backup.read(tmp_path / "with.json", key=True)[KEY] == b"k"


def test_neither_program_nor_slots_are_in_a_backup(bench, tmp_path, capsys):
    put(bench, {"slot.txt": plan.slot_text("a").encode()})
    run(capsys, "backup", tmp_path / "kept.json", "--port", bench.board.port)
    names = set(json.loads((tmp_path / "kept.json").read_text())["files"])
    assert names == {"settings.json", "network.json", "journal.txt"}


def test_an_older_backup_is_never_overwritten(bench, tmp_path, capsys):
    (tmp_path / "kept.json").write_text("old")
    status, _, said = run(capsys, "backup", tmp_path / "kept.json", "--port", bench.board.port)
    assert status == 1 and "is there already" in said and (tmp_path / "kept.json").read_text() == "old"


# --- nonsense --------------------------------------------------------------------------------------------------------


def broken(**changed):
    reported = form({"settings.json": SETTINGS})
    reported["files"]["settings.json"].update(changed)
    return json.dumps(reported)


@pytest.mark.parametrize("text, why", [
    ("", "not JSON"),
    (json.dumps(form({"settings.json": SETTINGS}))[:-5], "not JSON, or cut off"),
    ("[]", "no backup"),
    ('{"curfew_backup": 2, "files": {}}', "no backup"),
    (json.dumps(form({})), "no file in it"),
    (broken(base64="!!!"), "damaged"),
    (broken(base64=None), "damaged"),
    (broken(base64=base64.b64encode(b"{}").decode()), "does not fit its SHA-256"),
    (json.dumps(form({"main.py": b"x"})), "'main.py' is no file of the user's"),
    (json.dumps(form({"a/program.mpy": b"x"})), "is no file of the user's"),
    (json.dumps(form({"slot.txt": b"active b\n"})), "is no file of the user's"),
    (json.dumps(form({"../x": b"x"})), "is no file of the user's"),
    (json.dumps(form({"x": bytes(70_000)})), "70000 bytes"),
    (json.dumps(form({"settings.json": b'{"timer_default_min": 0, "burners": [{}]}'})), "timer_default_min"),
    (json.dumps(form({"network.json": b'{"wifi":'})), "network.json is not JSON"),
    (json.dumps(form({"network.json": b"[]"})), "network.json is not an object"),
    (json.dumps(form({"network.json": b"[" * 60_000})), "network.json is not JSON"),
    ("[" * 200_000, "not JSON"),
    (json.dumps(form({"b": b"x"})), "'b' is no file of the user's"),
    (json.dumps(form({"": b"x"})), "'' is no file of the user's"),
])  # fmt: skip
def test_what_is_no_sound_backup_is_refused_in_one_line_before_the_board_is_touched(tmp_path, capsys, text, why):
    (tmp_path / "kept.json").write_text(text)
    status, _, said = run(capsys, "restore", tmp_path / "kept.json", "--port", "/dev/no-such-port")
    assert status == 1 and why in said and said.count("\n") == 1


# --- settings --------------------------------------------------------------------------------------------------------


def test_settings_are_reset_only_by_who_says_so(bench, capsys, monkeypatch):
    put(bench, {"settings.json": SETTINGS})
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    status, _, said = run(capsys, "reset-settings", "--port", bench.board.port)
    assert status == 1 and "curfew reset-settings --yes" in said
    assert there(bench)["settings.json"] == SETTINGS
    assert run(capsys, "reset-settings", "--port", bench.board.port, "--yes")[0] == 0
    assert there(bench)["settings.json"] == (fixture.ROOT / "firmware" / "settings.json").read_bytes()


def test_settings_of_a_file_are_laid_over_the_shipped_ones(bench, tmp_path, capsys):
    (tmp_path / "mine.json").write_text('{"burners": [{"relay_pin": 18, "button_pin": 25, "sensor": false}]}')
    assert run(capsys, "settings", tmp_path / "mine.json", "--port", bench.board.port)[0] == 0
    now = json.loads(there(bench)["settings.json"])
    assert now["burners"] == [{"relay_pin": 18, "button_pin": 25, "sensor": False}] and now["timer_default_min"] == 30


@pytest.mark.parametrize("text, why", [
    ('{"timer_default_min": 500}', "timer_default_min: 500 is not a whole number from 1 to 240"),
    ('{"timer_defaul_min": 5}', "no such setting"), ("[]", "not an object"), ("{", "not JSON"),
])  # fmt: skip
def test_settings_that_the_controller_would_refuse_are_refused_here(tmp_path, capsys, text, why):
    (tmp_path / "mine.json").write_text(text)
    status, _, said = run(capsys, "settings", tmp_path / "mine.json", "--port", "/dev/no-such-port")
    assert status == 1 and why in said and said.count("\n") == 1


# --- looking ---------------------------------------------------------------------------------------------------------


def test_the_monitor_shows_what_the_controller_says_and_disturbs_nothing(bench, capsys):
    bench.board.power_on()
    starts = len(bench.board.starts)
    status, said, _ = run(capsys, "monitor", "--port", bench.board.port, "--seconds", 3)
    assert status == 0 and re.search(r"Curfew \S+ build \w{8} slot a burners 1", said)
    assert len(bench.board.starts) == starts


def test_real_mpremote_gets_to_the_prompt_with_resume(bench):
    import subprocess
    import sys

    words = [sys.executable, "-m", "mpremote", "connect", bench.board.port, "resume", "exec", "print(6 * 7)"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "42"), done
    bench.board.power_on()


def states(rows):
    return {row.what: row.state for row in rows}


def test_the_doctor_finds_nothing_wrong_with_a_board_that_is_right(bench):
    put(bench, {"settings.json": SETTINGS})
    lives = bench.said.count(b" burners ") + 1
    bench.board.power_on()
    bench.until_said(" burners ", lives)
    time.sleep(0.5)  # the program ticks
    rows = list(doctor.board(bench.board.port))
    assert [row.found for row in rows if row.state != doctor.OK] == ["not tested since the start"], rows
    assert {"port", "MicroPython", "flash for files", "program", "settings"} <= set(states(rows))
    assert re.search(r"Python \d+ KiB.*load of the safety loop [\d.]+ %", rows[-2].found), rows[-2]


PULSE, FITTED, LEVEL = b"{}", b'{"supply_pin": 36}', b'{"relay_drive": "level", "supply_pin": 36}'


@pytest.mark.parametrize(
    ("settings", "found", "state", "fix"),
    [
        (PULSE, 0, "missing", "where R53 is wired"), (FITTED, 0, "missing", ""), (FITTED, 1, "ok", ""),
        *((FITTED, found, "missing", "repair it before use") for found in (2, 3, 4)),
    ],
)  # fmt: skip
def test_doctor_says_what_the_self_test_of_the_pump_found_and_what_to_do(settings, found, state, fix):
    (row,) = doctor.pump(settings, found)
    assert row.state == state and row.fix.startswith(fix) and (fix or not row.fix)


def test_of_a_drive_by_level_doctor_says_what_a_crash_does():
    (row,) = doctor.pump(LEVEL, 1)
    assert row.state == "missing" and "contact stays closed; nothing but the knob ends it" in row.found


@pytest.mark.parametrize("settings", [b"", b"[]", b"{"])
def test_without_the_settings_of_a_pump_doctor_says_nothing_of_it(settings):
    assert list(doctor.pump(settings, 0)) == []


@pytest.mark.parametrize(
    ("free", "least", "state"),
    [
        ((50_000,), 0, doctor.OK),
        ((50_000,), 8192, doctor.OK),
        ((50_000,), 8191, doctor.LACKS),
        ((50_000, 60_000, 30_000, 8192), 20_000, doctor.OK),
        ((50_000, 60_000, 30_000, 8191), 20_000, doctor.LACKS),
    ],
)
def test_the_doctor_warns_of_a_heap_that_had_less_than_8_kib(free, least, state):
    row = doctor.memory(free, 320, least)
    assert row.state == state and bool(row.fix) == (state == doctor.LACKS)
    assert "load of the safety loop 25 %" in row.found and ("network at the least" in row.found) == (len(free) == 4)


def test_the_doctor_names_what_is_wrong_with_a_board_and_how_to_fix_it(bench):
    put(bench, {"settings.json": b"{}"})
    bench.run("import os;os.rename('a/manifest.txt','a/m')")
    try:
        found = {row.what: row for row in doctor.board(bench.board.port)}
        assert found["program"].state == doctor.NEEDED and "curfew deploy" in found["program"].fix
        assert found["settings"].state == doctor.NEEDED and "curfew reset-settings" in found["settings"].fix
    finally:
        bench.run("import os;os.rename('a/m','a/manifest.txt')")
        put(bench, {"settings.json": SETTINGS})


def test_a_missing_board_is_not_the_computers_fault_but_a_missing_port_is(monkeypatch):
    monkeypatch.setattr(doctor.ports.list_ports, "comports", lambda: [])
    assert states(doctor.board("")) == {"board": doctor.LACKS}
    assert doctor.NEEDED in states(doctor.board("/dev/ttyUSB9")).values()


def test_a_program_that_only_some_tests_need_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name, path=None: None)
    found = {row.what: row for row in doctor.computer(lambda name: None)}
    assert (found["dot"].state, found["dot"].fix) == (doctor.LACKS, "sudo apt install graphviz")


def test_a_tool_of_another_version_than_pinned_is_needed_and_the_status_is_1(monkeypatch, capsys):
    version = doctor.importlib.metadata.version
    monkeypatch.setattr(
        doctor.importlib.metadata, "version", lambda name: "0.1" if name == "mpremote" else version(name)
    )
    monkeypatch.setattr(doctor.ports.list_ports, "comports", lambda: [])
    status, said, _ = run(capsys, "doctor")
    assert status == 1 and "1 needed and missing: mpremote" in said


@pytest.mark.parametrize("encoding, signs", [("utf-8", "✓–✗"), ("ascii", "+-!"), ("cp1252", "+-!")])
def test_the_states_differ_also_where_a_terminal_has_no_sign_for_them(monkeypatch, encoding, signs):
    rows = [doctor.Row(state, state, "[red]", "curfew x") for state in (doctor.OK, doctor.LACKS, doctor.NEEDED)]
    monkeypatch.setattr(doctor, "computer", lambda: rows)
    monkeypatch.setattr(doctor.ports.list_ports, "comports", lambda: [])
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    doctor.doctor("", Console(file=out, width=80))
    out.seek(0)
    said = out.read().splitlines()
    assert [line[0] for line in said[:6:2]] == list(signs) and "[red]" in said[0] and "fix: curfew x" in said[1]


def test_this_computer_has_all_that_is_needed(capsys):
    lacking = [row for row in (*doctor.computer(), doctor.serial_rights()) if row.state == doctor.NEEDED]
    assert lacking == []


def test_a_refused_backup_error_is_one_line(tmp_path):
    with pytest.raises(BoardError, match="No such file"):
        backup.read(tmp_path / "nothing.json")


def test_the_command_line_itself_refuses_what_it_does_not_know():
    assert command("nonsense")[0] == 2
