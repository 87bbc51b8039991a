"""Shows that the tests notice every small fault in the safety-relevant files: break one thing, expect red, repeat.

No library did it: mutmut changes only what stands in functions (our limits and our table do not), and cosmic-ray takes
every status but 0 for a kill, a broken harness and a time-out included. Here a kill is a test that failed. What cannot
be imported and what uses up its time is counted apart; anything else is the harness's own failure and ends the run.
The compiled firmware is not looked at: tests on the VM are left out.

    python -m tools.mutation [FILE ...] [--only N/M] [--jobs N] [--list] [--more]

FILE is a path or its end (safety.py). --only runs every M-th mutant from the N-th on. --more adds the second group.
Status: 0 nothing lives that is not listed; 1 something does, or an entry of survivors.json is stale; 2 cannot be run.
"""

import argparse
import contextlib
import gc
import importlib.util
import io
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis.strategies  # imported here, so that every child has it by its birth
import pytest

from tools.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent.parent
SURVIVORS = Path(__file__).with_name("survivors.json")
COPIED = (
    *("catalog.py", "catalog.toml", "pyproject.toml"),
    *("benchmarks", "firmware", "host_tests", "render", "simulator", "tools", "typings"),
)

# Which tests answer for a file, the deadliest first. What none of these sees lives, whatever other tests would say.
TESTS = {
    "firmware/curfew/core/safety.py": "core/gate",
    "firmware/curfew/core/limits.py": "core/limits core/settings core/button core/sensing/flame core/sensing/ignition "
    "core/sensing/magnet_side core/sensing/trend core/sensing/proof core/sensing/window core/pins runtime/inbox "
    "hardware/scanner runtime/supervisor hardware/self_test "
    "core/clock_check::test_a_clock_that_stands_still_opens_after_fifty_ticks "
    "core/controller::test_in_a_fault_the_window_takes_a_hold_of_ten_seconds_and_twenty_open_none "
    "core/sensing/contacts::test_an_alarm_of_a_tenth_of_a_second_turns_every_burner_off_with_a_cause_of_its_own "
    "runtime/stalls::test_after_a_contact_closed_a_handshake_waits_until_the_pump_was_filled_for_a_second",
    "firmware/curfew/core/table.py": "core/table::test_the_rows_stand_in_the_order_of_these_and_say_the_same "
    "core/guards core/table",
    "firmware/curfew/runtime/loop.py": "runtime/loop runtime/rest runtime/stalls",
    "firmware/curfew/hardware/relay.py": "hardware/relay",
    "firmware/curfew/core/flame.py": "core/sensing/flame core/sensing/ignition core/sensing/magnet_side "
    "core/sensing/trend core/sensing/proof",
    "firmware/curfew/core/settings.py": "core/settings core/settings_file core/pins",
}
MORE = {
    "firmware/curfew/core/proof.py": "core/sensing/proof core/sensing/verifying",
    "firmware/curfew/core/button.py": "core/button",
    "firmware/curfew/core/faults.py": "core/faults/fault_rows core/faults/fault_set core/faults/faults",
    "firmware/curfew/core/controller.py": "core/first_tick core/controller core/clock_check core/deadline "
    "core/faults/faults core/guards core/table runtime/rtc_memory runtime/inbox core/sensing/weld_test "
    "core/sensing/contacts core/sensing/zero core/faults/fault_sounds",
    "firmware/curfew/core/burner.py": "core/first_tick core/burner "
    "core/table::test_the_contact_is_meant_to_conduct_in_four_states_and_in_no_other "
    "core/sensing/window core/override core/sensing/verifying "
    "core/sensing/magnet_side core/guards core/table core/deadline core/faults/faults core/sensing/contacts "
    "core/faults/fault_sounds core/controller",
}

