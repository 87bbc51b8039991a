"""The power goes at every byte and at every operation of every writing: the next start finds the old or the new.

Here: the persistence over a file system that cuts, with a start of the whole controller from what is left;
settings.json torn anywhere; the same on a real LittleFS on the VM (vm/power_cuts.py, vm/cook_over_cuts.py); bugs that
must be seen. Not here: store.py and journal.py by themselves (test_store.py, test_journal.py).
"""

import json
import threading
import types

import pytest

from curfew.core import codes, faults, settings
from curfew.runtime import snapshot
from curfew.runtime.rtc_memory import RtcMemory
from curfew.runtime.supervisor import Link
from curfew.services.persistence import Persistence
from curfew.storage import journal, series
from host_tests.fixtures.cutting_flash import Flash, PowerCut
from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.fixtures.world import Device
from host_tests.vm.test_memory_on_the_vm import SHORT, figure, on_the_vm
from simulator import run, run_settings, scenario
from simulator.result import parse
from simulator.rules import invariants

STORE = run.SOURCES / "curfew" / "storage" / "files.py"
WELDED = 1 << faults.CONTACT_WELDED
NO_FAULT = ([0] * 4, [250, 0, 0, 0])
WELD_STORED = ([WELDED, 0, 0, 0], [250, 0, 0, 0])
FIRST, SECOND = "1 0 BUTTON 5 0", "2 1 TIMEOUT 60 0"


# --- the persistence, cut at every step -------------------------------------------------------------------------------


class Leave:
    """The loop's leave to write, withdrawn after it was asked so many times; None: never."""

    def __init__(self, times=None):
        self.times = times
        self.asked = 0

    def __getitem__(self, _):
        self.asked += 1
        return 1 if self.times is None or self.asked <= self.times else 0


def put(flash):
    """This flash under the store that the journal uses now."""
    journal.files.open, journal.files.os = flash.open, flash


def keep(flash, leave=None):
    """One round of the persistence: a second shut-off is waiting for the journal, a weld for the state."""
    put(flash)
    shutoffs = RtcMemory(b"")
    shutoffs.note_shutoff(0, codes.BUTTON, 0, 5, 0)
    shutoffs.note_shutoff(1, codes.TIMEOUT, 0, 60, 0)
    link = Link(None, snapshot.Snapshot(2, threading.Lock()))
    link.flash_allowed = leave or Leave()
    link.snapshot.values[snapshot.SNAP_FAULTS_RAISED] = WELDED
    link.snapshot.values[snapshot.SNAP_HEALTH_REF_PERMILLE] = 250
    Persistence(link, shutoffs, journal.last_seq(), 2, *journal.read_state()).poll()
    return link.flash_allowed.asked


def begun(monkeypatch, text=None):
    """The files with the first shut-off and no fault; text: another store.py, with which everything is done."""
    module = types.ModuleType("files")
    exec(text or STORE.read_text(), module.__dict__)
    monkeypatch.setattr(journal, "files", module)
    monkeypatch.setattr(series, "files", module)
    flash = Flash()
    put(flash)
    module.replace(journal.JOURNAL_PATH, [FIRST], lambda: True)
    journal.write_state(*NO_FAULT, lambda: True)
    return flash.files


def left_on(files):
    """What the next start reads: (shut-offs, state), or the exception that it died of."""
    put(Flash(files))
    try:
        return list(journal.files.lines(journal.JOURNAL_PATH)), journal.read_state()
    except Exception as error:
        return error


def every_cut(files, lazy=False):
    """The files after each cut of a round of the persistence, and after each withdrawal of its leave."""
    whole = Flash(files, lazy=lazy)
    asked = keep(whole)
    for cut_at in range(whole.steps):
        flash = Flash(files, cut_at, lazy)
        with pytest.raises(PowerCut):
            keep(flash)
        yield f"cut at {cut_at}", flash.files
    for times in range(asked):
        flash = Flash(files, lazy=lazy)
        keep(flash, Leave(times))
        yield f"leave withdrawn after {times}", flash.files
    yield "whole", whole.files


WHOLE = (([FIRST], NO_FAULT), ([FIRST, SECOND], NO_FAULT), ([FIRST, SECOND], WELD_STORED))


@pytest.mark.sample(1)
@pytest.mark.parametrize("lazy", [False, True])
def test_a_cut_at_any_byte_of_the_persistence_leaves_each_file_old_or_new(monkeypatch, lazy):
    seen = [left_on(files) for _, files in every_cut(begun(monkeypatch), lazy)]
    assert [found for found in seen if found not in WHOLE] == []
    assert all(found in seen for found in WHOLE)


@pytest.mark.sample(1)
@pytest.mark.parametrize("first", range(12))
def test_after_any_cut_the_controller_starts_open_and_its_journal_goes_on(monkeypatch, tmp_path, first):
    cut = list(every_cut(begun(monkeypatch)))
    assert len(cut) > len(FIRST + SECOND), "one at every byte"
    for count, (where, files) in list(enumerate(cut))[first::12]:
        folder = tmp_path / str(count)
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        monkeypatch.chdir(folder)
        shutoffs, (stored, _) = left_on(files)
        start_and_cook(folder, "FAULT" if stored[0] else "IDLE", shutoffs, where)


