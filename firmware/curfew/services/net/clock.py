"""What time it is, for dates in the journal and on the page; nothing that guards the flame knows this file.

Belongs here: SNTP, seconds to text, the dates of openings (dates.txt). Does not: deadlines, ages, time-outs.
"""

import os
import socket
import time

from curfew.core.ticks import elapsed_ms, later_ms
from curfew.services.context import DATES_PATH
from curfew.storage import files
from curfew.storage.journal import JOURNAL_LINES_MAX

_HOSTS = ("pool.ntp.org", "ntp.aliyun.com")
_PORT = 123
_POLL_MS = 500
_REPLY_MS = 3000
_AGAIN_MS = 15000  # servers ask for patience; doubles with every failure ...
_AGAIN_MAX_MS = 3600000
_DAY_MS = 86400000  # a quartz is off by seconds in a day: dates are told in minutes
_NTP_1970_S = 2208988800  # seconds from 1900, where NTP begins, to 1970
_BOARD_1970_S = 946684800  # from 1970 to 2000, where the chip begins
_FROM_S = 1735689600  # 2025: this program is not older
_TO_S = 4102444800  # 2100
_PACKET = 48
_REST_MS = 60000  # after the flash refused
_PENDING_MAX = 32


class Clock:
    """house: clock.ticks_ms(), log, status, may_write()."""

    def __init__(self, house, hosts=_HOSTS, port=_PORT):
        self._house = house
        self._hosts = hosts
        self._port = port
        self._base_s = None  # unix seconds at _base_ms
        self._base_ms = 0
        self._door = None  # open while a reply is awaited
        self._asked_ms = 0
        self._wait_ms = 0  # the first try is due at once
        self._again_ms = _AGAIN_MS
        self._tries = 0
        self._last = None  # number of the last opening
        self._pending = []  # (number, ticks) of openings without a line in dates.txt
        self._noted_ms = 0
        self._rest_ms = 0

    def unix_s(self):
        """Seconds since 1970, None while nobody has told; has to be asked at least once in six days."""
        if self._base_s is not None:
            now_ms = self._house.clock.ticks_ms()
            seconds = elapsed_ms(now_ms, self._base_ms) // 1000
            if seconds < 0:  # the ticks went back: go on from here
                self._base_ms = now_ms
            else:
                self._base_s += seconds
                self._base_ms = later_ms(self._base_ms, seconds * 1000)
        return self._base_s

    async def run(self, last_number, sleep_ms):
        """Keep the time and the dates for ever. last_number(): the last opening; sleep_ms is asyncio's."""
        try:
            while True:
                self.step()
                self.note(last_number())
                await sleep_ms(_POLL_MS)
        finally:
            self._close()

    def step(self):
        """Ask for the time when that is due, or look for the reply; does not raise.

        A look-up of names may block for half a minute, and with it the way of an OFF: so only while nothing burns.
        """
        self.unix_s()
        now_ms = self._house.clock.ticks_ms()
        due = not 0 <= elapsed_ms(now_ms, self._asked_ms) < self._wait_ms
        if self._door:
            self._look(now_ms, due)
        elif due and self._house.status["wifi"] == "online" and self._house.may_write():
            self._ask()

    def _ask(self):
        host = self._hosts[self._tries % len(self._hosts)]
        self._tries += 1
        self._wait_ms = _REPLY_MS
        # Version 4, a client; the reply has to repeat the last eight bytes.
        self._sent = b"\x23" + bytes(39) + os.urandom(8)
        try:
            address = socket.getaddrinfo(host, self._port, socket.AF_INET, socket.SOCK_DGRAM)[0][-1]
            self._door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._door.setblocking(False)
            self._door.connect(address)  # hears nobody else
            self._door.send(self._sent)
            self._asked_ms = self._house.clock.ticks_ms()
        except OSError:
            self._failed()

    def _look(self, now_ms, due):
        try:
            time_s = told_s(self._door.recv(_PACKET + 1), self._sent)
        except OSError:  # nothing yet
            time_s = None
        if time_s is not None:
            self._base_s = time_s
            self._base_ms = now_ms
            self._wait_ms = _DAY_MS
            self._again_ms = _AGAIN_MS
            self._close()
            self._house.log.add("clock", iso(time_s, 0))
        elif due:
            self._failed()

    def _failed(self):
        self._close()
        self._asked_ms = self._house.clock.ticks_ms()
        self._wait_ms = self._again_ms
        self._again_ms = min(2 * self._again_ms, _AGAIN_MAX_MS)
        self._house.log.add("clock", "no answer")

    def _close(self):
        if self._door:
            self._door.close()
            self._door = None

    def note(self, last):
        """Hear the number of the last opening; keep when it was as soon as the time is known and a file may be written.

        What opened before the first call is not dated.
        """
        now_ms = self._house.clock.ticks_ms()
        if self._last is not None and last != self._last:
            first = self._last + 1 if self._last < last else last  # one OFF may have opened several burners
            new = [(number, now_ms) for number in range(max(first, last - _PENDING_MAX + 1), last + 1)]
            self._pending = (self._pending + new)[-_PENDING_MAX:]
        self._last = last
        resting = 0 <= elapsed_ms(now_ms, self._noted_ms) < self._rest_ms
        if not self._pending or resting or self.unix_s() is None:
            return
        try:
            if files.replace(DATES_PATH, self._lines(now_ms), self._house.may_write):  # asks for leave, also first
                self._pending = []
        except OSError:
            self._noted_ms = now_ms
            self._rest_ms = _REST_MS
            self._house.log.add("clock", "dates not written")

    def _lines(self, now_ms):
        skip = files.count(DATES_PATH) + len(self._pending) - JOURNAL_LINES_MAX
        for line in files.lines(DATES_PATH):
            if skip <= 0 and int(line.split()[0]) < self._pending[0][0]:  # a new journal counts from 1 again
                yield line
            skip -= 1
        for number, then_ms in self._pending:
            yield "%d %d" % (number, self._base_s - max(0, elapsed_ms(now_ms, then_ms)) // 1000)


def told_s(reply, sent):
    """Unix seconds in an SNTP reply to what was sent; None when it is no good reply to it."""
    if len(reply) != _PACKET or reply[24:32] != sent[40:]:  # not ours
        return None
    # A server of version 3 or 4 that is in step (no alarm, stratum 1 to 15).
    if reply[0] not in b"\x1c\x24\x5c\x64\x9c\xa4" or not 1 <= reply[1] <= 15:
        return None
    time_s = (int.from_bytes(reply[40:44], "big") - _NTP_1970_S) & 0xFFFFFFFF  # NTP starts over in 2036
    return time_s if _FROM_S <= time_s < _TO_S else None


def iso(unix_s, zone_min):
    """2026-02-28T18:30:00+08:00 for unix seconds in a time zone, minutes east of Greenwich."""
    local = time.gmtime(unix_s + zone_min * 60 - (_BOARD_1970_S if time.gmtime(0)[0] == 2000 else 0))
    east = abs(zone_min)
    rest = ("-" if zone_min < 0 else "+", east // 60, east % 60)
    return "%04d-%02d-%02dT%02d:%02d:%02d%s%02d:%02d" % (tuple(local[:6]) + rest)
