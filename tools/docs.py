"""The generated parts of the READMEs, made from the firmware's own tables and from wiring/.

Belongs here: words for the names in firmware/curfew, and the tables and the diagram made of both. A name without
words, or words without a name, raises: whoever adds a guard, an effect, an event, a cause, a light, a sound, a fault,
a setting or an entity says here what it is, in both languages. Does not: prose that stands around these parts.

    python -m tools.docs            bring the files up to date, docs/demo.svg from build/demo.svg, and the pictures of
                                    docs/bench.json
    python -m tools.docs --check    change nothing; exit status 1 names every part that drifted
"""

import importlib
import io
import re
import shutil
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import kept as bench
from benchmarks import table as bench_table
from simulator import words
from simulator.play import play
from simulator.scenario import load
from simulator.view import timeline
from tools.markdown import rows
from wiring import tables as wiring

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "firmware"))
codes, faults, limits, signals, table = (
    importlib.import_module("curfew.core." + name) for name in ("codes", "faults", "limits", "signals", "table")
)

EN, ZH = 0, 1
Phrases = dict[str, tuple[str, str]]

HOLD_S = limits.HOLD_MS / 1000
HOLD_LONG_S = limits.HOLD_LONG_MS // 1000

STATES: Phrases = {
    "IDLE": ("nothing burns; ready for a lighting", "没有用火，可以点火"),
    "ARMED": ("contact closed, waiting for the flame", "触点已闭合，等待火焰"),
    "BURNING": ("the timer runs", "正在计时用火"),
    "WARNING": ("the last `warning_s` before the end", "结束前最后的 `warning_s`"),
    "OVERRIDE": ("manual override: no timer, but an end", "手动模式：不计时，但仍有上限"),
    "VERIFYING": ("opened; the proofs run, and the rest time", "已断开；正在验证并等待复位间隔"),
    "FAULT": ("something is wrong; stays open until acknowledged", "有故障；确认之前一直断开"),
}

EVENTS: Phrases = {
    "FAULT_RAISED": ("a fault is raised", "出现故障"),
    "CLOCK_FAULT": ("the clock cannot be believed", "时钟不可信"),
    "HELD": (f"button held {HOLD_S:g} s", f"按住按钮 {HOLD_S:g} 秒"),
    "REMOTE_OFF": ("OFF from afar", "远程关火"),
    "DEADLINE": ("the time is up", "时间到"),
    "FLAME_LOST": ("flame gone for `flame_out_s`", "火焰消失达 `flame_out_s`"),
    "CONTACT_NOT_CONDUCTING": (
        f"hot thermocouple, dead magnet side for {limits.CONTACT_OPEN_MS // 1000} s",
        f"热电偶是热的，而电磁阀一侧 {limits.CONTACT_OPEN_MS // 1000} 秒没有电压",
    ),
    "HELD_LONG": (f"button held {HOLD_LONG_S} s", f"按住按钮 {HOLD_LONG_S} 秒"),
    "DOUBLE_PRESSED": ("button pressed twice", "双击按钮"),
    "PRESSED": ("button pressed", "按一下按钮"),
    "FLAME_SEEN": ("a flame is confirmed", "确认有火焰"),
    "IGNITED": ("millivolts rise like a fresh flame", "毫伏值像刚点着那样上升"),
    "WINDOW_OVER": ("`ignite_window_s` over", "`ignite_window_s` 用完"),
    "WARNING_DUE": ("`warning_s` left", "只剩 `warning_s`"),
    "RELIT": ("millivolts rise again", "毫伏值又上升"),
    "VERIFIED": ("rest time over, proofs done", "间隔已到，验证完成"),
    "REMOTE_EXTEND": ("more time asked from afar", "远程请求加时"),
    "REMOTE_ARM": ("arming asked from afar", "远程请求开启"),
}

GUARDS: Phrases = {
    "ALWAYS": ("", ""),
    "NO_SENSOR": ("no sensor fitted", "未装传感器"),
    "SENSING": ("sensor fitted", "已装传感器"),
    "AUTO_ARM": ("`auto_arm` is on", "`auto_arm` 打开"),
    "LEAVES_WARNING": ("this leaves more than `warning_s`", "加时后剩余多于 `warning_s`"),
    "EXTEND_ALLOWED": ("`remote_extend` is on and a flame is confirmed", "`remote_extend` 打开且确认有火焰"),
    "EXTEND_LEAVES_WARNING": (
        "`remote_extend` is on, a flame is confirmed, and this leaves more than `warning_s`",
        "`remote_extend` 打开、确认有火焰，且加时后剩余多于 `warning_s`",
    ),
    "CAUSES_GONE": ("every cause is gone", "所有原因都已消除"),
    "AT_CAP": ("the end is the cap", "终点就是上限"),
    "AT_RAISED_CAP": ("the end is the cap, raised by an override", "终点是被手动模式抬高的上限"),
    "BY_OVERRIDE": ("an override set the end", "终点由手动模式设定"),
    "RELIT_TOO_EARLY": ("somebody tried too early", "有人过早点火"),
    "TIMED_BEFORE": ("the timer ran before the first press", "第一次按下之前定时器就在走"),
}
WITHOUT_WORDS = ("PENDING", "PROVED", "REFUTED", "UNTESTABLE", "TC", "MAGNET")  # verdicts and sides
COLUMNS = ("COL_FROM", "COL_EVENT", "COL_GUARD", "COL_TO", "COL_EFFECT", "COL_CAUSE", "COL_SOUND")
OTHERWISE = ("otherwise", "其他情况")

