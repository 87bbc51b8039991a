"""settings.json: every key at its limits, every wrong type, every relation, every way a file can be broken.

Here: settings.py and what its messages say. Not here: what a controller without settings does (test_faults.py).
"""

import json

import pytest

from curfew.core import limits, pins, settings
from host_tests.fixtures.core import SHIPPED, settings_given

RELAYS, BUTTONS, DEFAULTS, OTHERS, *_ = pins.row(pins.PLAIN)
BURNERS = tuple(zip(RELAYS, BUTTONS, strict=True))
DEVICE = tuple(zip(pins.DEVICE_PINS, DEFAULTS, strict=True))
MS = {"min": 60_000, "s": 1000, "ms": 1}

# Values around which all relations hold, so that one key can be moved through its whole range alone.
ROOM = {
    "timer_default_min": {"timer_max_min": 240, "burn_max_min": 300, "warning_s": 15},
    "timer_step_min": {"timer_max_min": 240, "burn_max_min": 300, "warning_s": 60},
    "timer_max_min": {"timer_default_min": 1, "timer_step_min": 1, "burn_max_min": 300, "warning_s": 15},
    "burn_max_min": {
        "timer_default_min": 1, "timer_step_min": 1, "timer_max_min": 1, "warning_s": 15, "ignite_window_s": 10,
    },
    "warning_s": {"timer_step_min": 10},
    "reclose_hold_s": {"flame_die_s": 180},
    "flame_die_s": {"reclose_hold_s": 3},
    "delay_coil_s": {"flame_die_s": 180},
}  # fmt: skip


def parse(**changed):
    return settings.parse(json.dumps({**SHIPPED, **changed}))


def message(**changed):
    """The reason that is given for a refused file."""
    with pytest.raises(settings.Invalid) as caught:
        parse(**changed)
    return str(caught.value)


def ms_name(key):
    return key.rsplit("_", 1)[0] + "_ms"


def test_the_shipped_file_is_valid_and_holds_the_defaults():
    given_keys = set(SHIPPED) - {"burners"}
    assert given_keys == {row[0] for row in limits.SETTINGS} | {row[0] for row in limits.SWITCHES} | {"relay_drive"}
    for key, default, _, _ in limits.SETTINGS:
        assert SHIPPED[key] == default
    for key, default in limits.SWITCHES:
        assert SHIPPED[key] is default
    assert SHIPPED["relay_drive"] == limits.DRIVES[0]
    parse()


def test_a_file_with_nothing_but_a_burner_gets_the_defaults():
    assert vars(settings.parse('{"burners": [{}]}')).keys() == vars(parse()).keys()
    one = settings.parse('{"burners": [{}]}')
    for key, default, _, _ in limits.SETTINGS:
        assert getattr(one, ms_name(key)) == default * MS[key.rsplit("_", 1)[1]]
    for key, default in (*limits.SWITCHES, *DEVICE):
        assert getattr(one, key) == default
    assert one.relay_drive == "pulse"


def test_every_setting_that_the_firmware_reads_is_there():
    """Attributes are made from tables: a type checker cannot see them, so this test does."""
    import ast
    from pathlib import Path

    known = vars(parse()).keys()
    burner_known = vars(parse().burners[0]).keys()
    asked, burner_asked = set(), set()
    for path in (Path(__file__).parent.parent.parent / "firmware" / "curfew").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                if owner == "settings" and path.name != "config.py":
                    asked.add(node.attr)
                if owner == "config" and "services" not in path.parts and path.name not in ("config.py", "settings.py"):
                    burner_asked.add(node.attr)
    asked -= {"parse", "fallback", "Invalid", "checked"}
    burner_asked -= {"load", "forget", "Settings", "Config"}
    assert asked <= known
    assert burner_asked <= burner_known
    assert {"timer_step_ms", "reclose_hold_ms"} <= asked
    assert {"timer_default_ms", "timer_max_ms", "burn_max_ms"} <= burner_asked - asked


# --- ranges --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key, low, high", [(key, low, high) for key, _, low, high in limits.SETTINGS])
def test_each_number_counts_from_its_lowest_to_its_highest_value(key, low, high):
    for value in {low, low + 1, high - 1, high}:
        one = parse(**{**ROOM.get(key, {}), key: value})
        if key != "reclose_hold_s":
            assert getattr(one, ms_name(key)) == value * MS[key.rsplit("_", 1)[1]]


