"""L1 beside a weld, S14, S16 to S19, L2 and L3 let a proper run pass and catch one that breaks them.

Here: hand-made traces and true millivolts, dense around the limits. Not here: the firmware (test_seeded_bugs.py), the
other rules (test_invariant_checks.py).
"""

import pytest

from host_tests.fixtures.traces import MIN, OFF, ON, broken, off, plan, press
from simulator.rules import invariants
from simulator.rules.sentences import COVERED_BY, RULES

HOT, WELD, SOME, BRIGHT = 1, 2, 4, 8
FLAME, WELDED = HOT | BRIGHT, HOT | WELD | SOME | BRIGHT
DIE_MS = 90_000  # flame_die_s
LIT = [(10_200, ON), "#levels 12000 0 15"]
GAS = {"gas": "on", "flame": "on"}


def levels(t_ms, bits, burner=0):
    return f"#levels {t_ms} {burner} {bits}"


def test_what_a_rule_leaves_out_is_covered_by_rules_that_exist():
    for rule, (what, others) in COVERED_BY.items():
        assert rule in RULES and what and others
        assert set(others) <= set(RULES) - {rule}


# ---- S14 --------------------------------------------------------------------------------------------------


def untimed(bits, shown_ms=None, ends_ms=20 * MIN, **line):
    """Off at 1:00, and the tip stays hot until ends_ms; a fault from shown_ms on."""
    changes = [*LIT, off(60_000, "BUTTON"), (60_005, {**GAS, **line}), levels(60_010, bits)]
    if shown_ms is not None:
        changes.append((shown_ms, {"state": "FAULT", "fault": "FLAME_PERSISTS"}))
    return [*changes, levels(ends_ms, 0), (ends_ms, {"gas": "off", "flame": "off"})]


LIMIT_MS = 60_000 + DIE_MS + 40_000


@pytest.mark.parametrize("shown_ms, caught", [(LIMIT_MS, False), (LIMIT_MS + 1, True), (None, True)])
def test_s14_a_flame_is_shown_in_time(shown_ms, caught):
    assert ("S14" in broken(plan(press(10_000)), *untimed(FLAME, shown_ms))) == caught


@pytest.mark.parametrize("shown_ms, caught", [(LIMIT_MS, False), (LIMIT_MS + 1, True)])
def test_s14_a_live_magnet_side_counts_without_a_flame(shown_ms, caught):
    assert ("S14" in broken(plan(press(10_000)), *untimed(HOT | WELD | SOME, shown_ms, flame="off"))) == caught


def test_s14_a_tip_below_3_mv_in_between_begins_the_count_anew():
    dip = [*untimed(FLAME, None, ends_ms=LIMIT_MS + 1000), levels(100_000, 0), levels(100_100, FLAME)]
    changes = [one for one in dip if isinstance(one, str)] + [one for one in dip if not isinstance(one, str)]
    changes.sort(key=lambda one: int(one.split()[1]) if isinstance(one, str) else one[0])
    assert "S14" not in broken(plan(press(10_000)), *changes)


@pytest.mark.parametrize("bits", [FLAME | 16, HOT, 0])
def test_s14_a_falling_a_weak_or_a_cold_level_is_no_flame(bits):
    assert "S14" not in broken(plan(press(10_000)), *untimed(bits))


def test_s14_a_timer_covers_and_the_basic_build_sees_nothing():
    assert "S14" not in broken(plan(press(10_000)), *LIT, off(20 * MIN, "BUTTON"), levels(20 * MIN, 0))
    basic = {"burners": [{"sensor": False}]}
    assert "S14" not in broken(plan(press(10_000), settings=basic), *untimed(FLAME))


@pytest.mark.parametrize("shown_ms, caught", [(LIMIT_MS + MIN, False), (LIMIT_MS + MIN + 1, True)])
def test_s14_a_wait_makes_it_a_minute_later(shown_ms, caught):
    changes = untimed(FLAME, shown_ms)
    changes.insert(-3, (62_000, {"sound": "WAIT"}))
    changes.insert(-3, (62_500, {"sound": None}))
    assert ("S14" in broken(plan(press(10_000)), *changes)) == caught