EFFECTS: Phrases = {
    "NOTHING": ("", ""),
    "START_TIMER": ("end = now + `timer_default_min`", "终点 = 现在 + `timer_default_min`"),
    "OPEN_WINDOW": ("`ignite_window_s` begins", "开始计 `ignite_window_s`"),
    "ADD_STEP": (
        "end + `timer_step_min`, at most `timer_max_min` left, never past the cap",
        "终点 + `timer_step_min`，剩余至多 `timer_max_min`，不超过上限",
    ),
    "START_OVERRIDE": ("end = now + `override_max_min`", "终点 = 现在 + `override_max_min`"),
    "RESTART_FLAMEOUT_TIMER": ("`flame_die_s` begins again", "重新计 `flame_die_s`"),
    "ALLOW_UPDATE": (
        "an update by Wi-Fi may come for 10 min, unless something conducts",
        "没有触点导通时，10 分钟内允许经 Wi-Fi 更新",
    ),
    "FORGET_FAULTS": ("faults forgotten, proofs run again", "清除故障，重新验证"),
}

CAUSES: Phrases = {
    "TIMEOUT": ("the time you had set was up", "设定的时间到了"),
    "BURN_CAP": (
        "it had burned for `burn_max_min`, whatever was pressed meanwhile",
        "已连续用火 `burn_max_min`，与期间按了什么无关",
    ),
    "OVERRIDE_END": (
        "the manual override was over, after `override_max_min` at the latest",
        "手动模式结束，最长 `override_max_min`",
    ),
    "BUTTON": ("somebody held the button", "有人按住了按钮"),
    "REMOTE": (
        "an OFF came from afar; the record says from where: {sources}",
        "收到远程关火；记录里写明来源：{sources}",
    ),
    "FLAME_OUT": (
        "the flame was gone: turned off at the knob, blown out, or boiled over",
        "火焰没有了：旋钮关掉、被吹灭，或汤汁溢出",
    ),
    "NO_IGNITION": ("no flame came within `ignite_window_s`", "`ignite_window_s` 之内没有点着"),
    "CONTACT_OPEN": (
        "the contact carried nothing although told to: worn, filmed, or a broken sense lead; "
        "the service light stays until the next restart",
        "触点应当导通却没有电压：磨损、有膜层，或测量线断开；维护灯一直亮到下次重启",
    ),
    "CLOCK": (
        f"the chip's clock stood, leapt by more than {limits.STALL_MAX_MS // 1000} s, or went back",
        f"芯片时钟停住、跳过 {limits.STALL_MAX_MS // 1000} 秒以上，或倒退",
    ),
    "FAULTED": ("a fault was raised; the record says which", "出现故障；记录里写明是哪一个"),
    "RESTART": ("the box had restarted by itself while cooking", "用火期间盒子自行重启"),
}

