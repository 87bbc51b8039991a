"""Errors of the simulator's own code end the run as such, and a firmware compiled from other sources is refused.

Here: what the firmware must not notice, and what a user of the simulator must. Not here: errors that a scenario throws.
"""

import json
import shutil

import pytest

from simulator import inside, run, run_settings, scenario
from simulator.play import play_inside
from tools.build import manifest

BURN = {
    "name": "a burn", "until": "0:00:20", "stove": {"sensor": True},
    "events": [{"at": "0:00:05", "do": "light"}],
}  # fmt: skip


def fails_in_the_burn(*_):
    raise ZeroDivisionError("of the simulator")


@pytest.mark.parametrize(
    "module, owner, name",
    [("report", None, "_line"), ("sensing", "Sensing", "disturbed"), ("charge_pump", "Pump", "pin")],
)
def test_an_error_of_the_simulator_ends_the_run_and_never_resets_the_device(module, owner, name, monkeypatch):
    target = inside.MODULES.get(module) or __import__("sys").modules[module]
    target = getattr(target, owner) if owner else target
    right, calls = getattr(target, name), []

    def wrong(*args):
        calls.append(1)
        return right(*args) if len(calls) < 12 else fails_in_the_burn()

    monkeypatch.setattr(target, name, wrong)
    verdict = play_inside(scenario.parse(json.dumps(BURN), run_settings.shipped()))
    assert verdict.died and "ZeroDivisionError: of the simulator" in verdict.died
    assert not [mark for mark in verdict.result.marks if mark[0] == "down"]
    assert not any("Traceback" in text for _, text in verdict.result.console)
    assert not verdict.passed


def test_a_firmware_that_was_compiled_from_other_sources_is_refused_in_one_line(tmp_path, monkeypatch):
    shutil.copytree(run.BOARD, tmp_path / "firmware")
    monkeypatch.setattr(run, "BOARD", tmp_path / "firmware")
    made_of = (tmp_path / "firmware").with_suffix(manifest.SOURCES)
    for text in (None, "of others"):
        if text:
            made_of.write_text(text)
        with pytest.raises(
            run.RunError, match=r"^the compiled firmware .* is not that of firmware/: run `make build`$"
        ):
            run.check_build()
    made_of.write_text(manifest.sources_hash())
    run.check_build()


def test_every_file_of_the_sources_counts_for_what_was_compiled(tmp_path):
    (tmp_path / "a.py").write_text("one")
    (tmp_path / "page.js").write_text("one")
    before = manifest.sources_hash(tmp_path)
    (tmp_path / "page.js").write_text("two")
    assert manifest.sources_hash(tmp_path) != before
    (tmp_path / "page.js").write_text("one")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("anything")
    assert manifest.sources_hash(tmp_path) == before
