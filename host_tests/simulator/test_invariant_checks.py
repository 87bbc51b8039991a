"""Every invariant that a trace can show lets a proper run pass and catches a run that breaks it.

Here: hand-made traces, at least one good and one bad for each check. Not here: the firmware.
"""

import pytest

from host_tests.fixtures.traces import GOOD, HOUR, MIN, OFF, ON, broken, lines_of, off, plan, press, timed
from simulator.result import parse
from simulator.rules import invariants
from simulator.rules.sentences import RULES


def test_a_proper_burn_breaks_nothing():
    assert broken(plan(press(10_000)), *GOOD) == set()


def test_a_controller_that_does_nothing_breaks_nothing():
    assert broken(plan()) == set()


def test_each_check_has_its_own_name_and_a_sentence():
    assert [name for name, _, _ in invariants.CHECKS] == list(RULES)
    for name, function, _ in invariants.CHECKS:
        assert function.__doc__.startswith(f"{name}.")


# ---- S1 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["IDLE", "VERIFYING", "FAULT", None])
def test_s1_coil_on_in_a_state_that_does_not_conduct(state):
    changes = [(10_200, {**ON, "state": state}), (10_400, {**OFF, "cause": "BUTTON"})]
    assert "S1" in broken(plan(press(10_000)), *changes)


@pytest.mark.parametrize("for_ms, caught", [(19, False), (20, True)])
def test_s1_forgives_less_than_one_tick_between_state_and_coil(for_ms, caught):
    changes = [(10_200, ON), (90_000, {"state": "VERIFYING", "cause": "BUTTON"}), (90_000 + for_ms, OFF)]
    assert ("S1" in broken(plan(press(10_000)), *changes)) == caught


def test_s1_allows_a_hung_program_until_the_watchdog_by_name():
    changes = [(10_200, ON), (60_000, {"state": None}), "#down 64000 wdt", (64_000, OFF)]
    assert "S1" in broken(plan(press(10_000)), *changes)
    assert "S1" not in broken(plan(press(10_000), (60_000, "hang", {"ms": 30_000})), *changes)


# ---- S2 ---------------------------------------------------------------------------------------------------


def burn(length_ms):
    return [(10_200, ON), off(10_200 + length_ms, "BUTTON")]


def test_s2_without_a_gesture_an_interval_ends_by_burn_max():
    assert "S2" not in broken(plan(press(10_000)), *burn(4 * HOUR + 40))
    assert "S2" in broken(plan(press(10_000)), *burn(4 * HOUR + 41))


def test_s2_with_an_override_it_ends_by_both_together():
    events = [press(10_000), (60_000, "override", {})]
    assert "S2" not in broken(plan(*events), *burn(8 * HOUR))
    assert "S2" in broken(plan(*events), *burn(8 * HOUR + MIN))


def test_s2_takes_its_limit_from_the_settings_of_the_run():
    short = {"burn_max_min": 60, "timer_max_min": 60}
    assert "S2" in broken(plan(press(10_000), settings=short), *burn(61 * MIN))


def test_s2_counts_an_interval_that_lasts_to_the_end_and_no_clock_jump_excuses_it():
    events = [press(10_000), (4 * HOUR, "clock_jump", {"ms": -5000})]
    assert "S2" in broken(plan(*events), (10_200, ON), end_ms=5 * HOUR)


# ---- S3 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events, fine",
    [
        ([press(10_000)], True),
        ([(10_000, "double_press", {})], True),
        ([(9_500, "button_down", {}), (10_000, "button_up", {})], True),
        ([(9_800, "hold", {"ms": 300})], True),
        ([(10_000, "hold", {"ms": 1000})], False),
        ([(10_000, "remote_arm", {})], False),
        ([(10_000, "remote_extend", {})], False),
        ([(10_000, "remote_off", {"source": "web"})], False),
        ([], False),
        ([press(1_000)], False),
        ([press(10_201)], False),
        ([(9_000, "light", {"hold_ms": 10_000})], True),
        ([(1_000, "light", {"hold_ms": 1_000})], False),
    ],
)
def test_s3_only_a_local_act_precedes_a_closing_contact(events, fine):
    changes = [(10_200, ON), off(10_300, "BUTTON")]
    assert ("S3" not in broken(plan(*events), *changes)) == fine


