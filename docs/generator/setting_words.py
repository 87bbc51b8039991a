"""Words in English and Chinese for settings without a reason in limits.py, for those reasons, and for entities."""

from docs.generator import Phrases

SETTING_WORDS: Phrases = {  # settings whose reason does not stand beside a range
    "auto_arm": (
        "the contact closes by itself at ignition; off: press the button first",
        "点火时自动闭合触点；未开启时要先按按钮",
    ),
    "remote_extend": (
        "a remote request may add time, but only to a confirmed flame",
        "允许远程加时，但必须已确认有火焰",
    ),
    "relay_drive": (
        "level: one pin for each relay; pulse: also a charge pump that only the running loop keeps charged",
        "level：每个继电器一个引脚；pulse：另加一个电荷泵，只有安全循环运行才能保持有电",
    ),
    "burners": ("one object for each burner", "每个灶头一个对象"),
    "relay_pin": (
        "by number of the burner; see [wiring](../wiring/README.md)",
        "按灶头编号；见[接线](../wiring/README.zh-CN.md)",
    ),
    "button_pin": ("likewise", "同上"),
    "sensor": ("both sense leads of this burner are wired", "该灶头的两根测量线都已接好"),
    "pump_pin": ("charge pump of the pulse drive", "脉冲驱动的电荷泵"),
    "sda_pin": ("converter, data", "转换器数据线"),
    "scl_pin": ("converter, clock", "转换器时钟线"),
    "pixel_pin": ("lights", "指示灯"),
    "buzzer_pin": ("buzzer", "蜂鸣器"),
    "hood_pin": (
        "an output that is high while a flame burns, for a range hood without a network; null: none",
        "有火焰时输出高电平，用于不联网的抽油烟机；null：不用",
    ),
    "display_clk_pin": (
        "clock of the four-digit display (TM1637); null: none fitted",
        "四位数码管（TM1637）的时钟线；null：未装",
    ),
    "display_dio_pin": ("its data; null: none fitted", "数码管的数据线；null：未装"),
}

REASONS_ZH = {  # the comments beside the ranges in limits.py
    "a pot of soup; 4 h is the longest honest simmer": "够炖一锅汤；再久的小火慢炖也不过 4 小时",
    "one press; more than an hour a press hides what one did": "每按一次加时；一次超过一小时，就不清楚自己加了多少",
    "how far presses may push the deadline": "连续加时后剩余时间的上限",
    "the cap, whatever is pressed; 5 h of flame is a forgotten flame": (
        "单次用火最长时间，按键也不能延长；烧了 5 小时就是忘了关"
    ),
    "shorter cannot be reached from the next room, longer is not heard any more": (
        "再短来不及从隔壁房间赶来，再长就没人在意了"
    ),
    "no timer is not no end": "不限时也有结束的时候",
    "a slow tip needs 10 s, an open valve without a flame must not wait 3 min": (
        "慢的热电偶要 10 秒；阀门打开而没有火，不能等到 3 分钟"
    ),
    "a draught is shorter; the stove's own device needs up to 60 s": "阵风比这短；灶具自带的装置最长要 60 秒",
    "the magnet has surely let go; no chatter through a brown-out": "确保电磁阀已释放；电压跌落时不会反复通断",
    "60 ms release and two readings of eight channels, 20 ms each": "60 ms 释放时间，加八个通道各读两次，每次 20 ms",
    "the slowest tips lose half their millivolts in 83 s (120 s time constant)": (
        "最慢的热电偶要 83 秒才降到一半（时间常数 120 秒）"
    ),
    '"zero-second" ignition holds the magnet itself for so long': "“零秒点火”自己吸住电磁阀的时间",
    "conducting, a flame from here up: 150 mA hold 12 mOhm coil, 5 mOhm contact": (
        "触点闭合时，达到此值视为有火焰：150 mA 吸持电流，12 mΩ 线圈，5 mΩ 触点"
    ),
    "and none from here down, or below a quarter of its peak": "低于此值，或不足峰值的四分之一，视为无火焰",
    "open contact: 1.5 to 2.5 times as high": "触点断开时：为闭合时的 1.5 到 2.5 倍",
    "200 mA through a 20 mOhm coil: the hand may let go": "200 mA 流过 20 mΩ 线圈：可以松开旋钮",
    "and none from here down": "低于此值视为无火焰",
}
AS_ABOVE = ("as above", "同上")

ENTITY_OF: Phrases = {  # the first column of entities.txt
    "device": ("the controller", "控制盒"),
    "burner": ("each burner", "每个灶头"),
    "sensor": ("each burner with a sensor", "每个装了传感器的灶头"),
    "extend": ("each burner, with `remote_extend`", "每个灶头，须开启 `remote_extend`"),
}
ENTITIES: Phrases = {  # the third
    "problem": ("a burner has a fault, or a contact needs service", "有灶头出现故障，或触点需要检修"),
    "rssi": ("strength of the signal", "信号强度"),
    "restart": ("why the chip last restarted", "芯片上次重启的原因"),
    "gas": (
        "`open` while the contact is closed or a flame is detected, `closing`, `closed`; can be closed, not opened",
        "触点闭合或检测到火焰时为 `open`，另有 `closing`、`closed`；只能关，不能开",
    ),
    "off": ("turns the burner off", "关火"),
    "extend": (
        "asks for one more `timer_step_min`; the controller decides",
        "请求再加一次 `timer_step_min`；是否加时由控制盒决定",
    ),
    "flame": ("a flame is detected: for range hoods", "检测到火焰；可用来联动抽油烟机"),
    "off_at": (
        "when the time will be up; unknown while the controller does not know the time",
        "预计关火时间；控制盒还不知道时间时为未知",
    ),
    "state": ("the state", "状态"),
    "cause": ("the cause of the last shut-off", "上次关火的原因"),
    "tc": ("millivolts, thermocouple side", "热电偶侧的毫伏值"),
    "magnet": ("millivolts, magnet side", "电磁阀侧的毫伏值"),
    "health": ("resistance of the contact, in percent of the coil's", "触点电阻，以占线圈电阻的百分比表示"),
    "closing": ("each shut-off, with its cause as the type", "每次关火，事件类型就是原因"),
}
