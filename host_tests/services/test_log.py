"""The ring of log lines."""

from hypothesis import given
from hypothesis import strategies as st

from curfew.services.log import Log


def test_the_ring_keeps_the_last_fifty_lines_oldest_first():
    log = Log()
    for number in range(51):
        log.add("wifi", str(number))
    assert log.lines() == [f"wifi {number}" for number in range(1, 51)]
    assert log.counts == {"wifi": 51}


def test_a_flood_of_one_line_pushes_nothing_out_and_is_counted():
    log = Log()
    log.add("clock", "first")
    for _ in range(1000):
        log.add("mqtt", "refused")
    assert log.lines() == ["clock first", "mqtt refused"]
    assert log.counts["mqtt"] == 1000


def test_a_link_that_comes_and_goes_pushes_nothing_out():
    log = Log()
    log.add("clock", "first")
    for _ in range(100):
        log.add("mqtt", "online")
        log.add("mqtt", "closed by the broker")
        log.add("wifi", "lost")
        log.add("wifi", "online 10.0.0.4")
    assert len(log.lines()) == 5 and log.counts == {"clock": 1, "mqtt": 200, "wifi": 200}


def test_words_are_bounded_too():
    log = Log()
    for number in range(40):
        log.add(f"word{number}")
    assert len(log.counts) == 33 and log.counts["other"] == 8


def test_the_reader_has_a_copy():
    log = Log()
    log.add("a", "b")
    log.lines().clear()
    assert log.lines() == ["a b"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_line_is_one_line_of_at_most_eighty_bytes(text):
    log = Log()
    log.add("web", text)
    (line,) = log.lines()
    assert line.startswith("web ") and len(line.encode()) <= 80
    assert all(char >= " " for char in line)
    if text.isascii() and text.isprintable():
        assert line == ("web " + text)[:80]
