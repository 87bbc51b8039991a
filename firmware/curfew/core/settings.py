"""Settings: from the text of settings.json to one checked object in milliseconds.

Belongs here: validation against limits.py, and every message about a wrong value.
Does not: other files, defaults or ranges (limits.py). Nothing is guessed: one wrong value refuses all.
A start needs this file once; main.py then gives its memory back, so nothing here may be referred to later.
"""

import json

from curfew.core import limits
from curfew.core.config import Config, Settings

_MS = {"min": 60000, "s": 1000, "ms": 1}
# Pairs: the first may not be longer than the second.
_NOT_ABOVE = (
    "timer_default_min timer_max_min timer_max_min burn_max_min timer_step_min timer_max_min "
    "warning_s timer_default_min warning_s timer_step_min warning_s override_max_min"
)


class Invalid(Exception):
    """Settings that cannot be used; the text names the key, the value and the range."""


def checked(given):
    """The Settings in what settings.json holds. Raises Invalid.

    Times become milliseconds, whatever their unit in the file: timer_default_min is there as timer_default_ms.
    """
    if not isinstance(given, dict):
        raise Invalid("settings: not an object { ... }")
    given = dict(given)
    values = {}
    settings = Settings()
    for key, default, low, high in limits.SETTINGS:
        values[key] = _whole(key, given.pop(key, default), low, high)
        setattr(settings, key.rsplit("_", 1)[0] + "_ms", _in_ms(key, values))
    for key, default in limits.SWITCHES:
        setattr(settings, key, _switch(key, given.pop(key, default)))
    settings.relay_drive = given.pop("relay_drive", limits.DRIVES[0])
    if settings.relay_drive not in limits.DRIVES:
        raise Invalid("relay_drive: %s is not one of %s" % (_shown(settings.relay_drive), ", ".join(limits.DRIVES)))
    used = {}
    for key, default in limits.BOX_PINS:
        allowed = limits.PINS_RELAY[-1:] if key == "pump_pin" else limits.PINS_OTHER
        setattr(settings, key, _pin(key, given.pop(key, default), allowed, used))
    burners = given.pop("burners", None)
    if not isinstance(burners, list) or not 1 <= len(burners) <= limits.BURNERS_MAX:
        raise Invalid("burners: not a list of 1 to %d objects" % limits.BURNERS_MAX)
    settings.burners = []
    for burner in burners:
        settings.burners.append(_burner(len(settings.burners), burner, used))
    for key in limits.SPARE_PINS:
        pin = given.pop(key, None)
        setattr(settings, key, None if pin is None else _pin(key, pin, limits.PINS_OTHER, used))
    _refuse_unknown("", given)
    if values["delay_coil_s"]:  # opening the thermocouple's loop does nothing until the ignition's coil lets go
        values["reclose_hold_s"] = max(values["reclose_hold_s"], values["delay_coil_s"] + limits.DELAY_COIL_MARGIN_S)
        settings.reclose_hold_ms = values["reclose_hold_s"] * 1000
    _check_relations(values)
    return settings


def _in_ms(key, values):
    return values[key] * _MS[key.rsplit("_", 1)[1]]


def _check_relations(values):
    """Raise Invalid for the first two values that contradict each other; delay_coil_s is already in reclose_hold_s."""
    words = _NOT_ABOVE.split()
    for key, limit in zip(words[::2], words[1::2]):
        if _in_ms(key, values) > _in_ms(limit, values):
            raise Invalid(_with("%s %%d is longer than %s %%d" % (key, limit), values))
    if values["burn_max_min"] * 60 < values["ignite_window_s"] + values["warning_s"]:
        raise Invalid(_with("burn_max_min %d does not hold ignite_window_s %d and warning_s %d", values))
    if values["flame_die_s"] <= values["reclose_hold_s"]:
        raise Invalid(_with("flame_die_s %d must be above reclose_hold_s %d (delay_coil_s %d)", values))


def _with(text, values):
    """A message with the value behind each key in it."""
    for key in values:
        text = text.replace(key + " %d", "%s %d" % (key, values[key]))
    return text


def parse(text):
    """Settings from the text of settings.json; None means that there is no such file. Raises Invalid."""
    if text is None or not text.strip():
        raise Invalid("settings.json: missing or empty; copy firmware/settings.json here")
    try:
        given = json.loads(text)
    except (ValueError, RuntimeError, OverflowError):  # RuntimeError: nested too deep for the stack
        raise Invalid("settings.json: not JSON (cut off, or a comma or quote is missing)")
    return checked(given)


def load():
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
        return checked({"burners": [{}]}), True


def _shown(value):
    return "[...]" if isinstance(value, (list, dict)) else str(value)[:40]  # nested deep, it could fill the stack


def _whole(key, value, low, high):
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Invalid("%s: %s is not a whole number from %d to %d" % (key, _shown(value), low, high))
    return value


def _switch(key, value):
    if not isinstance(value, bool):
        raise Invalid("%s: %s is not true or false" % (key, _shown(value)))
    return value


def _pin(key, value, allowed, used):
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise Invalid("%s: %s is not one of the pins %s" % (key, _shown(value), str(allowed)[1:-1]))
    if value in used:
        raise Invalid("%s: pin %d is already used by %s" % (key, value, used[value]))
    used[value] = key
    return value


def _burner(index, given, used):
    prefix = "burners[%d]" % index
    if not isinstance(given, dict):
        raise Invalid("%s: not an object { ... }" % prefix)
    given = dict(given)
    config = Config()
    relay, button = limits.BURNER_PINS[index]
    key = prefix + ".relay_pin"
    config.relay_pin = _pin(key, given.pop("relay_pin", relay), limits.PINS_RELAY[:-1], used)
    key = prefix + ".button_pin"
    config.button_pin = _pin(key, given.pop("button_pin", button), limits.PINS_OTHER, used)
    config.sensor = _switch(prefix + ".sensor", given.pop("sensor", False))
    for key, default, low, high in limits.BURNER:
        setattr(config, key, _whole(prefix + "." + key, given.pop(key, default), low, high))
    for low_key, high_key in (("loaded_off_uv", "loaded_on_uv"), ("open_off_uv", "open_on_uv")):
        low, high = getattr(config, low_key), getattr(config, high_key)
        if low >= high:
            raise Invalid("%s.%s: %d must be below %s %d" % (prefix, low_key, low, high_key, high))
    _refuse_unknown(prefix + ".", given)
    return config


def _refuse_unknown(prefix, left):
    for key in sorted(left):
        raise Invalid("%s%s: no such setting" % (prefix, _shown(key)))