KILLED, SURVIVED, TIMED_OUT, DEAD_AT_IMPORT, CRASHED = "killed", "survived", "timed out", "does not import", "crashed"
BROKEN = 71  # exit status of a child whose tests could not even begin; none of pytest's own
CAUGHT = (KILLED, DEAD_AT_IMPORT)
TIME_FACTOR = 3  # so many times the CPU time of the green run, ...
TIME_MORE_S = 5  # ... and this: then a mutant is caught in a loop
BEFORE_S = 600  # of CPU, for the green run
WALL_FACTOR = 20  # for one that waits instead of working; large, because others may use this machine, too
LINE_EVERY = 100  # mutants
MEMORY_MAX = 4 << 30  # bytes; a mutant that eats memory meets a MemoryError and not the machine's end
# Plugins; they cost time.
LEFT_OUT = ("anyio", "cacheprovider", "xdist", "warnings", "unraisableexception", "threadexception")
UNSHRUNK = "unshrunk"  # one example that fails is enough for a mutant: to make it small takes too long
hypothesis.settings.register_profile(
    UNSHRUNK,
    derandomize=True,
    deadline=None,
    suppress_health_check=[*hypothesis.HealthCheck],
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
)
PYTEST = ("-x", "-q", "--tb=line", f"--hypothesis-profile={UNSHRUNK}", *(f"-pno:{plugin}" for plugin in LEFT_OUT))


class CannotRun(Exception):
    """No verdict is possible; the text says why."""


@dataclass(frozen=True)
class Job:
    """A mutant of a file (None: the file as it is), the tests that answer for it, and its CPU time in seconds."""

    path: str
    mutant: Mutant | None
    tests: tuple[str, ...]
    limit_s: int


@dataclass(frozen=True)
class Outcome:
    """What became of a job; `said`: the last words of the child; cpu_s: what it took."""

    job: Job
    verdict: str
    said: str
    cpu_s: float


# --- one mutant ----------------------------------------------------------------------------------------------------


class Bench:
    """A copy of the project in a folder, in which one file at a time is changed."""

    def __init__(self, folder: Path):
        self.folder = folder

    def run(self, job: Job) -> Outcome:
        """Put the mutant in, let its tests judge it, and put the file back."""
        with self._changed(job):
            status, cpu_s = self._fork(lambda: _pytest(_stages(job, self.folder)), job)
            said = (self.folder / "said").read_text(errors="replace").strip()[-4000:]
            verdict = {0: SURVIVED, 1: KILLED, -signal.SIGXCPU: TIMED_OUT, -signal.SIGALRM: TIMED_OUT}.get(status)
            if verdict is None:
                # A file that cannot be imported breaks the collection of tests, too: ask it without the harness.
                alone, _ = self._fork(lambda: _import_alone(job.path), job)
                verdict = DEAD_AT_IMPORT if alone == 1 else CRASHED
            return Outcome(job, verdict, f"pytest ended with {status}\n{said}", cpu_s)

    @contextlib.contextmanager
    def _changed(self, job: Job) -> Iterator[None]:
        path = self.folder / job.path
        original = path.read_bytes()
        if job.mutant is not None:
            path.write_bytes(job.mutant.source.encode())
            # What the green run has compiled of all other files stays: it saves half a second a mutant.
            Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
        try:
            yield
        finally:
            path.write_bytes(original)

    def _fork(self, work: Callable[[], int], job: Job) -> tuple[int, float]:
        """Do the work in a child of this warmed process; its status (negative: the signal) and CPU seconds."""
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            status = 70
            try:
                self._settle(job)
                status = work()
                sys.stdout.flush()
            finally:
                os._exit(status)
        _, ended, used = os.wait4(child, 0)
        return os.waitstatus_to_exitcode(ended), used.ru_utime + used.ru_stime

    def _settle(self, job: Job) -> None:
        """In the child: this copy instead of the project, and an end to everything."""
        output = os.open(self.folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(self.folder)
        elsewhere = [entry for entry in sys.path if entry not in ("", str(ROOT))]
        sys.path[:] = [str(self.folder), *elsewhere]
        sys.dont_write_bytecode = job.mutant is not None  # a .pyc of the same size and second would hide the next one
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (job.limit_s, job.limit_s + 1))
        signal.alarm(job.limit_s * WALL_FACTOR)


class _Listener:
    """Hears what went wrong outside of the tests: with -x pytest itself calls that a failed test, too."""

    def __init__(self) -> None:
        self.is_broken = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.is_broken = self.is_broken or report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and "(@pytest.mark.limit)" in str(report.longrepr):
            os.kill(os.getpid(), signal.SIGXCPU)  # it was slow: on a busy machine that is no kill
        self.is_broken = self.is_broken or (report.failed and report.when == "setup")


