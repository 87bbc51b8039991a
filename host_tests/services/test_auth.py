"""Authentication without a server: hashes, sessions and pauses, with time as a number."""

import hashlib

import hypothesis
import pytest
from hypothesis import strategies as st

from curfew.core.ticks import later_ms
from curfew.services.http import auth
from curfew.services.http import password as passwords

MASK = 2**30 - 1


def random(number):
    """Random bytes that are not."""
    return hashlib.sha256(b"%d" % number).digest()


def hashed(password, salt=b"salt", rounds=3):
    return [*passwords.hashing(password, salt, rounds)][-1]


# --- secrets -------------------------------------------------------------------------------------------------------


@hypothesis.given(st.text(), st.text())
def test_same_is_equality(one, other):
    assert auth.same(one, one)
    assert auth.same(one, other) == (one == other)


def test_same_looks_at_every_byte_of_both():
    """A difference anywhere counts: in the first digest byte as in the last."""
    for number in range(500):
        assert not auth.same("kept", f"kept{number}")


def test_a_hash_is_what_the_text_says():
    digest = b"salt"
    for _ in range(3):
        digest = hashlib.sha256(digest + b"secret").digest()
    assert hashed("secret") == "sha256$3$73616c74$" + digest.hex()


@hypothesis.given(st.text(), st.text(), st.binary(max_size=16), st.binary(max_size=16), st.integers(1, 5))
def test_equal_hashes_mean_equal_passwords_salts_and_rounds(one, other, salt, grain, rounds):
    assert (hashed(one, salt, rounds) == hashed(other, salt, rounds)) == (one == other)
    assert (hashed(one, salt, rounds) == hashed(one, grain, rounds)) == (salt == grain)
    assert hashed(one, salt, rounds) != hashed(one, salt, rounds + 1)


def test_a_password_is_checked_with_the_salt_and_the_rounds_it_was_stored_with():
    kept = hashed("secret", b"\x00\xff", 7)
    assert [*passwords.hashing_like("secret", kept)][-1] == kept
    assert [*passwords.hashing_like("Secret", kept)][-1] != kept


