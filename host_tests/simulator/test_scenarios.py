"""Every scenario of scenarios, on the real VM, on CPython and on a VM of 32 bits: its verdict, and all alike.

Here: nothing but playing the files. What a scenario wants stands in its own file, with its reason in `about`.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import __main__, run, scenario, times
from simulator.play import Verdict, difference, play, play_inside

FOLDER = run.ROOT / "scenarios"
LONG_MS = 10 * 60_000  # of stove time: in the long set


def marked(path: Path):
    until_ms = times.parse_time(json.loads(path.read_bytes())["until"])
    marks = [pytest.mark.long] if until_ms > LONG_MS else []
    return pytest.param(path, id=path.stem, marks=marks)


FILES = [marked(path) for path in sorted(FOLDER.glob("*/*.json"))]
AGAIN = ".venv/bin/python -m simulator run {} --vm {}"


def complaints(vm: str, path: Path, verdict: Verdict) -> str:
    """One line for everything that was wrong with a run, and the command that repeats it."""
    died = [f"{vm}: {verdict.died}"] if verdict.died else []
    broken = [f"{vm}: {name}: {text}" for name, text in verdict.failed_invariants]
    failed = [f"{vm}: {text}" for text in verdict.failed_expectations]
    return "\n".join([*died, *failed, *broken, "again: " + AGAIN.format(path.relative_to(run.ROOT), vm)])


def test_there_are_scenarios():
    assert len(FILES) >= 48, f"{FOLDER} holds {len(FILES)} files"


@pytest.mark.parametrize("path", FILES)
def test_scenario(path):
    wanted = scenario.load(path)
    assert wanted.name == path.stem.replace("_", " "), "name and file name differ"
    assert wanted.about, "says nothing about itself"
    assert wanted.expectations, "expects nothing"
    verdict = play(wanted, "micropython")
    assert verdict.passed, complaints("micropython", path, verdict)


@pytest.mark.sample(12)
@pytest.mark.parametrize("path", FILES)
def test_scenario_goes_the_same_on_cpython(path):
    wanted = scenario.load(path)
    verdict = play_inside(wanted)
    assert verdict.passed, complaints("cpython", path, verdict)
    assert not difference(play(wanted, "micropython"), verdict)


# --- the third machine ------------------------------------------------------------------------------------------------


@pytest.mark.sample(2)
@pytest.mark.parametrize("path", FILES)
def test_scenario_goes_the_same_on_webassembly(path):
    wanted = scenario.load(path)
    verdict = play(wanted, "wasm")
    assert verdict.passed, complaints("wasm", path, verdict)
    assert not difference(play_inside(wanted), verdict)


def shortest():
    return min(FOLDER.glob("*/*.json"), key=lambda path: scenario.load(path).plan["until_ms"])


def test_a_run_on_cpython_needs_nothing_of_the_wheel_of_the_vm():
    hidden = "import sys\nsys.modules['micropython'] = None\nfrom simulator import __main__\n"
    words = [
        sys.executable,
        "-c",
        hidden + "sys.exit(__main__.main(sys.argv[1:]))",
        "run",
        shortest(),
        "--vm",
        "cpython",
    ]
    done = subprocess.run(words, cwd=run.ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("ok "), done.stdout + done.stderr


@pytest.mark.limit(60)
def test_where_no_native_vm_is_its_webassembly_build_does_its_work_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(run, "native_vm", lambda: None)
    assert __main__.main(["run", str(shortest())]) == 0
    said = capsys.readouterr()
    assert "(wasm, seed" in said.out and "WebAssembly" in said.err and said.err.count("\n") == 1


@pytest.mark.limit(60)
def test_a_test_that_needs_the_native_vm_says_so_and_is_skipped_without_it():
    hidden = "import sys, pytest\nfrom simulator import run\nrun.native_vm = lambda: None\npytest.main(sys.argv[1:])"
    test = "host_tests/hardware/test_clock.py::test_on_the_vm_it_waits_while_the_heap_is_locked"
    words = [sys.executable, "-c", hidden, "-rs", "-n", "0", test]
    said = subprocess.run(words, cwd=run.ROOT, capture_output=True, text=True, timeout=50).stdout
    assert "1 skipped" in said and "no native `micropython`" in said, said
