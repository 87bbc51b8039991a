"""A scenario that is written while it is cooked, cooked again from its text, and made as small as it can be."""

import json
import os
import tempfile
from pathlib import Path

from host_tests.fixtures.world import TICK_MS, Box
from simulator import run_settings, scenario, words
from simulator.fields import ScenarioError
from simulator.result import parse
from simulator.rules import invariants
from simulator.times import parse_time, show_time

PASTE = "Paste this into FILE and run  .venv/bin/python -m simulator run FILE --vm cpython"
ONLY_HERE = {"TICK", "TRACEBACK"}  # what the simulator does not look at: ask cooked() again
CONSOLE_SHOWN = 1500  # characters, the last ones
GAPS_MS = (TICK_MS, 1000, 5000, 10_000, 30_000)  # between two events, and behind the last one: the smallest will do


def violations(lines, plan):
    """What the invariants say of a whole run, as (name, sentence)."""
    return invariants.check(parse(lines), plan)


class Cook:
    """A box on a stove; `top` is what stands in its scenario file, with the events so far.

    top: "settings" or "settings_text", and "stove" with burners and sensor. judge: as violations(). `wrong` is the
    first that did not hold, as (name, sentence), None so far. Use as a context: the current folder is the flash.
    """

    def __init__(self, top, judge=violations):
        self.top = {"name": "a random cook", "seed": 1, **top, "events": []}
        self.judge = judge
        self.wrong = None

    def __enter__(self):
        plan = self.plan(1)
        stove = self.top["stove"]
        given = {key: self.top[key] for key in ("settings_text",) if key in self.top} or self.top["settings"]
        self._home = os.getcwd()
        self._flash = tempfile.TemporaryDirectory(prefix="curfew-")
        os.chdir(self._flash.name)
        folder = Path(self._flash.name)
        self.box = Box(folder, stove["burners"], stove["sensor"], plan["stove"], idle=False, **given)
        return self

    def __exit__(self, *_):
        os.chdir(self._home)
        self._flash.cleanup()

    def plan(self, until_ms):
        """The plan of the cook so far, as the simulator makes it."""
        text = json.dumps({**self.top, "until": show_time(until_ms)})
        return scenario.parse(text, run_settings.shipped()).plan

    def act(self, event):
        """Let an event begin now, without its `at`."""
        now_ms = self.box.world.now_ms
        self.top["events"].append({"at": show_time(now_ms), "do": event["do"], **event})
        _, do, burner, args = self.plan(now_ms + 1)["events"][-1]
        self.box.do(do, burner, **args)

    def plan_ahead(self, events):
        """Let the events of a plan happen each at its time, be it in the middle of a stall."""
        world = self.box.world
        for event in events:
            self.box.plan["events"].append(event)
            world._plan_event(world._asked, event)
            world._asked += 1
        world._queue.sort(key=lambda act: act[:2])

    def wait(self, ms):
        """Let time pass, as long as everything holds."""
        end_ms = self.box.world.now_ms + ms
        while self.wrong is None and self.box.world.now_ms < end_ms:
            try:
                self.box.tick()
                self._look()
            except AssertionError as error:
                self.wrong = ("TICK", str(error))
            except Exception:  # not even main.py caught it: the chip waits at its prompt
                self.box._stop()

    def _look(self):
        """The plant's truth after a tick: only a living program that means it drives a coil."""
        for index, burner in enumerate(self.box.world.burners):
            if burner.coil and (self.box.loop is None or self.box.state(index) not in words.CONDUCTING_STATES):
                self.wrong = ("TICK", f"burner {index}: the coil is on in state {self.box.state(index)}")

    def end(self):
        """It is over: judge it all."""
        if self.wrong is None:
            self.box.world.end()
            self.wrong = next(iter(self.judge(self.box.lines, self.box.plan)), None)
        asked_for = any(event["do"] == "raise" for event in self.top["events"])
        if self.wrong is None and "Traceback" in self.box.console() and not asked_for:
            self.wrong = ("TRACEBACK", self.box.console()[-CONSOLE_SHOWN:])
        self.top["until"] = show_time(self.box.world.now_ms)


def cooked(top, judge=violations):
    """What did not hold in the cook of a scenario file, as (name, sentence); None when all did or there is no such."""
    until_ms = parse_time(top["until"])
    try:
        with Cook(top, judge) as cook:
            cook.top["events"] = top["events"]
            cook.plan_ahead(cook.plan(until_ms)["events"])
            cook.wait(until_ms)
            cook.end()
            return cook.wrong
    except ScenarioError:
        return None


# --- smaller ---------------------------------------------------------------------------------------------------------


def smallest(top, fails):
    """The scenario without all that it does not take to fail; fails(top) says whether one does."""
    before = None
    while top != before:
        before = top
        for smaller in (_without_events, _without_time, _without_keys):
            top = smaller(top, fails)
    return top


def _without_events(top, fails):
    events = top["events"]
    count = len(events)
    while count:
        at = 0
        while at < len(events):
            fewer = events[:at] + events[at + count :]
            if fails({**top, "events": fewer}):
                events = fewer
            else:
                at += count
        count //= 2
    return {**top, "events": events}


def _without_time(top, fails):
    """Every event, and the end, as soon after the one before as it can be."""
    times = [0, *(parse_time(event["at"]) for event in top["events"]), parse_time(top["until"])]
    for at in range(1, len(times)):
        for gap_ms in GAPS_MS:
            less_ms = times[at] - times[at - 1] - gap_ms
            if less_ms <= 0:
                break
            sooner = times[:at] + [t_ms - less_ms for t_ms in times[at:]]
            if fails(_timed(top, sooner)):
                times = sooner
                break
    return _timed(top, times)


def _timed(top, times):
    events = [{**event, "at": show_time(at_ms)} for event, at_ms in zip(top["events"], times[1:-1], strict=True)]
    return {**top, "events": events, "until": show_time(times[-1])}


def _without_keys(top, fails):
    """Settings, stove and arguments as they are when nothing is said about them."""
    for part in ("settings", "stove"):
        for key in list(top.get(part, {})):
            if key not in ("burners", "sensor"):
                less = {**top, part: {name: value for name, value in top[part].items() if name != key}}
                top = less if fails(less) else top
    for at, event in enumerate(top["events"]):
        for key in list(event):
            events = [*top["events"]]
            events[at] = {name: value for name, value in events[at].items() if name != key}
            if key not in ("at", "do") and fails({**top, "events": events}):
                top = {**top, "events": events}
    return top


def pasted(top):
    """The text of a scenario file."""
    parts = {"name": top["name"], "until": top["until"], **top}
    rows = [json.dumps(event) for event in parts.pop("events")]
    head = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in parts.items())
    return "{\n" + head + ',\n "events": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


def told(top, wrong):
    """What is said of a cook in which something did not hold."""
    hint = "Only cooked() of host_tests/simulator/session.py sees this:" if wrong[0] in ONLY_HERE else PASTE
    return f"{wrong[0]}: {wrong[1]}\n\n{hint}\n\n{pasted(top)}"
