"""A whole box on a stove, tick by tick: boot.py, program.py and the real drivers over the simulator's stand-ins.

Without the starter, of which nothing is left once the program runs (test_starter.py, and every scenario).

Belongs here: the turn of the ticks, words for hand and eye. Does not: physics and chip (simulator/machine), lending
the chip's modules (simulator/inside.py), what must hold in every run (simulator/invariants.py).
"""

import importlib
import json
from pathlib import Path

from every_tick import Grants, misfit_numbers
from names import STATES

from simulator import invariants, run_settings
from simulator.inside import CHIP, MODULES, lent
from simulator.result import parse

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "firmware"
TICK_MS = 20
FOR_EVER_MS = 2**60
WALK_EVERY = 100  # ticks between two walks over all objects; every change of a state is followed by one, too


class _Built(BaseException):
    """program.py has its box: from here on the test turns the ticks."""


_world, _go = MODULES["world"], MODULES["go"]
_SOURCES = [
    (name, compile((FIRMWARE / name).read_text(), str(FIRMWARE / name), "exec")) for name in ("boot.py", "program.py")
]


class Box:
    """One box, one stove, one flash (`folder`); starts by itself as power comes.

    stove: what differs from simulator/machine/plant.py; settings_text: a raw file instead of settings; None: no file.
    Other arguments are settings, laid over the shipped ones.
    """

    def __init__(self, folder, burners=1, sensor=True, stove=None, seed=1, settings_text="", idle=True, **changed):
        top = {"settings": changed}
        if settings_text is None:
            top = {"settings_missing": True}
        elif settings_text:
            top = {"settings_text": settings_text}
        self.plan = {
            "name": "unit test", "seed": seed, "until_ms": FOR_EVER_MS, "samples": False, "burners": burners,
            "stove": dict(stove or {}), "events": [], **run_settings.make(top, run_settings.shipped(), burners, sensor),
        }  # fmt: skip
        self.folder = folder
        text = settings_text or (json.dumps(self.plan["settings"]) if self.plan["settings"] else None)
        if text is not None:
            (folder / "settings.json").write_text(text)
        self.lines = []
        self.loop = None
        self.ticks = 0
        self._stopped = False
        self._modules = {}
        self._program = {}
        self._grants = None
        self._told = None  # the states at the last walk over all objects
        self.world = _world.World(self.plan, self.lines.append)
        self._closed = False
        _world.the = self.world
        self.world.begin()
        if idle:
            self.until(lambda: self.loop is not None and all(self.state(b) == "IDLE" for b in range(burners)), 120)

    # --- time ------------------------------------------------------------------------------------------------------

    def tick(self):
        """One tick of the program, or 20 ms without one."""
        world = _world.the = self.world
        try:
            if self.loop is not None:
                self._turn()
            elif self._stopped or not world.powered:
                world._pass_time(TICK_MS)  # nothing runs
            elif world.boot():
                self._boot()
        except _world.ChipReset:
            self.loop = None
            self._stopped = False

    def _turn(self):
        """One round of Loop.run(); a way out of it is taken by Loop.run() and program.py themselves."""
        clock = self._modules["time"]
        self._grants.forget()
        try:
            self.loop.tick(clock.ticks_ms())
        except (Exception, KeyboardInterrupt) as error:
            self._leave(error)
        self._check()
        self.ticks += 1
        if self.loop is not None:
            try:
                clock.sleep_ms(TICK_MS)
            except (Exception, KeyboardInterrupt) as error:
                self._leave(error)

    def _leave(self, way_out):
        """Raise an exception again where Loop.run() called for this tick, and let everybody above deal with it."""
        loop = self.loop

        def tick(_now_ms):
            raise way_out

        loop.tick = tick
        self._program["start"] = lambda: loop
        with lent(self._modules, self._print):
            self._program["main"]("a", "")
        self._stop()

    def _stop(self):
        self.world.stopped()
        self.loop = None
        self._stopped = True

    def _boot(self):
        self._modules = dict(CHIP)
        built = []
        with lent(self._modules, self._print):
            exec(_SOURCES[0][1], {"__name__": "__main__"})
            board = importlib.import_module("curfew.hardware.board")
            build = board.build

            def built_here(*parts):
                built.append(build(*parts))
                raise _Built

            board.build = built_here
            self._program = {"__name__": "program"}
            exec(_SOURCES[1][1], self._program)
            self._program["sys"] = _go._Sys  # for its print_exception()
            try:
                self._program["main"]("a", "")
                self._stop()
                return
            except _Built:
                pass
        self.loop = built[0]
        self._grants = Grants(self.loop.controller)

    def _print(self, *words):
        self.world.emit("#console " + " ".join(map(str, words)))

    def _check(self):
        """What must hold after every tick."""
        loop, world = self.loop, self.world
        if loop is None or not world.running:
            return
        for index, pin in enumerate(world.relay_pins):
            if index < len(self._grants.granted):
                granted = self._grants.granted[index]
                assert granted or world.pins.get(pin, 0) == 0, f"burner {index}: driven without a grant in this tick"
        told = [burner.state for burner in loop.controller.burners]
        if self.ticks % WALK_EVERY == 0 or told != self._told:
            assert misfit_numbers(loop.controller) == []
            self._told = told

    def run_for(self, ms=0, s=0, min=0):
        """Let so much time pass."""
        end_ms = self.world.now_ms + ms + s * 1000 + min * 60_000
        while self.world.now_ms < end_ms:
            self.tick()

    def until(self, holds, at_most_s=30):
        """Let time pass until something holds; the milliseconds it took."""
        begun_ms = self.world.now_ms
        while not holds():
            assert self.world.now_ms - begun_ms <= at_most_s * 1000, f"not within {at_most_s} s: {self.told()}"
            self.tick()
        return self.world.now_ms - begun_ms

    def until_state(self, state, burner=0, at_most_s=30):
        """Let time pass until a burner is in a state; the milliseconds it took."""
        return self.until(lambda: self.state(burner) == state, at_most_s)

    # --- what the hand does ----------------------------------------------------------------------------------------

    def do(self, name, burner=0, **args):
        """Begin an event of a scenario now; args in milliseconds."""
        self.plan["events"].append([self.world.now_ms, name, burner, args])
        self.world.do(name, burner, args)

    def press(self, burner=0):
        """A press, and the time until the box has seen its end."""
        self.do("press", burner)
        self.run_for(ms=260)

    def double_press(self, burner=0):
        """Two presses within half a second."""
        self.do("double_press", burner)
        self.run_for(ms=560)

    def hold(self, s=1.0, burner=0):
        """The button held for s seconds and let go."""
        self.do("hold", burner, ms=int(s * 1000))
        self.run_for(ms=int(s * 1000) + 100)

    def light(self, hold_s=10, burner=0):
        """A hand lights as always and lets go after hold_s; returns with the hand still there."""
        self.do("light", burner, hold_ms=int(hold_s * 1000))
        self.run_for(ms=TICK_MS)

    def burn(self, burner=0):
        """Lit, flame proved, hand away."""
        self.light(10, burner)
        self.run_for(s=12)
        assert self.state(burner) == "BURNING", self.told()

    def knob_off(self, burner=0):
        self.do("knob_off", burner)
        self.run_for(ms=TICK_MS)

    def remote_off(self, source="test", burner=0):
        self.do("remote_off", burner, source=source)
        self.run_for(ms=2 * TICK_MS)

    def remote_extend(self, burner=0):
        self.do("remote_extend", burner)
        self.run_for(ms=2 * TICK_MS)

    def raises(self, name, error="RuntimeError"):
        """The next call of a stand-in ("Pin.value", "I2C.writeto" ...) raises."""
        self.do("raise", **{"in": name, "error": error})
        self.run_for(ms=TICK_MS)

    def reset(self, cause="wdt"):
        """The chip resets; returns when the program is up again."""
        self.do("reset", cause=cause)
        self.run_for(ms=2 * TICK_MS)
        self.until(lambda: self.loop is not None)
        self.tick()

    def power_cut(self, s=1):
        """No power for s seconds; returns when the program is up again."""
        self.do("power_off")
        self.run_for(s=s)
        self.do("power_on")
        self.until(lambda: self.loop is not None)
        self.tick()

    # --- what the eye sees -----------------------------------------------------------------------------------------

    def told(self, burner=0):
        """The latest line of the trace of a burner."""
        for line in reversed(self.lines):
            if line.startswith("{"):
                entry = json.loads(line)
                if entry["burner"] == burner:
                    return entry
        raise AssertionError("nothing was told yet")

    def one(self, burner=0):
        """The firmware's object of a burner."""
        return self.loop.controller.burners[burner]

    def state(self, burner=0):
        """The name of the state, None while no program runs."""
        if self.loop is None:
            return None
        return STATES[self.one(burner).state]

    def contact(self, burner=0):
        """ "open" or "closed": the plant's truth."""
        return "closed" if self.world.burners[burner].closed else "open"

    def gas(self, burner=0):
        """ "on" or "off": the plant's truth."""
        return "on" if self.world.burners[burner].gas else "off"

    def cause(self, burner=0):
        """The cause of the last opening in words, None for none."""
        return self.told(burner)["cause"]

    def fault(self, burner=0):
        """The fault that is shown, None for none."""
        return self.told(burner)["fault"]

    def remaining_s(self, burner=0):
        return self.one(burner).remaining_s()

    def sounds(self, burner=0):
        """All sounds heard so far, in order."""
        heard = [json.loads(line) for line in self.lines if line.startswith("{")]
        names = [entry["sound"] for entry in heard if entry["burner"] == burner]
        return [name for at, name in enumerate(names) if name and (at == 0 or names[at - 1] != name)]

    def console(self):
        """All that the firmware printed."""
        return "\n".join(line[len("#console ") :] for line in self.lines if line.startswith("#console"))

    def close(self):
        """The test is over: every invariant must have held, and no exception may have come unasked."""
        if self._closed:
            return
        self._closed = True
        self.world.end()
        assert invariants.check(parse(self.lines), self.plan) == []
        if not any(event[1] == "raise" for event in self.plan["events"]):
            assert "Traceback" not in self.console()
