"""The real-time rig: the compiled firmware on the VM in real time, both threads and the real network, at a stove.

with RealtimeRig(tmp_path, burners=2, timer_default_min=1) as rig: ...
"""

import json
import os
import select
import socket
import sys
import threading
import time
from array import array
from contextlib import contextmanager, suppress

from simulator import run, run_settings
from simulator.inside import MODULES
from simulator.realtime.process import (
    AT_BLOCKED,
    FOR_EVER_MS,
    HEAP_KIB,
    KIND,
    STOVE_WORDS,
    US,
    A,
    B,
    C,
    ChipReset,
    D,
    DeviceProcess,
    E,
    F,
    world_module,
)
from simulator.result import parse
from simulator.rules import invariants
from simulator.rules.numbers import TICK_MS
from simulator.rules.observed import TWO_TICKS_MS, View

SOURCES, STATES = MODULES["report"].SOURCES, MODULES["report"].STATES
STEP_S = 0.002  # of the stove, and of everybody who waits for it
ON_THE_WAY_MS = 30_000  # a remote request that took longer to reach the loop was lost
SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}

# What a user, a fault of a part, or the mains may do here. A stall, a jump of the clock and an exception in the middle
# of a tick belong to the simulator: this machine's own clock and threads cannot do them on demand.
ACTS = frozenset((
    "press", "double_press", "hold", "button_down", "button_up", "light", "knob_off", "blow_out", "simmer", "weld",
    "unweld", "stick_open", "film", "bypass", "sensor", "noise", "reset", "power_off", "power_on",
))  # fmt: skip


class Off:
    """A remote OFF, from the request to its end; times are those of time.monotonic_ns() // 1000."""

    def __init__(self, rig, burner, source):
        self._rig = rig
        self.burner = burner
        self.source = source
        self.asked_us = _now_us()
        self.posted_us = None  # the services put it where the loop looks
        self.heard_us = None  # the end of the tick that took it
        self.coil_us = None  # the relay pin went low, if it was high

    def wait(self, s=5):
        """Milliseconds from asking to the pin of the coil. Raises AssertionError for a contact that was open before."""
        self._rig.wait_for(lambda: self.heard_us, s, f"OFF ({self.source}) of burner {self.burner}")
        assert self.coil_us, f"OFF ({self.source}) of burner {self.burner}: it found an open contact"
        return (self.coil_us - self.asked_us) / 1000


def _now_us():
    return time.monotonic_ns() // 1000


