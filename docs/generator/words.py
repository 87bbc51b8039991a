"""Words in English and Chinese for the names in the firmware's tables.

A name without words, or words without a name, raises in names.py. Describe a new state, event, guard, effect, cause,
fault, light or sound here in both languages. Settings and entities: setting_words.py.
"""

from docs.generator import Phrases
from docs.generator.firmware import limits

HOLD_S = limits.HOLD_MS / 1000
HOLD_LONG_S = limits.HOLD_LONG_MS // 1000

STATES: Phrases = {
    "IDLE": ("nothing burns; ready for ignition", "已关火，可以点火"),
    "ARMED": ("contact closed, waiting for a flame", "触点已闭合，等待点火"),
    "BURNING": ("the timer runs", "用火中，正在计时"),
    "WARNING": ("the last `warning_s` before the shut-off", "离关火不到 `warning_s`"),
    "OVERRIDE": ("no timer, but an upper limit", "不限时，但到上限仍会关火"),
    "VERIFYING": ("shut off; the proofs and the reclose delay run", "已关火；正在确认火已熄灭，并等待重新闭合延时"),
    "FAULT": ("a fault; the contact stays open until it is acknowledged", "有故障；清除之前触点一直断开"),
}
PLACES = {  # the middle of each state in the diagram
    "IDLE": (110, 200), "ARMED": (345, 200), "BURNING": (560, 200), "WARNING": (870, 200), "OVERRIDE": (745, 90),
    "VERIFYING": (470, 400), "FAULT": (860, 400),
}  # fmt: skip
BENDS = {  # corners of the arrows that would cross a state
    ("IDLE", "BURNING"): [(110, 128), (535, 128)],
    ("IDLE", "FAULT"): [(85, 480), (860, 480)],
}
AFTER_SHUTOFF = "VERIFYING"  # the state after every shut-off and every start

EVENTS: Phrases = {
    "FAULT_RAISED": ("a fault is raised", "出现故障"),
    "CLOCK_FAULT": ("clock fault", "时钟故障"),
    "HELD": (f"button held for {HOLD_S:g} s", f"按住按钮 {HOLD_S:g} 秒"),
    "REMOTE_OFF": ("remote OFF", "远程关火"),
    "DEADLINE": ("the time is up", "时间到"),
    "FLAME_LOST": ("no flame for `flame_out_s`", "火焰消失满 `flame_out_s`"),
    "CONTACT_NOT_CONDUCTING": (
        f"hot thermocouple, no voltage on the magnet side for {limits.CONTACT_OPEN_MS // 1000} s",
        f"热电偶已热，但电磁阀侧连续 {limits.CONTACT_OPEN_MS // 1000} 秒没有电压",
    ),
    "HELD_LONG": (f"button held for {HOLD_LONG_S} s", f"按住按钮 {HOLD_LONG_S} 秒"),
    "DOUBLE_PRESSED": ("button pressed twice", "双击按钮"),
    "PRESSED": ("button pressed", "按一下按钮"),
    "FLAME_SEEN": ("a flame is confirmed", "确认有火焰"),
    "IGNITED": ("the millivolts rise as after ignition", "毫伏值上升，像刚点着火"),
    "WINDOW_OVER": ("`ignite_window_s` is over", "`ignite_window_s` 已过"),
    "WARNING_DUE": ("`warning_s` left", "还剩 `warning_s`"),
    "RELIT": ("the millivolts rise again", "毫伏值再次上升"),
    "VERIFIED": ("reclose delay over, proofs done", "重新闭合延时已过，验证完成"),
    "REMOTE_EXTEND": ("remote request for more time", "远程请求加时"),
    "REMOTE_ARM": ("remote request to arm", "远程请求闭合触点"),
}

