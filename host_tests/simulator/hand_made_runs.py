"""Runs written down by hand, so that every number is known beforehand: moments in, a result and its scenario out."""

import math
from types import SimpleNamespace

from host_tests.fixtures.traces import QUIET_LINE
from simulator.result import Result
from simulator.view import timeline

QUIET = {key: value for key, value in QUIET_LINE.items() if key not in ("t_ms", "burner")}
MINUTE = 60_000


class HandMadeRun:
    """A run written down by hand: moments in, a result and its scenario out."""

    def __init__(self, name, until_ms, burners=1, about="", settings=None):
        self.until_ms, self.burners = until_ms, burners
        self.moments = {}  # (t_ms, burner) -> changed values
        self.deadlines = []  # (from_ms, to_ms, burner, deadline_ms)
        self.marks, self.console, self.events = [], [], []
        self.scenario = SimpleNamespace(
            name=name,
            about=about,
            plan={
                "name": name,
                "seed": 1,
                "until_ms": until_ms,
                "samples": True,
                "burners": burners,
                "stove": {},
                "settings": settings if settings is not None else {"warning_s": 60},
                "events": self.events,
            },
        )

    def do(self, t_ms, do, burner=0, **args):
        self.marks.append(("do", t_ms, str(len(self.events))))
        self.events.append([t_ms, do, burner, args])
        return self

    def at(self, t_ms, burner=0, **values):
        self.moments.setdefault((t_ms, burner), {}).update(values)
        return self

    def counts(self, from_ms, to_ms, deadline_ms, burner=0):
        self.deadlines.append((from_ms, to_ms, burner, deadline_ms))
        return self

    def result(self):
        trace, samples = [], []
        for burner in range(self.burners):
            mine = self._trace(burner)
            trace += mine
            samples += self._samples(mine, burner)
        trace.sort(key=lambda line: line["t_ms"])
        samples.sort()
        return Result(
            trace=trace,
            marks=sorted(self.marks, key=lambda mark: mark[1]),
            samples=samples,
            console=self.console,
            ended_ms=self.until_ms,
        )

    def _trace(self, burner):
        times = {0} | {t_ms for t_ms, b in self.moments if b == burner}
        for from_ms, to_ms, b, _ in self.deadlines:
            if b == burner:
                times |= set(range(from_ms, to_ms, 1000)) | {to_ms}
        line, trace = {"t_ms": 0, "burner": burner, **QUIET}, []
        for t_ms in sorted(times):
            left = [
                -(-(deadline_ms - t_ms) // 1000)
                for from_ms, to_ms, b, deadline_ms in self.deadlines
                if b == burner and from_ms <= t_ms < to_ms
            ]
            now = {**line, **self.moments.get((t_ms, burner), {}), "remaining_s": left[-1] if left else 0}
            if not trace or now != line:
                trace.append({**now, "t_ms": t_ms})
            line = now
        return trace

    def _samples(self, trace, burner):
        """First order heating (4 s) and cooling (25 s); the loaded loop shows about half of the EMF."""
        flame, contact = timeline.changes(trace, "flame"), timeline.changes(trace, "contact")
        tip, out, before_ms = 20.0, [], 0
        for t_ms in sorted({*range(0, self.until_ms + 1, 500), *(t for t, _ in contact)}):
            goal, tau_ms = (620.0, 4000) if timeline.value_at(flame, before_ms) == "on" else (20.0, 25000)
            tip = goal + (tip - goal) * math.exp(-(t_ms - before_ms) / tau_ms)
            emf_uv = (tip - 20) / 600 * 25000
            closed = timeline.value_at(contact, t_ms) == "closed"
            tc_uv, magnet_uv = (emf_uv * 0.58, emf_uv * 0.38) if closed else (emf_uv, 0)
            out.append((t_ms, burner, round(tip * 10), round(tc_uv), round(magnet_uv)))
            before_ms = t_ms
        return out


def lit(run, t_ms, burner=0, hold_s=10, minutes=30, until_ms=None, at_deadline="TIMEOUT"):
    """An ignition that goes well; returns the deadline."""
    run.do(t_ms, "light", burner, hold_ms=hold_s * 1000)
    run.at(t_ms + 200, burner, gas="on").at(t_ms + 700, burner, flame="on")
    run.at(t_ms + 1660, burner, state="ARMED", coil="on", light="ARMED", sound="ARMED")
    run.at(t_ms + 1668, burner, contact="closed").at(t_ms + 1760, burner, sound=None)
    start_ms = t_ms + 3200
    run.at(start_ms, burner, state="BURNING", light="BURNING")
    run.at(t_ms + 6400, burner, sound="LET_GO").at(t_ms + 6600, burner, sound=None)
    deadline_ms = start_ms + minutes * MINUTE
    run.counts(start_ms, until_ms or deadline_ms, deadline_ms, burner)
    return deadline_ms


def closes(run, deadline_ms, burner=0, cause="TIMEOUT", stall_ms=0, release_ms=5, drop_ms=3):
    """The end at the deadline: warning, shut-off, gas off, ready again."""
    run.at(deadline_ms - MINUTE, burner, state="WARNING", light="WARNING", sound="WARNING")
    for n in range(6):  # the beep goes on and off
        run.at(deadline_ms - MINUTE + n * 10_000, burner, sound="WARNING")
        run.at(deadline_ms - MINUTE + n * 10_000 + 300, burner, sound=None)
    t_ms = deadline_ms + stall_ms
    run.at(t_ms, burner, state="VERIFYING", coil="off", cause=cause, light="VERIFYING", sound="OFF")
    run.at(t_ms + release_ms, burner, contact="open")
    run.at(t_ms + release_ms + drop_ms, burner, gas="off", flame="off").at(t_ms + 400, burner, sound=None)
    run.at(t_ms + 19_000, burner, state="IDLE", light="DARK")


def forgotten_soup():
    run = HandMadeRun("forgotten soup", 42 * MINUTE, about="Someone lights a burner, adds ten minutes and goes away.")
    lit(run, 20_000, until_ms=10 * MINUTE + 40)
    run.do(10 * MINUTE, "press").at(10 * MINUTE + 40, sound="ADDED").at(10 * MINUTE + 140, sound=None)
    deadline_ms = 20_000 + 3200 + 40 * MINUTE
    run.counts(10 * MINUTE + 40, deadline_ms, deadline_ms)
    closes(run, deadline_ms)
    return run


def two_burners():
    run = HandMadeRun(
        "soup and rice",
        60 * MINUTE,
        burners=2,
        about="Two burners; the rice is turned off by hand, the soup is forgotten.",
    )
    closes(run, lit(run, 95_000, burner=0, minutes=30))
    off_ms = 22 * MINUTE
    lit(run, 5 * MINUTE, burner=1, until_ms=off_ms + 5200)
    run.do(off_ms, "knob_off", 1).at(off_ms, 1, gas="off", flame="off")
    run.at(off_ms + 5200, 1, state="VERIFYING", coil="off", cause="FLAME_OUT", light="VERIFYING", sound="OFF")
    run.at(off_ms + 5205, 1, contact="open").at(off_ms + 5600, 1, sound=None)
    run.at(off_ms + 15_200, 1, state="IDLE", light="DARK")
    return run


def bad_evening():
    """Everything goes wrong at once: resets, films, a weld, many hands on the button."""
    run = HandMadeRun(
        'a bad evening <&> "quotes"',
        12 * MINUTE,
        burners=2,
        about="A long row of faults, one after the other, to see that the labels of the picture never "
        "cover each other however close they stand, and that nothing breaks. " * 2,
    )
    lit(run, 10_000, until_ms=200_000)
    for n in range(9):
        run.do(60_000 + n * 7000, "press")
    run.do(100_000, "sensor", value="i2c_error", side="both").do(104_000, "noise", uv=500)
    run.do(107_000, "gil_hold", ms=1500).do(110_000, "raise", error="MemoryError", **{"in": "I2C.readfrom_mem_into"})
    run.do(120_000, "clock_jump", ms=-4000).do(121_000, "film", milliohm=400)
    run.do(200_000, "reset", cause="wdt")
    run.marks += [("down", 200_000, "wdt"), ("up", 200_900, ""), ("up", 0, "")]
    run.at(200_000, state=None, light=None, coil="off").at(200_004, contact="open", gas="off", flame="off")
    run.at(200_900, state="VERIFYING", cause="RESTART", light="VERIFYING").at(215_000, state="IDLE", light="DARK")
    run.console += [(200_950, "curfew: restarted by the watchdog, last cause RESTART"), (None, "x" * 130 + "\x1b[2J")]
    run.do(300_000, "weld").do(310_000, "light", 0, hold_ms=8000)
    run.at(310_200, gas="on").at(310_500, flame="on", contact="closed")
    run.at(312_000, state="FAULT", fault="CONTACT_WELDED", light="FAULT", sound="FAULT")
    run.do(330_000, "knob_off").at(330_000, gas="off", flame="off")
    run.marks.append(("violation", 331_000, "0 an int of 2^30 or more"))
    run.do(400_000, "power_off").do(460_000, "power_on")
    run.marks += [("down", 400_000, "power"), ("up", 460_000, "")]
    for burner in (0, 1):
        run.at(400_000, burner, state=None, light=None, sound=None)
        run.at(461_000, burner, state="IDLE", light="DARK")
    run.at(461_000, state="FAULT", light="FAULT")
    return run


def empty_run():
    return HandMadeRun("nothing", 0)
