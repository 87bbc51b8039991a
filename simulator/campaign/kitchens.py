"""Kitchens by the thousand: burns with disturbances and no fault (nuisance), and burns with one real fault (missed).

A seed is a scenario. The judge sees only the stove's truth (gas, flame, coil) and what is shown: in a nuisance burn no
fault, and no shut-off but those asked for; in a missed one a fault in time, as long as a flame burns that no one times.
Ranges are those of wiring/README.md; * marks what no source gives, assumed. "n of" in brackets: numbers of its sources.
"""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from simulator import run_settings, scenario
from simulator.campaign.generator import Event, Rng
from simulator.play import Verdict, play_inside
from simulator.result import Result
from simulator.times import show_time

NUISANCE, MISSED = "nuisance", "missed"
# key of the stove, lowest, highest
STOVE = (
    ("emf_uv", 12_000, 32_000),  # open circuit at full flame: 10-20 mV on small stoves, 17-32 elsewhere
    ("tc_mohm", 20, 40),  # derived from loaded against open voltage
    ("coil_mohm", 12, 25),  # 1-2 mV at 80 mA
    ("leads_mohm", 4, 10),  # *
    ("contact_mohm", 5, 25),  # * clean gold contacts; data sheets promise 50-100
    ("tip_heat_ms", 2000, 8000),  # the knob is held for 3-5 s, up to 20 by model
    ("tip_cool_ms", 8000, 60_000),  # valves close 9-60 s after the flame is gone
)
HOLD_MA = (90, 230)  # makers guarantee that 230 mA hold
DROP_MA = (40, 230)  # below 80 it must have dropped out; what it really takes is not known
SPARE = 1.3  # a stove that works has so much more current than its magnet needs
LIGHT_MS = 20_000
RUN_MS = 230_000  # from the ignition to the end of the burn and of its flame, whatever ends it
TIMER_MS = 120_000
HUM_HZ = ((49_500, 50_500), (59_500, 60_500))  # millihertz, EN 50160
HUM_UV, OFFSET_UV, DRIFT_UV, SPARKS_UV, GROUND_UV, COLD_END_K = 1000, 1000, 200, 3000, 1000, 40
OFF_UV, TIP_K = 1500, 575  # loaded_off_uv as shipped; a full flame's tip above the room
SEEN_MS = 40_000  # S14: flame_die_s, and so much more
DIE_S = 90
WRONG_ENDS = ("FLAME_OUT", "CONTACT_OPEN", "NO_IGNITION", "CLOCK", "RESTART", "WELD_TEST")


class Kitchen:
    """One drawn kitchen: `top` is its scenario; what the judge must know beside the trace."""

    def __init__(self, kind: str, seed: int):
        self.kind = kind
        self.rng = rng = Rng(seed * 2 + (kind == MISSED))
        self.stove, self.full_ma = _stove(rng)
        self.taught = seed % 2 == 0  # what its commissioning would have learned
        self.learned: dict[str, int] = {}  # settings of burner 0
        self.events: list[tuple[int, Event]] = []
        self.two = rng.chance(0.4)
        self._light(0, LIGHT_MS)
        if self.two:
            self._light(1, LIGHT_MS + rng.whole(-12_000, 60_000))
        for disturb in (_hum, _offset, _sparks, _ground, _cold_end):
            if rng.chance(0.5 if kind == NUISANCE else 0.25):
                disturb(self)
        if kind == NUISANCE:
            _cook(self)
            self.end_ms = LIGHT_MS + RUN_MS
        else:
            _break(self)
        self.seed = seed
        self.top = {
            "name": f"{kind} kitchen {seed}",
            "until": show_time(self.end_ms),
            "seed": seed % (1 << 30),
            "settings": {
                "timer_default_min": 2, "timer_step_min": 1, "timer_max_min": 4, "warning_s": 20, "flame_die_s": DIE_S,
                **({"burners": [self.learned]} if self.taught else {}),
            },
            "stove": {"burners": 2 if self.two else 1, **self.stove},
            "events": [{"at": show_time(max(ms, 0)), **event} for ms, event in sorted(self.events, key=lambda e: e[0])],
        }  # fmt: skip

    def at(self, ms: int, do: str, burner: int = 0, **args: Any) -> None:
        self.events.append((ms, {"do": do, "burner": burner, **args}))

    def _light(self, burner: int, ms: int) -> None:
        """The knob is held until the magnet surely holds."""
        hold_ms = 3000 + 3 * self.stove["tip_heat_ms"]
        self.at(ms, "light", burner, hold_s=hold_ms / 1000)


