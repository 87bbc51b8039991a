"""Improv over the cable: its packets, what is refused, and what a device keeps of the Wi-Fi settings.

Here: services/improv.py on CPython, and its prompt on the virtual board. Not here: program.py, which opens the contacts
first (test_boot.py); a real client in a browser (test_installer.py).
"""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial

from curfew.services import improv
from curfew.services.http import password
from curfew.services.net import joined
from host_tests.fixtures import board as fixture
from host_tests.fixtures.services import Wlan
from tools.board import backup, plan, virtual
from tools.board.images import builds, merge

READY, JOINING, JOINED = ((improv.STATE, bytes((state,))) for state in (improv.READY, improv.JOINING, improv.JOINED))
FINE, INVALID, UNKNOWN, NOT_JOINED = ((improv.ERROR, bytes((error,))) for error in range(4))
ADDRESS = "http://192.168.4.20/"


def packet(data, kind=improv.REQUEST):
    whole = improv.HEADER + bytes((kind, len(data))) + data
    return whole + bytes((sum(whole) & 255,))


def asked(command, data=b""):
    return packet(bytes((command, len(data))) + data)


def settings(ssid, word):
    return asked(improv.SEND_WIFI, bytes((len(ssid),)) + ssid + bytes((len(word),)) + word)


def result(command, *texts):
    data = b"".join(bytes((len(text.encode()),)) + text.encode() for text in texts)
    return improv.RESULT, bytes((command, len(data))) + data


class Radio:
    """networks: rows as those of improv.Radio; joins: the address, "" for a network that does not let it in."""

    def __init__(self, joins=ADDRESS, networks=()):
        self.asked = []
        self._joins, self._networks = joins, networks

    def networks(self):
        return self._networks

    def join(self, wifi):
        self.asked.append(wifi)
        return self._joins


def conversation(*sent, radio=None):
    """What a session said, as (type, data), and how it ended. None among the bytes: a silence."""
    stream = [*asked(improv.ASK_STATE)[len(improv.HEADER) + 1 :], *(byte for part in sent for byte in (part or [None]))]
    out = bytearray()
    stream = iter(stream)
    ended = improv.Session(radio or Radio(), lambda ms: next(stream, None), out.extend, "Curfew 1a2b").run()
    return packets(bytes(out)), ended


def packets(out):
    found = []
    while out:
        length = out[8]
        assert out[:7] == improv.HEADER and sum(out[: 9 + length]) & 255 == out[9 + length] and out[10 + length] == 10
        found.append((out[7], out[9 : 9 + length]))
        out = out[11 + length :]
    return found


# --- the conversation ------------------------------------------------------------------------------------------------


def test_the_first_request_is_answered_though_its_type_was_taken_for_a_ctrl_c():
    assert conversation() == ([FINE, READY], True)


def test_device_information_has_four_texts():
    [_, _, _, (kind, data)], _ = conversation(asked(improv.ASK_INFO))
    assert kind == improv.RESULT and b"Curfew" in data and data[0] == improv.ASK_INFO and data[1] == len(data) - 2


def test_networks_come_one_by_one_and_end_with_an_empty_result():
    radio = Radio(networks=[("home", -50, False), ("café", -80, True)])
    said, _ = conversation(asked(improv.SCAN), radio=radio)
    rows = [result(improv.SCAN, "home", "-50", "YES"), result(improv.SCAN, "café", "-80", "NO"), result(improv.SCAN)]
    assert said[3:] == rows


def test_settings_that_work_end_in_the_address_of_the_page_and_so_does_every_later_question():
    radio = Radio()
    said, ended = conversation(settings(b"home", b"a secret"), b"\n", asked(improv.ASK_STATE), radio=radio)
    assert radio.asked == [{"ssid": "home", "password": "a secret"}]
    assert said[2:] == [
        FINE, JOINING, JOINED, result(improv.SEND_WIFI, ADDRESS), FINE, JOINED, result(improv.ASK_STATE, ADDRESS),
    ]  # fmt: skip
    assert ended


def test_settings_that_do_not_work_are_an_error_and_can_be_sent_again():
    said, _ = conversation(settings(b"home", b"wrong"), radio=Radio(joins=""))
    assert said[2:] == [FINE, JOINING, NOT_JOINED, READY]


