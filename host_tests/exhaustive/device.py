"""A bare Controller that can be put back to where it was, driven by what a controller can meet and by nothing else.

No field of the firmware is written, but to put a whole state back that inputs had led to.
"""

import json
from array import array
from typing import NamedTuple

from curfew.core import codes, settings
from curfew.core.codes import REQUEST_ARM, REQUEST_EXTEND, REQUEST_LESS
from curfew.core.controller import Controller
from curfew.core.settings import BurnerSettings, Settings
from curfew.runtime import rtc_memory
from curfew.runtime.inbox import Inbox
from host_tests.exhaustive.judge import Judge
from host_tests.fixtures.core import settings_given
from simulator.rules.numbers import STALL_MAX_MS, TICK_MS

WRAP_MS = 1 << 30
WEB = 1  # who asks for OFF, an index into codes.SOURCES

# What a sensor may say: microvolts of the thermocouple side while open and while conducting, and percent of them on
# the magnet side while open and while conducting.
LEVELS = {
    "cold": (0, 0, 0, 0),
    "flame": (20_000, 10_000, 0, 80),
    "low flame": (8_000, 3_000, 0, 80),
    "live": (10_000, 10_000, 80, 80),  # a weld or a bypass: the magnet side follows whatever is commanded
    "dead": (10_000, 10_000, 0, 0),  # a film or a cut lead: nothing arrives at the magnet
    "crossed": (8_000, 8_000, 200, 200),
}
DRIFTS = ("rising", "falling")  # from wherever it is: a user lights, the gas is out
UNSEEN = ("nothing", "missed", "impossible")  # no reading at all; one that the scanner gave up; one out of range
IMPOSSIBLE_UV = 61_000
RISE_UV, RISE_TO_UV = 10, 20_000  # a millisecond, as a quick tip does; where it ends
FALL_MS = 2_000  # time constant
HELD_PERCENT = 80  # what the magnet side carries through a sound contact
MODES = (*LEVELS, *DRIFTS, *UNSEEN)


class Around:
    """What surrounds one burner: what its sensor says, and what was asked for remotely in this tick."""

    def __init__(self):
        self.mode = "cold"
        self.tc_uv = 0
        self.magnet_uv = 0
        self.off_asked = False

    def is_seen(self, side, settled):
        """True when a reading of this side comes that this loop can have; a crossed one needs a settled contact."""
        if self.mode == "crossed":
            return side == codes.TC or not settled
        return self.mode not in UNSEEN

    def move(self, ms, conducting):
        """Let so much time pass for the millivolts."""
        mode = self.mode
        if mode in LEVELS:
            level = LEVELS[mode]
            self.tc_uv = level[conducting]
            self.magnet_uv = self.tc_uv * level[2 + conducting] // 100
        elif mode == "rising":
            self.tc_uv = max(self.tc_uv, min(self.tc_uv + RISE_UV * ms, RISE_TO_UV))
        elif mode == "falling":
            self.tc_uv -= self.tc_uv * min(ms, FALL_MS) // FALL_MS
        if mode in DRIFTS:
            self.magnet_uv = self.tc_uv * HELD_PERCENT // 100 if conducting else 0


