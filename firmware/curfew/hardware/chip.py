"""What the services need of the chip: its number, why it started, an output for the range hood, the display.

Nothing that the safety loop drives.
"""

from typing import Any

import machine

from curfew import erase


def number() -> str:
    """Hex digits that no other chip has."""
    return "".join(["%02x" % byte for byte in machine.unique_id()])


def restart_reason() -> str:
    """Why the chip started, in a word; "?" for a reason that is not known here."""
    words = "? power reset watchdog sleep soft".split()  # in the order of the chip's own numbers
    cause = machine.reset_cause()
    return words[cause] if 0 <= cause < len(words) else words[0]


def heaps(figures: Any, log: Any) -> dict[str, int]:
    """As in hardware/memory.py."""
    try:
        from curfew.hardware import memory

        return memory.heaps(figures, log)
    finally:  # a MemoryError must not keep it
        erase("hardware.memory")


def tls_lacks() -> int:
    """As in hardware/memory.py."""
    try:
        from curfew.hardware import memory

        return memory.tls_lacks()
    finally:
        erase("hardware.memory")


def set_clock(year: int, month: int, day: int, hour: int, minute: int, second: int, weekday: int, _: int) -> None:
    """Set the clock of the chip, which TLS checks certificates against; arguments: those of time.gmtime(), UTC."""
    machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


def output(number: int) -> machine.Pin:
    """A pin as an output, low."""
    return machine.Pin(number, machine.Pin.OUT, value=0)


def any_low(numbers: list[int]) -> bool:
    """True while one of these pins is low: a button is down."""
    return any([not machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP).value() for number in numbers])


def display(clk_pin: int, dio_pin: int) -> Any:
    """The display of four digits; its library is imported only where one is fitted."""
    from curfew.hardware.display import Display

    return Display(clk_pin, dio_pin)
