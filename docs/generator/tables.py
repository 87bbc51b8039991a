"""The generated tables of the documents: states, transitions, sounds, causes, faults, settings, entities, the demo."""

import io
import re
import tokenize

import catalog
from docs.generator import EN, ROOT
from docs.generator.firmware import faults, limits, pins, signals, table
from docs.generator.names import (
    CAUSES,
    EFFECTS,
    EVENTS,
    GUARDS,
    SOUNDS,
    STATES,
    phrase,
    rhythms,
    signs,
    sounds,
    states_in,
    table_rows,
)
from render.markdown import rows
from simulator.play import play
from simulator.scenario import load
from simulator.view import timeline
from wiring.source import source

LIMITS = ROOT / "firmware" / "curfew" / "core" / "limits.py"
DEMO = ROOT / "scenarios" / "demo.json"
COMMA = (", ", "，")
TIMES = (("{n:g} s", "{n:g} min"), ("{n:g} 秒", "{n:g} 分钟"))
NO_BUILD_ID = "build 1a2b3c4d"  # the document would change with every byte of the firmware


def code(text: str) -> str:
    """Text as Markdown code."""
    return f"`{text}`"


def code_or_empty(name: str) -> str:
    """A name as Markdown code; empty for none."""
    return code(name) if name else ""


def time_of(seconds: int, language: int) -> str:
    """Seconds, or minutes from one minute up."""
    short, long = TIMES[language]
    return short.format(n=seconds) if seconds < 60 else long.format(n=seconds / 60)


def light_of(number: int, language: int) -> str:
    """A light's color and rhythm."""
    on_ms, off_ms = rhythms()[number]
    color = phrase("light", catalog.names("light")[number], language)
    if number == signals.DARK:
        return color
    flash, steady = ("{on} s on, {off} s off", "亮 {on} 秒，灭 {off} 秒")[language], ("steady", "常亮")[language]
    rhythm = flash if off_ms else steady
    return color + COMMA[language] + rhythm.format(on=f"{on_ms / 1000:g}", off=f"{off_ms / 1000:g}")


