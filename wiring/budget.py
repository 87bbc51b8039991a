"""The contact budget: does this contact leave the magnet of this stove enough current, and what does it cost the hand?

python -m wiring.budget --emf-mv 25 --coil-mohm 20 --tc-mohm 30 --leads-mm 400 --awg 20 --contact-mohm 15
                        --hold-ma 150 --drop-ma 80 [--joints 10] [--joint-mohm 1] [--hot-c 100]
                        [--heat-s 4] [--cool-s 25] [--lang en|zh] [--plot OUT.svg]
"""

import argparse
import sys
from dataclasses import dataclass, replace
from math import isfinite, pi
from pathlib import Path
from typing import NoReturn

from render import chart
from render.svg import Svg
from simulator.plant.magnet_loop import loop_ma, time_to_fall_ms, time_to_rise_ms

COPPER_OHM_MM2_M = 0.01724  # at 20 degrees C, annealed (IEC 60028)
COPPER_PER_K, COLD_C = 0.00393, 20
AGED = 20 / 28  # an old thermocouple gives 20 mV where it gave 28 (wiring/README.md, sources)
HAND_MAX_S = 3.0  # more than this and people release the knob too early; assumed
SENSE_OHM, BOX_V, SENSE_LEADS = 10_000, 5.0, 2  # a broken controller drives no more than this into the loop


class BudgetError(ValueError):
    """Something given is out of range; the text is one line with key, value and range."""


@dataclass(frozen=True)
class Loop:
    """What is asked: voltages in mV, resistances in mOhm, currents in mA, lengths in mm, times in s."""

    emf_mv: float = 25.0
    coil_mohm: float = 20.0
    tc_mohm: float = 30.0
    leads_mm: float = 400.0
    awg: float = 20.0
    contact_mohm: float = 15.0
    joints: float = 10.0
    joint_mohm: float = 1.0
    hot_c: float = 100.0
    hold_ma: float = 150.0
    drop_ma: float = 80.0
    heat_s: float = 4.0
    cool_s: float = 25.0

    @property
    def leads_mohm(self) -> float:
        """What the added leads have, there and back together."""
        diameter_mm = 0.127 * 92 ** ((36 - self.awg) / 39)
        return float(COPPER_OHM_MM2_M / (pi * diameter_mm**2 / 4) * self.leads_mm)

    @property
    def joints_mohm(self) -> float:
        """What tabs, ferrules, screws and solder joints have together."""
        return self.joints * self.joint_mohm

    def _emf_uv(self, aged: bool) -> float:
        return self.emf_mv * 1000 * (AGED if aged else 1)

    def _copper(self, aged: bool) -> float:
        """Times that copper has its resistance; an old thermocouple is judged after an hour of cooking."""
        return 1 + COPPER_PER_K * (self.hot_c - COLD_C) if aged else 1.0

    def rest_mohm(self, aged: bool = False) -> float:
        """All of the loop but the contact."""
        return self.tc_mohm + self.joints_mohm + (self.leads_mohm + self.coil_mohm) * self._copper(aged)

    def current_ma(self, contact_mohm: float, aged: bool = False) -> float:
        """In a full flame with that contact, leads and joints. aged: an old thermocouple, leads and coil hot."""
        coil_mohm = self.coil_mohm * self._copper(aged)
        return float(loop_ma(self._emf_uv(aged), self.rest_mohm(aged) - coil_mohm, contact_mohm, coil_mohm))

    def without_ma(self, aged: bool = False) -> float:
        """In a full flame before the controller was installed."""
        return float(loop_ma(self._emf_uv(aged), self.tc_mohm, 0, self.coil_mohm * self._copper(aged)))


