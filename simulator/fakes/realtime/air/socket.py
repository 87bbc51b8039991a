"""The sockets of the device: real ones, on a loopback on which only "localhost" has a name, and one friend.

The low ports of a device become free ones of this machine; the host may order that look-ups hang, really hang, and that
addresses lead to where no connect ever ends. For the services thread.
"""

import os
import time

import usocket
import wire
from usocket import *  # noqa: F403

_LOW = {80: wire.WEB_PORT, 53: wire.DNS_PORT}
_TIME_SERVERS = ("pool.ntp.org", "ntp.aliyun.com")
_NO_NAME = -2
_LOOK_MS = 10


def getaddrinfo(host, port, *rest):
    if host == "0.0.0.0":
        return usocket.getaddrinfo("127.0.0.1", wire.inputs[_LOW[port]], *rest)
    if host in _TIME_SERVERS and os.getenv("TIME_PORTS"):
        port = int(os.getenv("TIME_PORTS").split()[_TIME_SERVERS.index(host)])
        return usocket.getaddrinfo("127.0.0.1", port, *rest)
    begun_ms = time.ticks_ms()
    while time.ticks_ms() - begun_ms < wire.inputs[wire.LOOKUP_MS]:
        time.sleep_ms(_LOOK_MS)
    if host == wire.friend:
        return usocket.getaddrinfo(host, port, *rest)
    if host not in ("localhost", "127.0.0.1"):
        raise OSError(_NO_NAME)
    return usocket.getaddrinfo("127.0.0.1", wire.inputs[wire.DEAD_PORT] or port, *rest)