@pytest.mark.parametrize("act, known", [
    ((1000, "hum", {"uv": 1000, "millihertz": 50_000, "side": "both"}), True),
    ((1000, "hum", {"uv": 1001, "millihertz": 50_000, "side": "both"}), False),
    ((1000, "offset", {"uv": -1000, "side": "tc"}), True),
    ((1000, "sparks", {"uv": 3000, "percent": 20, "side": "both", "ms": 5000}), True),
    ((1000, "sparks", {"uv": 3000, "percent": 20, "side": "both"}), False),
    ((1000, "ground", {"of": 0, "micro_ohm": 1000}), True),
    ((1000, "cold_end", {"kelvin": 40, "ramp_ms": 1}), True),
    ((1000, "cold_end", {"kelvin": 41, "ramp_ms": 1}), False),
    ((1000, "sensor", {"value": "open", "side": "tc"}), False),
])  # fmt: skip
def test_s14_only_the_disturbances_of_a_kitchen_excuse_nothing(act, known):
    assert ("S14" in broken(plan(press(10_000), act), *untimed(FLAME))) == known


# ---- S8 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("acts, caught", [
    ([], True),
    ([(1000, "heat", {"celsius": 245, "millikelvin_per_s": 1000})], False),
    ([(1000, "heat", {"celsius": 245, "millikelvin_per_s": 1000}), (9900, "heat", {"celsius": 0})], False),
    ([(1000, "heat", {"celsius": 245, "millikelvin_per_s": 1000}), (5000, "heat", {"celsius": 0})], True),
    ([(11_000, "heat", {"celsius": 245, "millikelvin_per_s": 1000})], True),
])  # fmt: skip
def test_s8_a_tip_that_something_else_warms_looks_like_a_flame(acts, caught):
    dark = {"flame": "off", "gas": "off"}
    changes = [(10_200, {**ON, **dark, "state": "ARMED"}), (10_700, {"state": "BURNING"})]
    assert ("S8" in broken(plan(press(10_000), *acts), *changes)) == caught


@pytest.mark.parametrize("jumps_uv, caught", [((500,), True), ((501,), False), ((500, -1), False), ((-501,), False)])
def test_s8_an_offset_that_jumps_looks_like_a_flame(jumps_uv, caught):
    acts = [(9000 + at, "offset", {"uv": uv, "side": "tc"}) for at, uv in enumerate(jumps_uv)]
    changes = [(10_200, {**ON, "flame": "off", "gas": "off", "state": "ARMED"}), (10_700, {"state": "BURNING"})]
    assert ("S8" in broken(plan(press(10_000), *acts), *changes)) == caught


@pytest.mark.parametrize("at_ms, on, caught", [
    (6699, True, True), (6700, True, False), (10_700, True, False), (10_701, True, True), (9000, False, True),
])  # fmt: skip
def test_s8_a_coil_that_breaks_below_a_warm_tip_looks_like_a_flame(at_ms, on, caught):
    act = (at_ms, "coil_open", {"on": on})
    changes = [(10_200, {**ON, "flame": "off", "gas": "off", "state": "ARMED"}), (10_700, {"state": "BURNING"})]
    assert ("S8" in broken(plan(press(10_000), act), *changes)) == caught


# ---- S16 --------------------------------------------------------------------------------------------------

RISE_MS = 60_000
STUCK = (30_000, "stick_pin", {"pin": "relay", "level": "high"})


def conducts(gas_off_ms, fault_ms=61_000):
    return [
        *LIT,
        (60_000, {**OFF, "contact": "closed", "cause": "BUTTON", **GAS}),
        levels(RISE_MS + 10, WELDED),
        (fault_ms, {"state": "FAULT", "fault": "CONTACT_WELDED"}),
        (gas_off_ms, {"contact": "open", "gas": "off", "flame": "off"}),
        levels(gas_off_ms + 10, FLAME),
    ]


@pytest.mark.parametrize("gas_off_ms, caught", [(RISE_MS + 9000, False), (RISE_MS + 9001, True)])
def test_s16_a_stuck_driver_has_no_supply_after_four_seconds(gas_off_ms, caught):
    assert ("S16" in broken(plan(press(10_000), STUCK), *conducts(gas_off_ms))) == caught


def test_s16_a_weld_or_a_level_drive_is_beyond_the_pump():
    assert "S16" not in broken(plan(press(10_000), (30_000, "weld", {})), *conducts(20 * MIN))
    assert "S16" not in broken(plan(press(10_000), STUCK, settings={"relay_drive": "level"}), *conducts(20 * MIN))


def beside(off_ms, cause="WELD_TEST", bits=WELDED):
    """A neighbor that is shut off at off_ms; burner 0 conducts from 1:00 on."""
    neighbor = {"burner": 1, "contact": "open", "fault": None, "cause": None}
    return [
        (10_200, {**ON, **GAS}),
        (10_300, {**ON, **neighbor, "burner": 1}),
        (60_000, {**OFF, "burner": 0, "cause": "BUTTON", "contact": "closed"}),
        levels(60_010, bits),
        (61_000, {"state": "FAULT", "fault": "CONTACT_WELDED"}),
        (off_ms, {**OFF, **neighbor, "cause": cause, "gas": "off", "flame": "off"}),
    ]


