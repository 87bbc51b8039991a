"""The pins of each chip: what may carry a relay, what is free for the rest, and why a setting may not name the others.

Data and its look-up. boot.py drives the relays, pump and buzzer of each chip low; a test compares it, and wiring.yaml,
with this table. Sources: wiring/README.md. Needed while settings are read, and dropped afterwards.
"""

import sys
from typing import Any

PLAIN = "ESP32"  # where settings name no chip
AT_RELAYS, AT_BUTTONS, AT_DEVICE, AT_OTHERS, AT_INPUTS, AT_CHIP = 0, 1, 2, 3, 4, 5
DEVICE_PINS = ("pump_pin", "sda_pin", "scl_pin", "pixel_pin", "buzzer_pin")
CONTACT_PINS = ("supply_pin", "alarm_pin", "presence_pin")  # may be inputs without pull-up
SPARE_PINS = CONTACT_PINS + ("hood_pin", "display_clk_pin", "display_dio_pin")  # null: not fitted
# By the word that MicroPython and settings have for the chip: what each pin is for, from 0 on; buttons of the burners,
# and sda, scl and pixel, where not given. r: a relay, quiet at power-up; p: pump; b: buzzer; o: others, a twitch costs
# nothing; i: an input without pull-up, for contacts alone; ".": not there, or left alone; for capitals see _REASONS.
CHIPS = {
    "ESP32": "SCSCoSFFFFFFSoHSobrr.oor.ooo....priiiiii/25 26 27 13/21 22 16",
    "ESP32S3": "SooSrrrrooooooopobHHHo....FFFFFFFFFFFF..oooCCSSoo/8 9 10 11/13 14 16",
    "ESP32C3": "ooSoroobSSpFFFFFFFHUCC/3/0 1 6",
    "ESP32C6": "rrroSSopSSooUUoSCCooobooFFFFFFF/18 19 14/22 23 20",
}
_REASONS = ",Sstrapping,Fflash or PSRAM,Cthe console,UUSB,Hhigh at power-up,ian input only,onot made low by boot.py"


def row(chip: str) -> Any:
    """The AT_... of a chip: tuples of pins (relays, buttons by burner, DEVICE_PINS, others, inputs), and its name."""
    kinds, buttons, bus = CHIPS[chip].split("/")
    relays, pump, buzzer, others, inputs = [
        tuple([pin for pin in range(len(kinds)) if kinds[pin] == wanted]) for wanted in "rpboi"
    ]
    return relays, _numbers(buttons), pump + _numbers(bus) + buzzer, others, inputs, chip


def _numbers(text: str) -> Any:
    return tuple([int(word) for word in text.split()])


def here() -> str:
    """The chip on which this runs, in MicroPython's own word; "" on a computer."""
    return getattr(sys.implementation, "_machine", "").split(" ")[-1] if sys.platform == "esp32" else ""


def allowed(own: Any, key: str) -> Any:
    """The pins, a tuple, that the key of a setting may name on a chip. own: row() of it."""
    relays, _, device, others, inputs, _ = own
    if key == "relay_pin":
        return relays
    if key == "pump_pin":  # one a chip, because boot.py makes it low before it can read settings
        return device[:1]
    if key == "buzzer_pin":  # likewise
        return device[4:]
    return others + inputs if key in CONTACT_PINS else others


def refusal(chip: str, pin: int) -> str:
    """Why a pin is not for what was asked: the end of a message; "" where nothing is known."""
    kinds = CHIPS[chip].split("/")[0]
    at = _REASONS.find("," + kinds[pin]) if 0 <= pin < len(kinds) else -1
    return ": it is " + _REASONS[at + 2 :].split(",")[0] if at >= 0 else ""
