"""What has to come of a failure, in the rest of a run, judged by coils, contacts and what the device tells."""

import json
import traceback
from itertools import pairwise

from curfew.storage import series
from simulator.result import parse
from simulator.rules import invariants
from simulator.rules.gestures import PRESS_MS
from simulator.rules.numbers import QUIET_MS, UNSTABLE_ENDS
from simulator.rules.observed import ENDED_MS, TWO_TICKS_MS

AT_REST_MS = 300  # all burners in IDLE for so long before a user presses: without a user nothing conducts
RELAY_MS = 60
PRESSED_MS = PRESS_MS + ENDED_MS + TWO_TICKS_MS + RELAY_MS
PUMPED_MS = 100  # five ticks until a pump holds
JOURNAL_MS = 8000  # services that ended are started again after five seconds
PROMPT_MS = 1000  # a person at the cable works for so long
LOOPS = 3  # starts in a row that fail alike: so it will go on
READY_MS = 90_000
SPIN_MS = 1500  # starts may not follow each other faster; one takes a second
SENSOR_FAILED_MS = 2000  # 1.5 s without a reading, and all there is in between
GOES_ON_MS = 7000  # services that ended are back after five seconds
WATCHDOG_CABLE_MS = 600_000
STALLED_MS = 4000  # the watchdog ends a longer stall
FINAL = {"UNSTABLE", "SETTINGS_INVALID"}  # faults that no one can acknowledge within a few minutes
HANDS_LET_GO = ("button_up", "let_go")
REPAIRS = (  # acts that leave a stove which is in order and off, with their arguments
    *(("unweld", {}), ("sensor", {"value": "ok"}), ("noise", {"uv": 0}), ("film", {"milliohm": 0})),
    *(("simmer", {"percent": 100}), ("knob_off", {}), ("button_up", {}), ("alarm", {"on": False})),
)
KNOB_MS, COOLED_MS, ACKNOWLEDGED_MS = 6000, 12_000, 20_000  # someone proves that a stove is well, and says so


# How a controller comes back.
RESTARTS = "by itself"
CABLE = "a person at the cable has the prompt, ten minutes, and resets it"
ANY_WAY = "by itself, or someone has to reset it"
AT_ONCE = "it never went: the start goes on"
INVALID = "at once, but it cannot read its settings and says so until the next start"


class _Judge:
    """Looks at a world before any time passes in it, and ends the fork with a verdict: "" or what was wrong."""

    def __init__(self, run):
        self.run = run
        self.world = run.world
        self.opener = False
        self.fell_ms = self.world.now_ms
        self.closed = [burner.closed and burner.coil for burner in self.world.burners]
        self._lines_before = len(run.lines)
        self.world.forget(but=HANDS_LET_GO)
        self.world._blocked_until_ms = 0
        self.world.watcher = self._look_safely
        self.tell()

    def tell(self, thread="services"):
        """Put the failure into the trace: only one that ends the loop must open."""
        self.world.emit(f"#raised {self.world.now_ms} {thread} line Failure")

    def _look_safely(self):
        try:
            self.look()
        except Exception:
            self.run.finish(traceback.format_exc())

    def fails(self, text):
        """The end, with everything that was reported since the failure."""
        last = [line for line in self.run.lines[self._lines_before :] if not line.startswith("#time")][-12:]
        self.run.finish("\n    ".join([f"{self.world.now_ms - self.fell_ms} ms later: {text}", *last]))

    def passes(self):
        """The end, if all that was reported up to here keeps the rules."""
        now_ms = self.world.now_ms
        written = _rows(self.run.flash.files)[len(_rows(self.run.script.files)) :]
        for row in {row[0]: row for row in written}.values():  # what fails right after it wrote writes once more
            self.world.emit(f"#journal {now_ms} {' '.join(row)}")
        self.world.emit(f"#end {now_ms}")
        wrong = invariants.check(parse(self.run.lines), self.run.plan)
        wrong = [one for one in wrong if one[0] != "S11" or not self.opener]
        self.run.finish("\n    ".join(f"{name}: {sentence}" for name, sentence in wrong))