@pytest.mark.parametrize("sent, answer", [
    (asked(improv.ASK_STATE)[:-1] + b"\0", [INVALID]),  # checksum
    (packet(b"\2\0", kind=improv.STATE), [INVALID]), (packet(b""), [INVALID]), (packet(b"\2"), [INVALID]),
    (packet(b"\2\1"), [INVALID]), (packet(b"\2\0\0"), [INVALID]), (asked(99), [FINE, UNKNOWN]),
    (asked(0), [FINE, UNKNOWN]), (asked(improv.SEND_WIFI), [FINE, INVALID]),
    (asked(improv.SEND_WIFI, b"\4home"), [FINE, INVALID]), (asked(improv.SEND_WIFI, b"\4home\2x"), [FINE, INVALID]),
    (asked(improv.SEND_WIFI, b"\4home\0x"), [FINE, INVALID]), (asked(improv.SEND_WIFI, b"\1\xff\0"), [FINE, INVALID]),
    (asked(improv.SEND_WIFI, b"\xff"), [FINE, INVALID]),
])  # fmt: skip
def test_what_is_no_request_is_an_error_of_the_protocol_and_the_next_one_is_answered(sent, answer):
    said, ended = conversation(sent, asked(improv.ASK_STATE))
    assert said[2:] == [*answer, FINE, READY] and ended


def test_a_request_that_breaks_off_is_an_error_and_the_next_one_is_answered():
    assert conversation(asked(improv.SCAN)[:-2], None, asked(improv.ASK_STATE))[0][2:] == [INVALID, FINE, READY]


@pytest.mark.parametrize("noise", [b"\r\n", b"I", b"IMPRO", b"IMIMPRO", b"hello\x01\x04", b"IMPROV\2"])
def test_noise_between_two_requests_is_passed_over(noise):
    assert conversation(noise, asked(improv.ASK_STATE))[0][2:] == [FINE, READY]


@pytest.mark.parametrize("before", [b"", b"\r", b"IMPRO"])
def test_ctrl_c_between_two_requests_ends_the_conversation_for_the_prompt(before):
    assert conversation(before + b"\x03", asked(improv.ASK_STATE)) == ([FINE, READY], False)


@pytest.mark.parametrize("typed, wanted, left", [
    (b"IMPROV\1\2\2", True, b"\2\2"), (b"\nIMPROV\1\2", True, b"\2"), (b"", False, b""), (b"\n", False, b""),
    (b"\r\x01", False, b"\x01"), (b"I\x01x", False, b"x"), (b"IMPROV\2", False, b""),
])  # fmt: skip
def test_a_ctrl_c_is_a_request_only_after_its_header_and_no_more_is_read_of_what_is_none(typed, wanted, left):
    stream = iter(typed)
    assert improv.is_asked(lambda ms: next(stream, None)) is wanted
    assert bytes(stream) == left


# --- the radio -------------------------------------------------------------------------------------------------------


