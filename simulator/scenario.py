"""A scenario file becomes a plan of integers and a list of expectations, or one clear line of refusal.

Setting values are passed on unjudged: a scenario may be about wrong ones.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import run_settings, words
from simulator.fields import (
    REQUIRED,
    Field,
    ScenarioError,
    allowed,
    checked,
    checked_list,
    checked_object,
    checked_time,
    is_int,
    join,
    number,
    read_json,
    seconds,
    switch,
    whole,
    word,
    wrong,
)
from simulator.times import show_time

UNTIL_MAX_MS = 240 * 3600 * 1000  # ten days of stove time: every time stays below 2^30
SEED_MAX = (1 << 30) - 1  # the machine side's generator keeps to 30 bits
HOLD_MAX_S = 3600
FOR_EVER_S = UNTIL_MAX_MS // 1000


@dataclass(frozen=True)
class Expectation:
    """One entry of `expect`: what is wanted of one burner, and when.

    `when` is "at", "between", "throughout" or "run" (the whole of it); `values` are trace keys, with
    remaining_s as (low, high). shutoff_by, console and shutoffs are None where nothing is asked.
    """

    index: int
    burner: int
    when: str
    from_ms: int
    to_ms: int
    values: dict[str, Any]
    shutoff_by: str | None = None
    console: str | None = None
    shutoffs: int | None = None


@dataclass(frozen=True)
class Scenario:
    """A valid scenario: the plan for the machine side and the expectations for afterwards."""

    name: str
    about: str
    plan: dict[str, Any]
    expectations: tuple[Expectation, ...]


# The defaults are the machine side's (the plan holds only what the file says); here they tell the reader.
STOVE = {
    "burners": whole(1, 4, "burners", 1),
    "sensor": switch(True),
    "emf_uv": whole(8000, 40000, "uV", 25000),
    "tc_mohm": whole(5, 100, "mOhm", 30),
    "coil_mohm": whole(5, 100, "mOhm", 20),
    "leads_mohm": whole(0, 100, "mOhm", 7),
    "contact_mohm": whole(1, 200, "mOhm", 15),
    "magnet_hold_ma": whole(50, 400, "mA", 150),
    "magnet_drop_ma": whole(20, 300, "mA", 80),
    "tip_heat_ms": whole(1000, 30000, "ms", 4000),
    "tip_cool_ms": whole(3000, 120000, "ms", 25000),
    "zero_second_ms": whole(0, 30000, "ms", 0),
    "bypass": switch(False),
    "release_ms": whole(1, 50, "ms", 5),
    "operate_ms": whole(1, 50, "ms", 8),
    "bounce_ms": whole(0, 20, "ms", 2),
}

_LASTS = {"s": seconds(FOR_EVER_S, "ms", default=0)}  # left out: to the end of the run
_SIDE = {"side": word(words.SENSOR_SIDES, default="both")}
ACTS: dict[str, dict[str, Field]] = {
    "press": {},
    "double_press": {},
    "override": {},
    "hold": {"s": seconds(HOLD_MAX_S, "ms", default=1)},
    "button_down": {},
    "button_up": {},
    "light": {"hold_s": seconds(HOLD_MAX_S, "hold_ms", default=10)},
    "knob_off": {},
    "blow_out": {},
    "simmer": {"percent": whole(5, 100, "percent")},
    "remote_off": {"source": word(words.SOURCES, default="test")},
    "remote_extend": {},
    "remote_less": {"min": whole(1, 240, "min")},
    "remote_arm": {},
    "weld": {"mohm": whole(0, 1000, "mOhm", default=None), **_LASTS},
    "unweld": {},
    "stick_open": {},
    "stick_pin": {"pin": word(words.STUCK_PINS), "level": word(words.LEVELS)},
    "free_pins": {},
    "pump": {"is": word(words.PUMPS)},
    "film": {"milliohm": whole(0, 100000, "mOhm")},
    "bypass": {"on": switch(default=True), "mohm": whole(0, 1000, "mOhm", default=0), **_LASTS},
    "coil_open": {"on": switch(default=True), **_LASTS},
    "valve_sticks": dict(_LASTS),
    "valve_frees": {},
    "cold_end": {"kelvin": whole(-20, 100, "K"), "ramp_s": seconds(FOR_EVER_S, "ramp_ms", default=1), **_LASTS},
    "heat": {
        "celsius": whole(0, 900, "degrees Celsius"),
        "k_per_s": number(0, 1000, "K/s", "millikelvin_per_s", default=10),
        **_LASTS,
    },
    "sensor": {"value": word(words.SENSOR_VALUES), "side": word(words.SENSOR_SIDES, default="both")},
    "i2c_stuck": {"try_ms": whole(0, 2000, "ms"), "s": seconds(FOR_EVER_S, "ms", default=FOR_EVER_S)},
    "noise": {"uv": whole(0, 5000, "uV"), **_LASTS},
    "hum": {"uv": whole(0, 10000, "uV"), "hz": number(40, 70, "Hz", "millihertz", default=50), **_SIDE, **_LASTS},
    "offset": {"uv": whole(-10000, 10000, "uV"), **_SIDE, **_LASTS},
    "spike": {"uv": whole(-60000, 60000, "uV"), "n": whole(0, 1000, "conversions", default=1), **_SIDE, **_LASTS},
    "sparks": {"uv": whole(0, 60000, "uV"), "percent": whole(0, 100, "percent", default=20), **_SIDE, **_LASTS},
    "ground": {"of": whole(0, 3, "burner"), "mohm": number(0, 100, "mOhm", "micro_ohm"), **_LASTS},
    "tremor": {
        "hz": number(1, 20, "Hz", "millihertz"),
        "duty": number(0, 95, "percent, or a part up to 1", "duty", default=70),
        "s": seconds(HOLD_MAX_S, "ms", default=3),
    },
    "mash": {"hz": number(1, 10, "Hz", "millihertz", default=5), "s": seconds(HOLD_MAX_S, "ms", default=3)},
    "alarm": {"on": switch(default=True), **_LASTS},
    "presence": {"on": switch(default=True), **_LASTS},
    "power_off": {},
    "power_on": {},
    "reset": {"cause": word(words.RESETS)},
    "flash": {"mounts": switch()},
    "hang": {"s": seconds(FOR_EVER_S, "ms")},
    "raise": {"error": word(words.ERRORS), "in": Field("call")},
    "clock_jump": {"ms": whole(-(1 << 29), 1 << 29, "ms")},
    "gil_hold": {"ms": whole(1, HOLD_MAX_S * 1000, "ms")},
    "memory_full": {"s": seconds(HOLD_MAX_S, "ms")},
    "services_die": {},
    "services_block": {"s": seconds(HOLD_MAX_S, "ms")},
    "repair_settings": {},
    "corrupt_program": {"slot": word(words.SLOTS), "how": word(words.DAMAGES, default="flip")},
    "mend_program": {"slot": word(words.SLOTS)},
    "install_program": {"way": word(words.WAYS, default="cable")},
}

TOP = ("name", "until", "about", "seed", "clock", "files", *run_settings.KEYS, "stove", "events", "expect")
CLOCK_MAX_S = (1 << 32) - 1  # 2106
WINDOWS = ("at", "between", "throughout")
EXPECTED_VALUES = {
    "state": word(words.STATES, null=True),
    "contact": word(words.CONTACT),
    "coil": word(words.ON_OFF),
    "gas": word(words.ON_OFF),
    "flame": word(words.ON_OFF),
    "cause": word(words.CAUSES + words.CAUSE_FAMILIES, null=True),
    "fault": word(words.FAULTS, null=True),
    "light": word(words.LIGHTS, null=True),
    "sound": word(words.SOUNDS, null=True),
    "remaining_s": Field("span", 0, UNTIL_MAX_MS // 1000, "s"),
}
OTHER_VALUES = {
    "shutoff_by": word(words.CAUSES + words.CAUSE_FAMILIES),
    "console": Field("text"),
    "shutoffs": whole(0, 100000, "shut-offs"),
}
EXPECT_KEYS = ("burner", *WINDOWS, *EXPECTED_VALUES, *OTHER_VALUES)
OLD_NAMES = {"opened_by": "shutoff_by", "openings": "shutoffs"}  # still accepted


def load(
    path: str | Path, seed: int | None = None, samples: bool = False, stove: dict[str, Any] | None = None
) -> Scenario:
    """The scenario in the file at `path`; `seed`, when given, replaces the file's, `stove` goes over its own.

    Raises ScenarioError for a file that cannot be read, is no JSON, or says something that is not allowed.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"is not UTF-8 text (byte {error.start})") from None
    return parse(text, run_settings.shipped(), seed, samples, stove)


