"""The tables of the wiring documents: parts list, data sheets, pins, connections, settings of a build."""

import json

from render.markdown import rows
from wiring.model import Build, Row
from wiring.source import BUILDS, build, source

LANGUAGES = ("en", "zh")
ROLES = {
    "relay": ("relay", "继电器"),
    "pump": ("pump", "电荷泵"),
    "button": ("button", "按钮"),
    "sda": ("sda", "sda"),
    "scl": ("scl", "scl"),
    "pixel": ("pixel", "彩灯"),
    "buzzer": ("buzzer", "蜂鸣器"),
    "supply": ("supply", "线圈电源"),
    "alarm": ("alarm", "报警"),
    "presence": ("presence", "有人"),
    "spare": ("spare", "备用"),
}
DIRECTIONS = {
    "out": ("out", "输出"),
    "any": ("any", "任意"),
    "in, pull-up": ("in, pull-up", "输入，上拉"),
    "both, pull-up outside": ("both, pull-up outside", "双向，外部上拉"),
    "out, pull-up outside": ("out, pull-up outside", "输出，外部上拉"),
    "in, pull-up outside": ("in, pull-up outside", "输入，外部上拉"),
    "in, divider": ("in, divider", "输入，分压"),
}
BUILD_NAMES = {"basic": ("basic", "基本型"), "full": ("full", "完整型"), "c3": ("basic, C3", "基本型（C3）")}


def _refs(made: Build, row: Row) -> list[str]:
    """The refs of one line of the parts list in a build."""
    return [part.ref for part in made.parts.values() if part.row == row]


def _bought(read: Row) -> list[Row]:
    return [row for row in read["parts"] if row["price_usd"]]


def fittings(made: Build) -> list[tuple[Row, int]]:
    """What has no pin in a net, and how many of it a build needs; the header of a cable has the full build's ways."""
    ways = {cable.name: len(cable.nets) for cable in build("full").cables}
    headers = [ways[cable.name] for cable in made.cables if cable.at == "J" + cable.name]
    counts = {"socket": 2 * ("devkit" in made.groups), "burner": made.burners, "build": 1}
    return [(row, counts.get(row["each"], headers.count(row["each"]))) for row in source()["fittings"]]


def price_usd(made: Build) -> float:
    """What a build costs about, US dollars: everything that one must buy but its shipping."""
    parts_usd = sum(part.row["price_usd"] for part in made.parts.values())
    return float(parts_usd + sum(row["price_usd"] * count for row, count in fittings(made)))


def bom(language: int) -> str:
    """How many of each part a build needs, and about what one costs."""
    builds = [build(name) for name in BUILDS]
    names = [BUILD_NAMES[made.name][language] for made in builds]
    head = [("Part", "元件")[language], *names, ("About US$ each", "单价约（美元）")[language]]
    tongue = LANGUAGES[language]
    lines = [(row, row[tongue]["name"], [len(_refs(made, row)) for made in builds]) for row in _bought(source())]
    counts = [[count for _, count in fittings(made)] for made in builds]
    lines += [(row, row[tongue], list(count)) for row, *count in zip(source()["fittings"], *counts, strict=True)]
    body = []
    for row, name, count in lines:
        price = f"{row['price_usd']:.2f}"
        price = f"[{price}]({row['price_at']})" if "price_at" in row else price
        body.append([name, *(str(one or "–") for one in count), price])
    sums = [f"**{price_usd(made):.1f}**" for made in builds]
    body.append([("**About US$ in all**", "**合计约（美元）**")[language], *sums, ""])
    return rows(head, body)


