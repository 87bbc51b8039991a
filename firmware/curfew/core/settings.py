"""Settings: from the text of settings.json to one checked object in milliseconds.

Needed once at a start and for a change over the network, and dropped afterwards: no function here may be referred to
later. (A class without methods holds nothing of its module.) One wrong value refuses the whole file.
"""

import json
from typing import Any

from curfew.core import limits, pins
from curfew.core.schema import Invalid, as_object, check, refuse_unknown, take, wrong

_MS = {"min": 60000, "s": 1000, "ms": 1}
# Pairs: the first may not be longer than the second; behind _SHORTER it has to be shorter.
_PAIRS = (
    "timer_default_min timer_max_min timer_max_min burn_max_min timer_step_min timer_max_min warning_s timer_step_min "
    "warning_s override_max_min warning_s absence_left_min warning_s timer_default_min reclose_hold_s flame_die_s"
)
_SHORTER = 12  # words


class BurnerSettings:
    """One burner: its pins, whether a sensor is fitted, its thresholds in microvolts (limits.BURNER), its times."""

    relay_pin: int
    button_pin: int
    sensor: bool
    loaded_on_uv: int
    loaded_off_uv: int
    open_on_uv: int
    open_off_uv: int
    magnet_hold_uv: int
    flame_min_uv: int
    zero_tc_uv: int
    zero_magnet_uv: int
    ground_permille: int
    flame_lost_percent: int
    timer_default_ms: int  # these three: its own, or the common one
    timer_max_ms: int
    burn_max_ms: int


class Settings:
    """One device: the times of limits.SETTINGS in milliseconds (warning_s is `warning_ms`), switches, pins, burners.

    reclose_hold_ms already waits for a delay coil. A pin of pins.SPARE_PINS that is not fitted is None.
    """

    timer_default_ms: int
    timer_step_ms: int
    timer_max_ms: int
    burn_max_ms: int
    warning_ms: int
    override_max_ms: int
    ignite_window_ms: int
    flame_out_ms: int
    reclose_hold_ms: int
    verify_open_ms: int
    flame_die_ms: int
    delay_coil_ms: int
    absence_ms: int
    absence_left_ms: int
    hood_run_on_ms: int
    auto_arm: bool
    remote_extend: bool
    radio: bool
    relay_drive: str
    chip: str
    pump_pin: int
    sda_pin: int
    scl_pin: int
    pixel_pin: int
    buzzer_pin: int
    hood_pin: int
    display_clk_pin: int
    display_dio_pin: int
    supply_pin: int
    alarm_pin: int
    presence_pin: int
    burners: list[BurnerSettings]


def checked(given: Any) -> Settings:
    """The Settings in what settings.json holds. Raises Invalid.

    Times become milliseconds, whatever their unit in the file: timer_default_min is there as timer_default_ms.
    """
    given = as_object("settings", given)
    settings = Settings()
    values = take("", given, limits.SETTINGS)
    if values["delay_coil_s"]:  # the contact has no effect until the ignition's coil drops out
        values["reclose_hold_s"] = max(values["reclose_hold_s"], values["delay_coil_s"] + limits.DELAY_COIL_MARGIN_S)
    _check_relations("", values)
    for key in values:
        setattr(settings, key.rsplit("_", 1)[0] + "_ms", _in_ms(key, values))
    choices = (("relay_drive", limits.DRIVES[0], limits.DRIVES), ("chip", pins.PLAIN, tuple(pins.CHIPS)))
    _set(settings, take("", given, limits.SWITCHES + choices))
    chip = settings.chip
    here = pins.here()
    if here and chip != here:
        raise wrong("chip", chip, "this board's, " + here)
    own = pins.row(chip)
    used: dict[int, str] = {}
    for index, key in enumerate(pins.DEVICE_PINS):
        default = own[pins.AT_DEVICE][index]
        setattr(settings, key, _pin(own, key, given.pop(key, default), used))
    burners = given.pop("burners", None)
    count = len(own[pins.AT_RELAYS])
    if not isinstance(burners, list) or not 1 <= len(burners) <= count:
        raise Invalid("burners: not a list of 1 to %d objects (%s)" % (count, chip))
    settings.burners = []
    for burner in burners:
        settings.burners.append(_burner(len(settings.burners), burner, own, used, dict(values)))
    for key in pins.SPARE_PINS:
        pin = given.pop(key, None)
        setattr(settings, key, None if pin is None else _pin(own, key, pin, used))
    refuse_unknown("", given)
    return settings


