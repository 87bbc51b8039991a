"""The numbers: which must be larger than which, and which pins no one may ever touch.

Here: limits.py and the literals elsewhere that must equal it. Not here: what the numbers do.
"""

import ast
from pathlib import Path

import pytest

from curfew.core import limits

FIRMWARE = Path(__file__).resolve().parent.parent.parent / "firmware"
RANGES = {key: (default, low, high) for key, default, low, high in limits.SETTINGS}
BURNER = {key: (default, low, high) for key, default, low, high in limits.BURNER}

# As the design has them: default, lowest, highest.
DESIGN = {
    "timer_default_min": (30, 1, 240), "timer_step_min": (10, 1, 60), "timer_max_min": (180, 1, 240),
    "burn_max_min": (240, 1, 300), "warning_s": (60, 15, 300), "override_max_min": (240, 5, 300),
    "ignite_window_s": (60, 10, 180), "flame_out_s": (5, 1, 60), "reclose_hold_s": (10, 3, 60),
    "verify_open_ms": (500, 400, 2000), "flame_die_s": (90, 30, 180), "delay_coil_s": (0, 0, 30),
    "absence_min": (15, 5, 120), "absence_left_min": (5, 1, 60), "hood_run_on_s": (0, 0, 1800),
}  # fmt: skip

# As test_calibration.py found them to fit every stove: default, lowest, highest.
CALIBRATED = {
    "loaded_on_uv": (2500, 1000, 15_000), "loaded_off_uv": (1500, 500, 10_000), "open_on_uv": (5000, 2000, 25_000),
    "open_off_uv": (3000, 1000, 20_000), "magnet_hold_uv": (0, 0, 10_000), "flame_min_uv": (4000, 2000, 20_000),
    "flame_lost_percent": (15, 5, 60),
    "zero_tc_uv": (0, -2000, 2000), "zero_magnet_uv": (0, -2000, 2000), "ground_permille": (0, 0, 200),
}  # fmt: skip


def test_the_settings_have_the_ranges_and_defaults_of_the_design():
    assert RANGES == DESIGN
    assert dict(limits.SWITCHES) == {"auto_arm": True, "remote_extend": False, "radio": True}
    assert limits.DRIVES == ("pulse", "level"), "the safe one is the default"


def test_the_thresholds_have_the_ranges_and_defaults_of_the_calibration():
    assert BURNER == CALIBRATED


@pytest.mark.parametrize("name, value", [
    ("STALL_MAX_MS", 2000), ("WATCHDOG_BOOT_MS", 20_000), ("WATCHDOG_MS", 4000), ("HOLD_MS", 800),
    ("HOLD_LONG_MS", 5000), ("HOLD_ALL_MS", 3500), ("STUCK_MS", 30_000), ("UV_MIN", -8000), ("UV_MAX", 60_000),
    ("CROSSED_UV", 5000), ("WELD_UV", 2000), ("WELD_TC_UV", 3000),
    ("DEAD_UV", 400), ("LIVE_PART", 4), ("LIVE_READINGS", 3),
    ("TESTABLE_UV", 2000),
    ("OUT_UV", 3000), ("WELD_CLEARED_UV", 3000), ("WELD_CLEARED_MS", 1000), ("CONTACT_OPEN_UV", 4000),
    ("CONTACT_OPEN_MS", 1000), ("IGNITION_RISE_UV", 1000), ("IGNITION_WINDOW_MS", 2000),
    ("SETTLE_MS", 200), ("RESETS_MAX", 3), ("QUIET_MS", 600_000), ("HEALTH_AFTER_MS", 600_000),
    ("HEALTH_WORN_FACTOR", 2), ("DELAY_COIL_MARGIN_S", 3), ("SERVICES_BLOCKED_MS", 60_000), ("TICK_MS", 20),
    ("HALF_MS", 10), ("WELD_TEST_MS", 5000), ("FAULT_LOUD_MS", 120_000), ("FAULT_EVERY_MS", 300_000),
    ("MUTE_MS", 8 * 3600 * 1000),
    ("UPDATE_MS", 600_000), ("TRIAL_MAX_MS", 600_000),
    ("WATCHDOG_CABLE_MS", 600_000), ("BURNERS_MAX", 4), ("PUMP_TICK_MS", 100),
])  # fmt: skip
def test_a_number_that_the_design_names_is_that_number(name, value):
    assert getattr(limits, name) == value


def test_an_ignition_takes_at_least_five_readings():
    assert limits.IGNITION_READINGS >= 5


# --- relations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted({**RANGES, **BURNER}))
def test_a_default_lies_in_its_range(key):
    default, low, high = {**RANGES, **BURNER}[key]
    assert low <= default <= high and low < high


def test_the_defaults_keep_all_relations():
    default = {key: row[0] for key, row in RANGES.items()}
    assert default["timer_default_min"] <= default["timer_max_min"] <= default["burn_max_min"]
    assert default["timer_step_min"] <= default["timer_max_min"]
    shortest_min = min(default["timer_default_min"], default["timer_step_min"], default["override_max_min"])
    assert default["warning_s"] <= 60 * shortest_min
    assert 60 * default["burn_max_min"] >= default["ignite_window_s"] + default["warning_s"]
    assert default["flame_die_s"] > default["reclose_hold_s"]


