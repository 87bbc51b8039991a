"""Stand-in for `time`: the virtual clock of the World. Time passes only while the program sleeps."""

import world


def ticks_ms():
    world.the.alive("time.ticks_ms")
    return world.the.ticks_ms()


def sleep_ms(ms):
    world.the.sleep(ms)
