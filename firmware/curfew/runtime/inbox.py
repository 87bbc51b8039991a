"""What the services may ask of the safety loop, in bytes and ints that exist from the start.

The services post, the loop takes. An OFF is a flag: it cannot be dropped, and a second one merges with the first.
"""

from array import array

from curfew.core import limits
from curfew.core.ticks import elapsed_ms


class Inbox:
    """Shared between the two threads; neither ever replaces an object in it."""

    def __init__(self, burners: int) -> None:
        # 1 + the source of an OFF that waits, else 0; until it is taken the driver keeps the contact open.
        self.off = bytearray(burners)
        self._asked = bytearray(3 * burners)
        self._asked_ms = array("i", [0] * (3 * burners))
        self.absent = bytearray(1)  # services write 1 while they know that no one is there

    def post_off(self, burner: int, source: int) -> None:
        """Ask for OFF; source is an index into codes.SOURCES."""
        self.off[burner] = 1 + source

    def post_request(self, burner: int, kind: int, now_ms: int, value: int = 1) -> None:
        """Ask for a REQUEST_... at now_ms; a second one replaces the first if that was not seen yet.

        value: the minutes of REQUEST_LESS, 1 to 240.
        """
        slot = 3 * burner + kind
        self._asked_ms[slot] = now_ms
        self._asked[slot] = value

    def take_off(self, burner: int) -> int:
        """1 + the source of an OFF, once; 0: none. Cleared before anything is done, so that a later one stays."""
        off = self.off[burner]
        if off:
            self.off[burner] = 0
        return off

    def take_request(self, burner: int, kind: int, now_ms: int) -> int:
        """The value of a request, once, if it is recent enough; an older one, or one from the future, is dropped: 0."""
        slot = 3 * burner + kind
        value = self._asked[slot]
        if not value:
            return 0
        self._asked[slot] = 0
        return value if 0 <= elapsed_ms(now_ms, self._asked_ms[slot]) <= limits.REQUEST_AGE_MS else 0
