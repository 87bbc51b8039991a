"""The window of an ignition: how long an armed burner waits for a flame, and for what a little longer, once."""

import pytest

from host_tests.fixtures.core import SHORT


def at_the_end(core, uv=(0, 0), falls_uv=0):
    """An armed burner in the last tick of its window; its flame, if there is one, is never proved."""
    device = core(sensor=True, **SHORT)
    device.press()
    device.one().flame.is_confirmed = lambda: False
    device.uv[0] = list(uv)
    device.blind[0] = True  # for more than a second, so that no second of the trend ends with the window
    device.run(1060)
    device.blind[0] = False
    while device.one().window_ms > 20:
        device.uv[0][0] -= falls_uv
        device.step()
    assert (device.state(), device.one().window_ms) == ("ARMED", 20)
    return device


def waits_ms(device):
    """How much longer the contact conducts."""
    before_ms = device.now_ms
    device.until(lambda: not device.conducts())
    assert (device.state(), device.cause()) == ("VERIFYING", "NO_IGNITION")
    return device.now_ms - before_ms


def test_without_a_flame_it_ends_when_its_time_is_over(core):
    assert waits_ms(at_the_end(core)) == 20


def test_it_begins_with_the_press_and_lasts_as_long_as_it_is_set_to(core):
    device = core(sensor=True, **SHORT)
    device.press()
    begun_ms = device.now_ms - device.one().contact_ms
    device.until(lambda: not device.conducts(), 20)
    assert device.now_ms - begun_ms == 10_000


def test_a_flame_that_is_not_proved_yet_gets_five_seconds_more_and_no_second_time(core):
    assert waits_ms(at_the_end(core, (10_000, 8000))) == 20 + 5000


def test_what_cools_gets_no_more_time(core):
    assert waits_ms(at_the_end(core, (10_000, 8000), falls_uv=4)) == 20


@pytest.mark.parametrize("uv, more_ms", [(1000, 0), (1499, 0), (1500, 5000), (1501, 5000), (2400, 5000)])
def test_half_a_millivolt_more_than_a_second_ago_may_be_a_flame_that_begins(core, uv, more_ms):
    device = at_the_end(core, (1000, 800))
    assert device.one().flame.trend.uv == 1000
    device.uv[0][0] = uv
    assert waits_ms(device) == 20 + more_ms


def test_the_next_burn_may_have_its_moment_more_again(core):
    device = at_the_end(core, (10_000, 8000))
    waits_ms(device)
    device.uv[0] = [100, 0]
    device.until(lambda: device.state() == "IDLE", 60)
    device.press()
    device.uv[0] = [10_000, 8000]
    device.run(device.one().window_ms)
    assert device.state() == "ARMED" and device.one().window_ms == 5000
