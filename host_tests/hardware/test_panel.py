"""Buttons, lights and buzzer: pins as they are wired, and nothing written that did not change.

Here: hardware/panel.py over a recording chip. Not here: debouncing, what a light means.
"""

import pytest

from host_tests.fixtures.names import LIGHTS

BUTTONS = [25, 26]
LIGHT = {name: number for number, name in LIGHTS.items()}


class Burner:
    light = LIGHT["DARK"]
    sign_ms = 0


class Controller:
    def __init__(self):
        self.burners = [Burner(), Burner()]
        self.update_ms = 0
        self.player = type("Player", (), {"frequency_hz": 0})()


@pytest.fixture
def panel(chip):
    return chip.driver("panel").Panel(BUTTONS, (34, None), 16, 17)


@pytest.fixture
def device():
    return Controller()


def writes(chip):
    return chip.done.count(("write",))


# --- a light that fails ---------------------------------------------------------------------------------------------


def test_a_light_for_which_the_chip_has_no_memory_is_borne_and_sent_again_in_the_next_tick(chip, panel, device):
    written = []

    def write():
        written.append(1)
        if len(written) < 3:
            raise OSError(12)

    panel._pixels.write.side_effect = write
    for _ in range(5):
        panel.show(device, False)
    assert len(written) == 3


@pytest.mark.parametrize("error", [MemoryError, RuntimeError, KeyboardInterrupt])
def test_any_other_error_of_a_light_is_not_hidden(panel, device, error):
    panel._pixels.write.side_effect = error
    with pytest.raises(error):
        panel.show(device, False)


def test_the_buzzer_can_be_silenced_whatever_it_sounds(chip, panel):
    panel.silence()
    assert chip.pwm[-1] == ("duty", 0)


# --- buttons -------------------------------------------------------------------------------------------------------


def test_a_button_is_an_input_with_a_pull_up_and_the_buzzer_begins_silent(chip, panel):
    assert [what for what in chip.done if what[0] == "pin" and what[1] in BUTTONS] == [
        ("pin", pin, 1, 2, None) for pin in BUTTONS
    ]
    assert ("pwm", 17, 2000, 0) in chip.done


