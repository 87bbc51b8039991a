"""Buttons, lights and buzzer of the device."""

from typing import TYPE_CHECKING

from machine import PWM, Pin
from neopixel import NeoPixel

from curfew.core.limits import PIN_IN_MAX, PIN_IN_MIN
from curfew.core.signals import DARK, L_BURNING, L_OVERRIDE, L_SERVICE, L_WINDOW, LIGHT_ROW, LIGHTS, is_lit

if TYPE_CHECKING:
    from curfew.core.controller import Controller


_NOT_SHOWN = 255
_DUTY_ON = 32768  # half: a piezo disc is loudest on a square wave


def _contact(number: int) -> Pin:
    return Pin(number, Pin.IN) if PIN_IN_MIN <= number <= PIN_IN_MAX else Pin(number, Pin.IN, Pin.PULL_UP)


class Panel:
    """One button and one pixel a burner, contacts beside them, one buzzer; all contacts to ground.

    contact_pins: None for one that is not fitted.
    """

    def __init__(
        self, button_pins: list[int], contact_pins: "tuple[int | None, ...]", pixel_pin: int, buzzer_pin: int
    ) -> None:
        self._buttons = [_contact(number) for number in button_pins]
        self._contacts = [None if number is None else _contact(number) for number in contact_pins]
        self._pixels = NeoPixel(Pin(pixel_pin, Pin.OUT, value=0), len(button_pins))
        self._buzzer = PWM(Pin(buzzer_pin, Pin.OUT, value=0), freq=2000, duty_u16=0)
        self._color = bytearray(3)
        self._frequency_hz = 0
        self._shown = bytearray([_NOT_SHOWN] * len(button_pins))  # light as shown now

    def sample(self, pressed: bytearray) -> None:
        """Put 1 for every button that is down into pressed, 0 for the others; likewise for the contacts behind them."""
        count = len(self._buttons)
        for index in range(count):
            pressed[index] = 1 - self._buttons[index].value()
        for index in range(len(self._contacts)):
            contact = self._contacts[index]
            if contact is not None:
                pressed[count + index] = 1 - contact.value()

    def show(self, controller: "Controller", services_hang: bool) -> None:
        """Set pixels and buzzer to the burners' lights and the player; writes only changes.

        While the services hang, steady lights flash like SERVICE: no remote command gets through. While the local
        window is open, dark ones flash: every setting may change.
        """
        changed = False
        for index in range(len(self._buttons)):
            burner = controller.burners[index]
            light = burner.light if is_lit(burner.light, burner.sign_ms) else DARK
            if services_hang and burner.light in (DARK, L_BURNING, L_OVERRIDE) and is_lit(L_SERVICE, burner.sign_ms):
                light = L_SERVICE
            elif light == DARK and controller.update_ms and is_lit(L_WINDOW, controller.update_ms):
                light = L_WINDOW
            if light != self._shown[index]:
                self._shown[index] = light
                for part in range(3):
                    self._color[part] = LIGHTS[light * LIGHT_ROW + part]
                self._pixels[index] = self._color
                changed = True
        if changed:
            self._write_pixels()
        frequency_hz = controller.player.frequency_hz
        if frequency_hz != self._frequency_hz:
            self._frequency_hz = frequency_hz
            if frequency_hz:
                self._buzzer.freq(frequency_hz)
                self._buzzer.duty_u16(_DUTY_ON)
            else:
                self._buzzer.duty_u16(0)

    def silence(self) -> None:
        """Stop the buzzer: the chip would go on sounding after the program has ended."""
        self._buzzer.duty_u16(0)

    def _write_pixels(self) -> None:
        """Send the colors; where the chip has no memory for that just now, again in the next tick."""
        try:
            self._pixels.write()
        except OSError:
            for index in range(len(self._shown)):
                self._shown[index] = _NOT_SHOWN
