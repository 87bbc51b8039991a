"""Thousands of random sessions with random faults, over all cores: does a rule break, does every controller recover?"""

import ctypes
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path

from simulator import native, run_settings, scenario
from simulator.campaign import coverage, detection, generator
from simulator.campaign.outcome import Campaign, Outcome
from simulator.campaign.record import Record
from simulator.play import Verdict, difference, judge, play, play_inside
from simulator.rules import recovery
from simulator.rules.observed import View

FOLDER = Path("build") / "campaign"
BATCH = 5  # seeds a worker takes at a time
RUN_MAX_S = 120  # of real time: a run takes well under a second
MACHINES = ("cpython", "native", "micropython", "both")


# ---- one seed, in a worker ------------------------------------------------------------------------------------


def run_seed(seed: int, machine: str) -> Outcome:
    """Generate, run and judge one seed on one of MACHINES.

    "cpython" runs in this process; so does "native", its safety loop compiled; "both" are CPython and MicroPython,
    which must agree.
    """
    one = generator.scenario_of(seed)
    text = json.dumps(one, indent=1)
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
    seen = dict(coverage.seen(one, view))
    return Outcome(seed, wanted.plan["until_ms"], counts, acknowledged, wrong, text if wrong else "", seen)


class _Hangs(BaseException):
    """A run takes too long; no Exception, for the firmware must not catch it."""


def _inside(wanted: scenario.Scenario, machine: str) -> Verdict:
    """Runs in any thread: a signal would need the main one, which a worker of a cluster has not to give."""
    thread = ctypes.c_ulong(threading.get_ident())
    watch = threading.Timer(RUN_MAX_S, ctypes.pythonapi.PyThreadState_SetAsyncExc, (thread, ctypes.py_object(_Hangs)))
    watch.daemon = True
    watch.start()
    try:
        return play_inside(wanted, native.load() if machine == "native" else None)
    except _Hangs:
        return judge(wanted, [], f"not over after {RUN_MAX_S} s")
    finally:
        watch.cancel()


def run_seeds(seeds: Sequence[int], machine: str) -> list[Outcome]:
    return [run_seed(seed, machine) for seed in seeds]


# ---- all seeds ------------------------------------------------------------------------------------------------


Outcomes = Callable[[Iterator[Sequence[int]], str], Iterator[list[Outcome]]]


def local(jobs: int) -> Outcomes:
    """Outcomes from this machine, `jobs` at a time; 1: in this process."""

    def outcomes(batches: Iterator[Sequence[int]], machine: str) -> Iterator[list[Outcome]]:
        """In the order in which they are ready; few batches wait at a time, however many runs there are."""
        if machine == "native":
            native.load()  # compiled once, before the workers ask for it
        if jobs == 1:
            yield from (run_seeds(batch, machine) for batch in batches)
            return
        with ProcessPoolExecutor(jobs) as pool:
            waiting = {pool.submit(run_seeds, batch, machine) for batch in islice(batches, 2 * jobs)}
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                waiting |= {pool.submit(run_seeds, batch, machine) for batch in islice(batches, len(ready))}
                for future in ready:
                    yield future.result()

    return outcomes


def campaign(
    seeds: range, machine: str, outcomes: Outcomes, kept: Record | None = None, steer: bool = False
) -> Iterator[Campaign]:
    """Run the seeds that are not kept yet; the sum so far, of those kept first, then after every few of them.

    steer: as many, but of CANDIDATES times so many those whose events were rare so far.

    Raises RecordError, ClusterError, RunError when the VM cannot be started, NativeError when nothing can be compiled,
    BrokenProcessPool when a worker was ended from outside, OSError when the record cannot be written.
    """
    begun_s = time.perf_counter()
    total = Campaign()
    done = set()
    among = range(seeds.start, seeds.start + coverage.CANDIDATES * len(seeds)) if steer else seeds
    if kept:
        kept.repair()
        for outcome in kept.read():
            if outcome.seed in among and outcome.seed not in done:
                done.add(outcome.seed)
                total.add(outcome)
        total.before_ms = total.stove_ms
        yield total
    left: Iterator[int] = (seed for seed in among if seed not in done)
    if steer:
        left = coverage.steered(left, len(seeds) - len(done), total.promised)
    for found in outcomes(iter(lambda: list(islice(left, BATCH)), []), machine):
        if kept:
            kept.add(found)
        for outcome in found:
            total.add(outcome)
        total.wall_s = time.perf_counter() - begun_s
        yield total


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
    hours, new = (ms / 3_600_000 for ms in (total.stove_ms, total.stove_ms - total.before_ms))
    speed = f"{hours:,.1f} stove-hours"
    if total.wall_s:
        speed += f", {new:,.1f} of them in {total.wall_s:,.0f} s ({new / total.wall_s:.2f} a second)"
    return f"{total.runs:,} runs, {speed}, {total.acknowledged:,} faults acknowledged (L2)"
