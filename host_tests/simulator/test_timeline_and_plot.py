"""The story and the picture of a run: right numbers, a width that fits, a picture that is whole and readable.

The runs here are made by hand (`HandMadeRun`), so that every number is known beforehand. Whether the real controller
behaves like that is not asked here; the scenarios do that.
"""

import math
import re
from itertools import combinations, pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from host_tests.fixtures.traces import QUIET_LINE
from simulator import words
from simulator.result import Result
from simulator.scenario import ACTS
from simulator.view import phrases, plot, shutoffs, timeline

QUIET = {key: value for key, value in QUIET_LINE.items() if key not in ("t_ms", "burner")}
MINUTE = 60_000


class HandMadeRun:
    """A run written down by hand: moments in, a result and its scenario out."""

    def __init__(self, name, until_ms, burners=1, about="", settings=None):
        self.until_ms, self.burners = until_ms, burners
        self.moments = {}  # (t_ms, burner) -> changed values
        self.deadlines = []  # (from_ms, to_ms, burner, deadline_ms)
        self.marks, self.console, self.events = [], [], []
        self.scenario = SimpleNamespace(
            name=name,
            about=about,
            plan={
                "name": name,
                "seed": 1,
                "until_ms": until_ms,
                "samples": True,
                "burners": burners,
                "stove": {},
                "settings": settings if settings is not None else {"warning_s": 60},
                "events": self.events,
            },
        )

    def do(self, t_ms, do, burner=0, **args):
        self.marks.append(("do", t_ms, str(len(self.events))))
        self.events.append([t_ms, do, burner, args])
        return self

    def at(self, t_ms, burner=0, **values):
        self.moments.setdefault((t_ms, burner), {}).update(values)
        return self

    def counts(self, from_ms, to_ms, deadline_ms, burner=0):
        self.deadlines.append((from_ms, to_ms, burner, deadline_ms))
        return self

    def result(self):
        trace, samples = [], []
        for burner in range(self.burners):
            mine = self._trace(burner)
            trace += mine
            samples += self._samples(mine, burner)
        trace.sort(key=lambda line: line["t_ms"])
        samples.sort()
        return Result(
            trace=trace,
            marks=sorted(self.marks, key=lambda mark: mark[1]),
            samples=samples,
            console=self.console,
            ended_ms=self.until_ms,
        )

    def _trace(self, burner):
        times = {0} | {t_ms for t_ms, b in self.moments if b == burner}
        for from_ms, to_ms, b, _ in self.deadlines:
            if b == burner:
                times |= set(range(from_ms, to_ms, 1000)) | {to_ms}
        line, trace = {"t_ms": 0, "burner": burner, **QUIET}, []
        for t_ms in sorted(times):
            left = [
                -(-(deadline_ms - t_ms) // 1000)
                for from_ms, to_ms, b, deadline_ms in self.deadlines
                if b == burner and from_ms <= t_ms < to_ms
            ]
            now = {**line, **self.moments.get((t_ms, burner), {}), "remaining_s": left[-1] if left else 0}
            if not trace or now != line:
                trace.append({**now, "t_ms": t_ms})
            line = now
        return trace

    def _samples(self, trace, burner):
        """First order heating (4 s) and cooling (25 s); the loaded loop shows about half of the EMF."""
        flame, contact = timeline.changes(trace, "flame"), timeline.changes(trace, "contact")
        tip, out, before_ms = 20.0, [], 0
        for t_ms in sorted({*range(0, self.until_ms + 1, 500), *(t for t, _ in contact)}):
            goal, tau_ms = (620.0, 4000) if timeline.value_at(flame, before_ms) == "on" else (20.0, 25000)
            tip = goal + (tip - goal) * math.exp(-(t_ms - before_ms) / tau_ms)
            emf_uv = (tip - 20) / 600 * 25000
            closed = timeline.value_at(contact, t_ms) == "closed"
            tc_uv, magnet_uv = (emf_uv * 0.58, emf_uv * 0.38) if closed else (emf_uv, 0)
            out.append((t_ms, burner, round(tip * 10), round(tc_uv), round(magnet_uv)))
            before_ms = t_ms
        return out


def lit(run, t_ms, burner=0, hold_s=10, minutes=30, until_ms=None, at_deadline="TIMEOUT"):
    """An ignition that goes well; returns the deadline."""
    run.do(t_ms, "light", burner, hold_ms=hold_s * 1000)
    run.at(t_ms + 200, burner, gas="on").at(t_ms + 700, burner, flame="on")
    run.at(t_ms + 1660, burner, state="ARMED", coil="on", light="ARMED", sound="ARMED")
    run.at(t_ms + 1668, burner, contact="closed").at(t_ms + 1760, burner, sound=None)
    start_ms = t_ms + 3200
    run.at(start_ms, burner, state="BURNING", light="BURNING")
    run.at(t_ms + 6400, burner, sound="LET_GO").at(t_ms + 6600, burner, sound=None)
    deadline_ms = start_ms + minutes * MINUTE
    run.counts(start_ms, until_ms or deadline_ms, deadline_ms, burner)
    return deadline_ms


def closes(run, deadline_ms, burner=0, cause="TIMEOUT", stall_ms=0, release_ms=5, drop_ms=3):
    """The end at the deadline: warning, shut-off, gas off, ready again."""
    run.at(deadline_ms - MINUTE, burner, state="WARNING", light="WARNING", sound="WARNING")
    for n in range(6):  # the beep goes on and off
        run.at(deadline_ms - MINUTE + n * 10_000, burner, sound="WARNING")
        run.at(deadline_ms - MINUTE + n * 10_000 + 300, burner, sound=None)
    t_ms = deadline_ms + stall_ms
    run.at(t_ms, burner, state="VERIFYING", coil="off", cause=cause, light="VERIFYING", sound="OFF")
    run.at(t_ms + release_ms, burner, contact="open")
    run.at(t_ms + release_ms + drop_ms, burner, gas="off", flame="off").at(t_ms + 400, burner, sound=None)
    run.at(t_ms + 19_000, burner, state="IDLE", light="DARK")


def forgotten_soup():
    run = HandMadeRun("forgotten soup", 42 * MINUTE, about="Someone lights a burner, adds ten minutes and goes away.")
    lit(run, 20_000, until_ms=10 * MINUTE + 40)
    run.do(10 * MINUTE, "press").at(10 * MINUTE + 40, sound="ADDED").at(10 * MINUTE + 140, sound=None)
    deadline_ms = 20_000 + 3200 + 40 * MINUTE
    run.counts(10 * MINUTE + 40, deadline_ms, deadline_ms)
    closes(run, deadline_ms)
    return run


def two_burners():
    run = HandMadeRun(
        "soup and rice",
        60 * MINUTE,
        burners=2,
        about="Two burners; the rice is turned off by hand, the soup is forgotten.",
    )
    closes(run, lit(run, 95_000, burner=0, minutes=30))
    off_ms = 22 * MINUTE
    lit(run, 5 * MINUTE, burner=1, until_ms=off_ms + 5200)
    run.do(off_ms, "knob_off", 1).at(off_ms, 1, gas="off", flame="off")
    run.at(off_ms + 5200, 1, state="VERIFYING", coil="off", cause="FLAME_OUT", light="VERIFYING", sound="OFF")
    run.at(off_ms + 5205, 1, contact="open").at(off_ms + 5600, 1, sound=None)
    run.at(off_ms + 15_200, 1, state="IDLE", light="DARK")
    return run


def bad_evening():
    """Everything goes wrong at once: resets, films, a weld, many hands on the button."""
    run = HandMadeRun(
        'a bad evening <&> "quotes"',
        12 * MINUTE,
        burners=2,
        about="A long row of faults, one after the other, to see that the labels of the picture never "
        "cover each other however close they stand, and that nothing breaks. " * 2,
    )
    lit(run, 10_000, until_ms=200_000)
    for n in range(9):
        run.do(60_000 + n * 7000, "press")
    run.do(100_000, "sensor", value="i2c_error", side="both").do(104_000, "noise", uv=500)
    run.do(107_000, "gil_hold", ms=1500).do(110_000, "raise", error="MemoryError", **{"in": "I2C.readfrom_mem_into"})
    run.do(120_000, "clock_jump", ms=-4000).do(121_000, "film", milliohm=400)
    run.do(200_000, "reset", cause="wdt")
    run.marks += [("down", 200_000, "wdt"), ("up", 200_900, ""), ("up", 0, "")]
    run.at(200_000, state=None, light=None, coil="off").at(200_004, contact="open", gas="off", flame="off")
    run.at(200_900, state="VERIFYING", cause="RESTART", light="VERIFYING").at(215_000, state="IDLE", light="DARK")
    run.console += [(200_950, "curfew: restarted by the watchdog, last cause RESTART"), (None, "x" * 130 + "\x1b[2J")]
    run.do(300_000, "weld").do(310_000, "light", 0, hold_ms=8000)
    run.at(310_200, gas="on").at(310_500, flame="on", contact="closed")
    run.at(312_000, state="FAULT", fault="CONTACT_WELDED", light="FAULT", sound="FAULT")
    run.do(330_000, "knob_off").at(330_000, gas="off", flame="off")
    run.marks.append(("violation", 331_000, "0 an int of 2^30 or more"))
    run.do(400_000, "power_off").do(460_000, "power_on")
    run.marks += [("down", 400_000, "power"), ("up", 460_000, "")]
    for burner in (0, 1):
        run.at(400_000, burner, state=None, light=None, sound=None)
        run.at(461_000, burner, state="IDLE", light="DARK")
    run.at(461_000, state="FAULT", light="FAULT")
    return run


def empty_run():
    return HandMadeRun("nothing", 0)


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
        "on": True,
        "value": "i2c_error",
        "side": "tc",
        "uv": 500,
        "try_ms": 400,
        "cause": "wdt",
        "error": "OSError",
        "in": "Pin.value",
        "pin": "pump",
        "level": "high",
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
    window = plot.Window(0, 100_000, 100, 500)
    labels = [plot.Label(50_000 + n, f"event number {n}", "cook", 2) for n in range(40)]
    placed, lost = plot.place(labels, window)
    assert len(placed) + lost == 40
    assert lost > 0
    assert len({(item.row, item.x) for item in placed}) == len(placed)


def test_the_same_words_close_together_are_one_label():
    window = plot.Window(0, 100_000, 100, 1100)
    placed, _ = plot.place([plot.Label(t_ms, "press", "cook", 2) for t_ms in (10_000, 12_000, 14_000, 90_000)], window)
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
    few = plot.thinned(curve)
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
