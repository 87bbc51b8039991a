"""Contracts of runtime/inbox.py: an OFF is never dropped, and no other request touches it (S3, S4, S12)."""

from curfew.core.limits import REQUEST_AGE_MS
from curfew.runtime.inbox import Inbox

BURNERS = 4


def made() -> Inbox:
    """An Inbox on lists instead of bytes and arrays, because those would make the prover choose values."""
    inbox = Inbox(BURNERS)
    for name, values in vars(inbox).items():
        setattr(inbox, name, list(values))
    return inbox


def one_of(number: int) -> int:
    return next(burner for burner in range(BURNERS) if burner == number)


def an_off_waits_whatever_else_is_asked_and_taken(
    burner: int, source: int, other: int, extend: bool, asked_ms: int, now_ms: int, later_source: int
) -> None:
    """S4."""
    assert 0 <= burner < BURNERS and 0 <= other < BURNERS and other != burner
    assert 0 <= source < 255 and 0 <= later_source < 255 and 0 <= asked_ms < 2**30 and 0 <= now_ms < 2**30
    inbox = made()
    burner, other = one_of(burner), one_of(other)
    kind = 0 if extend else 1
    inbox.post_off(burner, source)
    inbox.post_off(other, later_source)
    inbox.post_request(burner, kind, asked_ms)
    inbox.post_request(other, kind, asked_ms)
    inbox.take_request(burner, kind, now_ms)
    inbox.take_request(other, kind, now_ms)
    assert inbox.take_off(other)
    assert inbox.take_off(burner) == 1 + source
    assert not inbox.take_off(burner)


def an_off_is_of_its_burner_alone(burner: int, other: int, source: int) -> None:
    """S12."""
    assert 0 <= burner < BURNERS and 0 <= other < BURNERS and other != burner and 0 <= source < 255
    inbox = made()
    burner, other = one_of(burner), one_of(other)
    inbox.post_off(burner, source)
    assert not inbox.take_off(other)
    assert not inbox.take_request(burner, 0, 0) and not inbox.take_request(burner, 1, 0)


def a_request_is_taken_once_by_its_burner_and_only_while_it_is_recent(
    burner: int, arm: bool, other: int, other_arm: bool, asked_ms: int, now_ms: int
) -> None:
    """S3, S12."""
    assert 0 <= burner < BURNERS and 0 <= other < BURNERS
    assert 0 <= asked_ms < 2**30 and 0 <= now_ms < 2**30
    inbox = made()
    burner, other = one_of(burner), one_of(other)
    kind, other_kind = 1 if arm else 0, 1 if other_arm else 0
    inbox.post_request(burner, kind, asked_ms)
    if (other, other_kind) != (burner, kind):
        assert not inbox.take_request(other, other_kind, now_ms)
    assert inbox.take_request(burner, kind, now_ms) == ((now_ms - asked_ms) % 2**30 <= REQUEST_AGE_MS)
    assert not inbox.take_request(burner, kind, now_ms)
    assert not inbox.take_off(burner)
