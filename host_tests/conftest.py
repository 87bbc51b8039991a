"""What every unit test has: the pure core importable as `curfew`, a core to step by hand, a whole box in a world.

Belongs here: paths, fixtures, and the hooks that hear which tests ran (safety_table.py). Does not: how a world is
driven (world_fixture.py), expectations.
"""

import hypothesis
import pytest

from host_tests.docs import safety_table

# Equal examples in every run: a red test is red for everybody. More of them: --hypothesis-profile=search
hypothesis.settings.register_profile(
    "unit", derandomize=True, deadline=None, suppress_health_check=[*hypothesis.HealthCheck]
)
hypothesis.settings.register_profile(
    "search", max_examples=5_000, deadline=None, suppress_health_check=[*hypothesis.HealthCheck]
)
hypothesis.settings.load_profile("unit")

RAN = safety_table.Ran()


def pytest_runtest_logreport(report):
    """Hear of every test; with several processes all reports come to the first one."""
    RAN.take(report.nodeid, report.when, report.outcome, str(report.longrepr) if report.skipped else "")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # last word: below the line that says how many passed
def pytest_sessionfinish(session):
    """Fail a green run of all tests in which one that SAFETY.md names did not run."""
    yield
    if not hasattr(session.config, "workerinput"):
        safety_table.judge(session, RAN)


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A function that makes a box on a stove: world(burners=1, sensor=True, stove={}, timer_default_min=1, ...).

    The current folder is the chip's flash. When the test is over, every invariant of simulator/rules/invariants.py must
    have held in every box that it made.
    """
    from host_tests.fixtures.world import Box

    boxes = []

    def make(**asked):
        folder = tmp_path / str(len(boxes))
        folder.mkdir()
        monkeypatch.chdir(folder)
        boxes.append(Box(folder, **asked))
        return boxes[-1]

    yield make
    for box in boxes:
        box.close()


@pytest.fixture
def core():
    """A function that makes a Controller to be stepped by hand: core(burners=1, sensor=False, previous=b"", ...)."""
    from host_tests.fixtures.core import Core

    return Core


@pytest.fixture
def chip():
    """A recording chip; chip.driver("relay") imports a driver on it."""
    from host_tests.fixtures.chip import Chip

    return Chip()


@pytest.fixture
def on(monkeypatch):
    """A function that puts a flash (flash_that_cuts.py) under store.py and returns it."""
    from curfew.storage import files

    def put(flash):
        monkeypatch.setattr(files, "open", flash.open, raising=False)
        monkeypatch.setattr(files, "os", flash)
        return flash

    return put
