"""Refusals that several of the rare requests share. Imported for one request."""

from curfew.services.http.server import Refused


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
