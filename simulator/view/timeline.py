"""The story of one run in words: what the cook did, what the box did, and what closed the gas.

Here belong the plain words for events, causes, faults and sounds, the numbers of the closing (`summary`) and
the table for the terminal (`lines`). The picture (plot.py) takes its words and numbers from here.
Not here: judging a run (expect.py, invariants.py), reading it (result.py) or printing it (__main__.py).

People count burners from 1, the trace from 0: only words shown to people carry the +1.
"""

import re
import textwrap
from bisect import bisect_right
from itertools import pairwise
from typing import Any, NamedTuple

from simulator.result import BOUNCE_MS, Result
from simulator.times import show_time
from simulator.words import CONDUCTING_STATES, WARNED_CAUSES

# A decision of the box and the contact that follows it are told in one breath when they are this close.
OPENS_WITHIN_MS = 1000
CLOSES_WITHIN_MS = 1000
# A stretch without any news is folded into one dimmed line from here on.
QUIET_MS = 60_000
# A cook who does nothing for so long after letting go of the knob has walked away.
WALKS_AWAY_MS = 60_000
TICK_MS = 20

# cause -> what closed the gas
CAUSE_WORDS = {
    "TIMEOUT": "time is up",
    "BURN_CAP": "the longest burn is reached",
    "OVERRIDE_END": "the manual override is over",
    "BUTTON": "the button was held",
    "FLAME_OUT": "the flame is gone",
    "NO_IGNITION": "no flame came",
    "CONTACT_OPEN": "the contact does not conduct",
    "CLOCK": "the clock cannot be trusted",
    "RESTART": "the box restarted",
}
SOURCE_WORDS = {"web": "the phone", "mqtt": "Home Assistant", "voice": "a speaker", "test": "afar"}

FAULT_WORDS = {
    "CONTACT_WELDED": "contact or bypass closed: turn the knob off",
    "FLAME_PERSISTS": "the flame burns on: turn the knob off",
    "SENSOR_FAILED": "sensor failed",
    "BUTTON_STUCK": "button stuck",
    "UNSTABLE": "too many restarts",
    "SETTINGS_INVALID": "settings invalid",
    "PROGRAM_CORRUPT": "program corrupt",
}

# sound -> what the beep says
SOUND_WORDS = {
    "ARMED": "armed",
    "LET_GO": "let go",
    "ADDED": "time added",
    "OVERRIDE": "override",
    "REMIND": "still burning",
    "WARNING": "warning",
    "OFF": "off",
    "ALREADY_OFF": "already off",
    "NO": "no",
    "WAIT": "wait",
    "READY": "ready",
    "FAULT": "fault",
}
# These go on beeping for as long as their state lasts: told once.
LASTING_SOUNDS = ("WARNING", "FAULT")
# These say something of their own; any other beep underlines the line just told, which then ends in a note.
SPEAKING_SOUNDS = ("LET_GO", "REMIND", "ALREADY_OFF", "NO", "WAIT")
UNDERLINES_WITHIN_MS = 400
NOTE = " ♪"

DOWN_WORDS = {
    "power": "the box loses its power",
    "wdt": "the watchdog bites",
    "brownout": "the supply sags: brown-out reset",
    "hard": "hard reset",
    "soft": "soft reset",
    "en": "reset by the EN pin",
    "stopped": "the program stops",
}

