# Relays low before anything else: level before direction, so that no pin twitches. Then the watchdog.
import sys

from machine import WDT, Pin

try:
    # By the end of MicroPython's word for the chip, every possible relay pin, the pump, and the buzzer, because a tone
    # goes on over a reset of the CPU (core/pins.py). Any other: a plain ESP32, or a computer.
    for _number in {"S3": (4, 5, 6, 7, 15, 17), "C3": (4, 10, 7), "C6": (0, 1, 2, 7, 21)}.get(
        getattr(sys.implementation, "_machine", "")[-2:], (18, 19, 23, 33, 32, 17)
    ):
        Pin(_number, Pin.OUT, value=0)
finally:  # if that fails, main.py does not run, and only the watchdog can try again
    WDT(timeout=20000)  # limits.WATCHDOG_BOOT_MS: import and program check
