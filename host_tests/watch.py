"""What is said while tests run and at the end: progress, red tests tried once more alone, a summary by room."""

import os
import shlex
import subprocess
import sys
import threading
import time

import pytest

from host_tests.docs import safety_table

COMMAND = f"{os.path.relpath(sys.executable)} -m pytest "
PROGRESS_S = 20
TRIES_MAX = 10  # more red tests than that are no coincidence


class Watch:
    """The hooks that count."""

    def __init__(self, config):
        self._config = config
        self._begun_s = time.monotonic()
        self._known = set()  # node ids of all tests, when several processes run them
        self._count = None  # of these
        self._running = {}  # node id: since when
        self._rooms = {}  # name: [tests, red, flaky, skipped, seconds]
        self._done = 0
        self._red, self._flaky = {}, {}  # node id: report
        self._told = []  # lines that tests want to be seen
        self._left = set()  # node ids of the other sets
        self._ran = safety_table.Ran()

    def _say(self, text, **markup):
        self._config.pluginmanager.get_plugin("terminalreporter").write_line(text, **markup)

    # --- progress, when several processes run the tests ----------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids):
        if self._count is None:
            threading.Thread(target=self._progress, daemon=True).start()
        self._known |= {*ids}  # a worker collects one pool only
        self._count = len(self._known)

    def _progress(self):
        while True:
            time.sleep(PROGRESS_S)
            now_s = time.monotonic()
            since_s, node = min(((at_s, node) for node, at_s in dict(self._running).items()), default=(now_s, "none"))
            minutes, seconds = divmod(int(now_s - self._begun_s), 60)
            self._say(
                f"{minutes:3}:{seconds:02}  {self._done:,} of {self._count:,} tests, {len(self._red)} red; "
                f"longest now: {node} ({now_s - since_s:.0f} s)"
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report):
        if self._count is not None:  # no letters
            return report.outcome if report.when == "call" or not report.passed else "", "", ""

    def pytest_runtest_logstart(self, nodeid):
        self._running[nodeid] = time.monotonic()

    # --- what came of each test ----------------------------------------------------------------------------------

    def pytest_runtest_logreport(self, report):
        room = self._rooms.setdefault(report.nodeid.split("/")[1] if "/" in report.nodeid else "", [0, 0, 0, 0, 0.0])
        room[4] += getattr(report, "duration", 0)
        self._ran.take(report.nodeid, report.when, report.outcome, str(report.longrepr) if report.skipped else "")
        if report.failed and report.nodeid not in self._red:
            self._red[report.nodeid] = report
            room[1] += 1
            if self._count is not None:
                self._say(f"red: {COMMAND}{shlex.quote(report.nodeid)}", red=True)
        room[3] += report.skipped
        if report.when == "call":
            self._told += [text for key, text in report.user_properties if key == "told"]
        if report.when in ("teardown", "???"):
            self._running.pop(report.nodeid, None)
            self._done += 1
            room[0] += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        self._left |= set(getattr(node, "workeroutput", {}).get("left", ()))

    # --- the end -------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        """Try red tests once more, alone; then fail a green run of a whole set that lacks a named test."""
        many = self._count is None or self._config.option.once or len(self._red) > TRIES_MAX
        if session.exitstatus == 1 and not many:
            self._try_again(session)
        yield
        self._left |= set(vars(self._config).get("workeroutput", {}).get("left", ()))
        safety_table.judge(session, self._ran, self._left)

    def _try_again(self, session):
        stats = self._config.pluginmanager.get_plugin("terminalreporter").stats
        for node, report in self._red.items():
            self._say(f"once more, alone: {node}")
            command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", node]
            if subprocess.run(command, capture_output=True).returncode == 0:
                self._flaky[node] = report
                stats["failed"] = [one for one in stats["failed"] if one.nodeid != node]
                stats.setdefault("flaky", []).append(report)
                self._ran.outcomes[node] = "passed"
                room = self._rooms[node.split("/")[1]]
                room[1:3] = room[1] - 1, room[2] + 1
        if len(self._flaky) == len(self._red):
            session.exitstatus = 0

    def pytest_terminal_summary(self, terminalreporter):
        if self._count is None:
            return
        for report in self._flaky.values():
            terminalreporter.section(f"red once, then green alone: {report.nodeid}", yellow=True)
            self._say(report.longreprtext)
        self._say(f"{'room':14}{'tests':>7}{'red':>6}{'flaky':>7}{'skipped':>9}{'seconds':>9}")
        for name, (*counts, seconds) in sorted(self._rooms.items()):
            self._say("{:14}{:7,}{:6}{:7}{:9}{:9.1f}".format(name, *counts, seconds), red=counts[1] > 0)
        for line in sorted(self._told):
            self._say(line)
        for node in self._flaky:
            self._say(f"flaky: {node}", yellow=True)
