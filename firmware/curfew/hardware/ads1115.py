"""The ADS1115 converter: start a conversion in one tick, read it in a later one.

Single-ended, +-0.256 V, 7.8125 uV a bit, 128 conversions a second (7.8 ms): data sheet SBAS444.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine import I2C, Pin


_CONVERSION = 0
_CONFIG = 1
ADDRESSES = (0x48, 0x49)  # ADDR to ground, ADDR to supply


class ADS1115:
    """One converter on an I2C bus; every method may raise OSError."""

    def __init__(self, i2c: "I2C", address: int) -> None:
        self._i2c = i2c
        self._address = address
        self._start = bytearray((_CONFIG, 0, 0x83))  # 128 a second, comparator off
        self._word = bytearray(2)

    def start(self, channel: int) -> None:
        """Begin a conversion of channel 0 to 3."""
        self._start[1] = 0xCF | channel << 4  # start, input against ground, 0.256 V, single shot
        self._i2c.writeto(self._address, self._start)

    def is_ready(self) -> bool:
        """True when the conversion is done."""
        self._i2c.readfrom_mem_into(self._address, _CONFIG, self._word)
        return self._word[0] & 0x80 != 0

    def read_uv(self) -> int:
        """The last conversion in microvolts, -256000 to 255992."""
        self._i2c.readfrom_mem_into(self._address, _CONVERSION, self._word)
        code = self._word[0] << 8 | self._word[1]
        if code & 0x8000:
            code -= 0x10000
        return code * 125 // 16


def free_bus(scl: "Pin", sda: "Pin") -> None:
    """Clock out what a converter was still saying when the chip was reset: it holds the data line, nine bits at most.

    Later on the driver of the I2C peripheral does so itself when a transfer fails.
    """
    for _ in range(9):
        if sda.value():
            break
        scl.value(0)
        scl.value(1)
    sda.value(0)
    sda.value(1)  # rises while the clock is high: stop