# key: lowest, highest, unit, in words (en, zh). The plausible and some more: beyond that a unit is probably wrong.
RANGES: dict[str, tuple[float, float, str, str, str]] = {
    "emf_mv": (5, 60, "mV", "the thermocouple's open-circuit voltage in a full flame", "热电偶满焰开路电压"),
    "coil_mohm": (1, 500, "mOhm", "resistance of the magnet's coil", "电磁阀线圈电阻"),
    "tc_mohm": (1, 500, "mOhm", "resistance of the thermocouple with its own lead", "热电偶连同自带引线的电阻"),
    "leads_mm": (0, 5000, "mm", "length of the added leads, there and back together", "加装导线总长（去加回）"),
    "awg": (8, 30, "AWG", "gauge of the added leads", "加装导线线规"),
    "contact_mohm": (0.1, 5000, "mOhm", "resistance of the contact", "触点电阻"),
    "joints": (
        0,
        30,
        "",
        "joints in the added path: tabs, ferrules, screws, solder",
        "加装通路中的接头数：插片、端头、螺钉、焊点",
    ),
    "joint_mohm": (0.05, 20, "mOhm", "resistance of one joint", "一个接头的电阻"),
    "hot_c": (20, 150, "C", "leads and coil after an hour of cooking", "做饭一小时后导线和线圈的温度"),
    "hold_ma": (20, 1000, "mA", "current from which the pressed-in armature stays", "按下的衔铁能吸住的电流"),
    "drop_ma": (10, 1000, "mA", "current below which the armature has dropped out", "衔铁必已释放的电流"),
    "heat_s": (0.5, 60, "s", "time constant of the tip in the flame", "热电偶头在火焰中的时间常数"),
    "cool_s": (1, 300, "s", "time constant of the tip without a flame", "无火焰时热电偶头的时间常数"),
}


def option(key: str) -> str:
    return "--" + key.replace("_", "-")


def checked(given: dict[str, str]) -> Loop:
    """The loop of texts by key; BudgetError for what is no number, out of range, or contradicts itself."""
    values = {}
    for key, text in given.items():
        low, high, unit, _, _ = RANGES[key]
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not (isfinite(value) and low <= value <= high):
            raise BudgetError(f"{option(key)}: {text} is not a number from {low:g} to {high:g} {unit}".rstrip())
        values[key] = value
    loop = Loop(**values)
    if loop.drop_ma >= loop.hold_ma:
        low, below = RANGES["drop_ma"][0], loop.hold_ma
        raise BudgetError(
            f"--drop-ma: {loop.drop_ma:g} is not from {low:g} mA to below --hold-ma ({below:g} mA): "
            "a magnet drops out at less than its hold-in current"
        )
    return loop


# ---- the judgement ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Budget:
    """Currents in mA with a new and an old thermocouple; None for a time that never comes.

    verdict: "good", "tight" (holds, but not with an old thermocouple, or the hand waits too long) or "no".
    """

    now_ma: float
    aged_ma: float
    before_ma: float
    most_mohm: float  # of the contact for the magnet to hold; negative: not even without one
    surely_open_mohm: float  # a contact worse than this has surely made it drop out
    injected_ma: float
    hand_s: float | None
    hand_before_s: float | None
    closes_s: float
    closed_before_s: float
    verdict: str

    @property
    def extra_s(self) -> float | None:
        """How much longer the hand holds the knob."""
        return None if self.hand_s is None or self.hand_before_s is None else self.hand_s - self.hand_before_s


def contact_for(loop: Loop, ma: float, aged: bool = False) -> float:
    """The contact resistance in mOhm at which a full flame drives just that current."""
    return loop._emf_uv(aged) / ma - loop.rest_mohm(aged)


def judge(loop: Loop) -> Budget:
    """What this contact in this loop means."""
    now_ma, before_ma = loop.current_ma(loop.contact_mohm), loop.without_ma()
    aged_ma = loop.current_ma(loop.contact_mohm, aged=True)

    def seconds(full_ma: float) -> float | None:
        ms = time_to_rise_ms(loop.heat_s * 1000, full_ma, loop.hold_ma)
        return None if ms is None else ms / 1000

    hand_s, hand_before_s = seconds(now_ma), seconds(before_ma)
    if hand_s is None or hand_before_s is None:
        verdict = "no"
    elif aged_ma <= loop.hold_ma or hand_s - hand_before_s > HAND_MAX_S:
        verdict = "tight"
    else:
        verdict = "good"
    return Budget(
        now_ma,
        aged_ma,
        before_ma,
        contact_for(loop, loop.hold_ma),
        contact_for(loop, loop.drop_ma),
        SENSE_LEADS * BOX_V / SENSE_OHM * 1000,
        hand_s,
        hand_before_s,
        time_to_fall_ms(loop.cool_s * 1000, now_ma, loop.drop_ma) / 1000,
        time_to_fall_ms(loop.cool_s * 1000, before_ma, loop.drop_ma) / 1000,
        verdict,
    )


