"""On the VM: run the services thread twice; each time a task that is not awaited ends with an error.

    micropython two_lives.py BYTES
The task holds so many bytes. Prints "held BYTES": the growth of the heap after a collection.
"""

import asyncio
import gc
import sys

from curfew.bundles import base


async def failing(size):
    kept = bytearray(size)
    raise RuntimeError(len(kept))


async def run_services(*_):
    asyncio.create_task(failing(int(sys.argv[1])))
    await asyncio.sleep_ms(10)


class Services:
    run_services = run_services


class Persistence:
    is_reachable = None


class Link:
    stopped = [0]


class Settings:
    radio = True


def lived():
    """The allocated bytes after a run."""
    base.run(Persistence, Link, None, Settings)
    gc.collect()
    return gc.mem_alloc()


sys.modules["curfew.bundles.services"] = Services
sys.modules["network"] = sys
sys.argv[1:] = ["0"] + sys.argv[1:]
before = lived()
sys.argv.pop(1)
print("held", lived() - before)
