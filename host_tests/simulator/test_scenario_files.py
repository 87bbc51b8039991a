"""A scenario file is either understood completely or refused in one line that names the key.

Here: reading files into plans. Not here: running them, nor what expectations mean (test_expectations.py).
"""

import json

import pytest

from simulator import __main__ as cli
from simulator import scenario
from simulator.run_settings import settings_of
from simulator.scenario import ScenarioError, parse
from simulator.times import parse_time, show_time

SHIPPED = {
    "timer_default_min": 30,
    "burners": [{"relay_pin": 18, "button_pin": 25, "sensor": True, "loaded_on_uv": 4000}],
}
SOUP = {
    "name": "forgotten soup",
    "until": "0:42:00",
    "settings": {"timer_default_min": 30},
    "stove": {"burners": 2, "sensor": True, "magnet_hold_ma": 150},
    "events": [
        {"at": "0:00:20", "do": "light", "burner": 0, "hold_s": 10},
        {"at": "0:10:00", "do": "press", "burner": 0},
    ],
    "expect": [
        {"at": "0:41:00", "burner": 0, "gas": "off"},
        {"burner": 0, "shutoff_by": "TIMEOUT", "between": ["0:40:20", "0:40:50"]},
    ],
}


def read(**changes):
    """The scenario of a minimal file with these keys."""
    return parse(json.dumps({"name": "n", "until": "0:10:00", **changes}), SHIPPED)


def refusal(text):
    """The one line with which this file is refused."""
    with pytest.raises(ScenarioError) as caught:
        parse(text if isinstance(text, str) else json.dumps(text), SHIPPED)
    message = str(caught.value)
    assert "\n" not in message
    return message


def refused(**changes):
    return refusal({"name": "n", "until": "0:10:00", **changes})


def event(**changes):
    return refused(events=[{"at": "0:00:01", "do": "press"}, {"at": "0:00:20", "do": "press", **changes}])


def expected(**entry):
    return refused(expect=[entry])


# ---- what a good file becomes -----------------------------------------------------------------------------


def test_the_example_of_the_design_becomes_a_plan_of_integers():
    plan = parse(json.dumps(SOUP), SHIPPED).plan
    assert plan["until_ms"] == 42 * 60_000
    assert plan["burners"] == 2 and plan["seed"] == 1 and plan["samples"] is False
    assert plan["stove"] == {"burners": 2, "sensor": True, "magnet_hold_ma": 150}
    assert plan["events"] == [[20_000, "light", 0, {"hold_ms": 10_000}], [600_000, "press", 0, {}]]
    assert "." not in json.dumps(plan["events"])


def test_the_expectations_of_the_example_are_understood():
    at, between = parse(json.dumps(SOUP), SHIPPED).expectations
    assert (at.when, at.from_ms, at.values) == ("at", 41 * 60_000, {"gas": "off"})
    assert (between.when, between.from_ms, between.to_ms) == ("between", 2_420_000, 2_450_000)
    assert between.shutoff_by == "TIMEOUT"


def test_the_old_names_of_an_expectation_are_still_read():
    old = [{"openings": 1}, {"between": ["0:00:01", "0:00:02"], "opened_by": "TIMEOUT"}]
    new = [{"shutoffs": 1}, {"between": ["0:00:01", "0:00:02"], "shutoff_by": "TIMEOUT"}]
    assert read(expect=old).expectations == read(expect=new).expectations
    assert expected(openings=1, gas="on").startswith("expect[0].gas: beside openings")
    assert expected(openings=1, shutoffs=1) == "expect[0]: openings is given by both of its names"


def test_events_are_sorted_by_time_and_then_by_their_order_in_the_file():
    events = [("0:00:09", "press"), ("0:00:03", "weld"), ("0:00:03", "unweld")]
    plan = read(events=[{"at": at, "do": do} for at, do in events]).plan
    assert [row[1] for row in plan["events"]] == ["weld", "unweld", "press"]


@pytest.mark.parametrize(
    "do, given, args",
    [
        ("hold", {}, {"ms": 1000}),
        ("hold", {"s": 0.75}, {"ms": 750}),
        ("light", {}, {"hold_ms": 10_000}),
        ("remote_off", {}, {"source": "test"}),
        ("sensor", {"value": "open"}, {"value": "open", "side": "both"}),
        ("hang", {"s": 3}, {"ms": 3000}),
        ("services_block", {"s": 1.5}, {"ms": 1500}),
        ("clock_jump", {"ms": -500}, {"ms": -500}),
        ("raise", {"error": "OSError", "in": "Pin.value"}, {"error": "OSError", "in": "Pin.value"}),
        ("bypass", {"on": True}, {"on": True, "mohm": 0, "ms": 0}),
    ],
)
def test_arguments_get_their_defaults_and_seconds_become_milliseconds(do, given, args):
    plan = read(events=[{"at": "0:00:01", "do": do, **given}]).plan
    assert plan["events"] == [[1000, do, 0, args]]
    assert all(not isinstance(value, float) for value in plan["events"][0][3].values())


