"""A whole run of the simulator in a process of its own, out of which any number of other endings can be forked."""

import builtins
import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import traceback
from pathlib import Path

from host_tests.crash.crash_scenarios import FOR_EVER_MS, program
from host_tests.fixtures.cutting_flash import Flash
from simulator.inside import CHIP, MODULES, Compiled, codes, lent

FIRMWARE = Path(__file__).resolve().parent.parent.parent / "firmware"
SPIN_S = 20  # of its own computing, on a busy machine, too: what needs more for some seconds of a stove spins
report = MODULES["report"]
REPORTED = (report.STATE, report.FAULT, report.CAUSE, report.DETAIL, report.LIGHT, report.SOUND)
ChipReset, Over = MODULES["world"].ChipReset, MODULES["world"].Over


class _RoundOver(BaseException):
    """The services sleep: their turn is over."""


class _Turns:
    """The services' own thread, one round a turn: stands for their persistence, and for their clock."""

    def __init__(self, world, entry, args):
        self._world = world
        self._entry = entry
        self._persistence, self._link, _, *self._rest = args
        self.error = None  # what their thread died of outside of a round

    def poll(self):
        if self.error:
            raise self.error
        sys.settrace(self._world.trace)
        try:
            self._entry(self._persistence, self._link, self, *self._rest)
        except _RoundOver:
            self._link.stopped[0] = 0  # it only slept
        finally:
            sys.settrace(None)

    def sleep_ms(self, _ms):
        raise _RoundOver


def is_unreal():
    """True while the program is left for a reason that a chip does not have: then no line of it is executed there."""
    return isinstance(sys.exc_info()[1], (_RoundOver, ChipReset, Over))


class WatchedWorld(MODULES["world"].World):
    """Asks `watcher`, if there is one, before time passes."""

    watcher = None
    trace = None  # a function for sys.settrace(): traces the firmware and not the simulator, whose time is long
    on_call = None  # called with the name of every call of a fake
    refusing = ()  # a relay pin that does not go low any more, and whether it refuses to be an input, too

    def __init__(self, plan, emit):
        super().__init__(plan, emit)
        self.plan = plan  # grows by what a judge does
        self.shutoffs = 0  # how often a coil went off that time had seen on
        self.coils = [False] * len(self.burners)  # as time saw them last

    def _step(self, dt_ms):
        if self.watcher:
            self.watcher()
        for index, burner in enumerate(self.burners):
            self.shutoffs += self.coils[index] and not burner.coil
            self.coils[index] = burner.coil
        super()._step(dt_ms)

    def forget(self, but=()):
        """Nothing of what was planned happens any more, but for acts of these names."""
        waiting = self._queue[self._next :]
        self._asked = min([self._asked, *(index for _, _, index, *_ in waiting if index >= 0)])
        del self.plan["events"][self._asked :]
        self._queue = [act for act in waiting if act[3] in but]
        self._next = 0

    def do(self, name, burner=0, args=None):
        self.plan["events"].append([self.now_ms, name, burner, args or {}])
        super().do(name, burner, args)

    def later(self, ms, name, burner=0, args=None):
        """As do(), some time from now."""
        event = [self.now_ms + ms, name, burner, args or {}]
        self.plan["events"].append(event)
        self._plan_event(self._asked, event)
        self._asked += 1
        self._queue = sorted(self._queue[self._next :], key=lambda act: act[:2])
        self._next = 0

    def _deliver(self):
        """Remote requests come by the services' thread, too."""
        serving, self._serving = self._serving, True
        sys.settrace(self.trace)
        try:
            super()._deliver()
        except Exception as error:
            self.thread[1][0].error = error
        finally:
            sys.settrace(None)
            self._serving = serving

    def _pass_time(self, ms):
        sys.settrace(None)
        try:
            super()._pass_time(ms)
        finally:
            sys.settrace(self.trace)

    def start_thread(self, entry, args):
        super().start_thread(entry, (_Turns(self, entry, args), *args[1:]))

    def alive(self, name=None):
        super().alive(name)
        if self.on_call and name:
            self.on_call(name)

    def _do_pin_refuses(self, burner, args):
        """A relay pin that does not go low any more, until the chip resets."""
        self.refusing = (self.relay_pins[burner], args["init"])

    def _die(self, cause):
        self.refusing = ()
        super()._die(cause)

    def pin_changed(self, number, level):
        refuses = level == 0 and self.refusing and number == self.refusing[0]
        if refuses and (self.refusing[1] or sys._getframe(1).f_code.co_name == "value"):
            raise OSError(5)
        super().pin_changed(number, level)


class _WatchedFlash(Flash):
    """Every operation is a call of a fake, too: flash.open(settings.json), flash.read(...), flash.write(...)."""

    def __init__(self, world, files):
        super().__init__(files)
        self._world = world

    def call(self, operation, name):
        if self._world.running:
            self._world.alive(f"flash.{operation}({name})")

    def step(self, operation):
        if operation:
            self.call(*operation.split()[:2])
        super().step(operation)

    def open(self, name, mode="r"):
        if mode[0] == "r":
            self.call("open", name)
        return _WatchedFile(self, super().open(name, mode))


