"""The pins of each chip: what may carry a relay, what is free for the rest, and why a setting may not name the others.

Data and its look-up. boot.py drives the relays, pump and buzzer of each chip low; a test compares it, and wiring.yaml,
with this table. Sources: wiring/README.md. Needed while settings are read, and dropped afterwards.
"""

import sys
from typing import Any

PLAIN = "ESP32"  # where settings name no chip
AT_RELAYS, AT_BUTTONS, AT_DEVICE, AT_OTHERS, AT_INPUTS, AT_REASONS = 0, 1, 2, 3, 4, 5
DEVICE_PINS = ("pump_pin", "sda_pin", "scl_pin", "pixel_pin", "buzzer_pin")
FIXED_PINS = ("pump_pin", "buzzer_pin")  # one a chip, because boot.py makes it low before it can read settings
CONTACT_PINS = ("alarm_pin", "presence_pin")
SPARE_PINS = CONTACT_PINS + ("hood_pin", "display_clk_pin", "display_dio_pin")  # null: not fitted
# By the name that settings give the chip, with "/" between them: pins for relays, quiet at power-up, burner by burner;
# buttons of the burners and DEVICE_PINS, where not given; pins where a twitch costs nothing; inputs without
# pull-up, for contacts alone; why the others are refused.
CHIPS = {
    "ESP32": "18 19 23 33/25 26 27 13/32 21 22 16 17/4 13 16 21 22 25 26 27/34 35 36 37 38 39/"
    "strapping:0 2 5 12 15,flash:6 7 8 9 10 11,the console:1 3,an input only:34 35 36 37 38 39,a signal at power-up:14",
    "ESP32-S3": "4 5 6 7/8 9 10 11/15 13 14 16 17/1 2 8 9 10 11 12 13 14 16 18 21 40 41 42 47 48//"
    "strapping:0 3 45 46,flash:26 27 28 29 30 31 32,PSRAM:33 34 35 36 37,"
    "the console:43 44,USB and high at power-up:19 20,high at power-up:18",
    "ESP32-C3": "4/3/10 0 1 6 7/0 1 3 5 6//"
    "strapping:2 8 9,flash:11 12 13 14 15 16 17,the console:20 21,USB and high at power-up:18,USB:19",
    "ESP32-C6": "0 1 2 3/18 19 6 14/7 22 23 20 21/6 10 11 14 18 19 20 22 23//"
    "strapping:4 5 8 9 15,flash:24 25 26 27 28 29 30,the console:16 17,USB:12 13",
}


def row(chip: str) -> "tuple[Any, ...]":
    """The AT_... of a chip: relays, buttons, device, others, inputs as tuples of pins; reasons as text."""
    fields = CHIPS[chip].split("/")
    return tuple([tuple([int(pin) for pin in field.split()]) for field in fields[:AT_REASONS]]) + (fields[AT_REASONS],)


def here() -> str:
    """The chip on which this runs, as MicroPython writes it ("ESP32C3"); "" on a computer."""
    return getattr(sys.implementation, "_machine", "").split(" ")[-1] if sys.platform == "esp32" else ""


def named(word: str) -> str:
    """The name in CHIPS of what here() said; the first one for a chip that is not in it."""
    for name in CHIPS:
        if name.replace("-", "") == word:
            return name
    return PLAIN


def allowed(chip: str, key: str) -> Any:
    """The pins of a chip, a tuple, that the key of a setting may name."""
    relays, _, device, others, inputs, _ = row(chip)
    if key == "relay_pin":
        return relays
    if key in FIXED_PINS:
        return (device[DEVICE_PINS.index(key)],)
    return others + inputs if key in CONTACT_PINS else others


def refusal(chip: str, key: str, pin: int) -> str:
    """Why a key may not name a pin: a text behind "is"; "" where nothing is known."""
    relays, _, device, others, _, words = row(chip)
    for group in words.split(","):
        reason, numbers = group.split(":")
        if str(pin) in numbers.split():
            return str(reason)
    if key in FIXED_PINS:
        return "not made low by boot.py"
    if pin in others:
        return "not quiet at power-up"
    return "kept for relays, pump and buzzer" if pin in relays + device else ""
