"""What the services may ask of the safety loop, in bytes and ints that exist from the start.

The services post, the loop takes. An OFF is a flag: it cannot be dropped, and a second one merges with the first.
"""

from array import array

from curfew.core import limits
from curfew.core.ticks import elapsed_ms


class Inbox:
    """Shared between the two threads; neither ever replaces an object in it."""

    def __init__(self, burners: int) -> None:
        self._off = bytearray(burners)
        self._source = bytearray(burners)
        self._asked = bytearray(2 * burners)
        self._asked_ms = array("i", [0] * (2 * burners))

    def post_off(self, burner: int, source: int) -> None:
        """Ask for OFF; source is an index into codes.SOURCES."""
        self._source[burner] = source
        self._off[burner] = 1

    def post_request(self, burner: int, kind: int, now_ms: int) -> None:
        """Ask for REQUEST_EXTEND or REQUEST_ARM at now_ms; a second one replaces the first if that was not seen yet."""
        slot = 2 * burner + kind
        self._asked_ms[slot] = now_ms
        self._asked[slot] = 1

    def take_off(self, burner: int) -> bool:
        """True once for every OFF; the flag is cleared before anything is done, so an OFF posted meanwhile stays."""
        if not self._off[burner]:
            return False
        self._off[burner] = 0
        return True

    def source(self, burner: int) -> int:
        """The source of the last OFF, an index into codes.SOURCES."""
        return self._source[burner]

    def take_request(self, burner: int, kind: int, now_ms: int) -> bool:
        """True once for a request that is recent enough; an older one, or one from the future, is dropped."""
        slot = 2 * burner + kind
        if not self._asked[slot]:
            return False
        self._asked[slot] = 0
        return 0 <= elapsed_ms(now_ms, self._asked_ms[slot]) <= limits.REQUEST_AGE_MS
