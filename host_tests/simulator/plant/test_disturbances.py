"""The dirty kitchen: what each disturbance does to voltages, valves and fingers of the simulated stove."""

import importlib
import json
from math import pi, sin

import pytest

from simulator import inside, scenario
from simulator.fields import ScenarioError

sensing = inside.MODULES["sensing"]
plant = inside.MODULES["plant"]
Random = inside.MODULES["world"].Random


def read(*events, **more):
    """The plan of a scenario with these events."""
    given = [{"at": "0:00:01", **event} for event in events]
    text = json.dumps({"name": "x", "until": "0:10:00", "stove": {"burners": 2}, "events": given, **more})
    return scenario.parse(text, scenario.run_settings.shipped()).plan


def world(*events, **more):
    """A World in which so many events have happened."""
    one = inside.MODULES["world"].World({**read(*events, **more), "samples": False}, lambda _: None)
    one._pass_time(1_100)
    return one


def readings(one, side, count=400, tick_ms=20):
    """So many conversions of one side of burner 0, one a tick, in microvolts."""
    found = []
    for _ in range(count):
        found.append(one.input_code(0, side) * 125 // 16)
        one.now_ms += tick_ms
    return found


# --- readings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hz", [50, 49.5, 60, 60.5])
def test_hum_is_smaller_than_its_peak_by_what_a_conversion_averages_away(hz):
    peak = max(abs(uv) for uv in readings(world({"do": "hum", "uv": 1000, "hz": hz}), 0, 2000, 7))
    turn = pi * hz * sensing.CONVERSION_MS / 1000
    assert peak == pytest.approx(1000 * sin(turn) / turn, rel=0.03)


def test_hum_of_fifty_hertz_looks_like_a_level_to_one_sample_a_period_and_not_to_two_half_a_period_apart():
    one = world({"do": "hum", "uv": 1000, "hz": 50})
    each = readings(one, 0)
    assert max(each) - min(each) < 500, "one sample a mains period moves by the jitter only"
    pairs = readings(one, 0, 400, 10)
    assert max(abs(a + b) for a, b in zip(pairs[::2], pairs[1::2], strict=True)) < 500


def test_the_phase_of_hum_is_a_matter_of_chance():
    means = set()
    for seed in range(8):
        means.add(round(sum(readings(world({"do": "hum", "uv": 1000, "hz": 50}, seed=seed), 0, 20)) / 20, -2))
    assert len(means) > 4


@pytest.mark.parametrize("side, seen", [("tc", (300, 0)), ("magnet", (0, 300)), ("both", (300, 300))])
def test_an_offset_is_on_the_sides_that_were_named(side, seen):
    one = world({"do": "offset", "uv": 300, "side": side})
    assert [round(readings(one, at, 1)[0], -1) for at in (0, 1)] == list(seen)


def test_what_was_given_a_time_ends_after_it():
    one = world({"do": "offset", "uv": 300, "s": 2})
    assert readings(one, 0, 1)[0] > 200
    one.now_ms = 1_120
    one._pass_time(2_100)
    assert readings(one, 0, 1) == [0]


def test_a_spike_hits_so_many_conversions():
    assert [uv > 4000 for uv in readings(world({"do": "spike", "uv": 5000, "n": 3}), 1, 5)] == [True] * 3 + [False] * 2


def test_sparks_hit_a_part_of_the_conversions_with_either_sign():
    seen = readings(world({"do": "sparks", "uv": 3000, "percent": 20}), 0, 1000)
    hit = [uv for uv in seen if uv]
    assert 140 < len(hit) < 260 and min(hit) < -2900 and max(hit) > 2900


def test_a_shared_ground_adds_the_neighbors_current_times_its_resistance_to_both_sides():
    one = world({"do": "ground", "of": 1, "mohm": 1.5})
    one.burners[1].current_ma = 400.0
    assert [readings(one, side, 1)[0] for side in (0, 1)] == [pytest.approx(600, abs=8)] * 2


# --- the plant -----------------------------------------------------------------------------------------------------


def burner(tip_k=575, **stove):
    """A burner whose tip is so many kelvin above the room, with the contact closed."""
    one = plant.Burner(stove)
    one.tip_dc = plant.AMBIENT_DC + 10.0 * tip_k
    one.closed = True
    return one


def test_a_warm_cold_end_takes_its_part_of_the_voltage_and_turns_it_round_on_a_cold_tip():
    one = burner(tip_k=0)
    one.closed = False
    one.warm_cold_end(20, 1)
    for _ in range(5):
        one.step(1)
    assert one.tc_uv == pytest.approx(-25_000 * 20 / 575, abs=10)


def test_half_a_weld_has_its_own_resistance_while_the_coil_is_off():
    one = burner()
    one.welded, one.weld_mohm = True, 50
    assert one.contact_mohm() == 50
    one._pulls_was = True
    assert one.contact_mohm() == plant.STOVE["contact_mohm"]


def test_a_broken_coil_carries_no_current_and_shows_the_same_voltage_on_both_sides():
    one = burner()
    one.coil_open = True
    assert one._solve() == 0.0
    assert one.tc_uv == one.magnet_uv == 25_000


def test_a_valve_that_sticks_holds_without_current():
    one = burner(tip_k=0)
    one.knob = one.held = one.valve_sticks = True
    one.step(20)
    assert one.gas
    one.valve_sticks = False
    one.step(20)
    assert not one.gas


def test_foreign_heat_takes_the_tip_there_at_its_rate_and_lets_it_cool_afterwards():
    one = burner(tip_k=0)
    one.closed = False
    one.heat(200, 10)
    for _ in range(500):
        one.step(20)
    assert one.tip_dc == pytest.approx(plant.AMBIENT_DC + 1000, abs=5)
    for _ in range(1000):
        one.step(20)
    assert one.tip_dc == 2000
    one.heat(0, 0)
    one.step(20)
    assert one.tip_dc < 2000


# --- fingers, inputs, files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act, moves", [
    ({"do": "mash", "hz": 5, "s": 1}, 10), ({"do": "tremor", "hz": 4, "duty": 0.5, "s": 2}, 16),
    ({"do": "override"}, 8), ({"do": "double_press"}, 4),
])  # fmt: skip
def test_a_rhythm_is_so_many_movements_for_world_and_judge_alike(act, moves):
    plan = read(act)
    one = inside.MODULES["world"].World({**plan, "samples": False}, lambda _: None)
    queued = [(at_ms - 1000, name == "button_down") for at_ms, _, _, name, _, _ in one._queue]
    judged = importlib.import_module("simulator.rules.gestures").GESTURES[act["do"]](plan["events"][0][3])
    assert queued == list(judged) and len(queued) == moves