# ---- words --------------------------------------------------------------------------------------------------

WORDS = {
    "title": ("Contact budget", "触点预算"),
    "loop": (
        "Loop: {emf:g} mV over thermocouple {tc:g} + coil {coil:g} + added leads {leads:.1f} + "
        "{joints:g} joints {joined:g} + contact {contact:g} mΩ.",
        "回路：{emf:g} mV，热电偶 {tc:g} + 线圈 {coil:g} + 加装导线 {leads:.1f} + "
        "{joints:g} 个接头 {joined:g} + 触点 {contact:g} mΩ。",
    ),
    "holding": (
        "Holding: {now:.0f} mA, {times:.2f} times the {hold:g} mA that it needs ({before:.0f} mA without the "
        "controller; {aged:.0f} mA once the thermocouple is old and leads and coil have {hot:g} °C).",
        "吸持：{now:.0f} mA，是所需 {hold:g} mA 的 {times:.2f} 倍"
        "（不装 Curfew {before:.0f} mA；热电偶老化、导线和线圈 {hot:g} °C 时 {aged:.0f} mA）。",
    ),
    "releasing": (
        "Releasing: an open contact leaves 0 mA, and through its sense leads a broken controller drives at most "
        "{injected:g} mA into the loop, {less:.0f} times less than the {drop:g} mA below which the magnet "
        "has dropped out.",
        "释放：触点断开后为 0 mA；控制盒出故障时，经测量线流入回路的最多 {injected:g} mA，"
        "是必已释放电流 {drop:g} mA 的 1/{less:.0f}。",
    ),
    "between": (
        "A bad contact is not an open one: above {most:.0f} mΩ the magnet may not hold, "
        "only above {open:.0f} mΩ has it surely dropped out.",
        "触点变差不等于断开：超过 {most:.0f} mΩ 可能吸不住，超过 {open:.0f} mΩ 才必已释放。",
    ),
    "never": (
        "A bad contact is not an open one: only above {open:.0f} mΩ has the magnet surely dropped out.",
        "触点变差不等于断开：超过 {open:.0f} mΩ 电磁阀才必已释放。",
    ),
    "hand": (
        "Hand on the knob: {hand:.1f} s after the flame instead of {hand_before:.1f}, {extra:.1f} s longer "
        "(with a converter the controller beeps when you may release the knob).",
        "按住旋钮：着火后 {hand:.1f} 秒，原来 {hand_before:.1f} 秒，多 {extra:.1f} 秒"
        "（装了转换器时，可以松开旋钮时控制盒会响）。",
    ),
    "no hand": (
        "Hand on the knob: no time is long enough, the magnet never holds.",
        "按住旋钮：按多久都不够，电磁阀吸不住。",
    ),
    "closing": (
        "Flame gone, contact closed: the stove's own protection closes after at most {closes:.0f} s "
        "instead of {closed_before:.0f}.",
        "火焰熄灭而触点闭合时：灶具自身的保护最迟 {closes:.0f} 秒后关气，原来 {closed_before:.0f} 秒。",
    ),
    "good": (
        "This contact will do, up to {wanted:.0f} mΩ: an old thermocouple still holds, and the hand waits less than "
        "{extra_most:g} s longer.",
        "这个触点可用，{wanted:.0f} mΩ 以内都行：热电偶老化仍吸得住，旋钮多按不到 {extra_most:g} 秒。",
    ),
    "tight": ("This contact is tight: the magnet holds today, {why}.", "这个触点勉强：今天吸得住，{why}。"),
    "tight aged": ("but not with an old thermocouple", "但热电偶老化后就吸不住"),
    "tight hand": ("but the hand must wait {extra:.1f} s longer, too long", "但旋钮要多按 {extra:.1f} 秒，太久"),
    "no": (
        "This contact will not do: the magnet gets {now:.0f} mA and needs more than {hold:g}.",
        "这个触点不行：电磁阀只得到 {now:.0f} mA，需要大于 {hold:g} mA。",
    ),
    "stove": (
        "No contact will help: without the controller the magnet gets {before:.0f} mA. A new thermocouple first; "
        "if the numbers are your own, measure again.",
        "换触点没用：不装 Curfew，电磁阀也只有 {before:.0f} mA。先换新热电偶；若是自己测的数，请重测。",
    ),
    "to do contact": (
        "What to change: a contact of at most {wanted:.0f} mΩ "
        "(two poles in parallel halve it; gold, measured at 30 mV).",
        "怎么改：触点不超过 {wanted:.0f} mΩ（两组并联减半；镀金，在 30 mV 下测量）。",
    ),
    "to do leads": (
        "What to change: the leads first. {length:.0f} mm of AWG {awg:g} have {leads:.1f} mΩ; "
        "half the length, or three gauges thicker, has half of it.",
        "怎么改：先改导线。{length:.0f} mm 的 AWG {awg:g} 有 {leads:.1f} mΩ；长度减半或线规加粗三号，电阻减半。",
    ),
    "to do old": (
        "What to change: no contact makes it good, for an old thermocouple hardly holds this magnet by itself. "
        "With the present contact, joints and added leads may have {room:.0f} mΩ together; a new one helps most.",
        "怎么改：换什么触点都不算好，因为热电偶老化后本来就难吸住这个电磁阀。"
        "用现在的热电偶，触点、接头加导线最多 {room:.0f} mΩ；换新热电偶最有效。",
    ),
    "x": ("contact, mΩ", "触点电阻，mΩ"),
    "y": ("loop current, mA", "回路电流，mA"),
    "holds": ("holds", "吸得住"),
    "unsure": ("may hold or drop out", "可能吸住也可能释放"),
    "released": ("has dropped out", "必已释放"),
    "new": ("new thermocouple", "新热电偶"),
    "old": ("old thermocouple", "老化热电偶"),
    "this": ("this contact: {contact:g} mΩ, {now:.0f} mA", "此触点：{contact:g} mΩ，{now:.0f} mA"),
}


