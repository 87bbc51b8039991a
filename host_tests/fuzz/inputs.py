"""How many inputs a fuzz test tries, and how many each interface got."""

import time
from collections import Counter

import pytest
from hypothesis import settings

SCALE = settings().max_examples // 100  # 1, or more with the profile of a long search
tried: Counter[str] = Counter()
pytestmark = pytest.mark.limit(60 * SCALE)


def inputs(count):
    """The settings of a test with count inputs; more in a long search."""
    return settings(max_examples=count * SCALE)


def tally(interface):
    """Count an input of an interface."""
    tried[interface] += 1


@pytest.fixture(scope="module", autouse=True)
def report(request):
    """At the end of each file of a long search, print the inputs by interface, their CPU time, and the sum."""
    began_s, before = time.process_time(), tried.copy()
    yield
    if SCALE > 1:
        interfaces = ", ".join(f"{count:,} {interface}" for interface, count in (tried - before).items())
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{interfaces}; {time.process_time() - began_s:.0f} s of CPU; {tried.total():,} inputs so far")
