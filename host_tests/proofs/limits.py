"""The numbers of core/limits.py that rules name, beside what the simulator's judges have written apart.

Numbers are one case: there is nothing for a prover, and test_refuted.py puts every mutant of limits.py here.
"""

from typing import Any

from simulator import run_settings
from simulator.rules import gestures, numbers

APART: dict[str, Any] = {
    **{name: value for module in (numbers, gestures) for name, value in vars(module).items() if name.isupper()},
    "ANSWER_MIN_MS": gestures.ANSWER_MS[0],
    "ANSWER_MAX_MS": gestures.ANSWER_MS[1],
    "RELIGHT_WAIT_MS": numbers.RELIGHT_MS,
    "RESETS_MAX": numbers.UNSTABLE_ENDS,
    "TEST_MAX_MS": numbers.PUMP_EMPTY_MS,
    "DELAY_COIL_MARGIN_S": run_settings.DELAY_COIL_MARGIN_S,
    "BURNER_TIMES": len(run_settings.BURNER_TIMES),
    "SWITCHES": tuple(run_settings.SWITCHES.items()),
    "SETTINGS": {key: tuple(row) for key, row in run_settings.SETTINGS.items()},
}

# What no rule names: why, and which.
NAMED = {
    "what readings mean: samples in core/sensing": "UV_MIN UV_MAX CROSSED_UV WELD_UV WELD_TC_UV DEAD_UV LIVE_PART "
    "LIVE_READINGS TESTABLE_UV OUT_UV WELD_CLEARED_UV WELD_CLEARED_MS WELD_TEST_MS CONTACT_OPEN_UV CONTACT_OPEN_MS "
    "IGNITION_UV IGNITION_RISE_UV IGNITION_WINDOW_MS IGNITION_READINGS IGNITION_GAP_MS BLOCK_MS RELIGHT_FALL_PART "
    "FALLING_PERMILLE FLAT_BLOCKS CURVE_TENTHS POT_FALL_BLOCKS POT_RISE_UV FALL_CHECK_MS FALL_PART FALL_FLAT_MS "
    "WINDOW_MORE_MS WINDOW_RISE_UV LET_GO_UV LET_GO_MS LET_GO_PART LET_GO_FALL_PART COIL_OPEN_PART FLAME_CONFIRM_MS "
    "FLAME_SAG_UV MEAN_SHIFT SETTLE_MS RELEASE_MS READ_STEP_MS SENSOR_BACK_MS HEALTH_AFTER_MS HEALTH_MIN_UV "
    "HEALTH_WORN_FACTOR BURNER",
    "how the chip is served: hardware and runtime": "HALF_MS PUMP_TICK_MS PUMP_FULL_MS STILL_TICKS_MAX "
    "WATCHDOG_BOOT_MS WATCHDOG_MS WATCHDOG_CABLE_MS I2C_TIMEOUT_US CONVERSION_MS SERVICES_BLOCKED_MS SERVICES_PAUSE_MS "
    "UPDATE_MS TRIAL_MAX_MS TEST_FIRST_MS TEST_AGAIN_MS TEST_FILL_MS TEST_MIN_MS PIN_IN_MIN PIN_IN_MAX "
    "BURNERS_MAX COUNT_MAX",
    "how a fault sounds, and when a button hangs: core": "FAULT_LOUD_MS FAULT_EVERY_MS MUTE_MS STUCK_MS",
    "the contracts take it as it is: test_limits.py": "REQUEST_AGE_MS DRIVES",
}


def contradicted(said: dict[str, Any]) -> set[str]:
    """The names in a namespace of limits.py that say something else than what was written apart."""
    rows = {key: tuple(row) for key, *row in said["SETTINGS"]}
    own = {**said, "SETTINGS": rows}
    wrong = {name for name, value in APART.items() if name in said and own[name] != value}
    if tuple(rows)[: said["BURNER_TIMES"]] != run_settings.BURNER_TIMES:
        wrong.add("BURNER_TIMES")
    return wrong
