"""Every invariant catches a bug that was put into the firmware on purpose, and is content without it.

Here: for each check of rules/invariants.py at least one bug (text of the firmware, replaced) and a scenario in
which it shows. A check that no bug here wakes up counts as untested. Not here: hand-made traces
(test_invariant_checks.py), mutants by the hundred (tools/mutation/mutate.py).
"""

import json
import shutil
from pathlib import Path

import pytest

from simulator import inside, run_settings, scenario
from simulator.play import judge
from simulator.rules import invariants

FIRMWARE = Path(__file__).resolve().parent.parent.parent / "firmware"
SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}
PRESS = {"at": "0:00:05", "do": "press"}
NO_SENSOR = {"stove": {"sensor": False}}
SENSING = {"stove": {"tip_cool_ms": 3000}}
COOK = [{"at": "0:00:05", "do": "light"}]
TICK = "                self.tick(now_ms)\n"
TICK_THAT_SWALLOWS = f"                try:\n    {TICK}                except RuntimeError:\n                    pass\n"
CAP = {"burn_max_min": 2, "timer_max_min": 2}

# what is wrong: invariant, scenario, then pairs of firmware text and what replaces it, by file
BUGS = {
    "a grant is kept for the next tick": (
        "S1",
        {**NO_SENSOR, "until": "0:00:30", "events": [PRESS, {"at": "0:00:10", "do": "hold"}]},
        {
            "core/safety.py": [("            wanted is True\n", "            (wanted is True or self.granted)\n")],
            "core/burner.py": [
                ("        self.remaining_ms = 0\n        self.contact_ms = 0\n", "        self.contact_ms = 0\n"),
                ("        self._local_act = False\n        self.proof.begin", "        self.proof.begin"),
            ],
        },
    ),
    "presses pass the cap, and the gate does not count": (
        "S2",
        {
            **NO_SENSOR,
            "until": "0:06:00",
            "settings": {**CAP, "override_max_min": 5, "timer_max_min": 2, "burn_max_min": 2},
            "events": [PRESS, *({"at": f"0:0{minute}:50", "do": "press"} for minute in range(5))],
        },
        {
            "core/safety.py": [("return 0 <= closed_ms < cap_ms", "return True")],
            "core/burner.py": [
                (
                    "settings.timer_max_ms, self.cap_ms)\n        return max",
                    "settings.timer_max_ms)\n        return max",
                ),
                ("            self.cap_ms -= step_ms\n", ""),
            ],
        },
    ),
    "a request from afar counts as a press": (
        "S3",
        {**NO_SENSOR, "until": "0:00:20", "events": [{"at": "0:00:08", "do": "remote_arm"}]},
        {"core/burner.py": [("            return REMOTE_ARM\n", "            return PRESSED\n")]},
    ),
    "an off from afar is dropped while burning": (
        "S4",
        {**NO_SENSOR, "until": "0:00:20", "events": [PRESS, {"at": "0:00:10", "do": "remote_off"}]},
        {"core/burner.py": [("        if off_asked:\n", "        if off_asked and state != BURNING:\n")]},
    ),
    "a hold is not taken in the warning": (
        "S4",
        {**NO_SENSOR, "until": "0:01:20", "events": [PRESS, {"at": "0:00:55", "do": "hold"}]},
        {"core/table.py": [("CLOSED_STATES, HELD, ALWAYS, VERIFYING", "CLOSED_STATES & ~_W, HELD, ALWAYS, VERIFYING")]},
    ),
    "the rest after a start ends in a burn": (
        "S5",
        {**NO_SENSOR, "until": "0:00:20", "events": []},
        {
            "core/table.py": [
                (
                    "_V, VERIFIED, ALWAYS, IDLE, NOTHING, 0, S_NONE",
                    "_V, VERIFIED, ALWAYS, BURNING, START_TIMER, 0, S_NONE",
                )
            ],
            "core/burner.py": [
                ("            self._local_act = event in (PRESSED, IGNITED)\n", "            self._local_act = True\n")
            ],
        },
    ),
    "no rest at all": (
        "S6",
        {
            **NO_SENSOR,
            "until": "0:00:20",
            "settings": {"reclose_hold_s": 10},
            "events": [
                {"at": "0:00:11", "do": "press"},
                {"at": "0:00:13", "do": "hold"},
                {"at": "0:00:15", "do": "press"},
            ],
        },
        {
            "core/safety.py": [("return open_ms >= hold_ms", "return True")],
            "core/burner.py": [
                ("if self.verifying_ms >= self.settings.reclose_hold_ms and self._is_proved()", "if self._is_proved()")
            ],
        },
    ),
    "a fault is shown and nothing happens": (
        "S7",
        {**SENSING, "until": "0:00:40", "events": [*COOK, {"at": "0:00:20", "do": "sensor", "value": "i2c_error"}]},
        {
            "core/safety.py": [("return raised == 0", "return True")],
            "core/burner.py": [("        if self.faults.raised and state != FAULT:\n", "        if False:\n")],
        },
    ),
    "a silent sensor is no fault": (
        "S8",
        {**SENSING, "until": "0:00:40", "events": [*COOK, {"at": "0:00:20", "do": "sensor", "value": "stale"}]},
        {"core/faults.py": [("return burner.config.sensor and burner.flame", "return False and burner.flame")]},
    ),
    "a warm tip is a flame": (
        "S8",
        {
            "stove": {"tip_cool_ms": 12000},
            "until": "0:00:50",
            "events": [
                *COOK,
                {"at": "0:00:29", "do": "knob_off"},
                {"at": "0:00:30", "do": "hold"},
                {"at": "0:00:42", "do": "press"},
            ],
        },
        {"core/flame.py": [("confirm_ms >= limits.FLAME_CONFIRM_MS", "confirm_ms >= 0")]},
    ),
    "the clock is believed whatever it says": (
        "S9",
        {**NO_SENSOR, "until": "0:00:40", "events": [PRESS, {"at": "0:00:20", "do": "clock_jump", "ms": -5000}]},
        {"core/controller.py": [("step_ms >= 0 and late_ms <= limits.STALL_MAX_MS and", "True and")]},
    ),
    "a warning of five seconds": (
        "S10",
        {**NO_SENSOR, "until": "0:01:20", "events": [PRESS]},
        {"core/burner.py": [("self.remaining_ms <= self.settings.warning_ms:\n", "self.remaining_ms <= 5000:\n")]},
    ),
    "the loop goes on after an exception": (
        "S11",
        {
            **NO_SENSOR,
            "until": "0:00:20",
            "events": [PRESS, {"at": "0:00:10", "do": "raise", "error": "RuntimeError", "in": "lock.acquire"}],
        },
        {"runtime/loop.py": [(TICK, TICK_THAT_SWALLOWS)]},
    ),
    "a press on one burner adds time to all": (
        "S12",
        {
            "stove": {"sensor": False, "burners": 2},
            "until": "0:03:00",
            "settings": CAP,
            "events": [
                PRESS,
                {"at": "0:00:30", "do": "press", "burner": 1},
                {"at": "0:00:40", "do": "press", "burner": 1},
            ],
        },
        {"core/controller.py": [("self.pressed[index] == 1,", "max(self.pressed) == 1,")]},
    ),
    "an opening by a fault is not recorded": (
        "S13",
        {**SENSING, "until": "0:00:40", "events": [*COOK, {"at": "0:00:20", "do": "sensor", "value": "i2c_error"}]},
        {
            "core/burner.py": [
                (
                    "        return is_shutoff\n\n    def _row",
                    "        return is_shutoff and event != FAULT_RAISED\n\n    def _row",
                )
            ]
        },
    ),
    "an opening keeps the cause of the one before": (
        "S13",
        {**NO_SENSOR, "until": "0:00:20", "events": [PRESS, {"at": "0:00:10", "do": "hold"}]},
        {"core/burner.py": [("        self.cause = cause\n", "        self.cause = self.cause\n")]},
    ),
    "a press must last longer than a finger does": (
        "L1",
        {**NO_SENSOR, "until": "0:00:20", "events": [PRESS]},
        {"core/limits.py": [("DEBOUNCE_MS = 40 ", "DEBOUNCE_MS = 200 ")]},
    ),
    "an acknowledged fault comes back by itself": (
        "L2",
        {
            **SENSING,
            "until": "0:00:40",
            "events": [
                {"at": "0:00:05", "do": "sensor", "value": "stale"},
                {"at": "0:00:10", "do": "sensor", "value": "ok"},
                {"at": "0:00:20", "do": "hold", "s": 6},
            ],
        },
        {
            "core/faults.py": [
                (
                    "        self.raised = 0\n        self.shown = NO_FAULT\n        return True",
                    "        self.shown = NO_FAULT\n        return True",
                )
            ]
        },
    ),
    "the deadline is a second late": (
        "LATE",
        {**NO_SENSOR, "until": "0:01:20", "events": [PRESS]},
        {
            "core/burner.py": [
                ("state == WARNING and self.remaining_ms <= 0", "state == WARNING and self.remaining_ms <= -1000")
            ],
            "core/safety.py": [("remaining_ms > 0", "remaining_ms > -1000")],
        },
    ),
    "broken settings are replaced by a guess": (
        "SETTINGS",
        {
            "stove": {"sensor": False},
            "until": "0:00:30",
            "settings_text": "{",
            "events": [{"at": "0:00:15", "do": "press"}],
        },
        {"core/settings.py": [('return checked({"burners": [{}]}), True', 'return checked({"burners": [{}]}), False')]},
    ),
}
BUGS["the starter checks nothing"] = (
    "PROGRAM",
    {
        **NO_SENSOR,
        "until": "0:01:00",
        "events": [
            {"at": "0:00:02", "do": "corrupt_program", "slot": "a", "how": "extra"},
            {"at": "0:00:03", "do": "reset", "cause": "hard"},
        ],
    },
    {"../starter.py": [("        if listed != _programs(slot):\n", "        if False:\n")]},
)