def test_a_given_seed_replaces_the_one_of_the_file():
    text = json.dumps({"name": "n", "until": "0:00:01", "seed": 7})
    assert parse(text, SHIPPED).plan["seed"] == 7
    assert parse(text, SHIPPED, seed=8).plan["seed"] == 8


def test_settings_are_merged_over_the_shipped_ones_and_burners_one_by_one():
    plan = read(
        stove={"burners": 3, "sensor": False},
        settings={"warning_s": 30, "burners": [{"loaded_on_uv": 5000}, {"sensor": True}]},
    ).plan
    settings = plan["settings"]
    assert settings["timer_default_min"] == 30 and settings["warning_s"] == 30
    assert [row["relay_pin"] for row in settings["burners"]] == [18, 19, 23]
    assert [row["button_pin"] for row in settings["burners"]] == [25, 26, 27]
    assert [row["sensor"] for row in settings["burners"]] == [False, True, False]
    assert [row["loaded_on_uv"] for row in settings["burners"]] == [5000, 4000, 4000]
    assert SHIPPED["burners"][0]["sensor"] is True  # the shipped ones are not touched


def test_wrong_settings_are_passed_on_because_a_scenario_may_be_about_them():
    settings = read(settings={"timer_default_min": "soon", "no_such_key": 1, "burners": 5}).plan["settings"]
    assert settings == {"timer_default_min": "soon", "no_such_key": 1, "burners": 5}
    assert read(settings_text="{").plan["settings_text"] == "{"
    assert read(settings_missing=True).plan["settings"] is None


@pytest.mark.parametrize(
    "settings, sound",
    [
        ({}, True),
        ({"warning_s": 15}, True),
        ({"warning_s": 14}, False),
        ({"warning_s": True}, False),
        ({"timer_default_min": 200}, False),  # above timer_max_min
        ({"reclose_hold_s": 60, "flame_die_s": 60}, False),
        ({"delay_coil_s": 30, "flame_die_s": 33}, False),  # the coil's 30 s and 3 s more
        ({"delay_coil_s": 30, "flame_die_s": 34}, True),
        ({"burners": 5}, False),
        ({"relay_drive": "maybe"}, False),
    ],
)
def test_the_simulator_has_its_own_opinion_which_settings_are_sound(settings, sound):
    assert (settings_of(read(settings=settings).plan) is not None) == sound


def test_a_raw_or_missing_settings_file_is_sound_only_when_it_says_so():
    assert settings_of(read(settings_text="{").plan) is None
    assert settings_of(read(settings_text='{"warning_s": 20}').plan)["warning_s"] == 20
    assert settings_of(read(settings_missing=True).plan) is None


@pytest.mark.parametrize("text, t_ms", [("0:00:00", 0), ("1:02:03", 3_723_000), ("0:00:00.250", 250)])
def test_times_go_both_ways(text, t_ms):
    assert parse_time(text) == t_ms
    assert show_time(t_ms) == text


# ---- what is refused, and with which words ----------------------------------------------------------------


def test_a_file_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        scenario.load(tmp_path / "none.json")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "bad.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(ScenarioError, match=r"is not UTF-8 text \(byte 10\)"):
        scenario.load(tmp_path / "bad.json")


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "is not JSON: Expecting value (line 1, column 1)"),
        ('{"name": "n",\n "until" 3}', "(line 2, column 10)"),
        ('{"seed": NaN}', "NaN is no number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"seed": ' + "1" * 5000 + "}", "is not JSON"),
        ("[1]", "the scenario: [1] is not an object"),
        ('{"name": "a", "name": "b"}', "name: the key is there twice"),
        ('{"events": [{"at": "0:00:01", "at": "0:00:02"}]}', "events[0].at: the key is there twice"),
        ('{"name": "\\ud800"}', "name:"),
    ],
)
def test_what_is_no_proper_json_object_is_refused_with_the_place(text, words):
    assert words in refusal(text)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"name": ""}, 'name: "" is not a text'),
        ({"name": "a\nb"}, "is not a text of one line"),
        ({"name": 5}, "name: 5 is not a text"),
        ({"until": "42 min"}, 'until: "42 min" is not h:mm:ss'),
        ({"until": 42}, "until: 42 is not h:mm:ss"),
        ({"until": "0:00:00"}, "until:"),
        ({"until": "999:00:00"}, "at most 240:00:00"),
        ({"seed": -1}, "seed: -1 is not a whole number from 0 to"),
        ({"seed": True}, "seed: true is not a whole number"),
        ({"seed": 1.0}, "seed: 1.0 is not a whole number"),
        ({"about": ["x"]}, "about:"),
        ({"event": []}, 'event: unknown key "event"; did you mean "events"?'),
        ({"zzz": 1}, 'zzz: unknown key "zzz"; known: name, until'),
        ({"odd key\n": 1}, '"odd key\\n": unknown key'),
        ({"events": {}}, "events: {} is not a list"),
        ({"events": [3]}, "events[0]: 3 is not an object"),
        ({"expect": "gas"}, 'expect: "gas" is not a list'),
        ({"stove": []}, "stove: [] is not an object"),
    ],
)
def test_a_mistake_at_the_top_names_its_key(changes, words):
    assert words in refused(**changes)