def parse(
    text: str,
    shipped: dict[str, Any],
    seed: int | None = None,
    samples: bool = False,
    over: dict[str, Any] | None = None,
) -> Scenario:
    """The scenario in `text`, its settings merged over the `shipped` ones; errors as in load()."""
    top = checked_object(read_json(text), "the scenario", TOP)
    name = _name(top)
    until_ms = _until(top)
    stove = _stove(top.get("stove", {}))
    stove |= _stove(over or {})
    burners = stove.get("burners", STOVE["burners"].default)
    sensor = stove.get("sensor", STOVE["sensor"].default)
    events = _events(top.get("events", []), burners, until_ms)
    for event in events:
        _fill_in(event, shipped, burners, sensor)
    if seed is None:
        seed = checked(whole(0, SEED_MAX, ""), top.get("seed", 1), "seed")
    plan = {
        "name": name,
        "seed": seed,
        "until_ms": until_ms,
        "samples": samples,
        **run_settings.make(top, shipped, burners, sensor),
        "stove": stove,
        "burners": burners,
        "files": _files(top.get("files", [])),
        "clock": checked(whole(0, CLOCK_MAX_S, "s since 1970"), top.get("clock", 0), "clock"),
        "events": events,
    }
    expectations = _expectations(top.get("expect", []), burners, until_ms)
    about = checked(Field("text"), top["about"], "about") if "about" in top else ""
    return Scenario(name, about, plan, expectations)