class Device:
    """changed: what differs from the shipped settings (see settings_given). start_ms: of the chip's clock.

    seen: gathers (state, event, where its row begins or -1 for refused) of all that ever happened.
    """

    def __init__(self, changed, start_ms=0):
        self.settings = settings.parse(json.dumps(settings_given(**{"relay_drive": "level", **changed})))  # it strides
        self.seen = set()
        self.around = [Around() for _ in self.settings.burners]
        self.judges = [Judge(index, self.settings) for index in range(len(self.around))]
        self._seats = list(zip(self.judges, self.around, strict=True))
        self.ticks = 0
        self.now_ms = start_ms
        self._start(b"", False)
        self.tick(0)

    # --- a start, a tick -------------------------------------------------------------------------------------------

    def _start(self, previous, invalid):
        count = len(self.around)
        self.controller = Controller(self.settings, rtc_memory.RtcMemory(previous), Inbox(count), [0] * count, invalid)
        objects, self._buffers = _mutable(self.controller)
        self._dicts = [vars(one) for one in objects + self.around]
        for judge, burner in zip(self.judges, self.controller.burners, strict=True):
            judge.begin(self.controller)
            self._listen(judge, burner)
            self._dicts += [vars(judge), vars(judge.finger)]

    def _listen(self, judge, burner):
        look_up, ask = burner._row, burner.gate.grant

        def row(event):
            found = look_up(event)
            self.seen.add((burner.state, event, found))
            return found

        def grant(*args):
            judge.granted = ask(*args) is True
            return judge.granted

        burner._row, burner.gate.grant = row, grant

    def restart(self, clean=False, invalid=False):
        """The program ends and starts again from what the RTC memory keeps; its first tick is over."""
        kept = self.controller.memory
        if clean:
            kept.put(rtc_memory.AT_CLEAN, 1)
        kept.seal()
        fingers = bytes(self.controller.pressed)
        self._start(bytes(kept.buffer), invalid)
        self.controller.pressed[:] = fingers
        self.tick(0)

    def tick(self, ms=TICK_MS):
        """One tick, ms after the last one: negative is a clock that goes back."""
        self.now_ms = (self.now_ms + ms) % WRAP_MS
        self.ticks += 1
        controller = self.controller
        for judge, around in self._seats:
            if judge.sensor:
                around.move(min(max(ms, 0), STALL_MAX_MS), controller.granted[judge.index])
                self._read(judge.index, around)
            judge.before(controller, around, ms)
        all_off = any(judge.turns_all_off() for judge in self.judges)
        for judge in self.judges:
            judge.all_off = all_off
        controller.step(self.now_ms)
        for judge, around in self._seats:
            judge.after(controller)
            around.off_asked = False

    def _read(self, index, around):
        controller = self.controller
        if around.mode == "missed":
            controller.miss_reading(index)
        elif around.mode != "nothing":
            impossible = around.mode == "impossible"
            controller.take_reading(index, codes.TC, IMPOSSIBLE_UV if impossible else around.tc_uv, TICK_MS)
            controller.take_reading(index, codes.MAGNET, IMPOSSIBLE_UV if impossible else around.magnet_uv, TICK_MS)

    # --- inputs ----------------------------------------------------------------------------------------------------

    def finger(self, down, burner=0):
        """A finger goes down on a button, or up from it; seen by the ticks from now on."""
        self.controller.pressed[burner] = down

    def off(self, burner=0):
        """Someone far away asks for OFF."""
        self.around[burner].off_asked = True
        self.controller.inbox.post_off(burner, WEB)

    def extend(self, age_ms=0, burner=0):
        """Someone far away asks for more time, or did so long ago."""
        self.controller.inbox.post_request(burner, REQUEST_EXTEND, (self.now_ms - age_ms) % WRAP_MS)

    def less(self, minutes, burner=0):
        """A remote request for less time."""
        self.controller.inbox.post_request(burner, REQUEST_LESS, self.now_ms, minutes)

    def alarm(self, is_open):
        """The alarm contact opens or closes."""
        self.controller.pressed[-2] = not is_open

    def is_alarm(self):
        """True while it is open."""
        return not self.controller.pressed[-2]

    def arm(self, age_ms=0, burner=0):
        """Someone far away wants to light."""
        self.controller.inbox.post_request(burner, REQUEST_ARM, (self.now_ms - age_ms) % WRAP_MS)

    # --- there and back --------------------------------------------------------------------------------------------

    def save(self):
        """Everything that a tick may change, and the objects that hold it."""
        values = [one.copy() for one in self._dicts]
        return Saved(
            self.now_ms, self.controller, self._dicts, values, self._buffers, [one[:] for one in self._buffers]
        )

    def put_back(self, saved):
        """Be again what save() saw."""
        self.now_ms, self.controller, self._dicts, values, self._buffers, contents = saved
        for one, value in zip(self._dicts, values, strict=True):
            one.update(value)
        for one, content in zip(self._buffers, contents, strict=True):
            one[:] = content


class Saved(NamedTuple):
    """What Box.save() gives: nothing in it is changed later but `dicts` and `buffers`, the controller's own."""

    now_ms: int
    controller: Controller
    dicts: list
    values: list
    buffers: list
    contents: list


def _mutable(root):
    """The firmware's objects and its buffers that can be reached from one, without the settings."""
    objects, buffers, waiting, seen = [], [], [root], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (Settings, BurnerSettings)):
            continue
        seen.add(id(one))
        if isinstance(one, (array, bytearray)):
            buffers.append(one)
        elif isinstance(one, list):
            waiting += one
        elif type(one).__module__.startswith("curfew"):
            objects.append(one)
            waiting += vars(one).values()
    return objects, buffers