@pytest.mark.parametrize("key", ["name", "until"])
def test_name_and_until_are_required(key):
    rest = {"name": "n", "until": "0:00:01"}
    del rest[key]
    assert refusal(rest).startswith(f"{key}: missing")


@pytest.mark.parametrize(
    "stove, words",
    [
        ({"burners": 0}, "stove.burners: 0 is not a whole number from 1 to 4 burners"),
        ({"burners": 5}, "stove.burners: 5 is not"),
        ({"burners": True}, "stove.burners: true is not a whole number"),
        ({"sensor": 1}, "stove.sensor: 1 is not true or false"),
        ({"emf_uv": 25000.5}, "stove.emf_uv: 25000.5 is not a whole number from 8000 to 40000 uV"),
        ({"emf_mv": 25}, 'stove.emf_mv: unknown key "emf_mv"; did you mean "emf_uv"?'),
        ({"magnet_drop_ma": 150}, "stove.magnet_drop_ma: 150 makes"),
        ({"magnet_hold_ma": 60}, "stove.magnet_hold_ma: 60 makes"),
    ],
)
def test_a_mistake_in_the_stove_names_its_key_range_and_unit(stove, words):
    assert words in refused(stove=stove)


@pytest.mark.parametrize("field", [row for row in scenario.STOVE.items() if row[1].kind == "int"])
def test_every_stove_range_includes_its_ends_and_its_default(field):
    key, row = field
    assert row.low <= row.default <= row.high
    companion = {"magnet_hold_ma": {"magnet_drop_ma": 20}, "magnet_drop_ma": {"magnet_hold_ma": 400}}
    for value in (row.low, row.high):
        assert read(stove={**companion.get(key, {}), key: value}).plan["stove"][key] == value
    for value in (row.low - 1, row.high + 1):
        assert f"stove.{key}: {value} is not" in refused(stove={key: value})


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"at": "0:99:00"}, 'events[1].at: "0:99:00" is not h:mm:ss'),
        ({"at": "0:00:01.5"}, "events[1].at:"),
        ({"at": 20}, "events[1].at: 20 is not h:mm:ss"),
        ({"at": "0:10:00.001"}, 'events[1].at: "0:10:00.001" is after until (0:10:00)'),
        ({"do": "presss"}, 'did you mean "press"?'),
        ({"do": None}, "events[1].do: null is not one of press, double_press"),
        ({"burner": 1}, "events[1].burner: 1 is not a burner of this stove: 0 to 0"),
        ({"burner": True}, "events[1].burner: true is not"),
        ({"burner": -1}, "events[1].burner: -1 is not"),
        ({"hold_s": 3}, 'events[1].hold_s: unknown key "hold_s"'),
        ({"do": "hold", "s": 0}, "events[1].s: 0 is not a number of seconds above 0"),
        ({"do": "hold", "s": 0.0005}, "events[1].s: 0.0005 is not"),
        ({"do": "hold", "s": True}, "events[1].s: true is not"),
        ({"do": "hold", "s": "1"}, 'events[1].s: "1" is not'),
        ({"do": "hold", "S": 1}, 'events[1].S: unknown key "S"; did you mean "s"?'),
        ({"do": "film"}, "events[1].milliohm: missing; film needs a whole number from 0 to 100000 mOhm"),
        ({"do": "film", "milliohm": 2.5}, "events[1].milliohm: 2.5 is not a whole number"),
        ({"do": "sensor", "value": "opn"}, 'did you mean "open"?'),
        ({"do": "sensor", "value": "ok", "side": "left"}, "events[1].side:"),
        ({"do": "reset", "cause": "cat"}, 'events[1].cause: "cat" is not one of wdt, brownout'),
        ({"do": "raise", "error": "KeyError", "in": "Pin.value"}, "events[1].error:"),
        ({"do": "raise", "error": "OSError", "in": "pin"}, 'events[1].in: "pin" is not the name of a call'),
        ({"do": "simmer", "percent": 4}, "events[1].percent: 4 is not a whole number from 5 to 100"),
        ({"do": "remote_off", "source": "phone"}, "one of test, web, mqtt, voice"),
    ],
)
def test_a_mistake_in_an_event_names_the_event_and_its_key(changes, words):
    assert words in event(**changes)


