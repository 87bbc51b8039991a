"""The set-up access point: its password, and a name server in which every name leads to the device."""

import asyncio
import os
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.services.log import Log
from curfew.services.net import portal
from host_tests.fixtures.services import FakeContext, Wlan

ADDRESS = bytes((192, 168, 4, 1))
PAGE = "http://192.168.4.1/"


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def query(asked="captive.apple.com", kind=1, space=1, flags=0x0100, questions=1, tail=b""):
    return struct.pack(">6H", 0xBEEF, flags, questions, 0, 0, 0) + name(asked) + struct.pack(">HH", kind, space) + tail


def opened():
    made = portal.Portal(Wlan(), Log())
    made.open()
    return made


# --- the access point --------------------------------------------------------------------------------------------


def test_the_name_ends_with_the_address_of_the_radio_and_the_network_is_locked(capsys):
    ap = Wlan()
    made = portal.Portal(ap, Log())
    made.open()
    assert made.name == "Curfew-AB0F"
    assert ap.config_values == {"ssid": "Curfew-AB0F", "security": 3, "key": made.password}
    output = capsys.readouterr().out
    assert made.password in output and made.name in output and PAGE in output
    made.close()
    assert not ap.up


def test_the_password_is_sixteen_digits_and_another_one_every_time():
    passwords = {opened().password for _ in range(50)}
    assert len(passwords) > 45
    assert all(len(password) == 16 and password.isdigit() for password in passwords)


def test_the_password_is_drawn_while_the_radio_runs_or_the_chip_has_no_real_random_numbers(monkeypatch):
    ap = Wlan()
    true_random = os.urandom

    def urandom(count):
        assert ap.up, "pseudo-random"
        return true_random(count)

    monkeypatch.setattr(portal.os, "urandom", urandom)
    portal.Portal(ap, Log()).open()


def test_the_password_is_not_in_the_log():
    log = Log()
    made = portal.Portal(Wlan(), log)
    made.open()
    assert made.password not in "".join(log.lines())


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("192.168.4.1", None), ("192.168.4.1:80", None), (None, None), ("connectivitycheck.gstatic.com", PAGE),
        ("captive.apple.com", PAGE), ("www.msftconnecttest.com:80", PAGE), ("192.168.4.10", PAGE), ("", PAGE),
    ],
)  # fmt: skip
def test_a_request_for_anybody_else_is_sent_to_the_page(host, where):
    assert opened().redirect(host) == where


def test_a_set_up_that_is_not_open_redirects_no_one():
    assert portal.Portal(Wlan(), Log()).redirect("captive.apple.com") is None


@pytest.mark.parametrize("is_used", [False, True])
def test_the_set_up_ends_after_an_hour_without_a_request(is_used):
    made, rounds = opened(), []

    async def sleep_ms(ms):
        rounds.append(ms)
        if is_used and len(rounds) in (50, 950):
            made.redirect("192.168.4.1")

    asyncio.run(made.run(FakeContext(), sleep_ms, 3_600_000, free_port()))
    assert sum(rounds) == 3_600_000 + (949 * 50 if is_used else 0)


# --- the name server ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [1, 255])
def test_every_name_leads_to_the_device(kind):
    asked = query(kind=kind)
    reply = portal.answer(asked, ADDRESS)
    assert reply[:2] == asked[:2] and reply[2] == 0x85 and reply[3] == 0
    assert struct.unpack(">4H", reply[4:12]) == (1, 1, 0, 0)
    assert reply[12 : len(asked)] == asked[12:]
    assert reply[len(asked) :] == b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 10, 4) + ADDRESS


@pytest.mark.parametrize(("kind", "space"), [(28, 1), (65, 1), (16, 1), (1, 3), (257, 1), (1, 257)])
def test_other_types_get_an_empty_reply_at_once(kind, space):
    asked = query(kind=kind, space=space)
    reply = portal.answer(asked, ADDRESS)
    assert struct.unpack(">4H", reply[4:12]) == (1, 0, 0, 0) and len(reply) == len(asked)


def test_recursion_is_wished_back_only_when_it_was_wished():
    assert portal.answer(query(flags=0), ADDRESS)[2] == 0x84


def test_what_follows_the_question_is_not_repeated():
    assert portal.answer(query(tail=b"\0\0\x29\x10\0\0\0\0\0\0\0"), ADDRESS) == portal.answer(query(), ADDRESS)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        query()[:11],
        query()[:12],
        query()[:-1],
        query(questions=0),
        query(questions=2),
        query(flags=0x8100),  # itself a reply: two such servers would answer each other for ever
        query(flags=0x2800),  # an update
        struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1",  # a pointer to itself
        struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\x40" + bytes(100),  # a label of 64
        struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\x05abc",
        query(".".join(["x" * 63] * 4)),  # 257 bytes
    ],
)
def test_malformed_packets_are_ignored(wrong):
    assert portal.answer(wrong, ADDRESS) is None


def test_the_longest_name_is_answered():
    assert portal.answer(query(".".join(["x" * 63] * 3 + ["x" * 61])), ADDRESS) is not None  # 255 bytes
    assert portal.answer(query(".".join(["x" * 63] * 3 + ["x" * 62])), ADDRESS) is None


@given(st.binary(max_size=600) | st.binary(max_size=300).map(lambda rest: query()[:12] + rest))
def test_any_bytes_are_ignored_or_answered_with_their_own_question(data):
    reply = portal.answer(data, ADDRESS)
    if reply is not None:
        assert reply[:2] == data[:2] and reply[2] & 0x80 and len(reply) <= len(data) + 16
        assert reply[12:].startswith(data[12 : len(reply) - 16])


@given(st.integers(0, 40), st.integers(0, 255))
def test_one_wrong_byte_does_no_harm(at, byte):
    data = bytearray(query())
    data[at % len(data)] = byte
    portal.answer(bytes(data), ADDRESS)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_over_real_udp_garbage_and_a_vanished_asker_do_not_stop_the_answers():
    async def talk():
        made, context, port = opened(), FakeContext(), free_port()
        task = asyncio.create_task(made.run(context, lambda _ms: asyncio.sleep(0.001), 1 << 29, port))
        await asyncio.sleep(0.01)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.sendto(query(), ("127.0.0.1", port))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.connect(("127.0.0.1", port))
            phone.setblocking(False)
            for packet in (b"", b"x", bytes(2000), query(questions=9), query()):
                phone.send(packet)
            reply = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(phone, 600), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", port))  # the port is free again
        return reply, context.status["wifi"]

    reply, word = asyncio.run(talk())
    assert reply.endswith(ADDRESS) and reply[:2] == query()[:2] and word == "portal"


def test_a_flood_leaves_turns_to_the_others():
    """At most eight queries are answered between two rests."""

    class Flooded:
        sent = 0

        def recvfrom(self, _size):
            return query(), None

        def sendto(self, _reply, _sender):
            self.sent += 1

    listener = Flooded()
    portal.serve(listener, ADDRESS)
    assert listener.sent == 8
