"""The settings file of one run: how a scenario makes it, and whether it is sound in the eyes of the design."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.fields import ScenarioError, is_int, join, wrong

SHIPPED = Path(__file__).resolve().parent.parent / "firmware" / "settings.json"
KEYS = ("settings", "settings_text", "settings_missing")

# Relay and button pin of the burners that the shipped settings do not have.
PINS = ((18, 25), (19, 26), (23, 27), (33, 13))


def shipped() -> dict[str, Any]:
    """The settings the product is shipped with; ScenarioError when they cannot be read."""
    try:
        return json.loads(SHIPPED.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ScenarioError(f"settings: the shipped firmware/settings.json cannot be used: {error}") from None


def make(top: dict[str, Any], base: dict[str, Any], burners: int, sensor: bool) -> dict[str, Any]:
    """The plan's keys for settings.json: "settings" (None: no file), and "settings_text" for a raw one.

    top is the scenario as it was read, base the settings to merge over. Values are not judged.
    """
    given = [key for key in KEYS if key in top]
    if len(given) > 1:
        raise ScenarioError(f"{given[1]}: beside {given[0]}; one of {', '.join(KEYS)} is allowed")
    if "settings_text" in top:
        if not isinstance(top["settings_text"], str):  # the empty file is a good broken file
            raise wrong("settings_text", top["settings_text"], "a text, the raw file")
        return {"settings": None, "settings_text": top["settings_text"]}
    if "settings_missing" in top:
        if top["settings_missing"] is not True:
            raise wrong("settings_missing", top["settings_missing"], "true (or leave it out)")
        return {"settings": None}
    asked = top.get("settings", {})
    if not isinstance(asked, dict):
        raise wrong("settings", asked, "an object {...} (settings_text takes a raw file)")
    _refuse_floats(asked, "settings")
    merged = {**base, **asked}
    entries = _base_burners(base, burners, sensor)
    merged["burners"] = _merge_burners(entries, asked["burners"]) if "burners" in asked else entries
    return {"settings": merged}


def _refuse_floats(value: Any, path: str) -> None:
    if isinstance(value, Decimal):
        raise wrong(path, value, "a whole number (settings_text takes a raw file)")
    children: Any = ()
    if isinstance(value, dict):
        children = ((join(path, key), item) for key, item in value.items())
    elif isinstance(value, list):
        children = ((f"{path}[{index}]", item) for index, item in enumerate(value))
    for here, item in children:
        _refuse_floats(item, here)


def _base_burners(base: dict[str, Any], burners: int, sensor: bool) -> list[dict[str, Any]]:
    """One entry per burner: the shipped ones, then copies of the first with pins of their own."""
    entries = base.get("burners") or [{}]
    out = []
    for index in range(burners):
        if index < len(entries):
            entry = dict(entries[index])
        else:
            relay_pin, button_pin = PINS[index]
            entry = {**entries[0], "relay_pin": relay_pin, "button_pin": button_pin}
        out.append({**entry, "sensor": sensor})
    return out


def _merge_burners(entries: list[dict[str, Any]], asked: Any) -> Any:
    """The asked burners over the shipped ones, one by one; what is no list of objects replaces them."""
    if not isinstance(asked, list):
        return asked
    if len(asked) > len(entries):
        raise ScenarioError(f"settings.burners: {len(asked)} entries for a stove with stove.burners = {len(entries)}")
    over = [
        {**entry, **change} if isinstance(change, dict) else change
        for entry, change in zip(entries, asked, strict=False)
    ]
    return over + entries[len(asked) :]


# ---- settings as the design has them: default, lowest, highest --------------------------------------

SETTINGS = {
    "timer_default_min": (30, 1, 240),
    "timer_step_min": (10, 1, 60),
    "timer_max_min": (180, 1, 240),
    "burn_max_min": (240, 1, 300),
    "warning_s": (60, 15, 300),
    "override_max_min": (240, 5, 300),
    "ignite_window_s": (60, 10, 180),
    "flame_out_s": (5, 1, 60),
    "reclose_hold_s": (10, 3, 60),
    "verify_open_ms": (500, 400, 2000),
    "flame_die_s": (90, 30, 180),
    "absence_min": (15, 5, 120),
    "absence_left_min": (5, 1, 60),
    "hood_run_on_s": (0, 0, 1800),
    "delay_coil_s": (0, 0, 30),
}
BURNER_TIMES = ("timer_default_min", "timer_max_min", "burn_max_min")  # a burner may have its own
SWITCHES = {"auto_arm": True, "remote_extend": False, "radio": True}
DELAY_COIL_MARGIN_S = 3
RELATIONS: tuple[Callable[[dict[str, Any]], bool], ...] = (
    lambda s: s["timer_default_min"] <= s["timer_max_min"] <= s["burn_max_min"],
    lambda s: s["timer_step_min"] <= s["timer_max_min"],
    lambda s: s["warning_s"] < 60 * s["timer_default_min"],
    lambda s: s["warning_s"] <= 60 * min(s["timer_step_min"], s["override_max_min"], s["absence_left_min"]),
    lambda s: 60 * s["burn_max_min"] >= s["ignite_window_s"] + s["warning_s"],
    lambda s: s["flame_die_s"] > rest_s(s),
)


def rest_s(settings: dict[str, Any]) -> int:
    """Seconds an open contact has to stay open: the hold, or longer where a delay coil has to drop out first."""
    if not settings["delay_coil_s"]:
        return settings["reclose_hold_s"]
    return max(settings["reclose_hold_s"], settings["delay_coil_s"] + DELAY_COIL_MARGIN_S)


def of_burner(settings: dict[str, Any], burner: int) -> dict[str, Any]:
    """The settings with the burner's own times in the place of the common ones."""
    burners = settings.get("burners", [])
    own = burners[burner] if burner < len(burners) else {}
    return {**settings, **{key: own[key] for key in BURNER_TIMES if key in own}}


def settings_of(plan: dict[str, Any]) -> dict[str, Any] | None:
    """The settings of the run with their defaults filled in; None when they are broken (or missing)."""
    given = plan["settings"]
    if plan.get("settings_text") is not None:
        try:
            given = json.loads(plan["settings_text"])
        except (ValueError, RuntimeError):  # nested too deeply, under the name that MicroPython has for it
            return None
    if not isinstance(given, dict):
        return None
    full = {**SWITCHES, **{key: row[0] for key, row in SETTINGS.items()}, **given}
    switches_hold = all(isinstance(full[key], bool) for key in SWITCHES)
    if not (switches_hold and full.get("relay_drive", "pulse") in ("pulse", "level")):
        return None
    burners = full.get("burners", [])
    if not isinstance(burners, list) or not all(isinstance(burner, dict) for burner in burners):
        return None
    for each in (full, *(of_burner(full, burner) for burner in range(len(burners)))):
        if not _in_ranges(each) or not all(relation(each) for relation in RELATIONS):
            return None
    return full


def _in_ranges(settings: dict[str, Any]) -> bool:
    return all(is_int(settings[key]) and low <= settings[key] <= high for key, (_, low, high) in SETTINGS.items())
