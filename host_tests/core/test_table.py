"""The state machine: every state against every event, and which of two events of one tick happens.

Here: transitions, refusals, precedence. Not here: deadline and cap (test_controller.py), how events come about.
"""

import itertools

import pytest

from curfew.core import codes, table
from host_tests.fixtures.every_tick import flat
from host_tests.fixtures.names import CAUSES, EVENTS, SOUNDS, SOURCES, STATES

CONDUCTING = ("ARMED", "BURNING", "WARNING", "OVERRIDE")
NOT_CONDUCTING = ("IDLE", "VERIFYING", "FAULT")
ANY = CONDUCTING + NOT_CONDUCTING

# The whole table a second time, in words, the first row that fits counts:
# states, event, guard ("" always), next state ("" stays), effect, cause of the opening, sound.
ROWS = (
    (ANY, "FAULT_RAISED", "", "FAULT", "", "FAULTED", "FAULT"),
    (CONDUCTING, "CLOCK_FAULT", "", "VERIFYING", "", "CLOCK", "OFF"),
    (CONDUCTING, "HELD", "", "VERIFYING", "", "BUTTON", "OFF"),
    (NOT_CONDUCTING, "HELD", "", "", "", "", "ALREADY_OFF"),
    (CONDUCTING, "REMOTE_OFF", "", "VERIFYING", "", "REMOTE", "OFF"),
    (NOT_CONDUCTING, "REMOTE_OFF", "", "", "", "", "ALREADY_OFF"),
    (("WARNING",), "DEADLINE", "AT_RAISED_CAP", "VERIFYING", "", "OVERRIDE_END", "OFF"),
    (("WARNING",), "DEADLINE", "AT_CAP", "VERIFYING", "", "BURN_CAP", "OFF"),
    (("WARNING",), "DEADLINE", "BY_OVERRIDE", "VERIFYING", "", "OVERRIDE_END", "OFF"),
    (("WARNING",), "DEADLINE", "", "VERIFYING", "", "TIMEOUT", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "FLAME_LOST", "", "VERIFYING", "", "FLAME_OUT", "OFF"),
    (CONDUCTING, "CONTACT_NOT_CONDUCTING", "", "VERIFYING", "", "CONTACT_OPEN", "OFF"),
    (("FAULT",), "HELD_LONG", "LONGER", "", "ALLOW_UPDATE", "", "NONE"),
    (("FAULT",), "HELD_LONG", "CAUSES_GONE", "VERIFYING", "FORGET_FAULTS", "", "READY"),
    (("IDLE", "VERIFYING"), "HELD_LONG", "", "", "ALLOW_UPDATE", "", "NONE"),
    (CONDUCTING, "HELD_LONG", "", "", "", "", "NONE"),
    (("BURNING", "WARNING"), "OVERRIDE_PRESSED", "ASKED_BEFORE", "OVERRIDE", "START_OVERRIDE", "", "OVERRIDE"),
    (("IDLE",), "PRESSED", "NO_SENSOR", "BURNING", "START_TIMER", "", "ARMED"),
    (("IDLE",), "PRESSED", "SENSING", "ARMED", "OPEN_WINDOW", "", "ARMED"),
    (("BURNING", "WARNING"), "PRESSED", "LEAVES_WARNING", "BURNING", "ADD_STEP", "", "ADDED"),
    (("BURNING", "WARNING"), "PRESSED", "", "", "ADD_STEP", "", "ADDED"),
    (("OVERRIDE",), "PRESSED", "", "BURNING", "START_TIMER", "", "ADDED"),
    (("ARMED",), "FLAME_SEEN", "", "BURNING", "START_TIMER", "", "NONE"),
    (("IDLE",), "IGNITED", "AUTO_ARM", "ARMED", "OPEN_WINDOW", "", "ARMED"),
    (("ARMED",), "WINDOW_OVER", "", "VERIFYING", "", "NO_IGNITION", "OFF"),
    (("BURNING", "OVERRIDE"), "WARNING_DUE", "", "WARNING", "", "", "WARNING"),
    (("VERIFYING",), "RELIT", "", "VERIFYING", "RESTART_FLAMEOUT_TIMER", "", "WAIT"),
    (("VERIFYING",), "VERIFIED", "RELIT_TOO_EARLY", "IDLE", "", "", "READY"),
    (("VERIFYING",), "VERIFIED", "", "IDLE", "", "", "NONE"),
    (("BURNING", "WARNING"), "REMOTE_EXTEND", "EXTEND_LEAVES_WARNING", "BURNING", "ADD_STEP", "", "ADDED"),
    (("BURNING", "WARNING"), "REMOTE_EXTEND", "EXTEND_ALLOWED", "", "ADD_STEP", "", "ADDED"),
)
GUARDS = sorted({guard for _, _, guard, *_ in ROWS if guard})
EFFECTS = sorted({effect for _, _, _, _, effect, *_ in ROWS if effect})

