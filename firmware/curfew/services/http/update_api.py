"""An update over Wi-Fi: the signed header, then the bytes of its files piece by piece.

A wrong header is refused before anything is written. api.py imports this module for a request and keeps it while an
update is in progress. The files are written by services/update/receiver.py.
"""

from hashlib import sha256

from curfew import VERSION
from curfew.runtime.supervisor import TRIAL_CONFIRMED
from curfew.services.http.auth import same
from curfew.services.http.server import Refused, body_of
from curfew.services.update import key as update_key
from curfew.services.update import slots
from curfew.services.update.receiver import Damaged, NotAllowed, Receiver, give_up

_BLOCK = 64  # bytes of SHA-256
_FIELDS = "device version force nonce manifest size"  # signed, in this order


def signed(key: bytes, text: bytes) -> str:
    """HMAC-SHA-256 in hex digits. key: at most 64 bytes."""
    key = key + bytes(_BLOCK - len(key))
    inner = sha256(bytes([byte ^ 0x36 for byte in key]) + text).digest()
    return sha256(bytes([byte ^ 0x5C for byte in key]) + inner).digest().hex()


def _ordered(version):
    return [int(part) for part in version.split(".")]


async def get_update(api, request):
    """The running program, and whether an update is accepted now."""
    context = api.context
    return {
        "window_s": (context.link.update_ms[0] + 999) // 1000,
        "nonce": context.nonce or None,
        "device": context.chip.number(),
        "version": VERSION,
        "build": slots.build_id(),
        "slot": slots.here,
        "trial": slots.trial if context.link.trial[0] != TRIAL_CONFIRMED else "",
        "next": context.receiver.wanted() if context.receiver else None,
    }


async def post_update(api, request):
    """Begin an update with its signed header."""
    context = api.context
    header = body_of(request)
    if not context.link.update_ms[0]:
        raise Refused(403, "window closed: hold a button for 5 s while all burners are off, then send within 10 min")
    for key in (_FIELDS + " signature").split():
        if not isinstance(header.get(key), str):
            raise Refused(422, key + ": not a text", key)
    if header["device"] != context.chip.number():
        raise Refused(409, "device: this update is for %s, not %s" % (header["device"][:16], context.chip.number()))
    if not context.nonce or not same(header["nonce"], context.nonce):
        raise Refused(409, "nonce: this update was signed for another window")
    key = update_key.read()
    text = "\n".join([header[name] for name in _FIELDS.split()]).encode()
    if not key or not same(signed(key, text), header["signature"]):
        raise Refused(403, "signature: wrong key, or the update was changed after signing")
    try:
        older = _ordered(header["version"]) < _ordered(VERSION)
        size = int(header["size"])
    except ValueError:
        raise Refused(422, "version, size: not numbers", "version")
    if older and header["force"] != "yes":
        raise Refused(409, "version: %s is older than %s; FORCE=1 sends it anyway" % (header["version"], VERSION))
    if context.link.trial[0] != TRIAL_CONFIRMED:
        raise Refused(409, "the running program is not confirmed yet: wait a minute")
    if not context.flash_allowed():
        raise Refused(409, "a burner is on: files can only be written while all contacts are open")
    context.nonce = ""
    context.receiver = Receiver(context, api.sleep_ms, header["manifest"], size)
    context.log.add("update", "started: " + header["version"][:16])
    return {"next": context.receiver.wanted()}


async def put_update(api, request):
    """Take the next piece. The header X-At names it, as "next" asked for it."""
    context = api.context
    receiver = context.receiver
    if not receiver:
        raise Refused(409, "no update in progress: start again")
    if receiver.is_busy or request.headers.get("x-at", "") != receiver.wanted() or not request.body:
        raise Refused(409, "X-At: %s is wanted" % receiver.wanted())
    try:
        await receiver.take(request.body)
    except (NotAllowed, Damaged) as error:
        give_up(context, str(error))
        raise Refused(409 if isinstance(error, NotAllowed) else 422, str(error))
    except OSError as error:
        give_up(context, "flash: %s" % error)
        receiver.empty()
        raise Refused(507, "flash full or failed: update cancelled, the running program is unchanged")
    if receiver.wanted():
        return {"next": receiver.wanted()}
    context.receiver = None
    context.log.add("update", "pending")
    context.ask_restart()
    return {"next": None, "restart": True}


HANDLERS = {"GET update": get_update, "POST update": post_update, "PUT update": put_update}