FAULTS: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    # what raises it, what to do, what ends its cause
    "CONTACT_WELDED": (
        (
            "the magnet side stays live after an opening, or is live before a lighting: contact welded, or bypass "
            "switch closed",
            "断开之后电磁阀一侧仍有电压，或点火之前就有电压：触点粘连，或旁路开关合上了",
        ),
        (
            "turn the knob off; open the bypass switch; light and keep the knob pushed for some seconds; "
            "if the fault stays, the relay has to be changed",
            "关掉旋钮；断开旁路开关；点火并按住旋钮几秒；故障不消失就要更换继电器",
        ),
        (
            f"thermocouple side above {limits.WELD_CLEARED_UV // 1000} mV beside a dead magnet side for "
            f"{limits.WELD_CLEARED_MS // 1000} s, contact told to be open",
            f"触点应断开时，热电偶一侧高于 {limits.WELD_CLEARED_UV // 1000} mV 而电磁阀一侧没有电压，"
            f"持续 {limits.WELD_CLEARED_MS // 1000} 秒",
        ),
    ),
    "FLAME_PERSISTS": (
        ("the millivolts have not fallen `flame_die_s` after an opening", "断开 `flame_die_s` 之后毫伏值仍未下降"),
        ("turn the knob off, wait until the burner is cold", "关掉旋钮，等灶头冷却"),
        (
            f"the millivolts fall to half and on, or are below {limits.OUT_UV // 1000} mV",
            f"毫伏值降到一半并继续下降，或低于 {limits.OUT_UV // 1000} mV",
        ),
    ),
    "SENSOR_FAILED": (
        (
            f"a fitted sensor gave no believable reading for {limits.STALE_MS / 1000:g} s",
            f"已装的传感器 {limits.STALE_MS / 1000:g} 秒没有可信读数",
        ),
        ("check the converter's cable and the sense leads", "检查转换器的电缆和测量线"),
        (
            f"{limits.SENSOR_BACK_MS // 1000} s of good readings without a gap",
            f"连续 {limits.SENSOR_BACK_MS // 1000} 秒读数正常",
        ),
    ),
    "BUTTON_STUCK": (
        (f"a button was down for {limits.STUCK_MS // 1000} s", f"按钮被压下 {limits.STUCK_MS // 1000} 秒"),
        ("free or clean the button", "松开或清洁按钮"),
        ("the button is up", "按钮弹起"),
    ),
    "UNSTABLE": (
        (
            f"{limits.RESETS_MAX} unwanted restarts without {limits.QUIET_MS // 60000} quiet minutes between them",
            f"意外重启 {limits.RESETS_MAX} 次，其间没有 {limits.QUIET_MS // 60000} 分钟的平静",
        ),
        ("check the power supply and its plugs", "检查电源及其插头"),
        (f"{limits.QUIET_MS // 60000} minutes without a restart", f"{limits.QUIET_MS // 60000} 分钟没有重启"),
    ),
    "SETTINGS_INVALID": (
        ("settings.json is missing, broken or out of range", "settings.json 缺失、损坏或超出范围"),
        ("the console names key, value and range: mend it and restart", "控制台给出键、值和范围：改正后重启"),
        ("a restart with sound settings", "用正确的设置重启"),
    ),
    "PROGRAM_CORRUPT": (
        (
            "the gate refused what the state table asked for; or no program on the flash is whole, and the box is dark",
            "闸门拒绝了状态表的要求；或者闪存里没有完好的程序，盒子不亮",
        ),
        ("restart; if it comes back, install the program again", "重启；若再次出现，重新安装程序"),
        ("a restart", "重启"),
    ),
}

COLOURS: dict[tuple[int, ...], tuple[str, str]] = {
    (0, 0, 0): ("dark", "熄灭"),
    (0, 0, 60): ("blue", "蓝色"),
    (0, 40, 0): ("green", "绿色"),
    (90, 40, 0): ("amber", "琥珀色"),
    (40, 0, 60): ("violet", "紫色"),
    (15, 15, 15): ("dim white", "暗白色"),
    (90, 0, 0): ("red", "红色"),
    (50, 25, 0): ("dim amber", "暗琥珀色"),
}
LIGHT_FLASH = ("{on} s on, {off} s off", "亮 {on} 秒，灭 {off} 秒")
LIGHT_STEADY = ("steady", "常亮")

SOUNDS: Phrases = {
    "S_NONE": ("", ""),
    "S_ADDED": ("time was added, or is back under the timer", "已加时，或回到计时"),
    "S_ARMED": ("contact closed", "触点已闭合"),
    "S_OVERRIDE": ("manual override", "手动模式"),
    "S_REMIND": ("still burning without a timer", "仍在不计时用火"),
    "S_NO": ("refused", "拒绝"),
    "S_READY": ("ready again", "可以再次点火"),
    "S_WAIT": ("too early: wait for the ready sound", "太早：等就绪提示音"),
    "S_LET_GO": ("let go of the knob", "可以松开旋钮"),
    "S_ALREADY_OFF": ("already off", "本来就是关的"),
    "S_OFF": ("contact opened", "触点已断开"),
    "S_WARNING": ("soon off", "即将关火"),
    "S_FAULT": ("fault", "故障"),
}
COMMA = (", ", "，")
EVERY = ("{sound} every {time}", "每 {time} {sound}")
TIMES = (("{n:g} s", "{n:g} min"), ("{n:g} 秒", "{n:g} 分钟"))
NOTE_PAUSE = ("pause", "停")

