"""The text of the four digits: the least time left, a fault, the set-up password, dashes."""

import sys
import types

import pytest

from curfew.services import display
from host_tests.fixtures.services import FakeContext, rounds, run


def burner(remaining_s=None, fault=None):
    return {"contact_closed": remaining_s is not None, "remaining_s": remaining_s or 0, "fault": fault}


@pytest.mark.parametrize(
    ("left_s", "shown"),
    [
        (1, "00:01"), (59, "00:59"), (60, "01:00"), (3600, "60:00"), (5999, "99:59"),
        (6000, "1h40"), (7199, "1h59"), (7200, "2h00"), (18000, "5h00"), (35999, "9h59"), (36000, "9h59"),
    ],
)  # fmt: skip
def test_time_left_is_minutes_and_seconds_and_above_a_hundred_minutes_hours(left_s, shown):
    assert display.text([burner(left_s)], None, 0) == shown


def test_the_least_time_of_the_closed_contacts_is_shown():
    assert display.text([burner(600), burner(), burner(90)], None, 0) == "01:30"


def test_dashes_when_nothing_is_on_or_has_a_flame_yet():
    assert display.text([burner(), burner()], None, 0) == display.text([burner(0), burner()], None, 0) == "----"
    assert display.text([burner(0), burner(90)], None, 0) == "01:30"


def test_a_fault_shows_burner_and_number():
    assert display.text([burner(), burner(fault="SENSOR_FAILED")], None, 0) == "F2-3"


def test_a_fault_beside_a_countdown_takes_every_fourth_second():
    burners = [burner(600), burner(fault="CONTACT_WELDED")]
    assert [display.text(burners, None, second) for second in range(4)] == ["10:00", "10:00", "10:00", "F2-1"]


def test_the_password_walks_through_and_comes_again():
    shown = [display.text([burner()], "12345678", second) for second in range(13)]
    assert shown[0] == "1234" and shown[4] == "5678" and shown[8] == "    " and shown[12] == shown[0]
    assert all(len(text) == 4 for text in shown)


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "----"), ("no such network", " E1 "), ("wrong password?", " E2 "), ("no answer (8)", " E3 ")],
)
def test_why_the_wifi_does_not_come_takes_every_fourth_second(reason, code):
    shown = [display.text([burner()], None, second, reason) for second in range(4)]
    assert shown == ["----", "----", "----", code]


def test_in_the_set_up_it_follows_the_password():
    assert display.text([burner()], "12345678", 8, "wrong password?") == " E2 "


def test_fire_and_faults_come_before_the_password():
    assert display.text([burner(60)], "12345678", 0) == "01:00"
    assert display.text([burner(fault="UNSTABLE")], "12345678", 0) == "F1-6"


def test_the_task_shows_two_rounds_a_second():
    context = FakeContext()
    context.states = [burner()]
    shown = []
    context.portal = types.SimpleNamespace(password="12345678")
    run(display.run(context, shown.append, rounds(4)))
    assert shown == ["1234", "1234", "2345", "2345"]


# --- the library on its wires ----------------------------------------------------------------------------------


@pytest.fixture
def wires(monkeypatch):
    """A TM1637 on two open-drain wires: `memory` is what it shows, `writes` counts level changes asked for."""
    chip = types.SimpleNamespace(memory=[0] * 6, brightness=None, writes=0, bits=[], clk=1, dio=1, address=0, head=None)

    def changed(number, level):
        chip.writes += 1
        if number == 1:  # clock: a rising edge takes a bit, the ninth is the acknowledgement
            if level and not chip.clk and chip.bits is not None:
                chip.bits.append(chip.dio)
                if len(chip.bits) == 9:
                    take(sum(bit << place for place, bit in enumerate(chip.bits[:8])))
                    chip.bits = []
            chip.clk = level
        else:
            if chip.clk and chip.dio and not level:  # start
                chip.bits, chip.head = [], None
            chip.dio = level

    def take(byte):
        if chip.head is None:
            chip.head = byte
            if byte & 0xC0 == 0xC0:
                chip.address = byte & 7
            elif byte & 0xC0 == 0x80:
                chip.brightness = byte & 15
        else:
            chip.memory[chip.address] = byte
            chip.address += 1

    class Pin:
        OPEN_DRAIN = 7

        def __init__(self, number, mode, value):
            assert mode == Pin.OPEN_DRAIN
            self.number = number

        def value(self, level):
            changed(self.number, level)

    import time

    monkeypatch.setitem(sys.modules, "machine", types.SimpleNamespace(Pin=Pin))
    monkeypatch.setattr(time, "sleep_us", lambda us: None, raising=False)
    for name in [name for name in sys.modules if name.startswith("DIYables") or name == "curfew.hardware.display"]:
        monkeypatch.delitem(sys.modules, name)
    pytest.importorskip("DIYables_MicroPython_4Digit7Segment_TM1637", reason="fetch it: python -m tools.libraries")
    from curfew.hardware.display import Display

    yield chip, Display(1, 2)
    for name in [name for name in sys.modules if name.startswith("DIYables") or name == "curfew.hardware.display"]:
        del sys.modules[name]


SEGMENTS = dict(zip("0123456789", (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F), strict=True))
SEGMENTS |= {"-": 0x40, " ": 0, "h": 0x74, "F": 0x71}


@pytest.mark.parametrize("text", ["12:34", "00:00", "99:59", "1h40", "----", "F2-1", "1234", "8   "])
def test_what_is_shown_reaches_the_segments(wires, text):
    chip, shown = wires
    shown.show(text)
    expected = [SEGMENTS[sign] for sign in text.replace(":", "")]
    expected[1] |= 0x80 if ":" in text else 0
    assert chip.memory[:4] == expected and chip.brightness & 8


def test_the_same_text_is_sent_once(wires):
    chip, shown = wires
    shown.show("12:34")
    before = chip.writes
    shown.show("12:34")
    assert chip.writes == before
    shown.show("12:33")
    assert chip.writes > before