@pytest.mark.parametrize("key, low, high", [(key, low, high) for key, _, low, high in limits.SETTINGS])
@pytest.mark.parametrize("outside", ["below", "above", "far below", "far above"])
def test_each_number_outside_its_range_is_refused_by_name_value_and_range(key, low, high, outside):
    value = {"below": low - 1, "above": high + 1, "far below": -(2**40), "far above": 2**40}[outside]
    text = message(**{**ROOM.get(key, {}), key: value})
    assert text.startswith(key + ": ")
    for word in (str(value), str(low), str(high)):
        assert word in text


WRONG_NUMBERS = [True, False, 30.0, 30.5, 1e400, "30", "", None, [30], {"min": 30}, []]


@pytest.mark.parametrize("value", WRONG_NUMBERS, ids=repr)
@pytest.mark.parametrize("key", [row[0] for row in limits.SETTINGS])
def test_what_is_no_whole_number_is_refused_for_each_number(key, value):
    assert message(**{key: value}).startswith(key + ": ")


@pytest.mark.parametrize("value", [0, 1, "true", "", None, [], 1.0], ids=repr)
@pytest.mark.parametrize("key", [row[0] for row in limits.SWITCHES])
def test_what_is_neither_true_nor_false_is_refused_for_each_switch(key, value):
    text = message(**{key: value})
    assert text.startswith(key + ": ")
    assert "true or false" in text


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("key", [row[0] for row in limits.SWITCHES])
def test_each_switch_can_be_on_and_off(key, value):
    assert getattr(parse(**{key: value}), key) is value


@pytest.mark.parametrize("value", ["Level", "", "pwm", None, 0, True, ["level"], {"level": 1}], ids=repr)
def test_a_drive_that_does_not_exist_is_refused(value):
    text = message(relay_drive=value)
    assert text.startswith("relay_drive: ")
    assert "level" in text and "pulse" in text


@pytest.mark.parametrize("value", ["level", "pulse"])
def test_both_drives_can_be_chosen(value):
    assert parse(relay_drive=value).relay_drive == value


@pytest.mark.parametrize("length, shown", [(39, 39), (40, 40), (41, 40), (10_000, 40)])
def test_a_long_value_is_shortened_in_the_message(length, shown):
    assert message(timer_default_min="x" * length).count("x") == shown


def test_what_was_given_is_left_as_it_was():
    given_keys = settings_given(2, True)
    before = json.dumps(given_keys)
    settings.checked(given_keys)
    assert json.dumps(given_keys) == before


# --- unknown keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["timer_default", "Timer_default_min", "timer_default_min ", "", "wifi", "reclose_ms"])
def test_an_unknown_key_is_refused_by_name(key):
    text = message(**{key: 30})
    assert text == key + ": no such setting"


@pytest.mark.parametrize("key", ["relaypin", "timer_step_min", "mV", ""])
def test_an_unknown_key_of_a_burner_is_refused_by_name(key):
    assert message(burners=[{key: 1}]) == f"burners[0].{key}: no such setting"


# --- relations -----------------------------------------------------------------------------------------------------

# broken: one step too far; kept: exactly at the limit; named: what the message must name, first how it begins.
RELATIONS = [
    ({"timer_default_min": 181}, {"timer_default_min": 180}, ["timer_default_min 181", "timer_max_min 180"]),
    ({"timer_max_min": 200, "burn_max_min": 199}, {"timer_max_min": 200, "burn_max_min": 200},
     ["timer_max_min 200", "burn_max_min 199"]),
    ({"timer_step_min": 31, "timer_max_min": 30}, {"timer_step_min": 30, "timer_max_min": 30},
     ["timer_step_min 31", "timer_max_min 30"]),
    ({"warning_s": 60, "timer_default_min": 1}, {"warning_s": 59, "timer_default_min": 1},
     ["warning_s 60", "timer_default_min 1"]),
    ({"warning_s": 121, "timer_step_min": 2}, {"warning_s": 120, "timer_step_min": 2},
     ["warning_s 121", "timer_step_min 2"]),
    ({"warning_s": 300, "override_max_min": 5, "timer_step_min": 4}, {"warning_s": 300, "override_max_min": 5},
     ["warning_s 300"]),
    ({"burn_max_min": 3, "timer_max_min": 3, "timer_default_min": 3, "timer_step_min": 3, "ignite_window_s": 121},
     {"burn_max_min": 3, "timer_max_min": 3, "timer_default_min": 3, "timer_step_min": 3, "ignite_window_s": 120},
     ["burn_max_min 3 does not hold ignite_window_s 121 and warning_s 60"]),
    ({"flame_die_s": 30, "reclose_hold_s": 30}, {"flame_die_s": 31, "reclose_hold_s": 30},
     ["reclose_hold_s 30", "flame_die_s 30"]),
    ({"flame_die_s": 30, "delay_coil_s": 27}, {"flame_die_s": 31, "delay_coil_s": 27},
     ["reclose_hold_s 30", "flame_die_s 30"]),
]  # fmt: skip


