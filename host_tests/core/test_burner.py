"""One burner in one tick: which event its numbers mean, and what each effect of the table does to them.

Here: each condition beside its limit, on numbers that are set. Not here: which of two events of a tick happens, and
where an event leads (test_table.py); how the numbers come about (sensing, test_deadline.py).
"""

from operator import attrgetter

import pytest

from curfew.core import limits, table
from curfew.core.codes import HELD, PENDING, PRESSED, PROVED, PUMP_OFF, REFUTED, UNTESTABLE
from host_tests.fixtures.core import MIN
from host_tests.fixtures.names import EVENTS, STATES

NUMBERS = {name: number for number, name in STATES.items()}
HOUR_MS = 60 * MIN


def burner(core, state="BURNING", sensor=True, seen=None, **changed):
    """A burner in a state in which nothing happens by itself, but for what is `seen`: values by dotted name."""
    device = core(sensor=sensor, **changed)
    one = device.one()
    one.state = NUMBERS[state]
    one.remaining_ms = one.cap_ms = one.window_ms = HOUR_MS
    one.flame.lost_ms = one.flame.dead_ms = 0
    one.flame.is_confirmed = lambda: False
    for path, value in (seen or {}).items():
        part, _, name = path.rpartition(".")
        setattr(attrgetter(part)(one) if part else one, name, value)
    return one


# --- which event ---------------------------------------------------------------------------------------------------

OUT_MS, WARNING_MS, RECLOSE_MS = 5_000, 90_000, 10_000
LIMITS = {"flame_out_s": 5, "warning_s": 90, "reclose_hold_s": 10}
VERIFIED = {"verifying_ms": RECLOSE_MS, "proof.contact": PROVED, "proof.gas": PROVED}


def first(one, clock_ok=True, event=None, off=0, extend=0, arm=0):
    """The name of the event of a tick, None for none."""
    found = one._first_event(clock_ok, event, off, extend, arm)
    return None if found is None else EVENTS[found]


@pytest.mark.parametrize("state", STATES.values())
def test_by_itself_nothing_happens(core, state):
    assert first(burner(core, state, seen={"proof.contact": PENDING})) is None


