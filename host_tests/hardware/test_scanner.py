"""The scanner: round robin, at most one start and one read a tick, patience after errors, only what is asked for.

Here: hardware/scanner.py with converters that record. Not here: registers (test_ads1115.py), what a voltage means.
"""

import pytest

from curfew.core import limits
from curfew.hardware.scanner import Scanner


class Converter:
    """Records; `ready_after` ticks a conversion is done; `error` is raised, after `slow_ms`, while it is set."""

    def __init__(self, bench, number):
        self.bench = bench
        self.number = number
        self.ready_after = 1
        self.error = None
        self.slow_ms = 0
        self.started_at = 0

    def _touch(self, what):
        self.bench.touched.append((self.bench.tick, self.number, what))
        if self.error:
            self.bench.now_ms += self.slow_ms
            raise self.error

    def start(self, channel):
        self._touch(f"start {channel}")
        self.started_at = self.bench.tick

    def is_ready(self):
        self._touch("ask")
        return self.bench.tick - self.started_at >= self.ready_after

    def read_uv(self):
        self._touch("read")
        return 1000 * self.number + int(self.bench.tick)


class Bench:
    """A scanner, its converters, and a controller that wants some burners scanned."""

    def __init__(self, burners=2, converters=None):
        self.burners = [None] * burners
        self.touched = []
        self.readings = []
        self.missed = []
        self.wanted = set(range(burners))
        self.tick = 0
        self.converters = [Converter(self, number) for number in range(converters or (burners + 1) // 2)]
        self.now_ms = 0
        self.scanner = Scanner(self.converters, self)

    def wants_scan(self, burner):
        return burner in self.wanted

    def take_reading(self, burner, side, uv, age_ms):
        self.readings.append((burner, side, age_ms))

    def miss_reading(self, burner):
        self.missed.append(burner)

    def run(self, ticks):
        for _ in range(ticks):
            self.tick += 1
            begun_ms = self.now_ms
            self.scanner.sample(self, self.ticks_ms())
            self.now_ms += max(limits.TICK_MS - (self.now_ms - begun_ms), 1)
        return self

    def ticks_ms(self):
        return self.now_ms & 0x3FFFFFFF

    def in_one_tick(self, what):
        """The largest number of touches of a kind in one tick."""
        ticks = [tick for tick, _, touched in self.touched if touched.startswith(what)]
        return max((ticks.count(tick) for tick in set(ticks)), default=0)


# --- round robin ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("burners", [1, 2, 3, 4])
def test_every_channel_of_every_burner_is_read_in_turn(burners):
    bench = Bench(burners).run(2 * burners * 5 + 1)
    channels = [(burner, side) for burner in range(burners) for side in (0, 1)]
    seen = [(burner, side) for burner, side, _ in bench.readings]
    assert len(seen) == 2 * burners * 5
    first = channels.index(seen[0])
    assert seen == [channels[(first + number) % len(channels)] for number in range(len(seen))]


@pytest.mark.parametrize("burners", [1, 2, 3, 4])
@pytest.mark.parametrize("ready_after", [1, 2, 3])
def test_one_start_and_one_read_a_tick_at_most(burners, ready_after):
    bench = Bench(burners)
    for converter in bench.converters:
        converter.ready_after = ready_after
    bench.run(200)
    assert bench.in_one_tick("start") == 1
    assert bench.in_one_tick("read") == 1
    assert bench.in_one_tick("ask") == 1


def test_a_reading_has_the_age_of_its_conversion():
    bench = Bench(1)
    for ready_after in (1, 2, 3):
        bench.converters[0].ready_after = ready_after
        bench.readings.clear()
        bench.run(20)
        assert {age_ms for _, _, age_ms in bench.readings[1:]} == {ready_after * limits.TICK_MS}


def test_a_device_without_a_sensor_touches_no_bus():
    bench = Bench(2)
    bench.scanner = Scanner((), bench)
    bench.run(100)
    assert bench.touched == []


def test_a_burner_that_is_not_there_is_not_read():
    bench = Bench(burners=3).run(100)
    assert {burner for burner, _, _ in bench.readings} == {0, 1, 2}
    assert {what for _, number, what in bench.touched if number == 1 and what[:5] == "start"} == {"start 0", "start 1"}


# --- only what is wanted -------------------------------------------------------------------------------------------


def test_only_wanted_burners_are_read():
    bench = Bench(4)
    bench.wanted = {1}
    bench.run(100)
    assert {burner for burner, _, _ in bench.readings} == {1}
    assert len(bench.readings) >= 98, "and without a pause"


def test_when_no_burner_is_wanted_nothing_is_started():
    bench = Bench(2)
    bench.wanted = set()
    bench.run(50)
    assert bench.touched == []
    bench.wanted = {0}
    bench.run(5)
    assert bench.readings


def test_after_a_shut_off_both_sides_are_read_twice_in_the_shortest_time_to_verify():
    bench = Bench(4).run(33)
    bench.readings.clear()
    bench.wanted = {2}
    ticks = 0
    while [r[:2] for r in bench.readings].count((2, 0)) < 2 or [r[:2] for r in bench.readings].count((2, 1)) < 2:
        bench.run(1)
        ticks += 1
    assert limits.RELEASE_MS + ticks * limits.TICK_MS <= 400


# --- converters that do not answer ---------------------------------------------------------------------------------


def test_a_conversion_that_is_never_done_is_given_up_and_the_next_one_started():
    bench = Bench(1)
    bench.converters[0].ready_after = 10**6
    bench.run(100)
    starts = [what for _, _, what in bench.touched if what.startswith("start")]
    assert len(starts) >= 2
    assert bench.readings == [] and bench.missed


@pytest.mark.parametrize("ready_after, read", [(5, True), (6, False)])
def test_a_conversion_is_waited_for_a_tenth_of_a_second(ready_after, read):
    bench = Bench(1)
    bench.converters[0].ready_after = ready_after
    bench.run(1 + ready_after)
    assert (bool(bench.readings), bool(bench.missed)) == (read, not read)


def test_a_converter_that_begins_to_answer_again_is_read_again():
    bench = Bench(1)
    bench.converters[0].ready_after = 10**6
    bench.run(500)
    bench.converters[0].ready_after = 1
    bench.run(60)
    assert len(bench.readings) >= 20


@pytest.mark.parametrize("ticks", [50, 500])
def test_a_dead_bus_is_tried_ever_more_seldom_but_never_given_up(ticks):
    bench = Bench(1)
    bench.converters[0].error = OSError(19)
    bench.run(ticks)
    tried = sorted({tick for tick, _, _ in bench.touched})
    gaps = [after - before for before, after in zip(tried, tried[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert gaps[-1] * limits.TICK_MS <= 600
    if ticks == 500:
        assert gaps[-1] >= 20, "time-outs cost the loop little"


def tries_ms(slow_ms, begun_ms=0, run_ms=120_000, converters=1):
    """When each try of a bus began that fails after slow_ms, from the first one on."""
    bench = Bench(2 * converters)
    bench.now_ms = begun_ms
    for converter in bench.converters:
        converter.error, converter.slow_ms = OSError(116), slow_ms
    found = []
    while bench.now_ms < begun_ms + run_ms:
        before = len(bench.touched)
        at_ms = bench.now_ms
        bench.run(1)
        if len(bench.touched) > before:
            found.append(at_ms - begun_ms)
    return found


@pytest.mark.parametrize("slow_ms", [1, 20, 50, 100, 400, 1900])
@pytest.mark.parametrize("converters", [1, 2])
def test_a_bus_that_holds_the_loop_gets_a_tenth_of_the_time_after_its_second_try(slow_ms, converters):
    tried = tries_ms(slow_ms, converters=converters)
    assert tried[1] - tried[0] <= slow_ms + 520, "one spark must not make a sensor fail, which takes 1.5 s"
    tried = tried[2 * converters - 1 :]
    assert len(tried) > 2, "it is tried for ever"
    for since in tried:
        assert slow_ms * sum(since <= at_ms < since + 60_000 for at_ms in tried) <= 6000 + slow_ms


def test_the_ticks_may_wrap_in_a_slow_try():
    assert tries_ms(400, begun_ms=0x3FFFFFFF - 100) == tries_ms(400)


def test_an_error_never_leaves_the_scanner():
    for error in (OSError(19), OSError(116)):
        bench = Bench(2)
        bench.converters[0].error = error
        bench.run(100)


@pytest.mark.parametrize("error", [MemoryError(), ValueError(), RuntimeError()])
def test_anything_but_an_error_of_the_bus_is_not_hidden(error):
    bench = Bench(1)
    bench.converters[0].error = error
    with pytest.raises(type(error)):
        bench.run(1)


def test_after_an_error_the_next_success_counts_at_once():
    bench = Bench(1)
    bench.converters[0].error = OSError(19)
    bench.run(200)
    bench.converters[0].error = None
    bench.run(30)
    bench.readings.clear()
    bench.run(20)
    assert len(bench.readings) == 20


def test_an_error_in_the_middle_of_a_reading_is_no_reading():
    bench = Bench(1).run(10)
    before = len(bench.readings)
    bench.converters[0].error = OSError(19)
    bench.run(1)
    assert len(bench.readings) == before
    assert bench.missed == [0]


def test_a_dead_converter_takes_nothing_from_the_other_one():
    """Burners 0 and 1 are read as often as if the second converter did not exist."""
    bench, alone = Bench(4), Bench(2)
    bench.converters[1].error = OSError(19)
    bench.run(1000)
    alone.run(1000)
    mine = [reading for reading in bench.readings if reading[0] < 2]
    assert len(mine) >= len(alone.readings) * 9 // 10
    assert not [reading for reading in bench.readings if reading[0] >= 2]


def test_a_silent_converter_takes_little_from_the_other_one():
    bench, alone = Bench(4), Bench(2)
    bench.converters[1].ready_after = 10**6
    bench.run(1000)
    alone.run(1000)
    mine = [reading for reading in bench.readings if reading[0] < 2]
    assert len(mine) >= len(alone.readings) * 7 // 10


# --- the second conversion, half a mains period later --------------------------------------------------------------


class Halved(Bench):
    """A bench that also looks half a tick later, as the loop does while it sleeps."""

    def run(self, ticks):
        for _ in range(ticks):
            self.tick += 1
            self.scanner.sample(self, self.ticks_ms())
            if self.scanner.wants_second():
                self.tick += 0.5
                self.scanner.second(self)
                self.tick -= 0.5
            self.now_ms += limits.TICK_MS
        return self


class Alternating(Converter):
    """Half a period apart, hum has the opposite sign."""

    def read_uv(self):
        super().read_uv()
        return 5000 + (800 if self.bench.tick % 1 else -800)


def test_a_reading_is_the_mean_of_two_conversions_half_a_period_apart():
    bench = Halved(1)
    bench.converters[0] = Alternating(bench, 0)
    bench.converters[0].ready_after = 0.5
    bench.scanner = Scanner(bench.converters, bench)
    seen = []
    bench.take_reading = lambda burner, side, uv, age_ms: seen.append((side, uv, age_ms))
    bench.run(20)
    assert len(seen) == 19 and {uv for _, uv, _ in seen} == {5000}
    assert {age_ms for _, _, age_ms in seen} == {limits.TICK_MS}


def test_a_conversion_that_is_not_done_after_half_a_tick_counts_alone():
    bench = Halved(1)
    bench.converters[0].ready_after = 1
    bench.run(20)
    assert len(bench.readings) == 19
    assert [what for _, _, what in bench.touched if what.startswith("start")] == ["start 1", "start 0"] * 10


def test_nothing_is_asked_for_half_a_tick_later_when_nothing_began():
    bench = Halved(1)
    bench.wanted = set()
    assert not bench.run(5).scanner.wants_second()


@pytest.mark.parametrize("slow_ms, tries", [(0, range(20, 90)), (400, range(2, 12))])
def test_an_error_half_a_tick_later_pauses_as_any_other(slow_ms, tries):
    bench = Halved(1)
    bench.converters[0].ready_after = 0.5
    bench.run(4)
    bench.converters[0].error, bench.converters[0].slow_ms = OSError(), slow_ms
    bench.touched.clear()
    bench.scanner.second(bench)
    assert bench.scanner.is_failing() and bench.missed == [0]
    bench.run(250)
    assert len(bench.touched) in tries


def test_after_an_error_half_a_tick_later_the_next_tick_leaves_the_other_converter_alone_too():
    bench = Halved(4)
    bench.scanner.sample(bench, bench.ticks_ms())
    assert bench.scanner.wants_second()
    for converter in bench.converters:  # a bus that sticks has both
        converter.error, converter.slow_ms = OSError(), 300
    bench.touched.clear()
    bench.scanner.second(bench)
    failed = [number for _, number, _ in bench.touched]
    assert len(failed) == 1 and bench.run(1).touched == bench.touched[:1], "that tick takes the OFF of these 300 ms"
    assert [number for _, number, _ in bench.run(1).touched] == [failed[0], 1 - failed[0]]
