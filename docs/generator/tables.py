"""The generated tables of the documents: states, transitions, sounds, causes, faults, settings, entities, the demo."""

import io
import re
import tokenize
from collections.abc import Iterable

from docs.generator import EN, ROOT, setting_words, words
from docs.generator.firmware import faults, limits, signals, table
from docs.generator.names import Names, agree, lights, signs, sounds, table_rows
from render.markdown import rows
from simulator.play import play
from simulator.scenario import load
from simulator.view import timeline
from simulator.words import SOURCES

LIMITS = ROOT / "firmware" / "curfew" / "core" / "limits.py"
DEMO = ROOT / "scenarios" / "demo.json"
NO_BUILD_ID = "build 1a2b3c4d"  # the document would change with every byte of the firmware


def code(text: str) -> str:
    """Text as Markdown code."""
    return f"`{text}`"


def cause_of(names: Names, number: int) -> str:
    """A cause as trace and journal write it; empty for none."""
    return code(names.causes[number].replace("FAULTED", "FAULT")) if number else ""


def sound_of(names: Names, number: int) -> str:
    """A sound's name as the reader sees it; empty for silence."""
    return code(names.sounds[number][2:]) if sounds()[number][1] else ""


def time_of(seconds: int, language: int) -> str:
    """Seconds, or minutes from one minute up."""
    short, long = words.TIMES[language]
    return short.format(n=seconds) if seconds < 60 else long.format(n=seconds / 60)


def light_of(number: int, language: int) -> str:
    """A light's color and rhythm."""
    rgb, on_ms, off_ms = lights()[number]
    color = words.COLORS[rgb][language]
    if number == signals.DARK:
        return color
    rhythm = words.LIGHT_FLASH if off_ms else words.LIGHT_STEADY
    return color + words.COMMA[language] + rhythm[language].format(on=f"{on_ms / 1000:g}", off=f"{off_ms / 1000:g}")