SETTING_WORDS: Phrases = {  # settings whose reason does not stand beside a range
    "auto_arm": (
        "a lighting closes the contact by itself; off: press the button first",
        "点火时自动闭合触点；关掉则要先按按钮",
    ),
    "remote_extend": (
        "a request from afar may add time, but only to a confirmed flame",
        "允许远程加时，但只对已确认的火焰",
    ),
    "relay_drive": (
        "one pin a relay, or besides it a pump that only the running loop keeps alive",
        "每个继电器一个引脚，或再加一个只有循环运行才能维持的泵电路",
    ),
    "burners": ("one object a burner", "每个灶头一个对象"),
    "relay_pin": (
        "by number of the burner; see [wiring](wiring/README.md)",
        "按灶头编号；见 [wiring](wiring/README.zh-CN.md)",
    ),
    "button_pin": ("likewise", "同上"),
    "sensor": ("both sense leads of this burner are wired", "该灶头的两根测量线已接好"),
    "pump_pin": ("pump of the pulse drive", "脉冲驱动的泵"),
    "sda_pin": ("converter, data", "转换器数据线"),
    "scl_pin": ("converter, clock", "转换器时钟线"),
    "pixel_pin": ("lights", "指示灯"),
    "buzzer_pin": ("buzzer", "蜂鸣器"),
    "hood_pin": (
        "an output that is high while a flame burns, for a range hood without a network; null: none",
        "有火焰时输出高电平，供不联网的抽油烟机使用；null：无",
    ),
    "display_clk_pin": ("clock of the four digits (TM1637); null: none fitted", "数码管（TM1637）时钟线；null：无"),
    "display_dio_pin": ("their data; null: none fitted", "其数据线；null：无"),
}

REASONS_ZH = {  # the comments beside the ranges in limits.py
    "a pot of soup; 4 h is the longest honest simmer": "一锅汤；正经的慢炖最长 4 小时",
    "one press; more than an hour a press hides what one did": "按一下；一下超过一小时就看不清自己做了什么",
    "how far presses may push the deadline": "连按最多能把终点推到多远",
    "the cap, whatever is pressed; 5 h of flame is a forgotten flame": "总上限，与按键无关；烧了 5 小时就是忘了关",
    "shorter cannot be reached from the next room, longer is not heard any more": (
        "再短就来不及从隔壁赶来，再长就没人听了"
    ),
    "no timer is not no end": "不计时不等于没有终点",
    "a slow tip needs 10 s, an open valve without a flame must not wait 3 min": (
        "慢的热电偶要 10 秒；阀开着没有火不能等 3 分钟"
    ),
    "a draught is shorter; the stove's own device needs up to 60 s": "一阵风更短；灶具自己的装置要长达 60 秒",
    "the magnet has surely let go; no chatter through a brown-out": "电磁阀肯定已释放；电压跌落时不会反复吸放",
    "60 ms release and two readings of eight channels, 20 ms each": "60 ms 释放，加上八个通道各两次读数，每次 20 ms",
    "the slowest tips lose half their millivolts in 83 s (120 s time constant)": (
        "最慢的热电偶 83 秒降到一半（时间常数 120 秒）"
    ),
    '"zero-second" ignition holds the magnet itself for so long': "“零秒”点火自己维持电磁阀这么久",
    "conducting, a flame from here up: 150 mA hold 12 mOhm coil, 5 mOhm contact": (
        "导通时，达到此值即有火焰：12 mΩ 线圈加 5 mΩ 触点，保持电流 150 mA"
    ),
    "and none from here down, or below a quarter of its peak": "及以下（或不足峰值的四分之一）则没有火焰",
    "open contact: 1.5 to 2.5 times as high": "触点断开时：高 1.5 到 2.5 倍",
    "200 mA through a 20 mOhm coil: the hand may let go": "200 mA 流过 20 mΩ 线圈：手可以松开",
    "and none from here down": "低于此值算无火",
}
AS_ABOVE = ("as above", "同上")

ENTITY_OF: Phrases = {  # the first column of entities.txt
    "device": ("the box", "盒子"),
    "burner": ("each burner", "每个灶头"),
    "sensor": ("each burner with a sensor", "每个装了传感器的灶头"),
    "extend": ("each burner, with `remote_extend`", "每个灶头，须打开 `remote_extend`"),
}
ENTITIES: Phrases = {  # the third
    "problem": ("a burner is in a fault, or a contact wants looking after", "有灶头出现故障，或触点需要检查"),
    "rssi": ("strength of the signal", "信号强度"),
    "restart": ("why the chip started last", "芯片上次启动的原因"),
    "gas": (
        "`open` while the contact conducts or a flame is seen, `closing`, `closed`; it can be closed, not opened",
        "触点导通或看到火焰时为 `open`，其次 `closing`、`closed`；只能关，不能开",
    ),
    "off": ("turns the burner off", "关火"),
    "extend": ("asks for one more `timer_step_min`; the box decides", "请求再加一次 `timer_step_min`；由盒子决定"),
    "flame": ("a flame is seen: for range hoods", "看到火焰：用于抽油烟机"),
    "off_at": (
        "when the time will be up; unknown while the box does not know the time",
        "何时关火；盒子不知道时间时未知",
    ),
    "state": ("the state, as in the table above", "状态，见上文的表"),
    "cause": ("why it last closed", "上次断开的原因"),
    "tc": ("millivolts, thermocouple side", "热电偶一侧的毫伏值"),
    "magnet": ("millivolts, magnet side", "电磁阀一侧的毫伏值"),
    "health": ("resistance of the contact, in percent of the coil's", "触点电阻占线圈电阻的百分比"),
    "closing": ("each closing, with its cause as the type", "每次断开，类型就是原因"),
}


