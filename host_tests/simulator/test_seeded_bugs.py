"""Every invariant catches a bug that was put into the firmware on purpose, and is content without it.

Here: for each check of rules/invariants.py at least one bug (text of the firmware, replaced) and a scenario in
which it shows. A check that no bug here wakes up counts as untested. Not here: hand-made traces
(test_invariant_checks.py), mutants by the hundred (tools/mutation/mutate.py).
"""

import json

import pytest

from host_tests.fixtures.seeded_firmware import FIRMWARE, seeded
from simulator import inside, run_settings, scenario
from simulator.play import judge
from simulator.rules import invariants
from simulator.rules.exercised import NEEDS, exercised
from simulator.times import show_time

SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}
NO_SENSOR = {"sensor": False}
SENSING = {"tip_cool_ms": 3000}
TICK = "                self.tick(now_ms)\n"
TICK_THAT_SWALLOWS = f"                try:\n    {TICK}                except RuntimeError:\n                    pass\n"
CAP = {"burn_max_min": 2, "timer_max_min": 2}


def at(second, do, **args):
    """An event of a scenario."""
    return {"at": show_time(second * 1000), "do": do, **args}


PRESS, LIGHT = at(5, "press"), at(5, "light")


def run(until_s, events, stove=NO_SENSOR, settings=None, **top):
    """A scenario; `settings` differ from SHORT."""
    top = top or {"settings": {**SHORT, **(settings or {})}}
    text = {"name": "seeded bug", "until": show_time(until_s * 1000), "stove": stove, "events": events, **top}
    return scenario.parse(json.dumps(text), run_settings.shipped())