def parsed(given):
    settings = {} if "settings_text" in given else {"settings": {**SHORT, **given.get("settings", {})}}
    text = json.dumps({"name": "seeded bug", **given, **settings})
    return scenario.parse(text, run_settings.shipped())


def violated(wanted, firmware):
    return {name for name, _ in judge(wanted, inside.run(wanted.plan, firmware)).failed_invariants}


def with_bug(folder, changes):
    """A copy of the firmware with the replaced text; every text must be there exactly once."""
    firmware = folder / "firmware"
    shutil.copytree(FIRMWARE, firmware, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
    for name, pairs in changes.items():
        path = firmware / "curfew" / name
        text = path.read_text()
        for old, new in pairs:
            assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
            text = text.replace(old, new)
        path.write_text(text)
    return firmware


@pytest.mark.sample(7)
@pytest.mark.parametrize("bug", BUGS)
def test_the_invariant_catches(bug, tmp_path):
    name, given, changes = BUGS[bug]
    wanted = parsed(given)
    assert violated(wanted, FIRMWARE) == set(), "the scenario is red without the bug"
    assert name in violated(wanted, with_bug(tmp_path, changes))


def test_every_invariant_has_its_bug():
    # MACHINE is about the simulator itself: test_invariant_checks.py shows what it catches.
    assert {name for name, _, _ in BUGS.values()} == {name for name, _, _ in invariants.CHECKS} - {"MACHINE"}
