"""What the interactive stove shows and saves: the values of a frame, and what was done as a scenario."""

from typing import Any

from simulator import run_settings
from simulator.inside import MODULES
from simulator.result import parse
from simulator.times import parse_time, show_time

SPEEDS = (0, 1, 10, 60)
TICK_MS = 20  # of the controller: the shortest step
DEFAULT: dict[str, Any] = {
    "name": "at the stove",
    "settings": {"display_clk_pin": 4, "display_dio_pin": 13},
    "stove": {"burners": 2, "sensor": True},
}
# What `raise` may name.
CALLS = (
    "Pin", "Pin.value", "PWM", "PWM.freq", "PWM.duty_u16", "I2C", "I2C.writeto", "I2C.readfrom_mem_into", "WDT",
    "WDT.feed", "RTC.memory", "machine.reset", "NeoPixel.write", "time.ticks_ms", "time.sleep_ms", "lock.acquire",
    "lock.release", "gc.collect", "_thread.start_new_thread",
)  # fmt: skip
HELD_MS = 3_600_000  # the knob is held, while its release is not known yet
TOLERANCE_MS = 100  # of what a saved scenario expects
report: Any = MODULES["report"]
BURNER_KEYS = (
    "knob", "pressed", "simmer", "gas", "flame", "held", "coil", "closed", "mohm", "tip_c", "tc_uv", "magnet_uv", "ma",
    "button", "pixel", "state", "remaining_s", "cause", "fault", "light", "welded", "stuck_open", "bypass", "film_mohm",
    "water_ml", "water_c", "steams",
)  # fmt: skip


# What the display's segments show; with the dot of the second digit a colon.
SEGMENTS = {
    0x3F: "0", 0x06: "1", 0x5B: "2", 0x4F: "3", 0x66: "4", 0x6D: "5", 0x7D: "6", 0x07: "7", 0x7F: "8", 0x6F: "9",
    0x40: "-", 0x71: "F", 0x74: "h", 0: " ",
}  # fmt: skip


class Refused(ValueError):
    """The request cannot be carried out; the text is one line that says why."""


def as_scenario(stove: Any, name: str | None = None) -> dict[str, Any]:
    """What was done until now as a scenario that the command line plays to the same result."""
    now_ms = max(stove.world.now_ms, 1)
    kept = {key: stove.top[key] for key in ("seed", "stove", *run_settings.KEYS) if key in stove.top}
    events = [(event[0], item) for event, item in zip(stove.plan["events"], stove.items, strict=True)]
    done = [dict(item) for at_ms, item in sorted(events, key=lambda pair: pair[0]) if at_ms < now_ms]
    for item in done:
        if item["do"] == "light" and item.get("hold_s") == HELD_MS // 1000:  # the user is still there
            item["hold_s"] = max(1, (now_ms - (parse_time(item["at"]) or 0)) // 1000)
    return {
        "name": (name or stove.top["name"]).strip() or "at the stove",
        "about": f"Played at the interactive stove, {show_time(now_ms)} long.",
        "until": show_time(now_ms),
        **kept,
        "events": done,
        "expect": _expect(stove, now_ms),
    }


def _expect(stove: Any, now_ms: int) -> list[dict[str, Any]]:
    result = parse(stove.lines)
    expect: list[dict[str, Any]] = []
    for burner in range(len(stove.world.burners)):
        shutoffs = result.shutoffs(burner)
        expect.append({"burner": burner, "shutoffs": len(shutoffs)})
        for line in shutoffs:
            if line["cause"]:
                ends = max(0, line["t_ms"] - TOLERANCE_MS), min(now_ms, line["t_ms"] + TOLERANCE_MS)
                between = [show_time(end) for end in ends]
                expect.append({"burner": burner, "shutoff_by": line["cause"], "between": between})
        last = result.at(burner, now_ms)
        if last:
            keys = ("contact", "gas", "fault")
            expect.append({"at": show_time(now_ms), "burner": burner, **{key: last[key] for key in keys}})
    return expect


def burner_values(stove: Any, index: int) -> list[Any]:
    """The values of BURNER_KEYS of one burner as they are now."""
    world, burner = stove.world, stove.world.burners[index]
    mohm = burner.contact_mohm()
    values = stove._values[16 * index : 16 * index + 16]
    pot = world.pots[index]
    reported: list[Any] = [None, 0, None, None, None]
    if values and world.running:
        fault = values[report.FAULT]
        reported = [
            report.STATES[values[report.STATE]], values[report.REMAINING_S],
            report.cause_text(values[report.CAUSE], values[report.DETAIL]),
            report.FAULTS[fault] if fault >= 0 else None, report.LIGHTS[values[report.LIGHT]],
        ]  # fmt: skip
    return [
        burner.knob, burner.pressed, burner.simmer, burner.gas, burner.flame, burner.held, burner.coil,
        burner.closed, None if mohm is None else round(mohm, 1), round(burner.tip_dc / 10, 1), burner.tc_uv,
        burner.magnet_uv, round(burner.magnet_uv / burner.stove["coil_mohm"], 1), world.buttons[index],
        stove.pixels[index] if world.running else 0, *reported, burner.welded, burner.stuck_open, burner.bypass,
        burner.film_mohm, round(pot.water_ml), round(pot.water_c), pot.steams,
    ]  # fmt: skip
