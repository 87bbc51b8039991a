"""The relay driver: it sets what it is given, every tick anew, and open_all() opens whatever single pins say.

Here: hardware/relay.py over a recording chip. Not here: reasons to conduct (test_gate.py).
"""

import itertools

import pytest

PINS = [18, 19, 23, 33]
PUMP = 32


@pytest.fixture
def relays(chip):
    """A function that makes Relays on the recording chip."""
    driver = chip.driver("relay")
    return lambda pins=PINS, pump=None: driver.Relays(pins, pump)


def open_all(relays):
    """Open all; what escapes is a failed test, and not the end of all tests as a Ctrl-C would be."""
    try:
        relays.open_all()
    except BaseException as error:
        pytest.fail(f"{error!r} escaped")


def levels(chip, pins=PINS):
    return [chip.levels[pin] for pin in pins]


def test_every_pin_is_made_low_in_the_call_that_makes_it_an_output(chip, relays):
    relays(pump=PUMP)
    assert chip.done == [("pin", pin, 3, -1, 0) for pin in [*PINS, PUMP]]


@pytest.mark.parametrize("granted", list(itertools.product([0, 1], repeat=4)))
def test_every_contact_gets_its_own_grant(chip, relays, granted):
    relays().drive(bytearray(granted), bytearray(4))
    assert levels(chip) == list(granted)


def test_every_contact_is_driven_in_every_tick_anew(chip, relays):
    one = relays()
    for _ in range(3):
        chip.done.clear()
        one.drive(bytearray([1, 0, 1, 0]), bytearray(4))
        assert chip.done == [("value", 18, 1), ("value", 19, 0), ("value", 23, 1), ("value", 33, 0)]


def test_a_grant_that_is_gone_opens_in_the_same_call(chip, relays):
    one = relays()
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    one.drive(bytearray([1, 0, 1, 1]), bytearray(4))
    assert levels(chip) == [1, 0, 1, 1]


@pytest.mark.parametrize("off", list(itertools.product([0, 1], repeat=4)))
def test_while_an_off_waits_its_contact_is_not_closed_for_a_moment_whatever_is_granted(chip, relays, off):
    one = relays()
    chip.done.clear()
    one.drive(bytearray([1, 1, 1, 1]), bytearray(off))
    assert {pin for _, pin, level in chip.done if level} == {
        pin for pin, asked in zip(PINS, off, strict=True) if not asked
    }
    assert levels(chip) == [1 - asked for asked in off]


def test_an_off_that_comes_after_its_contact_was_driven_opens_it_in_the_same_call(chip, relays):
    off = bytearray(4)

    class Granted(bytearray):
        def __getitem__(self, index):
            off[0] = index == 3  # the other thread posts it while the last one is driven
            return super().__getitem__(index)

    relays().drive(Granted((1, 1, 1, 1)), off)
    assert levels(chip) == [0, 1, 1, 1]


@pytest.mark.parametrize("off", list(itertools.product([0, 1], repeat=4)))
def test_between_two_ticks_an_off_opens_its_contact_and_touches_nothing_else(chip, relays, off):
    one = relays(pump=PUMP)
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    chip.done.clear()
    one.open_asked(bytearray(off))
    assert chip.done == [("value", pin, 0) for pin, asked in zip(PINS, off, strict=True) if asked]


# --- the pump ------------------------------------------------------------------------------------------------------


def test_without_a_pump_no_pump_pin_is_touched(chip, relays):
    one = relays()
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    open_all(one)
    assert PUMP not in chip.levels


def test_the_pump_changes_its_level_in_every_tick_in_which_something_conducts(chip, relays):
    one = relays(pump=PUMP)
    seen = []
    for _ in range(6):
        one.drive(bytearray([0, 0, 1, 0]), bytearray(4))
        seen.append(chip.levels[PUMP])
    assert seen == [1, 0, 1, 0, 1, 0]


def test_the_pump_rests_low_while_nothing_conducts(chip, relays):
    one = relays(pump=PUMP)
    one.drive(bytearray([0, 0, 1, 0]), bytearray(4))
    for _ in range(4):
        one.drive(bytearray(4), bytearray(4))
        assert chip.levels[PUMP] == 0


