"""Authentication: password and token hashes, sessions, CSRF guards, pauses after wrong passwords.

Time and random numbers are arguments.
"""

from hashlib import sha256

from curfew.core.ticks import aged_ms, elapsed_ms

SETUP_FIRST = "no device password yet: open the page and complete the set-up"
ROUNDS = 2000  # about 0.2 ms each on an ESP32: half a second for a log-in
SALT_BYTES = 16
RANDOM_BYTES = 32  # for a session: its name and its guard, 128 bits each
SESSIONS_MAX = 4
IDLE_MS = 86400000  # a day: a phone used this morning needs no new log-in
PAUSE_MS = 1000  # after the first wrong password; doubles up to
PAUSE_MAX_MS = 300000
FORGET_MS = 3600000  # after this long without a wrong password, pauses start short again

_YIELD_ROUNDS = 50


def same(text: str, secret: str) -> bool:
    """True for two equal texts; the time taken does not depend on where they differ."""
    text_hash = sha256(text.encode()).digest()
    secret_hash = sha256(secret.encode()).digest()
    difference = 0
    for index in range(32):
        difference |= text_hash[index] ^ secret_hash[index]
    return difference == 0


def hashing(password: str, salt: bytes, rounds: int = ROUNDS):
    """Hash a password step by step: yield None between steps, so that other tasks can run, and then the text.

    The text holds everything needed to check a password against it: "sha256$rounds$salt$digest".
    """
    secret = password.encode()
    digest = salt
    for done in range(rounds):
        digest = sha256(digest + secret).digest()
        if not done % _YIELD_ROUNDS:
            yield None
    yield "sha256$%d$%s$%s" % (rounds, salt.hex(), digest.hex())


def hashing_like(password: str, stored: str):
    """As hashing(), with the salt and rounds of a stored hash. Raises ValueError when that is not a hash."""
    _, rounds, salt, _ = stored.split("$")
    return hashing(password, bytes.fromhex(salt), int(rounds))


def token_hash(token: str) -> str:
    """The hash of a bearer token, which is random and long: one round without salt is enough."""
    return sha256(token.encode()).digest().hex()


class Session:
    """One log-in. `guard`: the CSRF token that a write must carry beside the cookie."""

    def __init__(self, name, guard):
        self.name = name
        self.guard = guard
        self._idle_ms = 0


class Auth:
    """Sessions and pauses. Call age() at least once in six days, or a wrap of the ticks is missed."""

    def __init__(self, now_ms):
        self._then_ms = now_ms
        self._sessions = []
        self._wait_ms = 0
        self._pause_ms = PAUSE_MS
        self._calm_ms = 0

    def age(self, now_ms):
        """Advance the time: pauses run out, idle sessions end."""
        step_ms = max(0, elapsed_ms(now_ms, self._then_ms))
        self._then_ms = now_ms
        self._wait_ms = max(0, self._wait_ms - step_ms)
        self._calm_ms = aged_ms(self._calm_ms, step_ms)
        if self._calm_ms >= FORGET_MS:
            self._pause_ms = PAUSE_MS
        for session in self._sessions:
            session._idle_ms = aged_ms(session._idle_ms, step_ms)
        self._sessions = [session for session in self._sessions if session._idle_ms < IDLE_MS]

    def begin_attempt(self, now_ms: int) -> int:
        """Begin to check a password: 0, or the seconds to wait first. It counts as wrong until open()."""
        self.age(now_ms)
        if self._wait_ms:
            return (self._wait_ms + 999) // 1000
        self._wait_ms = self._pause_ms
        self._pause_ms = min(2 * self._pause_ms, PAUSE_MAX_MS)
        self._calm_ms = 0
        return 0

    def end_pause(self):
        """After the right password."""
        self._wait_ms = 0
        self._pause_ms = PAUSE_MS

    def open(self, random: bytes) -> Session:
        """A new Session from RANDOM_BYTES random bytes; when all are in use, the one idle longest ends."""
        self.end_pause()
        if len(self._sessions) == SESSIONS_MAX:
            self._sessions.remove(max(self._sessions, key=lambda session: session._idle_ms))
        half = RANDOM_BYTES // 2
        self._sessions.append(Session(random[:half].hex(), random[half:].hex()))
        return self._sessions[-1]

    def find(self, name, now_ms):
        """The Session with this name, no longer idle; None when it does not exist."""
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
