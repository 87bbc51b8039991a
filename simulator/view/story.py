"""The story of a run: what the user did, what the controller did and what the stove did, as items in words.

Not here: the table for the terminal (timeline.py), the words for names (catalog.toml, phrases.py).
"""

from itertools import pairwise
from typing import Any, NamedTuple

import catalog
from simulator.result import Result
from simulator.view import phrases
from simulator.view.phrases import countdown, named, spoken
from simulator.view.shutoffs import burner_count, contact_changes, end_of, events_done, value_at
from simulator.words import CONDUCTING_STATES

# A decision of the controller and the change of the contact share one line when they are this close.
WITH_CONTACT_MS = 1000
# A user who does nothing for so long after releasing the knob has walked away.
WALKS_AWAY_MS = 60_000
# These sounds repeat for as long as their state lasts: shown once.
LASTING_SOUNDS = ("WARNING", "FAULT")
# These say something of their own; any other sound adds a note to the line just shown.
SPEAKING_SOUNDS = ("LET_GO", "REMIND", "ALREADY_OFF", "NO", "WAIT")
SAME_LINE_MS = 400
NOTE = " ♪"

# (from, to) -> words and style; {left} is the countdown. A pair that is missing gets no line.
TRANSITIONS = {
    ("ARMED", "BURNING"): ("flame detected, {left} left", "good"),
    ("OVERRIDE", "BURNING"): ("timer runs again, {left} left", "good"),
    ("WARNING", "BURNING"): ("time added, {left} left", "good"),
    ("BURNING", "WARNING"): ("warning: {spoken_left} left", "warn"),
    ("OVERRIDE", "WARNING"): ("warning: {spoken_left} left", "warn"),
    ("BURNING", "OVERRIDE"): ("no timer, {left} at most", "warn"),
    ("WARNING", "OVERRIDE"): ("no timer, {left} at most", "warn"),
    ("VERIFYING", "IDLE"): ("ready for ignition", "dim"),
    ("FAULT", "VERIFYING"): ("fault acknowledged: verifying", "plain"),
}


class Item(NamedTuple):
    """One line of the story: `who` is user (or the surroundings), controller or stove, `style` a key of STYLES."""

    t_ms: int
    who: str
    text: str
    style: str