def violations(lines, plan, old):
    """What the invariants say of a run, which does not know the `old` first shut-offs of its journal."""
    return invariants.check(parse(line for line in lines if not is_old(line, old)), plan)


def is_old(line, old):
    return line.startswith("#journal ") and line.split()[2].isdigit() and int(line.split()[2]) <= old


def start_and_cook(folder, state, shutoffs, where):
    """Start; burner 0 goes to that state and nothing conducts; then burner 1 adds a line to these shut-offs."""
    device = Device(folder, burners=2, sensor=False, idle=False, reclose_hold_s=3)
    device.run_for(s=5)
    assert (device.state(0), device.state(1)) == (state, "IDLE"), where
    assert all(line["coil"] == "off" for line in parse(device.lines).trace), where
    device.press(1)
    device.until_state("BURNING", 1, at_most_s=1)
    device.hold(burner=1)
    device.run_for(ms=200)
    device.world.end()
    assert violations(device.lines, device.plan, len(shutoffs)) == [], where
    lines = (folder / "journal.txt").read_text().splitlines()[:-1]
    assert lines[:-1] == shutoffs and lines[-1].split()[:3] == [str(len(shutoffs) + 1), "1", "BUTTON"], where


RENAME, OPEN = "os.rename(aside, path)", 'with open(aside, "wb") as file:'
NEWEST = """def _newest(path):
    try:
        open(path + ".new", "rb").close()
        return path + ".new"
    except OSError:
        return path
"""
COUNT = "def count(path: str) -> int:"
NO_CHECKSUM = "no checksum"  # no cut alone needs it, a block that goes bad does
BUGS = {  # what to replace by what, pair by pair
    "the name is taken before the content is there": (
        (RENAME, "pass"),
        (OPEN, 'open(aside, "wb").close()\n    os.rename(aside, path)\n    with open(path, "wb") as file:'),
    ),
    "written in place": ((RENAME, "pass"), ('path + ".new"', "path")),
    "the old is removed before the new has its name": (
        (RENAME, f"if count(path):\n        os.remove(path)\n    {RENAME}"),
    ),
    "the rest of an interrupted writing is taken for the file": (
        (f"{COUNT}\n", f"{COUNT}\n    path = _newest(path)\n"),
        ("with open(path) as file:", "with open(_newest(path)) as file:"),
        ("def count(", f"{NEWEST}\n\n\ndef count("),
    ),
    NO_CHECKSUM: ((' if line == b"#%04x\\n" % crc and not file.read(1) else 0', ""),),
}


def broken(bug):
    """The text of store.py with a bug in it."""
    text = STORE.read_text()
    for old, new in BUGS[bug]:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.long
@pytest.mark.sample(1)
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug != NO_CHECKSUM])
def test_a_store_with_a_bug_would_be_seen(monkeypatch, bug):
    seen = [left_on(files) for _, files in every_cut(begun(monkeypatch, broken(bug)))]
    assert any(found not in WHOLE for found in seen)


# --- settings.json ---------------------------------------------------------------------------------------------------


def changed(**keys):
    """The shipped settings.json with other values."""
    return json.dumps({**run_settings.shipped(), **keys}, indent=2) + "\n"


FOUR = changed(burners=[{"relay_pin": relay, "button_pin": button} for relay, button in run_settings.PINS])