def _pytest(stages: Sequence[Sequence[str]]) -> int:
    """The status of pytest, one stage after the other until one is red; BROKEN if tests could not even be prepared."""
    status = 0
    for stage in stages:
        if stage and status == 0:
            listener = _Listener()
            status = int(pytest.main([*PYTEST, *stage], plugins=[listener]))
            if listener.is_broken:
                status = BROKEN
    return status


def _stages(job: Job, folder: Path) -> list[list[str]]:
    """The tests of a job: the deadliest file first, then those whose own firmware reads the broken name, then others.

    All of them will run on a mutant that lives: only a kill comes sooner.
    """
    if job.mutant is None:
        return [list(job.tests)]
    names = re.findall(r"\b[A-Z][A-Z_]+\b", job.mutant.before.partition("=")[0])

    def reads(test: str) -> bool:
        module = Path(test.partition("::")[0]).name.removeprefix("test_")
        return any(
            re.search(rf"\b{name}\b", source.read_text())
            for name in names
            for source in (folder / "firmware" / "curfew").rglob(module)
        )

    near = [test for test in job.tests[1:] if reads(test)]
    return [[job.tests[0]], near, [test for test in job.tests[1:] if test not in near]]


def _import_alone(path: str) -> int:
    """1 if importing the file raises, with nothing around it but the rest of the firmware and an empty machine."""
    sys.path.insert(0, "firmware")
    machine = types.ModuleType("machine")
    machine.Pin = None  # type: ignore[attr-defined]
    sys.modules["machine"] = machine
    try:
        importlib.import_module(path.removeprefix("firmware/").removesuffix(".py").replace("/", "."))
    except BaseException:
        return 1
    return 0


# --- all of them ---------------------------------------------------------------------------------------------------

_bench: Bench  # of this worker


def _begin(folders: "multiprocessing.Queue[Path]") -> None:
    global _bench
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _bench = Bench(folders.get())


def _run(job: Job) -> Outcome:
    return _bench.run(job)


def _warm() -> None:
    """Load pytest with its plugins and keep the collector away from all that: every child has it by its birth."""
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--version"])
    gc.freeze()


def _copy(root: Path, folder: Path) -> Path:
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (root / name).exists():
            folder.mkdir(exist_ok=True)
            shutil.copy2(root / name, folder / name)
    return folder


def green_s(bench: Bench, path: str, tests: tuple[str, ...]) -> float:
    """The CPU seconds of a file's tests on the file as it is. Raises CannotRun when they are not green."""
    outcome = bench.run(Job(path, None, tests, BEFORE_S))
    if outcome.verdict != SURVIVED:
        raise CannotRun(f"not green before: the tests of {path} ({outcome.verdict})\n{outcome.said}")
    return outcome.cpu_s


def outcomes(root: Path, chosen: dict[str, tuple[str, ...]], only: slice, processes: int) -> Iterator[Outcome]:
    """Run the chosen mutants of the files against their tests, in order. Raises CannotRun."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as with Ctrl-C: take the workers and the copies along
    with tempfile.TemporaryDirectory(prefix="curfew-mutants-") as holder:
        first = _copy(root, Path(holder) / "0")
        jobs = []
        for path, tests in chosen.items():
            limit_s = int(TIME_FACTOR * green_s(Bench(first), path, tests)) + TIME_MORE_S
            jobs += [Job(path, mutant, tests, limit_s) for mutant in mutants((root / path).read_text())]
        jobs = jobs[only]
        progress = Progress(len(jobs))
        fork = multiprocessing.get_context("fork")
        folders = fork.Queue()
        folders.put(first)
        for number in range(1, processes):
            folders.put(Path(shutil.copytree(first, Path(holder) / str(number))))
        _warm()
        with fork.Pool(processes, _begin, (folders,)) as pool:
            for outcome in pool.imap(_run, jobs):
                if outcome.verdict == CRASHED:
                    raise CannotRun(f"the harness crashed: {outcome.job.path}:{outcome.job.mutant}\n{outcome.said}")
                progress.show()
                yield outcome


class Progress:
    """How far it is: a line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, count: int):
        self._count = count
        self._done = 0
        self._begun_s = time.monotonic()

    def show(self) -> None:
        """One more is done."""
        self._done += 1
        left_s = (time.monotonic() - self._begun_s) / self._done * (self._count - self._done)
        text = f"{self._done} of {self._count} mutants, {left_s / 60:.0f} min left"
        if sys.stderr.isatty():
            end = "\r" if self._done < self._count else "\r\033[K"
            print("\033[K" + text, end=end, file=sys.stderr, flush=True)
        elif self._done % LINE_EVERY == 0:
            print(text, file=sys.stderr, flush=True)


