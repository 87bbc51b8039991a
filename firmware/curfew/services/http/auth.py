"""Authentication: token hashes, sessions, CSRF guards, pauses after wrong passwords; the password: password.py.

Time and random numbers are arguments.
"""

from hashlib import sha256

from curfew.core.ticks import aged_ms, elapsed_ms

SETUP_FIRST = "no device password yet: open the page and complete the set-up"
RANDOM_BYTES = 16  # for a session
TOKEN_DIGITS = 32  # of the hash of an access token, as it is stored
SESSIONS_MAX = 8
SESSIONS_PATH = "sessions.txt"
IDLE_DAYS = 180  # a phone that was logged in once turns off after any power cut
ATTEMPT_MS = 120000  # 30 attempts in an hour, of all devices without a session
PAUSE_MS = 1000  # after the first wrong password; then it doubles
FORGET_MS = 3600000  # after this long without a wrong password, pauses start short again


def same(text: str, secret: str) -> bool:
    """True for two equal texts; the time taken does not depend on where they differ."""
    text_hash = sha256(text.encode()).digest()
    secret_hash = sha256(secret.encode()).digest()
    difference = 0
    for index in range(32):
        difference |= text_hash[index] ^ secret_hash[index]
    return difference == 0


def token_hash(token: str) -> str:
    """The hash of a bearer token, which is random and long: one round without salt is enough."""
    return sha256(token.encode()).digest().hex()


def _digest(text):
    return sha256(text.encode()).digest()[:16].hex()


class Session:
    """One device that is logged in. `guard`: the CSRF token that a write must carry beside the cookie `name`.

    Both follow from the cookie, so only its hash `key` is stored. `day`: of the last use, unix days, 0: not known.
    `is_stored`: it comes from before this start. `attempts` at the password within an hour, since_ms; `is_limited`:
    after too many it may only read and turn off.
    """

    def __init__(self, key, day, is_stored):
        self.key = key
        self.name = self.guard = ""
        self.day = day
        self.is_stored = is_stored
        self.is_limited = False
        self.attempts = 0
        self.since_ms = 0

    def show(self, name):
        """Remember the cookie."""
        self.name = name
        self.guard = _digest("guard " + name)


class Auth:
    """Sessions and pauses. Call age() at least once in six days, or a wrap of the ticks is missed.

    lines: of sessions.txt. `sessions`: the last one used is the last. `is_changed`: lines() differ from what was
    stored. `today`: unix days, None while unknown. pauses: [address, ms to wait, next pause, ms without an attempt];
    credit_ms: for devices without a session, together.
    """

    def __init__(self, now_ms, lines=()):
        self.is_changed = False
        self.today = None
        self._then_ms = now_ms
        self.sessions = []
        self.pauses = []
        self.credit_ms = FORGET_MS
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
        self.credit_ms = min(FORGET_MS, self.credit_ms + step_ms)
        for session in self.sessions:
            session.since_ms = aged_ms(session.since_ms, step_ms) if session.attempts else 0
            if session.since_ms >= FORGET_MS:  # the attempts are forgotten, but not the limit
                session.attempts = 0
        for pause in self.pauses:
            pause[1] = max(0, pause[1] - step_ms)
            pause[3] = aged_ms(pause[3], step_ms)
            if pause[3] >= FORGET_MS:
                pause[2] = PAUSE_MS

    def wait_s(self, now_ms, address, known=None):
        """Seconds until an attempt at the password counts, 0 for now; known: a Session, else all share their credit."""
        self.age(now_ms)
        wait_ms = 0 if known else ATTEMPT_MS - self.credit_ms
        for pause in self.pauses:
            if pause[0] == address:
                wait_ms = max(wait_ms, pause[1])
        return (max(wait_ms, 0) + 999) // 1000

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

    def forgive(self):
        """The user opened the local window: no device has to wait any more."""
        self.pauses.clear()
        self.credit_ms = FORGET_MS
        for session in self.sessions:
            session.is_limited = False
            session.attempts = 0

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