BURNER, CONTROLLER, FAULTS, SAFETY, TABLE = (
    f"curfew/core/{name}.py" for name in ("burner", "controller", "faults", "safety", "table")
)
# what is wrong: the invariant, a scenario, and changes as for seeded_firmware.seeded()
BUGS = {
    "a pair of presses overrides": (
        "S15",
        run(20, [PRESS, at(10, "double_press")]),
        (
            "curfew/core/button.py",
            "self._steps == 2:\n            if self._answers:",
            "self._steps == 2:\n            if True:",
        ),
        (TABLE, "return burner.asked and burner", "return burner"),
    ),
    "what seems relit again and again is never a fault": (
        "S14",
        scenario.load("scenarios/flame/a_valve_sticks_while_the_cold_end_warms.json"),
        ("curfew/core/proof.py", "min(ms, self.die_ms, limits.RELIGHT_WAIT_MS - self._wait_ms)", "self.die_ms"),
    ),
    "hits in a panic are presses": (
        "S15",
        run(20, [PRESS, at(10, "mash", hz=3)]),
        ("curfew/core/button.py", "return self._off(PANIC)", "return event"),
    ),
    "a flame that no one times is no fault": (
        "S14",
        run(190, [LIGHT, at(14, "valve_sticks"), at(20, "hold")], stove=SENSING),
        (FAULTS, "return present or burns and due", "return present"),
    ),
    "the pump goes on beside a stuck driver": (
        "S16",
        run(
            60,
            [LIGHT, at(6, "light", burner=1), at(17, "stick_pin", pin="relay", level="high"), at(20, "hold")],
            stove={"burners": 2},
        ),
        (CONTROLLER, "self.test_ms = limits.WELD_TEST_MS", "self.test_ms = 0"),
    ),
    "a restart forgets a fault": (
        "S17",
        run(
            40, [at(5, "sensor", value="stale"), at(10, "sensor", value="ok"), at(20, "reset", cause="soft")], stove={}
        ),
        (FAULTS, "KEPT_FAULTS = (1 << SETTINGS_INVALID) - 1", "KEPT_FAULTS = STORED_FAULTS"),
    ),
    "a state file of another version is an error": (
        "S18",
        run(40, [], files=[{"path": "state.txt", "lines": ["0 0 7 x", "?"]}]),
        (
            "curfew/storage/series.py",
            "return int(words[word]) if word < len(words) and words[word].isdigit() and len(words[word]) < 11 else 0",
            "return int(words[word])",
        ),
    ),
    "a contact counts as open only beside no voltage at all": (
        "L3",
        run(
            90,
            [
                at(2, "offset", uv=600, side="both"),
                at(5, "sensor", value="stale"),
                at(10, "sensor", value="ok"),
                at(30, "hold", s=6),
            ],
            stove=SENSING,
        ),
        (FAULTS, "return burner.flame.back_ms < limits.SENSOR_BACK_MS", "return burner.flame.tc_uv > 300"),
    ),
    "an exception in the effect of a press": (
        "S20",
        run(20, [PRESS, at(10, "press")]),
        (BURNER, "            extended_ms = self.extended_ms()", "            extended_ms = [][1]"),
    ),
    "a grant is kept for the next tick": (
        "S1",
        run(30, [PRESS, at(10, "hold")]),
        (SAFETY, "wanted is True", "(wanted is True or self.granted)"),
        (BURNER, "self.remaining_ms = self.kept_ms = 0\n        self.contact_ms = 0", "self.contact_ms = 0"),
        (BURNER, "self._local_act = False\n        self.proof.begin", "self.proof.begin"),
    ),
    "presses pass the cap, and the gate does not count": (
        "S2",
        run(360, [PRESS, *(at(s, "press") for s in range(50, 300, 60))], settings={**CAP, "override_max_min": 5}),
        (SAFETY, "return 0 <= closed_ms < cap_ms", "return True"),
        (
            BURNER,
            "self.config.timer_max_ms, self.cap_ms)\n        return max",
            "self.config.timer_max_ms)\n        return max",
        ),
        (BURNER, "            self.cap_ms -= step_ms\n", ""),
    ),
    "a remote request counts as a press": (
        "S3",
        run(20, [at(8, "remote_arm")]),
        (BURNER, "return REMOTE_ARM", "return PRESSED"),
    ),
    "a remote off is dropped while burning": (
        "S4",
        run(20, [PRESS, at(10, "remote_off")]),
        (BURNER, "if off_asked:", "if off_asked and state != BURNING:"),
    ),
    "a hold is not taken in the warning": (
        "S4",
        run(80, [PRESS, at(55, "hold")]),
        (TABLE, "CLOSED_STATES, HELD, ALWAYS, VERIFYING", "CLOSED_STATES & ~_W, HELD, ALWAYS, VERIFYING"),
    ),
    "the wait after a start ends in a burn": (
        "S5",
        run(20, []),
        (
            TABLE,
            "_V, VERIFIED, ALWAYS, IDLE, NOTHING, 0, S_NONE",
            "_V, VERIFIED, ALWAYS, BURNING, START_TIMER, 0, S_NONE",
        ),
        (BURNER, "self._local_act = event in (PRESSED, IGNITED)", "self._local_act = True"),
    ),
    "no reclose delay at all": (
        "S6",
        run(20, [at(11, "press"), at(13, "hold"), at(15, "press")], settings={"reclose_hold_s": 10}),
        (SAFETY, "return open_ms >= hold_ms", "return True"),
        (BURNER, "if self.verifying_ms >= self.settings.reclose_hold_ms and self._is_proved()", "if self._is_proved()"),
    ),
    "a fault is shown and nothing happens": (
        "S7",
        run(40, [LIGHT, at(20, "sensor", value="i2c_error")], stove=SENSING),
        (SAFETY, "return raised == 0", "return True"),
        (BURNER, "if self.faults.raised and state != FAULT:", "if False:"),
    ),
    "a silent sensor is no fault": (
        "S8",
        run(40, [LIGHT, at(20, "sensor", value="stale")], stove=SENSING),
        (FAULTS, "return burner.sensor and burner.flame", "return False and burner.flame"),
    ),
    "a warm tip is a flame": (
        "S8",
        run(50, [LIGHT, at(29, "knob_off"), at(30, "hold"), at(42, "press")], stove={"tip_cool_ms": 12000}),
        ("curfew/core/flame.py", "confirm_ms >= limits.FLAME_CONFIRM_MS", "confirm_ms >= 0"),
    ),
    "the clock is believed whatever it says": (
        "S9",
        run(40, [PRESS, at(20, "clock_jump", ms=-5000)]),
        (CONTROLLER, "step_ms >= 0 and late_ms <= limits.STALL_MAX_MS and", "True and"),
    ),
    "a warning of five seconds": (
        "S10",
        run(80, [PRESS]),
        (BURNER, "self.remaining_ms <= self.settings.warning_ms:", "self.remaining_ms <= 5000:"),
    ),
    "the loop goes on after an exception": (
        "S11",
        run(20, [PRESS, at(10, "raise", **{"error": "RuntimeError", "in": "lock.acquire"})]),
        ("curfew/runtime/loop.py", TICK, TICK_THAT_SWALLOWS),
    ),
    "a press on one burner adds time to all": (
        "S12",
        run(
            180,
            [PRESS, at(30, "press", burner=1), at(40, "press", burner=1)],
            stove={"sensor": False, "burners": 2},
            settings=CAP,
        ),
        (CONTROLLER, "self.pressed[index] == 1,", "max(self.pressed[:-2]) == 1,"),
    ),
    "a shut-off by a fault is not recorded": (
        "S13",
        run(40, [LIGHT, at(20, "sensor", value="i2c_error")], stove=SENSING),
        (BURNER, "return is_shutoff\n\n    def _row", "return is_shutoff and event != FAULT_RAISED\n\n    def _row"),
    ),
    "a shut-off keeps the cause of the one before": (
        "S13",
        run(20, [PRESS, at(10, "hold")]),
        (BURNER, "self.cause = cause", "self.cause = self.cause"),
    ),
    "a press must last longer than a finger does": (
        "L1",
        run(20, [PRESS]),
        ("curfew/core/limits.py", "BRIDGE_MS = 140", "BRIDGE_MS = 640"),
    ),
    "an acknowledged fault comes back by itself": (
        "L2",
        run(40, [at(5, "sensor", value="stale"), at(10, "sensor", value="ok"), at(20, "hold", s=6)], stove=SENSING),
        (
            FAULTS,
            "self.raised = 0\n        self.shown = NO_FAULT\n        return True",
            "self.shown = NO_FAULT\n        return True",
        ),
    ),
    "the deadline is a second late": (
        "LATE",
        run(80, [PRESS]),
        (BURNER, "state != ARMED and self.remaining_ms <= 0", "state != ARMED and self.remaining_ms <= -1000"),
        (SAFETY, "remaining_ms > 0", "remaining_ms > -1000"),
    ),
    "an alarm is heard and nothing happens": (
        "S19",
        run(30, [PRESS, at(10, "alarm")], settings={"alarm_pin": 34}),
        (CONTROLLER, "(self._alarm_ms > limits.ALARM_MS) << faults.ALARM", "0"),
    ),
    "an alarm is believed after a second only": (
        "S19",
        run(30, [PRESS, at(10, "alarm")], settings={"alarm_pin": 34}),
        ("curfew/core/limits.py", "ALARM_MS = 100", "ALARM_MS = 1000"),
    ),
    "broken settings are replaced by a guess": (
        "SETTINGS",
        run(30, [at(15, "press")], settings_text="{"),
        (
            "curfew/core/settings.py",
            'return checked({"chip": pins.here() or pins.PLAIN, "burners": [{}]}), True',
            'return checked({"chip": pins.here() or pins.PLAIN, "burners": [{}]}), False',
        ),
    ),
    "the starter checks nothing": (
        "PROGRAM",
        run(60, [at(2, "corrupt_program", slot="a", how="extra"), at(3, "reset", cause="hard")]),
        ("starter.py", "if listed != _programs(slot):", "if False:"),
    ),
}


def judged(wanted, firmware):
    """The rules that were broken, and those that were put to the test."""
    verdict = judge(wanted, inside.run(wanted.plan, firmware))
    return {name for name, _ in verdict.failed_invariants}, exercised(verdict.result, wanted.plan)


@pytest.mark.sample(7)
@pytest.mark.parametrize("bug", BUGS)
def test_the_invariant_catches(bug, tmp_path):
    name, wanted, *changes = BUGS[bug]
    violated, put_to_the_test = judged(wanted, FIRMWARE)
    assert violated == set(), "the scenario is red without the bug"
    assert name in put_to_the_test
    assert name in judged(wanted, seeded(tmp_path, *changes))[0]


def test_every_invariant_has_its_bug():
    # MACHINE is about the simulator itself: test_invariant_checks.py shows what it catches.
    assert {name for name, *_ in BUGS.values()} == {name for name, _, _ in invariants.CHECKS} - {"MACHINE"}


def test_a_run_in_which_nothing_happens_puts_only_what_always_holds_to_the_test():
    quiet = run(20, [])
    assert set(judged(quiet, FIRMWARE)[1]) == {"S5", "S20", "MACHINE"}
    assert set(NEEDS) == {name for name, _, _ in invariants.CHECKS}
