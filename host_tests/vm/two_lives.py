"""On the VM: let the services thread live twice, each time a life whose task ends with an error that nobody awaits.

    micropython two_lives.py BYTES
The task holds so many bytes. Prints "held BYTES": by how much the heap is fuller than before, a collection later.
"""

import asyncio
import gc
import sys

from curfew.services import thread


async def failing(size):
    kept = bytearray(size)
    raise RuntimeError(len(kept))


async def live(*_):
    asyncio.create_task(failing(int(sys.argv[1])))
    await asyncio.sleep_ms(10)


class Household:
    live = live


class Link:
    stopped = [0]


def lived():
    """The fullness of the heap after a life."""
    thread.run(None, Link, None, None)
    gc.collect()
    return gc.mem_alloc()


sys.modules["curfew.bundles.services"] = Household
sys.modules["network"] = sys
sys.argv[1:] = ["0"] + sys.argv[1:]
before = lived()
sys.argv.pop(1)
print("held", lived() - before)
