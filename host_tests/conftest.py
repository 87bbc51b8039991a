"""What every unit test has: the core as `curfew`, a core to step, a whole controller in a world."""

import os
import sys

import hypothesis
import pytest

from simulator.inside import MODULES

sys.modules["micropython"] = MODULES["go"]._Micropython  # not that of the VM's wheel, which is no part of a computer

pytest_plugins = ["host_tests.plugin"]

# Equal examples in every run: a red test is red for everybody. More of them: --hypothesis-profile=search, or with PARTS
# of the environment that part of them, others for each --hypothesis-seed.
hypothesis.settings.register_profile(
    "unit", derandomize=True, deadline=None, suppress_health_check=[*hypothesis.HealthCheck]
)
hypothesis.settings.register_profile(
    "search",
    max_examples=5_000 // int(os.environ.get("PARTS", 1)),
    deadline=None,
    suppress_health_check=[*hypothesis.HealthCheck],
)
hypothesis.settings.load_profile("unit")


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A function that makes a controller on a stove: world(burners=1, sensor=True, stove={}, timer_default_min=1, ...).

    The current folder is the chip's flash. When the test is over, every invariant of simulator/rules/invariants.py must
    have held in every controller that it made.
    """
    from host_tests.fixtures.world import Device

    devices = []

    def make(**asked):
        folder = tmp_path / str(len(devices))
        folder.mkdir()
        monkeypatch.chdir(folder)
        devices.append(Device(folder, **asked))
        return devices[-1]

    yield make
    for device in devices:
        device.close()


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
    from curfew.storage import files, series

    def put(flash):
        monkeypatch.setattr(files, "open", flash.open, raising=False)
        monkeypatch.setattr(files, "os", flash)
        monkeypatch.setattr(series, "os", flash)
        return flash

    return put