# What leads somewhere, with a sensor, with the default settings and nothing but the flame proved:
# states, event, next state ("" stays), cause of the opening, sound.
LEADS = (
    (CONDUCTING, "FAULT_RAISED", "FAULT", "FAULTED", "FAULT"),
    (NOT_CONDUCTING, "FAULT_RAISED", "FAULT", "", "FAULT"),
    (CONDUCTING, "CLOCK_FAULT", "VERIFYING", "CLOCK", "OFF"),
    (CONDUCTING, "HELD", "VERIFYING", "BUTTON", "OFF"),
    (NOT_CONDUCTING, "HELD", "", "", "ALREADY_OFF"),
    (CONDUCTING, "REMOTE_OFF", "VERIFYING", "REMOTE", "OFF"),
    (NOT_CONDUCTING, "REMOTE_OFF", "", "", "ALREADY_OFF"),
    (("WARNING",), "DEADLINE", "VERIFYING", "TIMEOUT", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "FLAME_LOST", "VERIFYING", "FLAME_OUT", "OFF"),
    (CONDUCTING, "CONTACT_NOT_CONDUCTING", "VERIFYING", "CONTACT_OPEN", "OFF"),
    (("FAULT",), "HELD_LONG", "VERIFYING", "", "READY"),
    (("ARMED", "BURNING", "WARNING", "OVERRIDE", "IDLE", "VERIFYING"), "HELD_LONG", "", "", "NONE"),
    (("BURNING", "WARNING"), "OVERRIDE_PRESSED", "OVERRIDE", "", "OVERRIDE"),
    (("IDLE",), "PRESSED", "ARMED", "", "ARMED"),
    (("BURNING", "WARNING", "OVERRIDE"), "PRESSED", "BURNING", "", "ADDED"),
    (("ARMED",), "FLAME_SEEN", "BURNING", "", "NONE"),
    (("IDLE",), "IGNITED", "ARMED", "", "ARMED"),
    (("ARMED",), "WINDOW_OVER", "VERIFYING", "NO_IGNITION", "OFF"),
    (("BURNING", "OVERRIDE"), "WARNING_DUE", "WARNING", "", "WARNING"),
    (("VERIFYING",), "RELIT", "VERIFYING", "", "WAIT"),
    (("VERIFYING",), "VERIFIED", "IDLE", "", "NONE"),
)
LEADING = {(state, event): (to or state, cause, sound) for states, event, to, cause, sound in LEADS for state in states}
PAIRS = list(itertools.product(ANY, EVENTS.values()))
NUMBERS = {name: number for number, name in EVENTS.items()}


def in_state(core, state, sensor=True, **changed):
    """A box with one burner that came into a state as a user would see it come."""
    box = core(sensor=sensor, **changed)
    if state in ("ARMED",):
        box.press()
    elif state == "FAULT":
        box.raise_fault("BUTTON_STUCK")
        box.run(60)
    elif state != "IDLE":
        box.flame() if sensor else box.press()
    if state == "WARNING":
        box.one().remaining_ms = box.settings.warning_ms
        box.step()
    elif state == "OVERRIDE":
        box.override()
    elif state == "VERIFYING":
        box.off()
    assert box.state() == state
    return box