def two(*events):
    run_plan = plan(press(10_000), *events, burners=2)
    run_plan["events"].append([10_000, "press", 1, {}])
    return run_plan


@pytest.mark.parametrize("off_ms, caught", [(65_010, False), (65_011, True)])
def test_s16_the_pump_stops_for_every_burner(off_ms, caught):
    assert ("S16" in broken(two((30_000, "weld", {})), *beside(off_ms))) == caught


def test_s16_no_neighbor_is_shut_off_without_a_weld_that_began():
    assert "S16" in broken(two(), *beside(63_000, bits=HOT))
    assert "S16" not in broken(two(), *beside(63_000, cause="BUTTON", bits=HOT))


def test_s16_the_same_weld_stops_the_pump_once():
    again = [(90_000, {"burner": 1, **ON, "cause": "WELD_TEST"}), (120_000, {**OFF, "burner": 1, "cause": "WELD_TEST"})]
    assert "S16" in broken(two((30_000, "weld", {})), *beside(63_000), *again)
    stalled = two((30_000, "weld", {}), (118_000, "hang", {"ms": 3500}))
    assert "S16" not in broken(stalled, *beside(63_000), *again), "the pump was empty before the cause could be shown"
    fresh = [levels(100_000, HOT), levels(119_000, WELDED)]
    assert "S16" not in broken(two((30_000, "weld", {})), *beside(63_000), again[0], *fresh, again[1])


# ---- L1 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rose_ms, caught", [(None, True), (49_899, True), (49_900, False), (60_600, False)])
def test_l1_a_press_may_be_refused_while_a_flame_lit_again_over_a_closed_contact_stops_the_pump(rose_ms, caught):
    welded = [levels(10_000, WELDED, 1), (12_000, {"burner": 1, "state": "FAULT", "fault": "CONTACT_WELDED"})]
    again = [] if rose_ms is None else [levels(30_000, 0, 1), levels(rose_ms, WELDED, 1)]
    assert ("L1" in broken(plan(press(60_000), burners=2), *welded, *again)) == caught


# ---- S17 --------------------------------------------------------------------------------------------------

RAISED = [(20_000, {"state": "FAULT", "fault": "SENSOR_FAILED"})]
GONE = {"state": "VERIFYING", "fault": None}


@pytest.mark.parametrize("held_ms, fine", [(4800, False), (5400, True), (9900, True), (11_000, False)])
def test_s17_a_fault_ends_at_the_release_of_a_hold(held_ms, fine):
    hold = (60_000, "hold", {"ms": held_ms})
    assert ("S17" not in broken(plan(hold), *RAISED, (60_200 + held_ms, GONE))) == fine


@pytest.mark.parametrize("gap_ms, fine", [(60, True), (120, True), (400, False)])
def test_s17_a_hold_that_breaks_is_one_hold_for_as_long_as_a_worn_key_breaks(gap_ms, fine):
    holds = (60_000, "hold", {"ms": 3000}), (63_000 + gap_ms, "hold", {"ms": 2400})
    assert ("S17" not in broken(plan(*holds), *RAISED, (65_600 + gap_ms, GONE))) == fine


@pytest.mark.parametrize("later_ms, fine", [(1500, True), (2200, False)])
def test_s17_a_stall_over_the_release_makes_the_end_later(later_ms, fine):
    acts = (60_000, "hold", {"ms": 5400}), (65_300, "gil_hold", {"ms": 1500})
    assert ("S17" not in broken(plan(*acts), *RAISED, (65_600 + later_ms, GONE))) == fine


def test_s17_a_fault_does_not_end_by_itself():
    assert "S17" in broken(plan(), *RAISED, (60_000, GONE))


@pytest.mark.parametrize("why, lost", [("wdt", False), ("hard", False), ("soft", False), ("power", True), ("en", True)])
def test_s17_a_restart_without_a_power_cut_keeps_it(why, lost):
    down = [f"#down 60000 {why}", (60_000, {"state": None, "fault": None}), "#up 61000", (61_100, GONE)]
    assert ("S17" not in broken(plan(), *RAISED, *down)) == lost
    back = [*down[:-1], (61_100, {"state": "FAULT", "fault": "SENSOR_FAILED"})]
    assert "S17" not in broken(plan(), *RAISED, *back)


@pytest.mark.parametrize("cause, lost", [("en", True), ("soft", False)])
def test_s17_the_button_on_the_board_loses_it_while_no_program_runs(cause, lost):
    down = ["#down 60000 hard", (60_000, {"state": None, "fault": None}), "#up 62000", (62_100, GONE)]
    assert ("S17" not in broken(plan((60_500, "reset", {"cause": cause})), *RAISED, *down)) == lost


