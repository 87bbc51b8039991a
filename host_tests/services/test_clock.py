"""The time of day from a server, and the dates of shut-offs; real UDP on loopback, time moved by the test."""

import datetime
import functools
import select
import socket
import struct
import subprocess
import time
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.services.net import clock as c
from curfew.services.net import network_settings
from fleet import time_zones
from host_tests.fixtures.services import FakeContext

NOW_S = 1_790_000_000
NTP_S = 2_208_988_800
SENT = b"\x23" + bytes(39) + b"8 bytes!"


def reply_to(sent, unix_s=NOW_S, first=0x24, stratum=2, nonce=None):
    stamp = struct.pack(">II", (unix_s + NTP_S) % 2**32, 0)
    return bytes([first, stratum]) + bytes(22) + (sent[40:48] if nonce is None else nonce) + bytes(8) + stamp


class Server:
    """A time server on loopback that answers on command."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def asked(self):
        """The request that waits, None when there is none."""
        if not select.select([self.socket], [], [], 0)[0]:
            return None
        data, self.sender = self.socket.recvfrom(100)
        return data

    def answer(self, data):
        self.socket.sendto(data, self.sender)


@pytest.fixture
def server():
    made = Server()
    yield made
    made.socket.close()


@pytest.fixture
def rig(server):
    context = FakeContext()
    clock = c.Clock(context, context.set.append, ("127.0.0.1", "localhost"), server.port)
    yield context, clock, server
    clock._close()


def exchange(rig, unix_s=NOW_S, **change):
    """The next request and its answer, None for none; the request comes within the pause of a round."""
    context, clock, server = rig
    sent = None
    for _ in range(10):
        clock.step()
        sent = server.asked()
        if sent:
            break
        context.now_ms += 500
    if unix_s is not None:
        server.answer(reply_to(sent, unix_s, **change))
        clock.step()
    else:
        context.now_ms += 3000
        clock.step()


def synced(rig, unix_s=NOW_S):
    """Both servers answer; the clock says unix_s at this moment."""
    exchange(rig, unix_s)
    exchange(rig, unix_s)
    assert rig[1].unix_s() == unix_s
    return rig


# --- asking --------------------------------------------------------------------------------------------------------


def test_it_asks_at_once_and_takes_the_time(rig):
    context, clock, server = rig
    assert clock.unix_s() is None
    clock.step()
    sent = server.asked()
    assert len(sent) == 48 and sent[0] == 0x23 and sent[1:40] == bytes(39)
    server.answer(reply_to(sent))
    clock.step()
    assert clock.unix_s() is None  # one server alone is not believed
    exchange(rig)
    assert clock.unix_s() == NOW_S and clock.is_sure and context.set == [NOW_S]
    assert context.status["time"] == "online"
    context.now_ms += 999
    assert clock.unix_s() == NOW_S
    context.now_ms += 1
    assert clock.unix_s() == NOW_S + 1


def test_every_request_is_another_one(rig):
    context, clock, server = rig
    clock.step()
    first = server.asked()
    for _ in range(3):
        context.now_ms += 15_000
        clock.step()
    assert server.asked()[40:] != first[40:]


@pytest.mark.parametrize(("wifi", "leave"), [("joining", True), ("portal", True), ("online", False)])
def test_it_asks_only_online_and_while_nothing_burns(rig, wifi, leave):
    context, clock, server = rig
    context.status["wifi"], context.is_flash_allowed = wifi, leave
    clock.step()
    assert server.asked() is None


def test_without_a_reply_it_asks_again_after_growing_pauses(rig):
    context, clock, server = rig
    asked_ms = []
    for now_ms in range(0, 30_000_000, 500):
        context.now_ms = now_ms
        clock.step()
        if server.asked():
            asked_ms.append(now_ms)
    waited = [later - earlier - 3000 for earlier, later in zip(asked_ms, asked_ms[1:], strict=False)]
    assert waited == [min(15_000 * 2**step, 3_600_000) for step in range(len(waited))] and len(waited) > 10


def test_a_name_that_cannot_be_found_is_tried_again_with_the_next_server(server):
    context = FakeContext()
    clock = c.Clock(context, print, ("no.such.host.invalid", "127.0.0.1"), server.port)
    clock.step()
    assert server.asked() is None and context.log.lines() == ["clock no answer"]
    context.now_ms += 14_999
    clock.step()
    assert server.asked() is None
    context.now_ms += 1
    clock.step()
    assert server.asked()
    clock._close()


def test_after_a_day_it_asks_again(rig):
    context, clock, server = synced(rig)
    context.now_ms += 86_399_999
    clock.step()
    assert server.asked() is None
    context.now_ms += 1
    for _ in range(2):
        exchange(rig, NOW_S + 86_390)
    assert clock.unix_s() == NOW_S + 86_390


def test_a_wrong_reply_is_passed_over_and_the_right_one_still_taken(rig):
    context, clock, server = rig
    clock.step()
    sent = server.asked()
    for wrong in (b"", b"x", reply_to(sent, nonce=b"guessing"), reply_to(sent, stratum=0)):
        server.answer(wrong)
        clock.step()
        assert clock.unix_s() is None
    server.answer(reply_to(sent))
    clock.step()
    exchange(rig)
    assert clock.unix_s() == NOW_S


# --- without internet ----------------------------------------------------------------------------------------------


@pytest.fixture
def local(server):
    """A device whose names lead nowhere and whose gateway is the server."""
    context = FakeContext()
    names = ("no.such.host.invalid", "nor.this.invalid")
    clock = c.Clock(context, context.set.append, names, server.port, lambda: "127.0.0.1")
    yield context, clock, server
    clock._close()


def until_known(local, limit_ms=300_000):
    context, clock, server = local
    while context.now_ms < limit_ms and clock.unix_s() is None:
        clock.step()
        if sent := server.asked():
            server.answer(reply_to(sent, NOW_S + context.now_ms // 1000))
            clock.step()
        context.now_ms += 500


def test_without_internet_the_gateway_gives_the_time_and_it_is_called_one_source(local):
    context, clock, _ = local
    until_known(local)
    assert clock.unix_s() is not None and not clock.is_sure and context.status["time"] == "one source"
    assert context.now_ms < 120_000


def test_in_a_round_a_host_without_an_answer_is_asked_once(local, monkeypatch):
    asked = []
    look_up = socket.getaddrinfo

    def look(host, *rest):
        asked.append(host)
        return look_up(host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", look)
    until_known(local)
    first = asked.index("127.0.0.1")
    assert asked[first:] == ["127.0.0.1", "no.such.host.invalid", "nor.this.invalid", "127.0.0.1", "127.0.0.1"]


# --- whom to believe -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("apart_s", "believed"), [(11, True), (-9, True), (12, False), (-10, False), (3600, False)])
def test_two_servers_within_ten_seconds_are_believed(rig, apart_s, believed):
    exchange(rig)
    exchange(rig, NOW_S + apart_s)  # a second and a half later
    assert (rig[1].unix_s() is not None) == rig[1].is_sure == believed


def test_one_server_is_believed_after_three_answers_if_the_other_gives_none(rig):
    context, clock, _ = rig
    for _ in range(2):
        exchange(rig)
        exchange(rig, None)
        assert clock.unix_s() is None
    exchange(rig, NOW_S + (context.now_ms + 500) // 1000)
    assert clock.unix_s() is not None and not clock.is_sure and context.status["time"] == "one source"


def test_two_servers_that_disagree_are_both_not_believed(rig):
    for _ in range(20):
        exchange(rig)
        exchange(rig, NOW_S + 86_400)
    assert rig[1].unix_s() is None


def test_a_pair_overrules_one_source_and_one_source_never_a_pair(rig):
    context, clock, _ = rig
    for _ in range(2):
        exchange(rig, NOW_S - 7200 + context.now_ms // 1000)
        exchange(rig, None)
    exchange(rig, NOW_S - 7200 + context.now_ms // 1000)
    assert clock.unix_s() < NOW_S and not clock.is_sure
    context.now_ms += 3_600_000
    synced(rig)
    assert clock.is_sure
    context.now_ms += 86_400_000
    for _ in range(6):
        exchange(rig, NOW_S)
        exchange(rig, None)
    assert clock.is_sure and clock.unix_s() > NOW_S + 86_400


def test_the_floor_is_written_by_hand_and_not_later_than_the_newest_commit():
    found = subprocess.run(["git", "log", "-1", "--format=%ct"], capture_output=True, text=True).stdout.strip()
    newest_s = int(found) if found else time.time()  # an archive without a history
    assert newest_s - 4 * 365 * 86_400 < c.FLOOR_S <= newest_s


def test_a_transmit_time_of_zero_is_refused():
    assert c.parse_reply(bytes([0x24, 2]) + bytes(22) + SENT[40:] + bytes(16), SENT) is None


def test_a_reply_from_another_sender_is_ignored(rig):
    context, clock, server = rig
    clock.step()
    sent = server.asked()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(reply_to(sent), server.sender)
    clock.step()
    assert clock.unix_s() is None


def test_no_server_at_the_port_does_no_harm():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    context = FakeContext()
    clock = c.Clock(context, print, ("127.0.0.1",), port)
    for now_ms in range(0, 60_000, 500):
        context.now_ms = now_ms
        clock.step()
    clock._close()
    assert clock.unix_s() is None and context.log.counts["clock"] >= 2


# --- judging a reply ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"first": 0x1C}, True),
        ({"first": 0x64}, True),
        ({"first": 0x14}, False),  # version 2
        ({"first": 0x2C}, False),  # version 5
        ({"first": 0xE4}, False),  # alarm: not in step
        ({"first": 0x23}, False),  # a client, our own request
        ({"first": 0x25}, False),  # a broadcast
        ({"stratum": 0}, False),  # kiss of death
        ({"stratum": 1}, True),
        ({"stratum": 15}, True),
        ({"stratum": 16}, False),
        ({"nonce": bytes(8)}, False),
        ({"unix_s": c.FLOOR_S - 1}, False),
        ({"unix_s": c.FLOOR_S}, True),
        ({"unix_s": 2_085_978_497}, True),  # NTP has started over, in 2036
        ({"unix_s": c.FLOOR_S + 15 * 365 * 86_400}, True),
        ({"unix_s": c.FLOOR_S + 16 * 365 * 86_400}, False),
    ],
)
def test_a_reply_is_judged(change, good):
    time_s = c.parse_reply(reply_to(SENT, **change), SENT)
    assert time_s == (change.get("unix_s", NOW_S) if good else None)


@given(st.binary(max_size=60) | st.binary(min_size=48, max_size=48).map(lambda b: b[:24] + SENT[40:] + b[32:]))
def test_any_bytes_are_refused_or_give_a_year_of_this_century(data):
    time_s = c.parse_reply(data, SENT)
    assert time_s is None or 2026 <= datetime.datetime.fromtimestamp(time_s, datetime.UTC).year <= 2041


@given(st.integers(0, 49))
def test_a_reply_of_another_length_is_refused(length):
    assert (c.parse_reply((reply_to(SENT) + b"x")[:length], SENT) is None) == (length != 48)


# --- keeping the time ----------------------------------------------------------------------------------------------


def test_the_time_goes_on_over_the_wrap_of_the_ticks(rig):
    context, clock, server = rig
    context.now_ms = 0x3FFFFFFF - 100
    synced(rig)
    for day in range(1, 30):
        context.now_ms += 86_400_000
        assert clock.unix_s() == NOW_S + day * 86_400


@given(st.lists(st.integers(0, 500_000_000), max_size=20))
def test_no_millisecond_is_lost_however_often_it_is_asked(steps_ms):
    context = FakeContext()
    clock = c.Clock(context, print)
    clock._base_s = NOW_S
    for step_ms in steps_ms:
        context.now_ms += step_ms
        assert clock.unix_s() == NOW_S + context.now_ms // 1000


def test_ticks_that_go_back_do_not_take_the_time_back(rig):
    context, clock, server = rig
    context.now_ms = 1_000_000
    synced(rig)
    context.now_ms = 400_000
    assert clock.unix_s() == NOW_S
    context.now_ms += 5000
    assert clock.unix_s() == NOW_S + 5


@given(st.integers(946_684_800, 4_102_444_799), st.integers(-720, 840))
def test_the_text_is_that_of_the_python_library(unix_s, zone_min):
    zone = datetime.timezone(datetime.timedelta(minutes=zone_min))
    assert c.iso(unix_s, {"time_zone_min": zone_min}) == datetime.datetime.fromtimestamp(unix_s, zone).isoformat()


ZONES = (  # north, south, no daylight saving, half hours, half an hour more, quarter hours, Ramadan
    "Europe/Berlin", "Australia/Sydney", "Asia/Shanghai", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham",
    "Africa/Casablanca", "America/St_Johns", "America/New_York", "America/Santiago", "Europe/Dublin", "UTC",
)  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_the_device_changes_its_offset_in_the_second_in_which_its_zone_does(name):
    config = time_zones.rules(name, NOW_S)
    zone = zoneinfo.ZoneInfo(name)
    limits = [NOW_S] + [minute * 60 for minute in config["time_zone_changes"][::2]]
    assert len(limits) in (1, 23) or name == "Africa/Casablanca"
    for second in limits:
        for unix_s in range(second - 2, second + 3):
            expected = datetime.datetime.fromtimestamp(unix_s, zone).isoformat()
            assert c.iso(unix_s, config) == expected


rules = functools.cache(lambda name: time_zones.rules(name, NOW_S))


@given(st.sampled_from(ZONES), st.integers(NOW_S - 31_000_000, NOW_S + 314_000_000))
def test_the_text_is_that_of_the_zone_from_a_year_ago_to_ten_years_ahead(name, unix_s):
    expected = datetime.datetime.fromtimestamp(unix_s, zoneinfo.ZoneInfo(name)).isoformat()
    assert c.iso(unix_s, rules(name)) == expected


def test_the_changes_of_every_zone_are_settings_that_the_device_takes():
    for name in sorted(zoneinfo.available_timezones()):
        made = rules(name)
        assert network_settings.checked(dict(made))["time_zone_changes"] == made["time_zone_changes"], name


def test_the_text_is_right_where_time_begins_in_2000(monkeypatch):
    """As on the chip."""
    real = c.time.gmtime

    class Time:
        @staticmethod
        def gmtime(seconds):
            return real(seconds + 946_684_800)

    monkeypatch.setattr(c, "time", Time)
    assert c.iso(NOW_S, {"time_zone_min": 480}) == "2026-09-21T22:13:20+08:00"