def loaded(monkeypatch, tmp_path, capsys, data):
    """(the settings, refused, what was printed) of a start with these bytes as settings.json."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.json").write_bytes(data)
    now, refused = settings.load()
    return [vars(now), *map(vars, now.burners)], refused, capsys.readouterr().out


@pytest.mark.parametrize("text", [changed(), FOUR], ids=["shipped", "four"])
def test_settings_torn_off_at_any_byte_are_refused_or_are_whole(monkeypatch, tmp_path, capsys, text):
    data = text.encode()
    whole = loaded(monkeypatch, tmp_path, capsys, data)
    assert whole[1:] == (False, "")
    for length in range(len(data.rstrip())):
        _, refused, printed = loaded(monkeypatch, tmp_path, capsys, data[:length])
        assert refused and printed.startswith("SETTINGS_INVALID: settings.json:"), length
    assert loaded(monkeypatch, tmp_path, capsys, data.rstrip())[0][1:] == whole[0][1:]


@pytest.mark.parametrize("length", [0, 1, 200, len(changed()) - 3])
def test_with_torn_settings_the_controller_starts_with_the_fault_and_never_conducts(world, length):
    device = world(settings_text=changed()[:length] or " ", idle=False)
    device.until(lambda: device.loop is not None)
    device.run_for(s=1)
    assert device.fault() == "SETTINGS_INVALID"
    device.press()
    device.hold()
    assert device.contact() == "open"


# --- a file that cannot be read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [journal.JOURNAL_PATH, journal.STATE_PATH])
def test_a_file_that_the_flash_cannot_read_any_more_does_not_keep_the_controller_from_starting(world, name):
    device = world(sensor=False, idle=False)
    (device.folder / name).mkdir()  # opening it is an error, but not that there is none
    device.run_for(s=15)
    assert [line for line in device.lines if line.startswith(("#up", "#down"))] == ["#up 1000"]
    assert device.state() == "IDLE"


# --- a real LittleFS -------------------------------------------------------------------------------------------------


def cuts(flash, word, firmware=run.COMPILED, seed=1):
    """The lines of vm/power_cuts.py."""
    lines, status, errors = on_the_vm(flash, "8m", "power_cuts.py", word, seed, firmware=firmware)
    assert status == 0, (lines[-3:], errors)
    return lines


@pytest.mark.sample(1)
@pytest.mark.parametrize("word", ["journal", "state", "settings"])
def test_a_cut_at_any_operation_of_littlefs_leaves_the_old_or_the_new(tmp_path, word):
    lines = cuts(tmp_path, word)
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert lines.count("kinds 3") == 2, "not every kind of writing came about"
    assert figure(lines, "old") > 100 and figure(lines, "new") > 10
    assert figure(lines, "reads") < 2 * 512, "a start reads the flash more than twice"


def test_cut_after_cut_on_one_flash_no_file_suffers_from_the_writing_of_another(tmp_path):
    lines = cuts(tmp_path, "rows")
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert figure(lines, "old") > 100 and figure(lines, "new") > 50


def test_a_full_flash_keeps_the_old_and_takes_the_new_once_there_is_room(tmp_path):
    lines = cuts(tmp_path, "full")
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert figure(lines, "cuts") > 50 and figure(lines, "refused") > 10


def test_a_block_that_decays_makes_the_journal_nothing_but_never_a_mixture(tmp_path):
    lines = cuts(tmp_path, "decayed")
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert figure(lines, "nothing") > 0 and figure(lines, "new") > 0


SEEN_ON_THE_VM = {
    "the name is taken before the content is there": "journal",
    "the old is removed before the new has its name": "journal",
    NO_CHECKSUM: "decayed",
}


@pytest.mark.long
@pytest.mark.sample(1)
@pytest.mark.parametrize("bug", SEEN_ON_THE_VM)
def test_a_store_with_a_bug_would_be_seen_on_the_vm(tmp_path, bug):
    whole = (run.SOURCES / "curfew" / "storage" / "files.py").read_text()
    firmware = seeded_build(tmp_path, ("curfew/storage/files.py", whole, broken(bug)))
    lines = cuts(tmp_path, SEEN_ON_THE_VM[bug], firmware / "a")
    assert any(line.startswith("FAILED") for line in lines)


# --- the whole firmware on it ----------------------------------------------------------------------------------------

COOK = {
    "name": "a weld, an off, and a power cut while it is written",
    "until": "0:00:25",
    "settings": {**SHORT, "relay_drive": "level"},  # a pump would stop for the weld, and no contact close
    "stove": {"burners": 2},
    "events": [
        {"at": "0:00:04", "do": "light", "hold_s": 5},
        {"at": "0:00:11", "do": "weld"},
        {"at": "0:00:12", "do": "hold"},
        {"at": "0:00:14", "do": "knob_off"},
        {"at": "0:00:14.500", "do": "power_on"},
        {"at": "0:00:19", "do": "press", "burner": 1},
        {"at": "0:00:21", "do": "hold", "burner": 1},
    ],
}
BACK_MS, PRESS_MS = 14_500, 19_000


@pytest.mark.long
def test_the_firmware_cut_while_it_writes_starts_open_on_what_is_left_and_its_journal_goes_on(tmp_path):
    plan = scenario.parse(json.dumps(COOK), run_settings.shipped()).plan
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    lines, status, errors = on_the_vm(
        tmp_path, "8m", "cook_over_cuts.py", tmp_path / "plan.json", 1, run.BOARD / "boot.py"
    )
    assert status == 0, (lines[-3:], errors)
    firsts = []
    for text in "\n".join(lines).split("#cut ")[1:]:
        where, *said = text.splitlines()
        kept = [line.split()[1:] for line in said if line.startswith("#kept ")]
        run_lines = [line for line in said if not line.startswith(("#kept", "#stored"))]
        # S20: the cut is no event of the plan; that nothing else ends the program is asserted below.
        assert [found for found in violations(run_lines, plan, 30) if found[0] != "S20"] == [], where
        result = parse(run_lines)
        assert [mark[2] for mark in result.marks if mark[0] == "down"] == ["power"], where
        after = [line for line in result.trace if BACK_MS < line["t_ms"] < PRESS_MS]
        assert all(line["coil"] == "off" for line in after) and after[-1]["state"] == "IDLE", where
        assert result.at(0, PRESS_MS)["fault"] == "CONTACT_WELDED", where
        assert [words[0] for words in kept] == [str(number + 1) for number in range(len(kept))], where
        assert len(kept) in (31, 32) and kept[-1][1:3] == ["1", "BUTTON"], where
        assert said[-1] == f"#stored {WELDED}", where
        firsts.append(len(kept) == 32)
    assert len(firsts) >= 30
    assert True in firsts and False in firsts, "the shut-off before the cut: written, and lost"