def reasons() -> dict[int, str]:
    """The comment at the end of each line of limits.py, by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(LIMITS.read_text("utf-8")).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT and t.start[1] > 0}


def reason_of(key: str, language: int) -> str:
    """The comment beside the range of a setting in limits.py, or the Chinese for it."""
    lines = LIMITS.read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.strip().startswith(f'("{key}",'))
    english = reasons().get(number, "as above")
    return (english, catalog.ENTRIES["setting"][key].get("why_zh", "同上"))[language]


def states(language: int) -> str:
    """What each state means, whether its contact is closed, its light and its repeated sound."""
    head = (
        ("State", "Meaning", "Contact", "Light", "Repeated sound"),
        ("状态", "含义", "触点", "指示灯", "重复的提示音"),
    )[language]
    contact = (("open", "closed"), ("断开", "闭合"))[language]
    body = []
    for number, state in enumerate(STATES):
        light, sound, every_s = signs()[number]
        again = ""
        if every_s:
            every = ("{sound} every {time}", "每 {time} {sound}")[language]
            again = every.format(sound=code(SOUNDS[sound]), time=time_of(every_s, language))
        closed = table.CLOSED_STATES >> number & 1
        body.append([code(state), phrase("state", state, language), contact[closed], light_of(light, language), again])
    service = ("the contact needs service", "触点需要检修")[language]
    body.append([code("IDLE"), service, contact[0], light_of(signals.L_SERVICE, language), ""])
    return rows(head, body)


def transitions(language: int) -> str:
    """One row for each row of the state table."""
    head = (
        ("From", "On", "Only if", "To", "Effect", "Cause of the shut-off", "Sound"),
        ("从", "事件", "条件", "到", "动作", "关火原因", "提示音"),
    )[language]
    anything, same = (("any", "stays"), ("任意", "不变"))[language]
    everything = (1 << len(STATES)) - 1
    body = []
    guarded: set[tuple[int, int]] = set()  # state and event of rows above that had a guard
    for bits, event, guard, to, effect, cause, sound in table_rows():
        only = phrase("guard", GUARDS[guard], language)
        pairs = {(state, event) for state in range(len(STATES)) if bits >> state & 1}
        if GUARDS[guard] == "ALWAYS" and pairs & guarded:
            only = ("otherwise", "其他情况")[language]
        guarded |= pairs if GUARDS[guard] != "ALWAYS" else set()
        body.append(
            [
                anything if bits == everything else " ".join(map(code, states_in(bits))),
                phrase("event", EVENTS[event], language),
                only,
                same if to == table.SAME else code(STATES[to]),
                phrase("effect", EFFECTS[effect], language),
                code_or_empty(CAUSES[cause]),
                code_or_empty(SOUNDS[sound]),
            ]
        )
    used = {row[1] for row in table_rows()}
    unused = [phrase("event", name, language) for number, name in enumerate(EVENTS) if number not in used]
    refused = ("Without a row and therefore refused in every state: ", "没有任何行，因此在任何状态都被拒绝：")[language]
    return rows(head, body) + "\n\n" + refused + COMMA[language].join(unused) + (".", "。")[language]


def sound_table(language: int) -> str:
    """Every sound as notes."""
    head = (("Sound", "Means", "Notes", "Rank"), ("提示音", "意思", "音符", "优先级"))[language]
    body = []
    for number, (rank, notes) in enumerate(sounds()):
        if notes:
            pause = ("pause", "停")[language]
            texts = [f"{hz / 1000:g} kHz {ms} ms" if hz else f"{pause} {ms} ms" for hz, ms in notes]
            meaning = phrase("sound", SOUNDS[number], language)
            body.append([code(SOUNDS[number]), meaning, COMMA[language].join(texts), str(rank)])
    return rows(head, body)


def causes(language: int) -> str:
    """Why the gas was shut off."""
    head = (("Cause", "What it means"), ("原因", "含义"))[language]
    sources = " ".join(map(code, catalog.names("source")))
    names = catalog.names("cause")
    return rows(head, [[code(name), phrase("cause", name, language, sources=sources)] for name in names])


def fault_table(language: int) -> str:
    """Number on the display, what raises each fault, what to do, what ends its cause."""
    head = (
        ("No.", "Fault", "Raised by", "What to do", "The cause is gone after", "Survives a power cut"),
        ("编号", "故障", "触发", "该做什么", "原因消除的标志", "断电后保留"),
    )[language]
    yes, no = (("yes", "no"), ("是", "否"))[language]
    body = []
    for number, name in enumerate(catalog.names("fault")):
        raised, todo, gone = (phrase("fault", name, language, form) for form in ("raised", "do", "gone"))
        stored = yes if faults.STORED_FAULTS >> number & 1 else no
        body.append([str(number + 1), code(name), raised, todo, gone, stored])
    return rows(head, body)


def entities(language: int) -> str:
    """What Home Assistant discovers, in the order of entities.txt."""
    lines = (ROOT / "firmware" / "entities.txt").read_text("utf-8").splitlines()
    found = [line.split("|", 4)[:4] for line in lines[1:]]  # behind the frame
    head = (("Entity", "Name", "Belongs to", "What it shows or does"), ("实体", "名称", "属于", "含义或作用"))[language]
    body = []
    for owner, kind, entity, name in found:
        body.append([code(kind), name, phrase("owner", owner, language), phrase("entity", entity, language)])
    return rows(head, body)


def settings(language: int) -> str:
    """Key, default, range and reason of every setting."""
    head = (("Key", "Default", "Range", "Why"), ("键", "默认值", "范围", "理由"))[language]
    each = "burners[ ]."

    def plain(key: str) -> str:
        return " ".join(map(str, pins.allowed(chip, key)))

    def ranged(key: str, default: int, low: int, high: int, before: str = "") -> list[str]:
        return [code(before + key), str(default), f"{low}–{high}", reason_of(key, language)]

    def other(key: str, default: str, allowed: str, before: str = "") -> list[str]:
        return [code(before + key), default, allowed, phrase("setting", key, language)]

    body = [ranged(*row) for row in limits.SETTINGS]
    body += [other(key, str(default).lower(), "true, false") for key, default in limits.SWITCHES]
    body.append(other("relay_drive", limits.DRIVES[0], ", ".join(limits.DRIVES)))
    body.append(other("chip", pins.PLAIN, ", ".join(pins.CHIPS)))
    chip = pins.row(pins.PLAIN)
    for key, pin in zip(pins.DEVICE_PINS, chip[pins.AT_DEVICE], strict=True):
        body.append(other(key, str(pin), plain(key)))
    body += [other(key, "null", "null " + plain(key)) for key in pins.SPARE_PINS]
    body.append(other("burners", "–", f"1–{limits.BURNERS_MAX}"))
    for key, at in (("relay_pin", pins.AT_RELAYS), ("button_pin", pins.AT_BUTTONS)):
        body.append(other(key, " ".join(map(str, chip[at])), plain(key), each))
    body.append(other("sensor", "false", "true, false", each))
    body += [ranged(key, default, low, high, each) for key, default, low, high in limits.BURNER]
    common = ("the common one", "同公共设置")[language]
    own = ("of this burner alone", "只用于这个灶头")[language]
    for key, _, low, high in limits.SETTINGS[: limits.BURNER_TIMES]:
        body.append([code(each + key), common, f"{low}–{high}", own])
    return rows(head, body)


def chip_pins(language: int) -> str:
    """The default pins of every chip, those of supply, display and hood, and what else is free: core/pins.py."""
    head = (
        (
            "Chip",
            "Relays",
            "Buttons",
            "Pump",
            "Converter",
            "Lights",
            "Buzzer",
            "Supply",
            "Display",
            "Hood",
            "Also free",
        ),
        (
            "芯片",
            "继电器",
            "按钮",
            "电荷泵",
            "转换器",
            "指示灯",
            "蜂鸣器",
            "线圈电源",
            "数码管",
            "油烟机",
            "其他空闲引脚",
        ),
    )[language]
    full = {row["chip"].replace("-", ""): list(row["full"].values()) for row in source()["chips"]}
    body = []
    for chip in pins.CHIPS:
        relays, buttons, (pump, sda, scl, pixel, buzzer), others, *_ = pins.row(chip)
        free = sorted(set(others) - {*buttons, sda, scl, pixel, *full[chip]})
        supply, *rest = full[chip]
        numbers = (relays, buttons, (pump,), (sda, scl), (pixel,), (buzzer,), (supply,), rest[:2], rest[2:], free)
        body.append([chip, *(" ".join(map(str, each)) or "–" for each in numbers)])
    return rows(head, body)


def demo(language: int) -> str:
    """What `make demo` prints: CPython gives the same run as the VM and needs no build."""
    scenario = load(DEMO, samples=True)
    story = timeline.lines(play(scenario, "cpython").result, scenario, color=False)
    lines = "\n".join(["```text", *map(str.rstrip, story), "```"])
    return re.sub(r"build [0-9a-f]{8}", NO_BUILD_ID, lines)


def demo_once(language: int = EN) -> str:
    """The demo for every page that shows it; a run of the simulator costs a second."""
    return demo(language)
