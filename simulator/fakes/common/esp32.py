"""Fake of the chip's `esp32`: the other heap of a classic ESP32 once Wi-Fi runs."""

import chips

HEAP_DATA = 4


def idf_heap_info(capabilities):
    free = chips.CHIPS[0].at_prompt_b - chips.CHIPS[0].wifi_b
    return [(chips.CHIPS[0].at_prompt_b, free, free // 2, free - 4096)]
