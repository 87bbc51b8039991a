# Relays low before anything else: level before direction, so that no pin twitches. Then the watchdog. Then no more.
from machine import WDT, Pin

try:
    for _number in (18, 19, 23, 33, 32):  # every relay pin there can be, and the pump (limits.PINS_RELAY)
        Pin(_number, Pin.OUT, value=0)
finally:  # should that fail, main.py does not run, and only the watchdog can try again
    WDT(timeout=20000)  # limits.WATCHDOG_BOOT_MS: import and program check
