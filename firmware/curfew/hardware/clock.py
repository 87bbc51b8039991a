"""The loop's clock on a chip: it waits in whole ticks of the system, in which the services have the interpreter."""

import select
import time

# A poll ends at the first tick of the system (10 ms) after its time, so that asking for less than what is left ends at
# the very tick that is due.
_EARLY_MS = 5


class Clock:
    """As `time`, but sleep_ms() holds the interpreter lock never; time.sleep_ms() does in its last 10 ms."""

    ticks_ms = staticmethod(time.ticks_ms)

    def __init__(self) -> None:
        self._nothing = select.poll()
        self._nothing.ipoll(0)  # the first one allocates, which the loop must not

    def sleep_ms(self, ms: int) -> None:
        """Wait about so long: up to 5 ms less, up to 10 ms more; does not allocate."""
        self._nothing.ipoll(max(ms - _EARLY_MS, 1))
