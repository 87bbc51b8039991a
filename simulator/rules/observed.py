"""A run as the invariants look at it: coil intervals, what the user did, where the program stood still."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from simulator.result import DYING_MS, Result
from simulator.rules.acts import BRIDGES, DISTURBANCES, ENDS, PROVOKES, Done, is_mild, lasting_at
from simulator.rules.gestures import BRIDGE_MS, GESTURES, HOLD_MS
from simulator.rules.numbers import TICK_MS
from simulator.run_settings import settings_of
from simulator.times import show_time

TWO_TICKS_MS = 2 * TICK_MS  # an event just after a tick is seen by the next one and acted on in it
WATCHDOG_MS = 4000  # a program that stands still longer than this is reset, so no stall is longer
DRIVE_RELEASE_MS = 50  # the slowest relay of the plants drops out this long after its coil
CPU_RESETS = ("wdt", "hard", "soft")  # the others reset the whole chip, and pins float
PUMP_MAX_MS = 4000  # the longest that the pump feeds the coils without an edge
DEBOUNCE_MS = 60  # the firmware's two readings, and the tick in which the second comes
ENDED_MS = BRIDGE_MS + DEBOUNCE_MS  # from the release of a button to the end of the gesture
APART_MS = ENDED_MS  # a button that is up for less than this may be taken for a worn one
LOCAL_ACT_MS = ENDED_MS + 400  # from the release of a button to the coil: and two ticks, some edges of the pump
FRESH_HAND_MS = 1000  # a knob held for so long after a start is an ignition
LIGHT_SEEN_MS = 5000  # the tip may go on rising this long after the user has released the knob
TIP_RISES_MS = 15_000  # and this long after the ignition while it burns: the slowest tip (6 s) of the strongest flame


SERVICES_RESTART_MS = 30_000  # services that died are started again; a remote OFF waits for them
SERVICES_POLL_MS = 100  # their rhythm: a request that came while they could not listen is heard in the next round


def where(burner: int, t_ms: int) -> str:
    """Burner and time, as every sentence begins."""
    return f"burner {burner} at {show_time(t_ms)}"


@dataclass(frozen=True)
class Interval:
    """The coil of one burner on from on_ms to off_ms; `off` is the line that ended it, None at the end."""

    burner: int
    on_ms: int
    off_ms: int
    off: Any


@dataclass(frozen=True)
class Touch:
    """One time that a button was down. seen_ms: how long of it the program ran; up_ms: the end if it never rose."""

    down_ms: int
    up_ms: int
    seen_ms: int


class View:
    """A run prepared for the checks: settled lines, coil intervals, events, stalls, starts."""

    def __init__(self, result: Result, plan: dict[str, Any]):
        self.result = result
        self.plan = plan
        self.settings: Any = settings_of(plan)  # None when broken: then some checks are not made
        self._touches: dict[int, list[Touch]] = {}

    @cached_property
    def lines(self) -> dict[int, list[dict[str, Any]]]:
        """Per burner, the last line of each millisecond: what was superseded at once was never there."""
        return {
            burner: [
                line for line, after in zip_longest(lines, lines[1:]) if after is None or after["t_ms"] > line["t_ms"]
            ]
            for burner, lines in self.result.by_burner.items()
        }

    def at(self, burner: int, t_ms: int) -> dict[str, Any]:
        """The line in force at that time, of a burner that is known to have one."""
        line = self.result.at(burner, t_ms)
        assert line is not None
        return line

    @cached_property
    def intervals(self) -> list[Interval]:
        return [
            Interval(burner, on_ms, off_ms, off)
            for burner in self.lines
            for on_ms, off_ms, off in self.stretches(burner, lambda line: line["coil"] == "on")
        ]

    def stretches(
        self, burner: int, holds: Callable[[dict[str, Any]], bool]
    ) -> Iterator[tuple[int, int, dict[str, Any] | None]]:
        """(from_ms, to_ms, the first line after it) of every longest stretch in which `holds`."""
        start = None
        for line in self.lines.get(burner, []):
            if holds(line) and start is None:
                start = line["t_ms"]
            elif start is not None and not holds(line):
                yield start, line["t_ms"], line
                start = None
        if start is not None:
            yield start, max(self.result.last_ms, start), None

    @cached_property
    def _levels(self) -> dict[int, list[tuple[int, int]]]:
        """(t_ms, bits of plant/witness.py) of each burner, whenever they changed."""
        found: dict[int, list[tuple[int, int]]] = {burner: [(0, 0)] for burner in self.lines}
        for kind, t_ms, text in self.result.marks:
            if kind == "levels":
                burner, bits = (int(word) for word in text.split())
                found.setdefault(burner, [(0, 0)]).append((t_ms, bits))
        return found

    @cached_property
    def _moments(self) -> dict[int, list[tuple[int, dict[str, Any], int]]]:
        """(t_ms, line, bits) of each burner, whenever either changed."""
        found = {}
        for burner, lines in self.lines.items():
            news: list[tuple[int, dict[str, Any] | None, int | None]] = [(line["t_ms"], line, None) for line in lines]
            news += [(t_ms, None, bits) for t_ms, bits in self._levels[burner]]
            line, bits, moments = lines[0], 0, []
            for t_ms, new_line, new_bits in sorted(news, key=lambda one: one[0]):
                line = new_line or line
                bits = bits if new_bits is None else new_bits
                moments.append((t_ms, line, bits))
            found[burner] = moments
        return found

    def spans(self, burner: int, holds: Callable[[dict[str, Any], int], bool]) -> Iterator[tuple[int, int]]:
        """(from_ms, to_ms) of every longest time in which `holds(line, bits)`; the last one ends with the run."""
        start = None
        moments = self._moments[burner]
        for at, (t_ms, line, bits) in enumerate(moments):
            if at + 1 < len(moments) and moments[at + 1][0] == t_ms:
                continue  # superseded at once
            if holds(line, bits) and start is None:
                start = t_ms
            elif start is not None and not holds(line, bits):
                yield start, t_ms
                start = None
        if start is not None:
            yield start, max(self.result.last_ms, start)

    def spans_within(self, burner: int, from_ms: int, to_ms: int, holds: Callable[[dict[str, Any], int], bool]) -> bool:
        """Whether `holds(line, bits)` at some moment of that time."""
        return any(start <= to_ms and end >= from_ms for start, end in self.spans(burner, holds))

    @cached_property
    def provoked_ms(self) -> int:
        """When the scenario first did something that may end the program; what comes of it may last."""
        asked = [act.at_ms for act in self.done if act.do in PROVOKES]
        thrown_in = [
            t_ms for kind, t_ms, _ in self.result.marks if kind == "raised"
        ]  # a fake or the crash tests did it
        return min([*asked, *thrown_in], default=self.result.last_ms + 1)

    @cached_property
    def done(self) -> list[Done]:
        """The events, at the time the machine side tells; at their planned time where it tells nothing."""
        reported = {int(text): t_ms for kind, t_ms, text in self.result.marks if kind == "do"}
        done = []
        for index, (at_ms, do, burner, args) in enumerate(self.plan["events"]):
            done.append(Done(reported.get(index, at_ms), do, burner, args))
            if do in ENDS and args.get("ms"):  # it ended by itself
                done.append(Done(done[-1].at_ms + args["ms"], ENDS[do][0], burner, ENDS[do][1]))
        return sorted(done, key=lambda one: one.at_ms)

    @cached_property
    def stalls(self) -> list[tuple[int, int]]:
        """(from_ms, to_ms) in which the program stood still, by name and never longer than the watchdog."""
        named = [(event.at_ms, event.args["ms"]) for event in self.done if event.do in ("gil_hold", "hang")]
        held = [(t_ms, int(text)) for kind, t_ms, text in self.result.marks if kind == "held"]  # calls that blocked
        stood = [(at_ms, at_ms + min(ms, WATCHDOG_MS) + DRIVE_RELEASE_MS) for at_ms, ms in named + held]
        return sorted(stood + self._kept_pins)

    @property
    def _kept_pins(self) -> list[tuple[int, int]]:
        """(from_ms, to_ms) after a reset of the CPU alone: pins keep their level until boot.py runs.

        With the pulse drive the coils have lost their supply long before a start that never comes.
        """
        pulse = self.plan["settings"] and self.plan["settings"].get("relay_drive", "pulse") == "pulse"
        pulse = pulse and not any(act.do == "pump" for act in self.done)  # which need not empty; its self-test says so
        found = []
        for kind, t_ms, text in self.result.marks:
            if kind == "down" and text in CPU_RESETS:
                up_ms = next((ms for ms in self.ups if ms > t_ms), self.result.last_ms)
                found.append((t_ms, min(up_ms, t_ms + PUMP_MAX_MS if pulse else up_ms) + DRIVE_RELEASE_MS))
        return found

    def stalled(self, from_ms: int, to_ms: int) -> bool:
        return any(start <= to_ms and end >= from_ms for start, end in self.stalls)

    def longest_stall(self, from_ms: int, to_ms: int) -> int:
        """The longest time in [from_ms, to_ms] that one named stall took, in ms."""
        return max([0, *(min(end, to_ms) - max(start, from_ms) for start, end in self.stalls)])

    def late_by_name(self, due_ms: int) -> int:
        """How much later than due_ms something may be because a named stall lay over it.

        One that began before the other was over makes it longer: the program did not run between.
        """
        by_ms, late_ms = due_ms + TWO_TICKS_MS, due_ms
        while ends := [end for start, end in self.stalls if start <= by_ms and end > late_ms]:
            late_ms = max(ends)
            by_ms = late_ms - DRIVE_RELEASE_MS
        return late_ms - due_ms

    def stalled_ms(self, from_ms: int, to_ms: int) -> int:
        """How long the program stood still in [from_ms, to_ms], all stalls together."""
        return sum(max(0, min(end, to_ms) - max(start, from_ms)) for start, end in self.stalls)

    def run_for(self, from_ms: int, ms: int) -> int:
        """When the program had run for so long since from_ms, stalls not counted."""
        end_ms = from_ms + ms
        while (later_ms := from_ms + ms + self.stalled_ms(from_ms, end_ms)) > end_ms:
            end_ms = later_ms
        return end_ms

    @cached_property
    def ups(self) -> list[int]:
        return [t_ms for kind, t_ms, _ in self.result.marks if kind == "up"]

    @cached_property
    def downs(self) -> list[int]:
        return [t_ms for kind, t_ms, _ in self.result.marks if kind == "down"]

    def up_for_ms(self, t_ms: int) -> int:
        """How long the program has run at that time since its start, 0 while it is down, or on its way out."""
        up_ms = max((up for up in self.ups if up <= t_ms), default=t_ms)
        ends = [*self.downs, *(raised_ms for raised_ms, _, _ in self.fatal)]
        if any(up_ms <= end_ms <= t_ms for end_ms in ends):
            return 0
        return t_ms - up_ms - self.stalled_ms(up_ms, t_ms)

    @cached_property
    def fatal(self) -> list[tuple[int, str, str]]:
        """(t_ms, call, error) of every exception in the loop but the two that it knows how to live with.

        Those are a bus or a light that does not answer, and a thread that finds no room.
        """
        found = []
        for kind, t_ms, text in self.result.marks:
            if kind == "raised":
                thread, call, error = text.split()
                silent_bus = call.startswith(("I2C.", "NeoPixel.")) and error == "OSError"
                no_room = call.startswith("_thread.") and error in ("OSError", "MemoryError")
                if thread == "loop" and not (silent_bus or no_room):
                    found.append((t_ms, call, error))
        return found

    def broke_off(self, from_ms: int, to_ms: int) -> bool:
        """Whether the program ended, started, or met an exception in that time."""
        marks = ("down", "up", "raised")
        return any(kind in marks and from_ms <= t_ms <= to_ms for kind, t_ms, _ in self.result.marks)

    def acts(self, burner: int, *names: str) -> list[Done]:
        return [event for event in self.done if event.burner == burner and event.do in names]

    def touches(self, burner: int) -> list[Touch]:
        """Every time that the button of a burner was down, whichever acts overlap to make it so."""
        if burner not in self._touches:
            self._touches[burner] = list(self._find_touches(burner))
        return self._touches[burner]

    def _find_touches(self, burner: int) -> Iterator[Touch]:
        moves = []
        for index, act in enumerate(self.done):
            if act.do in GESTURES and act.burner == burner:
                for number, (later_ms, down) in enumerate(GESTURES[act.do](act.args)):
                    moves.append((act.at_ms + later_ms, index, number, down))
        down_ms = None
        for t_ms, _, _, down in [*sorted(moves), (max(self.result.last_ms, self.plan["until_ms"]), 0, 0, False)]:
            if down and down_ms is None:
                down_ms = t_ms
            elif not down and down_ms is not None:
                yield Touch(down_ms, t_ms, t_ms - down_ms - self.stalled_ms(down_ms, t_ms))
                down_ms = None

    def local_act_before(self, burner: int, on_ms: int, since_ms: int) -> bool:
        """Whether a local act, at since_ms or later, can be why the coil went on at on_ms."""
        for touch in self.touches(burner):
            off = touch.seen_ms >= HOLD_MS + DEBOUNCE_MS
            late_ms = on_ms - touch.up_ms - self.stalled_ms(touch.up_ms, on_ms)
            if not off and since_ms <= touch.down_ms and touch.up_ms <= on_ms and late_ms <= LOCAL_ACT_MS:
                return True
        # An ignition that began before counts as well, while the knob is held, and just after it if the flame is a new
        # one, or if it was there long enough to be meant for what came after.
        new_flame = any(line["flame"] == "off" for line in self.result.during(burner, since_ms, on_ms))
        for event in self.acts(burner, "light"):
            on_knob = event.at_ms <= on_ms <= event.over_ms
            just_left = event.over_ms < on_ms <= event.over_ms + LIGHT_SEEN_MS and since_ms <= event.over_ms
            meant = since_ms <= max(event.at_ms, event.over_ms - FRESH_HAND_MS)
            # A valve that sticks keeps it burning with the contact open, also over a start.
            young = on_ms <= event.at_ms + TIP_RISES_MS and self.burnt(burner, event.over_ms, on_ms)
            fresh = on_knob or young or (just_left and (new_flame or meant))
            if fresh and self.flame_arms(burner, event.at_ms, on_ms):
                return True
        return False

    def flame_arms(self, burner: int, from_ms: int, to_ms: int) -> bool:
        """Whether a flame in that time may arm by itself: auto_arm, a sensor, and the flame really there."""
        return self.settings["auto_arm"] and self.has_sensor(burner) and self.had_flame(burner, from_ms, to_ms)

    def has_sensor(self, burner: int) -> bool:
        """Whether the settings say that a sensor is fitted to the burner."""
        entries = self.settings.get("burners", [])
        return entries[burner].get("sensor", True) if burner < len(entries) else True

    def had_flame(self, burner: int, from_ms: int, to_ms: int) -> bool:
        """Whether a flame really burnt at some time in [from_ms, to_ms]."""
        return any(line["flame"] == "on" for line in self.result.during(burner, from_ms, to_ms))

    def burnt(self, burner: int, from_ms: int, to_ms: int) -> bool:
        """Whether a flame really burnt all the time in [from_ms, to_ms]."""
        return from_ms <= to_ms and all(line["flame"] == "on" for line in self.result.during(burner, from_ms, to_ms))

    def silences(self, burner: int) -> list[tuple[int, int]]:
        """(from_ms, to_ms) in which the burner's converter gave no reading: one is shared by two, a bus by all."""
        found, since_ms = self._stuck_buses(), None
        for event in self.done:
            if event.do != "sensor" or event.burner // 2 != burner // 2:
                continue
            if event.args["value"] in ("stale", "i2c_error"):
                since_ms = event.at_ms if since_ms is None else since_ms
            elif event.args["value"] == "ok" and since_ms is not None:
                found.append((since_ms, event.at_ms))
                since_ms = None
        return found if since_ms is None else [*found, (since_ms, self.result.last_ms)]

    def _stuck_buses(self) -> list[tuple[int, int]]:
        """(from_ms, to_ms) in which every transfer failed; the last event says until when."""
        stuck = [event for event in self.done if event.do == "i2c_stuck"]
        found = []
        for event, later in zip(stuck, [*stuck[1:], None], strict=False):
            next_ms = self.result.last_ms if later is None else later.at_ms
            if event.args["try_ms"]:
                found.append((event.at_ms, min(event.at_ms + event.args["ms"], next_ms)))
        return found

    def senses(self, burner: int, from_ms: int, to_ms: int, quiet: bool = True) -> bool:
        """Whether converter and leads of the burner were sound, and also quiet, in [from_ms, to_ms]."""
        leads = {"tc": "ok", "magnet": "ok"}
        for event in self.acts(burner, "sensor"):
            value, side = event.args["value"], event.args.get("side", "both")
            if event.at_ms <= to_ms and value in ("ok", "open", "short"):
                leads.update({name: value for name in leads if side in (name, "both")})
        around = lasting_at(self.acts(burner, *DISTURBANCES), from_ms, to_ms)
        if around and (quiet or any(event.do in ("heat", "coil_open") or not is_mild(event) for event in around)):
            return False
        silent = any(start <= to_ms and end >= from_ms for start, end in self.silences(burner))
        return not silent and set(leads.values()) == {"ok"} and self.level_uv("noise", burner, to_ms) == 0

    def level_uv(self, what: str, burner: int, t_ms: int) -> int:
        """The noise, or the offset, on the burner's readings at that time."""
        levels = [event.args["uv"] for event in self.acts(burner, what) if event.at_ms <= t_ms]
        return levels[-1] if levels else 0

    def is_bridged(self, burner: int, t_ms: int) -> bool:
        """Whether weld or bypass kept the magnet's loop closed at that time."""
        last_ms = self.last_bridged_ms(burner, t_ms)
        return last_ms is not None and last_ms >= t_ms

    def last_seen_closed_ms(self, burner: int, t_ms: int) -> int | None:
        """Until when the open contact may have looked closed, for a bridge or for noise; None for never."""
        noise_ms = [event.at_ms for event in self.acts(burner, "noise") if event.at_ms <= t_ms]
        return max((ms for ms in (*noise_ms, self.last_bridged_ms(burner, t_ms)) if ms is not None), default=None)

    def last_bridged_ms(self, burner: int, t_ms: int) -> int | None:
        """Until when, at t_ms or before, weld, stuck pin or bypass kept the loop closed; None for never."""
        bridges = {"bypass"} if self.plan["stove"].get("bypass", False) else set()
        last_ms = 0 if bridges else None
        for event in self.acts(burner, *BRIDGES):
            if event.at_ms > t_ms:
                break
            if bridges:
                last_ms = event.at_ms
            name, closes = BRIDGES[event.do](event.args)
            bridges = bridges | {name} if closes else bridges - {name}
        return t_ms if bridges else last_ms

    def is_driven(self, burner: int, t_ms: int) -> bool:
        """Whether a stuck pin alone kept the loop closed at that time."""
        last: dict[str, bool] = {"bypass": self.plan["stove"].get("bypass", False)}
        for event in self.acts(burner, *BRIDGES):
            if event.at_ms <= t_ms:
                last.update([BRIDGES[event.do](event.args)])
        pump = any(event.do == "pump" or event.do == "stick_pin" and event.args["pin"] == "pump" for event in self.done)
        return last.pop("relay", False) and not any(last.values()) and not pump

    def reads_true(self, burner: int, from_ms: int, to_ms: int) -> bool:
        """Whether leads and converter told of the true millivolts in that time, but for mild disturbances.

        What is beyond these bounds has a fault of its own (SENSOR_FAILED, S8), or nothing can know it.
        """
        leads = {"tc": "ok", "magnet": "ok"}
        for event in self.acts(burner, "sensor", "coil_open"):
            if event.do == "coil_open" and event.at_ms <= to_ms:
                return False
            value, side = event.args.get("value"), event.args.get("side", "both")
            if event.at_ms <= to_ms and value in ("ok", "open", "short"):
                leads.update({name: value for name in leads if side in (name, "both")})
                if event.at_ms >= from_ms:
                    return False
        mild = all(is_mild(event) for event in self.acts(burner, *DISTURBANCES, "noise") if event.at_ms <= to_ms)
        silent = any(start <= to_ms and end >= from_ms for start, end in self.silences(burner))
        return mild and not silent and set(leads.values()) == {"ok"}

    def is_welded(self, burner: int, t_ms: int) -> bool:
        """Whether a weld or a stuck pin kept the contact itself closed at that time."""
        last: dict[str, bool] = {}
        for event in self.acts(burner, *BRIDGES):
            if event.at_ms <= t_ms:
                last.update([BRIDGES[event.do](event.args)])
        return last.get("weld", False) or last.get("relay", False)

    def services_away_ms(self, word: Done) -> int:
        """How long a word over the air may wait for services that are blocked or dead."""
        back_ms = word.at_ms
        for event in self.done:  # in the order of time: one may begin before the other has ended
            if event.do in ("services_block", "services_die") and event.at_ms <= back_ms:
                back_ms = max(back_ms, event.at_ms + event.args.get("ms", SERVICES_RESTART_MS))
            if event.do == "memory_full" and event.at_ms <= back_ms:
                back_ms = max(back_ms, event.at_ms + event.args["ms"] + SERVICES_RESTART_MS)
            if event.do == "gil_hold" and event.at_ms <= back_ms <= event.at_ms + event.args["ms"]:
                back_ms = event.at_ms + event.args["ms"] + SERVICES_POLL_MS  # they stood still as well
        return back_ms - word.at_ms

    def is_dying(self, interval: Interval) -> bool:
        """Whether the coil went off because, or while, the program came to an end: it tells RESTART later."""
        if interval.off["state"] is None or self.stalled(interval.off_ms, interval.off_ms):
            return True
        return any(0 <= down_ms - interval.off_ms <= DYING_MS for down_ms in self.downs)
