"""Settings: from the text of settings.json to one checked object in milliseconds.

Belongs here: validation against limits.py, and every message about a wrong value.
Does not: files (store.py), defaults or ranges (limits.py). Nothing is guessed: one wrong value refuses all.
"""

import json

from curfew import limits


class Invalid(Exception):
    """Settings that cannot be used; the text names the key, the value and the range."""


class Config:
    """The settings of one burner, with the keys of limits.BURNER and relay_pin, button_pin, sensor."""


class Settings:
    """All settings, checked: the keys of limits.SETTINGS, SWITCHES and BOX_PINS, relay_drive, burners.

    Every time is there in milliseconds besides (`warning_ms` beside `warning_s`); `reclose_ms` already waits for a
    delay coil. `burners` is a tuple of Config. Raises Invalid.
    """

    def __init__(self, given):
        if not isinstance(given, dict):
            raise Invalid("settings: not an object { ... }")
        given = dict(given)
        for key, default, low, high in limits.SETTINGS:
            value = _whole(key, given.pop(key, default), low, high)
            setattr(self, key, value)
            if key.endswith("_min"):
                setattr(self, key[:-3] + "ms", value * 60000)
            elif key.endswith("_s"):
                setattr(self, key[:-1] + "ms", value * 1000)
        for key, default in limits.SWITCHES:
            setattr(self, key, _switch(key, given.pop(key, default)))
        self.relay_drive = given.pop("relay_drive", limits.DRIVES[0])
        if self.relay_drive not in limits.DRIVES:
            raise Invalid("relay_drive: %s is not one of %s" % (_shown(self.relay_drive), ", ".join(limits.DRIVES)))
        used = {}
        for key, default in limits.BOX_PINS:
            allowed = limits.PINS_RELAY[-1:] if key == "pump_pin" else limits.PINS_OTHER
            setattr(self, key, _pin(key, given.pop(key, default), allowed, used))
        burners = given.pop("burners", None)
        if not isinstance(burners, list) or not 1 <= len(burners) <= limits.BURNERS_MAX:
            raise Invalid("burners: a list of 1 to %d objects is needed" % limits.BURNERS_MAX)
        self.burners = tuple([_burner(index, burner, used) for index, burner in enumerate(burners)])
        _refuse_unknown("", given)
        self.reclose_ms = self.reclose_hold_ms
        if self.delay_coil_s:
            self.reclose_ms = max(self.reclose_ms, (self.delay_coil_s + limits.DELAY_COIL_MARGIN_S) * 1000)
        self._check_relations()

    def _check_relations(self):
        shortest_min = min(self.timer_default_min, self.timer_step_min, self.override_max_min)
        for holds, text in (
            (self.timer_default_min <= self.timer_max_min, "timer_default_min must not exceed timer_max_min"),
            (self.timer_max_min <= self.burn_max_min, "timer_max_min must not exceed burn_max_min"),
            (self.timer_step_min <= self.timer_max_min, "timer_step_min must not exceed timer_max_min"),
            (
                self.warning_s <= 60 * shortest_min,
                "warning_s must fit into timer_default_min, timer_step_min and override_max_min",
            ),
            (
                self.burn_max_ms >= self.ignite_window_ms + self.warning_ms,
                "burn_max_min must hold ignite_window_s and warning_s",
            ),
            (
                self.flame_die_ms > self.reclose_ms,
                "flame_die_s must exceed reclose_hold_s (and delay_coil_s + %d)" % limits.DELAY_COIL_MARGIN_S,
            ),
        ):
            if not holds:
                keys = [key for key, _, _, _ in limits.SETTINGS if key in text]
                shown = ", ".join(["%s %d" % (key, getattr(self, key)) for key in keys])
                raise Invalid("%s (now: %s)" % (text, shown))


def parse(text):
    """Settings from the text of settings.json; None means that there is no such file. Raises Invalid."""
    if text is None:
        raise Invalid("settings.json: missing; copy firmware/settings.json to the board")
    if not text.strip():
        raise Invalid("settings.json: empty; copy firmware/settings.json to the board")
    try:
        given = json.loads(text)
    except (ValueError, RuntimeError, OverflowError):  # RuntimeError: nested too deep for the stack
        raise Invalid("settings.json: not JSON (cut off, or a comma or quote is missing)") from None
    return Settings(given)


def fallback():
    """The settings under which a box without usable settings shows its fault: one burner, no sensor."""
    return Settings({"burners": [{}]})


def _shown(value):
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."


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
        raise Invalid("%s: %s is not one of the pins %s" % (key, _shown(value), ", ".join([str(p) for p in allowed])))
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
    for key in sorted([str(key) for key in left]):
        raise Invalid("%s%s: no such setting" % (prefix, key))
