"""On the VM: a loop that only sleeps, tick by tick: how late the machine itself makes a program that does nothing.

    micropython loop.py TICK_MS       until it is killed
Prints, tick by tick, how many microseconds too late it was.
"""

import sys
import time

tick_ms = int(sys.argv[1])
while True:
    start_us = time.ticks_us()
    time.sleep_ms(tick_ms)
    print(time.ticks_diff(time.ticks_us(), start_us) - 1000 * tick_ms)