def parse_event(item: Any, shipped: dict[str, Any], burners: int, sensor: bool) -> list[Any]:
    """One entry of `events` as [at_ms, do, burner, args]; errors as in load()."""
    [event] = _events([item], burners, UNTIL_MAX_MS)
    _fill_in(event, shipped, burners, sensor)
    return event


def _fill_in(event: list[Any], shipped: dict[str, Any], burners: int, sensor: bool) -> None:
    if event[1] == "repair_settings":  # what is put on the board: the shipped file, fitted to this stove
        event[3]["text"] = json.dumps(run_settings.make({}, shipped, burners, sensor)["settings"])


# ---- the parts of a scenario ------------------------------------------------------------------------------


def _name(top: dict[str, Any]) -> str:
    if "name" not in top:
        raise ScenarioError('name: missing; a scenario needs one, like "forgotten soup"')
    name = checked(Field("text"), top["name"], "name")
    if not name.isprintable():
        raise wrong("name", name, "a text of one line")
    return name


def _until(top: dict[str, Any]) -> int:
    if "until" not in top:
        raise ScenarioError('until: missing; a scenario needs its length, like "0:42:00"')
    until_ms = checked_time(top["until"], "until")
    if not 0 < until_ms <= UNTIL_MAX_MS:
        raise wrong("until", top["until"], f"above 0:00:00 and at most {show_time(UNTIL_MAX_MS)}")
    return until_ms


def _stove(value: Any) -> dict[str, Any]:
    stove = checked_object(value, "stove", STOVE)
    for key, item in stove.items():
        checked(STOVE[key], item, join("stove", key))
    hold_ma, drop_ma = (stove.get(key, STOVE[key].default) for key in ("magnet_hold_ma", "magnet_drop_ma"))
    if drop_ma >= hold_ma:
        key = "magnet_drop_ma" if "magnet_drop_ma" in stove else "magnet_hold_ma"
        raise ScenarioError(
            f"stove.{key}: {stove[key]} makes magnet_drop_ma ({drop_ma}) not less than magnet_hold_ma ({hold_ma}) mA"
        )
    return stove


def _events(value: Any, burners: int, until_ms: int) -> list[list[Any]]:
    """The events as [at_ms, do, burner, args], in order of time and then of the file."""
    events = []
    for index, item in enumerate(checked_list(value, "events")):
        path = f"events[{index}]"
        if not isinstance(item, dict):
            raise wrong(path, item, "an object {...}")
        do = _act_word(item, path)
        fields = ACTS[do]
        event = checked_object(item, path, ("at", "do", "burner", *fields))
        if "at" not in event:
            raise ScenarioError(f'{path}.at: missing; an event needs its time, like "0:00:20"')
        at_ms = checked_time(event["at"], f"{path}.at", until_ms)
        args = {}
        for key, field in fields.items():
            if key not in event and field.default is REQUIRED:
                raise ScenarioError(f"{path}.{key}: missing; {do} needs {allowed(field)}")
            given = key in event or field.default is REQUIRED
            args[field.to or key] = checked(field, event[key], f"{path}.{key}") if given else _default(field)
        _fit_args(do, args, path, burners)
        events.append([at_ms, do, _burner(event, path, burners), args])
    return sorted(events, key=lambda event: event[0])


def _default(field: Field) -> Any:
    return field.default * 1000 if field.kind in ("seconds", "number") else field.default


def _fit_args(do: str, args: dict[str, Any], path: str, burners: int) -> None:
    """What one field alone cannot say: a duty is a percentage or a part of one, a mash is down half of the time."""
    if do == "ground" and args["of"] >= burners:
        raise wrong(f"{path}.of", args["of"], f"a burner of this stove: 0 to {burners - 1} (stove.burners)")
    if do == "mash":
        args["duty"] = 50
    elif do == "tremor":
        args["duty"] = args["duty"] // 10 if args["duty"] <= 1000 else args["duty"] // 1000
        if not 5 <= args["duty"] <= 95:
            raise ScenarioError(f"{path}.duty: {args['duty']} percent is not from 5 to 95 (or 0.05 to 0.95)")