def reasons() -> dict[int, str]:
    """The comment at the end of each line of limits.py, by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(LIMITS.read_text("utf-8")).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT and t.start[1] > 0}


def reason_of(key: str, language: int) -> str:
    """The comment beside the range of a setting in limits.py; KeyError where it has no Chinese."""
    lines = LIMITS.read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.strip().startswith(f'("{key}",'))
    reason = reasons().get(number, "")
    if not reason:
        return setting_words.AS_ABOVE[language]
    if reason not in setting_words.REASONS_ZH:
        raise KeyError(f"docs/generator/setting_words.py: no Chinese for the reason of {key}: {reason}")
    return (reason, setting_words.REASONS_ZH[reason])[language]


def states(names: Names, language: int) -> str:
    """What each state means, whether its contact is closed, its light and its repeated sound."""
    head = (
        ("State", "Meaning", "Contact", "Light", "Repeated sound"),
        ("状态", "含义", "触点", "指示灯", "重复的提示音"),
    )[language]
    contact = (("open", "closed"), ("断开", "闭合"))[language]
    body = []
    for number, state in sorted(names.states.items()):
        light, sound, every_s = signs()[number]
        again = ""
        if every_s:
            again = words.EVERY[language].format(sound=sound_of(names, sound), time=time_of(every_s, language))
        closed = table.CLOSED_STATES >> number & 1
        body.append([code(state), words.STATES[state][language], contact[closed], light_of(light, language), again])
    body.append([code("IDLE"), words.SERVICE[language], contact[0], light_of(signals.L_SERVICE, language), ""])
    return rows(head, body)


def transitions(names: Names, language: int) -> str:
    """One row for each row of the state table."""
    head = (
        ("From", "On", "Only if", "To", "Effect", "Cause of the shut-off", "Sound"),
        ("从", "事件", "条件", "到", "动作", "关火原因", "提示音"),
    )[language]
    anything, same = (("any", "stays"), ("任意", "不变"))[language]
    everything = (1 << len(names.states)) - 1
    body = []
    guarded: set[tuple[int, int]] = set()  # state and event of rows above that had a guard
    for bits, event, guard, to, effect, cause, sound in table_rows():
        only = words.GUARDS[names.guards[guard]][language]
        pairs = {(state, event) for state in range(len(names.states)) if bits >> state & 1}
        if names.guards[guard] == "ALWAYS" and pairs & guarded:
            only = words.OTHERWISE[language]
        guarded |= pairs if names.guards[guard] != "ALWAYS" else set()
        body.append(
            [
                anything if bits == everything else " ".join(map(code, names.states_in(bits))),
                words.EVENTS[names.events[event]][language],
                only,
                same if to == table.SAME else code(names.states[to]),
                words.EFFECTS[names.effects[effect]][language],
                cause_of(names, cause),
                sound_of(names, sound),
            ]
        )
    used = {row[1] for row in table_rows()}
    unused = [words.EVENTS[name][language] for number, name in names.events.items() if number not in used]
    refused = ("Without a row and therefore refused in every state: ", "没有任何行，因此在任何状态都被拒绝：")[language]
    return rows(head, body) + "\n\n" + refused + words.COMMA[language].join(unused) + (".", "。")[language]


def sound_table(names: Names, language: int) -> str:
    """Every sound as notes."""
    head = (("Sound", "Means", "Notes", "Rank"), ("提示音", "意思", "音符", "优先级"))[language]
    body = []
    for number, (rank, notes) in enumerate(sounds()):
        if notes:
            pause = words.NOTE_PAUSE[language]
            texts = [f"{hz / 1000:g} kHz {ms} ms" if hz else f"{pause} {ms} ms" for hz, ms in notes]
            meaning = words.SOUNDS[names.sounds[number]][language]
            body.append([sound_of(names, number), meaning, words.COMMA[language].join(texts), str(rank)])
    return rows(head, body)


def causes(names: Names, language: int) -> str:
    """Why the gas was shut off."""
    head = (("Cause", "What it means"), ("原因", "含义"))[language]
    sources = " ".join(map(code, SOURCES))
    body = []
    for number, name in sorted(names.causes.items()):
        body.append([cause_of(names, number), words.CAUSES[name][language].format(sources=sources)])
    return rows(head, body)


def fault_table(names: Names, language: int) -> str:
    """Number on the display, what raises each fault, what to do, what ends its cause."""
    head = (
        ("No.", "Fault", "Raised by", "What to do", "The cause is gone after", "Survives a power cut"),
        ("编号", "故障", "触发", "该做什么", "原因消除的标志", "断电后保留"),
    )[language]
    yes, no = (("yes", "no"), ("是", "否"))[language]
    body = []
    for number, name in sorted(names.faults.items()):
        raised, todo, gone = (text[language] for text in words.FAULTS[name])
        stored = yes if faults.STORED_FAULTS >> number & 1 else no
        body.append([str(faults.FAULTS.split().index(name) + 1), code(name), raised, todo, gone, stored])
    return rows(head, body)


def entities(_: Names, language: int) -> str:
    """What Home Assistant discovers, in the order of entities.txt."""
    lines = (ROOT / "firmware" / "entities.txt").read_text("utf-8").splitlines()
    found = [line.split("|", 4)[:4] for line in lines[1:]]  # behind the frame
    agree("entity", (entity for _, _, entity, _ in found), setting_words.ENTITIES)
    agree("owner of an entity", (owner for owner, *_ in found), setting_words.ENTITY_OF)
    head = (("Entity", "Name", "Belongs to", "What it shows or does"), ("实体", "名称", "属于", "含义或作用"))[language]
    of_words, entity_words = setting_words.ENTITY_OF, setting_words.ENTITIES
    body = [(code(kind), name, of_words[of][language], entity_words[key][language]) for of, kind, key, name in found]
    return rows(head, body)


def settings(_: Names, language: int) -> str:
    """Key, default, range and reason of every setting."""
    head = (("Key", "Default", "Range", "Why"), ("键", "默认值", "范围", "理由"))[language]
    each = "burners[ ]."
    described = {key for key, _ in (*limits.SWITCHES, *limits.BOX_PINS)} | set(limits.SPARE_PINS)
    described |= {"relay_drive", "burners", "relay_pin", "button_pin", "sensor"}
    agree("setting", described, setting_words.SETTING_WORDS)

    def pins(numbers: Iterable[int]) -> str:
        return " ".join(str(number) for number in sorted(numbers))

    def ranged(key: str, default: int, low: int, high: int, before: str = "") -> list[str]:
        return [code(before + key), str(default), f"{low}–{high}", reason_of(key, language)]

    def other(key: str, default: str, allowed: str, before: str = "") -> list[str]:
        return [code(before + key), default, allowed, setting_words.SETTING_WORDS[key][language]]

    body = [ranged(*row) for row in limits.SETTINGS]
    body += [other(key, str(default).lower(), "true, false") for key, default in limits.SWITCHES]
    body.append(other("relay_drive", limits.DRIVES[0], ", ".join(limits.DRIVES)))
    for key, pin in limits.BOX_PINS:
        body.append(other(key, str(pin), pins(limits.PINS_RELAY[-1:] if key == "pump_pin" else limits.PINS_OTHER)))
    body += [other(key, "null", "null " + pins(limits.PINS_OTHER)) for key in limits.SPARE_PINS]
    body.append(other("burners", "–", f"1–{limits.BURNERS_MAX}"))
    relay_pins, button_pins = zip(*limits.BURNER_PINS, strict=True)
    body.append(other("relay_pin", " ".join(map(str, relay_pins)), pins(limits.PINS_RELAY[:-1]), each))
    body.append(other("button_pin", " ".join(map(str, button_pins)), pins(limits.PINS_OTHER), each))
    body.append(other("sensor", "false", "true, false", each))
    body += [ranged(key, default, low, high, each) for key, default, low, high in limits.BURNER]
    return rows(head, body)


def demo(_: Names, language: int) -> str:
    """What `make demo` prints: CPython gives the same run as the VM and needs no build."""
    scenario = load(DEMO, samples=True)
    story = timeline.lines(play(scenario, "cpython").result, scenario, color=False)
    lines = "\n".join(["```text", *map(str.rstrip, story), "```"])
    return re.sub(r"build [0-9a-f]{8}", NO_BUILD_ID, lines)


def demo_once(language: int = EN) -> str:
    """The demo for every page that shows it; a run of the simulator costs a second."""
    return demo(Names(), language)
