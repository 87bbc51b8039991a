"""What the services need of the chip itself: its number, why it started, an output for the range hood.

Belongs here: questions, and parts that the safety loop never touches. Does not: relays, whatever the loop drives.
"""

import machine

_REASONS = "? power reset watchdog sleep soft"  # words, in the order of the chip's own numbers


def number():
    """Hex text that no other chip has."""
    return "".join(["%02x" % byte for byte in machine.unique_id()])


def restart_reason():
    """Why this start began, in a word; "?" where the chip tells something unknown."""
    words = _REASONS.split()
    cause = machine.reset_cause()
    return words[cause] if 0 <= cause < len(words) else words[0]


def output(number):
    """A pin that is low, and can be set."""
    return machine.Pin(number, machine.Pin.OUT, value=0)


def any_low(numbers):
    """True while one of these pins is low: a button that is down."""
    return any([not machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP).value() for number in numbers])


def display(clk_pin, dio_pin):
    """The four digits; their library is imported for whoever has them."""
    from curfew.hardware.display import Display

    return Display(clk_pin, dio_pin)
