"""Deploy against a virtual board: the real VM, a real LittleFS, real mpremote behind a pseudo-terminal.

Here: what is copied, what is left when cable or power go, what is said. Not here: the starter's judgement of slots,
flashing MicroPython (test_flash.py), the user's files (test_backup.py).
"""

import io
import json
import os
import pty
import zlib
from dataclasses import replace

import pytest
import serial
from rich.console import Console

from host_tests.fixtures import board as fixture
from host_tests.fixtures.board import program_with
from tools import cli
from tools.board import deploy, doctor, link, plan, ports
from tools.board.errors import BoardError, CableError
from tools.build import sizes

BUILT = program_with()
PAGE = b"\x1f\x8b another page"


@pytest.fixture(scope="module")
def deployed_flash(tmp_path_factory):
    """A flash with the built program in slot a."""
    flash = tmp_path_factory.mktemp("board") / "flash"
    with pytest.MonkeyPatch.context() as monkeypatch:
        bench = fixture.Bench(flash, monkeypatch)
        with bench.board:
            outcome = bench.deploy(BUILT)
    assert outcome.slot == "a", outcome
    return flash


@pytest.fixture
def bench(tmp_path, deployed_flash, monkeypatch):
    """A board that runs the built program."""
    made = fixture.Bench(fixture.copy_of(deployed_flash, tmp_path / "flash"), monkeypatch)
    with made.board:
        made.until_said(f"build {BUILT.build} slot a")
        yield made


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A board that has MicroPython and nothing else."""
    made = fixture.Bench(tmp_path / "flash", monkeypatch)
    with made.board:
        yield made


def program_of(there):
    """All of a survey that a deploy may change; the controller itself writes its journal and state meanwhile."""
    return (
        there.slots,
        there.slot_txt,
        {name: reported for name, reported in there.root.items() if name.endswith(".py")},
    )


# --- what is copied --------------------------------------------------------------------------------------------------


def test_a_fresh_board_gets_everything_into_slot_a_and_runs_without_a_trial(fresh):
    outcome = fresh.deploy(BUILT)
    assert (outcome.slot, outcome.build, outcome.version) == ("a", BUILT.build, BUILT.version)
    there = fresh.survey()
    assert there.slots == {"a": BUILT.hashes, "b": {}}
    assert there.slot_txt == ""
    assert {"boot.py", "main.py", "settings.json"} <= set(there.root)
    assert fresh.written[-1] == "main.py", "before everything else is there, nothing starts"


def test_an_unchanged_program_copies_nothing(bench):
    before = program_of(bench.survey())
    outcome = bench.deploy(BUILT)
    assert (outcome.build, bench.written) == (BUILT.build, [])
    assert program_of(bench.survey()) == before


def test_one_changed_file_travels_with_the_manifest_and_nothing_else_does(bench):
    new = program_with("www/style.css.gz", PAGE)
    outcome = bench.deploy(new)
    assert (outcome.slot, outcome.build) == ("b", new.build)
    assert bench.written == ["b/www/style.css.gz", "b/manifest.txt", "slot.txt"]
    there = bench.survey()
    assert there.slots == {"a": BUILT.hashes, "b": new.hashes}
    assert there.slot_txt == plan.slot_text("b"), "it has proved itself"


@pytest.mark.long
def test_the_next_change_goes_into_the_other_slot_and_what_is_right_there_is_left(bench, monkeypatch):
    bench.deploy(program_with("www/style.css.gz", PAGE))
    plans = []
    planned = deploy.planned
    monkeypatch.setattr(deploy, "planned", lambda new, there: plans.append(planned(new, there)) or plans[-1])
    new = program_with("www/app.js.gz", PAGE)
    assert bench.deploy(new).slot == "a"
    assert bench.written == ["a/www/app.js.gz", "a/manifest.txt", "slot.txt"]
    assert plans[0].copy == ()


@pytest.mark.long
def test_a_file_that_is_no_longer_built_is_removed_from_the_slot(bench):
    bench.deploy(program_with("www/extra/more.txt", b"1"))
    bench.deploy(program_with("www/style.css.gz", PAGE))
    new = program_with("www/style.css.gz", PAGE + b"2")
    assert bench.deploy(new).slot == "b"
    assert bench.survey().slots["b"] == new.hashes
    assert "extra" not in bench.run("import os\nprint(os.listdir('b/www'))")


def test_a_changed_starter_alone_goes_to_the_root_and_no_slot_is_touched(bench):
    root = {**BUILT.root, "boot.py": BUILT.root["boot.py"] + b"# newer\n"}
    outcome = bench.deploy(replace(BUILT, root=root))
    assert (outcome.slot, bench.written) == ("a", ["boot.py"])


def test_settings_of_the_user_are_never_overwritten(bench):
    own = '{"timer_default_min": 20, "burners": [{}]}'
    bench.run(f"f=open('settings.json','w');f.write({own!r});f.close()")
    bench.deploy(program_with("www/style.css.gz", PAGE))
    assert bench.run("print(open('settings.json').read())").strip() == own


def test_a_damaged_program_is_repaired_in_place_by_the_one_file_that_is_damaged(bench):
    bench.run("f=open('a/curfew/bundles/core.mpy','w');f.write('damaged');f.close()")
    outcome = bench.deploy(BUILT)
    assert (outcome.slot, bench.written) == ("a", ["a/curfew/bundles/core.mpy"])


@pytest.mark.long
def test_a_damaged_active_slot_is_the_one_that_is_written_so_that_the_sound_one_stays(bench):
    second = program_with("www/style.css.gz", PAGE)
    bench.deploy(second)
    bench.run("f=open('b/curfew/core.mpy','w');f.write('damaged');f.close()")  # the controller falls back to a
    new = program_with("www/app.js.gz", PAGE)
    assert bench.deploy(new).slot == "b"
    assert bench.survey().slots["a"] == BUILT.hashes


# --- a program that does not do --------------------------------------------------------------------------------------


def test_a_program_that_cannot_start_is_answered_by_the_old_one_which_comes_back(bench):
    reported = bench.refused(program_with("program.mpy", b"no program"))
    assert "the old version came back" in reported and BUILT.build in reported
    assert plan.running(bench.survey()) == "a"


def test_settings_that_the_controller_refuses_are_named_and_the_program_is_not_called_healthy(bench):
    bench.run("f=open('settings.json','w');f.write('{}');f.close()")
    reported = bench.refused(BUILT)
    assert "refuses its settings" in reported and "reset-settings" in reported


# --- cable and power -------------------------------------------------------------------------------------------------


def test_a_cable_pulled_half_way_is_one_line_and_the_next_deploy_goes_on_where_it_was(bench, monkeypatch):
    new = program_with("www/style.css.gz", os.urandom(20_000))
    run = link.Link.run
    pieces = []

    def pulled(cable, program, hear=None):
        if program.startswith("f.write("):
            pieces.append(program)
            if len(pieces) == 5:
                bench.board.unplug()
        return run(cable, program, hear)

    with monkeypatch.context() as patched:
        patched.setattr(link.Link, "run", pulled)
        reported = bench.refused(new)
    assert "broke" in reported or "fell silent" in reported
    bench.board.plug()
    bench.board.power_on()
    bench.until_said(f"build {BUILT.build} slot a", 2)
    outcome = bench.deploy(new)
    assert (outcome.slot, outcome.build) == ("b", new.build)
    assert bench.written == ["b/www/style.css.gz", "b/manifest.txt", "slot.txt"]
    assert not [path for path in bench.survey().slots["b"] if path.endswith(".new")]


def test_a_cable_pulled_after_the_copy_says_that_the_device_goes_on_alone(bench, monkeypatch):
    new = program_with("www/style.css.gz", PAGE)
    heard = deploy.heard
    monkeypatch.setattr(link, "_BACK_S", 1)
    monkeypatch.setattr(deploy, "heard", lambda *words: bench.board.unplug() or heard(*words))
    told = bench.refused(new)
    assert "broke" in told and "The new program is on the board" in told and "curfew doctor" in told
    bench.board.plug()
    bench.until_said(f"build {new.build} slot b")


def cuts(bench, new, monkeypatch):
    """The flash after every step of a deploy, each content once, in order."""
    run = link.Link.run
    seen = {}

    def noted(cable, program, hear=None):
        reported = run(cable, program, hear)
        data = bench.board.flash.read_bytes()
        seen.setdefault(zlib.crc32(data), zlib.compress(data, 1))
        return reported

    with monkeypatch.context() as patched:
        patched.setattr(link.Link, "run", noted)
        outcome = bench.deploy(new)
    assert outcome.build == new.build, outcome
    return list(seen.values())


@pytest.mark.long
def test_after_a_cut_between_any_two_steps_the_board_starts_the_old_program_or_the_new_one(
    bench, tmp_path, monkeypatch
):
    bench.deploy(program_with("www/extra.txt", b"an older one, with a file that is stale afterwards"))
    bench.deploy(BUILT)  # both slots are in use now, slot a is active
    root = {name: data + b"# newer\n" for name, data in BUILT.root.items()}
    new = replace(program_with("www/style.css.gz", PAGE), root=root)
    left = cuts(bench, new, monkeypatch)
    assert len(left) > 15
    came = []
    for flash in left:
        (tmp_path / "cut").write_bytes(zlib.decompress(flash))
        reported = fixture.started(tmp_path / "cut")
        builds = [build for build in (BUILT.build, new.build) if f"build {build} slot" in reported]
        assert len(builds) == 1 and "PROGRAM_CORRUPT" not in reported, reported
        came += builds
    turn = came.index(new.build)
    assert came == [BUILT.build] * turn + [new.build] * (len(came) - turn), "never back and forth"


@pytest.mark.long
def test_a_first_deploy_that_was_cut_leaves_the_prompt_or_the_program_and_never_half_of_it(
    fresh, tmp_path, monkeypatch
):
    left = cuts(fresh, BUILT, monkeypatch)
    for flash in left[:: len(left) // 5] + left[-14:]:
        (tmp_path / "cut").write_bytes(zlib.decompress(flash))
        reported = fixture.started(tmp_path / "cut")
        assert f"build {BUILT.build} slot a" in reported or ">>> " in reported and "Error" not in reported, reported


# --- no room ---------------------------------------------------------------------------------------------------------

FILL = """
import os
f=open('mine','wb')
v=os.statvfs('')
left=v[0]*v[3]-%d
b=bytes(4096)
while left>0:
    f.write(b);left-=4096