class Opens(_Judge):
    """Every contact opens at once; the controller comes back by way of VERIFYING into IDLE, and there a press counts
    again.

    way: how it comes back, one of RESTARTS ... ANY_WAY. may_spin: what makes a program pause is what fails. forever:
    again() is called whenever the failure comes again. opener: it is in open_all(), so the reset has to open. brief:
    what comes after the first tick of the next start need not be seen. Nor need it where a fork before this one found,
    at that tick, all the same: what a program finds at its start is all that it can go by.
    """

    def __init__(self, run, way=RESTARTS, may_spin=False, forever=False, brief=False, opener=False):
        super().__init__(run)
        self.opener = opener
        self.way, self.may_spin = way, may_spin
        self.forever, self.brief = forever, brief and not forever
        self._restarts = way not in (AT_ONCE, INVALID)
        self._invalid = way == INVALID
        world = self.world
        high = [world.pins.get(pin, 0) for pin in world.relay_pins]
        self._shutoffs = world.shutoffs + sum(world.coils)  # so many lines the journal should get, or one more ...
        self._shutoffs += len(_rows(run.script.files))
        self._perhaps = sum(high[index] and not on for index, on in enumerate(world.coils))  # ... for what was to close
        self._starts = self._fell_starts = world.starts
        self._was_cable = False
        self._raised = 1
        self._since_ms = None  # all have been in IDLE
        self._prompt_ms = None
        self._fault_ms = None
        self._final = False
        self._pressed_ms = None
        self._closed_ms = None
        self._first = True  # nothing was reported yet since the last start
        self._repair()

    def _repair(self):
        """What else was wrong with the stove is over: nothing but the failure shall keep the controller from IDLE."""
        world = self.world
        world.forget()
        for index, burner in enumerate(world.burners):
            burner.let_go()
            for act, args in REPAIRS:
                world.do(act, index, args)

    def tell(self):
        super().tell("services" if self.world._serving else "loop")

    def again(self):
        """The failure came once more."""
        self.tell()
        self._raised += 1
        self.fell_ms = self.world.now_ms
        self._fell_starts = self.world.starts
        self._pressed_ms = self._closed_ms = self._since_ms = None

    def look(self):
        world = self.world
        now_ms = world.now_ms
        if now_ms - self.fell_ms > READY_MS:
            self.fails("still not ready")
        if self.forever and self._raised >= LOOPS and world.starts - self._starts >= LOOPS - 1:
            self._pass_without_spin()
        if self.run.at_prompt and world.running:
            self._at_prompt()
            return
        self._prompt_ms = None
        reported = self.run.states()
        if reported is None:
            self._first = True
            self._since_ms = self._fault_ms = None
        else:
            self._judge([state for state, _ in reported], {fault for _, fault in reported} - {None})

    def _pass_without_spin(self):
        ups = [int(line.split()[1]) for line in self.run.lines if line.startswith("#up")]
        shortest_ms = min(later - earlier for earlier, later in pairwise(ups[-LOOPS + 1 :]))
        if shortest_ms < SPIN_MS and not self.may_spin:
            self.fails(f"it spins: {shortest_ms} ms from start to start")
        self.passes()

    def _at_prompt(self):
        world = self.world
        if self._prompt_ms is None:
            self._prompt_ms = world.now_ms
        if self.way == CABLE and self._raised == 1 and world.wdt_ms != WATCHDOG_CABLE_MS:
            self.fails(f"a person at the cable, and a watchdog of {world.wdt_ms} ms")
        if 0 < world.wdt_ms < WATCHDOG_CABLE_MS:
            return  # it will start it again
        if self.way not in (CABLE, ANY_WAY):
            self.fails("the prompt, and no watchdog that ends it")
        if world.now_ms - self._prompt_ms >= PROMPT_MS:
            self._was_cable = self._was_cable or world.wdt_ms == WATCHDOG_CABLE_MS
            world.do("reset", args={"cause": "hard"})
            self._prompt_ms = world.now_ms

    def _judge(self, states, faults):
        now_ms = self.world.now_ms
        if self._pressed_ms is not None:
            self._wait_for_contact()
            return
        if self._first and self.world.starts > self._starts:
            self._first = False
            if not set(states) <= {"VERIFYING", "FAULT"} and now_ms - self.world._boot_ms < 3000:
                self.fails(f"it started in {states}")
            found = self._found_by_the_start()
            if self.brief or found in self.run.proved:
                self.passes()
            if self._restarts and not self.forever:
                self.run.proves = found
        if set(states) != {"IDLE"}:
            self._since_ms = None
        if "FAULT" in states:
            self._in_fault(faults)
        elif set(states) == {"IDLE"}:
            self._in_idle()

    def _found_by_the_start(self):
        """What outlived the reset, what the world is like, and what this judge will ask of it, as text."""
        world = self.world
        warm = [(round(burner.tip_dc, -3), burner.magnet_uv // 1000, burner.closed) for burner in world.burners]
        asks = [self.way, self._was_cable, self._shutoffs, self._perhaps, self.closed, _causes(self.run.lines)]
        files = {name: data.decode("latin-1") for name, data in sorted(self.run.flash.files.items())}
        return repr([bytes(world.rtc), files, warm, world.bus, self.run.reported(), asks])

    def _in_idle(self):
        now_ms = self.world.now_ms
        if self._since_ms is None:
            self._since_ms = now_ms
        if now_ms - self._since_ms < AT_REST_MS:
            return
        if self._restarts and self.world.starts == self._fell_starts:
            return  # it shows what the ended program last said; READY_MS is the limit
        if self._abnormal_starts() - self.run.script.uncounted - self._was_cable >= UNSTABLE_ENDS:
            self.fails("three abnormal starts, and it is not UNSTABLE")
        if self._restarts and not self.forever and not self._is_journal_complete():
            return
        for index in range(len(self.world.burners)):
            self.world.do("press", index)
        self._pressed_ms = now_ms

    def _is_journal_complete(self):
        """One line a shut-off, with a cause; that it is the one on the panel is S13."""
        rows = _rows(self.run.flash.files)
        if not self._shutoffs <= len(rows) <= self._shutoffs + self._perhaps:
            if self.world.now_ms - self._since_ms > JOURNAL_MS:
                self.fails(f"{self._shutoffs} shut-offs, and the journal says {rows}")
            return False
        for burner, closed in enumerate(self.closed):
            if closed and [row[2] for row in rows if int(row[1]) == burner][-1:] in ([], ["-"]):
                self.fails(f"burner {burner} conducted, and the journal says {rows}")
        return True

    def _abnormal_starts(self):
        """Without quiet minutes between, at most: no one can see from outside which ends were meant."""
        count = up_ms = 0
        for line in self.run.lines:
            if line.startswith("#up"):
                up_ms = int(line.split()[1])
            elif line.startswith("#down"):
                _, at_ms, why = line.split()
                if why in ("power", "en") or int(at_ms) - up_ms > QUIET_MS + STALLED_MS:
                    count = 0
                count += why not in ("power", "en", "stopped")
        return count

    def _in_fault(self, faults):
        world = self.world
        now_ms = world.now_ms
        if self._fault_ms is None:
            self._fault_ms = now_ms
            unstable = self._abnormal_starts() >= UNSTABLE_ENDS
            if "UNSTABLE" in faults and not unstable:
                self.fails("UNSTABLE before its time")
            if "SETTINGS_INVALID" in faults and not self._invalid and self.run.script.settings_text is not None:
                self.fails("SETTINGS_INVALID without reason")
            self._final = faults & FINAL or self.forever and unstable  # UNSTABLE may stand behind an older fault
            if self._final:
                world.do("press")
            else:
                self._prove_and_acknowledge()
        if self._final and now_ms - self._fault_ms >= 2 * PRESSED_MS:
            if self.forever or not self._invalid:
                self.passes()
            self._invalid = False
            world.do("reset", args={"cause": "en"})
        elif now_ms - self._fault_ms >= ACKNOWLEDGED_MS:
            self._fault_ms = None

    def _prove_and_acknowledge(self):
        """A user lights and holds, turns off, waits until all is cold, and holds the button."""
        for index in range(len(self.world.burners)):
            self.world.later(0, "light", index, {"hold_ms": KNOB_MS - 1000})
            self.world.later(KNOB_MS, "knob_off", index)
            self.world.later(COOLED_MS, "hold", index, {"ms": 5500})

    def _wait_for_contact(self):
        world = self.world
        late_ms = world.now_ms - self._pressed_ms
        if all(burner.closed for burner in world.burners):
            if not self.forever:
                self.passes()
            if self._closed_ms is None:
                self._closed_ms = world.now_ms
            elif world.now_ms - self._closed_ms > 2000:
                self.passes()  # this line is only for other moments
        elif self._closed_ms is None and late_ms > PRESSED_MS + (PUMPED_MS if world.pulse else 0):
            self.fails("a press in IDLE, and no contact")


def _rows(files):
    """The words of every line of the journal among these files, the oldest first."""
    names = [series.name("journal.txt", age) for age in reversed(range(series.FILES))]
    lines = [line for name in names for line in files.get(name, b"").decode().split("\n")]
    return [line.split() for line in lines if line and line[0] != "#"]


def _causes(lines):
    """The cause that was reported last, by burner."""
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return {entry["burner"]: entry["cause"] for entry in entries}


class GoesOn(_Judge):
    """The flame stays: no restart, no shut-off by this; services that ended are started again.

    may_end: the script itself ends the program within GOES_ON_MS.
    """

    def __init__(self, run, forever=False, brief=False, may_end=False):
        super().__init__(run)
        self.forever = forever
        self._may_end = may_end
        leads = [lead for sensing in self.world.sensing for lead in sensing.leads]
        self._bus_ok = set(self.world.bus + leads) == {"ok"}
        self._starts = self.world.starts

    def again(self):
        """The failure came once more."""

    def look(self):
        world = self.world
        if not world.running or world.starts != self._starts or self.run.at_prompt:
            self.passes() if self._may_end else self.fails("the program ended")
        if world.now_ms - self.fell_ms < GOES_ON_MS:
            return
        reported = _causes(self.run.lines)
        for index, burner in enumerate(world.burners):
            cause = reported[index] or "RESTART"
            bad = cause == "RESTART" or cause.startswith("FAULT") and self._bus_ok
            if self.closed[index] and not burner.closed and bad:
                self.fails(f"burner {index} opened by {cause}")
        if not self.forever and (world.thread is None or world.link().stopped[0]):
            self.fails("the services did not come back")
        self.passes()


class SensorFails(_Judge):
    """No reading comes any more, for ever: soon every burner with a sensor says so, with the contact open."""

    def __init__(self, run, forever=True, brief=False):
        super().__init__(run)

    def again(self):
        """Still none."""

    def look(self):
        world = self.world
        if not world.running or self.run.at_prompt:
            self.fails("the program ended")
        if world.now_ms - self.fell_ms < SENSOR_FAILED_MS:
            return
        for index, settings in enumerate(self.run.plan["settings"]["burners"]):
            state = self.run.states()[index]
            if settings["sensor"] and (world.burners[index].closed or state != ("FAULT", "SENSOR_FAILED")):
                self.fails(f"burner {index}: {state}")
        self.passes()