# --- names, by reflection -------------------------------------------------------------------------------------


def numbers_of(module: Any) -> set[str]:
    """The names of a module's ALL_CAPS whole numbers."""
    found = vars(module).items()
    return {name for name, value in found if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) and isinstance(value, int)}


def agree(what: str, names: Iterable[str], phrases: Iterable[str]) -> None:
    """Raise KeyError where a name has no words, or words have no name."""
    names, phrases = set(names), set(phrases)
    told = [f"{what} {name}: no words for it" for name in sorted(names - phrases)]
    told += [f"{what} {name}: words for a name that is gone" for name in sorted(phrases - names)]
    if told:
        raise KeyError("tools/docs.py: " + "; ".join(told))


def by_number(module: Any, phrases: Iterable[str], what: str) -> dict[int, str]:
    """{number: name}; KeyError when two names share a number."""
    names = list(phrases)
    numbers = {getattr(module, name): name for name in names}
    if len(numbers) != len(names):
        raise KeyError(f"tools/docs.py: two of the {what}s share a number")
    return numbers


# The firmware keeps its tables as rows of bytes; here is what they are in plain units.


def rows_of(flat: bytes, length: int) -> list[tuple[int, ...]]:
    """The rows of a flat table."""
    return [tuple(flat[start : start + length]) for start in range(0, len(flat), length)]


def table_rows() -> list[tuple[int, ...]]:
    """The rows of the state table, with the columns in the order of COLUMNS."""
    order = [getattr(table, column) for column in COLUMNS]
    return [tuple(row[column] for column in order) for row in rows_of(table.TABLE, table.ROW)]


def lights() -> list[tuple[tuple[int, ...], int, int]]:
    """(red, green, blue), milliseconds on, milliseconds off (0: steady) of every light."""
    unit = signals.LIGHT_UNIT_MS
    return [(row[:3], row[3] * unit, row[4] * unit) for row in rows_of(signals.LIGHTS, signals.LIGHT_ROW)]


def sounds() -> list[tuple[int, list[tuple[int, int]]]]:
    """Rank and notes of every sound; a note is Hz (0: pause) and milliseconds."""
    found = []
    for rank, *notes in rows_of(signals.SOUNDS, signals.SOUND_ROW):
        pairs = zip(notes[::2], notes[1::2], strict=True)
        found.append((rank, [(pitch * signals.PITCH_HZ, time * signals.NOTE_MS) for pitch, time in pairs if time]))
    return found


def signs() -> list[tuple[int, int, int]]:
    """Light, returning sound and its seconds (0: never) of every state."""
    unit_s = signals.SIGN_UNIT_MS // 1000
    return [(light, sound, every * unit_s) for light, sound, every in rows_of(signals.STATE_SIGNS, signals.SIGN_ROW)]


class Names:
    """The numbers of the firmware's tables and the names they stand for; raises where words are missing."""

    def __init__(self) -> None:
        agree("code", numbers_of(codes), [*STATES, *EVENTS, *CAUSES, *WITHOUT_WORDS])
        agree("fault", numbers_of(faults) - {"NO_FAULT", "COUNT", "STORED"}, FAULTS)
        lent = {*numbers_of(codes), *numbers_of(signals), *COLUMNS, "ROW", "CONDUCTING", "SAME"}
        agree("guard or effect", numbers_of(table) - lent, [*GUARDS, *EFFECTS])
        agree("sound", {name for name in numbers_of(signals) if name.startswith("S_")}, SOUNDS)
        agree("colour", map(str, {light[0] for light in lights()}), map(str, COLOURS))
        self.states = by_number(codes, STATES, "state")
        self.events = by_number(codes, EVENTS, "event")
        self.causes = by_number(codes, CAUSES, "cause")
        self.faults = by_number(faults, FAULTS, "fault")
        self.guards = by_number(table, GUARDS, "guard")
        self.effects = by_number(table, EFFECTS, "effect")
        self.sounds = by_number(signals, SOUNDS, "sound")

    def states_in(self, bits: int) -> list[str]:
        """The states whose bits are set."""
        return [name for number, name in self.states.items() if bits >> number & 1]


# --- small pieces ---------------------------------------------------------------------------------------------


def code(text: str) -> str:
    return f"`{text}`"


def cause_of(names: Names, number: int) -> str:
    """A cause as trace and journal write it; empty for none."""
    return code(names.causes[number].replace("FAULTED", "FAULT")) if number else ""


def sound_of(names: Names, number: int) -> str:
    """A sound's name as the reader sees it, empty for silence."""
    return code(names.sounds[number][2:]) if sounds()[number][1] else ""


