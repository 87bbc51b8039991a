"""The words of the result, English and Chinese: what each row measures, and how.

Belongs here: phrases by key. Does not: figures. A row without words, or words without a row, fails a test.
"""

EN, ZH = 0, 1
Phrases = dict[str, tuple[str, str]]

GROUPS: dict[int, tuple[str, str]] = {
    1: ("Deadline to coil", "从到点到线圈断电"),
    2: ("OFF from afar to coil", "从远程关火到线圈断电"),
    3: ("The safety tick", "安全循环的一个节拍"),
    4: ("Memory", "内存"),
    5: ("Simulator", "模拟器"),
    6: ("Start", "启动"),
    7: ("Growth", "增长"),
}

ROWS: Phrases = {
    "deadline_quiet": ("deadline to coil off, quiet network", "从到点到线圈断电，网络空闲"),
    "deadline_crowd": (
        "the same, 50 web clients and 500 MQTT messages a second",
        "同上，50 个网页客户端加每秒 500 条 MQTT 消息",
    ),
    "deadline_hang": (
        "the same, 50 web clients, no broker, look-ups of names hang",
        "同上，50 个网页客户端，MQTT 服务器离线，域名查询卡住",
    ),
    "check_quiet": ("check of the deadline too late, quiet network", "到点检查的延迟，网络空闲"),
    "check_crowd": (
        "the same, 50 web clients and 500 MQTT messages a second",
        "同上，50 个网页客户端加每秒 500 条 MQTT 消息",
    ),
    "check_hang": (
        "the same, 50 web clients, no broker, look-ups of names hang",
        "同上，50 个网页客户端，MQTT 服务器离线，域名查询卡住",
    ),
    "machine": ("the machine itself: a bare loop beside them, too late", "机器本身：旁边的空循环的延迟"),
    "deaths": ("turns in which the program ended by itself", "程序自己退出的轮次"),
    "off_web_quiet": ("OFF by HTTP to coil off, quiet", "从 HTTP 关火到线圈断电，空闲"),
    "off_mqtt_quiet": ("OFF by MQTT to coil off, quiet", "从 MQTT 关火到线圈断电，空闲"),
    "off_web_many": ("OFF by HTTP, quiet, of eight boxes at once", "HTTP 关火，空闲，八个控制盒同时运行"),
    "off_mqtt_many": ("OFF by MQTT, quiet, of eight boxes at once", "MQTT 关火，空闲，八个控制盒同时运行"),
    "off_web_crowd": (
        "OFF by HTTP, 50 web clients and 500 messages a second",
        "HTTP 关火，50 个网页客户端加每秒 500 条消息",
    ),
    "off_mqtt_crowd": (
        "OFF by MQTT, 50 web clients and 500 messages a second",
        "MQTT 关火，50 个网页客户端加每秒 500 条消息",
    ),
    "off_web_hang": (
        "OFF by HTTP, 50 web clients, no broker, look-ups hang",
        "HTTP 关火，50 个网页客户端，MQTT 服务器离线，查询卡住",
    ),
    "tick_us": ("one tick on the VM, burners: {of}", "虚拟机上的一个节拍，灶头数 {of}"),
    "tick_esp32_ms": ("one tick on an ESP32, an estimate, burners: {of}", "ESP32 上的一个节拍（估算），灶头数 {of}"),
    "tick_bytes": ("bytes allocated in all ticks", "所有节拍分配的字节数"),
    "heap_start": ("live heap after the start, four burners, all services", "启动后占用的堆，四个灶头，全部服务"),
    "heap_worst": ("live heap under load, at worst", "负载下占用的堆，最差"),
    "heap_32": ("live heap under load with 32-bit words, an estimate", "负载下占用的堆，按 32 位字估算"),
    "heap_part": ("heap of the part: {of}", "占用的堆，{of}"),
    "mpy_part": ("compiled files of the part: {of}", "编译后的文件，{of}"),
    "sim_cpython": ("simulator on CPython, burners: {of}", "CPython 上的模拟器，灶头数 {of}"),
    "sim_micropython": ("simulator on the VM, burners: {of}", "虚拟机上的模拟器，灶头数 {of}"),
    "sim_grow_cpython": ("a stove second on CPython over burners: {of}", "在 CPython 上模拟一秒的用时，随灶头数：{of}"),
    "sim_grow_micropython": ("a stove second on the VM over burners: {of}", "在虚拟机上模拟一秒的用时，随灶头数：{of}"),
    "campaign": ("random cooks, all cores", "随机运行，全部核心"),
    "explored": ("exhaustive search, states", "穷举，状态"),
    "explored_steps": ("exhaustive search, transitions", "穷举，转换"),
    "start_safe": ("instructions from reset to safe relays", "从复位到继电器安全的指令数"),
    "start_ready": ("instructions from reset to the first tick", "从复位到第一个节拍的指令数"),
    "start_safe_us": ("time from reset to safe relays on the VM", "虚拟机上从复位到继电器安全的时间"),
    "start_ready_us": ("time from reset to the first tick on the VM", "虚拟机上从复位到第一个节拍的时间"),
    "grow_tick_us": ("a tick over burners: {of}", "一个节拍的用时，随灶头数：{of}"),
    "grow_heap": ("heap of the core over burners: {of}", "核心的堆，随灶头数：{of}"),
    "grow_period_ms": ("tick to tick over web clients: {of}", "节拍间隔，随网页客户端数：{of}"),
    "grow_clients_heap": ("live heap over web clients: {of}", "占用的堆，随网页客户端数：{of}"),
    "grow_journal_us": ("writing one closing over closings so far: {of}", "写一条关火记录的用时，随已有条数：{of}"),
    "grow_journal_start_us": (
        "reading the journal at a start, over closings: {of}",
        "启动时读取关火记录的用时，随条数：{of}",
    ),
    "grow_journal_bytes": ("the journal's file over closings: {of}", "关火记录文件的大小，随条数：{of}"),
    # whole groups that could not be measured
    "turns": ("deadline and OFF, in turns with the peer", "到点和关火，与基准程序轮流"),
    "many": ("OFF by many boxes at once", "多个控制盒同时关火"),
    "ticks": ("the safety tick", "安全循环的一个节拍"),
    "parts": ("heap and files by part", "各部分的堆和文件"),
    "load": ("heap and web clients under load", "负载下的堆和网页客户端"),
    "simulator": ("the simulator's speed", "模拟器的速度"),
    "start": ("the start", "启动"),
    "growth": ("growth", "增长"),
}