@pytest.mark.parametrize("broken, kept, named", RELATIONS, ids=[str(row[0]) for row in RELATIONS])
def test_each_relation_holds_at_its_limit_and_is_refused_one_step_beyond(broken, kept, named):
    parse(**kept)
    text = message(**broken)
    assert text.startswith(named[0])
    for words in named:
        assert words in text


def test_the_warning_fits_into_the_override():
    parse(warning_s=300, override_max_min=5)  # 5 min is the shortest override, 300 s the longest warning


@pytest.mark.parametrize("delay_s, hold_s, reclose_ms", [
    (0, 10, 10_000), (1, 10, 10_000), (7, 10, 10_000), (8, 10, 11_000), (30, 10, 33_000), (30, 60, 60_000),
    (1, 3, 4_000), (0, 3, 3_000),
])  # fmt: skip
def test_a_delay_coil_makes_the_reclose_delay_three_seconds_longer_than_itself(delay_s, hold_s, reclose_ms):
    assert parse(delay_coil_s=delay_s, reclose_hold_s=hold_s).reclose_hold_ms == reclose_ms


# --- burners and pins ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_to_four_burners_have_pins_of_their_own_by_default(count):
    one = settings.parse(json.dumps({"burners": [{}] * count}))
    assert [(b.relay_pin, b.button_pin, b.sensor) for b in one.burners] == [(*pins, False) for pins in BURNERS[:count]]


@pytest.mark.parametrize("burners", [[], [{}] * 5, {}, None, 1, "one", True], ids=repr)
def test_anything_but_a_list_of_one_to_four_burners_is_refused(burners):
    assert "1 to 4" in message(burners=burners)


def test_a_file_without_burners_is_refused():
    with pytest.raises(settings.Invalid, match="burners"):
        settings.parse("{}")


@pytest.mark.parametrize("burner", [None, 1, "x", [], True], ids=repr)
def test_a_burner_that_is_no_object_is_refused_by_its_number(burner):
    assert message(burners=[{}, burner]).startswith("burners[1]: ")


@pytest.mark.parametrize("key, default, low, high", limits.BURNER)
def test_each_threshold_counts_from_its_lowest_to_its_highest_value(key, default, low, high):
    partners = ("loaded_on_uv", "loaded_off_uv", "open_on_uv", "open_off_uv")
    lows = {row[0]: row[2] for row in limits.BURNER}
    highs = {row[0]: row[3] for row in limits.BURNER}
    around = {}
    if key in partners:
        partner = partners[partners.index(key) ^ 1]
        around = {partner: lows[partner] if key.endswith("_on_uv") else highs[partner]}
    for value in (low, default, high):
        assert getattr(parse(burners=[{**around, key: value}]).burners[0], key) == value
    for value in (low - 1, high + 1, True, None, "5", 5.0):
        text = message(burners=[{**around, key: value}])
        assert text.startswith(f"burners[0].{key}: ")
        assert str(low) in text and str(high) in text


TIMES = [row[0] for row in limits.SETTINGS[: limits.BURNER_TIMES]]


@pytest.mark.parametrize("key", TIMES)
def test_a_burner_may_have_times_of_its_own_and_has_the_common_ones_without(key):
    low, high = next(row[2:] for row in limits.SETTINGS if row[0] == key)
    for value in (low, high):
        around = {name: one for name, one in ROOM[key].items() if name in TIMES}
        common = {name: one for name, one in ROOM[key].items() if name not in around}
        first, second = parse(**common, burners=[{**around, key: value}, {}]).burners
        assert getattr(first, ms_name(key)) == value * 60_000
        assert getattr(second, ms_name(key)) == SHIPPED[key] * 60_000
    for value in (low - 1, high + 1, True, None, "5", 5.0):
        text = message(burners=[{}, {key: value}])
        assert text.startswith(f"burners[1].{key}: ")
        assert str(low) in text and str(high) in text


@pytest.mark.parametrize(("own", "text"), [
    ({"timer_default_min": 181}, "timer_default_min 181 is longer than timer_max_min 180"),
    ({"timer_max_min": 29}, "timer_default_min 30 is longer than timer_max_min 29"),
    ({"timer_max_min": 9, "timer_default_min": 9}, "timer_step_min 10 is longer than timer_max_min 9"),
    ({"burn_max_min": 179}, "timer_max_min 180 is longer than burn_max_min 179"),
    ({"timer_default_min": 1}, "warning_s 60 is not shorter than timer_default_min 1"),
])  # fmt: skip
def test_the_times_of_a_burner_keep_the_relations_with_the_common_ones(own, text):
    assert message(burners=[{}, own]) == "burners[1]: " + text


