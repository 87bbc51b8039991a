"""How often the services' garbage is collected: counted by traffic. Each collection stops the safety loop, too.

Not here: that one takes no longer than a tick (vm/test_memory_on_the_vm.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import time

import pytest

from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.realtime.connected import connected  # noqa: F401

# A turn of asyncio in which the heap came to hold less has seen a collection.
COUNTING = """

def _count_collections():
    import asyncio

    queue = asyncio.core.IOQueue
    wait = queue.wait_io_event
    held = array("l", [gc.mem_alloc()])

    def waited(self, ms):
        if gc.mem_alloc() < held[0] - 1024:
            print("collected")
        held[0] = gc.mem_alloc()
        wait(self, ms)

    queue.wait_io_event = waited


async def run_services("""
RUNNER = "curfew/services/runner.py"
COUNTED = (
    (RUNNER, "\n\nasync def run_services(", COUNTING),
    (RUNNER, "import gc\n", "import gc\nfrom array import array\n"),
    (RUNNER, "    log = Log()\n", "    log = Log()\n    _count_collections()\n"),
)
REST_S, REST_PER_S = 10, 3  # with MQTT, which publishes twice a second
REQUESTS, PER_REQUEST = 40, 2


@pytest.mark.long
def test_at_rest_three_collections_come_in_a_second_at_most_and_each_request_brings_two_at_most(connected, tmp_path):
    with connected(sensor=False, burners=2, firmware=seeded_build(tmp_path, *COUNTED)) as here:
        desk = here.desk

        def counted():
            return desk.console().count("collected")

        def found(work, more=0):
            """Of a piece of work, without those that come at rest in that time."""
            before, begun_s = counted(), time.monotonic()
            work()
            at_rest = (time.monotonic() - begun_s) * REST_PER_S
            assert (count := counted() - before) <= at_rest + more, (count, at_rest, more)
            return count

        desk.wait_for(lambda: "/device'" in here.broker.log.read_text(), 30, "the end of the announcements")
        found(lambda: here.lasts(REST_S))
        for ask in (here.services, lambda: here.client.ask("GET", "/")):
            count = found(lambda ask=ask: [ask() for _ in range(REQUESTS)], REQUESTS * PER_REQUEST)
            assert count >= REQUESTS / 2, "this no longer counts them"
