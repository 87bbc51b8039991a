"""Fake of `time`: the virtual clock of the World. Time passes only while the program sleeps."""

import chip


def ticks_ms():
    chip.the.alive("time.ticks_ms")
    return chip.the.ticks_ms()


def sleep_ms(ms):
    chip.the.sleep(ms)