@pytest.mark.parametrize("low_key, high_key", [("loaded_off_uv", "loaded_on_uv"), ("open_off_uv", "open_on_uv")])
def test_a_flame_goes_out_below_where_it_comes_on(low_key, high_key):
    parse(burners=[{low_key: 4999, high_key: 5000}])
    for low in (5000, 5001):
        text = message(burners=[{low_key: low, high_key: 5000}])
        for word in (low_key, str(low), high_key, "5000"):
            assert word in text


PIN_KEYS = [("relay_pin", RELAYS), ("button_pin", OTHERS)]


@pytest.mark.parametrize("key, allowed", PIN_KEYS)
def test_a_burner_takes_its_own_kind_of_pin_and_no_other(key, allowed):
    other = {"sda_pin", "scl_pin", "pixel_pin", "buzzer_pin"}
    used = {pin for name, pin in DEVICE if name in other}
    for pin in range(-1, 41):
        if pin in allowed and pin not in used:
            assert getattr(parse(burners=[{key: pin}]).burners[0], key) == pin
        else:
            assert message(burners=[{key: pin}]).startswith(f"burners[0].{key}: ")


@pytest.mark.parametrize("value", [True, "18", None, 18.0, [18]], ids=repr)
@pytest.mark.parametrize("key", ["relay_pin", "button_pin"])
def test_a_pin_is_a_number(key, value):
    text = message(burners=[{key: value}])
    assert text.startswith(f"burners[0].{key}: ") and text.endswith(" of an ESP32")


@pytest.mark.parametrize("value", [1, 0, "true", None], ids=repr)
def test_a_sensor_is_fitted_or_not(value):
    assert message(burners=[{"sensor": value}]).startswith("burners[0].sensor: ")


@pytest.mark.parametrize("key, default", DEVICE)
def test_each_pin_of_the_device_is_checked_too(key, default):
    assert getattr(parse(**{key: default}), key) == default
    for value in (-1, 0, 1, 2, 3, 5, 6, 11, 12, 14, 15, 34, 39, 40, True, None, "21"):
        assert message(**{key: value}).startswith(key + ": ")


@pytest.mark.parametrize("key", pins.SPARE_PINS)
def test_what_need_not_be_fitted_has_no_pin_until_it_is_given_one(key):
    assert getattr(parse(), key) is None and getattr(parse(**{key: None}), key) is None
    for pin in range(-1, 41):
        if pin in (4, 13, 26, 27) or key in pins.CONTACT_PINS and pin in range(34, 40):
            assert getattr(parse(**{key: pin}), key) == pin
        else:
            assert message(**{key: pin}).startswith(key + ": ")
    for value in (True, False, "4", [4], 4.0):
        assert message(**{key: value}).startswith(key + ": ")


def test_with_four_burners_one_pin_is_left_to_spare():
    four = [{"relay_pin": relay, "button_pin": button} for relay, button in BURNERS]
    assert parse(burners=four, hood_pin=4).hood_pin == 4
    assert message(burners=four, hood_pin=13) == "hood_pin: pin 13 of an ESP32 is already used by burners[3].button_pin"


@pytest.mark.parametrize("key", ["pump_pin", "buzzer_pin"])
def test_pump_and_buzzer_have_one_pin_each_which_boot_makes_low(key):
    for pin in (*RELAYS, *OTHERS):
        assert message(**{key: pin}).startswith(key + ": ")
    assert message(burners=[{"relay_pin": dict(DEVICE)[key]}]).startswith("burners[0].relay_pin: ")


@pytest.mark.parametrize("changed, both", [
    ({"burners": [{"relay_pin": 18}, {"relay_pin": 18}]}, ("burners[1].relay_pin", "18", "burners[0].relay_pin")),
    ({"burners": [{"button_pin": 25}, {"button_pin": 25}]}, ("burners[1].button_pin", "25", "burners[0].button_pin")),
    ({"burners": [{"button_pin": 21}]}, ("burners[0].button_pin", "21", "sda_pin")),
    ({"sda_pin": 22}, ("scl_pin", "22", "sda_pin")),
    ({"pixel_pin": 22}, ("pixel_pin", "22", "scl_pin")),
])  # fmt: skip
def test_no_pin_is_used_twice(changed, both):
    text = message(**changed)
    for words in both:
        assert words in text
