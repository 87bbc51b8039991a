"""What the user does at the interactive stove, done now and recorded as the events of a scenario."""

import json
import random
from collections.abc import Callable
from typing import Any

from simulator import fingers, run_settings, scenario
from simulator.fields import read_json
from simulator.inside import MODULES
from simulator.live import recording
from simulator.live.recording import CALLS, HELD_MS, SPEEDS, TICK_MS, Refused
from simulator.times import parse_time, show_time

world_module: Any = MODULES["world"]


class RecordedStove:
    """A stove with a record: `items` as a scenario has them, the plan's events beside them.

    To be given by the one who runs it: world, plan, lines, _values (the snapshot), _changed().
    """

    world: Any
    plan: dict[str, Any]
    lines: list[str]
    _values: Any
    _changed: Callable[[], None]

    def load(self, top: dict[str, Any], speed: int) -> None:
        """Take a scenario, whose events happen by themselves. Raises ScenarioError."""
        self.top = top
        text = json.dumps({"until": show_time(scenario.UNTIL_MAX_MS), **top})
        self.scenario = scenario.parse(text, run_settings.shipped())
        self.until_ms = parse_time(top["until"]) if "until" in top else None
        items = top.get("events", [])
        self.items = sorted(items, key=lambda item: parse_time(item["at"]) or 0)
        self.speed = speed
        self.pace = 0.0  # how fast the stove really went lately
        self.tone_hz = 0
        self.digits = 0
        self.pixels = [0] * 4
        self.over: str | None = None  # why the stove stopped by itself
        self._step_to_ms = 0
        self._holds: dict[int, int] = {}  # burner: index of the `light` whose knob is still held

    def is_lit(self) -> bool:
        """Whether anything burns, moves or sounds: then one looks more often."""
        return any(burner.flame or burner.pressed or burner.moving_ms > 0 for burner in self.world.burners)

    def set_speed(self, speed: int) -> None:
        """Stove seconds in a second; 0: pause."""
        if speed not in SPEEDS:
            raise Refused(f"speed: {speed} is not one of {', '.join(map(str, SPEEDS))}")
        if self.over and speed:
            raise Refused(self.over)
        self.speed = speed
        self._changed()

    def step(self, ms: int) -> None:
        """Let so much stove time pass, and pause."""
        self.set_speed(0)
        self._step_to_ms = self.world.now_ms + max(TICK_MS, min(int(ms), 3_600_000))

    def saved(self, name: str | None = None) -> dict[str, Any]:
        """What was done until now as a scenario that the command line plays to the same result."""
        return recording.as_scenario(self, name)

    def frame(self) -> dict[str, Any]:
        """Everything that one can see just now; t in ms, the burners as lists in the order of BURNER_KEYS."""
        world = self.world
        return {
            "t": world.now_ms,
            "speed": self.speed,
            "pace": round(self.pace, 1),
            "powered": world.powered,
            "running": world.running,
            "tone": self.tone_hz,
            "digits": self.digits if world.running else 0,
            "burners": [recording.burner_values(self, index) for index in range(len(world.burners))],
        }

    def act(self, item: dict[str, Any]) -> None:
        """Begin an entry of `events` now; its time is that of the stove. Raises ScenarioError, Refused."""
        item = {"at": show_time(self.world.now_ms), **{key: value for key, value in item.items() if key != "at"}}
        burner = item.get("burner", 0)
        if item.get("do") == "light":
            self._let_go(burner)
        event = self._parsed(item)
        if event[1] == "raise" and event[3]["in"] not in CALLS:
            raise Refused(f'in: "{event[3]["in"]}" is not one of {", ".join(CALLS)}')
        if event[1] == "knob_off":
            self._let_go(burner)
        self._record(item, event)
        self.world.do(event[1], event[2], event[3])
        self._changed()

    def button(self, burner: int, down: bool) -> None:
        """A finger goes down on the button of a burner, or up."""
        if self._known(burner) and self.world.buttons[burner] != down:
            self.act({"do": "button_down" if down else "button_up", "burner": burner})

    def finger(self, burner: int, name: str) -> None:
        """Let a finger of fingers.FINGERS do what it does with the button of a burner; each stroke is recorded."""
        self._known(burner)
        if name not in fingers.FINGERS:
            raise Refused(f"finger: {name!r} is not one of {', '.join(fingers.FINGERS)}")
        for down_ms, up_ms in fingers.draw(fingers.FINGERS[name], random.uniform):
            for do, later_ms in (("button_down", int(down_ms)), ("button_up", int(up_ms))):
                item = {"at": show_time(self.world.now_ms + later_ms), "do": do, "burner": burner}
                self._record(item, self._parsed(item))
                self.world.do(do, burner, {}, later_ms)
        self._changed()

    def knob(self, burner: int, down: bool) -> None:
        """A user turns a knob on and holds it pushed in, or releases it."""
        self._known(burner)
        if not down:
            self._let_go(burner)
        elif burner not in self._holds:
            item = {"at": show_time(self.world.now_ms), "do": "light", "burner": burner, "hold_s": HELD_MS // 1000}
            self._holds[burner] = len(self.items)
            self._record(item, self._parsed(item))
            self.world.do("light", burner, {"hold_ms": HELD_MS})
        self._changed()

    def _let_go(self, burner: int) -> None:
        """What was recorded as a held knob gets its release."""
        index = self._holds.pop(burner, None)
        if index is None:
            return
        world = self.world
        event = self.plan["events"][index]
        held_ms = max(TICK_MS, world.now_ms - event[0])
        self.items[index]["hold_s"] = held_ms // 1000 if held_ms % 1000 == 0 else held_ms / 1000
        event[3] = {"hold_ms": held_ms}
        for at, queued in enumerate(world._queue):
            if queued[1] // 8 == index and queued[3] == "let_go":
                world._queue[at] = (event[0] + held_ms, *queued[1:])
        pending = sorted(world._queue[world._next :], key=world_module.when)
        world._queue[world._next :] = pending

    def fill(self, burner: int) -> None:
        """Cold water into the pot."""
        self._known(burner)
        self.world.pots[burner].fill()
        self._changed()

    def _known(self, burner: int) -> bool:
        if not isinstance(burner, int) or not 0 <= burner < len(self.world.burners):
            raise Refused(f"burner: {burner!r} is not one of 0 to {len(self.world.burners) - 1}")
        return True

    def _parsed(self, item: dict[str, Any]) -> list[Any]:
        stove = self.scenario.plan["stove"]
        checked = read_json(json.dumps(item))
        return scenario.parse_event(checked, run_settings.shipped(), self.plan["burners"], stove.get("sensor", True))

    def _record(self, item: dict[str, Any], event: list[Any]) -> None:
        self.items.append(item)
        self.plan["events"].append(event)
