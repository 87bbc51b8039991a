"""Random cooks as a state machine of hypothesis: people, things that break, and time, over a whole box on a stove.

What is drawn is what stands in a scenario file, so a failure needs no translation.
"""

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from host_tests.fixtures.world import TICK_MS
from host_tests.simulator.session import Cook, cooked, smallest, told, violations
from simulator import run_settings, words
from simulator.campaign.generator import CALLS

SETTLE_MS = 500  # what was done last is answered within this time
STARTED_MS = 4000  # by then the program runs and has had its rest
SMALL = {  # settings as short as they may be, or nearly so: much happens within minutes
    "timer_default_min": st.just(1),
    "timer_step_min": st.just(1),
    "timer_max_min": st.integers(1, 2),
    "burn_max_min": st.integers(2, 3),
    "warning_s": st.just(15),
    "override_max_min": st.just(5),
    "ignite_window_s": st.just(10),
    "flame_out_s": st.integers(1, 5),
    "reclose_hold_s": st.just(3),
    "verify_open_ms": st.sampled_from((500, 400)),
    "flame_die_s": st.just(30),
    "auto_arm": st.booleans(),
    "remote_extend": st.booleans(),
    "relay_drive": st.sampled_from(("level", "pulse")),
}
STOVES = (
    {},
    {"tip_cool_ms": 5000},
    {"release_ms": 50, "operate_ms": 50, "bounce_ms": 20},
    {"emf_uv": 14_000, "magnet_hold_ma": 110, "contact_mohm": 40},
)


def seconds(*edges, up_to):
    """Seconds as a scenario has them: those at which something changes, or any tenth."""
    return st.one_of(st.sampled_from(edges), st.integers(1, up_to * 10).map(lambda tenths: tenths / 10))


# Everything that a scenario can do, with its arguments.
PEOPLE = {
    "press": {},
    "light": {"hold_s": seconds(8, 0.5, 5, up_to=15)},
    "knob_off": {},
    "double_press": {},
    "hold": {"s": seconds(1, 0.76, 0.8, 0.84, 5, 5.1, up_to=7)},
    "button_down": {},
    "button_up": {},
    "remote_off": {"source": st.sampled_from(words.SOURCES)},
    "remote_extend": {},
    "remote_arm": {},
}
BREAKS = {
    "blow_out": {},
    "simmer": {"percent": st.integers(5, 100)},
    "weld": {},
    "unweld": {},
    "stick_open": {},
    "stick_pin": {"pin": st.sampled_from(words.STUCK_PINS), "level": st.sampled_from(words.LEVELS)},
    "free_pins": {},
    "film": {"milliohm": st.sampled_from((0, 5, 20, 50, 200, 1000, 100_000))},
    "bypass": {"on": st.booleans()},
    "sensor": {"value": st.sampled_from(words.SENSOR_VALUES), "side": st.sampled_from(words.SENSOR_SIDES)},
    "i2c_stuck": {"try_ms": st.sampled_from((0, 5, 100, 400)), "s": st.sampled_from((0.3, 2, 20))},
    "noise": {"uv": st.sampled_from((0, 50, 300, 600, 5000))},
    "clock_jump": {"ms": st.one_of(st.sampled_from((-20, -1, 1, 1980, 2000, 2020)), st.integers(-(2**29), 2**29))},
    "gil_hold": {"ms": st.sampled_from((1, 400, 1960, 1980, 2000, 2020, 3000))},
    "hang": {"s": st.sampled_from((0.5, 1.98, 2.02, 3.9, 4.1, 6))},
    "services_die": {},
    "services_block": {"s": st.sampled_from((0.5, 4, 20, 60))},
    "raise": {"error": st.sampled_from(words.ERRORS), "in": st.sampled_from(CALLS)},
    "reset": {"cause": st.sampled_from(words.RESETS)},
    "power_off": {},
    "power_on": {},
}
REPAIR = {"repair_settings": {}}
ACTS = {**PEOPLE, **BREAKS, **REPAIR}
OFTEN = ("light", "light", "press")  # half of all that can go wrong needs a burner that burns


