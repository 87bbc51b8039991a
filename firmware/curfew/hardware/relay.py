"""The relays, driven by level or, besides, by a pump that the loop's own ticks keep alive.

Belongs here: pin levels. Does not: any reason to conduct; it does what it is told, every tick anew.
"""

from machine import Pin


class Relays:
    """One enable pin a burner, active high; with the pulse drive a pump pin in series with all of them.

    pump_pin None: level drive. The pump is toggled here, by code, never by PWM or a timer: when the loop stops,
    the pump stops, and the hardware opens the contacts by itself.
    """

    def __init__(self, relay_pins, pump_pin):
        self._enables = [Pin(number, Pin.OUT, value=0) for number in relay_pins]
        self._pump = None if pump_pin is None else Pin(pump_pin, Pin.OUT, value=0)
        self._pump_level = 0

    def drive(self, granted):
        """Set every contact to its grant of this tick; granted is indexed by burner, true conducts."""
        conducting = False
        for index in range(len(self._enables)):
            if granted[index]:
                self._enables[index].value(1)
                conducting = True
            else:
                self._enables[index].value(0)
        if self._pump is not None:
            self._pump_level = 1 - self._pump_level if conducting else 0
            self._pump.value(self._pump_level)

    def open_all(self):
        """Open every contact, whatever single pins say to it; a pin that refuses is made an input."""
        for enable in self._enables:
            _force_low(enable)
        if self._pump is not None:
            _force_low(self._pump)


def _force_low(pin):
    """Low, or else an input; whatever is raised, a second Ctrl-C too, the other pins get their turn."""
    try:
        pin.value(0)
    except BaseException:
        try:
            pin.init(Pin.IN)
        except BaseException:
            pass
