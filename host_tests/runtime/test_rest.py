"""The rest of a tick: how long the loop sleeps in it, and the second conversion on the way."""

from types import SimpleNamespace

import pytest

from host_tests.runtime.test_loop import Bench


class Slept(Exception):
    """Enough was seen."""


def rested(takes_ms, wants=True, second_ms=0):
    """What follows a tick that takes so long: milliseconds slept, and "second" for the second conversion."""
    bench = Bench()
    seen = []
    clock = SimpleNamespace(now_ms=1000, sleep_ms=seen.append, ticks_ms=lambda: clock.now_ms % 2**30)

    def sleep_ms(ms):
        seen.append(ms)
        clock.now_ms += ms

    def show(*_):
        clock.now_ms += takes_ms

    def second(controller):
        assert controller is bench.controller
        seen.append("second")
        clock.now_ms += second_ms

    def sample(*_):
        if seen:
            raise Slept

    clock.sleep_ms, bench.loop.panel.show = sleep_ms, show
    bench.loop.clock = clock
    bench.loop.scanner = SimpleNamespace(
        sample=sample, wants_second=lambda: wants, second=second, is_failing=lambda: False
    )
    with pytest.raises(Slept):
        bench.loop.run()
    return seen


@pytest.mark.parametrize("takes_ms, seen", [
    (0, [10, "second", 10]), (1, [9, "second", 10]), (8, [2, "second", 10]), (9, [1, "second", 10]), (10, [10]),
    (11, [9]), (19, [1]), (500, [1]), (-1, [20]), (-500, [20]),
])  # fmt: skip
def test_the_second_conversion_begins_half_a_mains_period_after_the_tick_if_there_is_still_time(takes_ms, seen):
    assert rested(takes_ms) == seen


@pytest.mark.parametrize("takes_ms", [0, 9])
def test_what_wants_no_second_conversion_sleeps_in_one_piece(takes_ms):
    assert rested(takes_ms, wants=False) == [20 - takes_ms]


@pytest.mark.parametrize("second_ms, last_ms", [(1, 9), (9, 1), (10, 1), (50, 1), (-40, 20)])
def test_what_the_second_conversion_takes_is_not_slept(second_ms, last_ms):
    assert rested(4, second_ms=second_ms) == [6, "second", last_ms]


@pytest.mark.parametrize("takes_ms", [0, -1, -500])
def test_ticks_that_take_no_time_are_reported_as_none(takes_ms):
    bench = Bench(ticks=100)
    bench.takes_ms = takes_ms
    with pytest.raises(StopIteration):
        bench.loop.run()
    assert bench.link.figures[0] == 0


def test_the_tick_itself_tells_the_services_of_the_window():
    bench = Bench()
    bench.controller.update_ms = 1234
    bench.loop.tick(0)
    assert bench.link.update_ms[0] == 1234


def test_an_off_that_is_opened_at_once_may_be_followed_by_another():
    bench = Bench()
    asked = []
    bench.link.opening = bytearray([1])
    bench.loop.relays.open_asked = lambda off: asked.append((bench.link.opening[0], off))
    bench.link.open_at_once(None)
    assert asked == [(0, bench.link.inbox.off)]