def happen(box, event):
    """Let an event of the table happen, and nothing else."""
    box.one()._asked = True
    box.one()._happen(NUMBERS[event], 0)


def _cases():
    """Every state, event, and set of those guards that hold which the rows of this event ask for."""
    for state, event in PAIRS:
        asked = [guard for _, of, guard, *_ in ROWS if of == event and guard]
        for held in itertools.product((True, False), repeat=len(asked)):
            yield state, event, [guard for guard, holds in zip(asked, held, strict=True) if holds]


@pytest.mark.parametrize(
    "state, event, held", list(_cases()), ids=lambda one: "+".join(one) if type(one) is list else one
)
def test_the_first_row_whose_guard_holds_is_followed_to_the_letter(core, state, event, held):
    box = core(sensor=True, idle=False)
    one = box.one()
    done = []
    one.state = {name: number for number, name in STATES.items()}[state]
    one.cause = 0
    one._holds = lambda guard: guard == table.ALWAYS or guard in [getattr(table, name) for name in held]
    one._do = done.append
    one._happen(NUMBERS[event], 0)
    fits = [row for row in ROWS if state in row[0] and row[1] == event and row[2] in ("", *held)]
    _, _, _, to, effect, cause, sound = fits[0] if fits else ("", "", "", "", "", "", "NO")
    opened = state in CONDUCTING and to in NOT_CONDUCTING
    assert (STATES[one.state], CAUSES[one.cause]) == (to or state, cause if opened else "")
    assert SOUNDS[one.sound] == sound
    assert done == ([getattr(table, effect or "NOTHING")] if fits else [])


def test_guards_are_told_apart_and_so_are_effects():
    for names in (["ALWAYS", *GUARDS], ["NOTHING", *EFFECTS]):
        assert len({getattr(table, name) for name in names}) == len(names)


def test_a_row_names_a_cause_if_and_only_if_it_can_open():
    for start in range(0, len(table.TABLE), table.ROW_BYTES):
        row = table.TABLE[start : start + table.ROW_BYTES]
        opens = row[table.COL_FROM] & table.CLOSED_STATES and row[table.COL_TO] != table.SAME
        opens = opens and not table.CLOSED_STATES >> row[table.COL_TO] & 1
        assert bool(row[table.COL_CAUSE]) == bool(opens), row


@pytest.mark.parametrize("state, event", sorted(LEADING))
def test_a_pair_in_the_table_leads_where_the_table_says(core, state, event):
    box = in_state(core, state)
    box.one().cause = 0
    happen(box, event)
    seen = (box.state(), CAUSES[box.one().cause], box.sound())
    assert seen == LEADING[state, event]


@pytest.mark.parametrize("state, event", [pair for pair in PAIRS if pair not in LEADING])
def test_a_pair_not_in_the_table_is_refused_with_no_and_changes_nothing(core, state, event):
    box = in_state(core, state)
    box.one()._asked = True
    before = flat(box.one(), without=("sound", "refused", "_asked", "_local_act"))
    refused = box.one().refused
    box.one()._happen(NUMBERS[event], 0)
    assert box.sound() == "NO"
    assert box.one().refused == refused + 1
    assert flat(box.one(), without=("sound", "refused", "_asked", "_local_act")) == before


def test_every_state_and_every_event_is_in_this_test():
    assert set(EVENTS) == set(range(len(EVENTS)))
    assert set(STATES) == set(range(len(STATES)))


def test_the_contact_is_meant_to_conduct_in_four_states_and_in_no_other(core):
    box = core()
    for number, name in STATES.items():
        box.one().state = number
        assert box.one().wants_closed() == (name in CONDUCTING)


# --- rows with a condition -----------------------------------------------------------------------------------------


def test_a_press_in_idle_without_a_sensor_starts_the_timer(core):
    box = in_state(core, "IDLE", sensor=False)
    happen(box, "PRESSED")
    assert (box.state(), box.sound()) == ("BURNING", "ARMED")
    assert box.left_ms() == 30 * 60_000


