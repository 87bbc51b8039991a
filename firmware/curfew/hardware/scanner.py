"""Walks over the fitted channels: one read and one start a tick at most, and patience after errors.

Belongs here: which channel next. Does not: registers (ads1115.py), what a voltage means, when it is a fault: a
channel that is not read simply grows old.
"""

from curfew import limits

_REST_TICKS_MAX = 25  # half a second between tries on a dead bus, so that time-outs cost the loop little


class Scanner:
    """Channels are counted through: burner 0 thermocouple side, burner 0 magnet side, burner 1 ...

    converters: one for burners 0 and 1, a second for 2 and 3; () when no sensor is fitted.
    """

    def __init__(self, converters):
        self._converters = converters
        self._channels = 4 * len(converters)
        self._channel = 0
        self._pending = False
        self._age_ms = 0
        self._errors = 0
        self._rest_ticks = 0

    def sample(self, controller):
        """Read the conversion that is due, hand it over, start the next one."""
        if self._channels == 0:
            return
        if self._rest_ticks > 0:
            self._rest_ticks -= 1
            return
        try:
            if self._pending:
                self._read(controller)
            if not self._pending:
                self._start_next(controller)
            self._errors = 0
        except OSError:
            self._pending = False
            self._errors = min(self._errors + 1, _REST_TICKS_MAX)
            self._rest_ticks = self._errors

    def _read(self, controller):
        self._age_ms += limits.TICK_MS
        converter = self._converters[self._channel >> 2]
        if converter.is_ready():
            self._pending = False
            controller.take_reading(self._channel >> 1, self._channel & 1, converter.read_uv(), self._age_ms)
        elif self._age_ms >= limits.STALE_MS:
            self._pending = False  # begin again; by now the channel is stale

    def _start_next(self, controller):
        burners = len(controller.burners)
        for _ in range(self._channels):
            self._channel = (self._channel + 1) % self._channels
            burner = self._channel >> 1
            if burner < burners and controller.wants_scan(burner):
                self._converters[self._channel >> 2].start(self._channel & 3)
                self._pending = True
                self._age_ms = 0
                return
