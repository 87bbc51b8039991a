"""One seed, one random session: a scenario of user acts and of faults, then of everything being repaired.

The result is an ordinary scenario file. Python's own generator gives the same numbers for a seed everywhere.
"""

import random
from collections.abc import Callable
from typing import Any

from simulator import fingers, words
from simulator.rules.numbers import QUIET_MS, UNSTABLE_ENDS
from simulator.run_settings import rest_s
from simulator.times import show_time

Event = dict[str, Any]

# ---- what may break: name, the act, its arguments, how it is undone ------------------------------------------


class Rng:
    """A random generator with the few distributions needed here; it uses only random(), which never changes."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)

    def whole(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))

    def one(self, of: Any) -> Any:
        return of[self.whole(0, len(of) - 1)]

    def chance(self, part: float) -> bool:
        return self._random.random() < part

    def spread(self, low: int, high: int) -> int:
        """Between low and high, small ones as often as large ones."""
        return int(low * (high / low) ** self._random.random())

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def pause_ms(self, mean_ms: int) -> int:
        return 1 + int(self._random.expovariate(1 / mean_ms))


CALLS = (
    *("Pin.value", "I2C.writeto", "I2C.readfrom_mem_into", "time.ticks_ms", "time.sleep_ms", "lock.acquire"),
    *("lock.release", "WDT.feed", "RTC.memory", "NeoPixel.write", "PWM.freq", "PWM.duty_u16", "gc.collect"),
    "_thread.start_new_thread",
)
HUM_HZ = (49.5, 49.8, 50, 50.3, 60)
SHORT_FAULT_MS = 20
LONG_FAULT_MS = 30_000

# kind: (act, its arguments, what ends it or None for a thing of one moment)
FAULTS: dict[str, tuple[str, Callable[[Rng], Event], Event | None]] = {
    "weld": ("weld", lambda rng: _half(rng), {"do": "unweld"}),
    "stuck open": ("stick_open", lambda _: {}, {"do": "unweld"}),
    "film": ("film", lambda rng: {"milliohm": rng.spread(2, 3000)}, {"do": "film", "milliohm": 0}),
    "bypass": ("bypass", lambda rng: {"on": True, **_half(rng)}, {"do": "bypass", "on": False}),
    "lead": (
        "sensor",
        lambda rng: {"value": rng.one(("open", "short")), "side": rng.one(words.SENSOR_SIDES)},
        {"do": "sensor", "value": "ok"},
    ),
    "converter": ("sensor", lambda rng: {"value": rng.one(("stale", "i2c_error"))}, {"do": "sensor", "value": "ok"}),
    "bus stuck": ("i2c_stuck", lambda rng: {"try_ms": rng.whole(0, 400), "s": _s(rng.spread(300, 6000))}, None),
    "noise": ("noise", lambda rng: {"uv": rng.spread(50, 5000)}, {"do": "noise", "uv": 0}),
    "flame out": ("blow_out", lambda _: {}, None),
    "simmer": ("simmer", lambda rng: {"percent": rng.whole(20, 100)}, {"do": "simmer", "percent": 100}),
    "reset": ("reset", lambda rng: {"cause": rng.one(words.RESETS)}, None),
    "power": ("power_off", lambda _: {}, {"do": "power_on"}),
    "hang": ("hang", lambda rng: {"s": _s(rng.spread(100, 6000))}, None),
    "exception": ("raise", lambda rng: {"error": rng.one(words.ERRORS), "in": rng.one(CALLS)}, None),
    "clock": ("clock_jump", lambda rng: {"ms": rng.spread(1, 1 << 29) * rng.one((-1, 1))}, None),
    "stall": ("gil_hold", lambda rng: {"ms": rng.spread(20, 3000)}, None),
    "memory full": ("memory_full", lambda rng: {"s": _s(rng.one((100, 1000)))}, None),
    "services die": ("services_die", lambda _: {}, None),
    "services block": ("services_block", lambda rng: {"s": _s(rng.spread(200, 20_000))}, None),
    "pin stuck": (
        "stick_pin",
        lambda rng: {"pin": rng.one(words.STUCK_PINS), "level": rng.one(words.LEVELS)},
        {"do": "free_pins"},
    ),
    "button stuck": ("button_down", lambda _: {}, {"do": "button_up"}),
    # What changes no decision, within the bounds in which it must not (DISTURBANCES of rules/acts.py judge by them).
    "hum": (
        "hum",
        lambda rng: {
            "uv": rng.spread(50, 1000),
            "hz": rng.one((49.5, 50, 50.5, 60)),
            "side": rng.one(words.SENSOR_SIDES),
        },
        {"do": "hum", "uv": 0},
    ),
    "offset": (
        "offset",
        lambda rng: {"uv": rng.whole(-1000, 1000), "side": rng.one(words.SENSOR_SIDES)},
        {"do": "offset", "uv": 0},
    ),
    "sparks": (
        "sparks",
        lambda rng: {"uv": rng.spread(300, 3000), "percent": rng.whole(1, 40), "s": 5},
        {"do": "sparks", "uv": 0},
    ),
    "spike": ("spike", lambda rng: {"uv": rng.spread(300, 30_000), "n": rng.one((1, 1, 2))}, None),
    "ground": ("ground", lambda rng: {"of": 0, "mohm": rng.one((0.2, 0.5, 1))}, {"do": "ground", "of": 0, "mohm": 0}),
    "cold end": (
        "cold_end",
        lambda rng: {"kelvin": rng.whole(1, 40), "ramp_s": rng.whole(20, 200)},
        {"do": "cold_end", "kelvin": 0, "ramp_s": 5},
    ),
    # And what does.
    "heat": (
        "heat",
        lambda rng: {"celsius": rng.whole(40, 400), "k_per_s": rng.whole(1, 5)},
        {"do": "heat", "celsius": 0},
    ),
    "valve": ("valve_sticks", lambda _: {}, {"do": "valve_frees"}),
    "coil": ("coil_open", lambda _: {}, {"do": "coil_open", "on": False}),
    "flash": ("flash", lambda _: {"mounts": False}, {"do": "flash", "mounts": True}),
    "alarm": ("alarm", lambda _: {}, {"do": "alarm", "on": False}),
    "presence": ("presence", lambda rng: {"on": rng.chance(0.5)}, {"do": "presence", "on": True}),
    "pump": ("pump", lambda rng: {"is": rng.one(("bridged", "weak"))}, {"do": "pump", "is": "sound"}),
}
BREAKS = ("reset", "hang", "exception")  # each of these may count as an abnormal end
WATCHDOG_MS = 3900  # a little less than the firmware's

# What acts do: (weight, act, its arguments)
ACTS: tuple[tuple[int, str, Callable[[Rng], Event]], ...] = (
    (6, "light", lambda rng: {"hold_s": _s(rng.whole(1000, 14_000))}),
    (6, "press", lambda _: {}),
    (2, "double_press", lambda _: {}),
    (1, "override", lambda _: {}),
    (1, "tremor", lambda rng: {"hz": rng.whole(4, 12), "duty": rng.whole(50, 85), "s": _s(rng.whole(2000, 4000))}),
    (1, "mash", lambda rng: {"hz": rng.whole(2, 6), "s": _s(rng.whole(1000, 3000))}),
    (3, "hold", lambda rng: {"s": _s(rng.whole(700, 1400))}),
    (1, "hold", lambda rng: {"s": _s(rng.whole(4900, 6500))}),
    (2, "knob_off", lambda _: {}),
    (2, "remote_off", lambda rng: {"source": rng.one(words.SOURCES)}),
    (2, "remote_extend", lambda _: {}),
    (1, "remote_less", lambda rng: {"min": rng.whole(1, 3)}),
    (1, "remote_arm", lambda _: {}),
    (4, "finger", lambda _: {}),  # of fingers.py, any
)
LIGHT = ACTS[0][1:]
WEIGHTED = tuple((do, args) for weight, do, args in ACTS for _ in range(weight))


def _half(rng: Rng) -> Event:
    """A contact or switch that conducts, as well as a sound one or worse."""
    return {"mohm": rng.spread(1, 70)} if rng.chance(0.5) else {}


def _s(ms: int) -> int | float:
    """Milliseconds as the seconds of a scenario."""
    return ms // 1000 if ms % 1000 == 0 else ms / 1000


# ---- the scenario --------------------------------------------------------------------------------------


def scenario_of(seed: int) -> dict[str, Any]:
    """The scenario of a seed, as it would stand in its file."""
    rng = Rng(seed)
    burners = rng.one((1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4))
    settings = _settings(rng, burners)
    stove = _stove(rng, burners, settings)
    calm = rng.chance(0.3)  # few acts and faults, so that a burn gets as far as its WARNING
    session_ms = rng.whole(80_000, 120_000) if calm else rng.whole(30_000, 100_000)
    if rng.chance(0.02):  # an absence takes five minutes
        settings |= {key: rng.whole(7, 8) for key in ("timer_default_min", "timer_max_min", "burn_max_min")}
        settings["burn_max_min"] = settings["timer_max_min"] = 8
        session_ms = rng.whole(400_000, 500_000)
    acts = [event for burner in range(burners) for event in _user_acts(rng, burner, session_ms, settings, calm)]
    faults = _faults(rng, burners, session_ms, acts, settings, 0.06 if calm else 0.25)
    events = [(at_ms, event) for at_ms, event in acts + faults if at_ms <= session_ms]
    recovery, expect, until_ms = _recovery(events, burners, session_ms, settings, stove)
    events = sorted(events + recovery, key=lambda pair: pair[0])
    return {
        "name": f"campaign seed {seed}",
        "about": "generated by campaign/generator.py: a random session with random faults, then everything is repaired",
        "until": show_time(until_ms),
        "seed": seed % (1 << 30),
        **({"files": _files(rng)} if rng.chance(0.1) else {}),
        "settings": settings,
        "stove": stove,
        "events": [{"at": show_time(at_ms), **event} for at_ms, event in events],
        "expect": expect,
    }


def _settings(rng: Rng, burners: int) -> dict[str, Any]:
    """Short times, so that much happens in a few minutes."""
    most = rng.whole(1, 3)
    settings = {
        "timer_default_min": rng.whole(1, most),
        "timer_step_min": 1,
        "timer_max_min": most,
        "burn_max_min": rng.whole(most, 4),
        "warning_s": rng.whole(15, 45),  # often most of the timer, so that WARNING is seen
        "override_max_min": 5,
        "ignite_window_s": rng.whole(10, 15),
        "flame_out_s": rng.whole(1, 5),
        "reclose_hold_s": rng.whole(3, 6),
        "verify_open_ms": rng.whole(400, 700),
        "flame_die_s": rng.whole(30, 40),
        "delay_coil_s": rng.one((0, 0, 0, 0, 1, 3)),
        "auto_arm": rng.chance(0.8),
        "remote_extend": rng.chance(0.3),
        "relay_drive": rng.one(("pulse", "pulse", "level")),
        **({"alarm_pin": 4} if rng.chance(0.2) else {}),
        **({"presence_pin": 35, "absence_min": 5, "absence_left_min": 1} if rng.chance(0.2) else {}),
    }
    if settings["relay_drive"] == "pulse" and rng.chance(0.2):
        settings["supply_pin"] = 36
    if rng.chance(0.2):
        settings["burners"] = [_own_times(rng) for _ in range(burners)]
    return settings


def _own_times(rng: Rng) -> dict[str, int]:
    most = rng.whole(1, 3)
    return {"timer_default_min": rng.whole(1, most), "timer_max_min": most, "burn_max_min": rng.whole(most, 4)}


def _files(rng: Rng) -> list[dict[str, Any]]:
    """What another version may have left on the flash: state and journal, with words of its own."""
    words_of = (
        *("?", "0", "0 0", "0 0 7 x", "1 2 3 4 5 6 7 8 9", "7 0 NEW_CAUSE 5 6 7", "one two"),
        *("1 0 BUTTON 12 0", "2 1 TIMEOUT 60 0 100", "999999999999 0 BUTTON 1 1", "-1 -1 - -1 -1"),
    )
    paths = rng.one((("state.txt",), ("journal.txt",), ("state.txt", "journal.txt")))
    return [{"path": path, "lines": [rng.one(words_of) for _ in range(rng.whole(0, 6))]} for path in paths]


def _stove(rng: Rng, burners: int, settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "burners": burners,
        "sensor": rng.chance(0.75),
        "emf_uv": rng.whole(14_000, 30_000),
        "contact_mohm": rng.whole(5, 40),
        "magnet_hold_ma": rng.whole(110, 190),
        "tip_heat_ms": rng.whole(2000, 6000),
        "tip_cool_ms": rng.whole(3000, 5000),
        "zero_second_ms": settings["delay_coil_s"] * 1000,
        "release_ms": rng.whole(3, 10),
        "operate_ms": rng.whole(5, 15),
        "bounce_ms": rng.whole(0, 5),
    }


def _user_acts(rng: Rng, burner: int, session_ms: int, settings: dict[str, Any], calm: bool) -> list[tuple[int, Event]]:
    """A user who acts often; many acts fall on the edge of a deadline."""
    found: list[tuple[int, Event]] = []
    at_ms = rng.whole(1000, 12_000)
    mean_ms = rng.spread(20_000, 60_000) if calm else rng.spread(2000, 20_000)
    while at_ms < session_ms:
        do, args = rng.one(WEIGHTED) if found or not calm else LIGHT
        event = {"do": do, "burner": burner, **args(rng)}
        if do == "finger":
            found += _finger(rng, burner, at_ms)
            at_ms = found[-1][0]
            event = found.pop()[1]
        if do == "light":  # the knob is released before the recovery
            event["hold_s"] = min(event["hold_s"], _s(max(session_ms - at_ms, 500)))
        found.append((at_ms, event))
        edge_ms = at_ms + 150 + rng.one(_edges_ms(settings))
        at_ms += rng.pause_ms(mean_ms)
        if rng.chance(0.2) and edge_ms < session_ms:
            at_ms = edge_ms + rng.whole(-80, 80)
    return found


def _finger(rng: Rng, burner: int, at_ms: int) -> list[tuple[int, Event]]:
    """One draw of a finger, contact by contact."""
    contacts = fingers.draw(fingers.FINGERS[rng.one(tuple(fingers.FINGERS))], rng.between)
    return [(at_ms + int(down), {"do": "hold", "burner": burner, "s": _s(1 + int(up - down))}) for down, up in contacts]


def _edges_ms(settings: dict[str, Any]) -> tuple[int, ...]:
    """How long after an act something is due."""
    timer_ms = settings["timer_default_min"] * 60_000
    warning_ms = settings["warning_s"] * 1000
    window_ms = settings["ignite_window_s"] * 1000
    return (timer_ms, timer_ms - warning_ms, window_ms, rest_s(settings) * 1000, 500, 800, 5000)


def _faults(
    rng: Rng, burners: int, session_ms: int, acts: list[tuple[int, Event]], settings: dict[str, Any], part: float
) -> list[tuple[int, Event]]:
    """Faults of a part of the kinds, each at a rate of its own; the others not at all, so that these get far."""
    found: list[tuple[int, Event]] = []
    # A chip that keeps dying is UNSTABLE for ten minutes: worth a look now and then, too long for every run.
    breaks_left = 9 if rng.chance(0.03) else UNSTABLE_ENDS - 2
    for kind in FAULTS:
        if not rng.chance(part) or kind == "pump" and "supply_pin" not in settings:
            continue
        mean_ms = rng.spread(8000, 150_000)
        at_ms = rng.pause_ms(mean_ms)
        while at_ms < session_ms and (kind not in BREAKS or breaks_left):
            breaks_left -= kind in BREAKS
            fault_ms = at_ms
            if acts and rng.chance(0.3):  # just when the user acts
                fault_ms = max(0, rng.one(acts)[0] + rng.whole(-300, 1200))
            found += _fault(rng, kind, rng.whole(0, burners - 1), fault_ms)
            at_ms += rng.pause_ms(mean_ms)
    return found


def _fault(rng: Rng, kind: str, burner: int, at_ms: int) -> list[tuple[int, Event]]:
    do, args, end = FAULTS[kind]
    found = [(at_ms, {"do": do, "burner": burner, **args(rng)})]
    if end is not None and rng.chance(0.7):
        found.append((at_ms + rng.spread(SHORT_FAULT_MS, LONG_FAULT_MS), {"burner": burner, **end}))
    return found


def _starved(events: list[tuple[int, Event]]) -> int:
    """How often stalls that follow one another may starve the watchdog."""
    times, until_ms, begun_ms = 0, -1, 0
    for at_ms, event in sorted(((at, e) for at, e in events if e["do"] == "gil_hold"), key=lambda pair: pair[0]):
        if at_ms > until_ms + 100:  # the program had a moment between them
            begun_ms = at_ms
        until_ms = max(until_ms, at_ms + event["ms"])
        times += until_ms - begun_ms >= WATCHDOG_MS
    return times


# ---- everything is repaired, and the controller must recover -------------------------------------------------------

ENDS_UNSTABLE_MS = QUIET_MS + 20_000
SETTLE_MS = 12_500  # from the last repair until the hottest tip is cold: a stuck driver needs another flame
LIT_MS = 9000  # a knob held over a flame shows that the contact is open, as soon as the slowest tip is warm
ACKNOWLEDGE_MS = 5400
TESTED_MS = 17_000  # at rest, until a pump that failed has passed its self-test
SERVICES_BACK_MS = 21_000  # a blocked thread, and the remote requests that wait for it


def _recovery(
    events: list[tuple[int, Event]], burners: int, repair_ms: int, settings: dict[str, Any], stove: dict[str, Any]
) -> tuple[list[tuple[int, Event]], list[Event], int]:
    """(events, expectations, end in ms): repair, light once to show that the contact is open, acknowledge, use."""
    done = [event["do"] for _, event in events]
    repairs: list[tuple[int, Event]] = [(repair_ms, {"do": "power_on"})] * ("power_off" in done)
    for burner in range(burners):
        ends = [end for _, _, end in FAULTS.values() if end is not None and end["do"] not in ("power_on", "unweld")]
        repairs += [(repair_ms, {"burner": burner, **end}) for end in [{"do": "unweld"}, {"do": "knob_off"}, *ends]]
    breaks = sum(done.count(FAULTS[kind][0]) for kind in BREAKS) + _starved(events)
    if "raise" in done:  # what has not been met yet must not wait for the recovery; Ctrl-C left the prompt
        repairs.append((repair_ms + 100, {"do": "reset", "cause": "hard"}))
        breaks += 1
    at_ms = repair_ms + (ENDS_UNSTABLE_MS if breaks >= UNSTABLE_ENDS else SETTLE_MS)
    if "services_block" in done:
        at_ms += SERVICES_BACK_MS
    lit_ms, cool_ms = at_ms, 4 * stove["tip_cool_ms"] + 2000
    held_ms = lit_ms + LIT_MS + 500 + cool_ms
    idle_ms = held_ms + ACKNOWLEDGE_MS + rest_s(settings) * 1000 + 3000
    pressed_ms = idle_ms + (TESTED_MS if "supply_pin" in settings else 500)
    off_ms = pressed_ms + 3000
    expect: list[Event] = []
    for burner in range(burners):
        repairs += [
            (lit_ms, {"do": "light", "burner": burner, "hold_s": _s(LIT_MS)}),
            (lit_ms + LIT_MS + 500, {"do": "knob_off", "burner": burner}),
            (held_ms, {"do": "hold", "burner": burner, "s": _s(ACKNOWLEDGE_MS)}),
            (pressed_ms, {"do": "press", "burner": burner}),
            (off_ms, {"do": "hold", "burner": burner, "s": 1}),
        ]
        expect += [
            {"at": show_time(idle_ms), "burner": burner, "state": "IDLE", "fault": None},
            {"at": show_time(pressed_ms + 700), "burner": burner, "coil": "on"},
            {"at": show_time(off_ms + 900), "burner": burner, "coil": "off"},
        ]
    return repairs, expect, off_ms + 2000