def time_of(seconds: int, tongue: int) -> str:
    """Seconds, or minutes from one up."""
    short, long = TIMES[tongue]
    return short.format(n=seconds) if seconds < 60 else long.format(n=seconds / 60)


def light_of(number: int, tongue: int) -> str:
    """A light's colour and rhythm."""
    rgb, on_ms, off_ms = lights()[number]
    colour = COLOURS[rgb][tongue]
    if number == signals.DARK:
        return colour
    rhythm = LIGHT_FLASH if off_ms else LIGHT_STEADY
    return colour + COMMA[tongue] + rhythm[tongue].format(on=f"{on_ms / 1000:g}", off=f"{off_ms / 1000:g}")


def reasons() -> dict[int, str]:
    """The comment at the end of each line of limits.py, by line number."""
    text = (ROOT / "firmware" / "curfew" / "core" / "limits.py").read_text("utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT and t.start[1] > 0}


def reason_of(key: str, tongue: int) -> str:
    """The comment beside the range of a setting in limits.py; KeyError where it has no Chinese."""
    lines = (ROOT / "firmware" / "curfew" / "core" / "limits.py").read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.strip().startswith(f'("{key}",'))
    reason = reasons().get(number, "")
    if not reason:
        return AS_ABOVE[tongue]
    if reason not in REASONS_ZH:
        raise KeyError(f"tools/docs.py: no Chinese for the reason of {key}: {reason}")
    return (reason, REASONS_ZH[reason])[tongue]


# --- the parts ------------------------------------------------------------------------------------------------


def part_states(names: Names, tongue: int) -> str:
    """What each state means, whether the contact conducts in it, its light and its returning sound."""
    head = (
        ("State", "Meaning", "Contact", "Light", "Sound that comes back"),
        ("状态", "含义", "触点", "指示灯", "重复的提示音"),
    )[tongue]
    contact = (("open", "closed"), ("断开", "闭合"))[tongue]
    body = []
    for number, state in sorted(names.states.items()):
        light, sound, every_s = signs()[number]
        again = EVERY[tongue].format(sound=sound_of(names, sound), time=time_of(every_s, tongue)) if every_s else ""
        closed = table.CONDUCTING >> number & 1
        body.append([code(state), STATES[state][tongue], contact[closed], light_of(light, tongue), again])
    service = ("contact wants looking after", "触点需要检查")[tongue]
    body.append([code("IDLE"), service, contact[0], light_of(signals.L_SERVICE, tongue), ""])
    return rows(head, body)


def part_transitions(names: Names, tongue: int) -> str:
    """One row per row of the state table."""
    head = (
        ("From", "On", "Only if", "To", "Effect", "Cause of the opening", "Sound"),
        ("从", "事件", "条件", "到", "动作", "断开原因", "提示音"),
    )[tongue]
    anything, same = (("any", "stays"), ("任意", "不变"))[tongue]
    everything = (1 << len(names.states)) - 1
    body = []
    guarded: set[tuple[int, int]] = set()  # state and event of rows above that had a guard
    for bits, event, guard, to, effect, cause, sound in table_rows():
        only = GUARDS[names.guards[guard]][tongue]
        pairs = {(state, event) for state in range(len(names.states)) if bits >> state & 1}
        if names.guards[guard] == "ALWAYS" and pairs & guarded:
            only = OTHERWISE[tongue]
        guarded |= pairs if names.guards[guard] != "ALWAYS" else set()
        body.append(
            [
                anything if bits == everything else " ".join(map(code, names.states_in(bits))),
                EVENTS[names.events[event]][tongue],
                only,
                same if to == table.SAME else code(names.states[to]),
                EFFECTS[names.effects[effect]][tongue],
                cause_of(names, cause),
                sound_of(names, sound),
            ]
        )
    rowless = [
        EVENTS[name][tongue] for number, name in names.events.items() if all(row[1] != number for row in table_rows())
    ]
    refused = ("Without any row, and so refused in every state: ", "没有任何行，因此在任何状态都被拒绝：")[tongue]
    return rows(head, body) + "\n\n" + refused + COMMA[tongue].join(rowless) + (".", "。")[tongue]


def part_diagram(names: Names, tongue: int) -> str:
    """The same as a picture; rows that stay where they are, are left out."""
    conducting = names.states_in(table.CONDUCTING)
    inner: dict[tuple[str, str], list[str]] = {}
    outer: dict[tuple[str, str], list[str]] = {}
    for bits, event, _, to, *_ in table_rows():
        sources = names.states_in(bits)
        if to == table.SAME:
            continue
        target = names.states[to]
        if target not in conducting and set(conducting) <= set(sources):
            sources = ["CONDUCTS", *(state for state in sources if state not in conducting)]
        for source in sources:
            if source == target and target != "VERIFYING":  # told by the table
                continue
            edges = inner if source in conducting and target in conducting else outer
            labels = edges.setdefault((source, target), [])
            label = EVENTS[names.events[event]][tongue].replace("`", "")
            if label not in labels:
                labels.append(label)
    title, start = (("contact closed", "any start"), ("触点闭合", "每次启动"))[tongue]
    lines = ["```mermaid", "stateDiagram-v2", f"  [*] --> VERIFYING : {start}", f'  state "{title}" as CONDUCTS {{']
    lines += [f"    {a} --> {b} : {COMMA[tongue].join(labels)}" for (a, b), labels in inner.items()]
    lines += ["  }"] + [f"  {a} --> {b} : {COMMA[tongue].join(labels)}" for (a, b), labels in outer.items()] + ["```"]
    return "\n".join(lines)


