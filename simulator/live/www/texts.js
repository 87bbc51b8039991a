// The texts of the page in both languages; the names of states, faults, causes, sounds and acts come from catalog.toml.
import { CATALOG } from "./catalog.js";

const WORDS = {
  ...CATALOG,
  title: ["a simulated stove with the real firmware", "模拟灶具，运行真实固件"],
  speed: ["speed of the stove", "模拟速度"],
  step: ["advance 20 ms", "前进 20 毫秒"],
  stove_time: ["stove time", "模拟时间"],
  sound: ["sound", "声音"],
  strips: ["What the controller measures", "控制盒测到的"],
  story: ["What happened", "发生了什么"],
  drawer: ["Cause a fault", "制造故障"],
  drawer_about: ["Everything that a scenario can do, done now. The firmware cannot tell that the stove is simulated.",
    "场景里能做的事，这里都能马上做。固件不知道灶具是模拟的。"],
  runs: ["Runs", "运行"],
  save: ["Save what was done", "保存刚才的操作"],
  open: ["Open a file …", "打开文件…"],
  anew: ["New stove", "换一台灶具"],
  burners: ["burners", "灶头"],
  sensor: ["sensor fitted", "装有传感器"],
  pulse: ["pulse drive", "脉冲驱动"],
  minutes: ["default timer (min)", "默认定时（分钟）"],
  find: ["Find a scenario of the repository", "查找仓库里的场景"],
  device: ["The controller's own page", "控制盒的网页"],
  show_device: ["Show", "打开"],
  hide_device: ["Hide", "收起"],
  device_about: ["Served by the running firmware, as on your phone. Password: {0}", "由正在运行的固件提供，和手机上看到的一样。密码：{0}"],
  device_broker: [" MQTT: {0}", " MQTT：{0}"],
  keys: ["Keys: 1–4 choose a burner · L light it (10 s) · O knob off · P press · D double press · H hold · F remote OFF · W weld · U repair the contact · B blow out · space pause · . step · + − speed. On a knob: space pushes, arrows turn.",
    "按键：1–4 选灶头 · L 点火（按住 10 秒）· O 关旋钮 · P 按一下 · D 双击 · H 按住 · F 远程关火 · W 触点粘连 · U 修好触点 · B 吹灭 · 空格 暂停 · . 单步 · + − 速度。在旋钮上：空格按下，方向键转动。"],
  // the drawing
  stove: ["stove", "灶具"],
  knob: ["knob", "旋钮"],
  button: ["button of the controller, burner", "控制盒上的按钮，灶头"],
  knob_off: ["off", "关"],
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
  loop_about: ["The flame heats the tip, the tip drives\nthe current, the current holds the gas on.\nThe controller can only open this loop.",
    "火焰加热热电偶，热电偶产生电流，\n电流吸住电磁阀。\n控制盒只能断开这个回路。"],
  no_power: ["no power", "没有电"],
  ready: ["ready for ignition", "可以点火"],
  starting: ["starting …", "启动中…"],
  tip: ["tip", "热电偶"],
  states: ["state", "状态"],
  holds: ["holds", "吸住"],
  drops: ["drops out", "释放"],
  // first steps
  coach_light: ["Light: hold a knob down until the controller beeps", "点火：按住旋钮，等控制盒响一声再松手"],
  coach_forget: ["Forget it: 60×, and watch the gas go off", "忘掉它：按 60×，看它自动关火"],
  coach_weld: ["Weld the contact, then hold the button", "让触点粘连，再按住按钮关火"],
  weld_it: ["weld", "粘连"],
  coach_done: ["That is all it does. Now cause another fault.", "它做的就是这些。再试试别的故障。"],
  // judging
  rules_hold: ["{0} rules hold", "{0} 条规则成立"],
  rules_wait: ["rules …", "规则…"],
  violated: ["Broken: {0}", "违反：{0}"],
  save_it: ["Save the scenario that did it", "保存出问题的场景"],
  held_end: ["{0}: everything that it expects has happened", "{0}：预期的都发生了"],
  failed_end: ["{0}: not as expected", "{0}：和预期不符"],
  go_on: ["continue by hand", "继续手动操作"],
  lost: ["No answer from the stove. Is `make sim` still running?", "灶具没有回应。`make sim` 还在运行吗？"],
  over: ["A day on the stove is over: save it, or take a new one.", "已模拟一整天：请保存，或者换一台新的。"],
  failure: ["The simulator failed: {0}", "模拟器出错：{0}"],
  burner: ["burner", "灶头"],
  nothing_playing: ["You are at the stove.", "现在由您操作。"],
  playing: ["Playing: {0} ({1})", "正在播放：{0}（{1}）"],
  "group.user": ["User", "用户"],
  "group.contact": ["Contact", "触点"],
  "group.sense": ["Sensor", "传感器"],
  "group.chip": ["Chip", "芯片"],
  "group.remote": ["Remote", "远程"],
  // the story
  "state.null": ["–", "–"],
  opened_by: ["contact opens: {0}", "触点断开：{0}"],
  gas_on: ["gas on", "燃气打开"],
  gas_off: ["magnet valve drops out: gas off", "电磁阀释放：燃气关闭"],
  flame_on: ["flame on", "着火"],
  flame_off: ["the flame is out", "火灭了"],
  up: ["the chip starts", "芯片启动"],
  down: ["the chip is down: {0}", "芯片停止：{0}"],
  raised: ["error: {0}", "程序出错：{0}"],
  fault_gone: ["fault cleared", "故障已清除"],
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
