# Relays low before anything else: level before direction, so that no pin twitches. Then the watchdog. Then no more.
from machine import Pin

for _number in (18, 19, 23, 33, 32):  # every relay pin there can be, and the pump (limits.PINS_RELAY)
    Pin(_number, Pin.OUT, value=0)

from machine import WDT  # noqa: E402

WDT(timeout=20000)  # limits.WATCHDOG_BOOT_MS: import and program check