def advice(loop: Loop, found: Budget) -> str:
    """The key of the word that says what to change; "" when nothing needs it."""
    if found.verdict == "good":
        return ""
    if found.before_ma <= loop.hold_ma:
        return "stove"
    if wanted_mohm(loop) >= 1:
        return "to do contact"
    return "to do leads" if wanted_mohm(replace(loop, leads_mm=0)) >= 1 else "to do old"


def wanted_mohm(loop: Loop) -> float:
    """The worst contact that is good with these leads; below nothing when leads or stove leave no room."""
    low, high = 0.0, contact_for(loop, loop.hold_ma)
    if high <= 0 or judge_contact(loop, 0.0) != "good":
        return 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if judge_contact(loop, middle) == "good" else (low, middle)
    return low


def judge_contact(loop: Loop, contact_mohm: float) -> str:
    """The verdict with another contact."""
    return judge(replace(loop, contact_mohm=contact_mohm)).verdict


def said(key: str, language: int, loop: Loop, found: Budget) -> str:
    """One sentence of WORDS with its numbers."""
    why = "tight aged" if found.aged_ma <= loop.hold_ma else "tight hand"
    numbers = {
        "emf": loop.emf_mv,
        "tc": loop.tc_mohm,
        "coil": loop.coil_mohm,
        "leads": loop.leads_mohm,
        "joints": loop.joints,
        "joined": loop.joints_mohm,
        "hot": loop.hot_c,
        "length": loop.leads_mm,
        "awg": loop.awg,
        "contact": loop.contact_mohm,
        "hold": loop.hold_ma,
        "drop": loop.drop_ma,
        "now": found.now_ma,
        "before": found.before_ma,
        "aged": found.aged_ma,
        "times": found.now_ma / loop.hold_ma,
        "injected": found.injected_ma,
        "less": loop.drop_ma / found.injected_ma,
        "most": found.most_mohm,
        "open": found.surely_open_mohm,
        "hand": found.hand_s or 0,
        "hand_before": found.hand_before_s or 0,
        "extra": found.extra_s or 0,
        "extra_most": HAND_MAX_S,
        "closes": found.closes_s,
        "closed_before": found.closed_before_s,
        "wanted": wanted_mohm(loop),
        "room": found.most_mohm + loop.leads_mohm + loop.joints_mohm,
    }
    return WORDS[key][language].format(**numbers, why=WORDS[why][language].format(**numbers))


