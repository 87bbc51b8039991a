"""The self-test of the pump: when it begins, what ends it, what it finds in a pump, and what follows from that.

Here: hardware/self_test.py beside the real core, over the pump of the simulator, whose judge is SPICE
(host_tests/wiring/test_spice.py). Not here: whole runs (scenarios/self_test/).
"""

from types import SimpleNamespace

import pytest

from curfew.core import faults, limits
from curfew.core.codes import AT_STORED_FAULTS
from curfew.core.limits import TICK_MS
from host_tests.fixtures.core import SHORT
from simulator.plant.charge_pump import PARTS, Pump

UNTESTED, PASSED, BRIDGED, DEAD, WEAK = range(5)
AT_REST = {**SHORT, "relay_drive": "pulse", "supply_pin": 36}


class Bench:
    """A device at rest, its pump and the test. `edges`: False when they do not arrive; `fed`: the times of change."""

    def __init__(self, core, chip, pump=None, burners=1, **more):
        self.device = core(burners=burners, **AT_REST, **more)
        self.pump = pump or Pump(PARTS)
        self.edges = True
        self.pin = 0
        self.pin_levels = []
        self.figures = [0, 0, 0, UNTESTED]
        supply = SimpleNamespace(value=lambda: int(self.pump.on))
        self.relays = SimpleNamespace(supply=supply, pumps=False, rest_level=0)
        self.test = chip.driver("self_test").SelfTest(self.relays, self.figures, self.device.controller)

    @property
    def found(self):
        return self.figures[3]

    def step(self, ms=TICK_MS):
        self.test.step(self.device.controller)
        self.device.step(ms)
        self.pin = 1 - self.pin if self.relays.pumps else self.relays.rest_level
        self.pin_levels.append(self.pin)
        if self.edges:
            self.pump.pin(self.pin)
        self.pump.step(ms)

    def run(self, ms):
        for _ in range(ms // TICK_MS):
            self.step()

    def until_judged(self, most_ms=30_000):
        """The milliseconds until a test was judged."""
        self.figures[3] = UNTESTED
        for tick in range(most_ms // TICK_MS):
            if self.found:
                return tick * TICK_MS
            self.step()
        raise AssertionError(f"nothing was judged in {most_ms} ms")


@pytest.fixture
def bench(core, chip):
    return lambda *args, **more: Bench(core, chip, *args, **more)


def parts(**factors):
    """A pump with some of its parts so many times as large."""
    return Pump({**PARTS, **{name: PARTS[name] * factor for name, factor in factors.items()}})


# --- when ----------------------------------------------------------------------------------------------------------


def test_after_ten_seconds_at_rest_come_two_seconds_of_edges(bench):
    """One a tick, from the tick on that ends the ten seconds; then the pin rests low."""
    one = bench()
    one.until_judged()
    assert one.pin_levels[:600] == [0] * 499 + [1, 0] * 50 + [0] and not any(one.pin_levels[600:])
    one = bench()
    one.test._level = 1
    one.until_judged()
    assert one.pin_levels[:600] == [0] * 499 + [1, 0] * 50 + [1] and all(one.pin_levels[600:-1])


def test_a_test_takes_less_than_seven_seconds_and_the_next_one_comes_a_day_later(bench):
    one = bench()
    assert limits.TEST_FIRST_MS + 4000 < one.until_judged() < limits.TEST_FIRST_MS + 7000
    assert one.found == PASSED
    one.pin_levels.clear()
    assert one.test._due_ms == 24 * 60 * 60_000
    one.test._due_ms = 60_000  # all of the day but a minute has gone
    one.run(59_000)
    assert not any(one.pin_levels)
    one.run(2000)
    assert any(one.pin_levels)


def test_the_pin_rests_low_after_one_test_and_high_in_the_next(bench):
    one = bench()
    rests = []
    for _ in range(4):
        one.until_judged()
        assert one.found == PASSED
        rests.append(one.pin_levels[-2])
        one.test._due_ms = 0
    assert rests == [0, 1, 0, 1]


def test_between_two_tests_the_pin_is_low(bench):
    one = bench()
    for _ in range(2):
        one.until_judged()
        one.run(1000)
        assert one.pin == 0
        one.test._due_ms = 0


@pytest.mark.parametrize("at_ms", [10_100, 11_900, 12_100, 14_000])
@pytest.mark.parametrize("what", ["a press", "an ignition", "a stall", "a clock that stands still"])
def test_whatever_else_begins_ends_a_test_unjudged_and_it_starts_from_its_beginning(bench, at_ms, what):
    one = bench()
    one.run(at_ms)
    if what == "a press":
        one.device.press()
    elif what == "an ignition":
        one.device.uv[0] = [12_000, 0]
        one.device.button(True)
        one.device.run(100)
        one.device.button(False)
    else:
        one.step(limits.PUMP_TICK_MS + TICK_MS if what == "a stall" else 0)
    one.run(200)
    assert one.found == UNTESTED and not one.relays.pumps and one.relays.rest_level == 0
    if what in ("a stall", "a clock that stands still"):
        assert one.until_judged() > limits.TEST_FIRST_MS
        assert one.found == PASSED


def test_a_tick_as_long_as_the_pump_makes_up_for_does_not_end_a_test(bench):
    one = bench()
    one.run(10_500)
    one.step(limits.PUMP_TICK_MS)
    assert one.until_judged() < 10_000


def test_a_burner_that_is_not_at_rest_keeps_the_test_from_beginning(bench):
    one = bench(burners=2)
    one.device.press(1)
    one.run(40_000)
    assert one.found == UNTESTED and not any(one.pin_levels)


# --- what it finds -------------------------------------------------------------------------------------------------

FOUND = {
    "as drawn": ({}, PASSED),
    "at the ends of the tolerances": ({"c3_f": 1.1, "r4_ohm": 1.05}, PASSED),
    "C3 a third": ({"c3_f": 0.33}, WEAK),
    "C3 half": ({"c3_f": 0.5}, WEAK),
    "a resistor of R4 open": ({"r4_ohm": 2}, WEAK),
    "R4 shorted": ({"r4_ohm": 0.01}, DEAD),
    "C2 open": ({"c2_f": 1e-6}, DEAD),
}


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("level", [0, 1])
def test_a_pump_is_found_to_be_what_it_is_at_either_level(bench, name, level):
    factors, wanted = FOUND[name]
    one = bench(parts(**factors))
    one.test._level = level
    one.until_judged()
    assert one.found == wanted


def test_without_the_resistor_at_the_node_only_the_high_level_shows_it(bench):
    one = bench(parts(r9_ohm=1000))
    one.until_judged()
    assert one.found == PASSED
    one.test._due_ms = 0
    one.until_judged()
    assert one.found == WEAK


def test_a_bridge_is_found_before_the_first_edge(bench):
    one = bench(Pump(PARTS, bridged=True))
    assert one.until_judged() <= limits.TEST_FIRST_MS + 2 * TICK_MS
    assert one.found == BRIDGED and not any(one.pin_levels)


def test_edges_that_do_not_arrive_are_a_dead_pump(bench):
    one = bench()
    one.edges = False
    one.until_judged()
    assert one.found == DEAD


@pytest.mark.parametrize("ms, wanted", [
    (1840, WEAK), (1860, WEAK), (1880, PASSED), (1900, PASSED), (3980, PASSED), (4000, PASSED), (4020, WEAK),
    (4040, WEAK),
])  # fmt: skip
def test_the_coils_are_fed_no_longer_than_promised_and_not_shorter(bench, ms, wanted):
    one = bench()
    since = []

    def fed():
        """Fed from the first edge on, and for so long after the last."""
        since[:] = [] if one.relays.pumps else [*since, 0]
        return int(any(one.pin_levels) and (len(since) * TICK_MS <= ms))

    one.relays.supply = SimpleNamespace(value=fed)
    one.until_judged()
    assert one.found == wanted


# --- what follows --------------------------------------------------------------------------------------------------


def failed(bench, **more):
    one = bench(**more)
    one.edges = False
    one.until_judged()
    one.run(100)
    return one


def test_a_failed_test_is_a_fault_of_every_burner_with_its_sound(bench):
    one = failed(bench, burners=2)
    assert [one.device.fault(index) for index in (0, 1)] == ["PUMP", "PUMP"]
    assert [one.device.state(index) for index in (0, 1)] == ["FAULT", "FAULT"]


def acknowledged(one, burner=0):
    one.device.button(True, burner)
    one.run(6000)
    one.device.button(False, burner)
    one.run(8000)
    assert (one.device.fault(burner), one.device.state(burner)) == (None, "IDLE")


def test_acknowledged_no_press_closes_a_contact_until_a_test_has_passed(bench):
    one = failed(bench)
    acknowledged(one)
    one.device.press()
    assert one.device.state() == "IDLE" and not one.device.controller.granted[0]
    one.edges = True
    one.until_judged()
    assert one.found == PASSED
    one.device.press()
    assert one.device.controller.granted[0]


def test_acknowledged_without_a_repair_it_fails_again(bench):
    one = failed(bench)
    acknowledged(one)
    one.until_judged()
    one.run(100)
    assert (one.found, one.device.fault()) == (DEAD, "PUMP")


def test_a_restart_is_no_test_and_acknowledged_no_contact_closes_until_one_has_passed(bench):
    before = failed(bench, burners=2).device.memory
    before.seal()
    one = bench(burners=2, previous=bytes(before.buffer), idle=False)
    one.run(1000)
    assert [one.device.fault(index) for index in (0, 1)] == ["PUMP", "PUMP"]
    acknowledged(one)
    one.device.press()
    assert one.device.state() == "IDLE" and not one.device.controller.granted[0]
    acknowledged(one, 1)
    one.until_judged()
    assert one.found == PASSED
    one.device.press()
    assert one.device.controller.granted[0]


def test_a_restart_with_another_fault_leaves_the_pump_alone(bench):
    before = bench().device.memory
    before.put(AT_STORED_FAULTS, 0xFF & ~(1 << faults.PUMP))
    before.seal()
    one = bench(previous=bytes(before.buffer), idle=False)
    one.run(1000)
    acknowledged(one)
    one.device.press()
    assert one.device.controller.granted[0]


def test_the_fault_covers_a_mute_that_was_left_from_another_one(bench):
    one = bench()
    one.device.one(0).faults.mute_ms = limits.MUTE_MS
    one.edges = False
    one.until_judged()
    one.run(100)
    assert one.device.one(0).faults.mute_ms < limits.MUTE_MS