def test_a_press_in_idle_with_a_sensor_waits_for_a_flame(core):
    box = in_state(core, "IDLE")
    happen(box, "PRESSED")
    assert (box.state(), box.one().window_ms) == ("ARMED", 60_000)


def test_an_ignition_arms_nothing_when_auto_arm_is_off(core):
    box = in_state(core, "IDLE", auto_arm=False)
    happen(box, "IGNITED")
    assert (box.state(), box.sound()) == ("IDLE", "NO")


def test_a_rise_that_would_arm_is_not_even_an_event_when_auto_arm_is_off(core):
    box = in_state(core, "IDLE", auto_arm=False)
    for uv in range(0, 10_000, 300):
        box.uv[0][0] = uv
        box.step()
    assert (box.state(), box.one().refused) == ("IDLE", 0)


@pytest.mark.parametrize("state", ["BURNING", "WARNING"])
@pytest.mark.parametrize("allowed, proved", [(True, True), (True, False), (False, True), (False, False)])
def test_remote_extend_needs_the_setting_and_a_proved_flame(core, state, allowed, proved):
    box = in_state(core, state, remote_extend=allowed)
    box.one().remaining_ms = 40_000
    if not proved:
        box.one().flame.burning = False
    happen(box, "REMOTE_EXTEND")
    if allowed and proved:
        assert (box.state(), box.sound(), box.left_ms()) == ("BURNING", "ADDED", 640_000)
    else:
        assert (box.state(), box.sound(), box.left_ms()) == (state, "NO", 40_000)


def test_remote_extend_is_refused_without_a_sensor(core):
    box = in_state(core, "BURNING", sensor=False, remote_extend=True)
    box.one().remaining_ms = 400_000
    box.extend()
    assert (box.sound(), box.left_ms()) == ("NO", 400_000 - 20)


@pytest.mark.parametrize("state", ANY)
def test_remote_arm_is_always_refused(core, state):
    box = in_state(core, state, remote_extend=True)
    box.arm()
    assert (box.state(), box.sound()) == (state, "NO")


@pytest.mark.parametrize("state", ["IDLE", "ARMED", "VERIFYING", "FAULT", "OVERRIDE"])
def test_remote_extend_is_refused_outside_burning_and_warning(core, state):
    box = in_state(core, state, remote_extend=True)
    box.extend()
    assert (box.state(), box.sound()) == (state, "NO")


def test_an_acknowledgement_is_refused_while_a_cause_is_still_there(core):
    box = in_state(core, "FAULT")
    box.raise_fault("SETTINGS_INVALID")
    happen(box, "HELD_LONG")
    assert (box.state(), box.sound()) == ("FAULT", "NO")
    assert box.raised() == ["BUTTON_STUCK", "SETTINGS_INVALID"]


def test_ready_sounds_in_idle_only_after_a_press_that_had_to_wait(core):
    box = in_state(core, "VERIFYING")
    happen(box, "RELIT")
    happen(box, "VERIFIED")
    assert (box.state(), box.sound()) == ("IDLE", "READY")


@pytest.mark.parametrize("state", ["IDLE", "VERIFYING"])
def test_an_off_is_consumed_at_once_and_never_waits_for_the_next_ignition(core, state):
    box = in_state(core, state, sensor=False)
    box.off("voice")
    assert (box.state(), box.sound()) == (state, "ALREADY_OFF")
    box.until(lambda: box.state() == "IDLE", 20)
    box.press()
    box.run(s=2)
    assert box.state() == "BURNING"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("state", CONDUCTING)
def test_a_remote_off_opens_in_one_tick_and_names_its_source(core, state, source):
    box = in_state(core, state)
    assert box.conducts()
    box.off(source)
    assert (box.state(), box.cause(), box.conducts()) == ("VERIFYING", "REMOTE:" + source, False)


# --- one event a tick ----------------------------------------------------------------------------------------------


class _Finger:
    """A button that reports one event, in the next tick."""

    stuck = False

    def __init__(self, event):
        self.event = event

    def step(self, _pressed, _step_ms):
        event, self.event = self.event, None
        return event

    asks = False

    def ignore_until_up(self):
        pass