def report(loop: Loop, language: int) -> list[str]:
    """The sentences, the verdict last but for what to change."""
    found = judge(loop)
    keys = ["loop", "holding", "releasing", "between" if found.most_mohm > 0 else "never"]
    keys += ["no hand" if found.extra_s is None else "hand", "closing", found.verdict]
    keys += [key for key in (advice(loop, found),) if key]
    return [said(key, language, loop, found) for key in keys]


# ---- the picture --------------------------------------------------------------------------------------------


def picture(loop: Loop, language: int) -> str:
    """Loop current against contact resistance, with the bands of the magnet and this contact, as SVG."""
    found = judge(loop)
    shown = ("title", "loop", found.verdict, "x", "y", "holds", "unsure", "released", "new", "old", "this")
    named = {key: said(key, language, loop, found) for key in shown}
    svg = Svg()
    lines = [named["loop"], named[found.verdict]]
    top = chart.head(svg, named["title"], lines) + 24
    most_ma = 50 * (int(max(loop.current_ma(0), loop.hold_ma * 1.3) / 50) + 1)
    x_to = 20.0 * (int(max(loop.contact_mohm * 1.3, found.surely_open_mohm * 1.1, 40) / 20) + 1)
    panel = chart.Panel(svg, top, 330, (0, x_to), most_ma)
    panel.band(loop.hold_ma, most_ma, "good")
    panel.band(loop.drop_ma, loop.hold_ma, "unsure")
    panel.band(0, loop.drop_ma, "bad")
    steps = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
    panel.axes(
        next(step for step in steps if x_to / step <= 14), named["x"],
        next(step for step in steps if most_ma / step <= 8), named["y"],
    )  # fmt: skip
    points = [x_to * n / 120 for n in range(121)]
    panel.curve([(x, loop.current_ma(x)) for x in points], "new")
    panel.curve([(x, loop.current_ma(x, aged=True)) for x in points], "old")
    at_x, at_y = panel.x(loop.contact_mohm), panel.y(found.now_ma)
    svg.line(at_x, panel.top, at_x, panel.bottom, "mark")
    svg.rect(at_x - 4, at_y - 4, 8, 8, "dot", 4)
    right = at_x < (chart.LEFT + chart.RIGHT) / 2
    svg.text(at_x + (9 if right else -9), panel.top + 16, named["this"], "ink b", 13, "start" if right else "end")
    for name, ma, below in (("holds", loop.hold_ma, -7), ("unsure", loop.hold_ma, 16), ("released", 0, -7)):
        svg.text(chart.RIGHT - 8, panel.y(ma) + below, named[name], "ink", 12, "end")
    y = panel.bottom + 33
    for index, cls in enumerate(("new", "old")):
        x = chart.LEFT + 210 * index
        svg.line(x, y - 4, x + 30, y - 4, cls)
        svg.text(x + 38, y, named[cls], "ink", 12)
    return chart.whole(svg, y + 20, named["title"], lines)


# ---- command line -------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are one line."""

    def error(self, message: str) -> NoReturn:
        raise BudgetError(message)


def arguments() -> argparse.ArgumentParser:
    """The options; one a row of RANGES."""
    parser = _Parser(
        prog="python -m wiring.budget", description="Will this contact do in this stove?", allow_abbrev=False
    )
    for key, (low, high, unit, english, chinese) in RANGES.items():
        default = f"{getattr(Loop, key):g}"
        told = f"{english}, {low:g} to {high:g} {unit}, {default} if left out; {chinese}"
        parser.add_argument(option(key), metavar=unit, default=default, help=told)
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the words and the picture")
    parser.add_argument("--plot", metavar="OUT.svg", help="also draw loop current against contact resistance")
    return parser


def main(args: list[str]) -> int:
    """0: the contact will do; 1: it is tight or will not; 2: nonsense was given."""
    try:
        given = vars(arguments().parse_args(args))
        loop = checked({key: given[key] for key in RANGES})
        language = ("en", "zh").index(given["lang"])
        print("\n".join(report(loop, language)))
        if given["plot"]:
            Path(given["plot"]).write_text(picture(loop, language), "utf-8")
    except BudgetError as error:
        print(f"budget: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"budget: --plot: {given['plot']} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0 if judge(loop).verdict == "good" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
