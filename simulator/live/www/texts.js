// Every word of the page in both languages. Belongs here: words. Does not: where they stand.
const WORDS = {
  title: ["a stove on the desk, with the real firmware", "桌面上的炉子，跑的是真固件"],
  speed: ["speed of the stove", "炉子的时间快慢"], step: ["let 20 ms pass", "走 20 毫秒"], stove_time: ["stove time", "炉子的时间"],
  sound: ["sound", "声音"], strips: ["What the box measures", "盒子量到的"], story: ["What happened", "发生了什么"], drawer: ["Throw something at it", "给它找点麻烦"],
  drawer_about: ["Everything that a scenario can do, done now. The box does not know that it is being played with.", "剧本里能做的事，这里都能马上做。盒子并不知道有人在逗它。"],
  runs: ["Runs", "剧本"], save: ["Save what was done", "保存刚才的过程"], open: ["Open a file …", "打开文件…"], anew: ["A new stove", "换一台新炉子"],
  burners: ["burners", "灶眼"], sensor: ["sensor fitted", "装了检测"], pulse: ["pulse drive", "脉冲驱动"], minutes: ["minutes on the clock", "默认定时（分）"], find: ["Find a scenario of the repository", "在仓库的剧本里找"],
  device: ["The box's own page", "盒子自己的网页"], show_device: ["Show it", "打开"], hide_device: ["Hide it", "收起"],
  device_about: ["Served by the running firmware, as on your phone. Password: {0}", "由正在运行的固件提供，和手机上看到的一样。密码：{0}"], device_broker: [" MQTT: {0}", " MQTT：{0}"],
  keys: ["Keys: 1–4 choose a burner · L light it (10 s) · O knob off · P press · D double press · H hold · F off from afar · W weld · U mend the contact · B blow out · space pause · . step · + − speed. On a knob: space pushes, arrows turn.",
    "按键：1–4 选灶眼 · L 点火（按 10 秒）· O 关旋钮 · P 按一下 · D 连按两下 · H 长按 · F 远程关火 · W 触点焊死 · U 修好触点 · B 吹灭 · 空格 暂停 · . 单步 · + − 快慢。旋钮上：空格按住，方向键转动。"],
  stove: ["stove", "炉子"], knob: ["knob", "旋钮"], button: ["button of the box, burner", "盒子上的按钮，灶眼"], knob_off: ["off", "关"], fill: ["pour in water", "加水"],
  push_and_hold: ["push and hold", "按下并按住"], sparking: ["sparking …", "打火中…"], keep_holding: ["keep holding …", "继续按住…"], let_go: ["it holds: let go", "吸住了，松手"], turn_or_off: ["drag to turn, click for off", "拖动调火，点一下关"],
  contact: ["contact of the box", "盒子的触点"], contact_mohm: ["contact mΩ", "触点 mΩ"], gas: ["gas", "燃气"], magnet: ["magnet, valve", "电磁阀"], is_open: ["open: no current", "断开：没有电流"], welded: ["welded!", "焊死了！"], stuck_open: ["stuck open", "卡在断开"],
  button_hint: ["buttons: click, twice, or hold", "按钮：点、连点、长按"], tc_side: ["thermocouple side of the contact", "触点的热电偶一侧"], magnet_side: ["magnet side of the contact", "触点的电磁阀一侧"], current: ["current that holds the gas open", "把气阀吸住的电流"],
  loop_about: ["The flame heats the tip, the tip drives\nthe current, the current holds the gas.\nThe box can only break this loop.", "火烧热电偶，热电偶产生电流，\n电流吸住气阀。\n盒子只能切断这个回路。"],
  no_power: ["no power", "没有电"], ready: ["ready for the next lighting", "可以点火了"], starting: ["starting …", "启动中…"], tip: ["tip", "探头"], states: ["state", "状态"], holds: ["holds", "吸得住"], drops: ["lets go", "松开"],
  coach_light: ["Light: hold a knob down until the box beeps", "点火：按住旋钮，等盒子响一声再松手"], coach_forget: ["Forget it: 60×, and watch the gas close", "忘掉它：按 60×，看它自己关气"], coach_weld: ["Weld the contact, then hold the button", "把触点焊死，再长按按钮关火"], weld_it: ["weld", "焊死"], coach_done: ["That is all it does. Now throw something else at it.", "它就做这些。再给它找点别的麻烦吧。"],
  rules_hold: ["{0} rules hold", "{0} 条规则成立"], rules_wait: ["rules …", "规则…"], violated: ["Broken: {0}", "违反：{0}"], save_it: ["Save the scenario that did it", "保存出问题的剧本"],
  held_end: ["{0}: everything that it expects has happened", "{0}：预期的都发生了"], failed_end: ["{0}: not as expected", "{0}：和预期不符"], go_on: ["go on by hand", "接着玩"],
  lost: ["The stove does not answer. Is `make sim` still running?", "炉子没有回应。`make sim` 还在运行吗？"], over: ["A day on the stove is over: save it, or take a new one.", "炉子上过了一整天：保存，或者换一台新的。"], failure: ["The stove failed: {0}", "炉子出错了：{0}"],
  burner: ["burner", "灶眼"], nothing_playing: ["You are at the stove.", "现在是你在掌勺。"], playing: ["Playing: {0} ({1})", "正在播放：{0}（{1}）"],
  "group.hand": ["The hand", "手"], "group.contact": ["The contact", "触点"], "group.sense": ["What it senses with", "检测"], "group.chip": ["The chip", "芯片"], "group.afar": ["From afar", "远程"],
  "state.IDLE": ["off", "关"], "state.ARMED": ["waits for a flame", "等火"], "state.BURNING": ["burning", "烧着"], "state.WARNING": ["time is nearly up", "快到时间"], "state.OVERRIDE": ["no timer", "不限时"], "state.VERIFYING": ["closing", "正在关"], "state.FAULT": ["fault", "故障"], "state.null": ["–", "–"],
  "fault.CONTACT_WELDED": ["contact welded", "触点焊死"], "fault.FLAME_PERSISTS": ["still burning", "火没有灭"], "fault.SENSOR_FAILED": ["sensor failed", "检测失灵"], "fault.BUTTON_STUCK": ["button stuck", "按钮卡住"], "fault.UNSTABLE": ["keeps restarting", "反复重启"], "fault.SETTINGS_INVALID": ["settings wrong", "设置有误"], "fault.PROGRAM_CORRUPT": ["program damaged", "程序损坏"],
  "cause.TIMEOUT": ["time is up", "时间到"], "cause.BURN_CAP": ["the longest burn is over", "到了最长时间"], "cause.OVERRIDE_END": ["the override is over", "不限时结束"], "cause.BUTTON": ["the button was held", "长按了按钮"], "cause.REMOTE": ["off from afar", "远程关火"], "cause.FLAME_OUT": ["the flame was gone", "火灭了"], "cause.NO_IGNITION": ["no flame came", "没有点着"], "cause.CONTACT_OPEN": ["the contact does not conduct", "触点不通"], "cause.CLOCK": ["its clock jumped", "时钟跳变"], "cause.FAULT": ["a fault", "故障"], "cause.RESTART": ["it restarted", "重启了"],
  opened_by: ["contact opens: {0}", "触点断开：{0}"], gas_on: ["gas on", "气开了"], gas_off: ["the magnet lets go: gas off", "电磁阀松开：气关了"], flame_on: ["a flame", "着火了"], flame_off: ["the flame is out", "火灭了"],
  up: ["the chip starts", "芯片启动"], down: ["the chip is down: {0}", "芯片停了：{0}"], raised: ["an error in it: {0}", "程序里出错：{0}"], fault_gone: ["fault cleared", "故障解除"],
  "sound.LET_GO": ["beep: let go", "滴：可以松手"], "sound.ADDED": ["beep: time added", "滴：加时"], "sound.NO": ["beep: no", "滴：不行"], "sound.READY": ["beep: ready again", "滴：可以再点了"], "sound.WAIT": ["beep: wait", "滴：等一下"], "sound.OFF": ["beep: off", "滴：关"], "sound.ALREADY_OFF": ["beep: already off", "滴：本来就关着"], "sound.ARMED": ["beep: waiting for the flame", "滴：等火"], "sound.OVERRIDE": ["beep: no timer", "滴：不限时"],
  "do.press": ["press the button", "按一下按钮"], "do.double_press": ["press it twice", "连按两下"], "do.hold": ["hold the button", "长按按钮"], "do.button_down": ["button down", "按下按钮"], "do.button_up": ["button up", "放开按钮"], "do.light": ["light, hand on the knob", "点火，手按着旋钮"], "do.knob_off": ["knob off", "关旋钮"], "do.blow_out": ["it boils over: flame out", "溢锅：火灭了"], "do.simmer": ["turn the flame down to", "把火调到"],
  "do.remote_off": ["off from afar", "远程关火"], "do.remote_extend": ["more time from afar", "远程加时"], "do.remote_arm": ["try to arm from afar", "试着远程点火"], "do.weld": ["weld the contact", "触点焊死"], "do.unweld": ["a sound contact again", "触点修好"], "do.stick_open": ["it sticks open", "触点卡在断开"], "do.stick_pin": ["a pin is stuck", "引脚卡住"], "do.free_pins": ["free the pins", "引脚恢复"], "do.film": ["a film on the contact", "触点有氧化膜"], "do.bypass": ["bypass switch", "旁路开关"],
  "do.sensor": ["sense leads and converter", "检测线和转换器"], "do.noise": ["noise on the readings", "读数有噪声"], "do.power_off": ["power off", "断电"], "do.power_on": ["power on", "上电"], "do.reset": ["reset the chip", "复位芯片"], "do.hang": ["the program hangs", "程序卡死"], "do.raise": ["an error in a call", "调用时出错"], "do.clock_jump": ["its clock jumps", "时钟跳变"], "do.gil_hold": ["all Python stands still", "Python 全停"], "do.services_die": ["the services die", "服务线程死掉"], "do.services_block": ["the services hang", "服务线程卡住"], "do.repair_settings": ["put good settings on it", "换上正确的设置"],
};

let tongue = 0;

/** "en" or "zh" from now on; text() follows. */
export function speak(code) { tongue = code === "zh" ? 1 : 0; }
export const spoken = () => ["en", "zh"][tongue];

/** The words for a key, {0} {1} filled in; the key itself where there are none. */
export function text(key, ...values) {
  const words = WORDS[key];
  if (!words) return String(key).replace(/^.*\./, "");
  return words[tongue].replace(/\{(\d)\}/g, (_, n) => values[n]);
}
