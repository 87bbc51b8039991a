"""Small stand-ins for what the network services stand on: clock, house, radio, one round of an endless task.

Belongs here: what a test sets and reads. Does not: expectations.
"""

import asyncio
import errno

from curfew.services.log import Log


class House:
    """As much of services/house.py as clock, Wi-Fi, portal and display use; time stands unless `now_ms` is moved."""

    def __init__(self, now_ms=0):
        self.now_ms = now_ms
        self.clock = self
        self.log = Log()
        self.status = {"wifi": "online"}
        self.leave = True
        self.network_path = "network.json"
        self.written = []
        self.told = []  # of each burner
        self.burners = 0

    def ticks_ms(self):
        return self.now_ms & 0x3FFFFFFF

    def may_write(self):
        return self.leave

    def write(self, path, text):
        if self.leave:
            self.written.append((path, text))
        return self.leave

    def look(self):
        self.burners = len(self.told)

    def burner(self, index):
        return self.told[index]


class Wlan:
    """The radio of an ESP32: `air` is what happens to a connect ("good", "password", "absent", "silent", "broken")."""

    STATES = {"password": 202, "absent": 201, "silent": 1001, "broken": 1001}

    def __init__(self, air="good"):
        self.air = air
        self.calls = []
        self.up = False
        self.linked = False
        self.wanted = False
        self.config_values = {}

    def _call(self, name, *arguments):
        self.calls.append((name, *arguments))
        if self.air == "broken":
            raise OSError(errno.EIO)

    def active(self, on=None):
        if on is None:
            return self.up
        self._call("active", on)
        self.up = on
        return None

    def config(self, *names, **values):
        if names:
            return {"mac": b"\x24\x0a\xc4\x12\xab\x0f"}[names[0]]
        self._call("config")
        self.config_values.update(values)
        return None

    def connect(self, ssid, key):
        self._call("connect", ssid, key)
        self.linked = self.air == "good"

    def disconnect(self):
        self._call("disconnect")
        self.linked = False

    def isconnected(self):
        return self.linked

    def status(self, what=None):
        if self.air == "broken":
            raise OSError(errno.EIO)
        if what == "rssi":
            return -61
        return 1010 if self.linked else self.STATES.get(self.air, 1001)

    def ifconfig(self):
        return ("192.168.4.1", "255.255.255.0", "192.168.4.1", "192.168.4.1")

    def tries(self):
        return len([call for call in self.calls if call[0] == "connect"])


class Enough(Exception):
    """The task under test has had its rounds."""


def rounds(count, each=lambda: None):
    """A sleep_ms that calls each() and ends the task with Enough after so many rounds; nobody waits."""
    left = [count]

    async def sleep_ms(_ms):
        left[0] -= 1
        each()
        if left[0] <= 0:
            raise Enough

    return sleep_ms


def run(task):
    """Run a task until it has had Enough."""
    try:
        asyncio.run(task)
    except Enough:
        return
    raise AssertionError("an endless task ended")