def part_sounds(names: Names, tongue: int) -> str:
    """Every sound as notes."""
    head = (("Sound", "Says", "Notes", "Rank"), ("提示音", "意思", "音符", "优先级"))[tongue]
    body = []
    for number, (rank, notes) in enumerate(sounds()):
        if notes:
            told = [f"{hz / 1000:g} kHz {ms} ms" if hz else f"{NOTE_PAUSE[tongue]} {ms} ms" for hz, ms in notes]
            body.append(
                [sound_of(names, number), SOUNDS[names.sounds[number]][tongue], COMMA[tongue].join(told), str(rank)]
            )
    return rows(head, body)


def part_causes(names: Names, tongue: int) -> str:
    """Why the contact opened."""
    head = (("Cause", "What it means"), ("原因", "含义"))[tongue]
    sources = " ".join(code(source) for source in words.SOURCES)
    body = []
    for number, name in sorted(names.causes.items()):
        body.append([cause_of(names, number), CAUSES[name][tongue].format(sources=sources)])
    return rows(head, body)


def part_faults(names: Names, tongue: int) -> str:
    """Number on the four digits, what raises each fault, what to do, what ends its cause."""
    head = (
        ("No.", "Fault", "Raised by", "What to do", "Its cause is gone with", "Survives a power cut"),
        ("编号", "故障", "触发", "该做什么", "原因消除的标志", "断电后保留"),
    )[tongue]
    yes, no = (("yes", "no"), ("是", "否"))[tongue]
    body = []
    for number, name in sorted(names.faults.items()):
        raised, todo, gone = (text[tongue] for text in FAULTS[name])
        kept = yes if faults.STORED >> number & 1 else no
        body.append([str(faults.FAULTS.split().index(name) + 1), code(name), raised, todo, gone, kept])
    return rows(head, body)


def part_entities(_: Names, tongue: int) -> str:
    """What Home Assistant finds, in the order of entities.txt."""
    lines = (ROOT / "firmware" / "entities.txt").read_text("utf-8").splitlines()
    found = [line.split("|", 4)[:4] for line in lines[1:]]  # behind the frame
    agree("entity", (entity for _, _, entity, _ in found), ENTITIES)
    agree("owner of an entity", (owner for owner, *_ in found), ENTITY_OF)
    head = (("Entity", "Name", "Of", "What it tells or does"), ("实体", "名称", "属于", "含义或作用"))[tongue]
    body = [(code(kind), name, ENTITY_OF[of][tongue], ENTITIES[entity][tongue]) for of, kind, entity, name in found]
    return rows(head, body)


def part_settings(_: Names, tongue: int) -> str:
    """Key, default, range and reason of every setting."""
    head = (("Key", "Default", "Range", "Why"), ("键", "默认值", "范围", "理由"))[tongue]
    each = "burners[ ]."
    told = {key for key, _ in (*limits.SWITCHES, *limits.BOX_PINS)} | set(limits.SPARE_PINS)
    agree("setting", told | {"relay_drive", "burners", "relay_pin", "button_pin", "sensor"}, SETTING_WORDS)

    def pins(numbers: Iterable[int]) -> str:
        return " ".join(str(number) for number in sorted(numbers))

    def ranged(key: str, default: int, low: int, high: int, before: str = "") -> list[str]:
        return [code(before + key), str(default), f"{low}–{high}", reason_of(key, tongue)]

    def said(key: str, default: str, allowed: str, before: str = "") -> list[str]:
        return [code(before + key), default, allowed, SETTING_WORDS[key][tongue]]

    body = [ranged(*row) for row in limits.SETTINGS]
    body += [said(key, str(default).lower(), "true, false") for key, default in limits.SWITCHES]
    body.append(said("relay_drive", limits.DRIVES[0], ", ".join(limits.DRIVES)))
    for key, pin in limits.BOX_PINS:
        body.append(said(key, str(pin), pins(limits.PINS_RELAY[-1:] if key == "pump_pin" else limits.PINS_OTHER)))
    body += [said(key, "null", "null " + pins(limits.PINS_OTHER)) for key in limits.SPARE_PINS]
    body.append(said("burners", "–", f"1–{limits.BURNERS_MAX}"))
    relay_pins, button_pins = zip(*limits.BURNER_PINS, strict=True)
    body.append(said("relay_pin", " ".join(map(str, relay_pins)), pins(limits.PINS_RELAY[:-1]), each))
    body.append(said("button_pin", " ".join(map(str, button_pins)), pins(limits.PINS_OTHER), each))
    body.append(said("sensor", "false", "true, false", each))
    body += [ranged(key, default, low, high, each) for key, default, low, high in limits.BURNER]
    return rows(head, body)