class _BurnerStory:
    """Turns the trace of one burner into items."""

    def __init__(self, result: Result, scenario: Any, burner: int, several: bool):
        self.trace = result.by_burner.get(burner, [])
        self.contact = contact_changes(self.trace)
        self.acts = [event for event in events_done(result, scenario) if event[2] == burner]
        self.burner = burner if several else None
        self.prefix = f"{burner + 1}  " if several else ""
        self.items: list[Item] = []
        self.contact_shown_ms: set[int] = set()

    def _controller(self, t_ms: int, text: str, style: str) -> None:
        self.items.append(Item(t_ms, "controller", self.prefix + text, style))

    def _acted(self, t_ms: int, within_ms: int, *kinds: str) -> bool:
        return any(do in kinds and 0 <= t_ms - at_ms <= within_ms for at_ms, do, _, _ in self.acts)

    def _moves(self, t_ms: int, value: str, within_ms: int = WITH_CONTACT_MS) -> bool:
        """Whether the contact takes that position about now; if so it is shown with the decision."""
        for at_ms, moved in self.contact[1:]:
            if moved == value and 0 <= at_ms - t_ms <= within_ms:
                self.contact_shown_ms.add(at_ms)
                return True
        return False

    def all(self) -> list[Item]:
        """Every item of this burner."""
        lasting = None  # the sound that repeats
        for before, line in pairwise(self.trace):
            if line["state"] != before["state"]:
                lasting = None
                self._state(before, line)
            elif line["state"] in ("BURNING", "WARNING") and line["remaining_s"] > before["remaining_s"] + 1:
                self._controller(line["t_ms"], f"time added, {countdown(line['remaining_s'])} left", "good")
            if line["fault"] != before["fault"]:
                self._fault(line)
            if line["sound"] not in (None, before["sound"], lasting):
                lasting = line["sound"] if line["sound"] in LASTING_SOUNDS else None
                self._sound(line["t_ms"], line["sound"])
            self._stove(before, line)
        for t_ms, value in self.contact[1:]:
            if t_ms not in self.contact_shown_ms:
                self._controller(t_ms, "contact opens" if value == "open" else "contact closes", "bold")
        return self.items

    def _state(self, before: dict[str, Any], line: dict[str, Any]) -> None:
        t_ms, old, new = line["t_ms"], before["state"], line["state"]
        left = countdown(line["remaining_s"])
        if new == "VERIFYING" and old in CONDUCTING_STATES:
            self._shutoff(line)
        elif new == "ARMED" or (new == "BURNING" and old == "IDLE"):
            closes = ": contact closes" if self._moves(t_ms, "closed") else ""
            why = "armed by the button" if self._acted(t_ms, 2000, "press", "button_up") else "millivolts rise"
            self._controller(t_ms, (why if new == "ARMED" else f"timer starts, {left} left") + closes, "bold")
        elif new == "VERIFYING" and old is None and line["cause"] == "RESTART":
            self._controller(t_ms, "restarted during a burn: contact stays open", "warn")
        elif new == "IDLE" and old is None:
            self._controller(t_ms, "ready", "dim")
        elif (old, new) in TRANSITIONS:
            text, style = TRANSITIONS[old, new]
            minute = line["remaining_s"] in (59, 60)
            spoken_left = "one minute" if minute else spoken(line["remaining_s"] * 1000)
            self._controller(t_ms, text.format(left=left, spoken_left=spoken_left), style)

    def _shutoff(self, line: dict[str, Any]) -> None:
        words = phrases.cause(line["cause"])
        if self._moves(line["t_ms"], "open"):
            self._controller(line["t_ms"], f"{words}: contact opens", "bold")
        elif value_at(self.contact, line["t_ms"]) == "closed":
            self._controller(line["t_ms"], f"{words}: but the contact stays closed", "bad")
        else:
            self._controller(line["t_ms"], words, "bold")

    def _sound(self, t_ms: int, sound: str) -> None:
        places = [place for place, item in enumerate(self.items) if item.who == "controller"]
        last = self.items[places[-1]] if places else None
        same_line = last is not None and not last.text.endswith(NOTE) and t_ms - last.t_ms <= SAME_LINE_MS
        if last and same_line and sound not in SPEAKING_SOUNDS:
            self.items[places[-1]] = last._replace(text=last.text + NOTE)
        else:
            self._controller(t_ms, f"beep: {catalog.short('sound', sound)}{NOTE}", "plain")

    def _fault(self, line: dict[str, Any]) -> None:
        if line["fault"] is not None:
            opens = ": contact opens" if self._moves(line["t_ms"], "open", 100) else ""
            self._controller(line["t_ms"], f"FAULT {catalog.short('fault', line['fault'])}{opens}", "bad")
        elif line["state"] is not None:
            self._controller(line["t_ms"], "fault cleared", "good")

    def _stove(self, before: dict[str, Any], line: dict[str, Any]) -> None:
        """What the stove does by itself, unless an act of the user beside it already says so."""
        t_ms = line["t_ms"]
        went_off = {key for key in ("gas", "flame") if (before[key], line[key]) == ("on", "off")}
        if "gas" in went_off and not self._acted(t_ms, 100, "knob_off"):
            text = f"{named('magnet valve', self.burner)} drops out: gas off"
            self.items.append(Item(t_ms, "stove", text.removeprefix("the "), "flame"))
        elif "flame" in went_off and line["gas"] == "on":
            self.items.append(Item(t_ms, "stove", f"{named('flame', self.burner)} is out, gas still on", "bad"))
        if (before["flame"], line["flame"]) == ("off", "on") and not self._acted(t_ms, 3000, "light"):
            self.items.append(Item(t_ms, "stove", f"{named('flame', self.burner)} burns", "flame"))


def _user_items(result: Result, scenario: Any, several: bool) -> list[Item]:
    """The events of the plan, and the release of the knob after each ignition."""
    items = []
    done = events_done(result, scenario)
    for t_ms, do, burner, args in done:
        whose = burner if several else None
        style = "user" if do in phrases.USER_ACTS else "warn"
        items.append(Item(t_ms, "user", phrases.event(do, args, whose), style))
        release_ms = t_ms + args.get("hold_ms", 0)
        if do == "light" and release_ms <= end_of(result):
            stays = any(
                other in phrases.USER_ACTS and t_ms < at_ms <= release_ms + WALKS_AWAY_MS for at_ms, other, _, _ in done
            )
            away = "" if stays else ", walks away"
            items.append(Item(release_ms, "user", f"releases {named('knob', whose)}{away}", "user"))
    return items


def _controller_items(result: Result) -> list[Item]:
    """Chip down and up, what the program printed, and broken rules."""
    items = []
    starts = 0
    for kind, t_ms, text in result.marks:
        if kind == "down":
            items.append(Item(t_ms, "controller", phrases.DOWN.get(text, f"down: {text}"), "bad"))
        elif kind == "up":
            items.append(
                Item(t_ms, "controller", "restarts, contact open" if starts else "starts, contact open", "dim")
            )
            starts += 1
        elif kind == "violation":
            burner, _, what = text.partition(" ")
            whose = f"burner {int(burner) + 1}: " if burner.isdecimal() else ""
            items.append(Item(t_ms, "controller", f"FORBIDDEN {whose}{what}", "bad"))
    items += [Item(t_ms or 0, "controller", f"› {text}", "dim") for t_ms, text in result.console]
    return items


def story(result: Result, scenario: Any) -> list[Item]:
    """All items of a run in time order; in the same millisecond the user first, then controller and stove."""
    burners = burner_count(result, scenario)
    items = _controller_items(result) + _user_items(result, scenario, burners > 1)
    for burner in range(burners):
        items += _BurnerStory(result, scenario, burner, burners > 1).all()
    return sorted(items, key=lambda item: (item.t_ms, ("user", "controller", "stove").index(item.who)))