class _WatchedFile:
    def __init__(self, flash, file):
        self._flash = flash
        self._file = file
        self.write, self.flush = file.write, file.flush

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self, *count):
        self._flash.call("read", self._file.name)
        return self._file.read(*count)

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readline(self):
        self._flash.call("read", self._file.name)
        return self._file.readline()

    def __iter__(self):
        for line in self._file:
            self._flash.call("read", self._file.name)
            yield line


class Run:
    """One script from the first power-up to its end, or to wherever a fork of it ends."""

    def __init__(self, script, firmware=FIRMWARE, before=()):
        self.script = script
        self.plan = script.plan(before)
        self.codes = codes(firmware)
        self.lines = []
        self.world = WatchedWorld(self.plan, self.lines.append)
        self.flash = _WatchedFlash(self.world, script.files)
        text = self.plan.get("settings_text") or (self.plan["settings"] and json.dumps(self.plan["settings"]))
        if text:
            self.flash.files["settings.json"] = text.encode()
        self.flash.files |= program("a")
        self.at_prompt = False
        self.verdicts = []
        self.proved = set()  # what forks that passed had found on their way, so that others need not go it again ...
        self.proves = None  # ... and what this one has found
        self._out = None  # where a fork tells its verdict

    def go(self):
        """Until the script is over. Leaves this process changed: to be called in a fork of its own."""
        world = self.world
        MODULES["world"].install(world)
        sys.meta_path.insert(0, Compiled(self.codes))
        sys.print_exception = lambda error: print("Traceback", repr(error))
        builtins.open, os.rename, os.listdir = self.flash.open, self.flash.rename, self.flash.listdir
        os.remove = self.flash.remove
        gc.collect()
        gc.freeze()
        gc.disable()
        world.begin()
        with lent(dict(CHIP), self._print):
            try:
                while True:
                    world.wait_for_power()
                    try:
                        if world.boot():
                            self._program()
                    except ChipReset:
                        continue
            except Over:
                world.end()
            except BaseException:
                if not self.is_fork:
                    raise
                self.finish(traceback.format_exc())  # a fork ends here and nowhere else

    def _print(self, *words):
        self.world.emit("#console " + " ".join(map(str, words)))

    def _program(self):
        """boot.py, main.py, and then the prompt until a reset; an exception that escapes ends there, too."""
        for name in [name for name in sys.modules if name.split(".")[0] in ("starter", "program", "curfew")]:
            del sys.modules[name]
        self.at_prompt = False
        try:
            exec(self.codes["boot.py"], {"__name__": "__main__"})
            exec(self.codes["main.py"], {"__name__": "__main__"})  # not after a boot.py that failed
        except (Exception, KeyboardInterrupt) as error:
            self._print("Traceback", repr(error))
        self.world.stopped()
        self.at_prompt = True
        self.world.wait_for_reset()

    def reported(self):
        """What the firmware reports on each burner but for the time left: the numbers of the snapshot that people see.

        None while no program runs.
        """
        link = self.world.link() if self.world.running else None
        if link is None:
            return None
        values = link.snapshot.values
        return [[values[base + field] for field in REPORTED] for base in range(0, len(values), report.FIELDS)]

    def states(self):
        """(state, fault) of each burner in words; None while no program runs."""
        reported = self.reported()
        return reported and [(report.STATES[one[0]], None if one[1] < 0 else report.FAULTS[one[1]]) for one in reported]

    @property
    def is_fork(self):
        return self._out is not None

    # --- forks -----------------------------------------------------------------------------------------------------

    def fork(self, what):
        """True in the fork, which ends with finish(); False, once that one is over, in the run that goes on."""
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read_end)
            self._out = write_end
            self.world.until_ms = FOR_EVER_MS
            signal.setitimer(signal.ITIMER_PROF, SPIN_S)
            return True
        os.close(write_end)
        reported = _all_of(read_end)
        os.waitpid(pid, 0)
        verdict, proved = json.loads(reported) if reported else (f"no verdict within {SPIN_S} s: it spins", None)
        self.verdicts.append([what, verdict])
        if not verdict:
            self.proved.add(proved)
        return False

    def judged(self, kind, **named):
        """The judge of this fork, kind(run, ...); where it cannot be made, the fork ends."""
        try:
            return kind(self, **named)
        except Exception:
            return self.finish(traceback.format_exc())

    def finish(self, verdict):
        """The end of a fork."""
        os.write(self._out, json.dumps([verdict, self.proves]).encode())
        os._exit(0)


def _all_of(read_end):
    parts = []
    while part := os.read(read_end, 65536):
        parts.append(part)
    os.close(read_end)
    return b"".join(parts)


def apart(function, *args):
    """What function(*args) returns (as JSON has it), from a process of its own that may do with itself what it likes.

    A new interpreter, not a fork: it knows no pytest, and of a process half as large the forks cost half the time.
    """
    asked = pickle.dumps((function, args))
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", "from host_tests.crash import forked_device; forked_device.answer()"]
    said = subprocess.run(command, input=asked, capture_output=True, env=paths)
    assert said.returncode == 0, said.stderr.decode()
    return json.loads(said.stdout)


def answer():
    """In the process that apart() started: the question comes by stdin, the answer goes to stdout."""
    function, args = pickle.load(sys.stdin.buffer)
    print(json.dumps(function(*args)))


def reported_by(script, firmware=FIRMWARE):
    """The lines of a whole script."""
    run = Run(script, firmware)
    run.go()
    return run.lines