# do -> (in full for the terminal, short for the picture); {button} is "button 2", or "the button".
NOUNS = ("burner", "button", "knob", "contact", "flame", "sensor", "bypass", "magnet")
EVENT_WORDS = {
    "press": ("presses {button}", "press"),
    "double_press": ("presses {button} twice", "double press"),
    "hold": ("holds {button} for {ms}", "hold {ms}"),
    "button_down": ("{button} goes down", "button down"),
    "button_up": ("{button} comes up", "button up"),
    "light": ("lights {burner}, hand on the knob for {hold_ms}", "light, hand {hold_ms}"),
    "simmer": ("turns {burner} down to {percent} %", "simmer {percent} %"),
    "knob_off": ("turns {knob} off", "knob off"),
    "blow_out": ("{flame} is blown out", "blown out"),
    "remote_off": ("OFF for {burner}, asked by {source}", "OFF: {source}"),
    "remote_extend": ("more time for {burner}, asked from afar", "extend, afar"),
    "remote_arm": ("arming of {burner}, asked from afar", "arm, afar"),
    "weld": ("{contact} welds", "weld"),
    "unweld": ("{contact}: the weld breaks", "weld breaks"),
    "stick_open": ("{contact} sticks open", "stuck open"),
    "stick_pin": ("the {pin} pin of {burner} is stuck {level}", "{pin} pin stuck {level}"),
    "free_pins": ("the pins of {burner} are free again", "pins free"),
    "film": ("{contact}: a film of {milliohm} mΩ", "film {milliohm} mΩ"),
    "bypass": ("{bypass} switch is turned {on}", "bypass {on}"),
    "sensor": ("{sensor}: {value}{side}", "sensor {value}"),
    "noise": ("{sensor}: {uv} µV of noise", "noise {uv} µV"),
    "power_off": ("the plug is pulled", "plug out"),
    "power_on": ("the plug goes in", "plug in"),
    "reset": ("a reset: {cause}", "reset {cause}"),
    "hang": ("the program hangs for {ms}", "hang {ms}"),
    "raise": ("{in} raises {error}", "{error}"),
    "clock_jump": ("the clock jumps by {ms}", "clock {ms}"),
    "gil_hold": ("all Python stands still for {ms}", "stall {ms}"),
    "services_die": ("the services die", "services die"),
    "services_block": ("the services block for {ms}", "services block"),
    "repair_settings": ("puts the shipped settings.json on the board", "settings repaired"),
    "corrupt_program": ("the program in slot {slot} goes bad: {how}", "program {slot} bad"),
    "mend_program": ("mends the program in slot {slot}", "program {slot} mended"),
    "install_program": ("puts a program into the other slot, by {way}", "new program"),
}
# Events of the box as a whole: they belong to every burner.
BOX_WIDE = (
    "power_off",
    "power_on",
    "reset",
    "hang",
    "raise",
    "clock_jump",
    "gil_hold",
    "services_die",
    "services_block",
    "repair_settings",
    "corrupt_program",
    "mend_program",
    "install_program",
)
COOK_ACTS = ("press", "double_press", "hold", "light", "simmer", "knob_off")


# ---- times and durations in words --------------------------------------------------------------------------


