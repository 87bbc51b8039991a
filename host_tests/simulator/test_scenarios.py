"""Every scenario of scenarios, on the real VM and on CPython: its verdict, and the two alike.

Here: nothing but playing the files. What a scenario wants stands in its own file, with its reason in `about`.
"""

import pytest

from simulator import run, scenario
from simulator.play import Verdict, difference, play, play_inside

FOLDER = run.ROOT / "scenarios"
FILES = sorted(FOLDER.glob("*/*.json"))
AGAIN = ".venv/bin/python -m simulator run {} --vm {}"


def complaints(vm: str, verdict: Verdict) -> list[str]:
    """One line for everything that was wrong with a run; empty when nothing was."""
    died = [f"{vm}: {verdict.died}"] if verdict.died else []
    broken = [f"{vm}: {name}: {text}" for name, text in verdict.failed_invariants]
    return died + [f"{vm}: {text}" for text in verdict.failed_expectations] + broken


def test_there_are_scenarios():
    assert len(FILES) >= 48, f"{FOLDER} holds {len(FILES)} files"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path):
    wanted = scenario.load(path)
    assert wanted.name == path.stem.replace("_", " "), "name and file name differ"
    assert wanted.about, "says nothing about itself"
    assert wanted.expectations, "expects nothing"
    vm, cpython = play(wanted, "micropython"), play_inside(wanted)
    wrong = complaints("micropython", vm) + complaints("cpython", cpython)
    if unlike := difference(vm, cpython):
        wrong.append(unlike)
    for name, verdict in (("micropython", vm), ("cpython", cpython)):
        if not verdict.passed:
            wrong.append("again: " + AGAIN.format(path.relative_to(run.ROOT), name))
    assert not wrong, "\n".join(wrong)
