"""Additions to pytest: four sets of tests, two pools of them with workers of their own, time limits.

An unmarked test belongs to `make test`, one marked long to `make test-all`, one marked quiet to its end,
where it runs alone, one marked evidence to `make evidence`. Of
a test marked sample(n) n cases belong to `make test`. A test named on the command line (file::test) runs whatever its
marks are. Progress, second try, summary: watch.py.
"""

import contextlib
import faulthandler
import gc
import os
import random
import shlex
import signal
import subprocess
import sys

import pytest
from xdist.scheduler import LoadScheduling

from host_tests.watch import COMMAND, Watch

# By set, of a test without @pytest.mark.limit(seconds).
LIMIT_S = {"short": 60, "long": 300, "quiet": 300, "evidence": 7200}
AFTER_LIMIT_S = 30  # to end its fixtures; then the process is ended
WAITERS = 3  # workers for tests that mostly wait, beside one for each core
# Tests that mostly wait for real time, a board or a browser. All others compute.
WAITING = tuple(
    f"host_tests/{name}"
    for name in (
        "realtime/", "browser/", "vm/", "simulator/test_live", "benchmarks/test_bench", "services/test_server",
        "services/mqtt/test_session", "fleet/test_operator", "tools/test_backup",
        "tools/test_command_line", "tools/test_deploy", "tools/test_flash", "tools/test_key",
        "tools/test_other_project", "tools/test_startup", "tools/test_take_over", "tools/test_virtual",
    )
)  # fmt: skip


# --- sets ------------------------------------------------------------------------------------------------------------


def pytest_addoption(parser):
    parser.addoption("--set", choices=LIMIT_S, help="the tests to run; without it: short, or those named")
    parser.addoption("--once", action="store_true", help="try no test a second time")


def set_of(item):
    return next((name for name in ("evidence", "quiet", "long") if item.get_closest_marker(name)), "short")


def limit_of(item):
    """Seconds on a machine that is not busier than it has cores."""
    marker = item.get_closest_marker("limit")
    return marker.args[0] if marker else LIMIT_S[set_of(item)]


def mark_rest_long(items):
    """Of a test with @pytest.mark.sample(n), mark all cases but n as long: the same n in every run."""
    tests = {}
    for item in items:
        if item.get_closest_marker("sample"):
            tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for cases in tests.values():
        count = cases[0].get_closest_marker("sample").args[0]
        for item in random.Random(1).sample(cases, len(cases))[count:]:
            item.add_marker("long")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out the other sets; begin with the files that have a test that may take long."""
    items[:] = [item for item in items if is_here(item.path, config)]
    mark_rest_long(items)
    named = config.option.markexpr or any("::" in arg for arg in config.args)
    wanted = config.option.set or (None if named else "short")
    left = {item for item in items if wanted not in (None, set_of(item))}
    config.hook.pytest_deselected(items=list(left))
    output = vars(config).setdefault("workeroutput", {})  # sent to the first process
    output["left"] = [item.nodeid for item in left if set_of(item) != "evidence"]
    items[:] = [item for item in items if item not in left]
    longest_s = {}  # by file
    for item in items:
        longest_s[item.path] = max(longest_s.get(item.path, 0), limit_of(item))
    items.sort(key=lambda item: -longest_s[item.path])


def pytest_collection_finish():
    """What pytest holds is no garbage: no collection need walk it each time, least of all while it grows."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Nor what the tests of a file leave to the next one: beside a prover's a collection took a tenth of a second."""
    result = yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return result


# --- pools -----------------------------------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    return os.cpu_count() + WAITERS


def pool_of(name, workers):
    """Whether the worker of this name ("gw0") takes the tests that wait; None: few workers take all tests."""
    return int(name[2:]) % workers < WAITERS if workers > WAITERS else None


def pool_here(config):
    worker = getattr(config, "workerinput", None)
    return worker and pool_of(worker["workerid"], worker["workercount"])


def is_here(path, config):
    """Whether this process takes the tests of a file."""
    pool = pool_here(config)
    return pool is None or os.path.relpath(path, config.rootpath).startswith(WAITING) == pool


def pytest_ignore_collect(collection_path, config):
    """A worker collects its own pool only: all tests would take it some seconds. Not asked for files that are named."""
    if collection_path.is_file() and not is_here(collection_path, config):
        return True


class Pools(LoadScheduling):
    """Hands out tests one by one, to each worker from a file of its own as long as there are enough.

    The tests of all pools have one row of numbers; a worker numbers those of its own pool from 0.
    """

    def _pool(self, node):
        return pool_of(node.gateway.id, self.numnodes)

    def schedule(self):
        if self.collection is None:
            collected, tests, self._numbers, self._last = self.node2collection, [], {}, {}
            for pool in {self._pool(node): None for node in collected}:
                self.node2collection = {node: names for node, names in collected.items() if self._pool(node) == pool}
                if not self._check_nodes_have_same_collection():
                    return
                names = next(iter(self.node2collection.values()))
                self._numbers[pool] = range(len(tests), len(tests) + len(names))
                tests += names
            self.node2collection, self.collection = collected, tests
            self._files = [name.split("::")[0] for name in tests]
            self.pending[:] = range(len(tests))
        for node in self.nodes:
            self.check_schedule(node)

    def _next(self, node):
        """The number of the next test of the worker's file, or of a file that no other one is at, or of any."""
        last, numbers = self._last.get(node), self._numbers[self._pool(node)]
        if last is not None and last + 1 in self.pending and self._files[last] == self._files[last + 1]:
            return last + 1
        left, busy = [at for at in self.pending if at in numbers], {self._files[at] for at in self._last.values()}
        return next((at for at in left if self._files[at] not in busy), next(iter(left), None))

    def check_schedule(self, node, duration=0):
        while not node.shutting_down and len(self.node2pending[node]) < 2:  # one runs, one must be known
            if (at := self._next(node)) is None:
                return node.shutdown()
            self._last[node] = at
            self.pending.remove(at)
            self.node2pending[node].append(at)
            node.send_runtest_some([at - self._numbers[self._pool(node)].start])

    def mark_test_complete(self, node, item_index, duration=0):
        super().mark_test_complete(node, item_index + self._numbers[self._pool(node)].start, duration)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Pools(config, log)


def pytest_configure(config):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it starts with & ignore Ctrl-C
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Watch(config))
        return
    gc.disable()  # until all tests are collected: half of the time
    if pool_here(config) is False:
        os.nice(10)  # a real-time test beside it gets the processor at once


# --- time limits -----------------------------------------------------------------------------------------------------


def kill_children():
    """End every process that this one started, and theirs."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
    parents = dict(map(int, line.split()) for line in table.splitlines())
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    for pid in family - {os.getpid()}:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a test that has not ended within its limit; end the process if it goes on even then."""

    def ring(*_):
        kill_children()
        faulthandler.dump_traceback_later(AFTER_LIMIT_S, exit=True, file=sys.__stderr__)
        pytest.fail(f"not over within {limit_s} s (@pytest.mark.limit): {item.nodeid}")

    before = signal.signal(signal.SIGALRM, ring)
    limit_s = int(limit_of(item) * max(1, os.getloadavg()[0] / os.cpu_count()))
    signal.alarm(limit_s)
    try:
        return (yield)
    except Exception as error:
        if type(error).__name__ == "NoNativeVM":  # simulator/run.py: on this computer it cannot run
            pytest.skip(str(error))
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


pytest_runtest_setup = pytest_runtest_teardown = pytest_runtest_call


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed:
        report.sections.append(("this test alone", COMMAND + shlex.quote(report.nodeid)))
    return report