def stamp(t_ms: int) -> str:
    """Stove time to the second, h:mm:ss; `show_time` gives the milliseconds too."""
    return show_time(t_ms // 1000 * 1000)


def countdown(remaining_s: int) -> str:
    """What the four digits show: m:ss, from an hour on h:mm:ss."""
    if remaining_s >= 3600:
        return stamp(remaining_s * 1000)
    return f"{remaining_s // 60}:{remaining_s % 60:02d}"


def spoken(duration_ms: int, exact: bool = False) -> str:
    """A duration as a person says it: "5 ms", "0.8 s", "1 min 5 s", "29 min", "1 h 5 min".

    `exact` keeps the seconds from ten minutes on.
    """
    sign, ms = ("−", -duration_ms) if duration_ms < 0 else ("", duration_ms)
    if ms < 500:
        return f"{sign}{ms} ms"
    if ms < 60_000:
        return f"{sign}{f'{ms / 1000:.2f}'.rstrip('0').rstrip('.')} s"
    minutes, seconds = divmod(ms // 1000, 60)
    parts = [(minutes // 60, "h"), (minutes % 60, "min"), (seconds if exact or minutes < 10 else 0, "s")]
    return sign + " ".join(f"{count} {unit}" for count, unit in parts if count)


# ---- reading the trace -------------------------------------------------------------------------------------


def burner_count(result: Result, scenario: Any) -> int:
    """How many burners the stove of this run has."""
    return max([scenario.plan.get("burners", 1), *(burner + 1 for burner in result.by_burner)])


def end_of(result: Result) -> int:
    """The last moment of the run in ms, also when it broke off."""
    return result.last_ms if result.ended_ms is None else result.ended_ms


def changes(trace: list[dict], key: str) -> list[tuple[int, Any]]:
    """(t_ms, value) at the start and at each change of one trace value."""
    found: list[tuple[int, Any]] = []
    for line in trace:
        if not found or found[-1][1] != line[key]:
            found.append((line["t_ms"], line[key]))
    return found


def contact_changes(trace: list[dict]) -> list[tuple[int, str]]:
    """Like `changes(trace, "contact")`, without the bounces: brief openings under a driven coil."""
    settled: list[tuple[int, str]] = []
    coil = changes(trace, "coil")
    for t_ms, value in changes(trace, "contact"):
        opened = settled[-1] if settled and settled[-1][1] == "open" else None
        driven = opened is not None and value_at(coil, opened[0]) == value_at(coil, t_ms) == "on"
        if driven and opened and len(settled) > 1 and t_ms - opened[0] <= BOUNCE_MS:
            settled.pop()
        else:
            settled.append((t_ms, value))
    return settled


def value_at(found: list[tuple[int, Any]], t_ms: int) -> Any:
    """The value in force at `t_ms`; None before the first."""
    place = bisect_right(found, t_ms, key=lambda change: change[0])
    return found[place - 1][1] if place else None


def events_done(result: Result, scenario: Any) -> list[tuple[int, str, int, dict]]:
    """(t_ms, do, burner, args) of each event of the plan that was carried out, at the time it was."""
    events = scenario.plan["events"]
    return [(t_ms, *events[int(text)][1:4]) for kind, t_ms, text in result.marks if kind == "do"]


def named(noun: str, burner: int | None) -> str:
    """The button, knob … of one burner: "button 2"; "the button" when `burner` is None."""
    return f"the {noun}" if burner is None else f"{noun} {burner + 1}"


def event_words(do: str, args: dict, burner: int | None = None, short: bool = False) -> str:
    """The words for an event of the plan; `burner` None on a stove with one, `short` for the picture."""
    said = {key: spoken(value) if key in ("ms", "hold_ms") else value for key, value in args.items()}
    side = said.get("side", "both")
    said["side"] = "" if side == "both" else f", {side} side only"
    if "source" in said and not short:
        said["source"] = SOURCE_WORDS.get(said["source"], said["source"])
    if "value" in said:
        said["value"] = str(said["value"]).replace("_", " ")
    if "on" in said:
        said["on"] = "on" if said["on"] else "off"
    said |= {noun: named(noun, burner) for noun in NOUNS}
    return EVENT_WORDS.get(do, (do.replace("_", " "),) * 2)[1 if short else 0].format_map(_Unsaid(said))


class _Unsaid(dict):
    """An argument that an event does not carry leaves a "?", not an exception in the middle of a story."""

    def __missing__(self, key: str) -> str:
        return "?"


def cause_words(cause: str | None) -> str:
    """What made the contact open, in words; None when the program was not there to say."""
    if cause is None:
        return "the box lost its program"
    kind, _, detail = cause.partition(":")
    if kind == "REMOTE":
        return f"off, asked by {SOURCE_WORDS.get(detail, detail or 'afar')}"
    if kind == "FAULT":
        return f"fault: {detail.replace('_', ' ').lower()}"
    return CAUSE_WORDS.get(kind, kind)


# ---- the numbers of the closing ----------------------------------------------------------------------------


def _setting(scenario: Any, key: str, otherwise: int) -> int:
    settings = scenario.plan.get("settings")
    return settings.get(key, otherwise) if isinstance(settings, dict) else otherwise


def _cause_of_opening(trace: list[dict], opened_ms: int, closed_again_ms: int | None) -> str | None:
    """The cause told by the first state that does not conduct: the contact may fall before the box knows."""
    start = bisect_right(trace, opened_ms, key=lambda line: line["t_ms"]) - 1
    for line in trace[start:]:
        if closed_again_ms is not None and line["t_ms"] >= closed_again_ms:
            return None
        if line["state"] is not None and line["state"] not in CONDUCTING_STATES:
            return line["cause"]
    return None


def _deadline(trace: list[dict], opened_ms: int, warning_s: int) -> int | None:
    """When the time was up: the beginning of the last WARNING before the opening, and `warning_s` more.

    None without a warning, or when time was added inside it (only its whole seconds are known then).
    """
    began_ms, before = None, None
    for line in trace:
        if line["t_ms"] > opened_ms:
            break
        if line["state"] == "WARNING":
            if before is None or before["state"] != "WARNING":
                began_ms = line["t_ms"]
            elif line["remaining_s"] > before["remaining_s"]:
                began_ms = None
        elif line["state"] in CONDUCTING_STATES:
            began_ms = None
        before = line
    return None if began_ms is None else began_ms + warning_s * 1000


def _opening(
    trace: list[dict], burner: int, closed_ms: int, opened_ms: int, closed_again_ms: int | None, warning_s: int
) -> dict[str, Any]:
    cause = _cause_of_opening(trace, opened_ms, closed_again_ms)
    deadline_ms = _deadline(trace, opened_ms, warning_s) if cause in WARNED_CAUSES else None
    gas = changes(trace, "gas")
    if value_at(gas, opened_ms - 1) == "on":
        offs = [t_ms for t_ms, value in gas if value == "off" and t_ms >= opened_ms]
    else:  # somebody closed it before the box did
        offs = [t_ms for t_ms, value in gas if value == "off" and closed_ms <= t_ms < opened_ms][-1:]
    return {
        "burner": burner,
        "cause": cause,
        "closed_ms": closed_ms,
        "opened_ms": opened_ms,
        "deadline_ms": deadline_ms,
        "late_ms": None if deadline_ms is None else opened_ms - deadline_ms,
        "gas_off_ms": offs[0] if offs else None,
    }


def summary(result: Result, scenario: Any) -> dict[str, Any]:
    """The numbers of the closing: the last one at a deadline, or the last one at all.

    Keys: `burner` (from 0), `cause` (as in the trace), `closed_ms`, `opened_ms`, `deadline_ms`, `late_ms`
    (opened − deadline), `gas_off_ms`; all None when the contact never opened, one None if it does not apply.
    Further `gas_on_ms` (a list, total per burner) and `openings` (dicts with those same keys, in time order).
    """
    openings, gas_on_ms = [], []
    for burner in range(burner_count(result, scenario)):
        trace = result.by_burner.get(burner, [])
        contact = contact_changes(trace)
        for place, (t_ms, value) in enumerate(contact):
            if value == "open" and place:
                again_ms = contact[place + 1][0] if place + 1 < len(contact) else None
                openings.append(
                    _opening(trace, burner, contact[place - 1][0], t_ms, again_ms, _setting(scenario, "warning_s", 60))
                )
        gas = changes(trace, "gas")
        ends = [t_ms for t_ms, _ in gas[1:]] + [end_of(result)]
        gas_on_ms.append(sum(end_ms - t_ms for (t_ms, value), end_ms in zip(gas, ends, strict=False) if value == "on"))
    openings.sort(key=lambda opening: (opening["opened_ms"], opening["burner"]))
    timed = [opening for opening in openings if opening["deadline_ms"] is not None]
    keys = ("burner", "cause", "closed_ms", "opened_ms", "deadline_ms", "late_ms", "gas_off_ms")
    chosen = (timed or openings or [dict.fromkeys(keys)])[-1]
    return {**chosen, "gas_on_ms": gas_on_ms, "openings": openings}


def lateness_words(opening: dict[str, Any]) -> str | None:
    """How the opening sat to its deadline; None when there was no deadline."""
    late_ms = opening["late_ms"]
    if late_ms is None:
        return None
    return f"{spoken(abs(late_ms))} {'after' if late_ms >= 0 else 'before'} the deadline"


def gas_off_words(opening: dict[str, Any]) -> str:
    """What the gas did about the opening of the contact."""
    if opening["gas_off_ms"] is None:
        return "no gas was on" if opening["cause"] == "NO_IGNITION" else "the gas was not seen to close"
    after_ms = opening["gas_off_ms"] - opening["opened_ms"]
    if after_ms < 0:
        return f"the gas was off {spoken(-after_ms)} before"
    return f"the magnet let go {spoken(after_ms)} later"


# ---- the story ---------------------------------------------------------------------------------------------


class News(NamedTuple):
    """One thing worth telling: `who` is cook (or the world), box or stove, `style` a key of STYLES."""

    t_ms: int
    who: str
    text: str
    style: str


STYLES = {
    "plain": "",
    "bold": "1",
    "dim": "2",
    "cook": "36",
    "good": "32",
    "warn": "33",
    "bad": "1;31",
    "flame": "38;5;208",
}

# (from, to) -> words and style; {left} is the countdown. A pair that is missing is not worth a line.
STATE_WORDS = {
    ("IDLE", "BURNING"): ("timer starts, {left} on the clock", "good"),
    ("ARMED", "BURNING"): ("flame seen, {left} on the clock", "good"),
    ("OVERRIDE", "BURNING"): ("back under the timer, {left} on the clock", "good"),
    ("WARNING", "BURNING"): ("time added, {left} on the clock", "good"),
    ("BURNING", "WARNING"): ("warning: {spoken_left} left", "warn"),
    ("OVERRIDE", "WARNING"): ("warning: {spoken_left} left", "warn"),
    ("BURNING", "OVERRIDE"): ("manual override, {left} at most", "warn"),
    ("WARNING", "OVERRIDE"): ("manual override, {left} at most", "warn"),
    ("VERIFYING", "IDLE"): ("ready for the next lighting", "dim"),
    ("FAULT", "VERIFYING"): ("fault acknowledged: proves itself", "plain"),
}


def _spoken_left(remaining_s: int) -> str:
    return "one minute" if remaining_s in (59, 60) else spoken(remaining_s * 1000)


class _Teller:
    """Turns the trace of one burner into news."""

    def __init__(self, result: Result, scenario: Any, burner: int, several: bool):
        self.trace = result.by_burner.get(burner, [])
        self.contact = contact_changes(self.trace)
        self.acts = [event for event in events_done(result, scenario) if event[2] == burner]
        self.burner = burner if several else None
        self.prefix = f"{burner + 1}  " if several else ""
        self.told: list[News] = []
        self.contact_told_ms: set[int] = set()

    def _box(self, t_ms: int, text: str, style: str) -> None:
        self.told.append(News(t_ms, "box", self.prefix + text, style))

    def _stove_does(self, t_ms: int, text: str, style: str) -> None:
        self.told.append(News(t_ms, "stove", text, style))

    def _acted(self, t_ms: int, within_ms: int, *kinds: str) -> bool:
        return any(do in kinds and 0 <= t_ms - at_ms <= within_ms for at_ms, do, _, _ in self.acts)

    def _moves(self, t_ms: int, value: str, within_ms: int) -> bool:
        """Whether the contact takes that position about now; if so it is told with the decision."""
        for at_ms, moved in self.contact[1:]:
            if moved == value and 0 <= at_ms - t_ms <= within_ms:
                self.contact_told_ms.add(at_ms)
                return True
        return False

    def tell(self) -> list[News]:
        sound_told = None
        for before, line in pairwise(self.trace):
            if line["state"] != before["state"]:
                sound_told = None
                self._state(before, line)
            elif line["state"] in ("BURNING", "WARNING") and line["remaining_s"] > before["remaining_s"] + 1:
                self._box(line["t_ms"], f"time added, {countdown(line['remaining_s'])} on the clock", "good")
            if line["fault"] != before["fault"]:
                self._fault(line)
            if line["sound"] not in (None, before["sound"], sound_told):
                sound_told = line["sound"] if line["sound"] in LASTING_SOUNDS else None
                self._beep(line["t_ms"], line["sound"])
            self._stove(before, line)
        for t_ms, value in self.contact[1:]:
            if t_ms not in self.contact_told_ms:
                self._box(t_ms, "contact opens" if value == "open" else "contact closes", "bold")
        return self.told

    def _state(self, before: dict, line: dict) -> None:
        t_ms, old, new = line["t_ms"], before["state"], line["state"]
        if new == "VERIFYING" and old in CONDUCTING_STATES:
            self._closing(line)
        elif new == "ARMED" or (new == "BURNING" and old == "IDLE"):
            closes = ": contact closes" if self._moves(t_ms, "closed", CLOSES_WITHIN_MS) else ""
            if new == "ARMED":
                how = "armed by the button" if self._acted(t_ms, 2000, "press", "button_up") else "millivolts rise"
                self._box(t_ms, how + closes, "bold")
            else:
                left = countdown(line["remaining_s"])
                self._box(t_ms, f"timer starts, {left} on the clock{closes}", "bold")
        elif new == "VERIFYING" and old is None and line["cause"] == "RESTART":
            self._box(t_ms, "was burning before: stays open and waits", "warn")
        elif new == "IDLE" and old is None:
            self._box(t_ms, "ready", "dim")
        elif (old, new) in STATE_WORDS:
            words, style = STATE_WORDS[old, new]
            self._box(
                t_ms,
                words.format(left=countdown(line["remaining_s"]), spoken_left=_spoken_left(line["remaining_s"])),
                style,
            )

    def _closing(self, line: dict) -> None:
        words = cause_words(line["cause"])
        if self._moves(line["t_ms"], "open", OPENS_WITHIN_MS):
            self._box(line["t_ms"], f"{words}: contact opens", "bold")
        elif value_at(self.contact, line["t_ms"]) == "closed":
            self._box(line["t_ms"], f"{words}: but the contact stays closed", "bad")
        else:
            self._box(line["t_ms"], words, "bold")

    def _beep(self, t_ms: int, sound: str) -> None:
        box = [place for place, item in enumerate(self.told) if item.who == "box"]
        last = self.told[box[-1]] if box else None
        if (
            last
            and sound not in SPEAKING_SOUNDS
            and not last.text.endswith(NOTE)
            and t_ms - last.t_ms <= UNDERLINES_WITHIN_MS
        ):
            self.told[box[-1]] = last._replace(text=last.text + NOTE)
        else:
            self._box(t_ms, f"beep: {SOUND_WORDS.get(sound, sound.lower())}{NOTE}", "plain")

    def _fault(self, line: dict) -> None:
        if line["fault"] is None:
            if line["state"] is not None:
                self._box(line["t_ms"], "fault cleared", "good")
            return
        opens = ": contact opens" if self._moves(line["t_ms"], "open", 100) else ""
        words = FAULT_WORDS.get(line["fault"], line["fault"].replace("_", " ").lower())
        self._box(line["t_ms"], f"FAULT {words}{opens}", "bad")

    def _stove(self, before: dict, line: dict) -> None:
        """The plant's own doings, when the cook's act beside them does not tell them already."""
        t_ms = line["t_ms"]
        gas_went = before["gas"] == "on" and line["gas"] == "off"
        flame_went = before["flame"] == "on" and line["flame"] == "off"
        if gas_went and not self._acted(t_ms, 100, "knob_off"):
            self._stove_does(t_ms, f"{named('magnet', self.burner)} lets go: gas off", "flame")
        elif flame_went and line["gas"] == "on":
            self._stove_does(t_ms, f"{named('flame', self.burner)} is out, the gas flows on", "bad")
        if before["flame"] == "off" and line["flame"] == "on" and not self._acted(t_ms, 3000, "light"):
            self._stove_does(t_ms, f"{named('flame', self.burner)} burns", "flame")


def _cooks_news(result: Result, scenario: Any, several: bool) -> list[News]:
    """What the plan's events were, and the letting go of the knob that each lighting implies."""
    news = []
    done = events_done(result, scenario)
    for t_ms, do, burner, args in done:
        whose = burner if several else None
        news.append(News(t_ms, "cook", event_words(do, args, whose), "cook" if do in COOK_ACTS else "warn"))
        let_go_ms = t_ms + args.get("hold_ms", 0)
        if do == "light" and let_go_ms <= end_of(result):
            stays = any(other in COOK_ACTS and t_ms < at_ms <= let_go_ms + WALKS_AWAY_MS for at_ms, other, _, _ in done)
            away = "" if stays else ", walks away"
            news.append(News(let_go_ms, "cook", f"lets go of {named('knob', whose)}{away}", "cook"))
    return news


def _box_wide_news(result: Result) -> list[News]:
    """Chip down and up, what the program printed, and what the simulator itself saw go wrong."""
    news = []
    ups = 0
    for kind, t_ms, text in result.marks:
        if kind == "down":
            news.append(News(t_ms, "box", DOWN_WORDS.get(text, f"down: {text}"), "bad"))
        elif kind == "up":
            news.append(News(t_ms, "box", "starts again, contact open" if ups else "starts, contact open", "dim"))
            ups += 1
        elif kind == "violation":
            burner, _, what = text.partition(" ")
            whose = f"burner {int(burner) + 1}: " if burner.isdecimal() else ""
            news.append(News(t_ms, "box", f"FORBIDDEN {whose}{what}", "bad"))
    news += [News(t_ms or 0, "box", f"› {text}", "dim") for t_ms, text in result.console]
    return news


# ---- the table ---------------------------------------------------------------------------------------------

WORLD_COLUMNS, BOX_COLUMNS = 32, 40
SYMBOLS = {("on", "on"): ("●", "flame"), ("on", "off"): ("◍", "bad")}
SYMBOL_OFF = ("·", "dim")


TIED = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|mΩ|µV)\b|%)|(?<=knob) (?=\d)| (?=♪)")


def wrapped(text: str, width: int) -> list[str]:
    """At most three lines of `width` characters, nothing unprintable; a number stays beside its unit."""
    tied = TIED.sub("\u00a0", "".join(c if c.isprintable() else "?" for c in text))
    out = textwrap.wrap(tied, width, subsequent_indent="  ", max_lines=3, placeholder=" …") or [""]
    return [line.replace("\u00a0", " ") for line in out]


class _Table:
    """Rows of four cells with box-drawing between them; widths are counted before colour is added."""

    def __init__(self, burners: int, color: bool):
        self.widths = (8, WORLD_COLUMNS, BOX_COLUMNS, max(3, 2 * burners - 1))
        self.color = color
        self.out: list[str] = []

    def paint(self, text: str, style: str) -> str:
        code = STYLES[style]
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text else text

    def rule(self, joint: str) -> None:
        self.out.append(self.paint(" " + joint.join("─" * (width + 2) for width in self.widths), "dim"))

    def row(self, time: str, world: tuple[str, str], box: tuple[str, str], gas: list[tuple[str, str]]) -> None:
        left, right = wrapped(world[0], self.widths[1]), wrapped(box[0], self.widths[2])
        bar = self.paint("│", "dim")
        for n in range(max(len(left), len(right))):
            first = left[n] if n < len(left) else ""
            second = right[n] if n < len(right) else ""
            cells = [
                f"{time if n == 0 else '':>{self.widths[0]}}",
                self.paint(first, world[1]) + " " * (self.widths[1] - len(first)),
                self.paint(second, box[1]) + " " * (self.widths[2] - len(second)),
                " ".join(self.paint(symbol, style) for symbol, style in gas),
            ]
            self.out.append(("  " + f" {bar} ".join(cells)).rstrip())

    def legend(self) -> None:
        known = {
            "burning": SYMBOLS["on", "on"],
            "gas, no flame": SYMBOLS["on", "off"],
            "off": SYMBOL_OFF,
            "a beep": (NOTE.strip(), "plain"),
        }
        self.out.append(
            "  "
            + "   ".join(
                self.paint(symbol, style) + self.paint(f" {word}", "dim") for word, (symbol, style) in known.items()
            )
        )


def _quiet_words(burning: bool, leaking: bool, down: bool, gap_ms: int) -> tuple[str, str]:
    length = spoken(gap_ms // 1000 * 1000)
    if leaking:
        return f"… {length} of gas without a flame …", "bad"
    if burning:
        return f"… {length} of cooking …", "dim"
    return (f"… {length}, the box is down …" if down else f"… {length}, all off …"), "dim"


def _fill(table: _Table, news: list[News], traces: list[list[dict]], ended_ms: int) -> None:
    gas = [changes(trace, "gas") for trace in traces]
    flame = [changes(trace, "flame") for trace in traces]
    state = [changes(trace, "state") for trace in traces]

    def burning(t_ms: int) -> list[tuple[str, str]]:
        return [(value_at(g, t_ms), value_at(f, t_ms)) for g, f in zip(gas, flame, strict=True)]

    def symbols(t_ms: int) -> list[tuple[str, str]]:
        return [SYMBOLS.get(pair, SYMBOL_OFF) for pair in burning(t_ms)]

    def quiet(from_ms: int, to_ms: int) -> None:
        if to_ms - from_ms >= QUIET_MS:
            now = burning(from_ms)
            words, style = _quiet_words(
                any(pair == ("on", "on") for pair in now),
                ("on", "off") in now,
                any(value_at(s, from_ms) is None for s in state),
                to_ms - from_ms,
            )
            table.row("", (words, style), ("", "plain"), symbols(from_ms))

    place, last_ms, shown = 0, 0, ""
    while place < len(news):
        first = news[place]
        world, box = ("", "plain"), ("", "plain")
        end_ms = first.t_ms
        if first.who != "box":
            world = (first.text, first.style)
            place += 1
            answer = news[place] if place < len(news) else None
            if first.who == "cook" and answer and answer.who == "box" and answer.t_ms // 1000 == first.t_ms // 1000:
                box, end_ms = (answer.text, answer.style), answer.t_ms
                place += 1
        else:
            box = (first.text, first.style)
            place += 1
        quiet(last_ms, first.t_ms)
        time = stamp(first.t_ms)
        # the symbols show what this row came to: how things stand just before the next one, or a second later
        next_ms = news[place].t_ms - 1 if place < len(news) else ended_ms
        table.row("" if time == shown else time, world, box, symbols(max(end_ms, min(next_ms, end_ms + 1000))))
        last_ms, shown = end_ms, time
    quiet(last_ms, ended_ms)
    table.row(stamp(ended_ms), ("", "plain"), ("the run ends", "dim"), symbols(ended_ms))


def _summary_lines(numbers: dict[str, Any], several: bool, paint: Any) -> list[str]:
    """The block at the end: a label and a sentence each."""

    def entry(label: str, text: str, style: str = "plain") -> str:
        return f"  {paint(f'{label:<14}', 'dim')} {paint(text, style)}"

    out = []
    for opening in numbers["openings"]:
        whose = f", burner {opening['burner'] + 1}" if several else ""
        out.append(
            entry(
                "contact opened", f"{show_time(opening['opened_ms'])}{whose}: {cause_words(opening['cause'])}", "bold"
            )
        )
        if opening["deadline_ms"] is not None:
            late = abs(opening["late_ms"])
            out.append(
                entry(
                    "",
                    f"{late} ms {'after' if opening['late_ms'] >= 0 else 'before'} the deadline "
                    f"{show_time(opening['deadline_ms'])} (one tick of the box is {TICK_MS} ms)",
                )
            )
        missing = opening["gas_off_ms"] is None and opening["cause"] != "NO_IGNITION"
        at = "" if opening["gas_off_ms"] is None else f", at {show_time(opening['gas_off_ms'])}"
        out.append(entry("", gas_off_words(opening) + at, "bad" if missing else "plain"))
    if not out:
        out.append(entry("contact", "never opened in this run"))
    for burner, ms in enumerate(numbers["gas_on_ms"]):
        whose = f"burner {burner + 1}: " if several else ""
        length = spoken(ms // 1000 * 1000, exact=True) if ms else "never"
        out.append(entry("" if burner else "gas was on", whose + length))
    return out


def lines(result: Result, scenario: Any, color: bool = False) -> list[str]:
    """The run as a table for the terminal, at most 100 columns wide, ending with what closed the gas.

    `color` adds ANSI escapes; without it the text is plain.
    """
    burners = burner_count(result, scenario)
    several = burners > 1
    traces = [result.by_burner.get(burner, []) for burner in range(burners)]
    news = _box_wide_news(result) + _cooks_news(result, scenario, several)
    for burner in range(burners):
        news += _Teller(result, scenario, burner, several).tell()
    # in the same millisecond the cook acts, the box answers, the stove obeys
    news.sort(key=lambda item: (item.t_ms, ("cook", "box", "stove").index(item.who)))

    table = _Table(burners, color)
    table.out.append(" " + table.paint(scenario.name, "bold"))
    for text in textwrap.wrap(getattr(scenario, "about", None) or "", 96):
        table.out.append(" " + table.paint(text, "dim"))
    table.rule("┬")
    table.row("time", ("the cook and the world", "bold"), ("the box", "bold"), [("gas", "bold")])
    table.rule("┼")
    _fill(table, news, traces, end_of(result))
    table.rule("┴")
    table.legend()
    table.out.append("")
    return table.out + _summary_lines(summary(result, scenario), several, table.paint)
