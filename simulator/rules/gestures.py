"""What a user does with a button, and what the firmware must make of its level: one model for every judge.

The firmware has its own (curfew/core/button.py); this one is written a second time on purpose: it keeps times of edges.
"""

from collections.abc import Callable

PRESS_MS = 150  # how long a `press` lasts
PAIR_UP_MS = 250  # between the two presses of a `double_press`
LOOK_MS = 2000  # between the two pairs of an `override`
BRIDGE_MS = 140  # a gesture ends after so long without contact
HOLD_MS, HOLD_ALL_MS = 800, 3500  # a hold, and one that turns every burner off
HOLD_LONG_MS, HOLD_LONGER_MS, HOLD_VOID_MS = 5000, 10_000, 20_000  # acknowledges; opens the window in a fault; nothing
HITS_MIN_MS, HITS_MAX_MS = 280, 1300  # from the first to the third release of a panic
PAIR_MS = 660  # between the releases of a quick pair
ANSWER_MS = (1000, 5140)  # from that pair to the first edge of the next one
LONG_AGO_MS = 1 << 40

Moves = tuple[tuple[int, bool], ...]


def _presses(*from_ms: int) -> Moves:
    return tuple((ms + later_ms, later_ms == 0) for ms in from_ms for later_ms in (0, PRESS_MS))


def _rhythm(args: dict[str, int]) -> Moves:
    period_ms = 1_000_000 // args["millihertz"]
    down_ms = period_ms * args["duty"] // 100
    starts = range(0, max(args["ms"] - period_ms, 0) + 1, period_ms)
    return tuple((ms + later_ms, later_ms == 0) for ms in starts for later_ms in (0, down_ms))


_SECOND_MS = PRESS_MS + PAIR_UP_MS
_AGAIN_MS = _SECOND_MS + PRESS_MS + LOOK_MS


# How acts move the button: ms after the act, and down or up.
GESTURES: dict[str, Callable[[dict[str, int]], Moves]] = {
    "press": lambda _: _presses(0),
    "double_press": lambda _: _presses(0, _SECOND_MS),
    "override": lambda _: _presses(0, _SECOND_MS, _AGAIN_MS, _AGAIN_MS + _SECOND_MS),
    "tremor": _rhythm,
    "mash": _rhythm,
    "hold": lambda args: ((0, True), (args["ms"], False)),
    "button_down": lambda _: ((0, True),),
    "button_up": lambda _: ((0, False),),
}


class Button:
    """What a button's level means; `event` is of the last tick.

    press, override, hold, hold all, hits, long hold, "" for none. `asks`: the last press completed a quick pair.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A start: a button counts only after it was seen up."""
        self.now_ms = 0
        self.level, self.since_ms = 0, 0  # the last sample, and since when it has been like this
        self.down = False
        self.first_ms: int | None = None  # of the gesture that goes on
        self.last_ms = 0  # of its contacts
        self.up_ms = 0  # since when the button is up, while it is
        self.given: set[str] = {"everything"}  # by this gesture
        self.weary = False  # after hits: the hand has to rest before a step counts
        self.event, self.asks = "", False
        self._forget()

    def _forget(self) -> None:
        self.releases: list[int] = []
        self.steps: list[int] = []
        self.asked_ms = -LONG_AGO_MS
        self.answers = False

    def ignore(self) -> None:
        """A fault was raised: what goes on now may still turn everything off, and nothing else."""
        if self.level or self.first_ms is not None:
            self.given = self.given | {"hold", "release"}
        self._forget()

    def step(self, level: int, ms: int) -> None:
        """The level of this tick, so long after the last one."""
        self.now_ms += ms
        self.event = ""
        steady = level == self.level
        if not steady:
            self.level, self.since_ms = level, self.now_ms
        if self.down and (level or not steady):
            self.last_ms = self.now_ms
            self._held()
        if steady and bool(level) != self.down:
            self._moved(bool(level))
        elif steady and not level and self.now_ms - self.up_ms >= BRIDGE_MS:
            self.weary = self.weary and self.now_ms - self.up_ms < HITS_MAX_MS
            if self.first_ms is not None:
                self._ended()
            self.first_ms = None
            self.given = set()

    def _held(self) -> None:
        held_ms = self.now_ms - (self.first_ms or 0)
        for due_ms, event in ((HOLD_MS, "hold"), (HOLD_ALL_MS, "hold all")):
            if held_ms >= due_ms and not self.given & {event, "everything"}:
                self.given = self.given | {event}
                self.event = event
                if event == "hold":
                    self._forget()
                return

    def _moved(self, down: bool) -> None:
        since_ms = self.since_ms
        self.down = down
        if down and self.first_ms is None:
            self.first_ms = self.last_ms = since_ms
        elif not down:
            self.up_ms = since_ms
            self.releases = [*self.releases, since_ms][-3:]
            span_ms = since_ms - self.releases[0]
            counts = not self.event and not self.given & {"hold", "everything"}
            if counts and len(self.releases) == 3 and HITS_MIN_MS <= span_ms <= HITS_MAX_MS:
                self.event = "hits"
                self.given = self.given | {"hold"}
                self._forget()
                self.weary = True

    def _ended(self) -> None:
        held_ms = self.last_ms - (self.first_ms or 0)
        if self.given & {"everything", "release"}:
            return
        if held_ms >= HOLD_LONG_MS:
            self.event = "long hold" if held_ms < HOLD_LONGER_MS else "longer hold" if held_ms < HOLD_VOID_MS else ""
        elif "hold" not in self.given and not self.weary:
            self._stepped()

    def _stepped(self) -> None:
        self.event, self.asks = "press", False
        if self.steps and self.up_ms - self.steps[-1] <= PAIR_MS:
            self.steps = [*self.steps, self.up_ms]
        else:
            self.steps = [self.up_ms]
            self.answers = ANSWER_MS[0] <= (self.first_ms or 0) - self.asked_ms <= ANSWER_MS[1]
        if len(self.steps) == 2 and self.answers:
            self.event = "override"
            self.steps, self.asked_ms = [], -LONG_AGO_MS
        elif len(self.steps) == 2:
            self.asks = True
            self.asked_ms = self.up_ms
        elif len(self.steps) > 2 or not self.answers:
            self.asked_ms = -LONG_AGO_MS
