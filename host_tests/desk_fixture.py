"""The desk: the compiled firmware on the VM in real time, both threads and the real network, on a stove that is played.

    with Desk(tmp_path, burners=2, timer_default_min=1) as desk: ...
Belongs here: the host's end of the wire, the hand, the eye, what is judged at the end. Does not: the chip's side
(vm/desk.py), physics and events (simulator/machine), what must hold in every run (simulator/invariants.py).
"""

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from array import array
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from names import SOURCES, STATES
from seeded_firmware import seeded

from curfew.services import door
from simulator import invariants, run, run_settings
from simulator.inside import MODULES
from simulator.observed import TICK_MS, TWO_TICKS_MS, View
from simulator.result import parse

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RIG = HERE / "vm" / "desk"
FOR_EVER_MS = 2**60
STEP_S = 0.002  # of the stove, and of everybody who waits for it
DOOR_MS = 30_000  # a word from afar that took longer to reach the loop was lost on the way
RIG_BYTES = 21 * 1024  # of heap for the VM's end of the wire, beside the firmware's own
PIPE_BYTES = 1 << 20  # half a minute of ticks, should this process have no time to listen
SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}

# What vm/desk/wire.py has, in the same order.
_KIND, _US, _A, _B, _C, _D, _E, _F, _SIZE = 64, 65, 66, 67, 68, 69, 70, 71, 72
_LINKS = ("ok", "stale", "i2c_error")
_CAUSES = {"power": 1, "en": 1, "brownout": 1, "hard": 2, "wdt": 3, "soft": 5}
_CLEARED_BY = ("power", "en")  # the resets that the RTC memory does not outlive

# What a hand, a fault of a part, or the mains may do here. A stall, a jump of the clock and an exception in the middle
# of a tick belong to the simulator: this machine's own clock and threads cannot be told to do them.
ACTS = frozenset((
    "press", "double_press", "hold", "button_down", "button_up", "light", "knob_off", "blow_out", "simmer", "weld",
    "unweld", "stick_open", "film", "bypass", "sensor", "noise", "reset", "power_off", "power_on",
))  # fmt: skip

_world = MODULES["world"]


def network_of(password, **parts):
    """A network.json for a box with this device password, on a Wi-Fi; parts: mqtt={...}, voice={...}, token=..."""
    kept = list(door.hashing(password, b"0123456789abcdef"))[-1]
    return {"wifi": {"ssid": "desk", "password": "a long password"}, "password": kept, **parts}


def seeded_build(folder, *changes):
    """The compiled firmware with bugs in it: changes as for seeded_firmware.seeded()."""
    tree = folder / "tree"
    tree.mkdir()
    seeded(tree, *changes)
    shutil.copytree(ROOT / "tools", tree / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "build").mkdir()
    (tree / "build" / "lib").symlink_to(ROOT / "build" / "lib")
    subprocess.run([sys.executable, "-m", "tools.build", str(folder / "seeded")], cwd=tree, check=True)
    return folder / "seeded"


class Off:
    """An OFF from afar, from asking for it to its end; times are those of time.monotonic_ns() // 1000."""

    def __init__(self, desk, burner, source):
        self._desk = desk
        self.burner = burner
        self.source = source
        self.asked_us = _now_us()
        self.posted_us = None  # the services put it where the loop looks
        self.heard_us = None  # the end of the tick that took it
        self.coil_us = None  # the relay pin went low, if it was high

    def wait(self, s=5):
        """Milliseconds from asking to the pin of the coil; of a burner that was off, to the end of the loop's tick."""
        self._desk.wait_for(lambda: self.heard_us, s, f"OFF ({self.source}) of burner {self.burner}")
        return ((self.coil_us or self.heard_us) - self.asked_us) / 1000


def _now_us():
    return time.monotonic_ns() // 1000


