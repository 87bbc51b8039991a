"""Refusals that several of the rare requests share. Imported for one request."""

from curfew.runtime.snapshot import SNAP_FAULTS_RAISED, SNAP_FIELDS
from curfew.services.http.server import Refused

WINDOW_NEEDED = ": needs the local window: all burners off, hold a button for 6 s and release it, then do it in 10 min"


def key_of(message: str) -> str:
    """The key at the start of every message about a value."""
    return message.split(" ")[0].split(":")[0]


def invalid(error):
    """Raise Refused for a value; error: a text or an exception that begins with its key."""
    raise Refused(422, str(error), key_of(str(error)))


def require_written(done: bool) -> None:
    """Raise Refused when a file could not be written now."""
    if not done:
        raise Refused(409, "a burner is on: files can only be written while all contacts are open")


def require_no_fault(context):
    """A restart ends a fault that is not stored; only the user at the controller may do that."""
    values = context.look()
    if any([values[at + SNAP_FAULTS_RAISED] for at in range(0, len(values), SNAP_FIELDS)]):  # not acknowledged
        raise Refused(409, "a burner shows a fault: clear it at the controller first, a restart would end it")
