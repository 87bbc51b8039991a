"""The starter: which slot it chooses, what it calls a whole program, and that it never lets a wrong byte in.

Here: starter.py, main.py and slots.py by themselves, on files. Not here: a whole controller on them (the scenarios
about programs), power cuts (test_slot_cuts.py), who brings a program (test_update.py).
"""

import importlib.util
import json
import random
import sys

import pytest

from curfew.services.update import slots
from curfew.storage import files as store
from host_tests.boot.test_boot import FakeChip
from host_tests.fixtures.cutting_flash import Flash, PowerCut
from host_tests.vm.test_memory_on_the_vm import figure, on_the_vm
from simulator import run
from simulator.inside import lent
from tools.build import manifest

PROGRAM = {"program.py": b"A", "curfew/safety.mpy": b"gate" * 500, "www/page.gz": b"page", "entities.txt": b""}


class Chip(FakeChip):
    """With a clock whose highest frequency can be chosen."""

    highest_hz, hz = 240_000_000, 160_000_000

    def freq(self, hz):
        if hz > self.highest_hz:
            raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz or 160MHz")
        self.hz = hz


@pytest.fixture
def chip():
    return Chip()


@pytest.fixture
def starter(chip, tmp_path, monkeypatch):
    """The starter as a module, on a flash in tmp_path; `said` is what it printed."""
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("starter", run.SOURCES / "starter.py")
    module = importlib.util.module_from_spec(spec)
    with lent({"machine": chip}):
        spec.loader.exec_module(module)
    module.said = []
    module.print = lambda *words: module.said.append(" ".join(map(str, words)))
    module.time = chip
    return module


def put(slot, files, folder=None):
    """A whole program in a slot."""
    folder = folder or run.Path.cwd()
    for name, data in files.items():
        (folder / slot / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / slot / name).write_bytes(data)
    return manifest.write(folder / slot, "0.1.0")


def note(*lines):
    assert store.replace("slot.txt", lines, lambda: True)


# --- which slot ------------------------------------------------------------------------------------------------------


def test_without_slot_txt_slot_a_runs(starter):
    put("a", PROGRAM)
    assert starter.choose() == ("a", "")
    assert starter.said == []


def test_the_active_slot_runs_and_the_other_one_when_it_is_not_whole(starter):
    put("a", PROGRAM)
    put("b", PROGRAM)
    note("active b")
    assert starter.choose() == ("b", "")
    run.Path("b/program.py").write_bytes(b"B")
    assert starter.choose() == ("a", "")
    assert starter.said == ["PROGRAM_CORRUPT: slot b: program.py is not as it was built"]


def test_a_pending_program_is_tried_once_and_then_rolled_back(starter):
    put("a", PROGRAM)
    put("b", PROGRAM)
    note("active a", "trial b new air")
    assert starter.choose() == ("b", "air")
    assert list(store.lines("slot.txt")) == ["active a", "trial b tried air"]
    assert starter.choose() == ("a", "")
    assert list(store.lines("slot.txt")) == ["active a"]
    assert starter.said == ["New program in slot b: was not confirmed. Back to slot a."]


def test_a_confirmed_program_stays(starter, monkeypatch):
    put("a", PROGRAM)
    put("b", PROGRAM)
    note("active a", "trial b new cable")
    assert starter.choose() == ("b", "cable")
    monkeypatch.setattr(slots, "here", "b")
    assert slots.mark_confirmed(lambda: True)
    assert starter.choose() == ("b", "")


def test_what_the_program_writes_the_starter_reads(starter, monkeypatch):
    monkeypatch.setattr(slots, "here", "b")
    assert slots.mark_pending("air", lambda: True)
    assert starter.read() == ("b", "a", False, "air")
    assert starter.note("b", "a", "air") and starter.read() == ("b", "a", True, "air")
    assert list(store.lines("slot.txt")) == ["active b", "trial a tried air"]
    assert not slots.mark_pending("air", lambda: False) and starter.read() == ("b", "a", True, "air")


