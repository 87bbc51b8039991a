"""The words of the log, in English and Chinese: one table for page and terminal. Names are in catalog.toml."""

import os
from typing import Any

import catalog
from simulator.times import show_time

TEXTS: dict[str, tuple[str, str]] = {
    "ready": ("ready for ignition", "可以点火"),
    "starting": ("starting …", "启动中…"),
    "opened_by": ("contact opens: {0}", "触点断开：{0}"),
    "gas_on": ("gas on", "燃气打开"),
    "gas_off": ("magnet valve drops out: gas off", "电磁阀释放：燃气关闭"),
    "flame_on": ("flame on", "着火"),
    "flame_off": ("the flame is out", "火灭了"),
    "up": ("the chip starts", "芯片启动"),
    "down": ("the chip is down: {0}", "芯片停止：{0}"),
    "raised": ("error: {0}", "程序出错：{0}"),
    "fault_gone": ("fault cleared", "故障已清除"),
    "rules_hold": ("{0} rules hold", "{0} 条规则成立"),
    "rules_wait": ("rules …", "规则…"),
    "violated": ("Broken: {0}", "违反：{0}"),
    "no_power": ("no power", "没有电"),
    "burner": ("burner", "灶头"),
    "knob": ("knob", "旋钮"),
    "knob_off": ("off", "关"),
    "contact_short": ("contact", "触点"),
    "gas_short": ("gas", "燃气"),
    "tip": ("tip", "热电偶"),
    "magnet_short": ("magnet", "电磁阀"),
    "states": ("state", "状态"),
}
UNTOLD = ("OFF", "ARMED")  # sounds of which the state tells


def language() -> int:
    """The one of this computer, as an index of a pair of words."""
    return catalog.ZH if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else catalog.EN


def text(key: str, *values: Any) -> str:
    """The words of a key, {0} filled in."""
    return TEXTS[key][language()].format(*values)


def name(kind: str, what: str, form: str = "short") -> str:
    """The words for a name of the catalog."""
    return catalog.phrase(kind, what, form)[language()]


def cause(what: str) -> str:
    """The words for a cause, with the source or the fault that it names."""
    family, _, more = what.partition(":")
    return name("cause", family) + (f" ({name('source' if family == 'REMOTE' else 'fault', more)})" if more else "")


def sentence(entry: dict[str, Any]) -> str:
    """An entry of a Story as the page tells it; empty for what it leaves out."""
    if "do" in entry:
        more = [str(value) for key, value in entry.items() if key not in ("t", "b", "do")]
        return name("act", entry["do"], "button") + (f" ({', '.join(more)})" if more else "")
    for kind in ("up", "down", "raised"):
        if kind in entry:
            return text(kind, entry[kind])
    parts = []
    state = entry.get("state")
    if state and state not in ("VERIFYING", "FAULT"):
        parts.append(text("ready") if state == "IDLE" else name("state", state))
    if entry.get("cause"):
        parts.append(text("opened_by", cause(entry["cause"])))
    if entry.get("fault"):
        parts.append(f"{name('state', 'FAULT')}: {name('fault', entry['fault'])}")
    elif "fault" in entry:
        parts.append(text("fault_gone"))
    if entry.get("sound") and entry["sound"] not in UNTOLD:
        parts.append("♪ " + name("sound", entry["sound"]))
    if entry.get("gas"):
        parts.append(text("gas_" + entry["gas"]))
    if entry.get("flame") == "on" or (entry.get("flame") and not entry.get("gas")):
        parts.append(text("flame_" + entry["flame"]))
    return " · ".join(parts)


def line(entry: dict[str, Any]) -> str:
    """An entry with time and burner in front; empty for what is left out."""
    said = sentence(entry)
    burner = "" if entry["b"] is None else entry["b"] + 1
    return f"{show_time(entry['t'] // 1000 * 1000):>8} {burner:>2}  {said}" if said else ""