# --- the report ----------------------------------------------------------------------------------------------------


def quoted(path: str, mutant: Mutant) -> tuple[str, str, str, str]:
    """What an entry of survivors.json must say of a mutant."""
    return path, mutant.where, mutant.before, mutant.after


def stale(listed: dict[tuple[str, str, str, str], str], files: dict[str, str]) -> list[str]:
    """Entries about one of the files (source by path) that fit no mutant, in words."""
    made = {quoted(path, mutant) for path, source in files.items() for mutant in mutants(source)}
    return [f"stale: no such mutant: {key}" for key in listed if key[0] in files and key not in made]


def judge(run: Iterator[Outcome], listed: dict[tuple[str, str, str, str], str]) -> list[str]:
    """Print the counts; everything that must not be, in words."""
    counts: dict[str, Counter[str]] = {}
    wrong = []
    for outcome in run:
        path, mutant = outcome.job.path, outcome.job.mutant
        assert mutant is not None
        counts.setdefault(path, Counter())[outcome.verdict] += 1
        is_listed = quoted(path, mutant) in listed
        counts[path]["listed"] += is_listed
        if outcome.verdict in CAUGHT and is_listed:
            wrong.append(f"stale: listed, but {outcome.verdict}: {path}:{mutant}")
        elif outcome.verdict not in CAUGHT and not is_listed:
            wrong.append(f"{outcome.verdict}: {path}:{mutant}")
    for path, count in counts.items():
        print(f"{path}: {_told(count)}")
    print(f"all: {_told(sum(counts.values(), Counter()))}")
    return wrong


def _told(count: Counter[str]) -> str:
    return (
        f"{count[KILLED]} killed, {count[SURVIVED]} survived, {count[TIMED_OUT]} timed out, "
        f"{count[DEAD_AT_IMPORT]} do not import; {count['listed']} listed with a reason"
    )


def _test(name: str) -> str:
    """The node id of "room/module" or "room/module::test"."""
    path, _, test = name.partition("::")
    room, _, module = path.rpartition("/")
    return str(Path("host_tests", room, f"test_{module}.py")) + (f"::{test}" if test else "")


def _chosen(tests: dict[str, str], ends: Sequence[str]) -> dict[str, tuple[str, ...]]:
    for end in ends:
        if not any(path.endswith(end) for path in tests):
            raise CannotRun(f"{end}: no such file; there are: {' '.join(tests)}")
    return {
        path: tuple(map(_test, names.split()))
        for path, names in tests.items()
        if not ends or any(path.endswith(end) for end in ends)
    }


def main(
    argv: Sequence[str], root: Path = ROOT, tests: dict[str, str] | None = None, survivors: Path = SURVIVORS
) -> int:
    """The command line; root, tests and survivors are another project's in the tests of this file."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--only", default="1/1", metavar="N/M", help="every M-th mutant from the N-th on")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    parser.add_argument("--more", action="store_true", help="the second group of files, too")
    asked = parser.parse_args(argv)
    first, every = map(int, asked.only.split("/"))
    if tests is None:
        tests = {**TESTS, **MORE} if asked.more or asked.files else TESTS
    try:
        chosen = _chosen(tests, asked.files)
        sources = {path: (root / path).read_text() for path in chosen}
        if asked.list:
            for path, source in sources.items():
                for mutant in mutants(source):
                    print(f"{path}:{mutant}")
            return 0
        entries = json.loads(survivors.read_text())
        listed = {(one["file"], one["where"], one["before"], one["after"]): one["reason"] for one in entries}
        run = outcomes(root, chosen, slice(first - 1, None, every), max(1, asked.jobs))
        wrong = stale(listed, sources) + judge(run, listed)
    except CannotRun as error:
        print(f"mutate: {error}", file=sys.stderr)
        return 2
    for line in wrong:
        print(line)
    return 1 if wrong else 0