@pytest.mark.parametrize("first, second", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_button_to_ground_is_down_when_its_pin_is_low(chip, panel, first, second):
    chip.inputs = {25: first, 26: second}
    pressed = bytearray([9, 9, 9, 9])
    panel.sample(pressed)
    assert list(pressed)[:2] == [1 - first, 1 - second]


def test_a_broken_button_lead_is_a_button_that_is_up(panel):
    pressed = bytearray(4)
    panel.sample(pressed)
    assert list(pressed) == [0, 0, 0, 0]


@pytest.mark.parametrize("level", [0, 1])
def test_a_contact_behind_the_buttons_is_closed_when_its_pin_is_low(chip, panel, level):
    chip.inputs = {34: level}
    pressed = bytearray([9, 9, 9, 9])
    panel.sample(pressed)
    assert list(pressed)[2:] == [1 - level, 9], "where none is fitted nothing is written"


@pytest.mark.parametrize("pin, pulled_up", [(4, True), (33, True), (34, False), (39, False), (40, True)])
def test_a_pin_that_is_an_input_only_has_no_pull_up_of_its_own(chip, pin, pulled_up):
    chip.driver("panel").Panel(BUTTONS, (pin, None), 16, 17)
    assert [what[3] == 2 for what in chip.done if what[:2] == ("pin", pin)] == [pulled_up]


# --- lights --------------------------------------------------------------------------------------------------------


def test_the_lights_are_written_once_at_the_start_and_then_only_when_they_change(chip, panel, device):
    for _ in range(50):
        panel.show(device, False)
    assert writes(chip) == 1
    assert chip.pixels == [(0, 0, 0), (0, 0, 0)]
    device.burners[1].light = LIGHT["BURNING"]
    panel.show(device, False)
    panel.show(device, False)
    assert writes(chip) == 2


def test_every_burner_has_its_own_pixel(chip, panel, device):
    device.burners[0].light = LIGHT["FAULT"]
    device.burners[1].light = LIGHT["BURNING"]
    panel.show(device, False)
    first, second = chip.pixels
    assert first != second and sum(first) and sum(second)
    assert max(first) == first[0], "a fault is red"
    assert max(second) == second[1], "burning is green"


@pytest.mark.parametrize("name", sorted(set(LIGHTS.values()) - {"DARK"}))
def test_no_light_but_dark_is_dark(chip, panel, device, name):
    device.burners[0].light = LIGHT[name]
    panel.show(device, False)
    assert sum(chip.pixels[0])
    assert all(0 <= part <= 255 for part in chip.pixels[0])


@pytest.mark.parametrize("name", ["DARK", "BURNING", "OVERRIDE"])
def test_services_that_hang_flash_over_a_steady_light(chip, panel, device, name):
    device.burners[0].light = LIGHT[name]
    colors = {False: set(), True: set()}
    for hang in colors:
        for ms in range(0, 3000, 20):
            device.burners[0].sign_ms = ms
            panel.show(device, hang)
            colors[hang].add(chip.pixels[0])
    assert len(colors[False]) == 1 and len(colors[True]) == 2 and colors[False] < colors[True]


@pytest.mark.parametrize("name", ["ARMED", "WARNING", "VERIFYING", "FAULT", "SERVICE"])
def test_services_that_hang_change_nothing_about_a_light_that_blinks(chip, panel, device, name):
    device.burners[0].light = LIGHT[name]
    for ms in range(0, 3000, 20):
        device.burners[0].sign_ms = ms
        panel.show(device, False)
        alone = chip.pixels[0]
        panel.show(device, True)
        assert chip.pixels[0] == alone


@pytest.mark.parametrize("name", sorted(set(LIGHTS.values()) - {"SERVICE", "WINDOW"}))
def test_an_open_local_window_flashes_where_it_is_dark_and_hides_no_light(chip, panel, device, name):
    device.burners[0].light = LIGHT[name]
    for ms in range(3000, 0, -20):
        device.update_ms = 0
        device.burners[0].sign_ms = ms
        panel.show(device, False)
        alone = chip.pixels[0]
        device.update_ms = ms
        panel.show(device, False)
        assert chip.pixels[0] in ([alone] if sum(alone) else [alone, (0, 30, 30)])
        assert (sum(chip.pixels[1]) > 0) == (ms % 1000 < 100), "the burner beside it is dark"


def test_a_blinking_light_goes_dark_and_comes_back(chip, panel, device):
    device.burners[0].light = LIGHT["WARNING"]
    seen = []
    for ms in range(0, 3000, 20):
        device.burners[0].sign_ms = ms
        panel.show(device, False)
        seen.append(bool(sum(chip.pixels[0])))
    assert True in seen and False in seen
    assert writes(chip) == 1 + sum(before != after for before, after in zip(seen, seen[1:], strict=False))


# --- buzzer --------------------------------------------------------------------------------------------------------


def test_the_buzzer_gets_its_frequency_once_when_a_note_begins(chip, panel, device):
    device.player.frequency_hz = 2700
    for _ in range(10):
        panel.show(device, False)
    assert [what for what, _ in chip.pwm] == ["freq", "duty"]
    assert chip.pwm[0] == ("freq", 2700) and chip.pwm[1][1] > 0


def test_silence_is_no_duty_and_never_a_frequency_of_zero(chip, panel, device):
    device.player.frequency_hz = 2700
    panel.show(device, False)
    chip.pwm.clear()
    device.player.frequency_hz = 0
    panel.show(device, False)
    assert chip.pwm == [("duty", 0)]


def test_notes_follow_each_other_without_a_pause(chip, panel, device):
    for frequency_hz in (2700, 2000, 1000):
        device.player.frequency_hz = frequency_hz
        panel.show(device, False)
    assert [value for what, value in chip.pwm if what == "freq"] == [2700, 2000, 1000]


def test_a_device_that_is_silent_from_the_start_touches_no_buzzer(chip, panel, device):
    for _ in range(10):
        panel.show(device, False)
    assert chip.pwm == []
