"""The N-th call of the chip or of its flash fails, once or from then on for ever."""

import sys
import traceback
from functools import partial

from host_tests.crash.crash import judge_of
from host_tests.crash.forked_device import FIRMWARE, Run, apart, is_unreal
from host_tests.crash.recovery_checks import ANY_WAY, GOES_ON_MS, GoesOn, SensorFails
from simulator.rules.numbers import TICK_MS

START, CHANGE, STEADY = "start", "change", "steady"
ENDING = "before the script's own end"  # one of the last two
STEADY_TICKS = 50
NO_OS = ("gc.", "lock.")  # an operating system refuses with OSError; these have none
# What never comes back means more than a call that fails once.
FOREVER = {
    "I2C.writeto": lambda kind: SensorFails,
    "I2C.readfrom_mem_into": lambda kind: SensorFails,
    "WDT": lambda kind: partial(kind, way=ANY_WAY),  # then there is none that could restart the chip
    "time.sleep_ms": lambda kind: partial(kind, may_spin=True),
}


class _Calls:
    """Counts the calls that the firmware makes of fakes and flash; asked(name, frame) says what comes of each."""

    def __init__(self, script, firmware):
        self.firmware = str(firmware)
        self.run = Run(script, firmware)
        self.run.world.on_call = self._on_call
        self.number = 0
        self.failure = None

    def go(self):
        self.run.go()
        if self.failure:
            raise RuntimeError(self.failure)

    def _on_call(self, name):
        if is_unreal():
            return
        frame = sys._getframe(2)
        while not frame.f_code.co_filename.startswith(self.firmware):
            if frame.f_code.co_name in ("_happen", "end"):
                return  # the simulator's own
            frame = frame.f_back
        if name == "Pin.value":
            name += f"({sys._getframe(2).f_locals['self']._number})"
        self.number += 1
        try:
            self.asked(name, frame)
        except BaseException:
            if not self.run.is_fork:  # this is the counter's own, and must not look like the chip's
                self.failure = traceback.format_exc()
                self.run.world.until_ms = self.run.world.now_ms
            raise


class _Survey(_Calls):
    """Which tick each call belongs to, and what anybody can see of the controller in it."""

    def __init__(self, *args):
        super().__init__(*args)
        self.calls = []  # (name, tick, whether it belongs to a start or to the services)
        self.seen = [None]  # by tick
        self._slept = 0  # in this start of the program
        self._began = {}  # the first tick of each start

    def asked(self, name, _frame):
        world = self.run.world
        starting = self._slept != world.starts
        self._began.setdefault(world.starts, len(self.seen))
        self.calls.append((name, len(self.seen), world._serving or starting))
        if name == "time.sleep_ms":
            self._slept = world.starts
            self.seen.append([self.run.reported(), world.coils[:]])

    def chosen(self):
        """[number, name, when] of the calls that shall fail."""
        changed = {at for at in range(1, len(self.seen)) if self.seen[at] != self.seen[at - 1]}
        steady = {at + STEADY_TICKS for at in changed}
        ending = {at - ago for at in self._began.values() for ago in range(GOES_ON_MS // TICK_MS)}
        found = []
        for number, (name, tick, starting) in enumerate(self.calls, 1):
            when = START if starting else CHANGE if tick in changed else STEADY if tick in steady else None
            if when:
                when = ENDING if when != START and tick in ending else when
                found.append([number, name, when])
        return found


class _Failer(_Calls):
    """Forks at every chosen call and lets it fail there."""

    def __init__(self, chosen, forever, script, firmware):
        super().__init__(script, firmware)
        self._chosen = {number: when for number, _, when in chosen}
        self._forever = forever
        self._fails = None  # name and error, in a fork, for ever
        self._judge = None

    def asked(self, name, frame):
        if self._fails:
            if name == self._fails[0]:
                self._judge.again()
                raise self._fails[1](5)
        elif self.number in self._chosen and self.run.fork(f"call {self.number}, {name}"):
            self._fail(name, frame, RuntimeError if name.startswith(NO_OS) else OSError)

    def _fail(self, name, frame, error):
        kind = judge_of(self.run, frame, error, self.firmware)
        if self._forever:
            kind = FOREVER.get(name, lambda kind: kind)(kind)
            self._fails = name, error
        else:
            self.run.world.on_call = None
        if kind is GoesOn and self._chosen[self.number] == ENDING:
            kind = partial(kind, may_end=True)
        brief = self._chosen[self.number] != START
        self._judge = self.run.judged(kind, forever=self._forever, brief=brief)
        raise error(5)


def survey(script, firmware=FIRMWARE):
    """[number from 1, name, when] of the calls that shall fail, and how many calls there are.

    All that a start and the services make (START), all of a tick in which anything changed that people see (CHANGE),
    and all of one tick a second after it that stands for the others (STEADY).
    """

    return apart(_surveyed, script, firmware)


def _surveyed(script, firmware):
    survey = _Survey(script, firmware)
    survey.go()
    return survey.chosen(), len(survey.calls)


def fail_every(chosen, script, forever, firmware=FIRMWARE):
    """[what, verdict] of a fork for every chosen call, in which it fails once, or from then on for ever.

    Failing once, only those of START are judged until the controller is well again: of the others what comes after the
    next start is no news to who has crashed at every line.
    """

    return apart(_failed, chosen, forever, script, firmware)


def _failed(*args):
    failer = _Failer(*args)
    failer.go()
    return failer.run.verdicts
