"""The relays: one enable pin for each, and with the pulse drive a charge pump that only a running loop feeds."""

from machine import Pin


class Relays:
    """One enable pin for each burner, active high; with the pulse drive the pump supplies all of them.

    pump_pin None: level drive. supply_pin None: not fitted. The pump pin is toggled here, by code, never by PWM or a
    timer: when the loop stops, the pump stops, and the hardware opens the contacts.
    """

    def __init__(self, relay_pins: list[int], pump_pin: int | None, supply_pin: int | None = None) -> None:
        self._enables = [Pin(number, Pin.OUT, value=0) for number in relay_pins]
        self._pump = None if pump_pin is None else Pin(pump_pin, Pin.OUT, value=0)
        self._pump_level = 0
        # Without pull-up: it reads a divider of the coils' supply. None: nothing to test.
        self.supply = None if supply_pin is None or pump_pin is None else Pin(supply_pin, Pin.IN)
        self.pumps = False  # without anything closed, for the self-test ...
        self.rest_level = 0  # ... and where the pump pin rests after that

    def drive(self, granted: bytearray, off: bytearray) -> None:
        """Set every contact to its grant of this tick; granted is indexed by burner, true: closed.

        off: as open_asked() has it. An OFF that is posted in the middle of this is seen at its end at the latest.
        """
        any_closed = 0
        for index in range(len(self._enables)):
            self._enables[index].value(granted[index] > off[index])
            any_closed |= granted[index]
        self.open_asked(off)
        if self._pump is not None:
            self._pump_level = 1 - self._pump_level if any_closed or self.pumps else self.rest_level
            self._pump.value(self._pump_level)

    def open_asked(self, off: bytearray) -> None:
        """Open the contacts whose OFF waits in the inbox. It closes none, and leaves the pump to the tick."""
        for index in range(len(self._enables)):
            if off[index]:
                self._enables[index].value(0)

    def open_all(self) -> None:
        """Open every contact, even if single pins raise errors; such a pin is made an input."""
        for enable in self._enables:
            _force_low(enable)
        if self._pump is not None:
            _force_low(self._pump)


def _force_low(pin: Pin) -> None:
    """Low, or else an input. No error, nor a second Ctrl-C, keeps the other pins from being set."""
    try:
        pin.value(0)
    except BaseException:
        try:
            pin.init(Pin.IN)
        except BaseException:
            pass
