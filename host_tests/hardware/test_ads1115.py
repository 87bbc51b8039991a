"""The converter: the data sheet's codes as microvolts, the data sheet's bits on the bus.

Here: hardware/ads1115.py over a recording bus. Not here: which channel when (test_scanner.py).
"""

import pytest

from curfew.hardware.ads1115 import free_bus
from host_tests.fixtures.chip import Bus

# Data sheet, table "Input signal versus ideal output code", for +-0.256 V: 7.8125 uV a bit.
CODES = [
    (0x7FFF, 255_992), (0x7FFE, 255_984), (0x4000, 128_000), (0x0100, 2000), (0x0080, 1000), (0x0010, 125),
    (0x0002, 15), (0x0001, 7), (0x0000, 0), (0xFFFF, -8), (0xFFFE, -16), (0xFFF0, -125), (0xFF80, -1000),
    (0xC000, -128_000), (0x8001, -255_993), (0x8000, -256_000),
]  # fmt: skip


@pytest.fixture
def bus():
    return Bus()


@pytest.fixture
def converter(chip, bus):
    return chip.driver("ads1115").ADS1115(bus.i2c, 0x48)


@pytest.mark.parametrize("code, uv", CODES, ids=lambda number: hex(number) if number >= 0 else str(number))
def test_each_code_of_the_data_sheet_is_its_voltage_to_within_a_microvolt(converter, bus, code, uv):
    bus.code[0x48] = code
    assert abs(converter.read_uv() - uv) <= 1


def test_every_code_is_a_whole_number_that_never_falls_as_the_code_rises(converter, bus):
    before = -(10**9)
    for code in range(-32_768, 32_768, 7):
        bus.code[0x48] = code & 0xFFFF
        uv = converter.read_uv()
        assert type(uv) is int and uv >= before
        assert abs(uv - code * 125 / 16) < 1
        before = uv


@pytest.mark.parametrize("channel", range(4))
def test_a_start_writes_three_bytes_that_the_data_sheet_explains(converter, bus, channel):
    converter.start(channel)
    ((kind, address, data),) = bus.done
    config = data[1] << 8 | data[2]
    assert (kind, address, len(data), data[0]) == ("write", 0x48, 3, 1), "one write to the config register"
    assert config >> 15 == 1, "start a conversion"
    assert config >> 12 & 7 == 4 + channel, "the input against ground"
    assert config >> 9 & 7 in (5, 6, 7), "+-0.256 V"
    assert config >> 8 & 1 == 1, "single shot, then sleep"
    assert config >> 5 & 7 == 4, "128 conversions a second: done within a tick"
    assert config & 3 == 3, "comparator off"


def test_channels_may_be_started_in_any_order(converter, bus):
    for channel in (3, 0, 2, 1, 3):
        converter.start(channel)
    assert [data[1] >> 4 & 7 for _, _, data in bus.done] == [7, 4, 6, 5, 7]


@pytest.mark.parametrize("ready", [True, False])
def test_readiness_is_the_highest_bit_of_the_config_register(converter, bus, ready):
    bus.ready = ready
    assert converter.is_ready() is ready
    assert bus.done == [("read", 0x48, 1)]


def test_a_reading_is_one_read_of_the_conversion_register(converter, bus):
    converter.read_uv()
    assert bus.done == [("read", 0x48, 0)]


@pytest.mark.parametrize("address", [0x48, 0x49])
def test_two_converters_share_a_bus_by_their_addresses(chip, bus, address):
    driver = chip.driver("ads1115")
    assert address in driver.ADDRESSES
    bus.code = {0x48: 0x0100, 0x49: 0x0200}
    one = driver.ADS1115(bus.i2c, address)
    one.start(0)
    assert one.read_uv() == (2000 if address == 0x48 else 4000)
    assert {done[1] for done in bus.done} == {address}


@pytest.mark.parametrize("call", ["start", "is_ready", "read_uv"])
def test_an_error_of_the_bus_is_passed_on(converter, bus, call):
    bus.error = OSError(19)
    with pytest.raises(OSError):
        getattr(converter, call)(*([0] if call == "start" else []))


def test_the_simulator_answers_with_the_same_codes(world):
    device = world()
    device.burn()
    true_uv = device.world.burners[0].tc_uv
    assert abs(device.one().flame.tc_uv - true_uv) <= 16


# --- the bus at a start --------------------------------------------------------------------------------------------


class HeldBus:
    """Two open-drain lines and a converter that holds the data line until it was clocked so often."""

    def __init__(self, holds):
        self.holds = holds
        self.clocks = 0
        self.stopped = False
        self._scl = self._sda = 1

    def scl(self, level):
        self.clocks += level > self._scl
        self._scl = level

    def sda(self, level=None):
        held = self.clocks < self.holds
        if level is not None:
            self.stopped = self.stopped or self._scl == 1 and self._sda == 0 < level and not held
            self._sda = level
        return 0 if held else self._sda


class Line:
    def __init__(self, value):
        self.value = value


@pytest.mark.parametrize("holds", range(10))
def test_a_converter_that_holds_the_data_line_is_clocked_until_it_lets_it_go_and_then_told_to_stop(holds):
    bus = HeldBus(holds)
    free_bus(Line(bus.scl), Line(bus.sda))
    assert (bus.clocks, bus.stopped) == (holds, True)


def test_a_line_that_is_held_for_ever_costs_nine_clocks():
    bus = HeldBus(10**6)
    free_bus(Line(bus.scl), Line(bus.sda))
    assert (bus.clocks, bus.stopped) == (9, False)
