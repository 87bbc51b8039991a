"""The words of the result, English and Chinese: what each row measures, and how.

Belongs here: phrases by key. Does not: figures. A row without words, or words without a row, fails a test.
"""

EN, ZH = 0, 1
Phrases = dict[str, tuple[str, str]]

GROUPS: dict[int, tuple[str, str]] = {
    1: ("Deadline to coil", "到点到线圈断电"),
    2: ("OFF from afar to coil", "远程关火到线圈断电"),
    3: ("The safety tick", "安全循环的一拍"),
    4: ("Memory", "内存"),
    5: ("Simulator", "模拟器"),
    6: ("Start", "启动"),
    7: ("Growth", "增长"),
}

ROWS: Phrases = {
    "deadline_quiet": ("deadline to coil off, quiet network", "到点到线圈断电，网络平静"),
    "deadline_crowd": (
        "the same, 50 web clients and 500 MQTT messages a second",
        "同上，50 个网页客户端加每秒 500 条 MQTT",
    ),
    "deadline_hang": (
        "the same, 50 web clients, no broker, look-ups of names hang",
        "同上，50 个网页客户端，无服务器，域名查询卡住",
    ),
    "check_quiet": ("check of the deadline too late, quiet network", "到点检查迟到，网络平静"),
    "check_crowd": (
        "the same, 50 web clients and 500 MQTT messages a second",
        "同上，50 个网页客户端加每秒 500 条 MQTT",
    ),
    "check_hang": (
        "the same, 50 web clients, no broker, look-ups of names hang",
        "同上，50 个网页客户端，无服务器，域名查询卡住",
    ),
    "machine": ("the machine itself: a bare loop beside them, too late", "机器本身：旁边的裸循环迟到"),
    "deaths": ("turns in which the program ended by itself", "程序自己退出的轮次"),
    "off_web_quiet": ("OFF by HTTP to coil off, quiet", "HTTP 关火到线圈断电，平静"),
    "off_mqtt_quiet": ("OFF by MQTT to coil off, quiet", "MQTT 关火到线圈断电，平静"),
    "off_web_many": ("OFF by HTTP, quiet, of eight boxes at once", "HTTP 关火，平静，八个盒子同时"),
    "off_mqtt_many": ("OFF by MQTT, quiet, of eight boxes at once", "MQTT 关火，平静，八个盒子同时"),
    "off_web_crowd": (
        "OFF by HTTP, 50 web clients and 500 messages a second",
        "HTTP 关火，50 个网页客户端加每秒 500 条",
    ),
    "off_mqtt_crowd": (
        "OFF by MQTT, 50 web clients and 500 messages a second",
        "MQTT 关火，50 个网页客户端加每秒 500 条",
    ),
    "off_web_hang": (
        "OFF by HTTP, 50 web clients, no broker, look-ups hang",
        "HTTP 关火，50 个网页客户端，无服务器，查询卡住",
    ),
    "tick_us": ("one tick on the VM, burners: {of}", "VM 上的一拍，灶眼数 {of}"),
    "tick_esp32_ms": ("one tick on an ESP32, an estimate, burners: {of}", "ESP32 上的一拍（估算），灶眼数 {of}"),
    "tick_bytes": ("bytes allocated in all ticks", "所有拍里分配的字节"),
    "heap_start": ("live heap after the start, four burners, all services", "启动后存活的堆，四个灶眼，全部服务"),
    "heap_worst": ("live heap under load, at worst", "负载下存活的堆，最坏"),
    "heap_32": ("live heap under load with 32-bit words, an estimate", "负载下存活的堆，按 32 位字估算"),
    "heap_part": ("heap of the part: {of}", "部件占用的堆：{of}"),
    "mpy_part": ("compiled files of the part: {of}", "部件的编译文件：{of}"),
    "sim_cpython": ("simulator on CPython, burners: {of}", "CPython 上的模拟器，灶眼数 {of}"),
    "sim_micropython": ("simulator on the VM, burners: {of}", "VM 上的模拟器，灶眼数 {of}"),
    "sim_grow_cpython": ("a stove second on CPython over burners: {of}", "CPython 上炉灶一秒的用时随灶眼数：{of}"),
    "sim_grow_micropython": ("a stove second on the VM over burners: {of}", "VM 上炉灶一秒的用时随灶眼数：{of}"),
    "campaign": ("random cooks, all cores", "随机做饭，全部核心"),
    "explored": ("exhaustive search, states", "穷举搜索，状态"),
    "explored_steps": ("exhaustive search, transitions", "穷举搜索，转移"),
    "start_safe": ("instructions from reset to safe relays", "从复位到继电器安全的指令数"),
    "start_ready": ("instructions from reset to the first tick", "从复位到第一拍的指令数"),
    "start_safe_us": ("time from reset to safe relays on the VM", "VM 上从复位到继电器安全的时间"),
    "start_ready_us": ("time from reset to the first tick on the VM", "VM 上从复位到第一拍的时间"),
    "grow_tick_us": ("a tick over burners: {of}", "一拍随灶眼数：{of}"),
    "grow_heap": ("heap of the core over burners: {of}", "核心的堆随灶眼数：{of}"),
    "grow_period_ms": ("tick to tick over web clients: {of}", "拍间隔随网页客户端数：{of}"),
    "grow_clients_heap": ("live heap over web clients: {of}", "存活的堆随网页客户端数：{of}"),
    "grow_journal_us": ("writing one closing over closings so far: {of}", "写一次关火随已有次数：{of}"),
    "grow_journal_start_us": ("reading the journal at a start, over closings: {of}", "启动时读日志随次数：{of}"),
    "grow_journal_bytes": ("the journal's file over closings: {of}", "日志文件随次数：{of}"),
    # whole groups that could not be measured
    "turns": ("deadline and OFF, in turns with the peer", "到点与关火，与对手轮流"),
    "many": ("OFF by many boxes at once", "多个盒子同时关火"),
    "ticks": ("the safety tick", "安全循环的一拍"),
    "parts": ("heap and files by part", "按部件的堆和文件"),
    "load": ("heap and web clients under load", "负载下的堆与网页客户端"),
    "simulator": ("the simulator's speed", "模拟器的速度"),
    "start": ("the start", "启动"),
    "growth": ("growth", "增长"),
}