GUARDS: Phrases = {
    "ALWAYS": ("", ""),
    "NO_SENSOR": ("no sensor fitted", "未装传感器"),
    "SENSING": ("sensor fitted", "已装传感器"),
    "AUTO_ARM": ("`auto_arm` is on", "`auto_arm` 已开启"),
    "LEAVES_WARNING": ("more than `warning_s` is left then", "加时后剩余时间大于 `warning_s`"),
    "EXTEND_ALLOWED": ("`remote_extend` is on and a flame is confirmed", "`remote_extend` 已开启，且已确认有火焰"),
    "EXTEND_LEAVES_WARNING": (
        "`remote_extend` is on, a flame is confirmed, and more than `warning_s` is left then",
        "`remote_extend` 已开启，已确认有火焰，且加时后剩余时间大于 `warning_s`",
    ),
    "CAUSES_GONE": ("every cause is gone", "所有原因都已消除"),
    "AT_CAP": ("the deadline is the cap", "关火时间就是上限"),
    "AT_RAISED_CAP": ("the deadline is the cap, raised by an override", "关火时间是上限，且上限因“不限时”提高过"),
    "BY_OVERRIDE": ("an override set the deadline", "关火时间由“不限时”设定"),
    "RELIT_TOO_EARLY": ("the user tried to light too early", "用户点火过早"),
    "TIMED_BEFORE": ("the timer ran before the first press", "第一次按下之前已在计时"),
}
WITHOUT_WORDS = ("PENDING", "PROVED", "REFUTED", "UNTESTABLE", "TC", "MAGNET")  # verdicts and sides
COLUMNS = ("COL_FROM", "COL_EVENT", "COL_GUARD", "COL_TO", "COL_EFFECT", "COL_CAUSE", "COL_SOUND")
OTHERWISE = ("otherwise", "其他情况")

EFFECTS: Phrases = {
    "NOTHING": ("", ""),
    "START_TIMER": ("deadline = now + `timer_default_min`", "关火时间 = 现在 + `timer_default_min`"),
    "OPEN_WINDOW": ("`ignite_window_s` begins", "`ignite_window_s` 开始计时"),
    "ADD_STEP": (
        "deadline + `timer_step_min`, at most `timer_max_min` left, never past the cap",
        "关火时间延后 `timer_step_min`，剩余时间不超过 `timer_max_min`，且不超过上限",
    ),
    "START_OVERRIDE": ("deadline = now + `override_max_min`", "关火时间 = 现在 + `override_max_min`"),
    "RESTART_FLAMEOUT_TIMER": ("`flame_die_s` begins again", "`flame_die_s` 重新计时"),
    "ALLOW_UPDATE": (
        "a Wi-Fi update is allowed for 10 min, unless a contact is closed",
        "允许 Wi-Fi 更新 10 分钟，须没有触点闭合",
    ),
    "FORGET_FAULTS": ("the faults are cleared, the proofs run again", "清除故障，重新验证"),
}

CAUSES: Phrases = {
    "TIMEOUT": ("the time that you had set was up", "设定的时间到了"),
    "BURN_CAP": ("`burn_max_min` was reached, whatever was pressed", "单次用火达到 `burn_max_min`，按键也不能延长"),
    "OVERRIDE_END": (
        "the burn without a timer ended, after `override_max_min` at the latest",
        "不限时用火结束，最长 `override_max_min`",
    ),
    "BUTTON": ("the button was held", "按住了按钮"),
    "REMOTE": ("a remote OFF; the record names its source: {sources}", "远程关火；记录里写明来源：{sources}"),
    "FLAME_OUT": ("the flame went out: knob turned off, blown out, or boiled over", "火灭了：关了旋钮、被风吹灭或溢锅"),
    "NO_IGNITION": ("no flame within `ignite_window_s`", "`ignite_window_s` 之内没有点着"),
    "CONTACT_OPEN": (
        "the closed contact did not conduct: worn, oxidized, or a broken sense lead; "
        "the service light stays on until the next restart",
        "触点没有接通：磨损、氧化，或测量线断了；检修灯一直亮到下次重启",
    ),
    "CLOCK": (
        f"the chip's clock stopped, jumped by more than {limits.STALL_MAX_MS // 1000} s, or went back",
        f"芯片时钟停走、跳变超过 {limits.STALL_MAX_MS // 1000} 秒，或倒退",
    ),
    "FAULTED": ("a fault was raised; the record says which", "出现故障；记录里写明是哪一个"),
    "RESTART": ("the controller restarted during the burn", "用火期间控制盒重启"),
}

