"""The table "fault, effect, what notices it", from faults.json; its words in both languages.

Belongs here: the words of each finding. Does not: which run is which finding (faults.py).
"""

import re
from collections.abc import Iterable
from typing import Any

from render.markdown import rows
from wiring.spice import faults

# key: effect, what notices it in the basic build, and in the full one; English, then Chinese. In order of severity.
# "": nothing does. "silent", "injects" and "closes" have no row: a fault with such a key makes a test red.
WORDS: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "driver": (("coil fed without its enable: the contact closes and opens with the pump", "check 9 on the table",
                "CONTACT_WELDED, check 9"),
               ("不需使能线圈就有电：触点跟着电荷泵通断", "桌面检查 9", "CONTACT_WELDED，检查 9")),
    "conducts": (("the loop conducts although the contact is open", "monthly test", "CONTACT_WELDED"),
                 ("触点断开时回路仍导通", "每月测试", "CONTACT_WELDED")),
    "bridged": (("coil supply without pump", "PUMP, check 9 on the table", "PUMP, check 9"),
                ("没有电荷泵线圈也有电", "PUMP，桌面检查 9", "PUMP，检查 9")),
    "weak": (("a hang feeds the coils longer than 4 s", "PUMP, check 9 on the table", "PUMP, check 9"),
             ("程序卡死后线圈供电超过 4 秒", "PUMP，桌面检查 9", "PUMP，检查 9")),
    "dead": (("no coil supply: the contact stays open", "PUMP, no flame stays lit", "PUMP, no flame stays lit"),
             ("线圈没有电：触点不闭合", "PUMP，点不着火", "PUMP，点不着火")),
    "untested": (("the pump is sound, its self-test cannot see that", "PUMP, check 9 on the table", "PUMP, check 9"),
                 ("电荷泵正常，但自检看不到", "PUMP，桌面检查 9", "PUMP，检查 9")),
    "cold": (("the contact does not close, or not enough", "no flame stays lit", "CONTACT_OPEN, no flame stays lit"),
             ("触点不闭合，或导通不够", "点不着火", "CONTACT_OPEN，点不着火")),
    "off": (("controller without supply: contact open", "light is dark", "light is dark"),
            ("控制盒断电：触点断开", "灯不亮", "灯不亮")),
    "bus": (("no readings", "–", "SENSOR_FAILED"), ("没有读数", "–", "SENSOR_FAILED")),
    "weld": (("magnet side reads what is not there", "–", "CONTACT_WELDED"),
             ("电磁阀侧出现虚假读数", "–", "CONTACT_WELDED")),
    "contact": (("magnet side reads nothing", "–", "CONTACT_OPEN"), ("电磁阀侧没有读数", "–", "CONTACT_OPEN")),
    "blind": (("thermocouple side reads nothing: gas off after the ignition window", "–", "NO_IGNITION"),
              ("热电偶侧没有读数：点火时限后关气", "–", "NO_IGNITION")),
    "range": (("readings out of range", "–", "SENSOR_FAILED"), ("读数超出范围", "–", "SENSOR_FAILED")),
    "reads": (("readings more than 5 % off", "–", "check 8 on the table"), ("读数偏差超过 5 %", "–", "桌面检查 8")),
    "button stuck": (("button reads as held: OFF", "BUTTON_STUCK", "BUTTON_STUCK"),
                     ("按钮读作按住：关火", "BUTTON_STUCK", "BUTTON_STUCK")),
    "button": (("the button does nothing: no start, and no OFF by it", "the first press; in a burn the timer",
                "the first press; in a burn the timer"),
               ("按钮无效：不能点火，也不能用它关火", "第一次按；燃烧中靠定时", "第一次按；燃烧中靠定时")),
    "light": (("no light, or a wrong one", "look", "look"), ("灯不亮或颜色不对", "看", "看")),
    "buzzer": (("no sound", "listen at a press", "listen at a press"), ("不响", "按键时听", "按键时听")),
    "display": (("no display", "–", "look"), ("数码管不亮", "–", "看")),
    "alarm": (("reads as an alarm: every burner off", "–", "ALARM"), ("读作报警：全部关火", "–", "ALARM")),
    "alarm dead": (("an alarm is not seen", "–", "check 10 on the table"), ("看不到报警", "–", "桌面检查 10")),
    "presence": (("presence is not seen", "–", "shown on the page"), ("看不到有人", "–", "网页上可见")),
    "hood": (("the hood does not run, or always", "–", "listen"), ("油烟机不转或一直转", "–", "听")),
    "none": (("no change that matters", "nothing need", "nothing need"), ("没有影响", "不必发现", "不必发现")),
}  # fmt: skip
SEVERE = ("driver", "conducts", "bridged", "weak", "untested")
KINDS = {"open": ("open", "开路"), "short": ("short", "短路"), "leak": ("10 MΩ leak", "10 MΩ 漏电"),
         "bridge": ("1 Ω bridge", "1 Ω 搭接"), "stuck": ("pin stuck", "引脚卡住")}  # fmt: skip


def _named(row: dict[str, Any]) -> str:
    pins = "-".join(row["pins"])
    return f"{row['ref']}.{pins}" if row["ref"] else pins


def _listed(found: Iterable[dict[str, Any]], language: int) -> str:
    """Faults of one effect: kind by kind, refs with their pins; leaks that change nothing are only counted."""
    by: dict[str, list[str]] = {}
    for row in found:
        by.setdefault(row["kind"], []).append(_named(row))
    texts = []
    for kind, names in by.items():
        word = KINDS[kind][language]
        texts.append(f"{word}: {' '.join(names)}" if len(names) <= 60 else f"{word}: {len(names)}")
    return "; ".join(texts)


def in_markdown(language: int) -> str:
    """A row for each effect: what it is, which faults have it, what notices it in either build."""
    found = faults.recorded()["faults"]
    head = (("Effect", "Single faults (burner 1)", "Noticed in the basic build", "Noticed in the full build"),
            ("后果", "单一故障（灶头 1）", "基本型靠什么发现", "完整型靠什么发现"))[language]  # fmt: skip
    body = []
    for key, words in WORDS.items():
        of_key = [row for row in found.values() if row["key"] == key]
        if of_key:
            body.append([words[language][0], _listed(of_key, language), *_noticed(key, language)])
    return rows(head, body)


def _noticed(key: str, language: int) -> list[str]:
    """What notices a finding in either build, names as code."""
    return [re.sub(r"\b([A-Z]{2,}_[A-Z]+|ALARM|PUMP)\b", r"`\1`", side) for side in WORDS[key][language][1:]]


def in_brief(language: int) -> str:
    """What SAFETY shows: how many faults keep a contact closed or could, and how many others there are."""
    found = [row["key"] for row in faults.recorded()["faults"].values()]
    head = (("Effect", "Faults", "Noticed in the basic build", "Noticed in the full build"),
            ("后果", "故障数", "基本型靠什么发现", "完整型靠什么发现"))[language]  # fmt: skip
    body = [[WORDS[key][language][0], str(found.count(key)), *_noticed(key, language)] for key in SEVERE]
    others = ("of the others the contact opens, stays open, or nothing that matters changes",
              "其余的：触点断开、不闭合，或没有影响")[language]  # fmt: skip
    return rows(head, [*body, [others, str(len(found) - sum(map(found.count, SEVERE))), "–", "–"]])
