"""Random sessions with random faults: 200 of them hold every invariant and come back, and a broken firmware is found.

Here: the campaign itself, small, and its command line. Not here: what must hold (rules/invariants.py); more runs:
make campaign RUNS=20000.
"""

import json
import resource
import subprocess
import sys
from dataclasses import replace
from errno import ENOSPC
from functools import partial

import pytest

from host_tests.fixtures.seeded_firmware import seeded
from simulator import __main__ as command
from simulator import inside, play, run, run_settings, scenario, words
from simulator.campaign import detection, generator, record, runner
from simulator.campaign.outcome import Outcome
from simulator.campaign.record import Record, RecordError
from simulator.play import Verdict
from simulator.result import parse
from simulator.rules.observed import View

# Programs and settings on the flash have scenarios of their own.
AGAIN = ".venv/bin/python -m simulator campaign --runs 1 --seed {}"
BOTH = [range(first, first + 2) for first in range(1, 41, 2)]
SEEDS = [range(first, first + 5) for first in range(41, 201, 5)]


def complaints(outcomes):
    return [f"{AGAIN.format(o.seed)}: {name}: {text}" for o in outcomes for name, text in o.wrong]


@pytest.mark.sample(1)
@pytest.mark.parametrize("seeds", BOTH, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_nothing_breaks_and_both_machines_tell_the_same_line_by_line(seeds):
    assert complaints(runner.run_seeds(seeds, "both")) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("seeds", SEEDS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_nothing_breaks_and_every_controller_recovers(seeds):
    assert complaints(runner.run_seeds(seeds, "cpython")) == []


def test_a_seed_is_one_scenario_for_ever():
    one = generator.scenario_of(7)
    assert one == generator.scenario_of(7) != generator.scenario_of(8)
    wanted = scenario.parse(json.dumps(one), run_settings.shipped())
    assert inside.run(wanted.plan) == inside.run(wanted.plan)


def test_every_act_of_a_scenario_is_generated_and_every_file_is_valid():
    scenarios = [generator.scenario_of(seed) for seed in range(1, 201)]
    for one in scenarios:
        scenario.parse(json.dumps(one), run_settings.shipped())
    done = {event["do"] for one in scenarios for event in one["events"]}
    assert done == set(scenario.ACTS) - {*words.SLOT_ACTS, "repair_settings"}
    assert {one["stove"]["burners"] for one in scenarios} == {1, 2, 3, 4}
    drawn = {key for one in scenarios for key in one["settings"]}
    assert {"alarm_pin", "presence_pin", "supply_pin", "burners"} <= drawn and any("files" in one for one in scenarios)
    assert any(event["do"] in ("weld", "bypass") and event.get("mohm", 0) > 30 for event in _events(scenarios))


def _events(scenarios):
    return [event for one in scenarios for event in one["events"]]


def test_after_the_faults_everything_is_repaired_and_the_controller_is_used_once_more():
    one = generator.scenario_of(7)
    last = [event["do"] for event in one["events"]][-5:]
    assert last == ["light", "knob_off", "hold", "press", "hold"]
    asked = [entry.get("state", entry.get("coil")) for entry in one["expect"]]
    assert asked == ["IDLE", "on", "off"]


@pytest.mark.long
def test_faults_are_acknowledged_often_enough_for_l2_to_mean_something():
    outcomes = runner.run_seeds(range(1, 17), "cpython")
    assert sum(outcome.acknowledged for outcome in outcomes) >= 2


# ---- the summary -------------------------------------------------------------------------------------------


def counted(kind_name, events, stove=None, until="0:00:40"):
    settings = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}
    text = {"name": "one fault", "until": until, "settings": settings, "stove": stove or {}, "events": events}
    wanted = scenario.parse(json.dumps(text), run_settings.shipped())
    view = View(parse(inside.run(wanted.plan)), wanted.plan)
    return detection.count(next(kind for kind in detection.KINDS if kind.name == kind_name), view)


LIGHT = {"at": "0:00:05", "do": "light"}


def test_a_fault_that_opened_the_contact_is_counted_with_its_time():
    count = counted("converter silent", [LIGHT, {"at": "0:00:20", "do": "sensor", "value": "stale"}])
    assert (count.injected, count.conducting, count.detected) == (1, 1, 1)
    assert len(count.open_ms) == 1 and 1300 <= count.open_ms[0] <= 1700


def test_a_fault_of_a_controller_at_rest_opens_nothing():
    count = counted("converter silent", [{"at": "0:00:20", "do": "sensor", "value": "stale"}])
    assert (count.injected, count.conducting, count.detected, count.open_ms) == (1, 0, 1, [])


def test_a_second_off_does_not_take_the_shutoff_of_the_first():
    offs = [{"at": "0:00:20", "do": "remote_off"}, {"at": "0:00:22", "do": "remote_off"}]
    count = counted("remote off", [LIGHT, *offs])
    assert (count.injected, count.conducting) == (2, 1)
    assert len(count.open_ms) == 1 and count.open_ms[0] <= 40


def test_an_off_by_hand_counts_from_the_end_of_its_hold_time():
    count = counted("off by the button", [LIGHT, {"at": "0:00:20", "do": "hold"}])
    assert count.open_ms and count.open_ms[0] <= 80


# ---- the command -------------------------------------------------------------------------------------------


def test_the_command_prints_the_kinds_and_one_line_of_sum(capsys):
    assert command.main(["campaign", "--runs", "3", "--seed", "5", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("campaign: seeds 5 to 7 on cpython, 1 at a time\n")
    assert all(kind.name in out for kind in detection.KINDS)
    assert out.splitlines()[-1].startswith("ok  3 runs, ") and out.endswith(", 0 runs went wrong\n")


# ---- results that are kept ---------------------------------------------------------------------------------


OUTCOME = Outcome(7, 90_000, [detection.Count(2, 1, 1, [815])] * len(detection.KINDS), 1, [("S3", "…")], "{}", {3: 2})


@pytest.fixture
def kept(tmp_path):
    return Record(tmp_path / "results.jsonl", "cpython")


def test_a_kept_outcome_is_read_as_it_was(kept):
    assert list(kept.read()) == []
    kept.add([OUTCOME])
    kept.add([replace(OUTCOME, seed=8, wrong=[])])
    assert list(kept.read()) == [OUTCOME, replace(OUTCOME, seed=8, wrong=[])]


def test_a_line_that_was_cut_off_is_left_out_and_its_seed_runs_again(kept):
    kept.add([OUTCOME])
    whole = kept.path.read_bytes()
    kept.add([replace(OUTCOME, seed=8)])
    for cut in (len(whole) + 1, len(kept.path.read_bytes()) - 1):
        kept.path.write_bytes(kept.path.read_bytes()[:cut])
        assert list(kept.read()) == [OUTCOME]
    kept.repair()
    assert kept.path.read_bytes() == whole


def test_results_of_other_code_or_another_machine_are_refused_in_one_line(kept, tmp_path, capsys):
    kept.add([OUTCOME])
    with pytest.raises(RecordError, match="results of cpython .*, now native .*: name another file"):
        list(Record(kept.path, "native").read())
    kept.path.write_text(kept.path.read_text().replace(record.code(), "0" * 16))
    assert command.main(["campaign", "--runs", "1", "--results", str(kept.path)]) == 2
    assert "with code 0000000000000000, now" in capsys.readouterr().err


def test_a_campaign_goes_on_where_its_results_end(kept, capsys):
    for runs in (2, 3):
        more = ["--seed", "5", "--runs", str(runs), "--jobs", "1", "--results", str(kept.path)]
        assert command.main(["campaign", *more]) == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith(f"ok  {runs} runs, ")
        assert [outcome.seed for outcome in kept.read()] == [5, 6, 7][:runs]


def test_a_disk_that_is_full_ends_a_campaign_in_one_line_and_what_was_kept_stays(kept, monkeypatch, capsys):
    kept.add([OUTCOME])
    monkeypatch.setattr(Record, "add", lambda *_: (_ for _ in ()).throw(OSError(ENOSPC, "No space left on device")))
    assert command.main(["campaign", "--runs", "1", "--jobs", "1", "--results", str(kept.path)]) == 2
    assert (
        capsys.readouterr().err == f"simulator: --results {kept.path}: No space left on device; what was kept stays\n"
    )
    assert list(kept.read()) == [OUTCOME]


def test_a_file_that_can_grow_no_more_in_the_middle_of_a_line_loses_that_line_only(kept):
    more = [sys.executable, "-m", "simulator", "campaign", "--seed", "5", "--runs", "2", "--results", kept.path]
    kept.add([replace(OUTCOME, seed=1000 + number) for number in range(200)])
    bytes_most = kept.path.stat().st_size + 200  # a line has more; the files of a run are smaller than all
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (bytes_most, bytes_most))
    ended = subprocess.run([*more, "--jobs", "1"], preexec_fn=full, cwd=run.ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1) and "File too large; what was kept" in ended.stderr
    assert not kept.path.read_bytes().endswith(b"\n")
    first = list(kept.read())
    assert len(first) in (200, 201)
    assert command.main([*map(str, more[3:]), "--jobs", "1"]) == 0
    assert list(kept.read())[: len(first)] == first and {5, 6} <= {outcome.seed for outcome in kept.read()}


@pytest.mark.parametrize("wrong", [["--runs", "0"], ["--seed", "x"], ["--vm", "esp32"], ["--jobs", "0"]])
def test_a_wrong_argument_is_one_line_and_status_2(wrong, capsys):
    assert command.main(["campaign", *wrong]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and wrong[0] in captured.err


def test_a_violation_names_seed_and_invariant_and_leaves_a_scenario_that_is_red(tmp_path, monkeypatch, capsys):
    firmware = seeded(tmp_path, ("curfew/core/burner.py", "return REMOTE_ARM", "return PRESSED"))
    monkeypatch.chdir(tmp_path)
    run = inside.run
    monkeypatch.setattr(inside, "run", lambda plan, **_: run(plan, firmware))
    seed = next(seed for seed in range(1, 200) if "S3" in dict(runner.run_seed(seed, "cpython").wrong))
    assert command.main(["campaign", "--runs", "1", "--seed", str(seed), "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert f"seed {seed}  VIOLATED S3: " in out
    path = f"build/campaign/seed_{seed}.json"
    assert f"-m simulator run {path} --vm cpython --seed {seed}" in out
    wanted = scenario.load(path)
    assert "S3" in dict(play.judge(wanted, run(wanted.plan, firmware)).failed_invariants)


def test_beyond_ten_runs_that_went_wrong_only_seeds_are_reported_and_every_scenario_is_kept(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "WRONG_SHOWN", 1)
    monkeypatch.setattr(play, "judge", lambda wanted, lines: Verdict(parse(lines), ["nothing is right"], [], 1, 0))
    assert command.main(["campaign", "--runs", "3", "--seed", "5", "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert out.count("VIOLATED") == 1
    assert "build/campaign/: seeds 6 7\n" in out
    assert sorted(path.name for path in (tmp_path / "build" / "campaign").iterdir()) == [
        f"seed_{seed}.json" for seed in (5, 6, 7)
    ]