BESIDE: Phrases = {
    "peer": ("the asyncio program", "asyncio 程序"),
    "turns": ("in the turns of the asyncio program", "在 asyncio 程序的轮次里"),
    "limit": ("the limit", "极限"),
    "tick": ("a tick of 20 ms", "20 毫秒一拍"),
    "empty": ("an empty loop", "空循环"),
    "heap": ("the heap of 192 KiB", "192 KiB 的堆"),
    "real": ("real time", "实时"),
    "cpython": ("CPython", "CPython"),
    "": ("", ""),
}

HOW: Phrases = {
    "edges": ("edges of the relay pin; a deadline lies 10 s (or a minute) behind the rising one",
              "继电器引脚的边沿；上升沿之后 10 秒（或一分钟）到点"),
    "feeds": ("between two feedings of the watchdog, less 20 ms", "两次喂狗之间，减去 20 毫秒"),
    "asked": ("from sending to the falling edge, asking again when shut out",
              "从发出到下降沿，被拒之门外就再试"),
    "loop": ("a VM that only sleeps, 20 ms at a time", "一台只睡眠的 VM，每次 20 毫秒"),
    "ended": ("such a turn is begun anew", "这样的一轮重新开始"),
    "blocks": ("blocks of 400 ticks, in turns with the empty loop", "400 拍一组，与空循环轮流"),
    "esp32": ("ticks in rounds of a bare loop, times the 2 µs that such a round was published to take on an ESP32",
              "以裸循环的圈数计，乘以公开的 ESP32 每圈 2 微秒"),
    "no_collector": ("the collector off, gc.mem_alloc() before and after", "关掉回收，前后各看 gc.mem_alloc()"),
    "collected": ("after a collection", "回收之后"),
    "halved": ("words and blocks halved, bytecode and texts as long as in the files",
               "字和块减半，字节码和文本按文件长度"),
    "files": ("bytes of the .mpy files", ".mpy 文件字节数"),
    "whole_run": ("whole runs, the start of the process included", "整次运行，含进程启动"),
    "search": ("the variant without a sensor", "无传感器的变体"),
    "trace": ("CPython's own trace of its instructions", "CPython 自己的指令跟踪"),
    "fresh": ("each run in a process of its own, on a chip that takes no time", "每次一个新进程，芯片不耗时"),
    "clients": ("every tick, with 500 messages a second besides", "每一拍，另有每秒 500 条消息"),
    "journal": ("the quickest of 25 looks; from 100 closings on it is full", "25 次中最快的；满 100 次后不再增长"),
    "": ("", ""),
}  # fmt: skip

LAWS: Phrases = {
    "constant": ("constant", "不变"),
    "logarithmic": ("logarithmic", "对数"),
    "linear": ("linear", "线性"),
    "quadratic": ("quadratic", "平方"),
    "none": ("no law seen", "看不出规律"),
}
PARTS: Phrases = {
    "core": ("core with hardware", "核心与硬件"),
    "asyncio": ("asyncio", "asyncio"),
    "services": ("other services", "其他服务"),
    "web": ("web", "网页"),
    "mqtt": ("MQTT and Home Assistant", "MQTT 与 Home Assistant"),
}
HEAD: dict[str, tuple[str, str]] = {
    "what": ("What", "项目"),
    "unit": ("Unit", "单位"),
    "median": ("Median", "中位数"),
    "rare": ("99.9 %", "99.9%"),
    "worst": ("Worst", "最坏"),
    "n": ("n", "n"),
    "beside": ("Beside", "对照"),
    "other": ("its median (/ 99.9 %) / worst", "其中位数（/ 99.9%）/ 最坏"),
    "ratio": ("Ratio", "倍数"),
}
HOW_HEAD = ("How", "怎样测")
NOT_MEASURED = ("not measured: {why}", "没有测成：{why}")
LATENESS = (
    "{law}, {low} → {high}: {first} → {last} ({misses} % off)",
    "{law}，{low} → {high}：{first} → {last}（偏差 {misses}%）",
)
RUN = (
    "Measured on {when} with `{command}`: {machine}, {vm}; ratio above 1: ours is better.{noise}",
    "{when} 用 `{command}` 测得：{machine}，{vm}；倍数大于 1 表示我们更好。{noise}",
)
NOISE = (
    " Provisional: other work ran on the same machine (load {load:.1f} on {cores} cores).",
    "暂定：同一台机器上还有别的工作（{cores} 核，负载 {load:.1f}）。",
)
TITLE = ("How late, under the same load", "同样负载下迟到多少")
SUBTITLE = (
    "Dot: median. End of the line: worst. The asyncio program does the same with the same libraries on the same VM.",
    "圆点为中位数，线的末端为最坏。asyncio 程序在同一 VM 上用同样的库做同样的事。",
)
OURS = ("Curfew", "Curfew")
SCALE = ("milliseconds, logarithmic", "毫秒，对数刻度")
