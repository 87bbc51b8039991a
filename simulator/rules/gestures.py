"""What a user does with a button, and what the firmware must make of its level: one model for every judge.

The firmware has its own (curfew/core/button.py); this one is written a second time on purpose.
"""

from collections.abc import Callable

PRESS_MS = 150  # how long a `press` lasts, and each half of a `double_press` and the pause between them
DEBOUNCED_MS = 40  # a level that stays so long counts
HOLD_MS, HOLD_LONG_MS = 800, 5000  # a hold, and one that acknowledges faults
DOUBLE_MS = 500  # two releases this close are a double press
LONG_AGO_MS = 1 << 40

# How acts move the button: ms after the act, and down or up.
GESTURES: dict[str, Callable[[int], tuple[tuple[int, bool], ...]]] = {
    "press": lambda _: ((0, True), (PRESS_MS, False)),
    "double_press": lambda _: tuple((PRESS_MS * half, half % 2 == 0) for half in range(4)),
    "hold": lambda ms: ((0, True), (ms, False)),
    "button_down": lambda _: ((0, True),),
    "button_up": lambda _: ((0, False),),
}


class Button:
    """What a button's level means; `event` is of the last tick: press, double press, hold, long hold, "" for none."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A start: a button counts only after it was seen up."""
        self.level, self.level_ms = 0, 0
        self.down, self.down_ms = False, 0
        self.event = ""
        self.ignore()

    def ignore(self) -> None:
        """A fault was raised: a button that is down now gives no order."""
        self.counts = False
        self.tapped_ms = LONG_AGO_MS  # since a press that a second one would make a double press

    def step(self, level: int, ms: int) -> None:
        """The level of this tick, so long after the last one."""
        self.event = ""
        self.level_ms = self.level_ms + ms if level == self.level else 0
        self.level = level
        self.tapped_ms += ms
        if self.down:
            was_ms = self.down_ms
            self.down_ms += ms
            for due_ms, event in ((HOLD_MS, "hold"), (HOLD_LONG_MS, "long hold")):
                if self.counts and was_ms < due_ms <= self.down_ms:
                    self.event = event
                    return
        if self.level_ms < DEBOUNCED_MS:
            return
        if level and not self.down:
            self.down, self.down_ms = True, 0
        elif not level:
            if self.down and self.counts:
                self._released()
            self.down, self.counts = False, True

    def _released(self) -> None:
        if self.down_ms >= HOLD_MS:
            self.tapped_ms = LONG_AGO_MS
        elif self.tapped_ms <= DOUBLE_MS:
            self.event = "double press"
            self.tapped_ms = LONG_AGO_MS
        else:
            self.event = "press"
            self.tapped_ms = 0
