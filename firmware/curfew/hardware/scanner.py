"""Walks over the fitted channels: one reading a tick at most, and pauses after errors.

A reading is the mean of two conversions half a mains period apart: in one a tick the hum of the mains would have the
same phase for seconds, and look like a level that drifts.

A channel that cannot be read is no error here: its last reading gets older, and that is judged in core/flame.py.
"""

from array import array
from typing import TYPE_CHECKING, Any

from curfew.core import limits
from curfew.core.ticks import elapsed_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curfew.core.controller import Controller
    from curfew.hardware.ads1115 import ADS1115


_PAUSE_TICKS_MAX = 25  # half a second between tries on a dead bus; up to it one more tick each
_COST_PART = 10  # tries that stop the loop take this part of the time at most, but for the second one: one is nothing


class Scanner:
    """Channels are counted through: burner 0 thermocouple side, burner 0 magnet side, burner 1 ...

    converters: one for burners 0 and 1, a second for 2 and 3; () when no sensor is fitted. Each pauses
    after its own errors, so that a dead one takes no time from the other. clock has ticks_ms().
    """

    def __init__(self, converters: "Sequence[ADS1115]", clock: Any) -> None:
        self._converters = converters
        self._clock = clock
        self._channels = 4 * len(converters)
        self._channel = 0
        self._pending = False
        self._age_ms = 0
        self._first_uv: int | None = None  # of the reading under way
        self._errors = bytearray(len(converters))
        self._pause_ticks = array("h", [0] * len(converters))

    def sample(self, controller: "Controller", now_ms: int) -> None:
        """Read the conversion that is due, pass it on, start the next one. now_ms: when this tick began."""
        for number in range(len(self._converters)):
            if self._pause_ticks[number]:
                self._pause_ticks[number] -= 1
        try:
            if self._pending:
                self._read(controller)
            if not self._pending:
                self._start_next(controller)
        except OSError:
            self._failed(controller, now_ms)

    def wants_second(self) -> bool:
        """True when a conversion began in this tick."""
        return self._pending and self._age_ms == 0

    def second(self, controller: "Controller") -> None:
        """Keep the conversion that began in this tick, and begin another one of the same channel."""
        now_ms = self._clock.ticks_ms()
        converter = self._converters[self._channel >> 2]
        try:
            if converter.is_ready():
                self._first_uv = converter.read_uv()
                converter.start(self._channel & 3)
        except OSError:
            self._failed(controller, now_ms)
            for number in range(len(self._pause_ticks)):  # the next tick looks first at what was asked in this time
                self._pause_ticks[number] = max(self._pause_ticks[number], 2)

    def _failed(self, controller: "Controller", since_ms: int) -> None:
        self._missed(controller, elapsed_ms(self._clock.ticks_ms(), since_ms))

    def is_failing(self) -> bool:
        """True while a converter has not answered since its last error: the next try may stop the loop."""
        return any(self._errors)

    def _missed(self, controller: "Controller", cost_ms: int = 0) -> None:
        number = self._channel >> 2
        self._pending = False
        is_first = not self._errors[number]
        self._errors[number] = min(self._errors[number] + 1, _PAUSE_TICKS_MAX)
        pause_ticks = min(cost_ms, limits.STALL_MAX_MS) * _COST_PART * len(self._pause_ticks) // limits.TICK_MS
        if is_first:
            pause_ticks = min(pause_ticks, _PAUSE_TICKS_MAX)
        self._pause_ticks[number] = max(pause_ticks, self._errors[number])
        controller.miss_reading(self._channel >> 1)

    def _read(self, controller: "Controller") -> None:
        self._age_ms += limits.TICK_MS
        number = self._channel >> 2
        if self._converters[number].is_ready():
            uv = self._converters[number].read_uv()
            if self._first_uv is not None:
                uv = (self._first_uv + uv) >> 1
            self._pending = False
            self._errors[number] = 0
            controller.take_reading(self._channel >> 1, self._channel & 1, uv, self._age_ms)
        elif self._age_ms >= limits.CONVERSION_MS:
            self._missed(controller)

    def _start_next(self, controller: "Controller") -> None:
        for _ in range(self._channels):
            self._channel = (self._channel + 1) % self._channels
            burner = self._channel >> 1
            number = self._channel >> 2
            if self._pause_ticks[number] or burner >= len(controller.burners) or not controller.wants_scan(burner):
                continue
            self._first_uv = None
            self._converters[number].start(self._channel & 3)
            self._pending = True
            self._age_ms = 0
            return
