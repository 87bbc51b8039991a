"""The state machine: every state against every event, and which of two events of one tick happens.

Here: transitions, refusals, precedence. Not here: deadline and cap (test_controller.py), how events come about.
"""

import itertools

import pytest

from curfew.core import codes, table
from host_tests.fixtures.every_tick import flat
from host_tests.fixtures.names import CAUSES, EVENTS, SOUNDS, STATES

CONDUCTING = ("ARMED", "BURNING", "WARNING", "OVERRIDE")
NOT_CONDUCTING = ("IDLE", "VERIFYING", "FAULT")
ANY = CONDUCTING + NOT_CONDUCTING

# The whole table a second time, in words, the first row that fits counts:
# states, event, guard ("" always), next state ("" stays), effect, cause of the shut-off, sound.
ROWS = (
    (CONDUCTING, "FAULT_RAISED", "BY_ALARM", "FAULT", "", "ALARM", "ENDED"),
    (ANY, "FAULT_RAISED", "", "FAULT", "", "FAULTED", "FAULT"),
    (CONDUCTING, "CLOCK_FAULT", "", "VERIFYING", "", "CLOCK", "ENDED"),
    (CONDUCTING, "PUMP_OFF", "", "VERIFYING", "", "WELD_TEST", "ENDED"),
    (CONDUCTING, "HELD", "", "VERIFYING", "", "BUTTON", "OFF"),
    (NOT_CONDUCTING, "HELD", "", "", "", "", "ALREADY_OFF"),
    (CONDUCTING, "REMOTE_OFF", "", "VERIFYING", "", "REMOTE", "OFF"),
    (NOT_CONDUCTING, "REMOTE_OFF", "", "", "", "", "ALREADY_OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "DEADLINE", "BY_ABSENCE", "VERIFYING", "", "ABSENCE", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "DEADLINE", "AT_RAISED_CAP", "VERIFYING", "", "OVERRIDE_END", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "DEADLINE", "AT_CAP", "VERIFYING", "", "BURN_CAP", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "DEADLINE", "BY_OVERRIDE", "VERIFYING", "", "OVERRIDE_END", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "DEADLINE", "", "VERIFYING", "", "TIMEOUT", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "FLAME_LOST", "", "VERIFYING", "", "FLAME_OUT", "ENDED"),
    (CONDUCTING, "CONTACT_NOT_CONDUCTING", "", "VERIFYING", "", "CONTACT_OPEN", "ENDED"),
    (("FAULT",), "HELD_LONG", "LONGER", "", "ALLOW_UPDATE", "", "NONE"),
    (("FAULT",), "HELD_LONG", "CAUSES_GONE", "VERIFYING", "FORGET_FAULTS", "", "READY"),
    (("IDLE", "VERIFYING"), "HELD_LONG", "", "", "ALLOW_UPDATE", "", "NONE"),
    (CONDUCTING, "HELD_LONG", "", "", "", "", "NONE"),
    (("BURNING", "WARNING"), "OVERRIDE_PRESSED", "ASKED_BEFORE", "OVERRIDE", "START_OVERRIDE", "", "OVERRIDE"),
    (("FAULT",), "PRESSED", "", "", "MUTE", "", "NO"),
    (("IDLE",), "PRESSED", "NO_SENSOR", "BURNING", "START_TIMER", "", "ARMED"),
    (("IDLE",), "PRESSED", "SENSING", "ARMED", "OPEN_WINDOW", "", "ARMED"),
    (("BURNING", "WARNING"), "PRESSED", "LEAVES_WARNING", "BURNING", "ADD_STEP", "", "ADDED"),
    (("BURNING", "WARNING"), "PRESSED", "", "", "ADD_STEP", "", "ADDED"),
    (("OVERRIDE",), "PRESSED", "", "BURNING", "START_TIMER", "", "ADDED"),
    (("ARMED",), "FLAME_SEEN", "", "BURNING", "START_TIMER", "", "NONE"),
    (("IDLE",), "IGNITED", "AUTO_ARM", "ARMED", "OPEN_WINDOW", "", "ARMED"),
    (("ARMED",), "WINDOW_OVER", "", "VERIFYING", "", "NO_IGNITION", "ENDED"),
    (("WARNING",), "RETURNED", "LEFT_IS_SHORT", "", "GIVE_BACK", "", "ADDED"),
    (("WARNING",), "RETURNED", "BY_OVERRIDE", "OVERRIDE", "GIVE_BACK", "", "ADDED"),
    (("WARNING",), "RETURNED", "", "BURNING", "GIVE_BACK", "", "ADDED"),
    (("BURNING", "OVERRIDE"), "RETURNED", "", "", "GIVE_BACK", "", "ADDED"),
    (("BURNING", "OVERRIDE"), "WARNING_DUE", "", "WARNING", "", "", "WARNING"),
    (("BURNING", "WARNING", "OVERRIDE"), "RELIT", "", "BURNING", "START_TIMER", "", "ARMED"),
    (("VERIFYING",), "RELIT", "", "VERIFYING", "RESTART_FLAMEOUT_TIMER", "", "WAIT"),
    (("VERIFYING",), "VERIFIED", "RELIT_TOO_EARLY", "IDLE", "", "", "READY"),
    (("VERIFYING",), "VERIFIED", "", "IDLE", "", "", "NONE"),
    (("BURNING", "WARNING"), "REMOTE_LESS", "SOONER", "", "SET_TIMER", "", "WARNING"),
    (("OVERRIDE",), "REMOTE_LESS", "SOONER", "BURNING", "SET_TIMER", "", "WARNING"),
    (("BURNING", "WARNING"), "REMOTE_EXTEND", "EXTEND_LEAVES_WARNING", "BURNING", "ADD_STEP", "", "ADDED"),
    (("BURNING", "WARNING"), "REMOTE_EXTEND", "EXTEND_ALLOWED", "", "ADD_STEP", "", "ADDED"),
)
GUARDS = sorted({guard for _, _, guard, *_ in ROWS if guard})
EFFECTS = sorted({effect for _, _, _, _, effect, *_ in ROWS if effect})

# What leads somewhere, with a sensor, with the default settings and nothing but the flame proved:
# states, event, next state ("" stays), cause of the shut-off, sound.
LEADS = (
    (CONDUCTING, "FAULT_RAISED", "FAULT", "FAULTED", "FAULT"),
    (NOT_CONDUCTING, "FAULT_RAISED", "FAULT", "", "FAULT"),
    (CONDUCTING, "CLOCK_FAULT", "VERIFYING", "CLOCK", "ENDED"),
    (CONDUCTING, "PUMP_OFF", "VERIFYING", "WELD_TEST", "ENDED"),
    (CONDUCTING, "HELD", "VERIFYING", "BUTTON", "OFF"),
    (NOT_CONDUCTING, "HELD", "", "", "ALREADY_OFF"),
    (CONDUCTING, "REMOTE_OFF", "VERIFYING", "REMOTE", "OFF"),
    (NOT_CONDUCTING, "REMOTE_OFF", "", "", "ALREADY_OFF"),
    (("BURNING", "WARNING"), "DEADLINE", "VERIFYING", "TIMEOUT", "OFF"),
    (("OVERRIDE",), "DEADLINE", "VERIFYING", "OVERRIDE_END", "OFF"),
    (("BURNING", "WARNING", "OVERRIDE"), "FLAME_LOST", "VERIFYING", "FLAME_OUT", "ENDED"),
    (CONDUCTING, "CONTACT_NOT_CONDUCTING", "VERIFYING", "CONTACT_OPEN", "ENDED"),
    (("FAULT",), "HELD_LONG", "VERIFYING", "", "READY"),
    (("ARMED", "BURNING", "WARNING", "OVERRIDE", "IDLE", "VERIFYING"), "HELD_LONG", "", "", "NONE"),
    (("BURNING", "WARNING"), "OVERRIDE_PRESSED", "OVERRIDE", "", "OVERRIDE"),
    (("FAULT",), "PRESSED", "", "", "NO"),
    (("IDLE",), "PRESSED", "ARMED", "", "ARMED"),
    (("BURNING", "WARNING", "OVERRIDE"), "PRESSED", "BURNING", "", "ADDED"),
    (("ARMED",), "FLAME_SEEN", "BURNING", "", "NONE"),
    (("IDLE",), "IGNITED", "ARMED", "", "ARMED"),
    (("ARMED",), "WINDOW_OVER", "VERIFYING", "NO_IGNITION", "ENDED"),
    (("WARNING",), "RETURNED", "", "", "ADDED"),
    (("BURNING", "OVERRIDE"), "RETURNED", "", "", "ADDED"),
    (("BURNING", "OVERRIDE"), "WARNING_DUE", "WARNING", "", "WARNING"),
    (("BURNING",), "REMOTE_LESS", "", "", "WARNING"),
    (("OVERRIDE",), "REMOTE_LESS", "BURNING", "", "WARNING"),
    (("BURNING", "WARNING", "OVERRIDE"), "RELIT", "BURNING", "", "ARMED"),
    (("VERIFYING",), "RELIT", "VERIFYING", "", "WAIT"),
    (("VERIFYING",), "VERIFIED", "IDLE", "", "NONE"),
)
LEADING = {(state, event): (to or state, cause, sound) for states, event, to, cause, sound in LEADS for state in states}
PAIRS = list(itertools.product(ANY, EVENTS.values()))
NUMBERS = {name: number for number, name in EVENTS.items()}


def in_state(core, state, sensor=True, **changed):
    """A device with one burner that came into a state as a user would see it come."""
    device = core(sensor=sensor, **changed)
    if state in ("ARMED",):
        device.press()
    elif state == "FAULT":
        device.raise_fault("BUTTON_STUCK")
        device.run(60)
    elif state != "IDLE":
        device.flame() if sensor else device.press()
    if state == "WARNING":
        device.one().remaining_ms = device.settings.warning_ms
        device.step()
    elif state == "OVERRIDE":
        device.override()
    elif state == "VERIFYING":
        device.off()
    assert device.state() == state
    return device


def happen(device, event):
    """Let an event of the table happen, and nothing else."""
    device.one().asked = True
    device.one()._happen(NUMBERS[event], 0)


def _cases():
    """Every state, event, and set of those guards that hold which the rows of this event ask for."""
    for state, event in PAIRS:
        asked = [guard for _, of, guard, *_ in ROWS if of == event and guard]
        for held in itertools.product((True, False), repeat=len(asked)):
            yield state, event, [guard for guard, holds in zip(asked, held, strict=True) if holds]


@pytest.mark.parametrize(
    "state, event, held", list(_cases()), ids=lambda one: "+".join(one) if type(one) is list else one
)
def test_the_first_row_whose_guard_holds_is_followed_to_the_letter(core, monkeypatch, state, event, held):
    device = core(sensor=True, idle=False)
    one = device.one()
    done = []
    one.state = {name: number for number, name in STATES.items()}[state]
    one.cause = 0
    met = [getattr(table, name) for name in ("ALWAYS", *held)]
    monkeypatch.setattr(table, "holds", lambda _, guard: guard in met)
    one._do = done.append
    one._happen(NUMBERS[event], 0)
    fits = [row for row in ROWS if state in row[0] and row[1] == event and row[2] in ("", *held)]
    _, _, _, to, effect, cause, sound = fits[0] if fits else ("", "", "", "", "", "", "NO")
    opened = state in CONDUCTING and to in NOT_CONDUCTING
    assert (STATES[one.state], CAUSES[one.cause]) == (to or state, cause if opened else "")
    assert SOUNDS[one.sound] == sound
    assert done == ([getattr(table, effect or "NOTHING")] if fits else [])


def test_the_rows_stand_in_the_order_of_these_and_say_the_same():
    def words(states, event, guard, to, effect, cause, sound):
        return (
            {name for number, name in STATES.items() if states >> number & 1},
            EVENTS[event],
            next(name for name in ("", *GUARDS) if getattr(table, name or "ALWAYS") == guard),
            STATES.get(to, ""),
            next(name for name in ("", *EFFECTS) if getattr(table, name or "NOTHING") == effect),
            CAUSES[cause],
            SOUNDS[sound],
        )

    rows = [table.TABLE[start : start + table.ROW_BYTES] for start in range(0, len(table.TABLE), table.ROW_BYTES)]
    assert [words(*row) for row in rows] == [(set(states), *rest) for states, *rest in ROWS]


def test_guards_differ_and_so_are_effects():
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
    device = in_state(core, state)
    device.one().cause = 0
    happen(device, event)
    seen = (device.state(), CAUSES[device.one().cause], device.sound())
    assert seen == LEADING[state, event]


@pytest.mark.parametrize("state, event", [pair for pair in PAIRS if pair not in LEADING])
def test_a_pair_not_in_the_table_is_refused_with_no_and_changes_nothing(core, state, event):
    device = in_state(core, state)
    device.one().asked = True
    before = flat(device.one(), without=("sound", "refused", "asked", "_local_act"))
    refused = device.one().refused
    device.one()._happen(NUMBERS[event], 0)
    assert device.sound() == "NO"
    assert device.one().refused == refused + 1
    assert flat(device.one(), without=("sound", "refused", "asked", "_local_act")) == before


def test_every_state_and_every_event_is_in_this_test():
    assert set(EVENTS) == set(range(len(EVENTS)))
    assert set(STATES) == set(range(len(STATES)))


def test_the_contact_is_meant_to_conduct_in_four_states_and_in_no_other(core):
    device = core()
    for number, name in STATES.items():
        device.one().state = number
        assert device.one().wants_closed() == (name in CONDUCTING)


# --- one event a tick ----------------------------------------------------------------------------------------------


class _Finger:
    """A button that reports one event, in the next tick."""

    def __init__(self, event):
        self.event = event

    def is_stuck(self):
        return False

    def step(self, _pressed, _step_ms):
        event, self.event = self.event, None
        return event

    asks = False

    def ignore_until_up(self):
        pass


def _fault(device):
    device.raise_fault("BUTTON_STUCK")
    return {}


def _clock(device):
    return {"ms": -100}


def _hold(device):
    device.one().button = _Finger(codes.HELD)
    return {}


def _remote_off(device):
    device.inbox.post_off(0, 0)
    return {}


def _deadline(device):
    device.one().remaining_ms = 0
    return {}


def _flame_out(device):
    device.one().flame._peak_uv = 40_000
    device.uv[0][0] = 4500  # far below what it was, and still enough to show a dead contact
    device.one().flame.burning = False
    device.one().flame.lost_ms = 60_000
    return {}


def _contact_open(device):
    device.uv[0][1] = 0
    device.step()
    device.one().flame.dead_ms = 60_000
    return {}


def _press(device):
    device.one().button = _Finger(codes.PRESSED)
    return {}


def _extend(device):
    device.inbox.post_request(0, 0, device.now_ms)
    return {}


def _pump_off(device):
    device.controller.test_ms = 1000
    device.controller.raised = 1
    return {}


PRECEDENCE = (  # the design's order, and what each leads to from WARNING
    (_fault, ("FAULT", "FAULT:BUTTON_STUCK")),
    (_clock, ("VERIFYING", "CLOCK")),
    (_pump_off, ("VERIFYING", "WELD_TEST")),
    (_hold, ("VERIFYING", "BUTTON")),
    (_remote_off, ("VERIFYING", "REMOTE:test")),
    (_deadline, ("VERIFYING", "TIMEOUT")),
    (_flame_out, ("VERIFYING", "FLAME_OUT")),
    (_contact_open, ("VERIFYING", "CONTACT_OPEN")),
    (_press, ("BURNING", "")),
    (_extend, ("BURNING", "")),
)


def _at_once(device, *stimuli):
    how = {}
    for stimulus in sorted(stimuli, key=lambda one: one is not _contact_open):  # that one needs a tick before
        how.update(stimulus(device))
    device.step(**how)


@pytest.mark.parametrize("rank", range(len(PRECEDENCE)), ids=[one.__name__[1:] for one, _ in PRECEDENCE])
def test_each_event_alone_leads_from_warning_where_the_table_says(core, rank):
    device = in_state(core, "WARNING", remote_extend=True)
    _at_once(device, PRECEDENCE[rank][0])
    assert (device.state(), device.cause()) == PRECEDENCE[rank][1]


ONE_BUTTON = {_hold, _press}  # has one event at a time
TWO_AT_ONCE = [
    (first, second)
    for first, second in itertools.combinations(range(len(PRECEDENCE)), 2)
    if {PRECEDENCE[first][0], PRECEDENCE[second][0]} != ONE_BUTTON
]


@pytest.mark.parametrize("first, second", TWO_AT_ONCE, ids=lambda rank: PRECEDENCE[rank][0].__name__[1:])
def test_of_two_events_in_one_tick_the_first_in_the_order_happens_and_the_other_is_consumed(core, first, second):
    device = in_state(core, "WARNING", remote_extend=True)
    _at_once(device, PRECEDENCE[second][0], PRECEDENCE[first][0])
    assert (device.state(), device.cause()) == PRECEDENCE[first][1]
    left_ms = device.left_ms()
    device.step()
    device.step()
    assert (device.state(), device.cause()) == PRECEDENCE[first][1]
    assert device.sound() == "NONE", "the other one came later"
    if device.state() == "BURNING":
        assert device.left_ms() == left_ms - 40


def test_a_shut_off_has_one_record_and_cause_even_if_all_happens_in_one_tick(core):
    device = in_state(core, "WARNING", remote_extend=True)
    _at_once(device, *[stimulus for stimulus, _ in PRECEDENCE])
    device.run(s=1)
    assert device.shutoffs() == [(0, "FAULTED")]


# --- names ----------------------------------------------------------------------------------------------------------


def test_every_sound_and_state_of_the_table_is_defined(core):
    device = in_state(core, "BURNING")
    for event in NUMBERS:
        happen(device, event)
        assert device.one().sound in SOUNDS
        assert device.one().state in STATES
