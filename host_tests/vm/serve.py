"""The HTTP server alone on the VM, in the current folder, over an empty snapshot; serves until it is killed."""

import _thread
import asyncio
import sys
import time

from curfew.bundles.base import Persistence
from curfew.bundles.core import Inbox, Link, RtcMemory, Snapshot, read_state
from curfew.bundles.http import Api, Auth, Server
from curfew.bundles.services import Log, ServiceContext
from curfew.core.settings import checked
from curfew.services.http.password import hashing

settings = checked({"burners": [{}, {"relay_pin": 19}]})
link = Link(Inbox(2), Snapshot(2, _thread.allocate_lock()))
link.flash_allowed[0] = 1
stored, health = read_state()
persistence = Persistence(link, RtcMemory(b""), 0, 2, stored, health)
persistence.ask_restart = lambda: None
config = {"password": list(hashing(sys.argv[2], b"0123456789abcdef"))[-1], "token": ""}


class Chip:
    """What the server asks of a chip."""

    heaps = staticmethod(dict)


context = ServiceContext(persistence, link, time, settings, config, Log(), Chip)
api = Api(context, Auth(time.ticks_ms()), lambda: None, "POWER_ON", asyncio.sleep_ms)
server = Server(api, time, context.log, asyncio.sleep_ms)


async def serve():
    asyncio.create_task(api.run())
    await server.serve("127.0.0.1", int(sys.argv[1]))


asyncio.run(serve())
