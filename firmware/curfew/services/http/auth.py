"""Authentication: password and token hashes, sessions, CSRF guards, pauses after wrong passwords.

Time and random numbers are arguments.
"""

from hashlib import sha256

from curfew.core.ticks import aged_ms, elapsed_ms

SETUP_FIRST = "no device password yet: open the page and complete the set-up"
ROUNDS = 2000  # about 0.2 ms each on an ESP32: half a second for a log-in
SALT_BYTES = 16
RANDOM_BYTES = 16  # for a session
SESSIONS_MAX = 8
SESSIONS_PATH = "sessions.txt"
IDLE_DAYS = 180  # a phone that was logged in once turns off after any power cut
_PAUSES_MAX = 8  # addresses
_ATTEMPTS_MAX = 30  # in an hour, of all devices without a session
_ATTEMPT_MS = 120000
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


def _digest(text):
    return sha256(text.encode()).digest()[:16].hex()


class Session:
    """One device that is logged in. `guard`: the CSRF token that a write must carry beside the cookie `name`.

    Both follow from the cookie, so only its hash `key` is stored. `day`: of the last use, unix days, 0: not known.
    `is_stored`: it comes from before this start.
    """

    def __init__(self, key, day, is_stored):
        self.key = key
        self.name = self.guard = ""
        self.day = day
        self.is_stored = is_stored

    def show(self, name):
        """Remember the cookie."""
        self.name = name
        self.guard = _digest("guard " + name)


class Auth:
    """Sessions and pauses. Call age() at least once in six days, or a wrap of the ticks is missed.

    lines: of sessions.txt. `sessions`: the last one used is the last. `is_changed`: lines() differ from what was
    stored. `today`: unix days, None while unknown.
    """

    def __init__(self, now_ms, lines=()):
        self.is_changed = False
        self.today = None
        self._then_ms = now_ms
        self.sessions = []
        self._pauses = []  # [address, ms to wait, next pause, ms without an attempt]
        self._credit_ms = _ATTEMPTS_MAX * _ATTEMPT_MS  # for devices without a session, together
        for line in lines:
            key, _, day = line.partition(" ")
            if len(key) == 32 and day.isdigit():
                self.sessions.append(Session(key, int(day), True))

    def lines(self):
        """What is stored: a hash and the day of the last use of each session."""
        return ["%s %d" % (session.key, session.day) for session in self.sessions]

    def age(self, now_ms):
        """Advance the time: pauses run out."""
        step_ms = max(0, elapsed_ms(now_ms, self._then_ms))
        self._then_ms = now_ms
        self._credit_ms = min(_ATTEMPTS_MAX * _ATTEMPT_MS, self._credit_ms + step_ms)
        for pause in self._pauses:
            pause[1] = max(0, pause[1] - step_ms)
            pause[3] = aged_ms(pause[3], step_ms)
            if pause[3] >= FORGET_MS:
                pause[2] = PAUSE_MS

    def expire(self, today):
        """End the sessions that were not used for half a year. today: unix days, None while unknown."""
        self.today = today
        if today is None:
            return
        for session in self.sessions[:]:
            if not session.day:
                session.day = today
                self.is_changed = True
            elif today - session.day > IDLE_DAYS:
                self.close(session)

    def _pause(self, address):
        for pause in self._pauses:
            if pause[0] == address:
                return pause
        if len(self._pauses) == _PAUSES_MAX:
            self._pauses.remove(max(self._pauses, key=lambda pause: pause[3]))
        self._pauses.append([address, 0, PAUSE_MS, 0])
        return self._pauses[-1]

    def begin_attempt(self, now_ms: int, address: object = "", is_known: bool = False) -> int:
        """Begin to check a password: 0, or the seconds to wait first. It counts as wrong until end_pause() or open().

        address: each has pauses of its own. is_known: a device with a session, not counted with all others.
        """
        self.age(now_ms)
        pause = self._pause(address)
        wait_ms = pause[1]
        if not is_known:
            wait_ms = max(wait_ms, _ATTEMPT_MS - self._credit_ms)
        if wait_ms > 0:
            return (wait_ms + 999) // 1000
        if not is_known:
            self._credit_ms -= _ATTEMPT_MS
        pause[1:] = pause[2], min(2 * pause[2], PAUSE_MAX_MS), 0
        return 0

    def end_pause(self, address=""):
        """After the right password."""
        self._pause(address)[1:3] = 0, PAUSE_MS

    def open(self, random: bytes) -> Session:
        """A new Session from RANDOM_BYTES random bytes; when all are in use, the one unused for longest ends."""
        name = random[:RANDOM_BYTES].hex()
        session = Session(_digest(name), self.today or 0, False)
        session.show(name)
        if len(self.sessions) == SESSIONS_MAX:
            self.sessions.pop(0)
        self.sessions.append(session)
        self.is_changed = True
        return session

    def find(self, name, now_ms):
        """The Session of a cookie, now the last one used; None when it does not exist."""
        self.age(now_ms)
        if not name:
            return None
        key = _digest(name)
        found = None
        for session in self.sessions:
            if same(key, session.key):
                found = session
        if found:
            if not found.name:
                found.show(name)
            self.sessions.remove(found)
            self.sessions.append(found)
            if self.today and found.day != self.today:
                found.day = self.today
                self.is_changed = True
        return found

    def close(self, session):
        """End a Session."""
        if session in self.sessions:
            self.sessions.remove(session)
            self.is_changed = True