def test_the_watchdog_bites_a_hung_program_and_never_a_stalled_one():
    assert limits.STALL_MAX_MS < limits.WATCHDOG_MS == 2 * limits.STALL_MAX_MS
    assert limits.WATCHDOG_MS < limits.WATCHDOG_BOOT_MS < limits.WATCHDOG_CABLE_MS


def test_a_clock_that_stands_is_noticed_before_a_watchdog_could_bite():
    assert limits.STILL_TICKS_MAX * limits.TICK_MS <= limits.STALL_MAX_MS


def test_a_transfer_on_the_bus_may_take_two_ticks_of_the_chips_system():
    assert limits.I2C_TIMEOUT_US == 2 * 10_000


def test_a_button_is_debounced_in_whole_ticks_and_long_before_a_hold():
    assert limits.BRIDGE_MS % limits.TICK_MS == 0
    assert limits.TICK_MS < limits.BRIDGE_MS < limits.HITS_MIN_MS < limits.PAIR_MS < limits.HOLD_MS
    assert limits.PAIR_MS < limits.ANSWER_MIN_MS < limits.HITS_MAX_MS < limits.ANSWER_MAX_MS
    assert limits.HOLD_MS < limits.HOLD_ALL_MS < limits.HOLD_LONG_MS < limits.HOLD_LONGER_MS
    assert limits.HOLD_LONGER_MS < limits.HOLD_VOID_MS < limits.STUCK_MS


def test_a_shut_off_can_be_verified_in_the_shortest_time_that_can_be_set():
    readings_ms = 2 * 2 * limits.BURNERS_MAX * limits.TICK_MS  # two of every channel, all burners shut-off at once
    assert limits.RELEASE_MS + readings_ms <= RANGES["verify_open_ms"][1]


def test_a_reading_is_stale_long_before_a_flame_is_lost_at_the_default():
    assert limits.IGNITION_GAP_MS < limits.SENSOR_BACK_MS <= limits.STALE_MS < 1000 * RANGES["flame_out_s"][0]


def test_a_round_of_all_channels_is_no_gap():
    assert 2 * limits.BURNERS_MAX * limits.TICK_MS * 2 <= limits.IGNITION_GAP_MS


def test_an_ignition_can_be_seen_with_four_burners():
    round_ms = 2 * limits.BURNERS_MAX * limits.TICK_MS
    assert (limits.IGNITION_READINGS - 1) * round_ms < limits.IGNITION_WINDOW_MS


def test_the_thresholds_stand_in_order():
    assert limits.DEAD_UV < limits.IGNITION_RISE_UV < limits.WELD_UV <= limits.TESTABLE_UV < limits.WELD_TC_UV
    assert limits.TESTABLE_UV < limits.IGNITION_UV < limits.WELD_TC_UV <= limits.OUT_UV
    assert BURNER["loaded_off_uv"][0] < BURNER["loaded_on_uv"][0] < BURNER["open_on_uv"][0]
    assert BURNER["open_off_uv"][0] < BURNER["open_on_uv"][0]
    assert 3 * BURNER["loaded_on_uv"][0] >= 2 * BURNER["open_off_uv"][0]
    assert BURNER["open_off_uv"][0] >= limits.OUT_UV
    assert max(high for _, _, high in BURNER.values()) < limits.UV_MAX


def test_a_settled_reading_is_one_after_the_release():
    assert limits.RELEASE_MS < limits.SETTLE_MS < RANGES["verify_open_ms"][1]


def test_the_longest_burn_fits_into_a_small_int():
    longest_ms = 60_000 * (RANGES["burn_max_min"][2] + RANGES["override_max_min"][2])
    assert longest_ms < 2**29


def test_every_number_is_a_small_int():
    numbers = [value for name, value in vars(limits).items() if name.isupper() and not isinstance(value, tuple)]
    assert numbers and all(type(value) is int and abs(value) < 2**30 for value in numbers)


def test_the_reclose_delay_is_longer_than_any_stall():
    assert 1000 * RANGES["reclose_hold_s"][1] > limits.STALL_MAX_MS


# --- literals elsewhere --------------------------------------------------------------------------------------------


def _literals(name, called):
    """The first number given to every call of a name in a file, by argument or by keyword."""
    found = []
    for node in ast.walk(ast.parse((FIRMWARE / name).read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == called:
            found += [arg.value for arg in [*node.args, *[k.value for k in node.keywords]]]
    return found


def test_the_watchdog_of_boot_is_that_of_the_limits():
    assert _literals("boot.py", "WDT") == [limits.WATCHDOG_BOOT_MS]


def test_the_watchdog_at_the_cable_is_that_of_the_limits():
    assert _literals("starter.py", "WDT") == _literals("program.py", "WDT") == [limits.WATCHDOG_CABLE_MS]
