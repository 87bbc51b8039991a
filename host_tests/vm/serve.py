"""The web server alone on the VM, in the current folder: prints its port, then serves until it is killed.

Here: wiring with an empty snapshot. Not here: the loop, judgement (test_web_on_the_vm.py).
"""

import _thread
import asyncio
import sys
import time

from curfew.bundles.base import Persistence
from curfew.bundles.core import Inbox, Link, RtcMemory, Snapshot, read_state
from curfew.bundles.http import Api, Auth, Server, hashing
from curfew.bundles.services import Log, ServiceContext
from curfew.core.settings import checked

settings = checked({"burners": [{}, {"relay_pin": 19}]})
link = Link(Inbox(2), Snapshot(2, _thread.allocate_lock()))
link.flash_allowed[0] = 1
stored, health = read_state()
keeper = Persistence(link, RtcMemory(b""), 0, 2, stored, health)
keeper.ask_restart = lambda: None
config = {"password": list(hashing(sys.argv[2], b"0123456789abcdef"))[-1], "token": ""}
house = ServiceContext(keeper, link, time, settings, config, Log(), None)
web = Server(house, asyncio.sleep_ms)
api = Api(web, Auth(time.ticks_ms()), lambda: None, "POWER_ON")


async def serve():
    asyncio.create_task(api.run())
    await web.serve("127.0.0.1", int(sys.argv[1]))


asyncio.run(serve())