@pytest.mark.parametrize("state, seen, asked, event", [
    ("IDLE", {"faults.raised": 1}, {}, "FAULT_RAISED"),
    ("BURNING", {"faults.raised": 1}, {}, "FAULT_RAISED"),
    ("FAULT", {"faults.raised": 1}, {}, None),
    ("WARNING", {}, {"clock_ok": False}, "CLOCK_FAULT"),
    ("ARMED", {}, {"clock_ok": False}, "CLOCK_FAULT"),
    ("IDLE", {}, {"clock_ok": False}, None),
    ("BURNING", {}, {"event": PUMP_OFF}, "PUMP_OFF"),
    ("IDLE", {"faults.locked": True}, {"event": PRESSED}, "PUMP_OFF"),
    ("IDLE", {"faults.locked": False}, {"event": PRESSED}, "PRESSED"),
    ("VERIFYING", {"faults.locked": True}, {"event": PRESSED}, "PRESSED"),
    ("IDLE", {"faults.locked": True}, {"event": HELD}, "HELD"),
    ("BURNING", {}, {"event": HELD}, "HELD"),
    ("BURNING", {}, {"off": 1}, "REMOTE_OFF"),
    ("BURNING", {"remaining_ms": 0}, {}, "DEADLINE"),
    ("WARNING", {"remaining_ms": -20}, {}, "DEADLINE"),
    ("WARNING", {"remaining_ms": 1}, {}, None),
    ("ARMED", {"remaining_ms": 0}, {}, None),
    ("IDLE", {"remaining_ms": 0}, {}, None),
    ("BURNING", {"flame.lost_ms": OUT_MS}, {}, "FLAME_LOST"),
    ("BURNING", {"flame.lost_ms": OUT_MS - 1}, {}, None),
    ("ARMED", {"flame.lost_ms": OUT_MS}, {}, None),
    ("IDLE", {"flame.lost_ms": OUT_MS}, {}, None),
    ("BURNING", {"sensor": False, "flame.lost_ms": OUT_MS, "flame.dead_ms": limits.CONTACT_OPEN_MS}, {}, None),
    ("ARMED", {"flame.dead_ms": limits.CONTACT_OPEN_MS}, {}, "CONTACT_NOT_CONDUCTING"),
    ("BURNING", {"flame.dead_ms": limits.CONTACT_OPEN_MS - 1}, {}, None),
    ("IDLE", {"flame.dead_ms": limits.CONTACT_OPEN_MS}, {}, None),
    ("BURNING", {"kept_ms": 1, "absent": 1}, {}, None),
    ("BURNING", {"kept_ms": 1, "absent": 1}, {"event": PRESSED}, "RETURNED"),
    ("BURNING", {"kept_ms": 1, "absent": 0}, {}, "RETURNED"),
    ("BURNING", {"kept_ms": 0, "absent": 0}, {"event": PRESSED}, "PRESSED"),
    ("ARMED", {"flame.is_confirmed": lambda: True}, {}, "FLAME_SEEN"),
    ("ARMED", {"window_ms": 0, "_window_kept": True}, {}, "WINDOW_OVER"),
    ("ARMED", {"window_ms": 1, "_window_kept": True}, {}, None),
    ("IDLE", {"flame.igniting": True}, {}, "IGNITED"),
    ("VERIFYING", {"flame.igniting": True, "proof.contact": PENDING}, {}, None),
    ("IDLE", {"flame.igniting": True, "settings.auto_arm": False}, {}, None),
    ("IDLE", {"flame.igniting": True, "sensor": False}, {}, None),
    ("IDLE", {"flame.igniting": True, "faults.locked": True}, {}, None),
    ("IDLE", {"flame.igniting": True, "button.active": True}, {}, None),
    ("IDLE", {"flame.igniting": True, "button.deaf": True}, {}, None),
    ("BURNING", {"flame.new_pot": True}, {}, "RELIT"),
    ("OVERRIDE", {"flame.new_pot": True}, {}, "RELIT"),
    ("IDLE", {"flame.new_pot": True}, {}, None),
    ("ARMED", {"flame.new_pot": True}, {}, None),
    ("BURNING", {"remaining_ms": WARNING_MS}, {}, "WARNING_DUE"),
    ("OVERRIDE", {"remaining_ms": WARNING_MS}, {}, "WARNING_DUE"),
    ("BURNING", {"remaining_ms": WARNING_MS + 1}, {}, None),
    ("WARNING", {"remaining_ms": WARNING_MS}, {}, None),
    ("VERIFYING", {**VERIFIED, "verifying_ms": 0, "proof.relit": True}, {}, "RELIT"),
    ("VERIFYING", VERIFIED, {}, "VERIFIED"),
    ("VERIFYING", {**VERIFIED, "verifying_ms": RECLOSE_MS - 1}, {}, None),
    ("VERIFYING", {**VERIFIED, "proof.contact": PENDING}, {}, None),
    ("IDLE", VERIFIED, {}, None),
    ("BURNING", {"less_min": 1}, {}, "REMOTE_LESS"),
    ("BURNING", {}, {"extend": 1}, "REMOTE_EXTEND"),
    ("IDLE", {}, {"arm": 1}, "REMOTE_ARM"),
])  # fmt: skip
def test_the_event_that_numbers_mean(core, state, seen, asked, event):
    own = {path.removeprefix("settings."): value for path, value in seen.items() if path.startswith("settings.")}
    seen = {path: value for path, value in seen.items() if not path.startswith("settings.")}
    assert first(burner(core, state, seen=seen, **{**LIMITS, **own}), **asked) == event


@pytest.mark.parametrize("contact, gas, die_ms, uv, proved", [
    (PROVED, PROVED, 0, 9_999, True),
    (UNTESTABLE, UNTESTABLE, 0, 9_999, True),
    (PENDING, PROVED, 0, 0, False),
    (REFUTED, PROVED, 0, 0, False),
    (PROVED, PENDING, 0, 0, False),
    (PROVED, PENDING, 90_000, 2_999, True),  # weaker than any flame, and for as long as one may take to die
    (PROVED, PENDING, 89_999, 2_999, False),
    (PROVED, PENDING, 90_000, 3_000, False),
    (PENDING, PENDING, 90_000, 2_999, False),
])  # fmt: skip
def test_when_a_shut_off_is_proved(core, contact, gas, die_ms, uv, proved):
    seen = {"proof.contact": contact, "proof.gas": gas, "proof.die_ms": die_ms, "flame.trend.uv": uv}
    one = burner(core, "VERIFYING", seen=seen, flame_die_s=90)
    one.config.flame_min_uv = 3_000
    assert one._is_proved() == proved


RISE_UV = limits.WINDOW_RISE_UV


