"""What the firmware costs on the real MicroPython VM: nothing in any tick, 72 KiB in all, 22 kB for its core."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from benchmarks import counts, memory, rig
from benchmarks.on_the_vm import measured
from host_tests.fixtures.seeded_firmware import seeded_build
from simulator import run, run_settings, scenario
from simulator.realtime import process

VM = Path(__file__).resolve().parent
TINY = (run.FAKES / "tiny",)

# Burns in which nearly everything changes at one time or another.
FAMILIES = {
    "two burners": {
        "stove": {"burners": 2},
        "events": [
            {"at": "0:00:05", "do": "light"},
            {"at": "0:00:06", "do": "light", "burner": 1},
            {"at": "0:00:30", "do": "press"},
            {"at": "0:00:31", "do": "double_press", "burner": 1},
            {"at": "0:00:40", "do": "remote_off", "burner": 1, "source": "voice"},
            {"at": "0:00:41", "do": "remote_arm"},
            {"at": "0:00:42", "do": "remote_extend"},
            {"at": "0:00:50", "do": "hold", "burner": 1},
            {"at": "0:01:20", "do": "light", "burner": 1},
            {"at": "0:01:40", "do": "blow_out", "burner": 1},
        ],
    },
    "faults": {
        "stove": {"burners": 2},
        "events": [
            {"at": "0:00:05", "do": "light"},
            {"at": "0:00:10", "do": "light", "burner": 1},
            {"at": "0:00:30", "do": "weld"},
            {"at": "0:00:40", "do": "hold"},
            {"at": "0:00:45", "do": "knob_off"},
            {"at": "0:00:50", "do": "unweld"},
            {"at": "0:01:00", "do": "sensor", "value": "open", "side": "tc", "burner": 1},
            {"at": "0:01:10", "do": "sensor", "value": "ok", "burner": 1},
            {"at": "0:01:15", "do": "hold", "s": 6, "burner": 1},
            {"at": "0:01:30", "do": "button_down"},
            {"at": "0:02:10", "do": "button_up"},
        ],
    },
    "four burners, no sensor, pulse drive": {
        "settings": {"relay_drive": "pulse"},
        "stove": {"burners": 4, "sensor": False},
        "events": [{"at": f"0:00:{4 + number:02}", "do": "press", "burner": number} for number in range(4)],
    },
    "stalls, jumps and resets": {
        "stove": {"burners": 1},
        "events": [
            {"at": "0:00:05", "do": "light"},
            {"at": "0:00:20", "do": "gil_hold", "ms": 1500},
            {"at": "0:00:30", "do": "clock_jump", "ms": -5000},
            {"at": "0:00:50", "do": "reset", "cause": "wdt"},
            {"at": "0:01:00", "do": "services_block", "s": 30},
            {"at": "0:01:10", "do": "light"},
        ],
    },
}
SHIPPED = {"events": [], "settings": run_settings.shipped()}
SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}


def plan_of(family):
    """The plan of a family of events."""
    text = {"name": family, "until": "0:03:00", **FAMILIES[family], "expect": [{"shutoffs": 99}]}
    text["settings"] = {**SHORT, **text.get("settings", {})}
    return scenario.parse(json.dumps(text), json.loads((run.SOURCES / "settings.json").read_text())).plan


def on_the_vm(flash, heap, program, *args, firmware=run.COMPILED, machine=run.MACHINE, links=False):
    """Run a program of host_tests/vm on the VM with flash as its current folder; its lines, and its exit status.

    links: the paths that the heap holds are of one length, wherever this repository lies.
    """
    folders = (firmware, *machine, run.BOARD, VM)
    path = rig.linked(flash, *folders) if links else rig.path_of(*folders)
    code = ["-m", Path(program).stem] if links else [str(VM / program)]  # of a file the VM keeps the real path
    command = [run._micropython(), "-X", f"heapsize={heap}", *code, *map(str, args)]
    done = subprocess.run(command, cwd=flash, env={**os.environ, "MICROPYPATH": path}, capture_output=True, text=True)
    return done.stdout.splitlines(), done.returncode, done.stderr


def figures_in(lines, word):
    """The lines with a number behind a word."""
    return [line for line in lines if line.startswith(word + " ")]


def figure(lines, word):
    """The number behind a word."""
    return next(int(line.split()[1]) for line in lines if line.startswith(word + " "))


def count_allocations(flash, plan, firmware=run.BOARD, heap="1m"):
    """Ticks, and the (time, bytes) of those that allocated."""
    (flash / "plan.json").write_text(json.dumps(plan))
    run.fill(flash, firmware, plan)
    lines, status, errors = on_the_vm(flash, heap, "count_allocations.py", flash / "plan.json")
    assert status == 0 and "broken off" not in lines, (lines[-3:], errors)
    return figure(lines, "ticks"), [line for line in lines if line.startswith("tick ")]


@pytest.mark.sample(1)
@pytest.mark.parametrize("family", FAMILIES)
def test_no_tick_allocates_a_single_byte_steady_or_changing(tmp_path, family):
    ticks, allocating = count_allocations(tmp_path, plan_of(family))
    assert ticks > 5000
    assert allocating == []


@pytest.mark.long
def test_a_tick_that_allocates_would_be_seen(tmp_path):
    # A firmware whose loop makes a list each tick while something conducts.
    firmware = seeded_build(
        tmp_path, ("curfew/hardware/relay.py", "any_closed |= granted[index]", "any_closed = [index]")
    )
    _, allocating = count_allocations(tmp_path, plan_of("two burners"), firmware, "2m")
    assert len(allocating) > 1000


def test_the_whole_program_lives_in_73_kib_and_writes_its_journal_there(tmp_path):
    run.fill(tmp_path, run.BOARD, SHIPPED)
    lines, status, errors = on_the_vm(tmp_path, "73k", "live_in_heap.py", 1500, machine=TINY, links=True)
    assert status == 0, (lines[-5:], errors)
    assert figure(lines, "ticks") == 1500
    assert figure(lines, "conducting") > 100
    assert (tmp_path / "journal.txt").read_text().splitlines()[0].split()[:3] == ["1", "0", "BUTTON"]


@pytest.mark.parametrize("kib", [40, 48, 56])
def test_a_heap_too_small_for_the_core_is_named_with_both_numbers_and_no_contact_closes(tmp_path, kib):
    run.fill(tmp_path, run.BOARD, SHIPPED)
    lines, status, errors = on_the_vm(tmp_path, f"{kib}k", "live_in_heap.py", 1500, machine=TINY, links=True)
    assert status != 0 and not figures_in(lines, "conducting"), (lines, errors)
    said = next(line for line in lines if line.startswith("The contacts stay open."))
    needs, has = map(int, re.findall(r"\d+", said))
    assert needs == 58 * 1024 and 0.95 * kib * 1024 < has < kib * 1024


def test_a_heap_that_is_refused_is_one_in_which_it_does_not_start():
    assert counts.read()["smallest.heap"]["value"] * 1024 > 58 * 1024


def test_the_compiled_core_stays_under_22_kb():
    # Everything but drivers and services.
    names = ("__init__", "core/schema", "bundles/core", "core/limits", "core/settings")
    sizes = {name: (run.COMPILED / "curfew" / f"{name}.mpy").stat().st_size for name in names}
    assert sum(sizes.values()) < 22000


def test_services_that_ended_in_an_error_leave_nothing_behind(tmp_path):
    # MicroPython's asyncio keeps the last such task, and all that it knows, until the next one.
    lines, status, errors = on_the_vm(tmp_path, "169k", "two_lives.py", 20000, machine=())
    assert status == 0, (lines, errors)
    assert errors.count("RuntimeError") + "\n".join(lines).count("RuntimeError") == 2
    assert figure(lines, "held") < 1000


def test_a_module_whose_work_is_over_leaves_nothing_even_where_a_stack_still_holds_it(tmp_path):
    lines, status, errors = on_the_vm(tmp_path, "169k", "used_up.py", machine=())
    assert status == 0, (lines, errors)
    assert lines == ["modules []", "left [False, True]"]


def two_threads(flash, seconds):
    """Run both threads under load; (ticks, worst lateness in ms, rounds of the load, ticks that conducted)."""
    run.fill(flash, run.BOARD, SHIPPED)
    lines, status, errors = on_the_vm(flash, "169k", "two_threads.py", seconds, machine=TINY)
    assert status == 0, (lines[-5:], errors)
    return [figure(lines, word) for word in ("ticks", "late", "rounds", "conducting")]


def test_a_collection_with_all_services_imported_takes_no_longer_than_a_tick_of_two_burners():
    # It holds up both threads. Of processor time, the least of several: what others take of the machine is not in it.
    modules = [name for part in memory.PARTS.values() for name in part]
    found = measured("tick.py", 5, 400, *modules, burners=2, air=True, heap=f"{process.HEAP_KIB}k")
    assert 0 < min(found["collection_ns"]) <= min(found["tick_ns"]), found


def test_two_threads_live_beside_each_other_under_load(tmp_path):
    # Lateness is not judged here: this machine is shared, `make soak` judges it on a quiet one.
    ticks, _, rounds, conducting = two_threads(tmp_path, 20)
    assert ticks == 1000 and rounds > 1000 and conducting > 0


def test_an_off_as_an_event_runs_in_the_sleep_of_the_loop_and_takes_no_byte(tmp_path):
    lines, status, errors = on_the_vm(tmp_path, "1m", "off_at_once.py", machine=())
    assert status == 0, (lines, errors)
    assert [figure(lines, word) for word in ("elsewhere", "bytes")] == [0, 0]
    assert figure(lines, "median") < 10_000 and figure(lines, "taken") < 100, "the loop's sleep is 20 ms long"


@pytest.mark.evidence
def test_two_threads_live_beside_each_other_for_ten_minutes_and_no_tick_is_late(tmp_path):
    ticks, late_ms, rounds, conducting = two_threads(tmp_path, 600)
    print(f"\n{ticks} ticks, the worst {late_ms} ms late, beside {rounds} rounds of load; {conducting} ticks conducted")
    assert ticks == 30000 and conducting > 0
    assert late_ms <= 20
