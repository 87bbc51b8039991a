"""Every scenario of scenarios, on the real VM and on CPython: its verdict, and the two alike.

Here: nothing but playing the files. What a scenario wants stands in its own file, with its reason in `about`.
"""

import json
from pathlib import Path

import pytest

from simulator import run, scenario, times
from simulator.play import Verdict, difference, play, play_inside

FOLDER = run.ROOT / "scenarios"
LONG_MS = 30 * 60_000  # of stove time: in the long set


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