@pytest.mark.parametrize("seen, kept", [
    ({"flame.tc_uv": RISE_UV}, True),
    ({"flame.tc_uv": RISE_UV - 1}, False),
    ({"flame.tc_uv": 500 + RISE_UV, "flame.trend.uv": 500}, True),
    ({"flame.burning": True, "flame.trend.falls": 0}, True),
    ({"flame.burning": True, "flame.trend.falls": 1}, False),
    ({"flame.tc_uv": RISE_UV, "_window_kept": True}, False),
])  # fmt: skip
def test_a_window_is_kept_once_for_a_flame_that_is_there(core, seen, kept):
    base = {"flame.tc_uv": 0, "flame.trend.uv": 0, "flame.burning": False, "flame.trend.falls": 0, "window_ms": 0}
    one = burner(core, "ARMED", seen={**base, **seen})
    assert one._keeps_window() == kept
    assert one.window_ms == (limits.WINDOW_MORE_MS if kept else 0)
    assert one._keeps_window() is False


# --- how much time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left_ms, longest_min, cap_ms, extended_ms", [
    (30 * MIN, 60, 240 * MIN, 40 * MIN),
    (55 * MIN, 60, 240 * MIN, 60 * MIN),
    (70 * MIN, 60, 240 * MIN, 70 * MIN),  # never less than before
    (30 * MIN, 60, 35 * MIN, 35 * MIN),
    (30 * MIN, 60, 20 * MIN, 30 * MIN),
])  # fmt: skip
def test_one_more_step_reaches_no_limit_and_takes_nothing(core, left_ms, longest_min, cap_ms, extended_ms):
    seen = {"remaining_ms": left_ms, "cap_ms": cap_ms}
    one = burner(core, seen=seen, timer_step_min=10, timer_max_min=longest_min)
    assert one.extended_ms() == extended_ms


@pytest.mark.parametrize("minutes, less_ms", [(5, 300_000), (3, 180_000), (2, 120_020), (1, 120_020)])
def test_less_time_leaves_one_tick_more_than_the_warning(core, minutes, less_ms):
    assert burner(core, seen={"less_min": minutes}, warning_s=120).less_ms() == less_ms


@pytest.mark.parametrize("used, cap_ms, override_cap_ms", [
    (False, 10 * MIN, 30 * MIN), (False, 40 * MIN, 40 * MIN), (True, 10 * MIN, 10 * MIN),
])  # fmt: skip
def test_only_the_first_override_may_raise_the_cap(core, used, cap_ms, override_cap_ms):
    one = burner(core, seen={"_override_used": used, "cap_ms": cap_ms}, override_max_min=30)
    assert one.override_cap_ms() == override_cap_ms


# --- what an effect does -------------------------------------------------------------------------------------------

NAMES = (
    *("remaining_ms", "cap_ms", "window_ms", "by_override", "cap_raised", "kept_ms", "absent_ms", "verifying_ms"),
    *("_override_used", "update_allowed", "faults.mute_ms", "faults.raised", "faults.tested", "proof.relit_early"),
)
TIMES = {
    "timer_default_min": 20, "timer_step_min": 10, "timer_max_min": 50, "burn_max_min": 60, "override_max_min": 90,
    "ignite_window_s": 40, "warning_s": 120,
}  # fmt: skip
BEFORE = {
    "remaining_ms": 5 * MIN, "cap_ms": 55 * MIN, "window_ms": 1, "by_override": True, "cap_raised": False,
    "kept_ms": 7 * MIN, "absent_ms": 60, "less_min": 3, "faults.raised": 2, "faults.tested": True, "verifying_ms": 40,
}  # fmt: skip


