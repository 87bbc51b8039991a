"""The device password: its hash, and the pauses after wrong ones. Imported for one request.

Time and random numbers are arguments; the pauses are those of an Auth (auth.py).
"""

from hashlib import sha256

from curfew.services.http.auth import ATTEMPT_MS, FORGET_MS, PAUSE_MS, same
from curfew.services.http.refusals import invalid
from curfew.services.http.server import Refused

ROUNDS = 2000  # about 0.2 ms each on an ESP32: half a second for a log-in
SALT_BYTES = 16
PAUSE_MAX_MS = 300000
_PAUSES_MAX = 8  # addresses
_ATTEMPTS_MAX = 10  # in an hour, of each device with a session
_YIELD_ROUNDS = 50


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


def _pause(auth, address):
    for pause in auth.pauses:
        if pause[0] == address:
            return pause
    if len(auth.pauses) == _PAUSES_MAX:
        auth.pauses.remove(max(auth.pauses, key=lambda pause: pause[3]))
    auth.pauses.append([address, 0, PAUSE_MS, 0])
    return auth.pauses[-1]


def begin_attempt(auth, now_ms: int, address: object = "", known=None) -> int:
    """Begin to check a password: 0, or the seconds to wait first. It counts as wrong until end_pause().

    address: each has pauses of its own. known: the session of a device, which is not counted with all others; after
    ten attempts in an hour it may only read and turn off, until the local window opens.
    """
    wait_s: int = auth.wait_s(now_ms, address, known)
    pause = _pause(auth, address)
    if wait_s:
        return wait_s
    if not known:
        auth.credit_ms -= ATTEMPT_MS
    else:
        known.is_limited = known.is_limited or known.attempts >= _ATTEMPTS_MAX
        known.attempts += 1
        if known.is_limited:
            return FORGET_MS // 1000
    pause[1:] = pause[2], min(2 * pause[2], PAUSE_MAX_MS), 0
    return 0


def end_pause(auth, address="", known=None):
    """After the right password."""
    _pause(auth, address)[1:3] = 0, PAUSE_MS
    if known:
        known.attempts = 0


async def last(api, steps):
    """The last value of hashing(); other tasks run between the steps."""
    for text in steps:  # noqa: B007
        await api.sleep_ms(0)
    return text


async def require_password(api, password, session):
    """A stolen session must not become the owner of the device."""
    if not isinstance(password, str):
        invalid("confirm: the device password is needed for a change of the network settings")
    wait_s = begin_attempt(api.auth, api.now_ms(), session.key, session)
    if wait_s:
        raise Refused(403, "confirm: wrong passwords before, wait %d seconds" % wait_s, "confirm")
    stored = api.context.config["password"]
    if not same(await last(api, hashing_like(password, stored)), stored):
        raise Refused(403, "confirm: wrong password", "confirm")
    end_pause(api.auth, session.key, session)


def close_others(api, session):
    """End all sessions but this one."""
    for other in api.auth.sessions[:]:
        if other is not session:
            api.auth.close(other)
