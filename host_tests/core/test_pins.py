"""The pin table of each chip against what Espressif publishes, written down a second time, and settings on each chip.

Here: which pins are in no list, what a refusal says, chip and board. Not here: boot.py (test_boot.py), wiring.yaml.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from curfew.core import limits, pins, settings

# Strapping, flash and PSRAM, USB, console, inputs only, high or a signal at power-up; sources in wiring/wiring.yaml.
NEVER = {
    "ESP32": {0, 2, 5, 12, 15} | set(range(6, 12)) | {1, 3} | set(range(34, 40)) | {5, 14, 15},
    "ESP32S3": {0, 3, 45, 46} | set(range(26, 38)) | {19, 20} | {43, 44} | {18},
    "ESP32C3": {2, 8, 9} | set(range(11, 18)) | {18, 19} | {20, 21},
    "ESP32C6": {4, 5, 8, 9, 15} | set(range(24, 31)) | {12, 13} | {16, 17},
}
THERE = {
    "ESP32": set(range(40)) - {20, 24, 28, 29, 30, 31},
    "ESP32S3": set(range(49)) - {22, 23, 24, 25},
    "ESP32C3": set(range(22)),
    "ESP32C6": set(range(31)),
}
LEFT_OUT = {"ESP32S3": {15, 38, 39}}  # of the lists, for others than relays; 15 is the pump's
CHIPS = list(pins.CHIPS)


def given(chip, **changed):
    """What settings.json holds: one burner with nothing said, on a chip."""
    return {"chip": chip, "burners": [{}], **changed}


def refused(chip, **changed):
    with pytest.raises(settings.Invalid) as caught:
        settings.checked(given(chip, **changed))
    return str(caught.value)


def lists(chip):
    relays, buttons, device, others, inputs, _ = pins.row(chip)
    burners = list(zip(relays, buttons, strict=True))
    return relays, others, inputs, burners, device


@pytest.mark.parametrize("chip", CHIPS)
def test_no_output_and_no_button_is_on_a_pin_that_straps_boots_flashes_talks_or_cannot_drive(chip):
    relays, others, _, burners, device = lists(chip)
    safe = {*relays, *others, *device}
    assert not safe & NEVER[chip]
    for row in (relays, others, device):
        assert len(row) == len(set(row))
    assert not set(relays) & {*others, *device} and not set(device[:1] + device[-1:]) & set(others)


@pytest.mark.parametrize("chip", CHIPS)
def test_every_pin_of_a_chip_is_in_a_list_or_refused_with_a_reason(chip):
    relays, others, inputs, _, device = lists(chip)
    for pin in THERE[chip] - {*relays, *others, *device} - LEFT_OUT.get(chip, set()):
        assert pins.refusal(chip, pin), (chip, pin)
        assert pin in NEVER[chip]
    assert set(inputs) <= {34, 35, 36, 37, 38, 39} == set(range(limits.PIN_IN_MIN, limits.PIN_IN_MAX + 1))


@pytest.mark.parametrize("chip", CHIPS)
def test_the_defaults_of_a_chip_are_all_different_and_from_its_lists(chip):
    relays, others, _, burners, device = lists(chip)
    used = [pin for pair in burners for pin in pair] + list(device)
    assert len(used) == len(set(used)) and len(burners) <= limits.BURNERS_MAX
    assert {button for _, button in burners} | set(device[1:-1]) <= set(others)
    one = settings.checked(given(chip, burners=[{}] * len(burners)))
    assert [(burner.relay_pin, burner.button_pin) for burner in one.burners] == burners
    assert [getattr(one, key) for key in pins.DEVICE_PINS] == list(device)


def test_a_chip_has_as_many_burners_as_pins_for_their_relays():
    assert refused("ESP32C3", burners=[{}, {}]) == "burners: not a list of 1 to 1 objects (ESP32C3)"


@pytest.mark.parametrize("chip, changed, words", [
    ("ESP32", {"burners": [{"relay_pin": 5}]},
     "burners[0].relay_pin: 5 is not one of the pins 18, 19, 23, 33 of an ESP32: it is strapping"),
    ("ESP32", {"burners": [{"relay_pin": 25}]},
     "burners[0].relay_pin: 25 is not one of the pins 18, 19, 23, 33 of an ESP32: it is not made low by boot.py"),
    ("ESP32C3", {"burners": [{"relay_pin": 18}]},
     "burners[0].relay_pin: 18 is not one of the pins 4 of an ESP32C3: it is high at power-up"),
    ("ESP32S3", {"burners": [{"relay_pin": 18}]},
     "burners[0].relay_pin: 18 is not one of the pins 4, 5, 6, 7 of an ESP32S3: it is high at power-up"),
    ("ESP32S3", {"hood_pin": 35}, "it is flash or PSRAM"), ("ESP32", {"sda_pin": 34}, "it is an input only"),
    ("ESP32", {"sda_pin": 18}, "one of the pins 4, 13, 16, 21, 22, 25, 26, 27 of an ESP32"),
    ("ESP32C6", {"buzzer_pin": 22}, "of an ESP32C6: it is not made low by boot.py"),
    ("ESP32", {"sda_pin": 22}, "scl_pin: pin 22 of an ESP32 is already used by sda_pin"),
    ("ESP32C3", {"alarm_pin": 34}, "alarm_pin: 34 is not one of the pins 0, 1, 3, 5, 6 of an ESP32C3"),
    ("ESP8266", {}, "chip: ESP8266 is not one of ESP32, ESP32S3, ESP32C3, ESP32C6"),
])  # fmt: skip
def test_a_refusal_is_one_line_with_function_pin_chip_and_rule(chip, changed, words):
    said = refused(chip, **changed)
    assert said.endswith(words) and "\n" not in said


# --- the chip on which it runs -------------------------------------------------------------------------------------


def runs_on(monkeypatch, machine):
    monkeypatch.setattr(
        pins, "sys", SimpleNamespace(platform="esp32", implementation=SimpleNamespace(_machine=machine))
    )


MACHINES = {
    "ESP32": "Generic ESP32 module with ESP32", "ESP32S3": "Generic ESP32S3 module with Octal-SPIRAM with ESP32S3",
    "ESP32C3": "ESP32C3 module with ESP32C3", "ESP32C6": "ESP32C6 module with ESP32C6",
}  # fmt: skip


@pytest.mark.parametrize("chip", CHIPS)
def test_settings_for_another_chip_are_refused_on_the_chip_itself(monkeypatch, tmp_path, capsys, chip):
    monkeypatch.chdir(tmp_path)
    runs_on(monkeypatch, MACHINES[chip])
    for wanted in CHIPS:
        (tmp_path / "settings.json").write_text(json.dumps(given(wanted)))
        one, invalid = settings.load()
        assert invalid is (wanted != chip)
        assert one.chip == chip, "the fallback must not drive the pins of another chip"
        if invalid:
            assert f"chip: {wanted} is not this board's, " in capsys.readouterr().out


def test_on_a_chip_that_is_not_in_the_table_no_pin_is_touched_at_all(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    runs_on(monkeypatch, "ESP32S2 module with ESP32S2")
    with pytest.raises(settings.Invalid, match="ESP32S2"):
        settings.load()


def test_on_a_computer_any_chip_may_be_judged():
    assert pins.here() == "" and sys.platform != "esp32"


def test_the_simulated_stove_is_wired_like_a_plain_esp32():
    source = (Path(__file__).parents[2] / "simulator" / "plant" / "world.py").read_text()
    assert f"DEFAULT_PINS = {tuple(lists(pins.PLAIN)[3])}" in source
