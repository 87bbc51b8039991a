"""Readings of `curfew measure` become a stove for the simulator: those of simulated stoves, whose numbers are known.

Here: simulator/measured.py, the committed example. Not here: the cable (host_tests/tools/test_measure.py).
"""

import json
from pathlib import Path

import pytest

from simulator import __main__ as simulator
from simulator import measured

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SCENARIO, EXAMPLE = ROOT / "scenarios" / "first_stove.json", ROOT / "docs" / "start" / "first-stove.csv"


def readings(tmp_path, **stove):
    """A file of readings that a run with that stove gives; the example is that of the scenario's own."""
    if not stove:
        return EXAMPLE
    scenario = json.loads(SCENARIO.read_text("utf-8"))
    (tmp_path / "scenario.json").write_text(json.dumps({**scenario, "stove": {**scenario["stove"], **stove}}))
    path = tmp_path / "readings.csv"
    path.write_text(measured.example(str(tmp_path / "scenario.json")))
    return path


def test_the_example_is_made_by_the_simulator_says_so_and_is_as_it_would_be_made():
    text = EXAMPLE.read_text("utf-8")
    assert text == measured.example(str(SCENARIO))
    assert text.startswith("# Curfew readings, of the simulator, no stove\n")


@pytest.mark.parametrize("stove", [{}, *(pytest.param(stove, marks=pytest.mark.long) for stove in [
    {"emf_uv": 18000, "tip_heat_ms": 4000, "tip_cool_ms": 20000, "tc_mohm": 20},
    {"emf_uv": 30000, "tip_heat_ms": 7000, "tip_cool_ms": 45000, "coil_mohm": 25, "contact_mohm": 20},
])])  # fmt: skip
def test_the_numbers_of_a_stove_are_found_again_in_its_readings(tmp_path, stove):
    wanted = {**json.loads(SCENARIO.read_text("utf-8"))["stove"], **stove}
    coil_mohm = wanted.get("coil_mohm", 20)
    found = measured.stove(measured.read(readings(tmp_path, **stove), 0)[1], coil_mohm)["stove"]
    for key in ("emf_uv", "tip_heat_ms", "tip_cool_ms"):
        assert found[key] == pytest.approx(wanted[key], rel=0.1), key
    assert found["tc_mohm"] == pytest.approx(wanted["tc_mohm"] + 7, abs=2), "its leads of 7 mOhm are in it"
    assert found["contact_mohm"] == pytest.approx(wanted.get("contact_mohm", 15), abs=2)


def test_a_run_takes_the_measured_stove_as_its_plant(tmp_path, capsys):
    assert measured.main([str(EXAMPLE)]) == 0
    said = capsys.readouterr().out
    assert json.loads(said)["made_by"] == measured.SIMULATED
    (tmp_path / "stove.json").write_text(said)
    whole = json.loads(SCENARIO.read_text("utf-8"))
    lit = {"until": "0:02:00", "events": whole["events"][:1], "expect": [{"at": "0:01:50", "gas": "on"}]}
    (tmp_path / "scenario.json").write_text(json.dumps({**whole, **lit}))
    words = ["run", str(tmp_path / "scenario.json"), "--stove", str(tmp_path / "stove.json")]
    assert simulator.main(words) == 0


@pytest.mark.parametrize("text, why", [
    ("", "no file of `curfew measure`"), ("a,b\n1,2\n", "no file of `curfew measure`|no readings"),
    (f"{measured.MARK}x\n{measured.HEAD}\n0.0,1,0,0,0\n", "no readings of burner 1"),
    (f"{measured.MARK}x\n{measured.HEAD}\n0.0,0,0,0,0\n1.0,0,5000,0,0\n", "the contact never closed"),
    (f"{measured.MARK}x\n{measured.HEAD}\n0,0,0,0,0\n1,0,9000,4000,1\n2,0,22000,0,0\n", "did not cool down"),
])  # fmt: skip
def test_readings_that_say_too_little_are_refused_in_one_line(tmp_path, capsys, text, why):
    (tmp_path / "readings.csv").write_text(text)
    assert measured.main([str(tmp_path / "readings.csv")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and any(part in said for part in why.split("|"))


def test_a_stove_that_is_none_is_refused_in_one_line(tmp_path, capsys):
    (tmp_path / "stove.json").write_text("[]")
    words = ["run", str(SCENARIO), "--stove", str(tmp_path / "stove.json")]
    assert simulator.main(words) == simulator.WRONG
    assert "no stove of" in capsys.readouterr().err