def _fault(box):
    box.raise_fault("BUTTON_STUCK")
    return {}


def _clock(box):
    return {"ms": -100}


def _hold(box):
    box.one().button = _Finger(codes.HELD)
    return {}


def _remote_off(box):
    box.inbox.post_off(0, 0)
    return {}


def _deadline(box):
    box.one().remaining_ms = 0
    return {}


def _flame_out(box):
    box.controller.take_reading(0, codes.TC, 40_000, 20)
    box.uv[0][0] = 4500  # far below what it was, and still enough to show a dead contact
    box.one().flame.burning = False
    box.one().flame.lost_ms = 60_000
    return {}


def _contact_open(box):
    box.uv[0][1] = 0
    box.step()
    box.one().flame.dead_ms = 60_000
    return {}


def _press(box):
    box.one().button = _Finger(codes.PRESSED)
    return {}


def _extend(box):
    box.inbox.post_request(0, 0, box.now_ms)
    return {}


PRECEDENCE = (  # the design's order, and what each leads to from WARNING
    (_fault, ("FAULT", "FAULT:BUTTON_STUCK")),
    (_clock, ("VERIFYING", "CLOCK")),
    (_hold, ("VERIFYING", "BUTTON")),
    (_remote_off, ("VERIFYING", "REMOTE:test")),
    (_deadline, ("VERIFYING", "TIMEOUT")),
    (_flame_out, ("VERIFYING", "FLAME_OUT")),
    (_contact_open, ("VERIFYING", "CONTACT_OPEN")),
    (_press, ("BURNING", "")),
    (_extend, ("BURNING", "")),
)


def _at_once(box, *stimuli):
    how = {}
    for stimulus in sorted(stimuli, key=lambda one: one is not _contact_open):  # that one needs a tick before
        how.update(stimulus(box))
    box.step(**how)


@pytest.mark.parametrize("rank", range(len(PRECEDENCE)), ids=[one.__name__[1:] for one, _ in PRECEDENCE])
def test_each_event_alone_leads_from_warning_where_the_table_says(core, rank):
    box = in_state(core, "WARNING", remote_extend=True)
    _at_once(box, PRECEDENCE[rank][0])
    assert (box.state(), box.cause()) == PRECEDENCE[rank][1]


ONE_BUTTON = {_hold, _press}  # has one event at a time
TWO_AT_ONCE = [
    (first, second)
    for first, second in itertools.combinations(range(len(PRECEDENCE)), 2)
    if {PRECEDENCE[first][0], PRECEDENCE[second][0]} != ONE_BUTTON
]


@pytest.mark.parametrize("first, second", TWO_AT_ONCE, ids=lambda rank: PRECEDENCE[rank][0].__name__[1:])
def test_of_two_events_in_one_tick_the_first_in_the_order_happens_and_the_other_is_consumed(core, first, second):
    box = in_state(core, "WARNING", remote_extend=True)
    _at_once(box, PRECEDENCE[second][0], PRECEDENCE[first][0])
    assert (box.state(), box.cause()) == PRECEDENCE[first][1]
    left_ms = box.left_ms()
    box.step()
    box.step()
    assert (box.state(), box.cause()) == PRECEDENCE[first][1]
    assert box.sound() == "NONE", "the other one came later"
    if box.state() == "BURNING":
        assert box.left_ms() == left_ms - 40


def test_a_shut_off_has_one_record_and_cause_even_if_all_happens_in_one_tick(core):
    box = in_state(core, "WARNING", remote_extend=True)
    _at_once(box, *[stimulus for stimulus, _ in PRECEDENCE])
    box.run(s=1)
    assert box.openings() == [(0, "FAULTED")]


# --- names ----------------------------------------------------------------------------------------------------------


def test_every_sound_and_state_of_the_table_is_defined(core):
    box = in_state(core, "BURNING")
    for event in NUMBERS:
        happen(box, event)
        assert box.one().sound in SOUNDS
        assert box.one().state in STATES