@pytest.fixture
def air(tmp_path, monkeypatch):
    """air(kind): a Radio whose time passes in its sleeps; files are in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def make(kind="good"):
        wlan = Wlan(kind)
        pause = lambda ms: setattr(wlan, "now_ms", wlan.now_ms + ms)  # noqa: E731
        clock = SimpleNamespace(ticks_ms=lambda: wlan.now_ms, sleep_ms=pause)
        monkeypatch.setattr(improv, "time", clock)
        radio = improv.Radio(SimpleNamespace(STA_IF=0, WLAN=lambda interface: wlan))
        radio.wlan = wlan
        return radio

    return make


WIFI = {"ssid": "home", "password": "a secret"}


def test_a_new_device_gets_a_password_at_random_and_who_holds_the_cable_gets_it(air):
    url = air().join(WIFI)
    kept = json.loads(Path("network.json").read_text())
    first = url.removeprefix("http://192.168.4.1/#first=")
    assert len(first) == 16 and first.isdigit() and first not in json.dumps(kept)
    *_, hashed = password.hashing_like(first, kept["password"])
    assert hashed == kept["password"] and kept["wifi"] == WIFI and joined.has_worked(WIFI)


def test_a_device_with_a_password_keeps_it_and_everything_else(air):
    stored = {"password": "sha256$1$00$00", "name": "Stove", "wifi": {"ssid": "old", "password": "old secret"}}
    Path("network.json").write_text(json.dumps(stored))
    assert air().join(WIFI) == "http://192.168.4.1/"
    kept = json.loads(Path("network.json").read_text())
    assert (kept["password"], kept["name"], kept["wifi"]) == ("sha256$1$00$00", "Stove", WIFI)


@pytest.mark.parametrize("kind", ["absent", "password", "silent", "broken"])
def test_a_network_that_does_not_let_it_in_changes_nothing(air, tmp_path, kind):
    radio = air()
    radio.wlan.air = kind
    assert radio.join(WIFI) == "" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("wifi", [
    {"ssid": "", "password": "a secret"}, {"ssid": "x" * 33, "password": ""}, {"ssid": "x", "password": "seven 7"},
    {"ssid": "x", "password": "x" * 64}, {"ssid": "x\0", "password": ""},
])  # fmt: skip
def test_settings_that_cannot_be_are_refused_before_the_radio_is_asked(air, wifi):
    radio = air()
    assert radio.join(wifi) == "" and not radio.wlan.tries()


@pytest.mark.parametrize("rows, found", [
    ([(b"home", 0, 1, -50, 3, 0), (b"far", 0, 1, -80, 0, 0)], [("home", -50, False), ("far", -80, True)]),
    ([(b"home", 0, 1, -70, 3, 0), (b"home", 0, 1, -50, 3, 0)], [("home", -50, False)]),
    ([(b"", 0, 1, -50, 3, 1)], []), ([(b"\xff", 0, 1, -50, 3, 0)], []), (OSError(5), []), (RuntimeError(), []),
    ([(b"%d" % n, 0, 1, -n, 3, 0) for n in range(40)], [(str(n), -n, False) for n in range(16)]),
])  # fmt: skip
def test_networks_are_named_once_the_strongest_first(air, rows, found):
    def scan():
        if isinstance(rows, Exception):
            raise rows
        return rows

    radio = air()
    radio.wlan.scan = scan
    assert radio.networks() == found


# --- on the VM -------------------------------------------------------------------------------------------------------


@pytest.fixture
def cable(tmp_path):
    """cable(web_port): a board with the program at the basic build's settings, once it runs: the port, what it said."""
    image = merge.file_system(
        plan.whole(plan.built(fixture.OUT), backup.over_shipped(builds.settings_of("basic", "ESP32"))), 2 << 20
    )
    (tmp_path / "flash").write_bytes(image)
    boards = []

    def make(web_port):
        said = []
        micropython = fixture.run._micropython()
        boards.append(virtual.Board(tmp_path / "flash", 1, micropython, said.append, web_port).__enter__())
        until(lambda: (b"Set-up: Wi-Fi" if web_port is not None else b"burners 1") in b"".join(said))
        return serial.Serial(boards[0].port, timeout=5), said

    yield make
    for board in boards:
        board.__exit__()


def until(fact):
    end = time.monotonic() + fixture.PATIENCE_S
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_on_the_vm_a_request_is_answered_at_the_cable_and_ctrl_c_then_gets_a_prompt_that_works(cable):
    port, said = cable(web_port=0)
    port.write(asked(improv.ASK_STATE) + b"\n")
    assert packets(port.read_until(packet(b"\2", improv.STATE) + b"\n").rpartition(b"\r\n")[2]) == [FINE, READY]
    port.write(b"\x03")
    until(lambda: b"contacts open" in b"".join(said) and b">>> " in b"".join(said))
    port.write(b"print(6 * 7)\r")
    until(lambda: b"\r\n42\r\n" in b"".join(said))


def test_on_the_vm_a_new_board_joins_the_network_that_the_cable_brings(cable):
    port, _ = cable(web_port=0)
    port.write(settings(b"home", b"a secret") + b"\n")
    heard = port.read_until(b"#first=")
    assert packet(bytes((improv.JOINED,)), improv.STATE) in heard and heard.endswith(b"http://127.0.0.1/#first="), heard


@pytest.mark.parametrize("web_port, typed", [(0, b"\x03"), (None, asked(improv.ASK_STATE)[:-1])])
def test_on_the_vm_what_is_no_request_in_a_set_up_gets_the_prompt(cable, web_port, typed):
    port, said = cable(web_port)
    port.write(typed)
    until(lambda: b">>> " in b"".join(said))
    assert b"Curfew stopped, contacts open, load " in b"".join(said)