def part_demo(_: Names, tongue: int) -> str:
    """What `make demo` prints; both machines tell the same story, and CPython needs no build.

    The build id is a made up one: the document would change with every byte of the firmware.
    """
    scenario = load(ROOT / "scenarios" / "demo.json", samples=True)
    story = timeline.lines(play(scenario, "cpython").result, scenario, color=False)
    return re.sub(r"build [0-9a-f]{8}", "build 1a2b3c4d", "\n".join(["```text", *map(str.rstrip, story), "```"]))


def part_bench(_: Names, tongue: int) -> str:
    """What `make bench KEEP=1` kept."""
    told, measured = bench.read(bench.KEPT)
    return bench_table.in_markdown(told, measured, tongue)


PARTS = {
    "demo": part_demo,
    "states": part_states,
    "transitions": part_transitions,
    "diagram": part_diagram,
    "sounds": part_sounds,
    "causes": part_causes,
    "faults": part_faults,
    "settings": part_settings,
    "entities": part_entities,
    "parts list": lambda _, tongue: wiring.bom(tongue),
    "parts": lambda _, tongue: wiring.parts(tongue),
    "data sheets": lambda _, tongue: wiring.makers(tongue),
    "pins": lambda _, tongue: wiring.pins(tongue),
    "refused pins": lambda _, tongue: wiring.refused(tongue),
    "connections": lambda _, tongue: wiring.connections(tongue),
    "settings of the builds": lambda _, tongue: wiring.settings(tongue),
    "bench": part_bench,
}
WIRING_PARTS = ("parts", "data sheets", "pins", "refused pins", "connections")
README_PARTS = tuple(name for name in PARTS if name not in WIRING_PARTS)
FILES = (
    ("README.md", EN, README_PARTS),
    ("README.zh-CN.md", ZH, README_PARTS),
    ("wiring/README.md", EN, WIRING_PARTS),
    ("wiring/README.zh-CN.md", ZH, WIRING_PARTS),
)


def marked(name: str) -> re.Pattern[str]:
    """The place of one part in a text."""
    return re.compile(rf"(<!-- generated: {name} -->\n)(.*?)(<!-- end: {name} -->)", re.DOTALL)


def markers(text: str) -> list[str]:
    """The names of the generated parts of a text, in its order."""
    return re.findall(r"<!-- generated: (.+?) -->", text)


def brought_up(text: str, parts: dict[str, str]) -> tuple[str, list[str]]:
    """The text with its parts brought up to date, and the names of those that had drifted or are not there."""
    drifted = sorted(set(markers(text)) - set(parts))
    for name, part in parts.items():
        found = marked(name).findall(text)
        if len(found) != 1 or found[0][1] != part + "\n":
            drifted.append(name)
        fresh = part + "\n"
        text = marked(name).sub(lambda match, fresh=fresh: match[1] + fresh + match[3], text)  # type: ignore[misc]
    return text, drifted


def made(tongue: int, wanted: Iterable[str], demo: str | None = None) -> dict[str, str]:
    """The parts of one file; demo, when given, spares another run of the simulator."""
    names = Names()
    return {name: demo if name == "demo" and demo else PARTS[name](names, tongue) for name in wanted}


def main(argv: list[str] | None = None) -> int:
    """Bring everything up to date, or only compare; the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments not in ([], ["--check"]):
        print("docs: the only option is --check", file=sys.stderr)
        return 2
    checking = bool(arguments)
    demo = part_demo(Names(), EN)
    status = 0
    for file, tongue, wanted in FILES:
        path = ROOT / file
        text = path.read_text("utf-8")
        fresh, drifted = brought_up(text, made(tongue, wanted, demo))
        lost = [name for name in wanted if name not in markers(text)]
        if lost or checking and drifted:
            status = 1
            print(f"docs: {file}: drifted: {', '.join(drifted)} (run `make docs`; the markers must be there)")
        if not checking and fresh != text:
            path.write_text(fresh, "utf-8")
            print(f"docs: {file}: {', '.join(drifted)}")
    picture = ROOT / "build" / "demo.svg"
    if not checking and picture.is_file():
        (ROOT / "docs").mkdir(exist_ok=True)
        shutil.copyfile(picture, ROOT / "docs" / "demo.svg")
    if not checking:
        bench.draw(bench.IMAGES, bench.read(bench.KEPT)[1])
    return status


if __name__ == "__main__":
    sys.exit(main())
