"""Every input in every class of states that can be reached, and that the search sees what it should see.

Here: the parts of explore.py against the numbers kept in explored.json, the rows of the table, seeded bugs. Not here:
long random walks, the plant, files.
"""

import json
import os
import subprocess
import sys
import warnings

import pytest

from curfew.core import codes
from host_tests.exhaustive import explore
from host_tests.exhaustive.device import Device
from host_tests.exhaustive.inputs import INPUTS
from host_tests.fixtures.every_tick import flat
from host_tests.fixtures.names import EVENTS, STATES
from host_tests.fixtures.seeded_firmware import ROOT, seeded

KEPT = json.loads(explore.KEPT.read_text())

# What cannot happen, with the reason.
IMPOSSIBLE = {
    "FAULT FAULT_RAISED ALWAYS",  # a further fault joins the set without an event
    # The hold has shut off before, and an ignition while a button is held is not among the inputs.
    *(f"{state} HELD_LONG ALWAYS" for state in ("ARMED", "BURNING", "WARNING", "OVERRIDE")),
    # The next pot: the classes do not tell a fall of ten seconds from a shorter one; a scenario shows it.
    *(f"{state} RELIT ALWAYS" for state in ("BURNING", "WARNING", "OVERRIDE")),
    # No burn that is explored lasts for the five minutes of an absence: host_tests/core/sensing/test_contacts.py.
    *("WARNING RETURNED LEFT_IS_SHORT", "WARNING RETURNED BY_OVERRIDE", "WARNING DEADLINE BY_ABSENCE"),
    *(f"{state} RETURNED ALWAYS" for state in ("BURNING", "WARNING", "OVERRIDE")),
    # One burner is explored, and this ends the burn of its neighbor: host_tests/core/sensing/test_weld_test.py.
    *(f"{state} PUMP_OFF ALWAYS" for state in ("ARMED", "BURNING", "WARNING", "OVERRIDE")),
    # A timer that ends in the very tick of a new pot or a second override: host_tests/core/test_deadline.py.
    *(
        f"{state} DEADLINE {guard}"
        for state in ("BURNING", "OVERRIDE")
        for guard in ("BY_ABSENCE", "AT_RAISED_CAP", "AT_CAP", "BY_OVERRIDE", "ALWAYS")
    ),
    "ARMED FAULT_RAISED BY_ALARM",  # explored without a sensor, where nothing is armed
    "WARNING REMOTE_LESS SOONER",  # only where an absence shortens the timer
    "BURNING REMOTE_EXTEND EXTEND_ALLOWED",  # where an extension does not reach far, WARNING_DUE comes first
}
# Where a pair that has no row in the table, or none whose guard holds, can come about at all.
REFUSED = {
    "REMOTE_ARM": "IDLE ARMED BURNING WARNING OVERRIDE VERIFYING FAULT",
    "REMOTE_LESS": "IDLE BURNING WARNING VERIFYING FAULT",  # explored without a sensor
    "REMOTE_EXTEND": "IDLE ARMED BURNING WARNING OVERRIDE VERIFYING FAULT",
    "PRESSED": "ARMED VERIFYING",
    "OVERRIDE_PRESSED": "IDLE ARMED BURNING WARNING VERIFYING FAULT",  # in OVERRIDE the first press leads out of it
    "HELD_LONG": "FAULT",  # a cause is still there
    # A press in IDLE beside a contact that conducts, PUMP_OFF: host_tests/core/sensing/test_weld_test.py.
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("part", explore.PARTS)
def test_every_input_in_every_class_keeps_the_invariants_and_as_much_is_reached_as_before(part):
    numbers = explore.PARTS[part]()
    assert explore.less_than_kept(part, numbers) == []
    if numbers != KEPT[part]:
        warnings.warn(f"{part}: more is reached than before, keep it: {explore.KEEP}", stacklevel=1)


def _kept_pairs():
    return {pair for part in KEPT.values() for pair in part["pairs"]}


def test_every_row_of_the_table_happens_in_every_state_it_counts_in():
    due = {f"{state} {event} {guard}" for event, guard, states in explore.rows() for state in states}
    assert due - _kept_pairs() == IMPOSSIBLE


def test_every_pair_that_can_be_refused_is_refused_and_no_other():
    due = {f"{state} {event} refused" for event, states in REFUSED.items() for state in states.split()}
    assert {pair for pair in _kept_pairs() if pair.endswith("refused")} == due
    assert set(REFUSED) <= set(EVENTS.values())
    assert {state for states in REFUSED.values() for state in states.split()} == set(STATES.values())


def test_less_than_was_kept_is_reported_in_a_sentence():
    numbers = {**KEPT["blind"], "states": 1, "pairs": KEPT["blind"]["pairs"][1:]}
    assert explore.less_than_kept("blind", numbers) == [
        f"blind: states 1, there were {KEPT['blind']['states']}; if that is meant: {explore.KEEP}",
        f"blind: {KEPT['blind']['pairs'][0]} does not happen any more; if that is meant: {explore.KEEP}",
    ]


def test_a_controller_that_was_put_back_is_the_same_down_to_every_number():
    device = Device(explore.SENSING)
    while device.controller.burners[0].state != codes.IDLE:
        INPUTS["cold"](device)
    for name in ("press", "flame", "flame"):
        INPUTS[name](device)
    assert device.controller.granted[0]
    saved, before = device.save(), flat(device.controller)
    for name in ("hold", "nothing", "restart", "cold"):
        INPUTS[name](device)
        assert flat(device.controller) != before
    device.put_back(saved)
    assert flat(device.controller) == before


# --- what the search must see: one bug each, quoted from the firmware -----------------------------------------------

# (how the sentence begins, the part that sees it, the bug): (file in core/, text that is there once, text instead)
MAY_EXTEND = "return settings.remote_extend and not burner.kept_ms and burner.sensor and burner.flame.is_confirmed()"
SEEDED = {
    ("S1", "blind", "the gate is not asked"): [
        ("controller.py", "granted = burner.grant(step_ms)", "granted = burner.wants_closed()")
    ],
    ("S1", "blind", "a grant is kept"): [
        ("controller.py", "granted = burner.grant(step_ms)", "granted = burner.grant(step_ms) or self.granted[index]")
    ],
    ("S2", "blind", "every override raises the cap"): [
        ("burner.py", "return self.cap_ms if self._override_used else max(", "return max(")
    ],
    ("S3", "blind", "more time remotely is always allowed"): [("table.py", MAY_EXTEND, "return True")],
    ("S3", "sensing, extended remotely", "more time remotely without a proved flame"): [
        ("table.py", MAY_EXTEND, "return settings.remote_extend and burner.sensor")
    ],
    ("S3", "blind", "a remote arm lights"): [
        (
            "table.py",
            "_I, PRESSED, NO_SENSOR,",
            "_I, 20, NO_SENSOR, BURNING, START_TIMER, 0, S_ARMED,\n    _I, PRESSED, NO_SENSOR,",
        ),
        ("burner.py", "self._local_act = event in (PRESSED, IGNITED)", "self._local_act = True"),
    ],
    ("S4", "blind", "a hold takes a tick too long"): [
        ("button.py", "self._age_ms >= limits.HOLD_MS:", "self._age_ms >= limits.HOLD_MS + 20:")
    ],
    ("S4", "blind", "an OFF is lost beside a request"): [
        ("burner.py", "if off_asked:", "if off_asked and not extend_asked:")
    ],
    ("S3, S5", "sensing, extended remotely", "the knob lights although auto_arm is off"): [
        ("burner.py", "self.settings.auto_arm and sensing", "sensing"),
        ("table.py", "return settings.auto_arm", "return True"),
    ],
    ("S6", "blind", "a reclose delay of one second"): [
        ("burner.py", "if self.verifying_ms >= self.settings.reclose_hold_ms and", "if self.verifying_ms >= 1000 and"),
        ("safety.py", "has_been_open(self.open_ms, self.hold_ms)", "has_been_open(self.open_ms, 1000)"),
    ],
    ("S6", "blind", "long steps count towards the reclose delay"): [
        (
            "burner.py",
            "aged_ms(self.verifying_ms, min(step_ms, limits.TICK_MS))",
            "aged_ms(self.verifying_ms, step_ms)",
        ),
        ("safety.py", "self.open_ms + min(step_ms, tick_ms)", "self.open_ms + step_ms"),
    ],
    ("S7", "sensing", "a weld is forgiven after half of the time"): [
        ("faults.py", "flame.cleared_ms < limits.WELD_CLEARED_MS", "flame.cleared_ms < 500")
    ],
    ("S7", "blind", "a fault is acknowledged with its cause there"): [
        ("table.py", "_F, HELD_LONG, CAUSES_GONE", "_F, HELD_LONG, ALWAYS"),
        ("faults.py", "        if self.present:", "        if False:"),
    ],
    ("S8", "sensing", "a blind sensor is trusted for long"): [
        ("faults.py", "flame.is_stale(limits.STALE_MS)", "flame.is_stale(3 * limits.STALE_MS)")
    ],
    ("S9", "blind", "a broken clock is no event"): [("burner.py", "if closed and not clock_ok:", "if False:")],
    ("S9", "blind", "a clock that stands is believed"): [
        ("controller.py", " and self._still_ticks < limits.STILL_TICKS_MAX", "")
    ],
    ("S9", "blind", "ticks do not wrap"): [
        ("ticks.py", "step_ms = (now_ms - then_ms) & _MASK", "step_ms = now_ms - then_ms")
    ],
    ("S10", "blind", "the warning comes late"): [
        ("burner.py", "self.remaining_ms <= self.settings.warning_ms", "self.remaining_ms <= 5000")
    ],
    ("S12", "two burners", "another finger stops the time"): [
        (
            "controller.py",
            "                step_ms,\n                clock_ok,",
            "                0 if index == 0 and self.pressed[1] else step_ms,\n                clock_ok,",
        )
    ],
    ("S13", "blind", "the first cause is kept"): [
        ("burner.py", "self.cause = cause\n", "self.cause = self.cause or cause\n")
    ],
    ("S13", "blind", "a restart is not reported"): [
        (
            "controller.py",
            "self.player.play(S_ENDED, index)\n                self._record(index, burner)",
            "self.player.play(S_ENDED, index)",
        )
    ],
    ("L1", "blind", "a press after a refusal is lost"): [
        ("table.py", "return not burner.sensor", "return not burner.sensor and burner.refused == 0")
    ],
    ("L2", "blind", "a stuck button never comes loose"): [
        (
            "faults.py",
            "return burner.button.is_stuck()",
            f"return burner.button.is_stuck() or burner.state == {codes.FAULT}",
        )
    ],
}


# This part alone takes a minute until it gets to its bug.
SLOW = "sensing, extended remotely"


@pytest.mark.sample(6)
@pytest.mark.parametrize(
    "bug", [pytest.param(bug, marks=pytest.mark.long if bug[1] == SLOW else (), id=bug[2]) for bug in SEEDED]
)
def test_a_seeded_bug_is_seen(bug, tmp_path):
    begins, part, _ = bug
    copy = seeded(tmp_path, *((f"curfew/core/{name}", old, new) for name, old, new in SEEDED[bug]))
    command = [sys.executable, "-m", "host_tests.exhaustive.explore", part]
    paths = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=ROOT, env=paths, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{part}: {begins}" in done.stdout, done.stdout + done.stderr
