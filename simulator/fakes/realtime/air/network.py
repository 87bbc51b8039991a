"""The radio of the box: a network that is there as long as the host says so. The links themselves are loopback."""

import wire

STA_IF, AP_IF = 0, 1
AUTH_WPA2_PSK = 3
_GOT_IP, _CONNECTING, _NO_NETWORK = 1010, 1001, 201


def hostname(name):
    """The name by which the house finds the box; nobody asks here."""


class WLAN:
    def __init__(self, interface):
        self._on = False
        self._tries = False
        self._linked = False
        self._values = {"mac": b"\x24\x0a\xc4\x12\xab\x0f"}

    def active(self, on=None):
        if on is None:
            return self._on
        self._on = on

    def config(self, *names, **values):
        self._values.update(values)
        return self._values[names[0]] if names else None

    def connect(self, ssid, key=None):
        self._tries = True

    def disconnect(self):
        self._tries = self._linked = False

    def isconnected(self):
        """A link that was lost does not come back by itself: somebody has to connect again."""
        if not wire.inputs[wire.WIFI]:
            self._tries = self._tries and not self._linked
            self._linked = False
        elif self._tries:
            self._linked = True
        return self._linked

    def status(self, what=None):
        if what == "rssi":
            return -50
        if self.isconnected():
            return _GOT_IP
        return _CONNECTING if wire.inputs[wire.WIFI] else _NO_NETWORK

    def ifconfig(self):
        return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")
