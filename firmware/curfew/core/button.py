"""One push button: from a level and time to what a finger means by it. A worn key or a trembling hand is no other word.

A gesture begins with its first edge and ends BRIDGE_MS after its last contact. Held for HOLD_MS it means OFF while it
lasts, and so do three quick hits; everything else is a step when it ends.
"""

from curfew.core import limits
from curfew.core.codes import HELD, HELD_ALL, HELD_LONG, OVERRIDE_PRESSED, PANIC, PRESSED
from curfew.core.ticks import AGE_MAX_MS, aged_ms

_FRESH, _OFF_GIVEN, _OFF_ONLY, _VOID = 0, 1, 2, 3  # what a gesture may still give; void: nothing at all


class Button:
    """step() gives one event of codes.py or None. A button counts only after it was seen up.

    `active`: a gesture goes on. `held_ms`: from its first edge to its last contact. `deaf`: after three hits, until the
    hand has come to rest: no steps. `asks`: the step that was given last completed a quick pair.
    """

    _hit_ms: int  # since the last release of whatever length, and since the one before
    _hit_before_ms: int
    _step_ms: int  # since the release of the last step
    _ask_ms: int  # since the release that completed a quick pair

    def __init__(self) -> None:
        self.down = False  # debounced
        self.held_ms = 0
        self.asks = False
        self._raw = False
        self._raw_ms = 0  # since this level was first seen
        self.active = False
        self._may = _VOID  # until seen up
        self._all_given = False
        self.deaf = False
        self._age_ms = 0  # of the gesture
        self._up_ms = 0  # since the last contact
        self._steps = 0  # in quick succession
        self._answers = False  # these steps may answer it
        self._forget()

    def ignore_until_up(self) -> None:
        """Let a gesture that goes on mean nothing but OFF (a fault was raised)."""
        if self.active or self._raw:
            self._may = max(self._may, _OFF_ONLY)
        self._forget()

    def step(self, pressed: bool, step_ms: int) -> int | None:
        """Advance by step_ms with the raw level pressed; the event that this completed, or None."""
        if not (pressed or self._raw or self.active) and self._up_ms > limits.ANSWER_MAX_MS:
            return None  # at rest: every age is beyond its limit
        steady = pressed == self._raw
        self._raw = pressed
        self._raw_ms = aged_ms(self._raw_ms, step_ms) if steady else 0
        self._hit_ms = aged_ms(self._hit_ms, step_ms)
        self._hit_before_ms = aged_ms(self._hit_before_ms, step_ms)
        self._step_ms = aged_ms(self._step_ms, step_ms)
        self._ask_ms = aged_ms(self._ask_ms, step_ms)
        event = None
        if self.active:
            self._age_ms = aged_ms(self._age_ms, step_ms)
        if self.down and (pressed or not steady):
            event = self._held()  # also in the tick of the first sample without contact: until then there was one
        elif not self.down:
            self._up_ms = aged_ms(self._up_ms, step_ms)
        if steady and pressed != self.down:
            self.down = pressed
            if not pressed:
                event = self._released(event)
            elif not self.active:
                self.active = True
                self._age_ms = self._raw_ms
                self.held_ms = self._raw_ms
                self._all_given = False
        elif steady and not pressed and self._up_ms >= limits.BRIDGE_MS:
            if self._up_ms >= limits.HITS_MAX_MS:
                self.deaf = False
            if self.active:
                event = self._ended()
            self._may = _FRESH
        return event

    def is_stuck(self) -> bool:
        """True when a gesture lasts longer than any finger's."""
        return self.active and self._age_ms > limits.STUCK_MS

    def _held(self) -> int | None:
        self.held_ms = self._age_ms
        if self._may == _FRESH and self._age_ms >= limits.HOLD_MS:
            return self._off(HELD)
        if self._may < _VOID and not self._all_given and self._age_ms >= limits.HOLD_ALL_MS:
            self._all_given = True
            return HELD_ALL
        return None

    def _released(self, event: int | None) -> int | None:
        self._up_ms = self._raw_ms
        span_ms = self._hit_before_ms - self._up_ms
        self._hit_before_ms = self._hit_ms
        self._hit_ms = self._up_ms
        if event is None and self._may == _FRESH and limits.HITS_MIN_MS <= span_ms <= limits.HITS_MAX_MS:
            self.deaf = True
            return self._off(PANIC)
        return event

    def _off(self, event: int) -> int:
        self._may = _OFF_GIVEN
        self._forget()
        return event

    def _forget(self) -> None:
        """Earlier hits and steps have nothing to do with what comes."""
        self._hit_ms = self._hit_before_ms = self._step_ms = self._ask_ms = AGE_MAX_MS

    def _ended(self) -> int | None:
        self.active = False
        if self._may > _OFF_GIVEN:
            return None
        if self.held_ms >= limits.HOLD_LONG_MS:
            return HELD_LONG if self.held_ms < limits.HOLD_VOID_MS else None
        if self._may == _OFF_GIVEN or self.deaf:
            return None
        return self._stepped()

    def _stepped(self) -> int:
        """A step, the second of a quick pair, or the second pair that answers the first."""
        if self._step_ms - self._up_ms <= limits.PAIR_MS:
            self._steps = min(self._steps + 1, 3)
        else:
            self._steps = 1
            self._answers = limits.ANSWER_MIN_MS <= self._ask_ms - self._age_ms <= limits.ANSWER_MAX_MS
        self._step_ms = self._up_ms
        self.asks = False
        if self._steps == 2:
            if self._answers:
                self._step_ms = self._ask_ms = AGE_MAX_MS
                return OVERRIDE_PRESSED
            self.asks = True
            self._ask_ms = self._up_ms
        elif self._steps > 2 or not self._answers:
            self._ask_ms = AGE_MAX_MS
        return PRESSED