def test_s3_another_burners_button_does_not_count():
    run_plan = plan(burners=2)
    run_plan["events"] = [[10_000, "press", 1, {}]]
    assert "S3" in broken(run_plan, (10_200, ON), off(10_300, "BUTTON"))


@pytest.mark.parametrize("settings", [{"auto_arm": False}, {"burners": [{"sensor": False}]}])
def test_s3_lighting_counts_only_where_a_flame_may_arm(settings):
    light = (9_000, "light", {"hold_ms": 10_000})
    assert "S3" in broken(plan(light, settings=settings), (10_200, ON), off(10_300, "BUTTON"))


def test_s3_lighting_without_a_flame_does_not_count():
    light = (9_000, "light", {"hold_ms": 10_000})
    assert "S3" in broken(plan(light), (10_200, {**ON, "flame": "off"}), off(10_300, "BUTTON"))


def test_s3_a_named_stall_may_lie_between_the_hand_and_the_coil():
    events = [press(8_000), (8_000, "gil_hold", {"ms": 1_900})]
    assert "S3" not in broken(plan(*events), (10_000, ON), off(10_300, "BUTTON"))
    assert "S3" in broken(plan(events[0]), (10_000, ON), off(10_300, "BUTTON"))


# ---- S4 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event, due_ms",
    [
        ((60_000, "hold", {"ms": 1000}), 60_900),
        ((60_000, "button_down", {}), 60_900),
        ((60_000, "remote_off", {"source": "voice"}), 60_040),
    ],
)
def test_s4_an_off_opens_within_two_ticks(event, due_ms):
    assert "S4" not in broken(plan(press(10_000), event), (10_200, ON), off(due_ms, "BUTTON"))
    assert "S4" in broken(plan(press(10_000), event), (10_200, ON), off(due_ms + 1, "BUTTON"))


def test_s4_an_off_that_never_came_is_caught():
    assert "S4" in broken(plan(press(10_000), (60_000, "remote_off", {"source": "test"})), (10_200, ON))


def test_s4_a_short_press_is_no_off():
    assert "S4" not in broken(plan(press(10_000), (60_000, "hold", {"ms": 700})), (10_200, ON))


def test_s4_a_released_button_is_no_hold():
    events = [press(10_000), (60_000, "button_down", {}), (60_400, "button_up", {})]
    assert "S4" not in broken(plan(*events), (10_200, ON))


@pytest.mark.parametrize(("up_ms", "caught"), [(60, True), (59, False)])
def test_s4_three_hits_count_when_the_button_is_seen_up_after_the_third(up_ms, caught):
    hits = [(60_000 + number * 400, "press", {}) for number in range(3)]
    events = [press(10_000), *hits, (60_950 + up_ms, "button_down", {}), (61_500, "button_up", {})]
    assert ("S4" in broken(plan(*events), "#up 0", (10_200, ON))) == caught


@pytest.mark.parametrize(("gap_ms", "caught"), [(199, False), (200, True)])
def test_s4_hits_that_may_be_one_gesture_may_have_been_a_hold(gap_ms, caught):
    hits = [(60_000 + number * (200 + gap_ms), "hold", {"ms": 200}) for number in range(3)]
    assert ("S4" in broken(plan(press(10_000), *hits), "#up 0", (10_200, ON))) == caught


@pytest.mark.parametrize(("at_ms", "caught"), [(60_000, False), (61_050, False), (61_051, True), (59_999, True)])
def test_s4_hits_are_no_hits_when_the_clock_jumps_between_them(at_ms, caught):
    hits = [(60_000 + number * 400, "press", {}) for number in range(3)]
    events = [press(10_000), *hits, (at_ms, "clock_jump", {"ms": 972})]
    assert ("S4" in broken(plan(*events), "#up 0", (10_200, ON))) == caught


