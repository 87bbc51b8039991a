"""The set-up access point: a network of the box's own, in which every name leads to its page.

Belongs here: access point, its password, answers to name look-ups, what the web server redirects. Does not: the page
and what it may change (api.py). Imported for the set-up only and dropped after it.
"""

import os
import socket

_WPA2 = 3  # network.AUTH_WPA2_PSK
_POLL_MS = 50
_BURST = 8  # queries between two rests
_PACKET = 512  # bytes of a query over UDP, at most
_HEAD = 12
_NAME_MAX = 255
_A, _ANY, _IN = 1, 255, 1


class Portal:
    """ap: a network.WLAN of the access point side. `password`: eight digits, new with every start."""

    def __init__(self, ap, log):
        self.password = "%08d" % (int.from_bytes(os.urandom(7), "big") % 100000000)
        self._ap = ap
        self._log = log

    def open(self):
        """Start the access point and say on the serial console how to get in. Raises OSError."""
        ap = self._ap
        ap.active(True)
        mac = ap.config("mac")
        self.name = "Curfew-%02X%02X" % (mac[4], mac[5])
        ap.config(ssid=self.name, security=_WPA2, key=self.password)
        self.address = ap.ifconfig()[0]
        self._log.add("portal", self.name)
        print("Set-up: Wi-Fi %s, password %s, http://%s/" % (self.name, self.password, self.address))

    def close(self):
        """Stop the access point."""
        self._ap.active(False)

    def redirect(self, host):
        """Where the web server sends a request with this Host header; None: nowhere, it is for us.

        Phones ask for a page of their maker to find out whether they are in the internet: any name that is not ours.
        """
        return None if host is None or host.split(":")[0] == self.address else "http://%s/" % self.address

    async def run(self, house, sleep_ms, port=53):
        """Answer name look-ups for ever; sleep_ms is asyncio's. Raises OSError when the port is taken."""
        house.status["wifi"] = "portal"
        address = bytes([int(part) for part in self.address.split(".")])
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            door.setblocking(False)
            door.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
            while True:
                serve(door, address)
                await sleep_ms(_POLL_MS)
        finally:
            door.close()


def serve(door, address):
    """Answer what waits at a non-blocking UDP socket, a few queries at most."""
    try:
        for _ in range(_BURST):
            query, sender = door.recvfrom(_PACKET)
            reply = answer(query, address)
            if reply:
                door.sendto(reply, sender)
    except OSError:  # nothing waits, or the asker has gone
        pass


def answer(query, address):
    """The reply to a DNS query: address (4 bytes) for every name; other types get an empty reply.

    None for anything that is not exactly one question: it is ignored.
    """
    # One question, a standard query, not itself a reply.
    if len(query) < _HEAD or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None
    at = _HEAD
    while at < len(query) and query[at]:
        if query[at] > 63:  # a pointer: there is nothing yet to point to
            return None
        at += query[at] + 1
    end = at + 5
    if end > len(query) or at >= _HEAD + _NAME_MAX:
        return None
    kind, space = query[at + 1] << 8 | query[at + 2], query[at + 3] << 8 | query[at + 4]
    found = kind in (_A, _ANY) and space == _IN
    # The name server of that name; recursion as asked for.
    reply = query[:2] + bytes((0x84 | query[2] & 1, 0, 0, 1, 0, found, 0, 0, 0, 0)) + query[_HEAD:end]
    # Good for ten seconds: afterwards the same names lead elsewhere.
    return reply + b"\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4" + address if found else reply
