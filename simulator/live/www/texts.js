// The texts of the page in both languages; the names of states, faults, causes, sounds
// and acts come from catalog.toml, the words of the log from simulator/live/texts.py.
import { CATALOG } from "./catalog.js";

const WORDS = {
  ...CATALOG,
  title: ["a simulated stove with the real firmware", "模拟灶具，运行真实固件"],
  speed: ["speed of the stove", "模拟速度"],
  step: ["advance 20 ms", "前进 20 毫秒"],
  stove_time: ["stove time", "模拟时间"],
  sound: ["sound", "声音"],
  strips: ["What the controller measures", "控制盒测到的"],
  tabs: ["phone, log, faults, runs", "手机、记录、故障、运行"],
  tab_device: ["Phone", "手机"],
  tab_log: ["Log", "记录"],
  tab_drawer: ["Faults", "故障"],
  tab_runs: ["Runs", "运行"],
  tour: ["Tour, 20 s", "导览，20 秒"],
  tour_begin: ["A new stove, for a tour. Touch it to take over.", "换一台灶具来导览。点一下灶具就由您操作。"],
  tour_light: ["A burner is lit by hand, and the knob is held until the controller beeps.", "用手点火，按住旋钮直到控制盒响一声。"],
  tour_cook: ["Now the soup is forgotten: time runs 60 times as fast.", "汤在煮，人忘了：时间快 60 倍。"],
  tour_warn: ["One minute left: it warns.", "还剩一分钟：它提醒。"],
  tour_off: ["Time is up: the contact opened, the magnet valve dropped out, the gas is off.",
    "到点了：触点断开，电磁阀释放，燃气已关。"],
  tour_again: ["Lit again.", "再点一次火。"],
  tour_weld: ["The contact is welded, and someone wants it off.", "触点粘连了，这时有人要关火。"],
  tour_fault: ["It cannot open, and says so at once: turn the knob. Now it is your stove.",
    "断不开，它马上报告：请关旋钮。现在由您操作。"],
  before: ["The run before this one is still here.", "之前的运行还在。"],
  save_before: ["Save it", "保存它"],
  rules_title: ["The rules", "规则"],
  rules_tested: ["This run has put {0} of {1} to the test. Cause faults to test the others.",
    "这次运行检验了 {1} 条中的 {0} 条。制造故障可以检验其余的。"],
  rule_tested: ["tested in this run, holds", "这次运行检验过，成立"],
  rule_untested: ["holds; nothing tested it yet", "成立，还没有被检验"],
  rule_broken: ["broken", "被违反"],
  close: ["Close", "关闭"],
  slow: ["this computer manages {0} of {1}", "这台电脑只能做到 {1} 中的 {0}"],
  "group.fingers": ["Fingers on the button", "按按钮的手指"],
  "finger.tremor": ["trembling hand", "手抖"],
  "finger.panic": ["panic", "慌乱"],
  "finger.hold, worn key": ["worn key, held", "旧按钮，按住"],
  "finger.press, worn key": ["worn key, pressed", "旧按钮，按一下"],
  "finger.child": ["a child plays", "小孩乱按"],
  drawer: ["Cause a fault", "制造故障"],
  random: ["Random faults", "随机故障"],
  drawer_about: ["Everything that a scenario can do, done now. The firmware cannot tell that the stove is simulated.",
    "场景里能做的事，这里都能马上做。固件不知道灶具是模拟的。"],
  save: ["Save what was done", "保存刚才的操作"],
  open: ["Open a file …", "打开文件…"],
  anew: ["Take a new stove", "换一台灶具"],
  burners: ["burners", "灶头"],
  sensor: ["sensor fitted", "装有传感器"],
  pulse: ["pulse drive", "脉冲驱动"],
  minutes: ["default timer (min)", "默认定时（分钟）"],
  find: ["Find a scenario of the repository", "查找仓库里的场景"],
  device: ["The controller's own page", "控制盒的网页"],
  device_about: ["Served by the running firmware, as on your phone. Password: {0}",
    "由正在运行的固件提供，和手机上看到的一样。密码：{0}"],
  device_broker: [" MQTT: {0}", " MQTT：{0}"],
  keys: ["Keys: 1–4 choose a burner · L light it (10 s) · O knob off · P press · D double press · H hold · F remote " +
    "OFF · W weld · U repair the contact · B blow out · space pause · . step · + − speed. On a knob: space pushes, " +
    "arrows turn.", "按键：1–4 选灶头 · L 点火（按住 10 秒）· O 关旋钮 · P 按一下 · D 双击 · H 按住 · F 远程关火 · W 触点粘连 · U 修好触点 " +
    "· B 吹灭 · 空格 暂停 · . 单步 · + − 速度。在旋钮上：空格按下，方向键转动。"],
  // the drawing
  stove: ["stove", "灶具"],
  button: ["button of the controller, burner", "控制盒上的按钮，灶头"],
  fill: ["pour in water", "加水"],
  push_and_hold: ["push and hold", "按下并按住"],
  sparking: ["sparking …", "打火中…"],
  keep_holding: ["keep holding …", "继续按住…"],
  let_go: ["it holds: release", "吸住了，可以松手"],
  turn_or_off: ["drag to turn, click for off", "拖动调火，点一下关"],
  contact: ["contact of the controller", "控制盒的触点"],
  contact_mohm: ["contact mΩ", "触点 mΩ"],
  gas: ["gas", "燃气"],
  magnet: ["magnet valve", "电磁阀"],
  is_open: ["open: no current", "断开：没有电流"],
  welded: ["welded!", "粘连！"],
  stuck_open: ["stuck open", "卡在断开"],
  button_hint: ["buttons: click, twice, or hold", "按钮：点按、双击或按住"],
  tc_side: ["thermocouple side of the contact", "触点的热电偶一侧"],
  magnet_side: ["magnet side of the contact", "触点的电磁阀一侧"],
  current: ["current that holds the gas on", "维持供气的电流"],
  loop_about: [
    "The flame heats the tip, the tip drives\nthe current, the current holds the gas on.\n" +
    "The controller can only open this loop.",
    "火焰加热热电偶，热电偶产生电流，\n电流吸住电磁阀。\n控制盒只能断开这个回路。"],
  holds: ["holds", "吸住"],
  drops: ["drops out", "释放"],
  // first steps
  coach_light: ["Light: hold a knob down until the controller beeps", "点火：按住旋钮，等控制盒响一声再松手"],
  coach_light_blind: ["Press the controller's button, then light", "先按控制盒的按钮，再点火"],
  coach_forget: ["Forget it: 60×, and watch the gas go off", "忘掉它：按 60×，看它自动关火"],
  coach_weld: ["Weld the contact, then hold the button", "让触点粘连，再按住按钮关火"],
  weld_it: ["weld", "粘连"],
  coach_done: ["That is all it does. Now cause another fault.", "它做的就是这些。再试试别的故障。"],
  // judging
  share: ["Copy a link to this run", "复制这次运行的链接"],
  copied: ["The link is in the clipboard and in the address bar.", "链接已复制，也在地址栏里。"],
  no_wasm: ["This browser has no WebAssembly or no Workers, so the firmware cannot run in it: use a current Firefox, " +
    "Chrome, Edge or Safari.", "这个浏览器没有 WebAssembly 或 Worker，不能运行固件：请用新版 Firefox、Chrome、Edge 或 Safari。"],
  no_worker: ["The firmware could not be started here: reload the page ({0}).",
    "固件没有启动：请刷新页面（{0}）。"],
  save_it: ["Save the scenario that did it", "保存出问题的场景"],
  held_end: ["{0}: everything that it expects has happened", "{0}：预期的都发生了"],
  failed_end: ["{0}: not as expected", "{0}：和预期不符"],
  go_on: ["continue by hand", "继续手动操作"],
  lost: ["No answer from the stove. Is `make sim` still running?", "灶具没有回应。`make sim` 还在运行吗？"],
  over: ["A day on the stove is over: save it, or take a new one.", "已模拟一整天：请保存，或者换一台新的。"],
  failure: ["The simulator failed: {0}", "模拟器出错：{0}"],
  nothing_playing: ["You are at the stove.", "现在由您操作。"],
  playing: ["Playing: {0} ({1})", "正在播放：{0}（{1}）"],
  // the fields of the faults
  "field.s": ["for", "秒"], "field.hold_s": ["held for", "按住"], "field.source": ["source", "来源"],
  "field.min": ["minutes", "分钟"], "field.mohm": ["resistance", "毫欧"], "field.pin": ["pin", "引脚"],
  "field.level": ["level", "电平"], "field.milliohm": ["resistance", "毫欧"], "field.on": ["on", "状态"],
  "field.kelvin": ["warmer by", "升高"], "field.ramp_s": ["within", "历时"], "field.celsius": ["temperature", "摄氏度"],
  "field.k_per_s": ["rise", "每秒升高"], "field.value": ["value", "读数"], "field.side": ["side", "一侧"],
  "field.try_ms": ["each try", "每次尝试"], "field.uv": ["voltage", "微伏"], "field.hz": ["rate", "频率"],
  "field.n": ["times", "次数"], "field.percent": ["percent", "百分比"], "field.of": ["other burner", "灶头"],
  "field.duty": ["duty", "占空比"], "field.cause": ["cause", "原因"], "field.mounts": ["mounts", "能挂载"],
  "field.ms": ["time", "毫秒"], "field.error": ["error", "错误"], "field.in": ["call", "调用"],
  "field.slot": ["slot", "槽位"], "field.how": ["how", "方式"], "field.way": ["way", "途径"],
  "unit.percent, or a part up to 1": ["percent, or a part up to 1", "百分数，或不大于 1 的小数"],
  "unit.percent": ["%", "%"], "unit.conversions": ["conversions", "次采样"], "unit.burner": ["burner", "编号"],
  "unit.degrees Celsius": ["°C", "°C"],
  "option.on": ["on", "开"], "option.off": ["off", "关"], "option.test": ["test", "测试"], "option.web": ["page", "网页"],
  "option.mqtt": ["MQTT", "MQTT"], "option.voice": ["voice", "语音"], "option.relay": ["relay", "继电器"],
  "field.is": ["is", "状态"], "option.sound": ["sound", "正常"], "option.bridged": ["bridged", "被短接"],
  "option.weak": ["weak", "放电太慢"], "option.pump": ["pump", "电荷泵"], "option.high": ["high", "高"],
  "option.low": ["low", "低"],
  "option.ok": ["good", "正常"], "option.open": ["broken lead", "断线"], "option.short": ["short", "短路"],
  "option.stale": ["stale", "过期"], "option.i2c_error": ["bus error", "总线错误"], "option.both": ["both sides", "两侧"],
  "option.tc": ["thermocouple side", "热电偶侧"], "option.magnet": ["magnet side", "电磁阀侧"],
  "option.wdt": ["watchdog", "看门狗"], "option.brownout": ["brownout", "欠压"], "option.hard": ["hard", "硬复位"],
  "option.soft": ["soft", "软复位"], "option.en": ["reset pin", "复位脚"], "option.flip": ["a wrong bit", "错一位"],
  "option.cut": ["cut off", "截断"], "option.missing": ["missing", "缺失"], "option.extra": ["one file more", "多一个文件"],
  "option.cable": ["by cable", "用数据线"], "option.air": ["over Wi-Fi", "用 Wi-Fi"],
  "group.user": ["User", "用户"],
  "group.contact": ["Contact", "触点"],
  "group.sense": ["Sensor", "传感器"],
  "group.chip": ["Chip", "芯片"],
  "group.remote": ["Remote", "远程"],
  // the story
  "state.null": ["–", "–"],
};

let language = 0;

/** "en" or "zh" from now on; text() follows. */
export function speak(code) { language = code === "zh" ? 1 : 0; }
export const spoken = () => ["en", "zh"][language];

/** The words for a key, {0} {1} filled in; the key itself where there are none. */
export function text(key, ...values) {
  const words = WORDS[key];
  if (!words) return String(key).replace(/^.*\./, "");
  return words[language].replace(/\{(\d)\}/g, (_, n) => values[n]);
}

/** The word for one of a kind, the name itself where there is none. */
export const named = (kind, name) => (WORDS[`${kind}.${name}`] ? text(`${kind}.${name}`) : name);