def test_s4_a_named_stall_may_delay_it_by_its_own_length_and_a_round_of_the_services():
    events = [press(10_000), (60_000, "gil_hold", {"ms": 1500}), (60_100, "remote_off", {"source": "test"})]
    assert "S4" not in broken(plan(*events), (10_200, ON), off(61_640, "REMOTE:test"))
    assert "S4" in broken(plan(*events), (10_200, ON), off(61_641, "REMOTE:test"))


@pytest.mark.parametrize(("second_ms", "end_ms"), [(61_500, 62_050), (61_501, 61_550)])
def test_s4_a_stall_that_begins_within_another_makes_it_longer(second_ms, end_ms):
    stalls = [(60_000, "hang", {"ms": 1500}), (second_ms, "hang", {"ms": 62_000 - second_ms})]
    events = [press(10_000), *stalls, (60_100, "remote_off", {"source": "test"})]
    assert "S4" not in broken(plan(*events), (10_200, ON), off(end_ms, "REMOTE:test"))
    assert "S4" in broken(plan(*events), (10_200, ON), off(end_ms + 1, "REMOTE:test"))


def test_s4_a_hold_that_begins_in_a_stall_counts_from_its_end():
    events = [press(10_000), (60_000, "gil_hold", {"ms": 1500}), (60_200, "button_down", {})]
    assert "S4" not in broken(plan(*events), (10_200, ON), off(61_550 + 900, "BUTTON"))
    assert "S4" in broken(plan(*events), (10_200, ON), off(61_550 + 901, "BUTTON"))


@pytest.mark.parametrize(("off_ms", "caught"), [(64_000, False), (66_000, True)])
def test_s4_an_off_over_the_air_waits_for_blocked_services_and_no_longer(off_ms, caught):
    events = [press(10_000), (59_000, "services_block", {"ms": 5000}), (60_000, "remote_off", {"source": "web"})]
    assert ("S4" in broken(plan(*events), (10_200, ON), off(off_ms, "REMOTE:web"))) == caught


# ---- S15 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("earlier_ms", "caught"), [(9_999, True), (10_000, False), (10_500, False)])
def test_s15_a_hold_that_means_off_is_heard_unless_another_finger_ends_it(earlier_ms, caught):
    events = [press(10_000), (50_000, "hold", {"ms": earlier_ms}), press(51_000), (60_000, "hold", {"ms": 1000})]
    assert ("S15" in broken(plan(*events), "#up 0", (10_200, ON))) == caught


# ---- S5 ---------------------------------------------------------------------------------------------------


def restart(on_again_ms=None):
    down = [
        "#up 0",
        (10_200, ON),
        "#down 60000 wdt",
        (60_000, {**OFF, "state": None}),
        "#up 60300",
        (60_400, {"state": "VERIFYING", "cause": "RESTART"}),
        (80_000, {"state": "IDLE"}),
    ]
    return down + ([(on_again_ms, ON), off(on_again_ms + 100, "BUTTON")] if on_again_ms else [])


def test_s5_after_a_start_only_a_fresh_act_closes():
    assert broken(plan(press(10_000)), *restart()) == {"S20"}
    assert "S5" not in broken(plan(press(10_000), press(90_000)), *restart(90_200))
    assert "S5" in broken(plan(press(10_000)), *restart(90_200))


def test_s5_a_press_from_before_the_start_is_not_fresh():
    assert "S5" in broken(plan(press(10_000), press(60_200)), *restart(61_000))
    down = (60_200, "button_down", {})
    assert "S5" in broken(plan(press(10_000), down, (60_800, "button_up", {})), *restart(61_000))


@pytest.mark.parametrize(("hold_ms", "caught"), [(20_000, True), (25_299, True), (25_300, False), (26_000, False)])
def test_s5_a_hand_that_began_before_the_start_counts_when_it_stayed_on_the_knob(hold_ms, caught):
    cook = plan(
        press(10_000),
        (36_000, "light", {"hold_ms": hold_ms}),
        settings={"auto_arm": True, "burners": [{"sensor": True}]},
    )
    burning = [line if isinstance(line, str) else (line[0], {**line[1], "flame": "on"}) for line in restart()]
    on_ms = 36_000 + hold_ms + 300
    ends = [(max(on_ms, 60_500), ON), off(max(on_ms, 60_500) + 100, "BUTTON")]
    assert ("S5" in broken(cook, (0, {"flame": "on"}), *burning[:-1], *ends)) == caught


