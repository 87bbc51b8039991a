"""The radio of the device: a network that is there as long as the host says so. The links themselves are loopback.

Belongs here: what an ESP32 tells about its link, as chips.py has it. Does not: names and ports (socket.py). For the
services thread.
"""

import os
import time

import chips
import wire

STA_IF, AP_IF = 0, 1
AUTH_WPA2_PSK = 3
# How many times faster than a chip, for tests that lose the link a thousand times.
_HASTE = int(os.getenv("HASTE") or 1)
_KEY = os.getenv("WIFI_KEY")  # what the network takes; not set: any
_LINK_MS, _SCAN_MS = chips.LINK_MS // _HASTE, chips.SCAN_MS // _HASTE


def hostname(name):
    """The name by which the house finds the device; it is not asked here."""


class WLAN:
    def __init__(self, interface):
        self._on = False
        self._since_ms = None  # of the attempt under way
        self._wanted = False
        self._fits = True
        self._linked = False
        self._reason = 0  # of the last disconnect: only an address clears it
        self._values = {"mac": b"\x24\x0a\xc4\x12\xab\x0f"}

    def active(self, on=None):
        if on is None:
            return self._on
        self._on = on

    def config(self, *names, **values):
        self._values.update(values)
        return self._values[names[0]] if names else None

    def connect(self, ssid, key=None):
        self._pass()
        if self._since_ms is not None or self._linked:
            raise RuntimeError("Wifi Internal State Error")
        self._wanted = True
        self._fits = _KEY in (None, key)
        self._since_ms = wire.inputs[wire.TICKS_MS] if wire.answered else time.ticks_ms()

    def disconnect(self):
        self._pass()
        if self._linked:
            self._reason = chips.LEFT
        self._wanted = self._linked = False
        self._since_ms = None

    def _pass(self):
        """A link that was lost does not come back by itself: the firmware has to connect again."""
        there = wire.inputs[wire.WIFI]
        if self._linked and not there:
            self._linked = False
            self._reason = chips.NO_NETWORK
        if self._since_ms is None:
            return
        now_ms = wire.inputs[wire.TICKS_MS] if wire.answered else time.ticks_ms()  # on the clock of the firmware
        tried_ms = time.ticks_diff(now_ms, self._since_ms)
        joins = bool(there and self._fits)
        if tried_ms >= (_LINK_MS if joins else _SCAN_MS):
            self._since_ms = None
            self._linked = joins
            self._reason = 0 if joins else chips.AUTH_FAIL if there else chips.NO_NETWORK

    def scan(self):
        """Rows as on a chip: name, address, channel, dBm, security, hidden."""
        return [(b"next door", bytes(6), 1, -80, 3, False), (b"home", bytes(6), 6, -50, 3, False)]

    def isconnected(self):
        self._pass()
        return self._linked

    def status(self, what=None):
        if what == "rssi":
            return -50
        self._pass()
        return chips.wlan_status(self._linked, self._wanted, self._reason)

    def ifconfig(self):
        return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")
