"""Who may come in: password and token hashes, sessions, guards against forged requests, pauses after wrong passwords.

Belongs here: decisions about secrets. Does not: clocks and random numbers (arguments), HTTP (api.py), files.
"""

from hashlib import sha256

from curfew.core.ticks import aged_ms, elapsed_ms

ROUNDS = 2000  # about 0.2 ms each on an ESP32: half a second for a log-in
SALT_BYTES = 16
RANDOM_BYTES = 32  # for a session: its name and its guard, 128 bits each
SESSIONS_MAX = 4
IDLE_MS = 86400000  # a day: the phone that asks "did I turn it off?" was in use this morning
PAUSE_MS = 1000  # after the first wrong password; doubles up to
PAUSE_MAX_MS = 300000
FORGET_MS = 3600000  # a mistake is forgiven after so long without another: fewer tries than the longest pause allows

_REST_ROUNDS = 50


def same(given, kept):
    """True for two equal texts; how long this takes tells nothing about where they differ."""
    given = sha256(given.encode()).digest()
    kept = sha256(kept.encode()).digest()
    wrong = 0
    for index in range(32):
        wrong |= given[index] ^ kept[index]
    return wrong == 0


def hashing(password, salt, rounds=ROUNDS):
    """The hash of a password, step by step: yields None while it goes on, so that others get their turn, and the text.

    salt: bytes. The text holds everything needed to check a password against it: "sha256$rounds$salt$digest".
    """
    secret = password.encode()
    digest = salt
    for done in range(rounds):
        digest = sha256(digest + secret).digest()
        if not done % _REST_ROUNDS:
            yield None
    yield "sha256$%d$%s$%s" % (rounds, salt.hex(), digest.hex())


def hashing_like(password, kept):
    """As hashing(), with the salt and the rounds of a kept hash. Raises ValueError when that is none."""
    _, rounds, salt, _ = kept.split("$")
    return hashing(password, bytes.fromhex(salt), int(rounds))


def token_hash(token):
    """The hash of a bearer token; it is random and long, so one round without salt will do."""
    return sha256(token.encode()).digest().hex()


class Session:
    """One log-in. `guard`: what a write has to carry beside the cookie, which a page elsewhere cannot know."""

    def __init__(self, name, guard):
        self.name = name
        self.guard = guard
        self._idle_ms = 0


class Auth:
    """Sessions and pauses. age() has to be called at least once in six days, or the ticks wrap unseen."""

    def __init__(self, now_ms):
        self._then_ms = now_ms
        self._sessions = []
        self._wait_ms = 0
        self._pause_ms = PAUSE_MS
        self._calm_ms = 0

    def age(self, now_ms):
        """Let time pass: pauses run out, idle sessions end."""
        step_ms = max(0, elapsed_ms(now_ms, self._then_ms))
        self._then_ms = now_ms
        self._wait_ms = max(0, self._wait_ms - step_ms)
        self._calm_ms = aged_ms(self._calm_ms, step_ms)
        if self._calm_ms >= FORGET_MS:
            self._pause_ms = PAUSE_MS
        for session in self._sessions:
            session._idle_ms = aged_ms(session._idle_ms, step_ms)
        self._sessions = [session for session in self._sessions if session._idle_ms < IDLE_MS]

    def knock(self, now_ms):
        """Begin to try a password: 0, or the seconds to wait before; a try counts as wrong until open()."""
        self.age(now_ms)
        if self._wait_ms:
            return (self._wait_ms + 999) // 1000
        self._wait_ms = self._pause_ms
        self._pause_ms = min(2 * self._pause_ms, PAUSE_MAX_MS)
        self._calm_ms = 0
        return 0

    def open(self, random):
        """A new Session from RANDOM_BYTES random bytes; the one idle for longest makes room."""
        self._wait_ms = 0
        self._pause_ms = PAUSE_MS
        if len(self._sessions) == SESSIONS_MAX:
            self._sessions.remove(max(self._sessions, key=lambda session: session._idle_ms))
        half = RANDOM_BYTES // 2
        self._sessions.append(Session(random[:half].hex(), random[half:].hex()))
        return self._sessions[-1]

    def find(self, name, now_ms):
        """The Session with this name, no longer idle; None when there is none (any more)."""
        self.age(now_ms)
        found = None
        for session in self._sessions:
            if same(name, session.name):
                found = session
        if found:
            found._idle_ms = 0
        return found

    def close(self, session):
        """End a Session."""
        if session in self._sessions:
            self._sessions.remove(session)