def test_s5_a_coil_that_stays_on_over_a_start_is_caught():
    changes = ["#up 0", (10_200, ON), "#up 60000", off(60_021, "RESTART")]
    assert "S5" in broken(plan(press(10_000)), *changes)


# ---- S6 ---------------------------------------------------------------------------------------------------


def reclose(open_ms):
    return [(10_200, ON), off(60_000, "BUTTON"), (60_000 + open_ms, ON), off(100_000, "BUTTON")]


@pytest.mark.parametrize(
    "open_ms, settings, caught",
    [
        (9_960, {}, False),
        (9_959, {}, True),
        (2_960, {"reclose_hold_s": 3}, False),
        (9_960, {"delay_coil_s": 20}, True),
        (22_960, {"delay_coil_s": 20}, False),
    ],
)
def test_s6_once_open_it_stays_open_for_the_hold(open_ms, settings, caught):
    events = [press(10_000), press(60_000 + open_ms - 200)]
    assert ("S6" in broken(plan(*events, settings=settings), *reclose(open_ms))) == caught


# ---- S7 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("for_ms, caught", [(0, False), (20, False), (21, True)])
def test_s7_a_fault_opens_within_one_tick(for_ms, caught):
    changes = [
        (10_200, ON),
        (60_000, {"fault": "SENSOR_FAILED", "state": "FAULT"}),
        off(60_000 + for_ms, "FAULT:SENSOR_FAILED"),
    ]
    assert ("S7" in broken(plan(press(10_000)), *changes)) == caught


# ---- S10 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", ["TIMEOUT", "BURN_CAP", "OVERRIDE_END"])
def test_s10_time_is_never_up_without_a_full_warning(cause):
    assert "S10" not in broken(plan(press(10_000)), *timed(1_800_000, 1_859_940, cause))
    assert "S10" in broken(plan(press(10_000)), *timed(1_800_000, 1_859_939, cause))


def test_s10_no_warning_at_all_is_caught():
    assert "S10" in broken(plan(press(10_000)), (10_200, ON), off(1_860_000, "TIMEOUT"))


def test_s10_an_off_by_hand_needs_no_warning():
    assert "S10" not in broken(plan(press(10_000)), (10_200, ON), off(1_860_000, "BUTTON"))


@pytest.mark.parametrize("event", [(1_810_000, "clock_jump", {"ms": 1500}), (1_799_000, "gil_hold", {"ms": 1500})])
def test_s10_a_named_jump_or_stall_in_it_may_shorten_a_warning(event):
    changes = timed(1_800_000, 1_858_500)
    assert "S10" not in broken(plan(press(10_000), event), *changes)
    before = (1_000_000, *event[1:])
    assert "S10" in broken(plan(press(10_000), before), *changes)


# ---- LATE -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened_ms, caught", [(1_860_040, False), (1_860_041, True)])
def test_late_the_coil_goes_off_within_two_ticks_of_the_deadline(opened_ms, caught):
    assert ("LATE" in broken(plan(press(10_000)), *timed(1_800_000, opened_ms))) == caught


@pytest.mark.parametrize(
    "events, stove, caught",
    [
        ([], {}, True),
        ([], {"release_ms": 50}, False),
        ([(1_000, "weld", {})], {}, False),
        ([(1_000, "weld", {}), (2_000, "unweld", {})], {}, True),
    ],
)
def test_late_the_contact_follows_within_the_release_time_unless_it_is_welded(events, stove, caught):
    changes = [*timed(1_800_000, 1_860_040)[:-1], (1_860_070, {"contact": "open"})]
    assert ("LATE" in broken(plan(*events, press(10_000), stove=stove), *changes)) == caught


def test_late_a_named_stall_over_the_deadline_may_delay_it():
    stall = (1_859_000, "gil_hold", {"ms": 1900})
    assert "LATE" not in broken(plan(press(10_000), stall), *timed(1_800_000, 1_860_930))
    assert "LATE" in broken(plan(press(10_000), stall), *timed(1_800_000, 1_861_100))


