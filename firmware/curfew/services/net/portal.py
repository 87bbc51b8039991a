"""The set-up access point: a network of the device itself, in which every name leads to its page.

Imported for the set-up only.
"""

import os
import socket

_HELD_MS = 10000  # a button held for this long from power-up on opens the set-up
_HELD_LOOK_MS = 100
_SET_UP_MS = 900000  # with a known network, the set-up ends when it was not used for this time
_FIRST_SET_UP_MS = 3600000  # without one
_WPA2 = 3  # network.AUTH_WPA2_PSK
_POLL_MS = 50
_DIGITS = 16  # of the password: who records a join may try eight digits at home within a minute
_BURST = 8  # queries in a row
_PACKET = 512  # bytes of a query over UDP, at most
_HEAD = 12
_NAME_MAX = 255
_A, _ANY, _IN = 1, 255, 1


async def is_held(context, pins, sleep_ms):
    """True when a button stays down for ten seconds. pins: of the buttons; sleep_ms is asyncio's."""
    for _ in range(_HELD_MS // _HELD_LOOK_MS):
        if not context.chip.any_low(pins):
            return False
        await sleep_ms(_HELD_LOOK_MS)
    return True


async def set_up(context, network, may_stay, sleep_ms):
    """Keep the set-up open until it is not used; then restart. may_stay: no restart, the device is not configured."""
    portal = context.portal = Portal(network.WLAN(network.AP_IF), context.log)
    portal.open()
    portal.station = network.WLAN(network.STA_IF)
    await portal.run(context, sleep_ms, _FIRST_SET_UP_MS if may_stay else _SET_UP_MS)
    if not may_stay:  # opened by mistake, or by a Wi-Fi that did not come
        context.ask_restart()
    portal.close()
    context.portal = None
    context.status["wifi"] = "off"
    context.log.add("portal", "closed: not used")
    print("Set-up closed: not used. Switch the power off and on to open it again.")


class Portal:
    """ap: a network.WLAN in access point mode. `password`: digits, new at every start, None until it is open.

    `station`: the radio in the other mode, which looks for networks.
    """

    def __init__(self, ap, log):
        self.station = None
        self.password = None
        self.address = None
        self._unused_ms = 0  # since the last HTTP request
        self._ap = ap
        self._log = log

    def open(self):
        """Start the access point and print its name, password and address on the console. Raises OSError."""
        ap = self._ap
        ap.active(True)
        # Only now: without the radio the chip's random numbers are not.
        self.password = "".join([str(byte % 10) for byte in os.urandom(_DIGITS)])
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
        """Where the HTTP server redirects a request with this Host header; None: nowhere, it is for this device.

        A phone requests a page of its manufacturer to detect the internet: any name is redirected.
        """
        self._unused_ms = 0
        known = host is None or self.address is None or host.split(":")[0] == self.address
        return None if known else "http://%s/" % self.address

    async def run(self, context, sleep_ms, unused_ms, port=53):
        """Answer name look-ups until the page was not used for unused_ms; sleep_ms is asyncio's.

        Raises OSError when the port is taken.
        """
        context.status["wifi"] = "portal"
        address = bytes([int(part) for part in self.address.split(".")])
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            listener.setblocking(False)
            listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
            while self._unused_ms < unused_ms:
                serve(listener, address)
                await sleep_ms(_POLL_MS)
                self._unused_ms += _POLL_MS
        finally:
            listener.close()


def serve(listener, address):
    """Answer up to _BURST queries at a non-blocking UDP socket."""
    try:
        for _ in range(_BURST):
            query, sender = listener.recvfrom(_PACKET)
            reply = answer(query, address)
            if reply:
                listener.sendto(reply, sender)
    except OSError:  # no query, or the client has gone
        pass


def answer(query, address):
    """The reply to a DNS query: address (4 bytes) for every name; other record types get an empty reply.

    None for anything that is not exactly one question.
    """
    # One question, a standard query, not itself a reply.
    if len(query) < _HEAD or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None
    at = _HEAD
    while at < len(query) and query[at]:
        if query[at] > 63:  # a pointer: nothing before it to point to
            return None
        at += query[at] + 1
    end = at + 5
    if end > len(query) or at >= _HEAD + _NAME_MAX:
        return None
    kind, space = query[at + 1] << 8 | query[at + 2], query[at + 3] << 8 | query[at + 4]
    has_address = kind in (_A, _ANY) and space == _IN
    # Authoritative; recursion as requested.
    reply = query[:2] + bytes((0x84 | query[2] & 1, 0, 0, 1, 0, has_address, 0, 0, 0, 0)) + query[_HEAD:end]
    # Valid for ten seconds: after the set-up the same names lead elsewhere.
    return reply + b"\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4" + address if has_address else reply
