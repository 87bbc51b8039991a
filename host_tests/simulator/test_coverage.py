"""What a campaign has seen: which event, in which state, beside which fault; seeds that promise what was rare.

Here: counting, choosing, and the picture. Not here: what a seed comes to, which no choice changes (test_campaign.py).
"""

import json
from collections import Counter
from xml.etree import ElementTree

import pytest

from simulator import inside, run_settings, scenario
from simulator.campaign import coverage, generator, heatmap, runner
from simulator.campaign.record import Record
from simulator.result import parse
from simulator.rules.observed import View

SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}


def seen(*events, burners=1):
    """The names of every combination of a run of half a minute."""
    one = {"name": "one", "until": "0:00:30", "settings": SHORT, "stove": {"burners": burners}, "events": list(events)}
    wanted = scenario.parse(json.dumps(one), run_settings.shipped())
    found = coverage.seen(one, View(parse(inside.run(wanted.plan)), wanted.plan))
    return {coverage.names(number): count for number, count in found.items()}


def at(second, do, burner=0, **args):
    return {"at": f"0:00:{second:02}", "do": do, "burner": burner, **args}


@pytest.mark.parametrize("which", [0, -1])
def test_a_number_is_one_combination(which):
    names = tuple(axis[which] for axis in coverage.AXES)
    assert coverage.names(coverage.number(*names)) == names


def test_an_event_counts_in_the_state_before_it_with_the_time_of_that_state():
    assert seen(at(5, "light"), at(20, "press")) == {
        ("IDLE", "under 10 s", "light", "-", "-"): 1,
        ("BURNING", "under a minute", "press", "-", "-"): 1,
    }


def test_an_event_counts_beside_what_lasts_and_no_more_when_it_is_over():
    on, off = {"do": "hum", "uv": 300, "hz": 50, "side": "both"}, {"do": "hum", "uv": 0}
    found = seen(at(4, "weld"), at(5, **on), at(6, "press"), at(8, **off), at(9, "unweld"), at(20, "press"))
    names = {name[2:] for name in found}
    assert {("press", "weld", "hum"), ("hum ends", "weld", "-"), ("weld ends", "-", "-"), ("press", "-", "-")} <= names
    assert ("hum", "weld", "-") in names, "an event does not stand beside itself"


def test_a_repair_of_nothing_is_no_event():
    assert seen(at(5, "unweld"), at(6, "bypass", on=False)) == {}


def test_a_fault_of_another_burner_is_not_beside_an_event_but_one_of_all_is():
    found = seen(at(4, "weld", 1), at(5, "sensor", 1, value="stale"), at(6, "press", 0), burners=2)
    assert {name[2:4] for name in found if name[2] == "press"} == {("press", "converter")}


def test_every_event_of_the_generator_is_on_an_axis():
    done = {event["do"] for seed in range(1, 60) for event in generator.scenario_of(seed)["events"]}
    ends = {end["do"] for end in coverage.LASTING.values()}
    assert done - ends <= {do for do, _, _ in generator.FAULTS.values()} | set(coverage.EVENTS)


def test_of_some_seeds_the_one_with_what_was_rare_is_taken():
    rare = coverage.number(coverage.ALL_STATES[0], coverage.AGES[0], "alarm", "-", "-")
    often = Counter(dict.fromkeys(range(coverage.PROMISED), 1000))
    often[rare] = 0
    few = [seed for seed in range(1, 200) if rare in promised(seed)][:1] + [
        seed for seed in range(1, 200) if rare not in promised(seed)
    ][:3]
    assert list(coverage.steered(iter(few[::-1]), 1, often)) == few[:1]


def promised(seed):
    head = coverage.ALL_STATES[0], coverage.AGES[0]
    return {coverage.number(*head, *rest) for _, _, *rest in coverage._happenings(generator.scenario_of(seed))}


def test_a_steered_campaign_runs_as_many_seeds_each_as_it_would_run_alone(tmp_path):
    kept = Record(tmp_path / "results.jsonl", "cpython")
    *_, total = runner.campaign(range(1, 4), "cpython", runner.local(1), kept, steer=True)
    found = list(kept.read())
    assert total.runs == 3 and {outcome.seed for outcome in found} <= set(range(1, 13))
    assert found[0] == runner.run_seed(found[0].seed, "cpython")
    *_, again = runner.campaign(range(1, 4), "cpython", runner.local(1), kept, steer=True)
    assert again.runs == 3 and again.seen == total.seen and again.wall_s == 0, "nothing runs twice"


@pytest.fixture
def results(tmp_path):
    """Two files of one code that share a seed."""
    number = str(coverage.number("BURNING", "under 1 s", "press", "weld", "hum"))
    for name, seeds in (("a", (1, 2)), ("b", (2, 3))):
        lines = [{"code": "c", "vm": "cpython"}, *({"seed": seed, "seen": {number: 5}} for seed in seeds)]
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return [str(tmp_path / name) for name in "ab"]


def test_a_seed_in_two_files_counts_once_and_the_picture_shows_the_sum(results, tmp_path, capsys):
    out = tmp_path / "out.svg"
    assert heatmap.main([*results, "--svg", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 combinations seen, 0 of them once; 1 of ")
    texts = [node.text for node in ElementTree.parse(out).iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("15") == 4 and "press" in texts and texts[0].startswith("3 runs: ")


@pytest.mark.parametrize("text", ["", "{}", "word", '{"code": "c"}\n{"seed": 1}\n', '{"code": "c"}\n{"seed": 1, "s'])
def test_a_file_that_is_none_is_one_line(tmp_path, text, capsys):
    path = tmp_path / "x"
    path.write_text(text)
    assert heatmap.main([str(path)]) == 2
    assert heatmap.main([str(tmp_path / "absent")]) == 2
    assert capsys.readouterr().err.count("\n") == 2