def test_hashing_gives_others_their_turn():
    steps = [*passwords.hashing("secret", b"salt")]
    assert steps[:-1] == [None] * (passwords.ROUNDS // 50)


@pytest.mark.parametrize("kept", ["", "x", "sha256$3$zz$00", "sha256$x$00$00"])
def test_a_stored_hash_that_is_malformed_is_an_error_and_gives_no_access(kept):
    with pytest.raises(ValueError):
        [*passwords.hashing_like("secret", kept)]


# --- pauses --------------------------------------------------------------------------------------------------------


def test_the_pause_doubles_from_a_second_to_five_minutes():
    one = auth.Auth(0)
    now_ms = 0
    pauses = []
    for _ in range(12):
        assert passwords.begin_attempt(one, now_ms) == 0
        pauses.append(passwords.begin_attempt(one, now_ms))
        now_ms += pauses[-1] * 1000
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


@pytest.mark.parametrize("failures", [1, 2, 5, 9, 20])
def test_a_pause_ends_to_the_millisecond_and_asking_does_not_stretch_it(failures):
    one = auth.Auth(0)
    now_ms = 0
    for _ in range(failures):
        assert passwords.begin_attempt(one, now_ms) == 0
        pause_ms = min(1000 * 2 ** len(range(_)), 300000)
        for early_ms in (1, pause_ms // 2, pause_ms - 1):
            assert passwords.begin_attempt(one, now_ms + early_ms) == (pause_ms - early_ms + 999) // 1000
        now_ms += pause_ms
    assert passwords.begin_attempt(one, now_ms) == 0


def test_a_right_password_ends_the_pause():
    one = auth.Auth(0)
    for now_ms in (0, 1000, 3000):
        assert passwords.begin_attempt(one, now_ms) == 0
    passwords.end_pause(one)
    assert passwords.begin_attempt(one, 3000) == 0
    assert passwords.begin_attempt(one, 3000) == 1


def test_a_second_try_during_the_first_has_to_wait():
    one = auth.Auth(0)
    assert passwords.begin_attempt(one, 0) == 0  # its hash is still being made
    assert passwords.begin_attempt(one, 10) == 1


def test_an_hour_without_a_try_forgives_and_a_minute_less_does_not():
    for calm_ms, expected in ((auth.FORGET_MS - 1, 8), (auth.FORGET_MS, 1)):
        one = auth.Auth(0)
        for now_ms in (0, 1000, 3000):
            passwords.begin_attempt(one, now_ms)
        assert passwords.begin_attempt(one, 3000 + calm_ms) == 0
        assert passwords.begin_attempt(one, 3000 + calm_ms) == expected


def test_the_forgiving_hour_allows_fewer_tries_than_the_pauses_do():
    tries = 9  # until a pause of more than an hour's ninth
    assert tries < auth.FORGET_MS // passwords.PAUSE_MAX_MS


def test_a_clock_that_goes_back_neither_shortens_a_pause_nor_hangs():
    one = auth.Auth(5000)
    passwords.begin_attempt(one, 5000)
    assert passwords.begin_attempt(one, 1000) == 1
    assert passwords.begin_attempt(one, 1999) == 1
    assert passwords.begin_attempt(one, 2000) == 0


@pytest.mark.parametrize("start_ms", [0, MASK - 500, MASK, 2**29 - 1])
def test_the_wrap_of_the_ticks_is_no_event(start_ms):
    one = auth.Auth(start_ms)
    session = one.open(random(1))
    passwords.begin_attempt(one, start_ms)
    assert passwords.begin_attempt(one, later_ms(start_ms, 999)) == 1
    assert passwords.begin_attempt(one, later_ms(start_ms, 1000)) == 0
    assert one.find(session.name, later_ms(start_ms, 2000)) is session


def tried(one, session, count, every_ms=400_000, start_ms=0):
    """What so many attempts of a known device got."""
    return [passwords.begin_attempt(one, start_ms + number * every_ms, session.key, session) for number in range(count)]


def test_the_eleventh_attempt_of_a_known_device_in_an_hour_limits_it_until_it_is_forgiven():
    one = auth.Auth(0)
    session = one.open(random(1))
    assert tried(one, session, 10, 300_000) == [0] * 10 and not session.is_limited
    assert passwords.begin_attempt(one, 3_000_000, session.key, session) > 0 and session.is_limited
    assert passwords.begin_attempt(one, 90_000_000, session.key, session) > 0, "time alone does not end it"
    assert one.find(session.name, 90_000_000) is session, "it may still read and turn off"
    one.forgive()
    assert not session.is_limited and passwords.begin_attempt(one, 90_000_000, session.key, session) == 0


def test_ten_attempts_in_each_hour_are_no_limit_and_the_right_password_forgives():
    one = auth.Auth(0)
    session = one.open(random(1))
    assert tried(one, session, 40) == [0] * 40
    tried(one, session, 9, 300_000, 20_000_000)
    passwords.end_pause(one, session.key, session)
    assert tried(one, session, 10, 300_000, 22_400_000) == [0] * 10


def test_the_local_window_ends_every_pause_and_fills_the_budget_of_all():
    one = auth.Auth(0)
    for number in range(40):
        passwords.begin_attempt(one, 0, f"10.0.0.{number}")
    assert passwords.begin_attempt(one, 0, "10.0.1.1") > 0
    one.forgive()
    assert passwords.begin_attempt(one, 0, "10.0.1.1") == 0 and passwords.begin_attempt(one, 0, "10.0.0.1") == 0


def test_each_address_has_pauses_of_its_own():
    one = auth.Auth(0)
    for now_ms in (0, 1000, 3000, 7000):
        assert passwords.begin_attempt(one, now_ms, "10.0.0.66") == 0
    assert passwords.begin_attempt(one, 7000, "10.0.0.66") == 8
    assert passwords.begin_attempt(one, 7000, "10.0.0.7") == 0


def test_addresses_together_have_thirty_attempts_an_hour_and_a_known_device_is_not_counted():
    one = auth.Auth(0)
    allowed = sum(passwords.begin_attempt(one, second * 1000, f"10.0.0.{second % 250}") == 0 for second in range(300))
    assert allowed == 32  # an hour's, and what comes back within five minutes
    assert passwords.begin_attempt(one, 300_000, "10.0.1.1") > 0
    assert passwords.begin_attempt(one, 300_000, "a session", auth.Session("", 0, False)) == 0


def test_no_more_than_eight_addresses_are_remembered_and_the_busy_one_stays():
    one = auth.Auth(0)
    for number in range(20):
        passwords.begin_attempt(one, number * 1000, "10.0.0.66")
        passwords.begin_attempt(one, number * 1000, f"10.0.1.{number}")
    assert len(one.pauses) == passwords._PAUSES_MAX
    assert passwords.begin_attempt(one, 20_000, "10.0.0.66") > 0


# --- sessions ------------------------------------------------------------------------------------------------------


def test_a_session_is_found_by_its_name_and_by_nothing_else():
    one = auth.Auth(0)
    session = one.open(random(1))
    assert len(session.name) == len(session.guard) == 32 and session.name != session.guard
    assert one.find(session.name, 0) is session
    for name in ("", session.name[:-1], session.name + "0", session.name.upper(), session.guard, "0" * 32):
        assert one.find(name, 0) is None


def test_a_session_outlives_a_restart_by_its_hash_alone():
    one = auth.Auth(0)
    one.expire(20_000)
    session = one.open(random(1))
    (line,) = one.lines()
    assert session.name not in line and session.guard not in line
    again = auth.Auth(0, [line])
    found = again.find(session.name, 0)
    assert found.is_stored and (found.name, found.guard, found.day) == (session.name, session.guard, 20_000)
    assert again.find(session.key, 0) is None, "what is stored is no cookie"


@pytest.mark.parametrize("line", ["", "x", "0" * 32, "0" * 31 + " 1", "0" * 32 + " -1", "0" * 32 + " x"])
def test_a_damaged_line_is_no_session(line):
    assert auth.Auth(0, [line]).lines() == []


def test_a_session_ends_half_a_year_after_its_last_use_once_the_day_is_known():
    one = auth.Auth(0)
    session = one.open(random(1))  # on a day that is not known
    one.expire(None)
    one.expire(20_000)
    one.expire(20_180)
    assert one.find(session.name, 0) is session and session.day == 20_180
    one.expire(20_360)
    assert session in one.sessions
    one.expire(20_361)
    assert one.find(session.name, 0) is None


def test_only_a_change_is_written():
    one = auth.Auth(0)
    one.expire(20_000)
    session = one.open(random(1))
    assert one.is_changed
    one.is_changed = False
    one.find(session.name, 0)
    one.find("x", 0)
    assert not one.is_changed
    one.expire(20_001)
    one.find(session.name, 0)
    assert one.is_changed


def test_the_ninth_log_in_ends_the_one_unused_for_longest():
    one = auth.Auth(0)
    sessions = [one.open(random(number)) for number in range(auth.SESSIONS_MAX)]
    one.find(sessions[0].name, 10)
    one.open(random(99))
    assert [session in one.sessions for session in sessions] == [True, False] + [True] * 6


def test_a_closed_session_is_closed_and_the_others_are_not():
    one = auth.Auth(0)
    first, second = one.open(random(1)), one.open(random(2))
    one.close(first)
    one.close(first)
    assert one.find(first.name, 0) is None
    assert one.find(second.name, 0) is second


def test_wrong_passwords_never_end_a_session():
    one = auth.Auth(0)
    session = one.open(random(1))
    for now_ms in range(0, 1000000, 500):
        passwords.begin_attempt(one, now_ms)
        assert one.find(session.name, now_ms) is session


@hypothesis.given(st.lists(st.tuples(st.sampled_from("kofca"), st.integers(0, 10**8)), max_size=60))
def test_whatever_happens_numbers_stay_small_and_sessions_few(steps):
    one = auth.Auth(0)
    now_ms = 0
    for what, step_ms in steps:
        now_ms = later_ms(now_ms, step_ms)
        if what == "k":
            assert 0 <= passwords.begin_attempt(one, now_ms, str(step_ms % 11)) <= 300
        elif what == "o":
            one.open(random(now_ms))
        elif what == "f":
            one.find("x", now_ms)
        elif what == "c" and one.sessions:
            one.close(one.sessions[0])
        else:
            one.age(now_ms)
        assert len(one.sessions) <= auth.SESSIONS_MAX
        assert all(0 <= pause[1] <= passwords.PAUSE_MAX_MS >= pause[2] for pause in one.pauses)
        assert len(one.pauses) <= passwords._PAUSES_MAX and one.credit_ms < 2**30
