"""The pulse drive's parts: when does the pump drop out, over all tolerances, and does it bridge what the firmware does?

python -m wiring.pump [--choose] [--lang en|zh] [--plot OUT.svg]
"""

import argparse
import itertools
import random
import sys
from collections import deque
from collections.abc import Iterator
from math import exp, log
from pathlib import Path

from render import chart
from render.svg import Svg
from simulator.plant import charge_pump

sys.path.append(str(Path(__file__).resolve().parent.parent / "firmware"))
from curfew.core import limits  # type: ignore[import-not-found]

Parts = dict[str, float]
FROM_S, TO_S = limits.STALL_MAX_MS / 1000, 2 * limits.STALL_MAX_MS / 1000  # DESIGN: bridges a stall, halts a hang
PERIOD_S = 2 * limits.TICK_MS / 1000  # each tick turns the pin once, so that every second one raises it
SEED, DRAWS = 1, 20_000
ROOM_S, SPARE_V = 0.1, 0.02  # what the choice of parts keeps from either end, and from dropping out in a stall

# What may differ from charge_pump.PARTS: key, lowest, highest, and why. Factors where the unit is "x".
SPREAD: tuple[tuple[str, float, float, str, str], ...] = (
    ("pin_v", 3.2, 3.4, "V", "the regulator of the board, 3 %"),
    ("supply_v", 4.7, 5.25, "V", "USB, 5 %, and its cable; the reference, too"),
    ("diode_v", 0.36, 0.66, "V", "BAV199's curve in ngspice gives 0.46 to 0.61 V from 0 to 70 degrees C"),
    ("c2_f", 0.92, 1.08, "x", "film 5 %, and 3 % with temperature"),
    ("c3_f", 0.92, 1.08, "x", "as C2"),
    ("r4_ohm", 0.985, 1.015, "x", "1 %, and 100 ppm/K over 50 K"),
    ("r5_ohm", 0.985, 1.015, "x", "as R4"),
    ("r6_ohm", 0.985, 1.015, "x", "as R4"),
    ("r7_ohm", 0.985, 1.015, "x", "as R4"),
    ("r9_ohm", 0.985, 1.015, "x", "as R4"),
    ("offset_v", -0.007, 0.007, "V", "of the comparator at most, with its own hysteresis"),
    ("leak_a", -15e-9, 20e-9, "A", "in: 3 V over 200 MOhm of C2, the guard ring keeps the board's away; out: BAV199 "
     "5 nA at 25 and 80 nA at 150 degrees C, so 14 nA at 70, and C3"),
)  # fmt: skip


def with_spread(parts: Parts, places: list[float]) -> Parts:
    """The parts with every spread at its place: 0 its lowest, 1 its highest."""
    made = dict(parts)
    for (key, low, high, unit, _), place in zip(SPREAD, places, strict=True):
        value = low + (high - low) * place
        made[key] = parts[key] * value if unit == "x" else value
    return made


def corners(parts: Parts) -> Iterator[Parts]:
    """Every combination of the ends of SPREAD."""
    for places in itertools.product((0.0, 1.0), repeat=len(SPREAD)):
        yield with_spread(parts, list(places))


# ---- one set of parts ---------------------------------------------------------------------------------------


def fallen_v(parts: Parts, volts: float, s: float) -> float:
    """C3 so long after it was at so many volts, without an edge."""
    rest_v = -parts["leak_a"] * parts["r4_ohm"]
    return float(rest_v + (volts - rest_v) * exp(-s / charge_pump.tau_s(parts)))


def full_v(parts: Parts, low_s: float = 0.0) -> float:
    """What edges charge C3 to when nothing takes from it; low_s: how long the pin was low, in which R9 empties C2."""
    left_v = parts["diode_v"] * exp(-low_s / charge_pump.node_tau_s(parts))
    return float(parts["pin_v"] - parts["diode_v"] - left_v)


def kept_v(parts: Parts) -> float:
    """C3 just after a rising edge, when there was one every PERIOD_S for long."""
    rest_v = -parts["leak_a"] * parts["r4_ohm"]
    left, share = exp(-PERIOD_S / charge_pump.tau_s(parts)), charge_pump.share(parts)
    lost = (1 - share) * rest_v * (1 - left) + full_v(parts, PERIOD_S / 2) * share
    return float(lost / (1 - (1 - share) * left))


