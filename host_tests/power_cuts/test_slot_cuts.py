"""A power cut at any operation of an update, its trial and its proof leaves one whole program that starts.

Here: a real LittleFS on the VM with the compiled receiver and the starter (vm/slot_cuts.py), and bugs that must be
seen. Not here: files that are not programs (test_power_cuts.py), who may send one (test_update.py).
"""

import shutil

import pytest

from host_tests.fixtures.seeded_firmware import seeded
from host_tests.vm.test_memory_on_the_vm import figure, on_the_vm
from simulator import run


def cuts(flash, *words, starter=run.BOARD, program=run.COMPILED):
    """The lines of vm/slot_cuts.py."""
    machine = (program / "lib", starter, run.FAKES / "tiny")
    lines, status, errors = on_the_vm(flash, "8m", "slot_cuts.py", *words, firmware=program, machine=machine)
    assert status == 0, (lines[-3:], errors)
    return lines


def test_a_cut_at_any_operation_leaves_the_old_or_the_new_program_and_the_next_update_comes(tmp_path):
    lines = cuts(tmp_path, 1)
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert figure(lines, "operations") > 40
    assert figure(lines, "old") > 60 and figure(lines, "trial") > 3 and figure(lines, "proved") > 0


def test_a_full_flash_refuses_the_update_and_keeps_the_old_program(tmp_path):
    lines = cuts(tmp_path, 1, "full")
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert figure(lines, "old") > 2 and figure(lines, "trial") > 2


BUGS = {
    "a trial is not noted before it is tried": ("not tried and note(active, slot, way):", "not tried:"),
    "a trial is noted as if it were a new one": ('text += "trial %s tried', 'text += "trial %s new'),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("bug", BUGS)
def test_a_starter_with_a_bug_would_be_seen(tmp_path, bug):
    firmware = seeded(tmp_path, ("starter.py", *BUGS[bug]))
    folder = tmp_path / "starter"
    folder.mkdir()
    shutil.copyfile(firmware / "starter.py", folder / "starter.py")
    assert any(line.startswith("FAILED") for line in cuts(tmp_path, 1, starter=folder))
