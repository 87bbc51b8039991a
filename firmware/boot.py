# Relays low before anything else: level before direction, so that no pin twitches. Then the watchdog.
from machine import WDT, Pin

try:
    # Every possible relay pin, the pump (limits.PINS_RELAY), and the buzzer: a tone goes on over a reset of the CPU.
    for _number in (18, 19, 23, 33, 32, 17):
        Pin(_number, Pin.OUT, value=0)
finally:  # if that fails, main.py does not run, and only the watchdog can try again
    WDT(timeout=20000)  # limits.WATCHDOG_BOOT_MS: import and program check