def parts(language: int) -> str:
    """Every part with its refs, its reason, and what to look for."""
    head = (("Ref", "Part", "Why", "Look for", "Source"), ("位号", "元件", "用途", "选购要点", "来源"))[language]
    builds = [build(name) for name in BUILDS]
    none = ("none", "无")[language]
    below = ("below", "见下表")[language]
    body = []
    for row in source()["parts"]:
        refs: list[str] = list(dict.fromkeys(ref for made in builds for ref in _refs(made, row)))
        words = row[LANGUAGES[language]]
        links = [f"[{number}]({link})" for number, link in enumerate(row["sources"], 1)]
        body.append(
            [
                " ".join(refs),
                words["name"],
                words["reason"],
                words["look_for"],
                below if row["makers"] else " ".join(links) or none,
            ]
        )
    return rows(head, body)


def makers(language: int) -> str:
    """The parts for which a public data sheet was read, and what it says."""
    head = (("Ref", "Maker", "Part", "Its data sheet says", "Where"), ("位号", "厂家", "型号", "数据手册写明", "出处"))[
        language
    ]
    full = build("full")
    body = []
    for row in source()["parts"]:
        for maker in row["makers"]:
            links = [maker["source"], maker["also"]]
            where = " ".join(f"[{number}]({link})" for number, link in enumerate(links, 1) if link)
            body.append([" ".join(_refs(full, row)), maker["maker"], maker["part"], maker[LANGUAGES[language]], where])
    return rows(head, body)


def pins(language: int) -> str:
    """The pin map: role, direction, safe level, reason."""
    head = (
        ("Pin", "Role", "Burner", "Direction", "Safe level", "Why this pin"),
        ("引脚", "用途", "灶头", "方向", "安全电平", "为什么用它"),
    )[language]
    body = [
        [
            str(row["pin"]),
            ROLES[row["role"]][language],
            "" if row["burner"] is None else str(row["burner"] + 1),
            DIRECTIONS[row["direction"]][language],
            "–" if row["safe_level"] is None else str(row["safe_level"]),
            row[LANGUAGES[language]],
        ]
        for row in source()["pins"]
    ]
    return rows(head, body)


def refused(language: int) -> str:
    """The pins that nothing may use."""
    head = (("Pins", "Why not"), ("引脚", "为什么不用"))[language]
    return rows(head, [[" ".join(map(str, row["pins"])), row[LANGUAGES[language]]] for row in source()["refused"]])


def chips(language: int) -> str:
    """What each chip's pins do before a program runs, and where that stands."""
    head = (
        ("Chip", "Strapping", "Flash", "USB", "Console", "Inputs only", "At power-up", "Source"),
        ("芯片", "启动配置", "闪存", "USB", "控制台", "只能输入", "上电时", "来源"),
    )[language]
    body = []
    for row in source()["chips"]:
        groups = [" ".join(map(str, row[key])) or "–" for key in ("strapping", "flash", "usb", "console", "inputs")]
        links = [f"[{number}]({link})" for number, link in enumerate(row["sources"], 1)]
        body.append([row["chip"], *groups, row["glitches"][LANGUAGES[language]], " ".join(links)])
    return rows(head, body)


def connections(language: int) -> str:
    """Every net, with what it joins in either build: a list to go through with a continuity tester."""
    head = [("Net", "网络")[language], *(BUILD_NAMES[name][language] for name in BUILDS)]
    builds = [build(name) for name in BUILDS]
    nets = dict.fromkeys(net for made in reversed(builds) for net in made.nets)
    return rows(head, [[f"`{net}`", *(" ".join(made.nets.get(net, ("–",))) for made in builds)] for net in nets])


def settings(language: int) -> str:
    """What each build says in settings.json."""
    blocks = []
    for name in BUILDS:
        made = build(name)
        burners = ",\n    ".join(json.dumps(burner) for burner in made.settings["burners"])
        keys = [
            f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in made.settings.items() if key != "burners"
        ]
        lines = ["{", *keys, '  "burners": [', f"    {burners}", "  ]", "}"]
        blocks.append("\n".join([f"{BUILD_NAMES[name][language]}:", "", "```json", *lines, "```"]))
    return "\n\n".join(blocks)
