"""What fingers mean, drawn at random: the safety case's table of gestures, on the firmware's button and on the VM.

Here: the models of simulator/fingers.py against button.py. Not here: the grammar to the millisecond (test_button.py).
"""

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from curfew.core.button import Button
from curfew.core.codes import HELD, OVERRIDE_PRESSED, PANIC, PRESSED
from simulator import scenario
from simulator.fingers import EITHER, FINGERS, OFF, OVERRIDE, STEPS, draw
from simulator.play import play
from simulator.times import show_time

TICK_MS = 20
SAMPLE, DRAWS, ON_THE_VM = 100, 10_000, 100
TABLE = Path(__file__).parents[2] / "docs" / "safety" / "safety-case.md"


def felt(contacts, phase_ms):
    """What the button makes of contacts: "off", "override" or the number of steps; when, from the first edge."""
    button = Button()
    for _ in range(10):
        button.step(False, TICK_MS)
    steps, overrides, now_ms, last = 0, 0, phase_ms, 0
    while now_ms < contacts[-1][1] + 500:
        while last < len(contacts) - 1 and contacts[last][1] <= now_ms:
            last += 1
        down = contacts[last][0] <= now_ms < contacts[last][1]
        event = button.step(down, TICK_MS)
        if event in (HELD, PANIC):
            return OFF, now_ms
        steps += event == PRESSED
        overrides += event == OVERRIDE_PRESSED
        now_ms += TICK_MS
    return (OVERRIDE if overrides else steps), now_ms


def means(finger, meant):
    """Whether an outcome is one that the model allows."""
    if finger.means == STEPS:
        return meant == finger.steps
    return meant == finger.means or finger.means == EITHER and meant != OVERRIDE


def tried(name, draws):
    """(percent that meant the right thing, outcomes, latest OFF in ms) of so many seeded draws."""
    outcomes, latest_ms, right = Counter(), 0, 0
    for number in range(draws):
        uniform = random.Random(f"{name} {number}").uniform
        meant, at_ms = felt(draw(FINGERS[name], uniform), uniform(0, TICK_MS))
        outcomes[meant] += 1
        right += means(FINGERS[name], meant)
        latest_ms = max(latest_ms, at_ms if meant == OFF else 0)
    return 100 * right / draws, outcomes, latest_ms


def misfits(name, draws):
    """A sentence for everything in which a model falls short of its row."""
    finger = FINGERS[name]
    percent, outcomes, latest_ms = tried(name, draws)
    if percent < finger.percent:
        yield f"{percent} % of {draws} mean {finger.means}, {finger.percent} are due: {outcomes}"
    if finger.means == STEPS and outcomes[OFF]:
        yield f"{outcomes[OFF]} of {draws} are an OFF"
    if finger.means != OVERRIDE and outcomes[OVERRIDE]:
        yield f"{outcomes[OVERRIDE]} of {draws} are an override"
    if finger.within_ms and latest_ms > finger.within_ms:
        yield f"an OFF took {latest_ms} ms"


@pytest.mark.parametrize("name", FINGERS)
def test_a_sample_of_every_finger_means_what_it_should(name):
    assert list(misfits(name, SAMPLE)) == []


@pytest.mark.long
@pytest.mark.limit(600)
@pytest.mark.parametrize("name", FINGERS)
def test_ten_thousand_draws_of_every_finger_mean_what_they_should(name):
    assert list(misfits(name, DRAWS)) == []


@pytest.mark.long
def test_safety_tells_the_figures_of_this_table():
    rows = re.findall(r"^\| ([a-z0-9,; ]+) \| [^|]+ \| ([0-9.]+) %", TABLE.read_text(), re.M)
    stated = {name: float(percent) for names, percent in rows for name in names.split("; ")}
    assert set(stated) == set(FINGERS)
    for name, percent in stated.items():
        assert percent == pytest.approx(tried(name, 1000)[0], abs=0.7), name


# --- through the whole controller ----------------------------------------------------------------------------------

LIT_MS, EVERY_MS = 5_000, 30_000


def in_a_kitchen(name, numbers):
    """A scenario in which a burner without a sensor is started by a press and touched by one draw after another."""
    events, expect = [], []
    for place, number in enumerate(numbers):
        from_ms = LIT_MS + place * EVERY_MS
        touched_ms = from_ms + 3_000
        contacts = draw(FINGERS[name], random.Random(f"{name} {number}").uniform)
        events.append({"at": show_time(from_ms), "do": "press"})
        for start_ms, end_ms in contacts:
            down_ms, up_ms = touched_ms + round(start_ms), touched_ms + round(end_ms)
            events += [{"at": show_time(down_ms), "do": "button_down"}, {"at": show_time(up_ms), "do": "button_up"}]
        over_ms = touched_ms + round(contacts[-1][1])
        expect.append((place, show_time(over_ms + 700)))
        events.append({"at": show_time(over_ms + 2_000), "do": "remote_off", "source": "test"})
    return {
        "name": name,
        "until": show_time(LIT_MS + len(numbers) * EVERY_MS),
        "stove": {"sensor": False},
        "settings": {"reclose_hold_s": 3, "warning_s": 15, "timer_default_min": 20},
        "events": events,
        "expect": [{"at": at, **_expected(FINGERS[name])} for _, at in expect],
    }


def _expected(finger):
    if finger.means == OFF:
        return {"coil": "off"}
    if finger.means == OVERRIDE:
        return {"state": "OVERRIDE"}
    if finger.means == STEPS:
        seconds = 60 * (20 + 10 * finger.steps)
        return {"state": "BURNING", "remaining_s": [seconds - 30, seconds]}
    return {}


def depends_on_phase(name, number):
    """Whether the button alone, too, takes a draw for something else, at some moment of its first edge in a tick."""
    contacts = draw(FINGERS[name], random.Random(f"{name} {number}").uniform)
    return any(not means(FINGERS[name], felt(contacts, phase_ms)[0]) for phase_ms in range(TICK_MS))


@pytest.mark.long
@pytest.mark.limit(300)
@pytest.mark.parametrize("name", [name for name, finger in FINGERS.items() if finger.means != EITHER])
def test_fingers_mean_the_same_through_the_whole_controller_on_the_vm(name):
    verdict = play(scenario.parse(json.dumps(in_a_kitchen(name, range(ON_THE_VM))), scenario.run_settings.shipped()))
    assert verdict.died is None and verdict.failed_invariants == []
    failed = [int(re.search(r"\d+", one)[0]) for one in verdict.failed_expectations]
    # Of a hundred presses of a worn key two, the same as by the button alone.
    wrong = [number for number in failed if FINGERS[name].percent > 99.5 or not depends_on_phase(name, number)]
    assert wrong == [], verdict.failed_expectations[:3]