def test_a_duty_may_be_a_percentage_or_a_part():
    of = [read({"do": "tremor", "hz": 6, "duty": duty})["events"][0][3]["duty"] for duty in (66, 0.66)]
    assert of == [66, 66]


def test_alarm_and_presence_are_levels_of_their_pins():
    one = world({"do": "alarm"}, {"do": "presence"}, settings={"alarm_pin": 34, "presence_pin": 35})
    assert (one.pin_level(34), one.pin_level(35)) == (1, 0)


def test_files_are_sealed_and_lie_on_the_flash_before_the_start(tmp_path):
    from simulator.run import write_settings

    write_settings(read(files=[{"path": "state.txt", "lines": ["1 250", "0 0"]}]), tmp_path)
    lines = importlib.import_module("curfew.storage.files").lines(str(tmp_path / "state.txt"))
    assert list(lines) == ["1 250", "0 0"]


@pytest.mark.parametrize("event, words", [
    ({"do": "hum", "uv": -1}, "events[0].uv: -1 is not a whole number from 0 to 10000 uV"),
    ({"do": "hum", "uv": 5, "hz": 500}, "events[0].hz: 500 is not a number from 40 to 70 Hz"),
    ({"do": "offset"}, "events[0].uv: missing; offset needs a whole number from -10000 to 10000 uV"),
    ({"do": "ground", "of": 3, "mohm": 1}, "events[0].of: 3 is not a burner of this stove: 0 to 1"),
    ({"do": "tremor", "hz": 0}, "events[0].hz: 0 is not a number from 1 to 20 Hz"),
    ({"do": "tremor", "hz": 6, "duty": 0.01}, "events[0].duty: 1 percent is not from 5 to 95"),
    ({"do": "weld", "mohm": 5000}, "events[0].mohm: 5000 is not a whole number from 0 to 1000 mOhm"),
    ({"do": "heat", "celsius": 2000}, "events[0].celsius: 2000 is not a whole number from 0 to 900"),
])  # fmt: skip
def test_a_wrong_use_gets_one_line_that_names_key_and_range(event, words):
    with pytest.raises(ScenarioError) as refused:
        read(event)
    assert words in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("more, words", [
    ({"clock": -1}, "clock: -1 is not a whole number from 0"),
    ({"files": [{"path": "a/b", "lines": []}]}, "files[0].path: \"a/b\" is not a file name"),
    ({"files": [{"path": "a", "lines": [1]}]}, "files[0].lines[0]: 1 is not a text of one line"),
])  # fmt: skip
def test_a_wrong_clock_or_file_gets_one_line_too(more, words):
    with pytest.raises(ScenarioError) as refused:
        read(**more)
    assert words in str(refused.value)