@pytest.mark.parametrize("key", ["at", "do"])
def test_an_event_needs_its_time_and_its_word(key):
    whole = {"at": "0:00:01", "do": "press"}
    del whole[key]
    assert refused(events=[whole]).startswith(f"events[0].{key}: missing")


@pytest.mark.parametrize(
    "entry, words",
    [
        ({"gas": "off"}, "expect[0]: says no time"),
        ({}, "expect[0]: says no time"),
        ({"at": "0:00:01"}, "expect[0]: expects nothing"),
        ({"at": "0:00:01", "between": ["0:00:01", "0:00:02"], "gas": "on"}, "expect[0].between: beside at"),
        ({"at": "0:11:00", "gas": "on"}, 'expect[0].at: "0:11:00" is after until'),
        ({"between": ["0:00:02", "0:00:01"], "gas": "on"}, "the earlier first"),
        ({"between": ["0:00:02"], "gas": "on"}, "a pair of times"),
        ({"between": ["0:00:02", "x"], "gas": "on"}, 'expect[0].between[1]: "x" is not h:mm:ss'),
        ({"at": "0:00:01", "gas": "of"}, 'expect[0].gas: "of" is not one of on, off; did you mean "off"?'),
        ({"at": "0:00:01", "gas": None}, "expect[0].gas: null is not"),
        ({"at": "0:00:01", "state": "burning"}, 'did you mean "BURNING"?'),
        ({"at": "0:00:01", "remaining_s": "9"}, 'expect[0].remaining_s: "9" is not a whole number'),
        ({"at": "0:00:01", "remaining_s": [9, 1]}, "expect[0].remaining_s: [9, 1] is not"),
        ({"at": "0:00:01", "remaining_s": 1.5}, "expect[0].remaining_s: 1.5 is not"),
        ({"at": "0:00:01", "shutoff_by": "TIMEOUT"}, "expect[0].shutoff_by: with at; it is allowed with between"),
        ({"between": ["0:00:01", "0:00:02"], "shutoff_by": "TIME"}, 'did you mean "TIMEOUT"?'),
        ({"throughout": ["0:00:01", "0:00:02"], "console": "x"}, "expect[0].console: with throughout"),
        ({"shutoffs": 1, "gas": "on"}, "expect[0].gas: beside shutoffs"),
        ({"shutoffs": True}, "expect[0].shutoffs: true is not a whole number"),
        ({"console": ""}, 'expect[0].console: "" is not a text'),
        ({"burner": 1, "shutoffs": 1}, "expect[0].burner: 1 is not"),
        ({"at": "0:00:01", "ga": "on"}, 'expect[0].ga: unknown key "ga"; did you mean "gas"?'),
    ],
)
def test_a_mistake_in_an_expectation_names_its_place_and_key(entry, words):
    assert words in expected(**entry)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"settings": 5}, "settings: 5 is not an object"),
        ({"settings": {"warning_s": 1.5}}, "settings.warning_s: 1.5 is not a whole number"),
        ({"settings": {"burners": [{"x": 0.5}]}}, "settings.burners[0].x: 0.5 is not"),
        ({"settings": {"burners": [{}, {}]}}, "settings.burners: 2 entries for a stove with stove.burners = 1"),
        ({"settings": {}, "settings_text": ""}, "settings_text: beside settings"),
        ({"settings_text": {}}, "settings_text: {} is not a text"),
        ({"settings_missing": False}, "settings_missing: false is not true"),
    ],
)
def test_only_the_form_of_settings_is_refused(changes, words):
    assert words in refused(**changes)


# ---- the command line -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "the following arguments are required"),
        (["run"], "SCENARIO.json"),
        (["run", "none.json"], "none.json: cannot be read"),
        (["run", "a.json", "--vm", "pypy"], "--vm"),
        (["run", "a.json", "--seed", "-5"], "--seed"),
        (["run", "a.json", "--seed", "x"], "'x' is not a whole number from 0 to 1073741823"),
        (["run", "a.json", "b.json", "--trace", "t.jsonl"], "--trace t.jsonl: takes one SCENARIO.json, not 2"),
        (["run", "a.json", "--plot", "no/such/p.svg"], "--plot no/such/p.svg: there is no folder"),
    ],
)
def test_wrong_arguments_end_with_status_2_and_one_line(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err and said.err.count("\n") == 1
