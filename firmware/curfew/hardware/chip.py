"""What the services need of the chip: its number, why it started, an output for the range hood, the display.

Nothing that the safety loop drives.
"""

import gc
from typing import Any

import machine

_TLS_BYTES = 35 * 1024  # of a session at its peak: micropython#8940
_TLS_BLOCK = 17 * 1024  # its buffer for what comes in is in one piece
_REASONS = "? power reset watchdog sleep soft"  # words, in the order of the chip's own numbers


def number() -> str:
    """Hex digits that no other chip has."""
    return "".join(["%02x" % byte for byte in machine.unique_id()])


def restart_reason() -> str:
    """Why the chip started, in a word; "?" for a reason that is not known here."""
    words = _REASONS.split()
    cause = machine.reset_cause()
    return words[cause] if 0 <= cause < len(words) else words[0]


def heaps() -> dict[str, int]:
    """Free bytes: python; on a chip also other (for Wi-Fi, sockets, TLS), block (the largest in it), least (ever)."""
    found = {"python": gc.mem_free()} if hasattr(gc, "mem_free") else {}  # not in CPython
    try:
        import esp32

        areas = esp32.idf_heap_info(esp32.HEAP_DATA)
    except ImportError:  # no chip
        return found
    found["other"] = sum([area[1] for area in areas])
    found["block"] = max([area[2] for area in areas])
    found["least"] = sum([area[3] for area in areas])
    return found


def set_clock(year: int, month: int, day: int, hour: int, minute: int, second: int, weekday: int, _: int) -> None:
    """Set the clock of the chip, which TLS checks certificates against; arguments: those of time.gmtime(), UTC."""
    machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


def output(number: int) -> machine.Pin:
    """A pin as an output, low."""
    return machine.Pin(number, machine.Pin.OUT, value=0)


def any_low(numbers: list[int]) -> bool:
    """True while one of these pins is low: a button is down."""
    return any([not machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP).value() for number in numbers])


def tls_lacks() -> int:
    """Bytes that a TLS handshake lacks beside the Python heap; 0 when there is room, or it is unknown."""
    try:
        import esp32

        areas = esp32.idf_heap_info(esp32.HEAP_DATA)  # of each: all, free, largest block, least free so far
    except (ImportError, AttributeError):  # another machine
        return 0
    free = sum([area[1] for area in areas])
    largest = max([area[2] for area in areas])
    lacking: int = max(0, _TLS_BYTES - free, _TLS_BLOCK - largest)
    return lacking


def display(clk_pin: int, dio_pin: int) -> Any:
    """The display of four digits; its library is imported only where one is fitted."""
    from curfew.hardware.display import Display

    return Display(clk_pin, dio_pin)