def _free_port(kind):
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Desk:
    """One box in a process of its own; the flash is `folder`/flash. Starts as power comes, and again after each reset.

    network: None: no radio at all, the services keep the journal; {}: no network.json, so the set-up portal;
    else the content of network.json (network_of). heap_kib: the firmware's; the rig's part comes on top. firmware: a
    compiled one. alone: no services thread ever runs, and `allocated` tells (tick, bytes) of every tick that allocated.
    stove: what differs from simulator/machine/plant.py. Other arguments are settings over the shipped ones.

    To be read: `late_ms`, of every tick; `stalls`, (from_ms, ms) of the gaps between ticks that were longer than two
    of them and so excuse what happened in them; `edges`, (us, burner, level) of the relay pins; `posts`, (us, burner,
    what, source) of all that the services asked for, what being "off", "extend" or "arm"; `starts` of the program;
    `peak_bytes` that the heap held at most, rubbish included; `rig_bytes` of them are the desk's own.
    """

    def __init__(
        self, folder, burners=1, sensor=True, stove=None, network=None, heap_kib=192, firmware=run.BOARD,
        alone=False, **settings,
    ):  # fmt: skip
        self.plan = {
            "name": "desk", "seed": 1, "until_ms": FOR_EVER_MS, "samples": False, "burners": burners,
            "stove": dict(stove or {}), "events": [],
            **run_settings.make({"settings": settings}, run_settings.shipped(), burners, sensor),
        }  # fmt: skip
        if alone:  # nobody writes a journal then
            self.plan["events"].append([0, "services_block", 0, {"ms": FOR_EVER_MS}])
        self.web_port = _free_port(socket.SOCK_STREAM)
        self.dns_port = _free_port(socket.SOCK_DGRAM)
        self.late_ms, self.stalls, self.edges, self.posts, self.allocated = [], [], [], [], []
        self.starts = 0
        self.peak_bytes = 0
        self.rig_bytes = None
        self.ticks = 0
        self.failure = None  # why the rig broke, in words
        self._firmware, self._heap_bytes, self._alone, self._air = (
            firmware,
            heap_kib * 1024 + RIG_BYTES,
            alone,
            network is not None,
        )
        self._offs = []
        self._values = ()
        self._figures = (0, 0)
        self._wifi, self._lookup_ms, self.dead_port, self._measure = 1, 0, 0, 0
        self._hole = []
        self._inputs = None
        self._sent = 0
        self._vm = self._pipe = None
        self._heard = b""
        self._deaths = 0
        self._over = False
        self._fill_flash(folder, network)
        self._lines = []
        self._begun_us = _now_us()
        self.world = _world.World(self.plan, self._lines.append)
        self._deaths = self.world._deaths
        self.world.begin()
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()
        try:
            self.wait_for(lambda: self.ticks and all(self.state(b) == "IDLE" for b in range(burners)), 30, "the start")
        except BaseException:
            self._end()
            self._show()
            raise

    def _fill_flash(self, folder, network):
        self.flash = folder / "flash"
        self.flash.mkdir()
        self._rtc = folder / "rtc"
        self._rtc.write_bytes(b"")
        self._inputs_path = folder / "inputs"
        self.log = folder / "desk.log"
        self.log.write_bytes(b"")
        run.write_settings(self.plan, self.flash)
        shutil.copytree(self._firmware, self.flash, ignore=shutil.ignore_patterns("settings.json"), dirs_exist_ok=True)
        if network:
            (self.flash / "network.json").write_text(json.dumps(network))

    # --- what the hand does ----------------------------------------------------------------------------------------

    def do(self, name, burner=0, **args):
        """Begin an act of a scenario now; args in milliseconds. Returns at once."""
        assert name in ACTS, f"{name}: the desk cannot do that, the simulator can"
        with self._lock:
            self._record(name, burner, args)

    def _record(self, name, burner, args):
        self.plan["events"].append([self.world.now_ms, name, burner, args])
        self.world.do(name, burner, args)

    def press(self, burner=0):
        """A press, and the time until the box has seen its end."""
        self.do("press", burner)
        self._pass(260)

    def hold(self, s=1.0, burner=0):
        """The button held for s seconds and let go."""
        self.do("hold", burner, ms=int(s * 1000))
        self._pass(int(s * 1000) + 100)

    def light(self, hold_s=10, burner=0):
        """A hand lights as always and lets go after hold_s; returns at once."""
        self.do("light", burner, hold_ms=int(hold_s * 1000))

    def knob_off(self, burner=0):
        self.do("knob_off", burner)

    def reset(self, cause="wdt"):
        """The chip resets; returns when the program ticks again."""
        starts = self.starts
        self.do("reset", cause=cause)
        self.wait_for(lambda: self.starts > starts and self.state() is not None, 20, "the start after a reset")

    def _pass(self, ms):
        end_ms = self.world.now_ms + ms
        self.wait_for(lambda: self.world.now_ms >= end_ms, ms / 1000 + 20, "time to pass")

    # --- what the network does -------------------------------------------------------------------------------------

    def wifi(self, up):
        """The access point comes or goes; links that are open stay so, being loopback."""
        self._wifi = int(up)

    def lookups_hang(self, s):
        """From now on every look-up of a name blocks its thread for so long; 0: none does, not even those begun."""
        self._lookup_ms = int(s * 1000)

    def connects_hang(self, on=True):
        """From now on whatever the box looks up leads to a door that never answers a connect."""
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
        """Within, the test asks for OFF through a door; yields an Off. That it reaches the loop is judged at the end.

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
            assert time.monotonic() < end_s, f"{what}: not within {s} s; {self.told()}"
            time.sleep(STEP_S)

    def wait_state(self, state, burner=0, s=10):
        """Wait until a burner is in a state."""
        self.wait_for(lambda: self.state(burner) == state, s, state)

    def state(self, burner=0):
        """The name of the state as of the last tick, None while no program ticks."""
        values = self._values
        return STATES[values[16 * burner]] if values else None

    def told(self, burner=0):
        """The latest line of the trace of a burner: its plant and its panel."""
        with self._lock:
            lines = [line for line in self._lines[-200:] if line.startswith("{")]
        return next((told for line in reversed(lines) if (told := json.loads(line))["burner"] == burner), None)

    def contact(self, burner=0):
        """ "open" or "closed": the plant's truth."""
        return "closed" if self.world.burners[burner].closed else "open"

    def gas(self, burner=0):
        """ "on" or "off": the plant's truth."""
        return "on" if self.world.burners[burner].gas else "off"

    @property
    def pid(self):
        """The process of the VM; another one after each reset."""
        return self._vm.pid

    def live_bytes(self):
        """What the heap holds after a collection, which the services do for this."""
        self._measure += 1
        asked = self._measure
        return self.wait_for(lambda: self._figures[1] == asked and self._figures[0], 30, "the heap's figures")

    def console(self):
        """All that the firmware printed."""
        return self.log.read_text("utf-8", "replace")

    # --- the rig's own thread --------------------------------------------------------------------------------------

    def _play(self):
        try:
            while not self._over:
                ready = select.select([self._pipe] if self._vm else [], [], [], STEP_S)[0]
                with self._lock:
                    if ready:
                        self._hear()
                    self._advance(_now_us())
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
        while world.now_ms < now_ms:
            try:
                world._pass_time(now_ms - world.now_ms)
            except _world.ChipReset:
                return  # _play() sees that it has died

    def _start(self):
        downs = [line.split()[2] for line in self._lines if line.startswith("#down")]
        why = downs[-1] if downs else "power"
        if why in _CLEARED_BY:
            self._rtc.write_bytes(b"")
        self._show_inputs()
        self._pipe, out = os.pipe()
        _grow(out)
        paths = [RIG, *([RIG / "air"] if self._air else [])]
        with self.log.open("ab") as log:
            self._vm = subprocess.Popen(
                [
                    *(run._micropython(), "-X", f"heapsize={self._heap_bytes}", HERE / "vm" / "desk.py", str(out)),
                    *(self._inputs_path, self._rtc, str(_CAUSES.get(why, 2))),
                    *(["alone"] if self._alone else []),
                ],
                cwd=self.flash, env={**os.environ, "MICROPYPATH": ":".join([*map(str, paths), ".frozen"])},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[out],
            )  # fmt: skip
        os.close(out)

    def _kill(self):
        """The chip is gone: what it may still have had to say was never heard."""
        self._deaths = self.world._deaths
        self._values = ()
        self._heard = b""
        if self._vm is not None:
            self._vm.kill()
            self._vm.wait()
            os.close(self._pipe)
            self._vm = self._pipe = None

    def _hear(self):
        said = os.read(self._pipe, PIPE_BYTES)
        if not said:
            status = self._vm.wait()
            self.failure = f"the VM ended by itself with status {status}: {self.console()[-2000:]}"
            self._kill()
            return
        self._heard += said
        length = 8 * _SIZE
        for at in range(0, len(self._heard) - length + 1, length):
            record = array("q", self._heard[at : at + length])
            self._advance(record[_US])
            if self.world._deaths != self._deaths:
                return
            try:
                _HEARD[record[_KIND]](self, record)
            except _world.ChipReset:
                return
        self._heard = self._heard[len(self._heard) // length * length :]

    def _hello(self, record):
        world = self.world
        world.running = True
        world._boot_ms = world.now_ms
        world.starts += 1
        world.emit(f"#up {world.now_ms}")
        self.starts += 1
        self.rig_bytes = record[_A]
        if self.rig_bytes > RIG_BYTES:
            self.failure = f"the rig takes {self.rig_bytes} bytes of the heap, RIG_BYTES is {RIG_BYTES}"

    def _tick(self, record):
        world = self.world
        world.feed()
        self.ticks += 1
        gap_us = record[_A]
        if gap_us:
            self.late_ms.append(gap_us / 1000 - TICK_MS)
        if gap_us > TWO_TICKS_MS * 1000:
            ms = -(-gap_us // 1000)
            self.stalls.append((max(world.now_ms - ms, 0), ms))
        if record[_C] and self._values:  # the first tick of a start builds things
            self.allocated.append((self.ticks, record[_C]))
        self.peak_bytes = max(self.peak_bytes, record[_E])
        self._figures = record[_D], record[_F]
        self._values = tuple(record[: 16 * len(world.burners)])
        world._link = SimpleNamespace(snapshot=SimpleNamespace(values=self._values))
        world._told.look(world)
        for off in self._offs:
            if off.posted_us and off.heard_us is None and not record[_B] >> off.burner & 1:
                off.heard_us = record[_US]

    def _pin(self, record):
        number, level = record[_A], record[_B]
        world = self.world
        if number in world.relay_pins:
            burner = world.relay_pins.index(number)
            if level != world.pins.get(number, 0):
                self.edges.append((record[_US], burner, level))
                for off in self._offs:
                    if off.burner == burner and off.heard_us is None and not level:
                        off.coil_us = record[_US]
        world.pin_changed(number, level)

    def _watch(self, record):
        self.world.watch(record[_A])

    def _post(self, record):
        us, burner, what, source = record[_US], record[_A], record[_B], SOURCES[record[_C]]
        self.posts.append((us, burner, ("off", "extend", "arm")[what], source if what == 0 else None))
        if what:
            self._record("remote_extend" if what == 1 else "remote_arm", burner, {})
            return
        self._record("remote_off", burner, {"source": source})
        for off in self._offs:
            mine = (off.burner, off.source) == (burner, source)
            if mine and off.posted_us is None and 0 <= us - off.asked_us <= DOOR_MS * 1000:
                off.posted_us = us
                break

    def _reset(self, _):
        if not self._values:
            self.failure = f"the program never came to its first tick: {self.console()[-2000:]}"
        self.world.reset_now("hard")

    def _stopped(self, _):
        self.world.stopped()
        self._values = ()

    def _show_inputs(self):
        """Write what the chip's inputs are just now, if it is news."""
        world = self.world
        low = sum(1 << pin for pin in world.button_pins if not world.pin_level(pin))
        codes = [world.input_code(number // 4, number % 4) for number in range(8)]
        bus = [_LINKS.index(word) for word in world.bus]
        inputs = [low, self._wifi, self._lookup_ms, self.dead_port, self._measure, *bus, *codes]
        inputs += [self.web_port, self.dns_port]
        if inputs == self._inputs:
            return
        self._inputs = inputs
        self._sent += 1
        block = array("q", [self._sent, *inputs, self._sent]).tobytes()
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
        told = {int(text): t_ms for kind, t_ms, text in marks if kind == "do"}
        events = [[told.get(at, ms), *rest] for at, (ms, *rest) in enumerate(self.plan["events"])]
        events += [[from_ms, "gil_hold", 0, {"ms": ms}] for from_ms, ms in self.stalls]
        for off in self._offs:
            if off.posted_us is None:  # dropped on the way: as if it had been said to the loop itself
                asked_ms = (off.asked_us - self._begun_us) // 1000
                events.append([asked_ms, "remote_off", off.burner, {"source": off.source}])
        return {**self.plan, "events": sorted(events, key=lambda event: event[0])}

    def view(self):
        """The run so far as simulator/observed.py looks at it; close() judges the same."""
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
        assert found == []
        for word in ("Traceback", "Unhandled exception"):
            assert word not in self.console(), self.console()[-2000:]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.close()
        except AssertionError:
            self._show()
            raise
        finally:
            if not self._over:
                self._end()
                self._show()

    def _show(self):
        worst = max(self.late_ms, default=0)
        print(f"desk: {self.ticks} ticks, worst {worst:.1f} ms late, stalls {self.stalls}", file=sys.stderr)
        print(self.console()[-4000:], file=sys.stderr)


def _grow(pipe):
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        pass  # a small pipe only means that the chip may have to wait for a host without time


_HEARD = (Desk._hello, Desk._tick, Desk._pin, Desk._watch, Desk._post, Desk._reset, Desk._stopped)