def _stove(rng: Rng) -> tuple[dict[str, int], float]:
    """(values of a stove that holds its own flame, its current in mA at full flame)."""
    while True:
        stove = {key: rng.whole(low, high) for key, low, high in STOVE}
        ohms = sum(stove[key] for key in ("tc_mohm", "coil_mohm", "leads_mohm", "contact_mohm"))
        full_ma = stove["emf_uv"] / ohms
        stove["magnet_hold_ma"] = rng.whole(*HOLD_MA)
        stove["magnet_drop_ma"] = rng.whole(DROP_MA[0], min(DROP_MA[1], stove["magnet_hold_ma"] - 1))
        if full_ma >= SPARE * stove["magnet_hold_ma"]:
            return stove, full_ma


# ---- what changes no decision -------------------------------------------------------------------------------------


def _hum(one: Kitchen) -> None:
    rng = one.rng
    hz = rng.whole(*rng.one(HUM_HZ)) / 1000
    one.at(rng.whole(0, 60_000), "hum", uv=rng.whole(100, HUM_UV), hz=hz, side=rng.one(("tc", "magnet", "both")))


def _offset(one: Kitchen) -> None:
    rng = one.rng
    for side in rng.one((("tc",), ("magnet",), ("both",), ("tc", "magnet"))):
        uv = rng.whole(-OFFSET_UV, OFFSET_UV)
        one.at(0, "offset", uv=uv, side=side)
        one.learned.update({f"zero_{name}_uv": uv for name in ("tc", "magnet") if side in (name, "both")})
        one.at(rng.whole(30_000, 200_000), "offset", uv=uv + rng.whole(-DRIFT_UV, DRIFT_UV), side=side)


def _sparks(one: Kitchen) -> None:
    for light_ms in [ms for ms, event in one.events if event["do"] == "light"]:
        one.at(light_ms, "sparks", uv=one.rng.whole(500, SPARKS_UV), percent=one.rng.whole(5, 40), s=5)