def _files(value: Any) -> list[list[Any]]:
    """The files that are on the flash before the start, as [path, lines]."""
    files = []
    for index, item in enumerate(checked_list(value, "files")):
        path = f"files[{index}]"
        entry = checked_object(item, path, ("path", "lines"))
        name = checked(Field("text"), entry.get("path"), f"{path}.path")
        if "/" in name or name.startswith("."):
            raise wrong(f"{path}.path", name, "a file name without a folder")
        lines = checked_list(entry.get("lines"), f"{path}.lines")
        for at, line in enumerate(lines):
            if not isinstance(line, str) or "\n" in line:
                raise wrong(f"{path}.lines[{at}]", line, "a text of one line")
        files.append([name, lines])
    return files


def _act_word(event: dict[str, Any], path: str) -> str:
    if "do" not in event:
        raise ScenarioError(f"{path}.do: missing; one of {', '.join(ACTS)}")
    return checked(word(tuple(ACTS)), event["do"], f"{path}.do")


def _burner(item: dict[str, Any], path: str, burners: int) -> int:
    burner = item.get("burner", 0)
    if not is_int(burner) or not 0 <= burner < burners:
        raise wrong(f"{path}.burner", burner, f"a burner of this stove: 0 to {burners - 1} (stove.burners)")
    return burner


def _expectations(value: Any, burners: int, until_ms: int) -> tuple[Expectation, ...]:
    entries = checked_list(value, "expect")
    return tuple(_expectation(item, index, burners, until_ms) for index, item in enumerate(entries))


def _expectation(item: Any, index: int, burners: int, until_ms: int) -> Expectation:
    path = f"expect[{index}]"
    written = checked_object(item, path, (*EXPECT_KEYS, *OLD_NAMES))
    spelled = {OLD_NAMES.get(key, key): f"{path}.{key}" for key in written}
    entry = {OLD_NAMES.get(key, key): value for key, value in written.items()}
    if len(entry) < len(written):
        raise ScenarioError(f"{path}: {' and '.join(sorted(set(written) - set(entry)))} is given by both of its names")
    burner = _burner(entry, path, burners)
    windows = [key for key in WINDOWS if key in entry]
    asked = [key for key in entry if key != "burner"]
    if misfit := _misfit(asked, windows, path, spelled):
        raise ScenarioError(misfit)
    when, from_ms, to_ms = _window(entry, path, windows, until_ms)
    values, others = (
        {key: checked(field, entry[key], spelled[key]) for key, field in fields.items() if key in entry}
        for fields in (EXPECTED_VALUES, OTHER_VALUES)
    )
    return Expectation(index, burner, when, from_ms, to_ms, values, **others)


def _misfit(asked: list[str], windows: list[str], path: str, spelled: dict[str, str]) -> str | None:
    """What does not go together in an entry of `expect`, as one line; None when all does."""
    one_window = f"one of {', '.join(WINDOWS)}"
    if len(windows) > 1:
        return f"{spelled[windows[1]]}: beside {windows[0]}; {one_window} is allowed"
    if "shutoffs" in asked and len(asked) > 1:
        name = spelled["shutoffs"].rpartition(".")[2]
        other = next(key for key in asked if key != "shutoffs")
        return f"{spelled[other]}: beside {name}, which stands alone (with burner)"
    if not windows and asked not in (["shutoffs"], ["console"]):
        return f"{path}: says no time; {one_window} (or shutoffs, or console, alone)"
    for key in ("shutoff_by", "console"):
        if key in asked and windows and windows[0] != "between":
            return f"{spelled[key]}: with {windows[0]}; it is allowed with between"
    if windows == asked:
        return f"{path}: expects nothing; give {', '.join(EXPECTED_VALUES)}, shutoff_by or console"
    return None


def _window(entry: dict[str, Any], path: str, windows: list[str], until_ms: int) -> tuple[str, int, int]:
    """(when, from_ms, to_ms) of an expectation; both ends are the same for "at"."""
    if not windows:
        return "run", 0, until_ms
    when, value = windows[0], entry[windows[0]]
    if when == "at":
        at_ms = checked_time(value, f"{path}.at", until_ms)
        return when, at_ms, at_ms
    if not isinstance(value, list) or len(value) != 2:
        raise wrong(f"{path}.{when}", value, "a pair of times [from, to]")
    from_ms, to_ms = (checked_time(end, f"{path}.{when}[{i}]", until_ms) for i, end in enumerate(value))
    if from_ms > to_ms:
        raise wrong(f"{path}.{when}", value, "a pair of times, the earlier first")
    return when, from_ms, to_ms