def test_in_its_self_test_the_pump_runs_and_rests_at_either_level_while_every_enable_is_low(chip, relays):
    one = relays(pump=PUMP)
    one.pumps = True
    seen = []
    for _ in range(4):
        one.drive(bytearray(4), bytearray(4))
        seen.append(chip.levels[PUMP])
    one.pumps, one.rest_level = False, 1
    for _ in range(2):
        one.drive(bytearray(4), bytearray(4))
        seen.append(chip.levels[PUMP])
    assert seen == [1, 0, 1, 0, 1, 1] and levels(chip) == [0, 0, 0, 0]


def test_what_conducts_is_pumped_for_whatever_a_self_test_left_behind(chip, relays):
    one = relays(pump=PUMP)
    one.rest_level = 1
    seen = []
    for _ in range(4):
        one.drive(bytearray([1, 0, 0, 0]), bytearray(4))
        seen.append(chip.levels[PUMP])
    assert seen == [1, 0, 1, 0]


@pytest.mark.parametrize(("pump", "supply"), [(None, None), (PUMP, None), (None, 36)])
def test_without_both_pins_there_is_nothing_to_test(chip, pump, supply):
    assert chip.driver("relay").Relays(PINS, pump, supply).supply is None
    assert not any(what[1] == 36 for what in chip.done)


def test_the_supply_is_read_without_a_pull_up_that_its_divider_would_feel(chip):
    assert chip.driver("relay").Relays(PINS, PUMP, 36).supply is not None
    assert ("pin", 36, 1, -1, None) in chip.done


def test_the_pump_is_toggled_by_code_alone(chip, relays):
    one = relays(pump=PUMP)
    one.drive(bytearray([1, 0, 0, 0]), bytearray(4))
    assert not [what for what in chip.done if what[0] == "pwm"]


# --- open_all ------------------------------------------------------------------------------------------------------


def test_open_all_opens_all(chip, relays):
    one = relays(pump=PUMP)
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    open_all(one)
    assert levels(chip, [*PINS, PUMP]) == [0] * 5


@pytest.mark.parametrize("error", [OSError(5), MemoryError(), ValueError(), KeyboardInterrupt(), SystemExit()])
@pytest.mark.parametrize("pin", [*PINS, PUMP])
def test_a_pin_that_refuses_its_level_is_made_an_input_and_the_others_are_opened(chip, relays, pin, error):
    one = relays(pump=PUMP)
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    chip.refuses[pin, "value"] = [error]
    open_all(one)
    assert chip.levels[pin] is None
    assert [chip.levels[other] for other in [*PINS, PUMP] if other != pin] == [0] * 4


@pytest.mark.parametrize("error", [OSError(5), KeyboardInterrupt()])
@pytest.mark.parametrize("pin", PINS)
def test_a_pin_that_refuses_everything_does_not_keep_the_others_closed(chip, relays, pin, error):
    one = relays()
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    chip.refuses[pin, "value"] = [error]
    chip.refuses[pin, "init"] = [error]
    open_all(one)
    assert [chip.levels[other] for other in PINS if other != pin] == [0] * 3


def test_when_every_pin_refuses_its_level_all_are_made_inputs(chip, relays):
    one = relays()
    one.drive(bytearray([1, 1, 1, 1]), bytearray(4))
    for pin in PINS:
        chip.refuses[pin, "value"] = [OSError(5)]
    open_all(one)
    assert levels(chip) == [None] * 4


# --- on a stove ----------------------------------------------------------------------------------------------------


def test_with_the_pulse_drive_it_burns_and_opens_as_fast_as_with_the_level_drive(world):
    took = {}
    for drive in ("level", "pulse"):
        device = world(relay_drive=drive)
        device.burn()
        assert device.contact() == "closed"
        device.do("remote_off", source="web")
        took[drive] = device.until(lambda device=device: device.contact() == "open", 2)
    assert took["pulse"] <= took["level"] + 20


@pytest.mark.parametrize("drive, opens", [("level", False), ("pulse", True)])
def test_a_program_that_hangs_is_opened_by_the_pump_before_the_watchdog(world, drive, opens):
    device = world(relay_drive=drive, sensor=False)
    device.press()
    device.run_for(s=5)
    device.world.wdt_ms = 0  # as if there were none
    begun_ms = device.world.now_ms
    device.do("hang", ms=10_000)
    opened_ms = []
    step = device.world._step

    def watched(dt_ms):
        step(dt_ms)
        if device.contact() == "open" and not opened_ms:
            opened_ms.append(device.world.now_ms - begun_ms)

    device.world._step = watched
    device.run_for(s=9)
    if opens:
        assert 2000 <= opened_ms[0] <= 4100
    else:
        assert not opened_ms or opened_ms[0] >= 9000