def drop_out_s(parts: Parts) -> float:
    """From the last rising edge of a running pump until the coils drop out, whatever level the pin keeps.

    0 when it never fed them. R9 empties C2 faster than R4 does C3, so that D3 carries nothing after the edge.
    """
    off_v, on_v = charge_pump.thresholds_v(parts)
    rest_v, top_v = -parts["leak_a"] * parts["r4_ohm"], kept_v(parts)
    if top_v <= on_v:
        return 0.0
    if rest_v >= off_v:
        return float("inf")  # what leaks in keeps it up for ever
    return float(charge_pump.tau_s(parts) * log((top_v - rest_v) / (off_v - rest_v)))


def filled_ms(parts: Parts) -> int:
    """From the first edge of an empty pump until the coils are fed, in whole ticks, one for the edge itself."""
    _, on_v = charge_pump.thresholds_v(parts)
    volts, ms = 0.0, int(limits.TICK_MS)
    share, most_v = charge_pump.share(parts), full_v(parts)
    while (volts := volts + max(most_v - volts, 0.0) * share) <= on_v:
        volts = fallen_v(parts, volts, PERIOD_S)
        ms += 2 * limits.TICK_MS
        if ms > 10_000:
            break
    return ms


def spare_v(parts: Parts, tick_ms: int = limits.PUMP_TICK_MS) -> float:
    """How far above dropping out C3 stays at the worst, over every series of stalls that the firmware bridges.

    The firmware bridges a step when what former ones took, less tick_ms a tick, leaves room for it (controller.py).
    It begins with a pump that runs: one that had a single edge so far bridges less. Found by following the lowest
    voltage for every such account and for either edge to come; steps are whole ticks.
    """
    tick, most = limits.TICK_MS, limits.STALL_MAX_MS
    off_v, _ = charge_pump.thresholds_v(parts)
    most_v, share = full_v(parts), charge_pump.share(parts)  # R9 only adds to it
    rest_v = -parts["leak_a"] * parts["r4_ohm"]
    left = [exp(-n * tick / 1000 / charge_pump.tau_s(parts)) for n in range(most // tick + 1)]
    top_v = kept_v(parts)
    lowest = {(0, False): top_v, (0, True): rest_v + (top_v - rest_v) * left[1]}  # (account ms, rises next): volts
    spare, todo = top_v - off_v, deque(lowest)
    while todo:
        owed_ms, rises = todo.popleft()
        volts = lowest[owed_ms, rises]
        for n in range(1, (most - owed_ms) // tick + 1):
            after_v = rest_v + (volts - rest_v) * left[n]
            spare = min(spare, after_v - off_v)
            if rises:
                after_v += max(most_v - after_v, 0.0) * share
            state = (max(owed_ms + n * tick - tick_ms, 0), not rises)
            if after_v < lowest.get(state, float("inf")) - 1e-6:
                lowest[state] = after_v
                todo.append(state)
    return float(spare)


# ---- many sets ----------------------------------------------------------------------------------------------


def ends(parts: Parts) -> tuple[Parts, Parts]:
    """The corner that drops out first and the one that drops out last."""
    made = sorted(corners(parts), key=drop_out_s)
    return made[0], made[-1]


def drawn(parts: Parts, seed: int = SEED, draws: int = DRAWS) -> list[float]:
    """drop_out_s of so many controllers, each part anywhere within its spread, evenly; equal for equal seeds."""
    dice = random.Random(seed)
    return [drop_out_s(with_spread(parts, [dice.random() for _ in SPREAD])) for _ in range(draws)]


# ---- the choice ---------------------------------------------------------------------------------------------

# What can be bought with 1 %, R4 and R5 as two in parallel, R6 as two in series; both capacitors are one type of film.
CHOICES = {
    "r4_ohm": (235e3, 280e3, 310e3, 340e3, 375e3, 410e3),
    "r5_ohm": (235e3, 280e3, 310e3, 340e3, 375e3, 410e3),
    "r6_ohm": (20e3, 24e3, 26e3, 28e3, 30e3, 36e3),
    "r7_ohm": (100e3, 150e3, 220e3),
}


def choose(parts: Parts) -> list[Parts]:
    """Every choice that keeps ROOM_S and SPARE_V, the highest lower threshold first.

    A high threshold minds the comparator's drift and what leaks the least; the room decides who may take part.
    """
    found = []
    for values in itertools.product(*CHOICES.values()):
        made = {**parts, **dict(zip(CHOICES, values, strict=True))}
        if not FROM_S + ROOM_S < drop_out_s(made) < TO_S - ROOM_S:
            continue
        first, last = ends(made)
        if drop_out_s(first) < FROM_S + ROOM_S or drop_out_s(last) > TO_S - ROOM_S or spare_v(first) < SPARE_V:
            continue
        found.append(made)
    return sorted(found, key=lambda made: -charge_pump.thresholds_v(made)[0])


# ---- words and picture --------------------------------------------------------------------------------------

WORDS = {
    "title": ("Pulse drive: when the pump drops out", "脉冲驱动：电荷泵何时断开触点"),
    "parts": (
        "C2 {c2:g} µF, C3 {c3:g} µF, R4 {r4:g} kΩ, R5 {r5:g} kΩ, R6 {r6:g} kΩ, R7 {r7:g} kΩ, R9 {r9:g} kΩ: "
        "on above {on:.2f} V, off below {off:.2f} V.",
        "C2 {c2:g} µF，C3 {c3:g} µF，R4 {r4:g} kΩ，R5 {r5:g} kΩ，R6 {r6:g} kΩ，R7 {r7:g} kΩ，R9 {r9:g} kΩ："
        "高于 {on:.2f} V 接通，低于 {off:.2f} V 断开。",
    ),
    "time": (
        "The coils drop out {nominal:.2f} s after the last edge that fills, whatever level the pin keeps; "
        "{first:.2f} to {last:.2f} s over all corners ({wanted_from:g} to {wanted_to:g} wanted).",
        "最后一个充电边沿后 {nominal:.2f} 秒释放线圈，引脚停在高或低电平都一样；"
        "所有极限组合为 {first:.2f} 到 {last:.2f} 秒"
        "（要求 {wanted_from:g} 到 {wanted_to:g} 秒）。",
    ),
    "drawn": (
        "{draws:,} controllers drawn (seed {seed}): {low:.2f} to {high:.2f} s, half of them {q1:.2f} to {q3:.2f} s.",
        "随机抽取 {draws:,} 台（种子 {seed}）：{low:.2f} 到 {high:.2f} 秒，半数在 {q1:.2f} 到 {q3:.2f} 秒。",
    ),
    "stalls": (
        "Every series of stalls that the firmware bridges leaves the worst corner {spare:.0f} mV above drop-out.",
        "固件所容忍的任何停顿序列，最差的极限组合离释放仍有 {spare:.0f} mV。",
    ),
    "filled": (
        "An empty pump feeds the coils within {filled:d} ms of the first edge.",
        "放空的电荷泵在第一个边沿后 {filled:d} ms 内给线圈供电。",
    ),
    "x": ("seconds after the last edge that fills", "最后一个充电边沿之后，秒"),
    "y": ("C3, volts", "C3，伏"),
    "count": ("controllers drawn", "抽取的台数"),
    "too soon": ("too soon: a stall", "太早：停顿"),
    "too late": ("too late", "太晚"),
    "nominal": ("as marked", "标称"),
    "corner": ("first and last corner", "最早和最晚的极限组合"),
}


def numbers_of(parts: Parts) -> dict[str, float]:
    """Everything that the words need."""
    first, last = ends(parts)
    times = sorted(drawn(parts))
    off_v, on_v = charge_pump.thresholds_v(parts)
    return {
        "c2": parts["c2_f"] * 1e6,
        "c3": parts["c3_f"] * 1e6,
        **{key: parts[f"{key}_ohm"] / 1000 for key in ("r4", "r5", "r6", "r7", "r9")},
        "off": off_v,
        "on": on_v,
        "nominal": drop_out_s(parts),
        "first": drop_out_s(first),
        "last": drop_out_s(last),
        "wanted_from": FROM_S,
        "wanted_to": TO_S,
        "draws": len(times),
        "seed": SEED,
        "low": times[0],
        "high": times[-1],
        "q1": times[len(times) // 4],
        "q3": times[3 * len(times) // 4],
        "spare": spare_v(first) * 1000,
        "filled": max(filled_ms(corner) for corner in corners(parts)),
    }


def report(parts: Parts, language: int) -> list[str]:
    """The sentences."""
    numbers = numbers_of(parts)
    return [WORDS[key][language].format(**numbers) for key in ("parts", "time", "drawn", "stalls", "filled")]


def picture(parts: Parts, language: int) -> str:
    """C3 after the last edge, for the parts as marked and both ends, and the controllers drawn, as SVG."""
    named = {key: words[language] for key, words in WORDS.items()}
    lines = report(parts, language)[:3]
    svg = Svg()
    top = chart.head(svg, named["title"], lines) + 24
    x_to, y_to = 5.0, 3.0
    volts = chart.Panel(svg, top, 250, (0, x_to), y_to)
    counts = [0] * 100
    for s in drawn(parts):
        counts[min(int(s / x_to * 100), 99)] += 1
    counted = chart.Panel(svg, volts.bottom + 42, 90, (0, x_to), max(counts) * 1.1)
    for panel in (volts, counted):
        panel.column(0, FROM_S, "unsure")
        panel.column(FROM_S, TO_S, "good")
        panel.column(TO_S, x_to, "bad")
    for n, count in enumerate(counts):
        if count:
            left, right = counted.x(n * x_to / 100), counted.x((n + 1) * x_to / 100)
            svg.rect(left, counted.y(count), right - left - 0.6, counted.bottom - counted.y(count), "bar")
    volts.axes(0.5, "", 0.5, named["y"])
    counted.axes(0.5, named["x"], 0, named["count"])
    svg.text(volts.x(0) + 8, volts.bottom - 9, named["too soon"], "ink", 12)
    svg.text(volts.x(x_to) - 8, volts.top + 17, named["too late"], "ink", 12, "end")
    for made, cls in ((ends(parts)[0], "old"), (parts, "new"), (ends(parts)[1], "old")):
        let_go, from_v = drop_out_s(made), kept_v(made)
        volts.curve([(let_go * n / 80, fallen_v(made, from_v, let_go * n / 80)) for n in range(81)], cls)
        at_x, at_y = volts.x(let_go), volts.y(charge_pump.thresholds_v(made)[0])
        svg.rect(at_x - 3.5, at_y - 3.5, 7, 7, "dot", 3.5)
        svg.text(at_x, at_y + 18, f"{let_go:.2f} s", "ink b" if cls == "new" else "ink", 12, "middle")
    y = counted.bottom + 33
    for index, (name, cls) in enumerate((("nominal", "new"), ("corner", "old"))):
        x = chart.LEFT + 210 * index
        svg.line(x, y - 4, x + 30, y - 4, cls)
        svg.text(x + 38, y, named[name], "ink", 12)
    return chart.whole(svg, y + 20, named["title"], lines)


def main(args: list[str]) -> int:
    """0, or 2 for arguments that are wrong."""
    parser = argparse.ArgumentParser(prog="python -m wiring.pump", description="The parts of the pulse drive.")
    parser.add_argument("--choose", action="store_true", help="search the values again and list what would do")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the words and the picture")
    parser.add_argument("--plot", metavar="OUT.svg", help="also draw how C3 empties, and the controllers drawn")
    given = parser.parse_args(args)
    language = ("en", "zh").index(given.lang)
    if given.choose:
        for made in choose(charge_pump.PARTS):
            print(*report(made, language)[:2], sep="\n")
    else:
        print("\n".join(report(charge_pump.PARTS, language)))
    if given.plot:
        try:
            Path(given.plot).write_text(picture(charge_pump.PARTS, language), "utf-8")
        except OSError as error:
            print(f"pump: --plot: {given.plot} cannot be written: {error.strerror}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
