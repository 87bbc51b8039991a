"""On the VM: the `machine` of the pretended chip: a bare board, nothing pressed, nothing on the I2C bus.

Belongs here: the shape of the interface. Does not: reset and watchdog themselves (pretended.py), a stove (simulator/).
"""

import chip

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5


class Pin:
    IN = 1
    OUT = 3
    PULL_UP = 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        pass

    def value(self, level=None):
        return 1 if level is None else None


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0):
        pass

    def freq(self, value):
        pass

    duty_u16 = freq


class I2C:
    def __init__(self, bus, scl, sda, freq=400000, timeout=50000):
        pass

    def writeto(self, address, buffer):
        raise OSError(19)

    def readfrom_mem_into(self, address, register, buffer):
        raise OSError(19)


class WDT:
    def __init__(self, timeout=5000):
        chip.tell("watch %d" % timeout)

    def feed(self):
        chip.tell("feed")


class RTC:
    """Kept in a file beside the flash, which is cleared when the power goes."""

    def memory(self, data=None):
        with open(chip.rtc_path, "rb" if data is None else "wb") as file:
            if data is None:
                return file.read()
            file.write(data)


def reset():
    chip.reset()


def reset_cause():
    return chip.cause


def unique_id():
    return b"\x24\x0a\xc4\x12\xab\x0f"