f.close()
"""


def test_a_flash_without_room_is_refused_before_anything_is_written(bench):
    bench.run(FILL % 60_000)
    before = program_of(bench.survey())
    reported = bench.refused(program_with("www/style.css.gz", PAGE))
    assert "lacks" in reported and "KiB" in reported and bench.written == []
    assert program_of(bench.survey()) == before


def test_a_flash_that_fills_up_in_the_middle_is_one_line_and_the_old_program_runs_on(bench, monkeypatch):
    bench.run(FILL % 40_000)
    monkeypatch.setattr(deploy, "missing_bytes", lambda *_: 0)
    reported = bench.refused(program_with("www/style.css.gz", PAGE))
    assert "flash is full" in reported
    bench.until_said(f"build {BUILT.build} slot a", 2)
    assert plan.running(bench.survey()) == "a"


# --- ports -----------------------------------------------------------------------------------------------------------


class Usb:
    """A port as list_ports gives it."""

    def __init__(self, device, vid=0x10C4, serial_number=None):
        self.device, self.vid, self.serial_number = device, vid, serial_number
        self.pid, self.location = 0xEA60, "1-1"


def refused(monkeypatch, capsys, *words, there=()):
    """What a command says that is refused: one line, status 1."""
    monkeypatch.setattr(ports.list_ports, "comports", lambda: list(there))
    assert cli.main(list(words)) == 1
    reported = capsys.readouterr().err
    assert reported.count("\n") == 1 and reported.startswith(words[0] + ": ")
    return reported


@pytest.mark.parametrize("command", ["deploy", "monitor", "console", "backup", "reset-settings"])
def test_without_a_board_each_command_says_in_one_line_what_is_missing(command, monkeypatch, capsys):
    reported = refused(monkeypatch, capsys, command)
    assert "no USB serial port" in reported and "make board" in reported


def test_other_serial_ports_are_not_taken_for_a_board(monkeypatch, capsys):
    assert "no USB serial port" in refused(monkeypatch, capsys, "deploy", there=[Usb("/dev/ttyS0", None)])


def test_the_only_likely_port_is_taken():
    assert ports.chosen("", "deploy", [Usb("/dev/ttyS0", None), Usb("/dev/ttyUSB3")]) == "/dev/ttyUSB3"


def test_of_several_boards_none_is_taken_and_all_are_named(monkeypatch, capsys):
    reported = refused(monkeypatch, capsys, "deploy", there=[Usb("/dev/ttyUSB0"), Usb("/dev/ttyUSB1", 0x1A86)])
    assert "/dev/ttyUSB0" in reported and "/dev/ttyUSB1" in reported and "curfew deploy --port /dev/ttyUSB0" in reported


def test_a_port_that_is_not_there_is_named(monkeypatch, capsys):
    assert "/dev/ttyUSB9 is not there" in refused(monkeypatch, capsys, "deploy", "--port", "/dev/ttyUSB9")


def test_a_file_is_no_serial_port(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be used" in refused(monkeypatch, capsys, "deploy", "--port", str(tmp_path / "file"))


def test_a_port_in_use_is_named_and_the_controller_runs_on(bench, monkeypatch, capsys):
    with serial.Serial(bench.board.port, exclusive=True):
        assert "in use by another program" in refused(monkeypatch, capsys, "deploy", "--port", bench.board.port)
    assert bench.board.starts == [1]


def test_a_port_with_nothing_behind_it_is_no_micropython(monkeypatch, capsys):
    monkeypatch.setattr(link, "TAKE_OVER_S", 0.5)
    holder, end = pty.openpty()
    reported = refused(monkeypatch, capsys, "deploy", "--port", os.ttyname(end))
    os.close(holder)
    os.close(end)
    assert "no MicroPython prompt" in reported or "broke" in reported


def test_a_program_that_crashes_at_every_start_is_interrupted_all_the_same(bench):
    bench.run("import os;os.remove('a/manifest.txt')")
    bench.until_said("PROGRAM_CORRUPT")
    outcome = bench.deploy(BUILT)
    assert (outcome.slot, bench.written) == ("a", ["a/manifest.txt"])


# --- a board that will not do ----------------------------------------------------------------------------------------


def test_a_new_board_gets_the_settings_of_the_build_that_was_named_and_keeps_them(fresh):
    deploy.deploy(fresh.board.port, BUILT, Console(file=io.StringIO()), build="full")
    held = json.loads(fresh.run("print(open('settings.json').read())"))
    assert held["display_clk_pin"] == 4 and [one["sensor"] for one in held["burners"]] == [True, True]
    with pytest.raises(BoardError, match="has settings already.*reset-settings.*--build basic"):
        deploy.deploy(fresh.board.port, BUILT, Console(file=io.StringIO()), build="basic")


@pytest.mark.parametrize("chip", ["ESP32S3", "ESP32C3", "ESP32C6"])
def test_settings_for_another_chip_are_refused_before_anything_is_written(bench, monkeypatch, chip):
    monkeypatch.setattr(plan, "chip_of", lambda machine: chip)  # the settings name none: a plain one is meant
    reported = bench.refused(program_with("www/style.css.gz", PAGE))
    assert f"chip: ESP32 is not this board's, {chip}; nothing was changed" in reported
    assert bench.written == []
    (row,) = [row for row in doctor.board(bench.board.port) if row.what == "settings"]
    assert (row.state, row.found) == (doctor.NEEDED, f"settings.json: chip: ESP32 is not this board's, {chip}")
    assert row.fix.startswith("curfew reset-settings")


def test_a_drive_by_level_is_deployed_only_after_a_question_that_says_what_a_crash_does(fresh):
    settings = {**json.loads(BUILT.settings), "relay_drive": "level"}
    fresh.run(f"f=open('settings.json','w');f.write({json.dumps(settings)!r});f.close()")
    assert "contact stays closed; nothing but the knob ends it" in fresh.refused(BUILT)
    assert fresh.written == []
    asked = []
    deploy.deploy(fresh.board.port, BUILT, Console(file=io.StringIO()), lambda question: not asked.append(question))
    assert len(asked) == 1 and "driven by level" in asked[0]


def test_a_board_that_will_not_do_is_left_as_it_is(bench, monkeypatch):
    monkeypatch.setattr(plan, "VIRTUAL", ())
    reported = bench.refused(program_with("www/style.css.gz", PAGE))
    assert "does not know the pins of this chip" in reported and "nothing was changed" in reported
    assert bench.written == []
    bench.until_said(f"build {BUILT.build} slot a", 2)


# --- on the way ------------------------------------------------------------------------------------------------------


def test_a_file_that_arrives_damaged_leaves_the_old_one(bench, monkeypatch):
    monkeypatch.setattr(link.base64, "b64encode", lambda piece: b"AAAA")
    reported = bench.refused(program_with("www/style.css.gz", PAGE))
    assert "arrived damaged" in reported
    assert plan.running(bench.survey()) == "a"


def test_the_users_ctrl_c_leaves_the_old_program_running(bench, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(link.Link, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.deploy(program_with("www/style.css.gz", PAGE))
    bench.until_said(f"build {BUILT.build} slot a", 2)


def test_the_relay_pins_are_low_and_the_watchdog_is_long_before_anything_is_copied(bench):
    assert "Pin.OUT, value=0" in link._HOLD
    assert link._HOLD.index("Pin.OUT") < link._HOLD.index("WDT(timeout=600000)")
    with link.Link(bench.board.port) as cable:
        cable.take_over()
        assert bench.board.watch_s == 600


def test_a_broken_cable_is_an_error_of_the_cable(bench):
    with pytest.raises(CableError), link.Link(bench.board.port) as cable:
        cable.take_over()
        bench.board.unplug()
        for _ in range(3):
            cable.run("print(1)")


def test_the_compiled_program_with_its_libraries_stays_under_105_kb():
    assert sizes.compiled() < sizes.COMPILED_BYTES_MAX == 105_000
