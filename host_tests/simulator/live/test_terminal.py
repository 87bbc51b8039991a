"""The keys of the simulator in a terminal."""

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from simulator.live.terminal import Screen


class Asked:
    """What a Screen asks a stove for: its speed."""

    def __init__(self):
        self.speed = 1
        self.world = SimpleNamespace(burners=[None])
        self.lines = []

    def set_speed(self, speed):
        self.speed = speed

    def ask(self, act, *values):
        done = Future()
        done.set_result(act(*values))
        return done


@pytest.mark.parametrize("key", ["+", "-", " "])
def test_speed_and_pause_last_until_the_next_key(key):
    stove = Asked()
    screen = Screen(stove)
    assert screen.key(key)
    changed = stove.speed
    for _ in range(20):  # polls without a key
        assert screen.key("")
    assert stove.speed == changed != 1
    assert screen.key("q") is False


def test_a_second_space_goes_on_at_the_speed_before():
    stove = Asked()
    screen = Screen(stove)
    screen.key(" ")
    screen.key(" ")
    assert stove.speed == 1