FAULTS: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    # what raises it, what to do, what ends its cause
    "CONTACT_WELDED": (
        (
            "magnet side live after a shut-off or before an ignition: welded contact, or bypass switch closed",
            "关火后或点火前电磁阀侧有电压：触点粘连，或旁路开关没有断开",
        ),
        (
            "turn the knob off; open the bypass switch; light and keep the knob pushed for some seconds; "
            "if the fault stays, replace the relay",
            "关掉旋钮；断开旁路开关；点火并按住旋钮几秒；故障仍在就更换继电器",
        ),
        (
            f"contact commanded open, thermocouple side above {limits.WELD_CLEARED_UV // 1000} mV and no voltage on "
            f"the magnet side for {limits.WELD_CLEARED_MS // 1000} s",
            f"触点应断开时，热电偶侧高于 {limits.WELD_CLEARED_UV // 1000} mV 而电磁阀侧没有电压，"
            f"持续 {limits.WELD_CLEARED_MS // 1000} 秒",
        ),
    ),
    "FLAME_PERSISTS": (
        ("the millivolts have not fallen `flame_die_s` after a shut-off", "关火后过了 `flame_die_s`，毫伏值仍未下降"),
        ("turn the knob off, wait until the burner is cold", "关掉旋钮，等灶头冷却"),
        (
            f"the millivolts fall to half and keep falling, or are below {limits.OUT_UV // 1000} mV",
            f"毫伏值降到一半并继续下降，或低于 {limits.OUT_UV // 1000} mV",
        ),
    ),
    "SENSOR_FAILED": (
        (
            f"no plausible reading from a fitted sensor for {limits.STALE_MS / 1000:g} s",
            f"已装的传感器连续 {limits.STALE_MS / 1000:g} 秒没有可信读数",
        ),
        ("check the converter's cable and the sense leads", "检查转换器的电缆和测量线"),
        (
            f"{limits.SENSOR_BACK_MS // 1000} s of good readings without a gap",
            f"连续 {limits.SENSOR_BACK_MS // 1000} 秒读数正常",
        ),
    ),
    "BUTTON_STUCK": (
        (f"a button was down for {limits.STUCK_MS // 1000} s", f"按钮连续按下 {limits.STUCK_MS // 1000} 秒"),
        ("free or clean the button", "让按钮弹起，或清洁按钮"),
        ("the button is up", "按钮弹起"),
    ),
    "UNSTABLE": (
        (
            f"{limits.RESETS_MAX} unwanted restarts without {limits.QUIET_MS // 60000} quiet minutes between them",
            f"意外重启 {limits.RESETS_MAX} 次，且每两次之间正常运行不到 {limits.QUIET_MS // 60000} 分钟",
        ),
        ("check the power supply and its plugs", "检查电源和插头"),
        (f"{limits.QUIET_MS // 60000} minutes without a restart", f"{limits.QUIET_MS // 60000} 分钟没有重启"),
    ),
    "SETTINGS_INVALID": (
        ("settings.json is missing, damaged or out of range", "settings.json 缺失、损坏或超出范围"),
        ("the console names key, value and range: correct it and restart", "控制台会列出键、值和范围：改正后重启"),
        ("a restart with valid settings", "用有效的设置重启"),
    ),
    "PROGRAM_CORRUPT": (
        (
            "the gate refused what the state table asked for; or no slot holds a valid program (all lights dark)",
            "安全闸门拒绝了状态表的请求；或两个程序槽都没有有效程序（灯全灭）",
        ),
        ("restart; if it comes back, install the program again", "重启；再次出现就重新安装程序"),
        ("a restart", "重启"),
    ),
}

COLORS: dict[tuple[int, ...], tuple[str, str]] = {
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
SERVICE = ("the contact needs service", "触点需要检修")

SOUNDS: Phrases = {
    "S_NONE": ("", ""),
    "S_ADDED": ("time was added, or the timer runs again", "已加时，或恢复计时"),
    "S_ARMED": ("contact closed", "触点已闭合"),
    "S_OVERRIDE": ("no timer now", "已改为不限时"),
    "S_REMIND": ("still burning without a timer", "不限时用火中"),
    "S_NO": ("refused", "请求被拒绝"),
    "S_READY": ("ready again", "可以再次点火"),
    "S_WAIT": ("too early: wait for the ready sound", "点火过早：请等待就绪提示音"),
    "S_LET_GO": ("release the knob", "可以松开旋钮"),
    "S_ALREADY_OFF": ("already off", "已经是关火状态"),
    "S_OFF": ("shut off", "已关火"),
    "S_WARNING": ("shut-off soon", "即将关火"),
    "S_FAULT": ("fault", "故障"),
}
COMMA = (", ", "，")
EVERY = ("{sound} every {time}", "每 {time} {sound}")
TIMES = (("{n:g} s", "{n:g} min"), ("{n:g} 秒", "{n:g} 分钟"))
NOTE_PAUSE = ("pause", "停")