def test_a_pending_program_whose_try_cannot_be_recorded_is_not_tried(starter):
    put("a", PROGRAM)
    put("b", PROGRAM)
    note("active a", "trial b new air")
    run.Path("slot.txt.new").mkdir()  # writing it is an error
    assert starter.choose() == ("a", "")


@pytest.mark.parametrize("text", [b"", b"active b\n", b"active b\n#0000\n", b"#", b"\xff\xfe#zz", b"active b\n#12"])
def test_a_slot_txt_that_is_not_whole_counts_as_none(starter, text):
    put("a", PROGRAM)
    put("b", PROGRAM)
    run.Path("slot.txt").write_bytes(text)
    assert starter.choose() == ("a", "")


def test_a_cut_at_any_byte_of_slot_txt_leaves_the_old_or_the_new_note(starter, monkeypatch):
    before, after = ("a", "b", False, "air"), ("a", "b", True, "air")
    note("active a", "trial b new air")
    old = {"slot.txt": run.Path("slot.txt").read_bytes()}
    flash = Flash(old)
    monkeypatch.setattr(starter, "open", flash.open, raising=False)
    monkeypatch.setattr(starter, "os", flash)
    starter.note("a", "b", "air")
    seen = set()
    for lazy in (False, True):
        for cut_at in range(flash.steps + 5):
            torn = Flash(old, cut_at=cut_at, lazy=lazy)
            monkeypatch.setattr(starter, "open", torn.open)
            monkeypatch.setattr(starter, "os", torn)
            try:
                starter.note("a", "b", "air")
            except PowerCut:
                pass
            monkeypatch.setattr(starter, "open", Flash(torn.files).open)
            seen.add(starter.read())
    assert seen == {before, after}


# --- a whole program -----------------------------------------------------------------------------------------------