def _ground(one: Kitchen) -> None:
    if one.two:
        micro_ohm = int(one.rng.whole(100, GROUND_UV) / one.full_ma * 1000)
        one.at(0, "ground", of=1, mohm=micro_ohm / 1000)
        one.learned["ground_permille"] = min(micro_ohm // one.stove["coil_mohm"], 200)


def _cold_end(one: Kitchen) -> None:
    ramp_s = one.rng.whole(60, 400)
    one.at(one.rng.whole(0, 100_000), "cold_end", kelvin=one.rng.whole(1, COLD_END_K), ramp_s=ramp_s)


def _lowest_percent(one: Kitchen) -> int:
    """The smallest flame that holds its valve; untaught, one above the shipped threshold whatever disturbs it."""
    holds = max(22, int(100 * SPARE * one.stove["magnet_drop_ma"] / one.full_ma))
    full_uv = one.full_ma * (one.stove["coil_mohm"] + one.stove["contact_mohm"])
    if one.taught:  # half of the level of its smallest flame
        one.learned["loaded_off_uv"] = max(500, min(1500, int(full_uv * holds / 200)))
        one.learned["flame_lost_percent"] = min(15, max(5, holds // 2))
        return holds
    taken_uv = OFF_UV + max(-one.learned.get("zero_tc_uv", 0), 0) + DRIFT_UV + full_uv * COLD_END_K / TIP_K
    return max(holds, int(100 * taken_uv / full_uv) + 1)


def _cook(one: Kitchen) -> None:
    """Gusts, a lower flame that still holds its valve, a press; and one of the ways to end a burn."""
    rng = one.rng
    from_ms, to_ms = LIGHT_MS + 45_000, LIGHT_MS + TIMER_MS - 25_000
    lowest = _lowest_percent(one)
    level = rng.whole(lowest, 100) if rng.chance(0.5) and lowest < 100 else 100
    one.at(LIGHT_MS + 40_000, "simmer", percent=level)
    for _ in range(rng.whole(0, 2)):
        gust_ms = rng.whole(from_ms, to_ms - 9000)
        dip = max(level * rng.whole(30, 80) // 100, lowest)
        if dip < level:
            one.at(gust_ms, "simmer", percent=dip)
            one.at(gust_ms + rng.whole(1000, 8000), "simmer", percent=level)
    end = rng.one(("time", "time", "hold", "remote_off", "knob_off"))
    if rng.chance(0.3):
        one.at(rng.whole(from_ms, to_ms), "press")
    end_ms = rng.whole(to_ms - 20_000, to_ms)
    if end == "knob_off":
        one.at(end_ms, "knob_off")
    elif end == "hold":
        one.at(end_ms, "hold", s=1)
    elif end == "remote_off":
        one.at(end_ms, "remote_off", source="web")


# ---- one real fault -----------------------------------------------------------------------------------------------


def _break(one: Kitchen) -> None:
    """A contact, bypass, driver or valve that keeps the gas on after the shut-off; mOhm up to what still holds it."""
    rng = one.rng
    stove = one.stove
    others = stove["tc_mohm"] + stove["leads_mohm"] + stove["coil_mohm"]
    most_mohm = min(70, int(stove["emf_uv"] / (stove["magnet_drop_ma"] * 1.1)) - others)
    kind = rng.one(("weld", "weld", "bypass", "valve_sticks", "stick_pin"))
    fault_ms = rng.whole(LIGHT_MS + 40_000, LIGHT_MS + 60_000)
    off_ms = fault_ms + rng.whole(1000, 20_000)
    if kind == "stick_pin":
        one.at(fault_ms, kind, pin="relay", level="high")
    elif kind == "valve_sticks":
        one.at(fault_ms, kind)
    else:
        args: Event = {"mohm": rng.whole(1, max(most_mohm, 1))}
        one.at(fault_ms, kind, **({"on": True} if kind == "bypass" else {}), **args)
    one.at(off_ms, *rng.one((("hold",), ("remote_off",))))
    one.end_ms = off_ms + (DIE_S + 110) * 1000 + SEEN_MS


# ---- the judge ------------------------------------------------------------------------------------------------------


def wrong(one: Kitchen, verdict: Verdict) -> list[str]:
    """What was wrong with a run of a kitchen, in sentences."""
    found = [f"{name}: {text}" for name, text in verdict.failed_invariants]
    if verdict.died:
        found.append(verdict.died)
    judge = _nuisances if one.kind == NUISANCE else _unseen
    return found + list(judge(verdict.result))


def _nuisances(result: Result) -> Iterator[str]:
    for burner, lines in result.by_burner.items():
        for before, line in zip(lines, lines[1:], strict=False):
            t_ms = show_time(line["t_ms"])
            if line["fault"] is not None and before["fault"] is None:
                yield f"burner {burner} at {t_ms}: a false {line['fault']}"
            if line["sound"] == "ARMED" and before["state"] in ("BURNING", "WARNING") and before["sound"] != "ARMED":
                yield f"burner {burner} at {t_ms}: its time began anew, and no pot was changed"
            ended = before["coil"] == "on" and line["coil"] == "off"
            if ended and before["flame"] == "on" and line["cause"] in WRONG_ENDS:
                yield f"burner {burner} at {t_ms}: a false shut-off by {line['cause']}"
        if not any(line["state"] == "BURNING" for line in lines):
            yield f"burner {burner}: a flame burnt, and its timer never started"


def _unseen(result: Result) -> Iterator[str]:
    """Gas and flame on with the coil off, for longer than S14 allows, and no fault shown by then."""
    for burner, lines in result.by_burner.items():
        since_ms = None
        for line, after in zip(lines, [*lines[1:], None], strict=False):
            untimed = line["flame"] == "on" and line["coil"] == "off" and line["state"] not in ("IDLE", None)
            if not untimed or line["fault"] is not None:
                since_ms = None
                continue
            since_ms = line["t_ms"] if since_ms is None else since_ms
            to_ms = result.last_ms if after is None else after["t_ms"]
            if to_ms - since_ms > (DIE_S + 60) * 1000 + SEEN_MS:
                yield f"burner {burner} at {show_time(since_ms)}: a flame that no one times, and no fault shows it"
                break


def run(kind: str, seed: int, native: dict[str, ModuleType] | None = None) -> list[str]:
    """Draw, run and judge one kitchen; native: as in simulator/native.py."""
    one = Kitchen(kind, seed)
    wanted = scenario.parse(json.dumps(one.top), run_settings.shipped())
    return wrong(one, play_inside(wanted, native))
