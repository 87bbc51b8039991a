"""Thousands of random sessions with random faults, over all cores: does a rule break, does every controller recover?"""

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from simulator import native, run_settings, scenario
from simulator.campaign import detection, generator
from simulator.play import Verdict, difference, judge, play, play_inside
from simulator.rules import recovery
from simulator.rules.observed import View

FOLDER = Path("build") / "campaign"
CHUNK = 5  # seeds a worker takes at a time
RUN_MAX_S = 120  # of real time: a run takes well under a second
MACHINES = ("cpython", "native", "micropython", "both")


@dataclass
class Outcome:
    """What one seed came to. wrong: (invariant or "expect", sentence); text: the scenario, when something was wrong."""

    seed: int
    stove_ms: int
    counts: list[detection.Count]
    acknowledged: int
    wrong: list[tuple[str, str]]
    text: str = ""


# ---- one seed, in a worker ------------------------------------------------------------------------------------


def run_seed(seed: int, machine: str) -> Outcome:
    """Generate, run and judge one seed on one of MACHINES.

    "cpython" runs in this process; so does "native", its safety loop compiled; "both" are CPython and MicroPython,
    which must agree.
    """
    text = json.dumps(generator.scenario_of(seed), indent=1)
    wanted = scenario.parse(text, run_settings.shipped())
    verdict = play(wanted, "micropython") if machine == "micropython" else _inside(wanted, machine)
    wrong = [("expect", sentence) for sentence in verdict.failed_expectations] + verdict.failed_invariants
    if verdict.died:
        wrong.append(("MACHINE", verdict.died))
    if machine == "both" and (unlike := difference(play(wanted, "micropython"), verdict)):
        wrong.append(("EQUAL", unlike))
    view = View(verdict.result, wanted.plan)
    acknowledged = len(list(recovery.acknowledgements(view)))
    counts = [detection.count(kind, view) for kind in detection.KINDS]
    return Outcome(seed, wanted.plan["until_ms"], counts, acknowledged, wrong, text if wrong else "")


class _Hangs(BaseException):
    """A run takes too long; no Exception, for the firmware must not catch it."""


def _ring(_number: int, _frame: object) -> None:
    raise _Hangs


def _inside(wanted: scenario.Scenario, machine: str) -> Verdict:
    before = signal.signal(signal.SIGALRM, _ring)
    signal.alarm(RUN_MAX_S)
    try:
        return play_inside(wanted, native.load() if machine == "native" else None)
    except _Hangs:
        return judge(wanted, [], f"not over after {RUN_MAX_S} s")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_seeds(seeds: range, machine: str) -> list[Outcome]:
    return [run_seed(seed, machine) for seed in seeds]


# ---- all seeds ------------------------------------------------------------------------------------------------


@dataclass
class Campaign:
    """The sum of all outcomes so far."""

    runs: int = 0
    stove_ms: int = 0
    acknowledged: int = 0
    wall_s: float = 0.0
    counts: list[detection.Count] = field(default_factory=lambda: [detection.Count() for _ in detection.KINDS])
    wrong: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.runs += 1
        self.stove_ms += outcome.stove_ms
        self.acknowledged += outcome.acknowledged
        for mine, count in zip(self.counts, outcome.counts, strict=True):
            mine.add(count)
        if outcome.wrong:
            self.wrong.append(outcome)


def campaign(seed: int, runs: int, machine: str, jobs: int) -> Iterator[Campaign]:
    """Run the seeds from `seed` on, `jobs` at a time (1: in this process); the sum so far after every few of them.

    Raises RunError when the VM cannot be started, NativeError when nothing can be compiled, BrokenProcessPool when a
    worker was ended from outside.
    """
    if machine == "native":
        native.load()  # compiled once, before the workers ask for it
    begun_s = time.perf_counter()
    total = Campaign()
    chunks = (range(at, min(at + CHUNK, seed + runs)) for at in range(seed, seed + runs, CHUNK))
    for outcomes in _outcomes(chunks, machine, jobs):
        for outcome in outcomes:
            total.add(outcome)
        total.wall_s = time.perf_counter() - begun_s
        yield total


def _outcomes(chunks: Iterator[range], machine: str, jobs: int) -> Iterator[list[Outcome]]:
    """Results in the order in which they are ready; few chunks wait at a time, however many runs there are."""
    if jobs == 1:
        yield from (run_seeds(chunk, machine) for chunk in chunks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = {pool.submit(run_seeds, chunk, machine) for chunk in islice(chunks, 2 * jobs)}
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            waiting |= {pool.submit(run_seeds, chunk, machine) for chunk in islice(chunks, len(ready))}
            for future in ready:
                yield future.result()


def keep(outcome: Outcome) -> Path:
    """Write the scenario of an outcome that went wrong; where it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"seed_{outcome.seed}.json"
    path.write_text(outcome.text + "\n", "utf-8")
    return path


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_words(total: Campaign) -> str:
    """How much was run, and how fast."""
    hours = total.stove_ms / 3_600_000
    speed = f"{hours:,.1f} stove-hours in {total.wall_s:,.0f} s ({hours / max(total.wall_s, 0.001):.2f} a second)"
    return f"{total.runs:,} runs, {speed}, {total.acknowledged:,} faults acknowledged (L2)"