BESIDE: Phrases = {
    "peer": ("the asyncio program", "asyncio 程序"),
    "turns": ("in the turns of the asyncio program", "asyncio 程序的各轮"),
    "limit": ("the limit", "限值"),
    "tick": ("a tick of 20 ms", "20 ms 的节拍"),
    "empty": ("an empty loop", "空循环"),
    "heap": ("the heap of 192 KiB", "192 KiB 的堆"),
    "real": ("real time", "实时"),
    "cpython": ("CPython", "CPython"),
    "": ("", ""),
}

HOW: Phrases = {
    "edges": ("edges of the relay pin; a deadline lies 10 s (or a minute) behind the rising one",
              "继电器引脚的边沿；关火时间在上升沿之后 10 秒（或一分钟）"),
    "feeds": ("between two feedings of the watchdog, less 20 ms", "两次喂看门狗的间隔，减去 20 ms"),
    "asked": ("from sending to the falling edge, asking again when shut out",
              "从发出到下降沿，被拒绝就再试"),
    "loop": ("a VM that only sleeps, 20 ms at a time", "一台只睡眠的虚拟机，每次 20 ms"),
    "ended": ("such a turn is begun anew", "这样的一轮会重新开始"),
    "blocks": ("blocks of 400 ticks, in turns with the empty loop", "每组 400 个节拍，与空循环轮流"),
    "esp32": ("ticks in rounds of a bare loop, times the 2 µs that such a round was published to take on an ESP32",
              "节拍折合成空循环的圈数，乘以公开的 ESP32 每圈 2 µs"),
    "no_collector": ("the collector off, gc.mem_alloc() before and after", "关闭回收，前后各读一次 gc.mem_alloc()"),
    "collected": ("after a collection", "垃圾回收之后"),
    "halved": ("words and blocks halved, bytecode and texts as long as in the files",
               "字和块减半，字节码和文本按文件中的长度"),
    "files": ("bytes of the .mpy files", ".mpy 文件的字节数"),
    "whole_run": ("whole runs, the start of the process included", "整个运行，包括进程启动"),
    "search": ("the variant without a sensor", "没有传感器的变体"),
    "trace": ("CPython's own trace of its instructions", "CPython 自己的指令跟踪"),
    "fresh": ("each run in a process of its own, on a chip that takes no time", "每次用新的进程，芯片不占时间"),
    "clients": ("every tick, with 500 messages a second besides", "每个节拍，另有每秒 500 条消息"),
    "journal": ("the quickest of 25 looks; from 100 closings on it is full", "25 次中最快的一次；满 100 条后不再增长"),
    "": ("", ""),
}  # fmt: skip

LAWS: Phrases = {
    "constant": ("constant", "恒定"),
    "logarithmic": ("logarithmic", "对数"),
    "linear": ("linear", "线性"),
    "quadratic": ("quadratic", "平方"),
    "none": ("no law seen", "没有看出规律"),
}
PARTS: Phrases = {
    "core": ("core with hardware", "核心和硬件"),
    "asyncio": ("asyncio", "asyncio"),
    "services": ("other services", "其他服务"),
    "web": ("web", "网页"),
    "mqtt": ("MQTT and Home Assistant", "MQTT 和 Home Assistant"),
}
HEAD: dict[str, tuple[str, str]] = {
    "what": ("What", "项目"),
    "unit": ("Unit", "单位"),
    "median": ("Median", "中位数"),
    "rare": ("99.9 %", "99.9 %"),
    "worst": ("Worst", "最差"),
    "n": ("n", "n"),
    "beside": ("Beside", "对照"),
    "other": ("its median (/ 99.9 %) / worst", "其中位数（/ 99.9 %）/ 最差"),
    "ratio": ("Ratio", "倍数"),
}
HOW_HEAD = ("How", "测量方法")
NOT_MEASURED = ("not measured: {why}", "没有测量：{why}")
LATENESS = (
    "{law}, {low} → {high}: {first} → {last} ({misses} % off)",
    "{law}，{low} → {high}：{first} → {last}（偏差 {misses} %）",
)
RUN = (
    "Measured on {when} with `{command}`: {machine}, {vm}; ratio above 1: ours is better.{noise}",
    "{when} 用 `{command}` 测得：{machine}，{vm}；倍数大于 1 表示 Curfew 更好。{noise}",
)
NOISE = (
    " Provisional: other work ran on the same machine (load {load:.1f} on {cores} cores).",
    "暂定：同一台机器上还在运行其他任务（{cores} 核，负载 {load:.1f}）。",
)
TITLE = ("How late, under the same load", "同样负载下的延迟")
SUBTITLE = (
    "Dot: median. End of the line: worst. The asyncio program does the same with the same libraries on the same VM.",
    "圆点是中位数，线的末端是最差值。asyncio 程序在同样的虚拟机上用同样的程序库做同样的事。",
)
OURS = ("Curfew", "Curfew")
SCALE = ("milliseconds, logarithmic", "毫秒，对数刻度")