def test_every_bit_of_every_file_counts(starter):
    text = put("a", PROGRAM)
    rng = random.Random(1)
    for name, data in [*PROGRAM.items(), (manifest.NAME, text.split("#")[0].encode())]:
        whole = run.Path("a", name).read_bytes()
        bits = range(8 * len(data)) if len(data) < 40 else [rng.randrange(8 * len(data)) for _ in range(150)]
        for bit in bits:
            if name == manifest.NAME and bit // 8 < text.index(" ", 7):
                continue  # the word and the version before the build id: reported, not trusted
            torn = bytearray(whole)
            torn[bit // 8] ^= 1 << bit % 8
            run.Path("a", name).write_bytes(torn)
            assert starter.fault("a") is not None, (name, bit)
        run.Path("a", name).write_bytes(whole)
    assert starter.fault("a") is None


@pytest.mark.parametrize("name", [*PROGRAM, manifest.NAME])
def test_a_file_that_is_cut_or_missing_is_found(starter, name):
    put("a", PROGRAM)
    data = run.Path("a", name).read_bytes()
    if data:
        run.Path("a", name).write_bytes(data[: len(data) // 2])
        assert starter.fault("a") is not None
    run.Path("a", name).unlink()
    assert starter.fault("a") == name + " cannot be read"


@pytest.mark.parametrize("name", ["safety.py", "curfew/core/safety.py", "curfew/deep/more.mpy", "lib/x.mpy"])
def test_a_program_file_too_many_is_found_because_an_import_could_find_it_first(starter, name):
    put("a", PROGRAM)
    run.Path("a", name).parent.mkdir(parents=True, exist_ok=True)
    run.Path("a", name).write_bytes(b"")
    assert starter.fault("a") == "a program file that is not in manifest.txt"


def test_the_manifest_of_the_build_is_that_of_the_tool_and_its_id_follows_from_the_bytes(starter, tmp_path):
    text = put("a", PROGRAM)
    assert put("a", PROGRAM) == text
    first, *rows, seal = text.splitlines()
    assert first == f"curfew 0.1.0 {manifest.build_id(text)}"
    assert [row.split()[2] for row in rows] == sorted(PROGRAM)
    assert store.count("a/manifest.txt") == len(rows) + 1 and seal[0] == "#"
    assert manifest.build_id(manifest.text("0.1.0", {**PROGRAM, "www/page.gz": b"pagf"})) != manifest.build_id(text)
    assert manifest.build_id(manifest.text("9", PROGRAM)) == manifest.build_id(text), "the same bytes, the same id"


# --- the way in ----------------------------------------------------------------------------------------------------


def started(starter):
    path = sys.path[:]
    try:
        with lent({}):
            return starter.start()
    finally:
        sys.path[:] = path
        for name in [name for name in sys.path_importer_cache if not name.startswith("/")]:
            del sys.path_importer_cache[name]


def test_the_program_is_imported_from_its_slot(starter, chip):
    put("a", {"program.py": b"WHO = 'a'\n"})
    put("b", {"program.py": b"WHO = 'b'\n"})
    note("active a", "trial b new air")
    program, slot, trial = started(starter)
    assert (program.WHO, slot, trial, chip.done) == ("b", "b", "air", [])


def test_without_a_whole_program_it_says_so_and_how_to_repair_it_and_tries_again(starter, chip):
    assert started(starter) is None
    assert chip.done == ["sleep 5000", "reset"]
    assert "curfew deploy" in starter.said[-1]
    assert [line.split(":")[1] for line in starter.said[:-1]] == [" slot a", " slot b"]


def test_a_program_that_cannot_be_imported_is_reported_and_tried_again(starter, chip):
    starter.sys = type("Sys", (), {"path": [], "print_exception": lambda error: starter.said.append(repr(error))})
    put("a", {"program.py": b"1 / 0\n"})
    path = sys.path[:]
    starter.sys.path = sys.path
    try:
        assert started(starter) is None
    finally:
        sys.path[:] = path
    assert starter.said[0].startswith("ZeroDivisionError") and chip.done == ["sleep 5000", "reset"]


def test_ctrl_c_gets_the_prompt_and_ten_minutes(starter, chip, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(starter, "choose", interrupted)
    assert started(starter) is None
    assert chip.done == ["WDT 600000"]
    monkeypatch.undo()


# --- the chip's speed and words -------------------------------------------------------------------------------------


def test_the_chip_runs_at_full_speed_and_says_nothing_of_its_own_on_the_cable(starter, chip):
    said = []
    esp = type("esp", (), {"LOG_NONE": 0, "osdebug": lambda *level: said.append(level)})
    with lent({"esp": esp}):
        starter.prepare()
    assert chip.hz == 240_000_000
    assert said == [(0, 0)], "osdebug(None) would only go back to errors"


def test_a_chip_that_ends_at_160_mhz_starts_all_the_same(starter, chip):
    chip.highest_hz = 160_000_000
    with lent({"esp": type("esp", (), {"LOG_NONE": 0, "osdebug": lambda *_: None})}):
        starter.prepare()
    assert chip.hz == 160_000_000


def test_a_micropython_without_these_calls_starts_all_the_same(starter, chip):
    starter.prepare()
    assert chip.hz == 160_000_000


# --- on the VM -----------------------------------------------------------------------------------------------------


def test_the_whole_program_is_checked_and_imported_on_the_vm_in_300_ms(tmp_path):
    run.fill(tmp_path, run.BOARD, {"events": [], "settings": json.loads((run.SOURCES / "settings.json").read_text())})
    took_ms = []
    for _ in range(5):  # the quickest: other work on this machine only adds
        chip = (run.ROOT / "simulator/fakes/tiny",)
        lines, status, errors = on_the_vm(tmp_path, "1m", "time_the_start.py", machine=chip)
        assert status == 0, (lines, errors)
        assert figure(lines, "modules") > 20
        took_ms.append(figure(lines, "check") + figure(lines, "import"))
    assert min(took_ms) < 300
