"""What the user does at the interactive stove, done now and recorded as the events of a scenario."""

import json
from collections.abc import Callable
from typing import Any

from simulator import run_settings, scenario
from simulator.fields import read_json
from simulator.live.recording import HELD_MS
from simulator.realtime.process import DeviceProcess, world_module
from simulator.times import show_time

TICK_MS = 20  # of the controller: the shortest step
# What `raise` may name.
CALLS = (
    "Pin", "Pin.value", "PWM", "PWM.freq", "PWM.duty_u16", "I2C", "I2C.writeto", "I2C.readfrom_mem_into", "WDT",
    "WDT.feed", "RTC.memory", "machine.reset", "NeoPixel.write", "time.ticks_ms", "time.sleep_ms", "lock.acquire",
    "lock.release", "gc.collect", "_thread.start_new_thread",
)  # fmt: skip


class Refused(ValueError):
    """The request cannot be carried out; the text is one line that says why."""


class RecordedStove(DeviceProcess):
    """A stove with a record: `items` as a scenario has them, the plan's events beside them."""

    scenario: scenario.Scenario
    items: list[dict[str, Any]]
    _holds: dict[int, int]  # burner: index of the `light` whose knob is still held
    _changed: Callable[[], None]

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
