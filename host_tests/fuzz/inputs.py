"""How many inputs a fuzz test tries, and how many it tried."""

import time

import pytest
from hypothesis import settings

SCALE = settings().max_examples // 100  # 1, or more with the profile of a long search
tried = 0


def inputs(count):
    """The settings of a test with count inputs; more in a long search."""
    return settings(max_examples=count * SCALE)


def tally():
    """Count an input."""
    global tried
    tried += 1


@pytest.fixture(scope="module", autouse=True)
def report(request):
    """At the end of a long search, print the number of inputs and their CPU time."""
    began_s, before = time.process_time(), tried
    yield
    if SCALE > 1:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{tried - before} inputs, {time.process_time() - began_s:.0f} s of CPU")
