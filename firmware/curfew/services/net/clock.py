"""The time of day, by SNTP, and the dates of the shut-offs (dates.txt). Nothing in the safety loop depends on it.

Anyone in the network can answer an SNTP request. So two servers must agree, or one answer three times and no other at
all; such a time is not `is_sure`, and a later pair overrules it. Without internet the gateway may be that one.
"""

import os
import socket
import time

from curfew.core.ticks import elapsed_ms, later_ms
from curfew.services.context import DATES_PATH
from curfew.storage import series

_HOSTS = ("pool.ntp.org", "ntp.aliyun.com")
_PORT = 123
_POLL_MS = 500
_REPLY_MS = 3000
_AGAIN_MS = 15000  # servers forbid short intervals; doubles with every failure ...
_AGAIN_MAX_MS = 3600000
_DAY_MS = 86400000  # a quartz is off by seconds in a day, and dates are shown in minutes
_NTP_1970_S = 2208988800  # seconds from 1900, where NTP begins, to 1970
_BOARD_1970_S = 946684800  # from 1970 to 2000, where the chip begins
FLOOR_S = 1767225600  # 2026-01-01, written by hand at a release: no time before it is believed
_SPAN_S = 473385600  # nor one 15 years after it
_APART_S = 10  # between two servers that agree
_ROUND_MS = 60000  # in which they are asked
_NEXT_MS = 1500  # between two requests of a round
_PACKET = 48
_RETRY_MS = 60000  # after a failed write
_PENDING_MAX = 32


