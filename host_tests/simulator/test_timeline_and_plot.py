"""The story and the picture of a run: right numbers, a width that fits, a picture that is whole and readable.

The runs here are made by hand (`HandMadeRun`), so that every number is known beforehand. Whether the real controller
behaves like that is not asked here; the scenarios do that.
"""

import math
import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from host_tests.simulator.hand_made_runs import (
    MINUTE,
    HandMadeRun,
    bad_evening,
    closes,
    empty_run,
    forgotten_soup,
    lit,
    two_burners,
)
from simulator import words
from simulator.scenario import ACTS
from simulator.view import layout, phrases, plot, shutoffs, timeline

RUNS = [forgotten_soup, two_burners, bad_evening, empty_run]


def story(run, **options):
    return timeline.lines(run.result(), run.scenario, **options)


def reported(run):
    """The story as one text: cells too wide to wrap, the frame taken out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "STOVE_COLUMNS", 300)
        patch.setattr(timeline, "CONTROLLER_COLUMNS", 300)
        return " ".join("\n".join(story(run)).replace("│", " ").split())


def picture(run):
    return plot.svg_text(run.result(), run.scenario)


# ---- the numbers of a shut-off ----------------------------------------------------------------------------


def test_the_numbers_of_a_forgotten_soup():
    run = forgotten_soup()
    numbers = shutoffs.summary(run.result(), run.scenario)
    deadline_ms = 20_000 + 3200 + 40 * MINUTE
    assert (numbers["burner"], numbers["cause"]) == (0, "TIMEOUT")
    assert numbers["deadline_ms"] == deadline_ms
    assert (numbers["opened_ms"], numbers["late_ms"]) == (deadline_ms + 5, 5)
    assert numbers["gas_off_ms"] == deadline_ms + 8
    assert numbers["gas_on_ms"] == [deadline_ms + 8 - 20_200]


def test_a_stall_at_the_deadline_shows_as_lateness():
    run = HandMadeRun("stalled", 35 * MINUTE)
    closes(run, lit(run, 20_000), stall_ms=1480)
    assert shutoffs.summary(run.result(), run.scenario)["late_ms"] == 1485
    assert "1485 ms after the deadline" in reported(run)


def test_the_warning_time_of_the_settings_counts():
    run = HandMadeRun("short warning", 35 * MINUTE, settings={"warning_s": 30})
    deadline_ms = lit(run, 20_000)
    run.at(deadline_ms - 30_000, state="WARNING").at(deadline_ms, state="VERIFYING", cause="BURN_CAP", coil="off")
    run.at(deadline_ms + 5, contact="open")
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert (numbers["deadline_ms"], numbers["late_ms"], numbers["gas_off_ms"]) == (deadline_ms, 5, None)
    assert "the gas did not go off" in reported(run)


def test_the_deadline_is_that_of_the_last_warning():
    run = HandMadeRun("saved once", 60 * MINUTE)
    first_ms = lit(run, 20_000, minutes=30, until_ms=20_000 + 3200 + 29 * MINUTE + 20_000)
    run.at(first_ms - MINUTE, state="WARNING").at(first_ms - 40_000, state="BURNING")
    run.counts(first_ms - 40_000, first_ms + 10 * MINUTE, first_ms + 10 * MINUTE)
    closes(run, first_ms + 10 * MINUTE)
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert (numbers["deadline_ms"], numbers["late_ms"]) == (first_ms + 10 * MINUTE, 5)


def test_time_added_inside_the_warning_leaves_no_exact_deadline():
    run = HandMadeRun("capped", 60 * MINUTE)
    first_ms = lit(run, 20_000, until_ms=20_000 + 3200 + 30 * MINUTE - 20_000)
    run.counts(first_ms - 20_000, first_ms + 20_000, first_ms + 20_000)
    run.at(first_ms - MINUTE, state="WARNING")
    run.at(first_ms + 20_000, state="VERIFYING", cause="BURN_CAP", coil="off").at(first_ms + 20_005, contact="open")
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert (numbers["cause"], numbers["deadline_ms"], numbers["late_ms"]) == ("BURN_CAP", None, None)


def test_a_warning_that_is_entered_again_with_less_time_left_gives_no_exact_deadline():
    run = forgotten_soup()
    again_ms = 20_000 + 3200 + 40 * MINUTE - 20_000
    run.at(again_ms - 20, state="OVERRIDE").at(again_ms, state="WARNING")
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert (numbers["cause"], numbers["deadline_ms"], numbers["late_ms"]) == ("TIMEOUT", None, None)
    assert "before the deadline" not in reported(run)


def test_each_burner_has_its_own_closing():
    run = two_burners()
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert [(o["burner"], o["cause"], o["late_ms"]) for o in numbers["shutoffs"]] == [
        (1, "FLAME_OUT", None),
        (0, "TIMEOUT", 5),
    ]
    assert numbers["burner"] == 0
    assert numbers["shutoffs"][0]["gas_off_ms"] == 22 * MINUTE  # by the user, before the controller
    assert numbers["gas_on_ms"][1] == 22 * MINUTE - 5 * MINUTE - 200


def test_a_contact_that_falls_with_the_chip_has_the_cause_reported_after_the_start():
    run = bad_evening()
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert (numbers["cause"], numbers["opened_ms"]) == ("RESTART", 200_004)


def test_bouncing_is_no_shutoff():
    run = HandMadeRun("bounce", 35 * MINUTE)
    deadline_ms = lit(run, 20_000)
    run.at(21_670, contact="open").at(21_672, contact="closed")
    closes(run, deadline_ms)
    assert len(shutoffs.summary(run.result(), run.scenario)["shutoffs"]) == 1


def test_a_run_without_a_shutoff_has_no_numbers():
    run = empty_run()
    numbers = shutoffs.summary(run.result(), run.scenario)
    assert numbers.pop("gas_on_ms") == [0]
    assert numbers.pop("shutoffs") == []
    assert set(numbers.values()) == {None}


def test_a_run_that_broke_off_is_still_reported():
    run = forgotten_soup()
    result = run.result()
    result.ended_ms = None
    assert timeline.lines(result, run.scenario)
    assert ElementTree.fromstring(plot.svg_text(result, run.scenario)) is not None


# ---- the story ---------------------------------------------------------------------------------------------


def test_the_story_of_a_forgotten_soup():
    text = reported(forgotten_soup())
    beats = [
        "lights the burner, holds the knob for 10 s",
        "millivolts rise: contact closes ♪",
        "flame detected, 30:00 left",
        "beep: release the knob ♪",
        "releases the knob, walks away",
        "… 9 min 30 s of cooking …",
        "presses the button",
        "time added, 30:24 left ♪",
        "warning: one minute left ♪",
        "time is up: contact opens ♪",
        "magnet valve drops out: gas off",
        "ready for ignition",
        "contact opened 0:40:23.205: time is up",
        "5 ms after the deadline 0:40:23.200",
        "the magnet valve dropped out 3 ms later, at 0:40:23.208",
    ]
    places = [text.find(beat) for beat in beats]
    assert -1 not in places, beats[places.index(-1)]
    assert places == sorted(places)


def test_nothing_is_reported_every_second():
    assert len(story(forgotten_soup())) < 35


def test_people_count_burners_from_one():
    text = reported(two_burners())
    assert "lights burner 1" in text and "turns knob 2 off" in text
    assert not re.search(r"(burner|knob|button) 0", text)


def test_a_weld_is_reported_loudly():
    run = HandMadeRun("weld", 35 * MINUTE)
    deadline_ms = lit(run, 20_000)
    run.at(deadline_ms - MINUTE, state="WARNING").at(deadline_ms, state="VERIFYING", cause="TIMEOUT", coil="off")
    run.at(deadline_ms + 500, state="FAULT", fault="CONTACT_WELDED")
    text = reported(run)
    assert "time is up: but the contact stays closed" in text
    assert "FAULT contact welded" in text


def test_gas_without_a_flame_is_seen():
    run = HandMadeRun("blown out", 5 * MINUTE)
    lit(run, 20_000, until_ms=5 * MINUTE)
    run.do(60_000, "blow_out").at(60_000, flame="off")
    text = reported(run)
    assert "the flame is out, gas still on" in text
    assert "of gas without a flame" in text


@pytest.mark.parametrize("make", RUNS)
@pytest.mark.parametrize("color", [False, True])
def test_the_story_fits_a_hundred_columns(make, color):
    for line in story(make(), color=color):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        assert len(plain) <= 100
        assert color or "\x1b" not in line


def test_what_the_controller_prints_cannot_steer_the_terminal():
    run = HandMadeRun("console", MINUTE)
    run.console.append((1000, "\x1b[2Jgone\x07"))
    assert "› ?[2Jgone?" in reported(run)


def test_color_changes_no_word():
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in story(two_burners(), color=True)]
    assert [line.rstrip() for line in plain] == story(two_burners())


def test_four_burners_fit_too():
    run = HandMadeRun("four", 45 * MINUTE, burners=4)
    for burner in range(4):
        closes(run, lit(run, 20_000 + burner * 30_000, burner), burner)
    assert max(map(len, story(run))) <= 100


@pytest.mark.parametrize("do", sorted(ACTS))
def test_every_act_of_a_scenario_has_words(do):
    args = {
        "ms": 1500,
        "slot": "b",
        "how": "flip",
        "way": "air",
        "hold_ms": 10_000,
        "percent": 40,
        "source": "voice",
        "milliohm": 400,
        "min": 5,
        "on": True,
        "value": "i2c_error",
        "side": "tc",
        "uv": 500,
        "try_ms": 400,
        "mounts": False,
        "cause": "wdt",
        "error": "OSError",
        "in": "Pin.value",
        "pin": "pump",
        "is": "weak",
        "level": "high",
        "mohm": 40,
        "micro_ohm": 1000,
        "kelvin": 12,
        "ramp_ms": 1000,
        "celsius": 200,
        "millikelvin_per_s": 10_000,
        "millihertz": 50_000,
        "duty": 70,
        "n": 3,
        "of": 0,
    }
    mine = {field.to or key: args[field.to or key] for key, field in ACTS[do].items()}
    assert do in phrases.ACTS
    for form in ("story", "picture"):
        assert not re.search(r"[?{}]", phrases.event(do, mine, 1, form))


@pytest.mark.parametrize("cause", words.CAUSES)
def test_every_cause_has_words(cause):
    assert cause not in phrases.cause(cause)


@pytest.mark.parametrize(
    "duration_ms, said",
    [
        (0, "0 ms"),
        (5, "5 ms"),
        (800, "0.8 s"),
        (10_000, "10 s"),
        (65_000, "1 min 5 s"),
        (29 * MINUTE + 12_000, "29 min"),
        (3_600_000, "1 h"),
        (3_900_000, "1 h 5 min"),
        (-4000, "−4 s"),
    ],
)
def test_durations_are_said_as_people_say_them(duration_ms, said):
    assert phrases.spoken(duration_ms) == said


# ---- the picture -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", RUNS)
def test_the_picture_is_whole(make):
    text = picture(make())
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    assert not re.search(r"\b(nan|NaN|inf|None)\b", text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")  # self-contained
    for value in re.findall(r'\b(?:width|height)="([^"]+)"', text):
        assert float(value) >= 0


@pytest.mark.parametrize("make", RUNS)
def test_the_same_run_gives_the_same_bytes(make):
    assert picture(make()) == picture(make())


def devices(text):
    return [
        tuple(float(rect.get(key)) for key in ("x", "y", "width", "height"))
        for rect in ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}rect")
        if rect.get("class") == "tag"
    ]


@pytest.mark.parametrize("make", RUNS)
def test_labels_never_cover_each_other_nor_leave_the_page(make):
    found = devices(picture(make()))
    for (x, y, w, h), (x2, y2, w2, h2) in combinations(found, 2):
        assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    for x, _, w, _ in found:
        assert x >= 0 and x + w <= plot.WIDTH


def test_labels_in_a_crowd_are_counted_when_they_find_no_place():
    window = layout.Window(0, 100_000, 100, 500)
    labels = [layout.Label(50_000 + n, f"event number {n}", "user", 2) for n in range(40)]
    placed, lost = layout.place(labels, window)
    assert len(placed) + lost == 40
    assert lost > 0
    assert len({(item.row, item.x) for item in placed}) == len(placed)


def test_the_same_words_close_together_are_one_label():
    window = layout.Window(0, 100_000, 100, 1100)
    placed, _ = layout.place(
        [layout.Label(t_ms, "press", "user", 2) for t_ms in (10_000, 12_000, 14_000, 90_000)], window
    )
    assert sorted(item.label.text for item in placed) == ["press", "press ×3"]


def test_an_hour_of_two_noisy_burners_stays_small():
    run = two_burners()
    result = run.result()
    result.samples = [
        (t_ms, burner, tip + t_ms // 500 * 37 % 40, tc + t_ms // 500 * 91 % 900, magnet)
        for t_ms, burner, tip, tc, magnet in result.samples
    ]
    assert len(plot.svg_text(result, run.scenario).encode()) < 400_000


def test_thinning_keeps_the_shape():
    curve = [(n / 10, 50 + 40 * math.sin(n / 300)) for n in range(10_000)]
    curve[4321] = (432.1, 3.0)  # a single spike
    few = layout.thinned(curve)
    assert len(few) < 1200
    assert (few[0], few[-1]) == (curve[0], curve[-1])
    assert (432.1, 3.0) in few
    for (x0, y0), (x1, y1) in pairwise(few):
        for n in range(round(x0 * 10) + 1, round(x1 * 10)):
            between = y0 + (y1 - y0) * (n / 10 - x0) / (x1 - x0)
            assert abs(between - curve[n][1]) < 1 or abs(n - 4321) <= 20


def test_a_short_run_needs_no_enlargement_and_a_long_one_has_three():
    short = HandMadeRun("short", 3 * MINUTE)
    lit(short, 20_000, until_ms=3 * MINUTE)
    assert "ignition" not in picture(short)
    for name in ("ignition", "shut-off", "moment of the shut-off"):
        assert f">{name}</text>" in picture(forgotten_soup())


def test_a_run_without_samples_is_drawn_without_curves():
    run = forgotten_soup()
    result = run.result()
    result.samples = []
    text = plot.svg_text(result, run.scenario)
    assert "°C" not in text and "BURNING" in text


def test_the_sub_title_tells_cause_and_lateness():
    said = "Time is up: the contact opened at 0:40:23.205, 5 ms after the deadline; "
    assert said + "the magnet valve dropped out 3 ms later." in picture(forgotten_soup())


def test_write_svg_writes_the_file(tmp_path):
    run = forgotten_soup()
    plot.write_svg(run.result(), run.scenario, tmp_path / "soup.svg")
    assert (tmp_path / "soup.svg").read_text(encoding="utf-8") == picture(run)
