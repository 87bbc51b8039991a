"""One push button: from a level and time to press, double press, hold (while it is still held) and stuck."""

from curfew.core import limits
from curfew.core.codes import DOUBLE_PRESSED, HELD, HELD_LONG, PRESSED
from curfew.core.ticks import AGE_MAX_MS, aged_ms


class Button:
    """step() gives one event of codes.py or None. A button counts only after it was seen released."""

    def __init__(self) -> None:
        self.down = False  # debounced
        self.stuck = False
        self._raw = False
        self._raw_ms = 0
        self._down_ms = 0
        self._since_release_ms = AGE_MAX_MS  # since the release of a press that may become a double press
        self._ignored = True  # until seen released

    def ignore_until_up(self) -> None:
        """Let a button that is down now count only after it was released (a fault was raised)."""
        self._ignored = True
        self._since_release_ms = AGE_MAX_MS

    def step(self, pressed: bool, step_ms: int) -> int | None:
        """Advance by step_ms with the raw level pressed; the event that this completed, or None."""
        if pressed != self._raw:
            self._raw = pressed
            self._raw_ms = 0
        else:
            self._raw_ms = aged_ms(self._raw_ms, step_ms)
        self._since_release_ms = aged_ms(self._since_release_ms, step_ms)
        settled = self._raw_ms >= limits.DEBOUNCE_MS
        if self.down:
            event = self._holding(step_ms)  # before the release: a hold of exactly its time is an OFF
            if event is not None:
                return event
        if settled and self._raw != self.down:
            self.down = self._raw
            if self.down:
                self._down_ms = 0
                return None
            return self._released()
        if settled and not self.down:
            self._ignored = False
        if not self.down:
            self.stuck = False
        return None

    def _released(self) -> int | None:
        self.stuck = False
        ignored = self._ignored
        self._ignored = False
        if ignored or self._down_ms >= limits.HOLD_MS:
            self._since_release_ms = AGE_MAX_MS
            return None
        if self._since_release_ms <= limits.DOUBLE_MS:
            self._since_release_ms = AGE_MAX_MS
            return DOUBLE_PRESSED
        self._since_release_ms = 0
        return PRESSED

    def _holding(self, step_ms: int) -> int | None:
        before_ms = self._down_ms
        self._down_ms = aged_ms(before_ms, step_ms)
        self.stuck = self._down_ms > limits.STUCK_MS
        if self._ignored:
            return None
        if before_ms < limits.HOLD_MS <= self._down_ms:
            return HELD
        if before_ms < limits.HOLD_LONG_MS <= self._down_ms:
            return HELD_LONG
        return None