def test_late_time_added_inside_the_warning_moves_the_deadline():
    changes = timed(1_800_000, 1_880_000)
    assert "LATE" not in broken(plan(press(10_000), press(1_820_000)), *changes)
    assert "LATE" in broken(plan(press(10_000)), *changes)


# ---- S13 --------------------------------------------------------------------------------------------------


def test_s13_a_shutoff_without_a_cause_is_caught():
    assert "S13" in broken(plan(press(10_000)), (10_200, ON), (60_000, OFF))


def test_s13_the_cause_may_come_in_the_same_tick():
    changes = [(10_200, ON), (60_000, OFF), (60_020, {"cause": "BUTTON"})]
    assert "S13" not in broken(plan(press(10_000)), *changes)


def test_s13_a_cause_that_changes_later_is_caught():
    changes = [(10_200, ON), off(60_000, "BUTTON"), (60_500, {"cause": "TIMEOUT"})]
    assert "S13" in broken(plan(press(10_000)), *changes)


def test_s13_a_chip_that_lost_its_program_tells_the_cause_when_it_is_up_again():
    assert "S13" not in broken(plan(press(10_000)), *restart())
    dying = [
        (10_200, ON),
        (60_000, OFF),
        "#down 60010 hard",
        (60_010, {"state": None}),
        "#up 60300",
        (60_400, {"state": "VERIFYING"}),
        (60_420, {"cause": "RESTART"}),
    ]
    assert "S13" not in broken(plan(press(10_000)), *dying)


def test_s13_a_cause_reported_after_the_stall_in_which_the_pump_ran_dry():
    hang = (20_000, "hang", {"ms": 3600})
    dry = [
        (10_200, ON),
        (23_000, {"coil": "off", "contact": "open"}),
        (23_600, {"state": "VERIFYING", "cause": "CLOCK"}),
    ]
    assert "S13" not in broken(plan(press(10_000), hang), *dry)
    assert "S13" in broken(plan(press(10_000)), *dry)


def test_s13_a_shutoff_before_the_pump_let_the_coil_pull_in_is_one_for_the_journal():
    blink = [(70_000, {"state": "ARMED"}), (70_020, {"state": "VERIFYING"})]
    first = "#journal 90000 1 0 BUTTON 49 0"  # lines_of() tells the second
    cook = [(10_200, ON), off(60_000, "BUTTON"), (66_000, {"state": "IDLE"})]
    assert "S13" not in broken(plan(press(10_000)), *cook, *blink, first)
    assert "S13" in broken(plan(press(10_000)), *cook, first)


# ---- SETTINGS, MACHINE ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"settings": {"warning_s": 1}}, {"settings": None}, {"settings": None, "settings_text": "{"}]
)
def test_with_broken_settings_the_coil_is_never_on(changes):
    run_plan = {**plan(press(10_000)), **changes}
    assert broken(run_plan, (10_200, ON), off(60_000, "BUTTON")) == {"SETTINGS"}
    assert broken(run_plan) == set()


def test_settings_that_were_repaired_count_from_the_next_start():
    cooks = [(30_200, ON), off(60_000, "BUTTON")]
    repaired = plan((10_000, "repair_settings", {}), press(30_000), settings={"warning_s": 301})
    assert "SETTINGS" in broken(repaired, *cooks)
    assert "SETTINGS" not in broken(repaired, "#down 20000 hard", "#up 20300", *cooks)


def test_checks_that_need_sound_settings_are_not_made_without_them():
    assert "S6" in invariants.applicable(plan())
    assert "S6" not in invariants.applicable({**plan(), "settings": None})


def test_what_the_machine_side_saw_itself_is_a_violation():
    assert broken(plan(), "#violation 500 0 an int of 2^30 or more") == {"MACHINE"}
    assert broken(plan(), "#violation 500 - too much heap") == {"MACHINE"}
    assert broken(plan(), "MemoryError: ") == {"MACHINE"}


def test_a_run_that_breaks_off_is_a_violation():
    result = parse(lines_of([], 100)[:-1])
    assert [name for name, _ in invariants.check(result, plan())] == ["MACHINE"]