def _set(target: object, values: dict[str, Any]) -> None:
    for key in values:
        setattr(target, key, values[key])


def _in_ms(key: str, values: dict[str, int]) -> int:
    return values[key] * _MS[key.rsplit("_", 1)[1]]


def _check_relations(prefix: str, values: dict[str, int]) -> None:
    """Raise Invalid for the first two values that contradict each other; delay_coil_s is already in reclose_hold_s."""
    words = _PAIRS.split()
    for at in range(0, len(words), 2):
        key, limit = words[at : at + 2]
        if _in_ms(key, values) + (at >= _SHORTER) > _in_ms(limit, values):
            is_not = "not shorter" if at >= _SHORTER else "longer"
            raise _refusal("%s%s %d is %s than %s %d", prefix, key, values[key], is_not, limit, values[limit])
    cap_min, window_s, warning_s = values["burn_max_min"], values["ignite_window_s"], values["warning_s"]
    if cap_min * 60 < window_s + warning_s:
        text = "%sburn_max_min %d does not hold ignite_window_s %d and warning_s %d"
        raise _refusal(text, prefix, cap_min, window_s, warning_s)


def _refusal(text: str, *values: Any) -> Invalid:
    return Invalid(text % values)


def parse(text: str | None) -> Settings:
    """Settings from the text of settings.json; None means that there is no such file. Raises Invalid."""
    if text is None or not text.strip():
        raise Invalid("settings.json: missing or empty; copy firmware/settings.json here")
    try:
        given = json.loads(text)
    except (ValueError, RuntimeError, OverflowError):  # RuntimeError: nested too deep for the stack
        raise Invalid("settings.json: not JSON (cut off, or a comma or quote is missing)")
    return checked(given)


def load() -> tuple[Settings, bool]:
    """The Settings of this board and False; where settings.json cannot be used, it says why: a fallback and True.

    The fallback only serves to show the fault: one burner without a sensor, whose contact stays open.
    """
    try:
        try:
            with open("settings.json") as file:
                text = file.read()
        except OSError:
            text = None
        except UnicodeError:
            text = "?"  # not text: not JSON either
        return parse(text), False
    except Invalid as error:
        print("SETTINGS_INVALID:", error)
        return checked({"chip": pins.here() or pins.PLAIN, "burners": [{}]}), True


def _pin(own: Any, key: str, value: Any, used: dict[int, str]) -> int:
    chip = own[pins.AT_CHIP]
    allowed = pins.allowed(own, key.split(".")[-1])
    if type(value) is not int or value not in allowed:
        why = pins.refusal(chip, value) if type(value) is int else ""
        raise wrong(key, value, "one of the pins %s of an %s%s" % (str(allowed).strip("(,)"), chip, why))
    if value in used:
        raise Invalid("%s: pin %d of an %s is already used by %s" % (key, value, chip, used[value]))
    used[value] = key
    return value


def _burner(index: int, given: Any, own: Any, used: dict[int, str], times: dict[str, int]) -> BurnerSettings:
    name = "burners[%d]" % index
    prefix = name + "."
    given = as_object(name, given)
    burner = BurnerSettings()
    burner.relay_pin = _pin(own, prefix + "relay_pin", given.pop("relay_pin", own[pins.AT_RELAYS][index]), used)
    burner.button_pin = _pin(own, prefix + "button_pin", given.pop("button_pin", own[pins.AT_BUTTONS][index]), used)
    _set(burner, take(prefix, given, (("sensor", False),) + limits.BURNER))
    for key, _, low, high in limits.SETTINGS[: limits.BURNER_TIMES]:
        times[key] = check(prefix, given.pop(key, times[key]), (key, 0, low, high))
        setattr(burner, key[:-4] + "_ms", times[key] * 60000)
    _check_relations(name + ": ", times)
    for contact in ("loaded", "open"):
        low, high = getattr(burner, contact + "_off_uv"), getattr(burner, contact + "_on_uv")
        if low >= high:
            raise Invalid("%s%s_off_uv: %d must be below %s_on_uv %d" % (prefix, contact, low, contact, high))
    refuse_unknown(prefix, given)
    return burner
