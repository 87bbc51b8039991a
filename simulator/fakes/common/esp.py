"""Fake of the chip's `esp`: how much ESP-IDF says on the cable, which is not read here."""

LOG_NONE = 0


def osdebug(uart_no, level=0):
    pass