@pytest.mark.parametrize("fault", ["SETTINGS_INVALID", "PROGRAM_CORRUPT"])
def test_s17_a_row_may_name_the_restart(fault):
    assert "S17" not in broken(plan(), (20_000, {"state": "FAULT", "fault": fault}), (60_000, GONE))


# ---- S18, S19 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("up_ms, caught", [(11_000, False), (11_001, True)])
def test_s18_a_start_comes_to_something_whatever_files_there_are(up_ms, caught):
    start = [(0, {"state": None}), "#up 1000", (up_ms, {"state": "VERIFYING"})]
    assert ("S18" in broken(plan(files=[("state.txt", ["?"])]), *start)) == caught
    assert "S18" not in broken(plan(), *start)


def test_s18_a_start_that_ends_in_a_reset_is_caught():
    endless = ["#up 0", "#down 500 hard", "#up 1500"]
    assert "S18" in broken(plan(files=[("state.txt", ["?"])]), *endless)


@pytest.mark.parametrize("off_ms, caught", [(60_140, False), (60_141, True)])
def test_s19_an_alarm_opens_after_100_ms_and_two_ticks(off_ms, caught):
    alarm = (60_000, "alarm", {"on": True})
    run_plan = plan(press(10_000), alarm, settings={"alarm_pin": 4})
    assert ("S19" in broken(run_plan, *LIT, off(off_ms, "BUTTON"))) == caught
    assert "S19" not in broken(plan(press(10_000), alarm), *LIT, off(off_ms, "BUTTON"))


def test_s19_allows_one_stall_and_a_short_alarm_and_nothing_closes_while_it_is_open():
    alarm, pin = (60_000, "alarm", {"on": True}), {"alarm_pin": 4}
    stalled = plan(press(10_000), alarm, (59_990, "gil_hold", {"ms": 1900}), settings=pin)
    for off_ms, caught in ((61_940, False), (62_080, False), (62_081, True)):
        assert ("S19" in broken(stalled, *LIT, off(off_ms, "BUTTON"))) == caught
    blink = (60_000, "alarm", {"on": True, "ms": 90})
    assert "S19" not in broken(plan(press(10_000), blink, settings=pin), *LIT, off(90_000, "BUTTON"))
    later = plan(press(10_000), press(70_000), alarm, settings=pin)
    assert "S19" in broken(later, *LIT, off(60_100, "BUTTON"), (70_400, ON), off(70_500, "BUTTON"))


# ---- L3 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act, caught", [
    ((1000, "hum", {"uv": 900, "millihertz": 50_000, "side": "both"}), True),
    ((1000, "offset", {"uv": 800, "side": "both"}), True),
    ((1000, "offset", {"uv": 5000, "side": "both"}), False),
    ((1000, "heat", {"celsius": 300, "millikelvin_per_s": 10_000}), False),
    ((1000, "coil_open", {"on": True}), False),
])  # fmt: skip
def test_l3_a_fault_can_be_acknowledged_beside_a_disturbance(act, caught):
    run_plan = plan(act, (60_000, "hold", {"ms": 6000}))
    assert ("L3" in broken(run_plan, "#up 0", *RAISED)) == caught
    taken = [(66_200, GONE), (80_000, {"state": "IDLE"})]
    assert "L3" not in broken(run_plan, "#up 0", *RAISED, *taken)


@pytest.mark.parametrize("again_ms, caught", [(66_100, False), (66_240, False), (66_241, True)])
def test_l2_and_l3_leave_out_a_hold_that_a_second_touch_prolongs(again_ms, caught):
    run_plan = plan((60_000, "hold", {"ms": 6000}), press(again_ms))
    assert ({"L2", "L3"} <= broken(run_plan, "#up 0", *RAISED)) == caught


@pytest.mark.parametrize("args, caught", [
    ({"on": True}, False), ({"on": True, "ms": 40_000}, True), ({"on": True, "ms": 50_000}, False),
    ({"on": False}, True),
])  # fmt: skip
def test_l2_and_l3_ask_for_no_acknowledgement_while_the_alarm_contact_is_open(args, caught):
    run_plan = plan((10_000, "alarm", args), (60_000, "hold", {"ms": 6000}), settings={"alarm_pin": 4})
    assert ({"L2", "L3"} <= broken(run_plan, "#up 0", *RAISED)) == caught


def test_the_rules_of_a_sensor_need_sound_settings():
    assert {"S14", "S16", "S19", "L3"} & set(invariants.applicable({**plan(), "settings": None})) == set()