def events(names):
    """One act of these, with its arguments, for burner 0 or 1."""
    return st.one_of(
        [st.fixed_dictionaries({"do": st.just(do), "burner": st.integers(0, 1), **ACTS[do]}) for do in names]
    )


def waits(settings):
    """What is due how long after an act, in ms; the short ones first."""
    timer_ms, warning_ms = settings["timer_default_min"] * 60_000, settings["warning_s"] * 1000
    return {
        "a tick": TICK_MS,
        "a debounced press": 200,
        "a double press": 500,
        "a hold": 800,
        "a flame": 4000,
        "flame_out_s": settings["flame_out_s"] * 1000,
        "the rest": run_settings.rest_s(settings) * 1000,
        "the window": settings["ignite_window_s"] * 1000,
        "the warning": warning_ms,
        "flame_die_s": settings["flame_die_s"] * 1000,
        "the timer before its warning": timer_ms - warning_ms,
        "the timer": timer_ms,
        "longer": timer_ms + warning_ms * 2,
    }


SHORT_WAITS = 5
DEFAULTS = {key: row[0] for key, row in run_settings.SETTINGS.items()}


class Wrong(Exception):
    """Something did not hold in the cook `top`."""

    def __init__(self, top, wrong):
        super().__init__(wrong)
        self.top = top
        self.wrong = wrong


class RandomCooks(RuleBasedStateMachine):
    """One cook; each step is an act and the time until the next one. judge: as cook.violations()."""

    judge = staticmethod(violations)
    cook = None

    @initialize(
        settings=st.fixed_dictionaries(SMALL),
        stove=st.sampled_from(STOVES),
        burners=st.integers(1, 2),
        sensor=st.sampled_from((True, False)),
        broken=st.sampled_from([False] * 15 + [True]),
        breaks=st.lists(st.sampled_from(tuple(BREAKS)), unique=True, max_size=5),
    )
    def power(self, settings, stove, burners, sensor, broken, breaks):
        """The box gets power; rarely its settings.json is broken. Some kinds of things break, the others never."""
        burners = 1 if broken else burners  # so many has the box that only shows SETTINGS_INVALID
        asked = {"settings_text": "{"} if broken else {"settings": {key: settings[key] for key in SMALL}}
        self.burners = burners
        self.events = events([*PEOPLE, *OFTEN, *breaks, *(REPAIR if broken else ())])
        self.waits = waits({**DEFAULTS, **settings})
        self.cook = Cook({**asked, "stove": {"burners": burners, "sensor": sensor, **stove}}, self.judge).__enter__()
        self.go_on(STARTED_MS)

    @rule(
        event=st.runner().flatmap(lambda self: self.events),
        wait=st.sampled_from((*tuple(waits(DEFAULTS))[:SHORT_WAITS], *waits(DEFAULTS))),
        ticks=st.integers(-3, 3),
    )
    def something_happens(self, event, wait, ticks):
        """An act; then often just the time that the firmware counts from it."""
        self.cook.act({**event, "burner": event["burner"] % self.burners})
        self.go_on(max(TICK_MS, self.waits[wait] + ticks * TICK_MS))

    def go_on(self, ms):
        self.cook.wait(ms)
        if self.cook.wrong is not None:
            self.cook.end()
            raise Wrong(self.cook.top, self.cook.wrong)

    def teardown(self):
        if self.cook is None:
            return
        told_already = self.cook.wrong is not None
        self.cook.wait(SETTLE_MS)
        self.cook.end()
        self.cook.__exit__()
        if self.cook.wrong is not None and not told_already:
            raise Wrong(self.cook.top, self.cook.wrong)


def search(machine, cooks, steps, **settings):
    """Try so many cooks of at most so many steps; the first in which something does not hold fails, made small."""
    try:
        # Shrinking is done in the words of a scenario: that takes a tenth of the time, and leaves less.
        wanted = hypothesis.settings(
            max_examples=cooks, stateful_step_count=steps, phases=[hypothesis.Phase.generate], **settings
        )
        run_state_machine_as_test(machine, settings=wanted)
    except Wrong as found:
        name = found.wrong[0]
        top = smallest(found.top, lambda top: (cooked(top, machine.judge) or (None,))[0] == name)
        raise AssertionError(told(top, cooked(top, machine.judge))) from None
