"""On the VM: the `time` of the virtual chip, as far as the firmware uses it."""

from utime import gmtime, localtime, ticks_add, ticks_diff, ticks_us  # noqa: F401

from backend import sleep_ms, ticks_ms  # noqa: F401


def sleep(seconds):
    sleep_ms(int(seconds * 1000))
