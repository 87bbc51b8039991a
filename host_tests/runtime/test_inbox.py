"""What services may ask of the loop: an OFF is never dropped, a request is young or forgotten.

Here: inbox.py. Not here: what the burner makes of it (test_table.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core.codes import REQUEST_ARM, REQUEST_EXTEND, REQUEST_LESS
from curfew.runtime.inbox import Inbox


def test_an_empty_inbox_has_nothing():
    inbox = Inbox(2)
    assert (
        not inbox.take_off(0)
        and not inbox.take_request(0, REQUEST_EXTEND, 0)
        and not inbox.take_request(0, REQUEST_ARM, 0)
        and not inbox.take_request(0, REQUEST_LESS, 0)
        and not inbox.absent[0]
    )


def test_an_off_is_taken_once():
    inbox = Inbox(2)
    inbox.post_off(1, 3)
    assert (inbox.take_off(0), inbox.take_off(1), inbox.take_off(1)) == (0, 1 + 3, 0)


def test_two_offs_before_a_tick_are_one_off_of_the_last_source():
    inbox = Inbox(1)
    inbox.post_off(0, 1)
    inbox.post_off(0, 2)
    assert (inbox.take_off(0), inbox.take_off(0)) == (1 + 2, 0)


def test_an_off_posted_after_one_was_taken_stays_for_the_next_tick():
    inbox = Inbox(1)
    inbox.post_off(0, 1)
    assert inbox.take_off(0)
    inbox.post_off(0, 2)
    assert inbox.take_off(0)


def test_an_off_has_no_age():
    inbox = Inbox(1)
    inbox.post_off(0, 1)
    for now_ms in range(0, 2**30, 2**24):
        inbox.take_request(0, REQUEST_EXTEND, now_ms)
    assert inbox.take_off(0)


def test_any_number_of_requests_takes_no_room_from_an_off():
    inbox = Inbox(4)
    for number in range(10_000):
        inbox.post_request(number % 4, number % 2, number)
    inbox.post_off(3, 0)
    assert inbox.take_off(3)


@pytest.mark.parametrize("age_ms, young", [(0, True), (20, True), (4999, True), (5000, True), (5001, False),
                                           (600_000, False), (-1, False), (-20, False)])  # fmt: skip
@pytest.mark.parametrize("posted_ms", [0, 1000, 2**30 - 1])
@pytest.mark.parametrize("kind", [REQUEST_EXTEND, REQUEST_ARM, REQUEST_LESS])
def test_a_request_is_taken_while_it_is_young_and_never_from_the_future(kind, posted_ms, age_ms, young):
    inbox = Inbox(1)
    inbox.post_request(0, kind, posted_ms)
    assert inbox.take_request(0, kind, (posted_ms + age_ms) % 2**30) == young


@pytest.mark.parametrize("age_ms", [20, 6000])
def test_a_request_is_gone_once_it_was_looked_at(age_ms):
    inbox = Inbox(1)
    inbox.post_request(0, REQUEST_EXTEND, 0)
    inbox.take_request(0, REQUEST_EXTEND, age_ms)
    assert not inbox.take_request(0, REQUEST_EXTEND, age_ms)


def test_a_second_request_replaces_the_first():
    inbox = Inbox(1)
    inbox.post_request(0, REQUEST_EXTEND, 0)
    inbox.post_request(0, REQUEST_EXTEND, 10_000)
    assert inbox.take_request(0, REQUEST_EXTEND, 10_020)


def test_requests_of_two_kinds_and_two_burners_do_not_touch():
    inbox = Inbox(2)
    inbox.post_request(0, REQUEST_EXTEND, 0)
    assert not inbox.take_request(0, REQUEST_ARM, 0)
    assert not inbox.take_request(1, REQUEST_EXTEND, 0)
    assert inbox.take_request(0, REQUEST_EXTEND, 0)


@pytest.mark.parametrize("minutes", [1, 240])
def test_a_request_for_less_time_brings_its_minutes_once(minutes):
    inbox = Inbox(2)
    inbox.post_request(1, REQUEST_LESS, 0, minutes)
    inbox.post_request(0, REQUEST_LESS, 0, 7)
    assert (inbox.take_request(1, REQUEST_LESS, 20), inbox.take_request(1, REQUEST_LESS, 20)) == (minutes, 0)


POSTS = st.lists(
    st.tuples(st.sampled_from(["off", "extend", "arm", "tick"]), st.integers(0, 3), st.integers(0, 3)), max_size=100
)


@given(POSTS)
def test_every_off_is_taken_by_the_next_tick(posts):
    inbox = Inbox(4)
    asked = set()
    for what, burner, source in posts:
        if what == "off":
            inbox.post_off(burner, source)
            asked.add(burner)
        elif what == "tick":
            assert {index for index in range(4) if inbox.take_off(index)} == asked
            asked = set()
        else:
            inbox.post_request(burner, REQUEST_EXTEND if what == "extend" else REQUEST_ARM, 0)


def test_a_request_older_than_a_stall_was_meant_for_another_moment(core):
    device = core(sensor=True, remote_extend=True)
    device.flame()
    device.run(s=5)
    left_ms = device.left_ms()
    device.inbox.post_request(0, REQUEST_EXTEND, (device.now_ms - 5020) % 2**30)
    device.step()
    assert (device.sound(), device.left_ms()) == ("NONE", left_ms - 20)
