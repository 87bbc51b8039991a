"""A Controller and nothing else, stepped by hand: for arithmetic, for every pair of state and event, for random walks.

Belongs here: making one, feeding levels and readings, reading names instead of numbers. Does not: plant, pins, files
(world_fixture.py), expectations.
"""

import json
from pathlib import Path

from every_tick import Grants, misfit_numbers
from names import CAUSES, FAULTS, SOUNDS, SOURCES, STATES

from curfew import codes, faults, memory, settings
from curfew.controller import Controller
from curfew.inbox import ARM, EXTEND, Inbox

TICK_MS = 20
SHIPPED = json.loads((Path(__file__).parent.parent / "firmware" / "settings.json").read_text())
PINS = ((18, 25), (19, 26), (23, 27), (33, 13))
CHECK_EVERY = 10  # ticks between two walks over all objects; every change of a state is followed by one, too


def settings_given(burners=1, sensor=False, **changed):
    """The object of a settings.json: the shipped one with changes; `burners` may be a list of objects."""
    if isinstance(burners, int):
        burners = [{"relay_pin": relay, "button_pin": button, "sensor": sensor} for relay, button in PINS[:burners]]
    return {**SHIPPED, "burners": burners, **changed}


class Core:
    """previous: what the RTC memory held. start_ms: the chip's clock at the first tick; idle: wait until IDLE."""

    def __init__(self, burners=1, sensor=False, previous=b"", start_ms=0, health_refs=None, invalid=False, **changed):
        idle = changed.pop("idle", True)
        self.settings = settings.parse(json.dumps(settings_given(burners, sensor, **changed)))
        self.memory = memory.Memory(previous)
        count = len(self.settings.burners)
        self.inbox = Inbox(count)
        self.controller = Controller(self.settings, self.memory, self.inbox, health_refs or [0] * 4, invalid)
        self.grants = Grants(self.controller)
        self.now_ms = start_ms
        self.uv = [[0, 0] for _ in range(count)]  # thermocouple side, magnet side: a reading of each every tick
        self.blind = [False] * count  # True: no reading any more
        self._tapped_ms = [None] * count
        self._ticks = 0
        self.step(0)
        if idle:
            self.until(lambda: all(self.state(index) == "IDLE" for index in range(count)), 120)

    # --- driving ---------------------------------------------------------------------------------------------------

    def step(self, ms=TICK_MS):
        """One tick, ms after the last one."""
        self.now_ms = (self.now_ms + ms) & 0x3FFFFFFF
        controller = self.controller
        states = [burner.state for burner in controller.burners]
        for index, burner in enumerate(controller.burners):
            if burner.config.sensor and not self.blind[index]:
                for side in (codes.TC, codes.MAGNET):
                    controller.take_reading(index, side, self.uv[index][side], TICK_MS)
        self.grants.forget()
        controller.step(self.now_ms)
        for index, burner in enumerate(controller.burners):
            assert not controller.granted[index] or self.grants.granted[index], "conducts without a grant in this tick"
            assert not controller.granted[index] or burner.conducts() or burner.faults.raised
        self._ticks += 1
        if self._ticks % CHECK_EVERY == 0 or states != [burner.state for burner in controller.burners]:
            assert misfit_numbers(controller) == []

    def run(self, ms=0, s=0, min=0, tick_ms=TICK_MS):
        """Whole ticks for so long."""
        for _ in range((ms + s * 1000 + min * 60_000) // tick_ms):
            self.step(tick_ms)

    def skip(self, ms):
        """So long in ticks as few as a clock that is believed allows, then single ones for the rest."""
        while ms >= 2 * 2000:
            self.step(2000)
            ms -= 2000
        self.run(ms)

    def until(self, holds, at_most_s=10):
        """Ticks until something holds."""
        for _ in range(at_most_s * 1000 // TICK_MS):
            if holds():
                return
            self.step()
        assert holds(), f"not within {at_most_s} s"

    def button(self, down, burner=0):
        """A finger goes down on a button, or up from it; seen by the ticks from now on."""
        self.controller.pressed[burner] = 1 if down else 0

    def _tap(self, burner):
        self.button(True, burner)
        self.run(100)
        self.button(False, burner)
        self.run(60)
        self._tapped_ms[burner] = self.now_ms

    def press(self, burner=0):
        """A press, debounced to its end; a moment later when it would complete a double press."""
        while self._tapped_ms[burner] is not None and (self.now_ms - self._tapped_ms[burner]) & 0x3FFFFFFF < 500:
            self.step()
        self._tap(burner)

    def double_press(self, burner=0):
        """Two presses within half a second."""
        self.press(burner)
        self._tap(burner)

    def hold(self, s=1, burner=0):
        """The button held for s seconds and let go."""
        self.button(True, burner)
        self.run(s=s)
        self.button(False, burner)
        self.run(60)

    def off(self, source="test", burner=0):
        """A remote OFF, acted on in one tick."""
        self.inbox.post_off(burner, SOURCES.index(source))
        self.step()

    def extend(self, burner=0):
        """A remote request for more time, seen by one tick."""
        self.inbox.post_request(burner, EXTEND, self.now_ms)
        self.step()

    def arm(self, burner=0):
        """A remote request to light or arm, seen by one tick."""
        self.inbox.post_request(burner, ARM, self.now_ms)
        self.step()

    def flame(self, burner=0, closed_uv=(10000, 8000)):
        """From IDLE with a sensor: a hand lights, the thermocouple rises, the contact closes, the flame is proved."""
        for uv in range(0, 10001, 500):
            self.uv[burner] = [uv, 0]
            self.step()
            if self.state(burner) == "ARMED":
                break
        self.uv[burner] = list(closed_uv)
        self.until(lambda: self.state(burner) == "BURNING", 5)

    # --- reading ---------------------------------------------------------------------------------------------------

    def one(self, burner=0):
        """The firmware's object of a burner."""
        return self.controller.burners[burner]

    def state(self, burner=0):
        """The name of its state."""
        return STATES[self.one(burner).state]

    def conducts(self, burner=0):
        """Whether the gate granted it in the last tick."""
        return bool(self.controller.granted[burner])

    def cause(self, burner=0):
        """The cause of the last opening in words, "" for none."""
        one = self.one(burner)
        if one.cause == codes.REMOTE:
            return "REMOTE:" + SOURCES[one.detail]
        if one.cause == codes.FAULTED:
            return "FAULT:" + FAULTS[one.detail]
        return CAUSES[one.cause]

    def fault(self, burner=0):
        """The name of the fault that is shown, None for none."""
        shown = self.one(burner).faults.shown
        return None if shown == faults.NO_FAULT else FAULTS[shown]

    def raised(self, burner=0):
        """The names of all faults that wait for an acknowledgement."""
        raised = self.one(burner).faults.raised
        return [name for code, name in FAULTS.items() if raised >> code & 1]

    def sound(self, burner=0):
        """The sound asked for in the last tick, "NONE" for none."""
        return SOUNDS[self.one(burner).sound]

    def left_ms(self, burner=0):
        """Milliseconds to the deadline."""
        return self.one(burner).remaining_ms

    def cap_ms(self, burner=0):
        """Milliseconds to the cap."""
        return self.one(burner).cap_ms

    def openings(self):
        """The openings that the memory still holds, oldest first, as (burner, name of the cause)."""
        last = self.memory.seq[0]
        rows = range(max(1, last - memory.ROWS + 1), last + 1)
        of = self.memory.of_opening
        return [(of(row, memory.BURNER), CAUSES[of(row, memory.CAUSE)]) for row in rows]