class RealtimeRig(DeviceProcess):
    """One controller in a process of its own; its flash is `folder`/flash. Starts with the power and after each reset.

    network: None: no radio at all, the services keep the journal; {}: no network.json, so the set-up portal;
    else the content of network.json (network_of). heap_kib: the firmware's; the rig's part comes on top. firmware: a
    compiled one. stove: what differs from simulator/plant/plant.py. Other arguments are settings over the shipped ones.

    To be read: `late_ms`, of every tick; `stalls`, (from_ms, ms) of the gaps between ticks that were longer than two
    of them and so excuse what happened in them; `edges`, (us, burner, level) of the relay pins; `posts`, (us, burner,
    what, source) of all that the services asked for, what being "off", "extend" or "arm"; `starts` of the program;
    `peak_bytes` that the heap held at most, garbage included; `rig_bytes` of them are the rig's own.
    """

    def __init__(
        self, folder, burners=1, sensor=True, stove=None, network=None, heap_kib=HEAP_KIB, firmware=run.BOARD,
        pad=0, **settings,
    ):  # fmt: skip
        plan = {
            "name": "rig", "seed": 1, "until_ms": FOR_EVER_MS, "samples": False, "burners": burners,
            "stove": dict(stove or {}), "events": [],
            **run_settings.make({"settings": settings}, run_settings.shipped(), burners, sensor),
        }  # fmt: skip
        self._lines: list[str] = []
        world = world_module.World(plan, self._lines.append)
        super().__init__(folder, plan, world, "real", network, heap_kib, firmware, pad=pad)
        self.late_ms, self.stalls, self.edges, self.posts = [], [], [], []
        self.peak_bytes = self.ticks = 0
        self._offs = []
        self._provoked = []  # when a test did something of its own that may end the program
        self._figures = (0, 0)
        self._hole = []
        self._inputs = None
        self._sent = self._blocked = self._still_us = 0
        self._over = False
        self._begun_us = _now_us()
        self._deaths = world._deaths
        world.begin()
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()
        try:
            self.wait_for(lambda: self.ticks and all(self.state(b) == "IDLE" for b in range(burners)), 30, "the start")
        except BaseException:
            self._end()
            self._tell()
            raise

    # --- what the user does ----------------------------------------------------------------------------------------

    def do(self, name, burner=0, **args):
        """Begin an act of a scenario now; args in milliseconds. Returns at once."""
        assert name in ACTS, f"{name}: the rig cannot do that, the simulator can"
        with self._lock:
            self._record(name, burner, args)

    def _record(self, name, burner, args):
        self.plan["events"].append([self.world.now_ms, name, burner, args])
        self.world.do(name, burner, args)

    def press(self, burner=0):
        """A press, and the time until the controller has seen its end."""
        self.do("press", burner)
        self._pass(260)

    def hold(self, s=1.0, burner=0):
        """The button held for s seconds and released."""
        self.do("hold", burner, ms=int(s * 1000))
        self._pass(int(s * 1000) + 100)

    def light(self, hold_s=10, burner=0):
        """A user lights as always and releases it after hold_s; returns at once."""
        self.do("light", burner, hold_ms=int(hold_s * 1000))

    def knob_off(self, burner=0):
        self.do("knob_off", burner)

    def reset(self, cause="wdt"):
        """The chip resets; returns when the program ticks again."""
        starts = self.starts
        self.do("reset", cause=cause)
        self.wait_for(lambda: self.starts > starts and self.state() is not None, 20, "the start after a reset")

    def provoke(self):
        """The test does what a scenario has no word for, and what may end the program or make it print an error."""
        self._provoked.append(self.world.now_ms)

    def pass_ticks(self, count):
        """Return once the program has ticked so many times more."""
        ticks = self.ticks
        self.wait_for(lambda: self.ticks > ticks + count)

    def _pass(self, ms):
        end_ms = self.world.now_ms + ms
        self.wait_for(lambda: self.world.now_ms >= end_ms, ms / 1000 + 20, "time to pass")
        if self._values:
            self.pass_ticks(1)  # a busy machine lets the program tick later than its stove

    def memory(self, is_full):
        """From now on something takes all that the services leave of the heap, or lets it go."""
        self.provoke()
        self._blocked = 2 * is_full

    def splinter(self):
        """From now on no free piece of the heap has more than 1 KiB: long running at its worst."""
        self._blocked = 3

    # --- what the network does -------------------------------------------------------------------------------------

    def wifi(self, up):
        """The access point comes or goes; links that are open stay so, being loopback."""
        self._wifi = int(up)

    def lookups_hang(self, s):
        """From now on every look-up of a name blocks its thread for so long; 0: none does, not even those begun."""
        self.provoke()
        self._lookup_ms = int(s * 1000)

    def connects_hang(self, on=True):
        """From now on whatever the controller looks up leads to an address that never answers a connect."""
        if on and not self._hole:
            full = socket.create_server(("127.0.0.1", 0), backlog=0)
            self._hole = [full]
            for _ in range(3):
                guest = socket.socket()
                guest.setblocking(False)
                guest.connect_ex(full.getsockname())
                self._hole.append(guest)
        self.dead_port = self._hole[0].getsockname()[1] if on else 0

    @contextmanager
    def remote_off(self, burner=0, source="web"):
        """Within, the test asks for OFF over the network; yields an Off. That it reaches the loop is judged at the end.

        Any OFF that the services post is judged from then on, asked for within a remote_off or not.
        """
        off = Off(self, burner, source)
        with self._lock:
            self._offs.append(off)
        yield off

    # --- what the eye sees -----------------------------------------------------------------------------------------

    def wait_for(self, holds, s=10, what="it"):
        """Wait until holds() is true, and return that; fails after s seconds, and at once when the rig has broken."""
        end_s = time.monotonic() + s
        while True:
            assert self.failure is None, self.failure
            found = holds()
            if found:
                return found
            assert time.monotonic() < end_s, f"{what}: not within {s} s; {self.reported()}"
            time.sleep(STEP_S)

    def wait_state(self, state, burner=0, s=10):
        """Wait until a burner is in a state."""
        self.wait_for(lambda: self.state(burner) == state, s, state)

    def state(self, burner=0):
        """The name of the state as of the last tick, None while no program ticks."""
        values = self._values
        return STATES[values[16 * burner]] if values else None

    def reported(self, burner=0):
        """The latest line of the trace of a burner: its plant and its panel."""
        with self._lock:
            lines = [line for line in self._lines[-200:] if line.startswith("{")]
        return next((reported for line in reversed(lines) if (reported := json.loads(line))["burner"] == burner), None)

    def contact(self, burner=0):
        """ "open" or "closed": the plant's truth."""
        return "closed" if self.world.burners[burner].closed else "open"

    def gas(self, burner=0):
        """ "on" or "off": the plant's truth."""
        return "on" if self.world.burners[burner].gas else "off"

    def live_bytes(self):
        """What the heap holds after a collection, which the services do for this."""
        self._measure += 1
        asked = self._measure
        return self.wait_for(lambda: self._figures[1] == asked and self._figures[0], 30, "the heap's figures")

    # --- the rig's own thread --------------------------------------------------------------------------------------

    def _play(self):
        before_us = self._begun_us
        try:
            while not self._over:
                self._is_speaking(STEP_S)
                with self._lock:
                    now_us = _now_us()  # before all that was said by then is heard: the stove is never ahead of it
                    self._still_us, before_us = max(self._still_us, now_us - before_us), now_us
                    self._hear()
                    self._advance(now_us)
                    if self.world._deaths != self._deaths:
                        self._kill()
                    elif self.failure is None and self._vm is None and self.world.powered:
                        self._start()
                    self._show_inputs()
        except Exception as error:
            self.failure = f"the rig failed: {type(error).__name__}: {error}"
            raise

    def _advance(self, now_us):
        """Let the stove live until this moment; records come late, so it may have done so already."""
        world = self.world
        now_ms = (now_us - self._begun_us) // 1000
        with suppress(ChipReset):  # _play() sees that it has died
            while world.now_ms < now_ms:
                world._pass_time(now_ms - world.now_ms)

    def _start(self):
        self._show_inputs()
        with self.log.open("ab") as log:
            self._launch(self._down_for(self._lines), self._inputs_path, log)

    def _kill(self):
        self._deaths = self.world._deaths
        super()._kill()

    def _is_speaking(self, within_s):
        return select.select([self._pipe] if self._vm else [], [], [], within_s)[0]

    def _hear(self):
        while self._is_speaking(0) and self._read():
            for record in self._records():
                self._advance(record[US])
                if self.world._deaths != self._deaths:
                    return
                with suppress(ChipReset):  # the next record is not heard
                    self._handlers[record[KIND]](record)

    def _hello(self, record):
        world = self.world
        world.running = True
        world._boot_ms = world.now_ms
        world.starts += 1
        world.emit(f"#up {world.now_ms}")
        super()._hello(record)

    def _tick(self, record):
        world = self.world
        world.feed()
        self.ticks += 1
        gap_us = record[A]
        if gap_us:
            self.late_ms.append(gap_us / 1000 - TICK_MS)
        if gap_us > TWO_TICKS_MS * 1000:
            ms = -(-gap_us // 1000)
            self.stalls.append((max(world.now_ms - ms, 0), ms))
        self.peak_bytes = max(self.peak_bytes, record[E])
        self._figures = record[D], record[F]
        self._show(record, len(world.burners))
        world._told.look(world)
        for off in self._offs:
            if off.posted_us and off.heard_us is None and not record[B] >> off.burner & 1:
                off.heard_us = record[US]

    def _pin(self, record):
        number, level = record[A], record[B]
        world = self.world
        if number in world.relay_pins:
            burner = world.relay_pins.index(number)
            if level != world.pins.get(number, 0):
                self.edges.append((record[US], burner, level))
                for off in self._offs:
                    if off.burner == burner and off.heard_us is None and not level:
                        off.coil_us = record[US]
        world.pin_changed(number, level)

    def _post(self, record):
        us, burner, what, source = record[US], record[A], record[B], SOURCES[record[C]]
        name = ("off", "extend", "arm", "less", "presence")[what]
        self.posts.append((us, burner, name, source if what == 0 else None))
        if what:
            given = {3: {"min": record[D]}, 4: {"on": not record[D]}}.get(what, {})
            self._record("presence" if what == 4 else "remote_" + name, burner, given)
            return
        self._record("remote_off", burner, {"source": source})
        for off in self._offs:
            mine = (off.burner, off.source) == (burner, source)
            if mine and off.posted_us is None and 0 <= us - off.asked_us <= ON_THE_WAY_MS * 1000:
                off.posted_us = us
                break

    def _reset(self, record):
        if not self._values:
            self.failure = f"the program never came to its first tick: {self.console()[-2000:]}"
        super()._reset(record)

    def _show_inputs(self):
        """Write what the chip's inputs are just now, if it is news."""
        inputs = self._inputs_now()
        if (inputs, self._blocked) == self._inputs:
            return
        self._inputs = inputs, self._blocked
        self._sent += 1
        rest = [0] * STOVE_WORDS
        rest[AT_BLOCKED] = self._blocked
        block = array("q", [self._sent, *inputs, *rest, self._sent]).tobytes()
        file = os.open(self._inputs_path, os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(file, block, 0)
        finally:
            os.close(file)

    # --- the end ---------------------------------------------------------------------------------------------------

    def _end(self):
        self._over = True
        self._thread.join()
        self._kill()
        for end in self._hole:
            end.close()

    def _verdict_plan(self, marks):
        """The plan as it was carried out: when each event really began, and the stalls among them by name."""
        reported = {int(text): t_ms for kind, t_ms, text in marks if kind == "do"}
        events = [[reported.get(at, ms), *rest] for at, (ms, *rest) in enumerate(self.plan["events"])]
        events += [[from_ms, "gil_hold", 0, {"ms": ms}] for from_ms, ms in self.stalls]
        events += [[from_ms, "services_block", 0, {"ms": 0}] for from_ms in self._provoked]
        for off in self._offs:
            if off.posted_us is None:  # dropped on the way: as if it had been said to the loop itself
                asked_ms = (off.asked_us - self._begun_us) // 1000
                events.append([asked_ms, "remote_off", off.burner, {"source": off.source}])
        return {**self.plan, "events": sorted(events, key=lambda event: event[0])}

    def view(self):
        """The run so far as simulator/rules/observed.py looks at it; close() judges the same."""
        with self._lock:
            result = parse(self._lines)
            plan = self._verdict_plan(result.marks)
        result.marks = [mark for mark in result.marks if mark[0] != "do"]  # the plan has their times now
        return View(result, plan)

    def violations(self):
        """End the run, and tell (name, sentence) of every invariant that did not hold."""
        if not self._over:
            self._end()
            journal = self.flash / "journal.txt"
            for line in journal.read_text().splitlines() if journal.exists() else ():
                if line[:1] != "#":  # that one is its seal
                    self._lines.append(f"#journal {self.world.now_ms} {line}")
            self._lines.append(f"#end {self.world.now_ms}")
        view = self.view()
        return invariants.check(view.result, view.plan)

    def close(self):
        """The test is over: every invariant must have held, the rig must live, and nothing may have been raised."""
        found = self.violations()
        assert self.failure is None, self.failure
        assert found == [], found
        for word in ("Traceback", "Unhandled exception"):
            assert word not in self.console(), self.console()[-2000:]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.close()
        except AssertionError:
            self._tell()
            raise
        finally:
            if not self._over:
                self._end()
                self._tell()

    def _tell(self):
        late_ms, still_ms = max(self.late_ms, default=0), self._still_us // 1000  # a finger may have held for longer
        print(f"rig: {self.ticks} ticks, worst {late_ms:.1f} ms late, stalls {self.stalls}", file=sys.stderr)
        print(f"rig: itself it stood still for up to {still_ms} ms", file=sys.stderr)
        print(self.console()[-4000:], file=sys.stderr)