class Clock:
    """Keeps the time and the dates; see run().

    set_clock(unix_s): sets the clock of the chip, which starts in 2000. gateway(): the address that is asked after the
    hosts, or None. `is_sure`: two servers agreed.
    """

    def __init__(self, context, set_clock, hosts=_HOSTS, port=_PORT, gateway=lambda: None):
        self.is_sure = False
        self._gateway = gateway
        self._host = ""  # asked last
        self._silent = []  # hosts that gave no answer in this round
        self._context = context
        self._set_clock = set_clock
        self._heard = []  # (host, unix seconds, ticks) of this round
        self._hosts = hosts
        self._port = port
        self._base_s = None  # unix seconds at _base_ms
        self._base_ms = 0
        self._socket = None  # open while a reply is awaited
        self._asked_ms = 0
        self._wait_ms = 0  # the first request is due at once
        self._again_ms = _AGAIN_MS
        self._tries = 0
        self._last = None  # number of the last shut-off
        self._pending = []  # (number, ticks) of shut-offs without a line in dates.txt
        self._noted_ms = 0
        self._retry_ms = 0

    def unix_s(self):
        """Seconds since 1970, None while unknown. Call it at least once in six days."""
        if self._base_s is not None:
            now_ms = self._context.clock.ticks_ms()
            seconds = elapsed_ms(now_ms, self._base_ms) // 1000
            if seconds < 0:  # the ticks went back: continue from here
                self._base_ms = now_ms
            else:
                self._base_s += seconds
                self._base_ms = later_ms(self._base_ms, seconds * 1000)
        return self._base_s

    async def run(self, last_number, sleep_ms):
        """Keep the time and the dates forever. last_number(): of the last shut-off; sleep_ms is asyncio's."""
        try:
            while True:
                self.step()
                self.note(last_number())
                await sleep_ms(_POLL_MS)
        finally:
            self._close()

    def step(self):
        """Send a request when one is due, or read its reply; does not raise.

        A name look-up may block a remote OFF for half a minute, so it needs all contacts open.
        """
        self.unix_s()
        now_ms = self._context.clock.ticks_ms()
        due = not 0 <= elapsed_ms(now_ms, self._asked_ms) < self._wait_ms
        if self._socket:
            self._look(now_ms, due)
        elif due and self._context.status["wifi"] == "online" and self._context.flash_allowed():
            if not self._context.has_guest:
                self._ask()

    def _next_host(self):
        """In turn, in a round without those that gave no answer in it."""
        hosts = self._hosts + ((self._gateway(),) if self._gateway() else ())
        for _ in hosts:
            host = hosts[self._tries % len(hosts)]
            self._tries += 1
            if host not in self._silent:
                break
        return host

    def _ask(self):
        host = self._host = self._next_host()
        self._wait_ms = _REPLY_MS
        # Version 4, client mode; the reply repeats the last eight bytes.
        self._sent = b"\x23" + bytes(39) + os.urandom(8)
        try:
            address = socket.getaddrinfo(host, self._port, socket.AF_INET, socket.SOCK_DGRAM)[0][-1]
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._context.has_guest = True
            self._socket.setblocking(False)
            self._socket.connect(address)  # accepts no other sender
            self._socket.send(self._sent)
            self._asked_ms = self._context.clock.ticks_ms()
        except OSError:
            self._failed()

    def _look(self, now_ms, due):
        try:
            time_s = parse_reply(self._socket.recv(_PACKET + 1), self._sent)
        except OSError:  # no reply yet
            time_s = None
        if time_s is not None:
            self._close()
            self._asked_ms = now_ms
            self._wait_ms = _NEXT_MS
            self._judge(self._host, time_s, now_ms)
        elif due:
            self._failed()

    def _judge(self, host, time_s, now_ms):
        """Believe a time that another server gave, too, or this one three times and no other at all."""
        alone = True
        count = 1
        for other, then_s, then_ms in self._heard:
            agrees = abs(then_s + elapsed_ms(now_ms, then_ms) // 1000 - time_s) <= _APART_S
            if other != host and agrees:
                self._believe(time_s, now_ms, True)
                return
            alone = alone and other == host
            count += agrees
        self._heard = self._heard[-4:] + [(host, time_s, now_ms)]
        if alone and count >= 3 and not self.is_sure:
            self._believe(time_s, now_ms, False)

    def _believe(self, time_s, now_ms, is_sure):
        self._set_clock(time_s)  # first: if it fails, nothing is believed, and the servers are asked again
        self._base_s = time_s
        self._base_ms = now_ms
        self.is_sure = is_sure
        self._wait_ms = _DAY_MS if is_sure else _AGAIN_MAX_MS
        self._again_ms = _AGAIN_MS
        self._heard = []
        self._silent = []
        self._context.status["time"] = "online" if is_sure else "one source"
        self._context.log.add("clock", iso(time_s, {}) + ("" if is_sure else ", one source"))

    def _failed(self):
        self._close()
        now_ms = self._context.clock.ticks_ms()
        self._asked_ms = now_ms
        if self._heard and 0 <= elapsed_ms(now_ms, self._heard[0][2]) < _ROUND_MS:  # the round goes on
            self._wait_ms = _NEXT_MS
            self._silent.append(self._host)
            return
        self._heard = []
        self._silent = []
        self._wait_ms = self._again_ms
        self._again_ms = min(2 * self._again_ms, _AGAIN_MAX_MS)
        self._context.log.add("clock", "no answer")

    def _close(self):
        if self._socket:
            self._context.has_guest = False
            self._socket.close()
            self._socket = None

    def note(self, last):
        """Take the number of the last shut-off; write its date when the time is known and flash writes are allowed.

        Shut-offs before the first call get no date.
        """
        now_ms = self._context.clock.ticks_ms()
        if self._last is not None and last != self._last:
            first = self._last + 1 if self._last < last else last  # one OFF may have shut off several burners
            new = [(number, now_ms) for number in range(max(first, last - _PENDING_MAX + 1), last + 1)]
            self._pending = (self._pending + new)[-_PENDING_MAX:]
        self._last = last
        waiting = 0 <= elapsed_ms(now_ms, self._noted_ms) < self._retry_ms
        if not self._pending or waiting or self.unix_s() is None:
            return
        try:
            if self._write(now_ms):
                self._pending = []
        except OSError:
            self._noted_ms = now_ms
            self._retry_ms = _RETRY_MS
            self._context.log.add("clock", "dates not written")

    def _write(self, now_ms):
        allowed = self._context.flash_allowed
        if series.last(DATES_PATH) >= self._pending[0][0] and not series.forget(DATES_PATH, allowed):
            return False  # a new journal starts at 1 again
        return series.add(DATES_PATH, self._lines(now_ms), allowed)

    def _lines(self, now_ms):
        for number, then_ms in self._pending:
            yield "%d %d" % (number, self._base_s - max(0, elapsed_ms(now_ms, then_ms)) // 1000)


def parse_reply(reply, sent):
    """Unix seconds in an SNTP reply to a request; None when it is not valid."""
    if len(reply) != _PACKET or reply[24:32] != sent[40:]:  # not the reply to this request
        return None
    # A synchronized server of version 3 or 4 (no alarm, stratum 1 to 15).
    if reply[0] not in b"\x1c\x24\x5c\x64\x9c\xa4" or not 1 <= reply[1] <= 15:
        return None
    if reply[40:48] == bytes(8):  # RFC 4330: a server without the time; after the wrap it would be 2036
        return None
    time_s = (int.from_bytes(reply[40:44], "big") - _NTP_1970_S) & 0xFFFFFFFF  # NTP wraps in 2036
    return time_s if FLOOR_S <= time_s < FLOOR_S + _SPAN_S else None


def calendar(unix_s):
    """Unix seconds as time.gmtime() gives them, whatever year the chip's time begins at."""
    return time.gmtime(unix_s - (_BOARD_1970_S if time.gmtime(0)[0] == 2000 else 0))


def iso(unix_s, config):
    """Unix seconds as text by the clock of the device's zone, 2026-02-28T18:30:00+08:00. config: of the network."""
    zone_min = config.get("time_zone_min", 0)
    changes = config.get("time_zone_changes", ())
    for at in range(0, len(changes), 2):
        if unix_s // 60 >= changes[at]:
            zone_min = changes[at + 1]
    local = calendar(unix_s + zone_min * 60)
    east = abs(zone_min)
    rest = ("-" if zone_min < 0 else "+", east // 60, east % 60)
    return "%04d-%02d-%02dT%02d:%02d:%02d%s%02d:%02d" % (tuple(local[:6]) + rest)