@pytest.mark.parametrize("effect, state, seen, changed", [
    ("NOTHING", "BURNING", {}, {}),
    ("START_TIMER", "IDLE", {}, {
        "cap_ms": 60 * MIN, "remaining_ms": 20 * MIN, "by_override": False, "absent_ms": 0, "kept_ms": 0}),
    ("START_TIMER", "ARMED", {}, {"remaining_ms": 20 * MIN, "by_override": False, "absent_ms": 0, "kept_ms": 0}),
    ("START_TIMER", "BURNING", {"cap_ms": 8 * MIN}, {
        "remaining_ms": 8 * MIN, "by_override": False, "absent_ms": 0, "kept_ms": 0}),
    ("OPEN_WINDOW", "IDLE", {}, {"cap_ms": 60 * MIN, "window_ms": 40_000}),
    ("ADD_STEP", "BURNING", {}, {"remaining_ms": 15 * MIN, "by_override": False}),
    ("ADD_STEP", "BURNING", {"remaining_ms": 50 * MIN}, {}),  # nothing added: an override stays one
    ("START_OVERRIDE", "BURNING", {"by_override": False}, {
        "cap_ms": 90 * MIN, "remaining_ms": 90 * MIN, "by_override": True, "cap_raised": True, "_override_used": True}),
    ("START_OVERRIDE", "BURNING", {"cap_ms": 90 * MIN, "by_override": False}, {
        "remaining_ms": 90 * MIN, "by_override": True, "_override_used": True}),
    ("START_OVERRIDE", "BURNING", {"cap_ms": 30 * MIN, "_override_used": True, "by_override": False}, {
        "remaining_ms": 30 * MIN, "by_override": True}),
    ("START_OVERRIDE", "BURNING", {"cap_ms": 95 * MIN, "remaining_ms": 92 * MIN}, {"_override_used": True}),
    ("START_OVERRIDE", "BURNING", {"cap_ms": 30 * MIN, "_override_used": True, "cap_raised": True}, {
        "remaining_ms": 30 * MIN}),
    ("SET_TIMER", "OVERRIDE", {}, {"remaining_ms": 3 * MIN, "by_override": False, "kept_ms": 0}),
    ("GIVE_BACK", "WARNING", {}, {"remaining_ms": 7 * MIN, "kept_ms": 0}),
    ("FORGET_FAULTS", "FAULT", {}, {"faults.raised": 0, "faults.tested": False}),
    ("FORGET_FAULTS", "FAULT", {"faults.present": 2}, {"faults.tested": False}),
    ("MUTE", "FAULT", {}, {"faults.mute_ms": limits.MUTE_MS, "verifying_ms": limits.FAULT_LOUD_MS}),
    ("MUTE", "FAULT", {"verifying_ms": limits.FAULT_LOUD_MS + 20}, {"faults.mute_ms": limits.MUTE_MS}),
    ("ALLOW_UPDATE", "IDLE", {}, {"update_allowed": True}),
    ("RESTART_FLAMEOUT_TIMER", "VERIFYING", {}, {"proof.relit_early": True}),
])  # fmt: skip
def test_an_effect_changes_this_and_nothing_else(core, effect, state, seen, changed):
    one = burner(core, state, seen={**BEFORE, **seen}, **TIMES)
    seen_of = attrgetter(*NAMES)
    before = dict(zip(NAMES, seen_of(one), strict=True))
    one._do(getattr(table, effect))
    assert dict(zip(NAMES, seen_of(one), strict=True)) == {**before, **changed}


# --- how an absence shortens a burn --------------------------------------------------------------------------------


@pytest.mark.parametrize("absent_ms, absent, down, left_ms, kept_ms", [
    (299_960, 1, False, HOUR_MS, 0),
    (299_980, 1, False, MIN, HOUR_MS),
    (299_980, 0, False, HOUR_MS, 0),
    (299_980, 1, True, HOUR_MS, 0),
])  # fmt: skip
def test_after_five_minutes_without_anybody_a_minute_is_left(core, absent_ms, absent, down, left_ms, kept_ms):
    seen = {"absent_ms": absent_ms, "absent": absent, "button.down": down}
    one = burner(core, seen=seen, absence_min=5, absence_left_min=1)
    one._age_absence(20)
    assert (one.remaining_ms, one.kept_ms) == (left_ms, kept_ms)
    assert one.absent_ms == (299_980 if absent and not down and not kept_ms else 0)


def test_what_is_kept_goes_on_ageing_and_a_short_rest_stays_as_it_is(core):
    one = burner(core, seen={"kept_ms": 5_000, "absent": 1, "absent_ms": 7})
    one._age_absence(20)
    assert (one.kept_ms, one.absent_ms, one.remaining_ms) == (4_980, 7, HOUR_MS)
    one = burner(core, seen={"remaining_ms": 30_000, "absent": 1, "absent_ms": 299_980}, absence_min=5)
    one._age_absence(20)
    assert (one.remaining_ms, one.kept_ms) == (30_000, 30_000)


# --- where it leads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state, to, begins, ms", [
    ("FAULT", "VERIFYING", True, 0),  # acknowledged: the proofs run again
    ("BURNING", "VERIFYING", False, 0),
    ("VERIFYING", "VERIFYING", False, 40),
    ("BURNING", "FAULT", False, 0),
    ("VERIFYING", "IDLE", False, 40),
    ("IDLE", "ARMED", False, 40),
])  # fmt: skip
def test_a_state_that_is_entered_counts_from_then_on(core, state, to, begins, ms):
    seen = {"verifying_ms": 40, "ask_ms": 500, "sign_ms": 60, "flame.igniting": True, "proof.die_ms": 800}
    one = burner(core, state, seen=seen)
    one._enter(NUMBERS[to])
    assert (STATES[one.state], one.verifying_ms, one.sign_ms) == (to, ms, 0)
    assert one.proof.die_ms == (0 if begins else 800)
    assert one.ask_ms == (500 if to == state else 0)
    assert one.flame.igniting == (to != "IDLE")
