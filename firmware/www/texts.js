// All texts of the page in English and Chinese, and functions that write numbers and times. {0} {1} are filled in.
import { CATALOG, MORE } from "./catalog.js";
export const TEXTS = {
  ...CATALOG, // names of states, causes, faults and settings, from catalog.toml
  pair: ["{0}: {1}", "{0}：{1}"],
  // header, link, OFF
  live: ["live", "实时"],
  connecting: ["connecting…", "连接中…"],
  lost: ["No word from the controller for 10 s. Look at the stove. You can still try “Turn off”.",
    "已有 10 秒没有收到控制盒的消息，请看一眼灶具。仍可试着按“关火”。"],
  unreachable: [
    "No connection to the controller. Look at the stove. You can still try “Turn off”; the button and the knob " +
    "always work.",
    "与控制盒断开了，请看一眼灶具。仍可试着按“关火”；按钮和旋钮始终有效。"],
  off: ["Turn off", "关火"],
  off_all: ["all burners", "全部灶头"],
  off_burner: ["Turn off {0}", "关火：{0}"],
  soon: ["Off in {0} min", "{0} 分钟后关火"],
  soon_asked: ["Asked to turn off in {0} min.", "已请求 {0} 分钟后关火。"],
  off_asking: ["Asking the controller…", "正在通知控制盒…"],
  off_answered: ["The controller answered: shutting off.", "控制盒已应答：正在关火。"],
  off_already: ["The controller answered: it was already off.", "控制盒已应答：本来就是关着的。"],
  off_unanswered: ["No answer from the controller. Turn the knob off.", "控制盒没有应答。请关掉旋钮。"],
  off_login: ["Not turned off: log in first, or turn the knob off.", "没有关火：请先登录，或关掉旋钮。"],
  extend: ["More time", "加时"],
  extend_burner: ["More time, {0}", "加时：{0}"],
  extend_asked: ["Asked for more time; the controller decides.", "已请求加时；由控制盒决定。"],
  extend_refused: ["More time was refused.", "加时被拒绝。"],
  present: ["Someone is there.", "有人在。"],
  absent: ["No one is there: it turns off sooner.", "没有人在：会提前关火。"],
  by_contact: ["A contact reports it.", "由触点判断。"],
  presence: ["Is someone there?", "有人在吗？"],
  leaving: ["I am leaving", "我要离开"],
  back: ["I am back", "我回来了"],
  // tabs
  now: ["Now", "当前"],
  at_now: ["now", "现在"],
  history: ["History", "记录"],
  settings: ["Settings", "设置"],
  more: ["More", "更多"],
  tabs: ["Pages", "页面"],
  // a burner
  burner: ["Burner {0}", "灶头 {0}"],
  left: ["left", "剩余"],
  left_label: ["{0} left", "剩余 {0}"],
  unknown: ["Not known", "未知"],
  all_off: ["All off", "已全部关火"],
  one_on: ["{0} burner on", "{0} 个灶头开着"],
  some_on: ["{0} burners on", "{0} 个灶头开着"],
  until: ["Turns off at {0}.", "{0} 自动关火。"],
  today: ["today {0}", "今天 {0}"],
  until_latest: ["Turns off at {0} at the latest.", "最晚 {0} 自动关火。"],
  unknown_about: ["Look at the stove.", "请看一眼灶具。"],
  unseen: ["No sensor: flames are not detected.", "没有传感器：看不到火焰。"],
  flame_yes: ["flame detected", "有火焰"],
  flame_no: ["no flame", "没有火焰"],
  last: ["Last shut-off: {0}.", "上次关火：{0}。"],
  last_when: ["Turned off {0} ({1}): {2}.", "{0} 关火（{1}）：{2}。"],
  never: ["No shut-off yet.", "还没有关过火。"],
  service: ["Contact worn: clean or replace it.", "触点磨损：请清洁或更换。"],
  acknowledge: ["Then hold the burner's button for 6 s and release it. This is not possible remotely.",
    "然后按住该灶头的按钮 6 秒再松开。无法远程操作。"],
  // why
  history_title: ["Why did it turn off?", "为什么关火了？"],
  why_count: ["The last {0} shut-offs, newest first.", "最近 {0} 次关火，最新的在前。"],
  why_one: ["The last shut-off.", "最近一次关火。"],
  burned: ["after {0}", "用火 {0}"],
  csv: ["Save as CSV", "存为 CSV"],
  days_title: ["Minutes of flame a day", "每天用火分钟数"],
  days_label: ["The last {0} days: {1} in all", "最近 {0} 天：共 {1}"],
  at_today: ["today", "今天"],
  causes_title: ["Causes", "关火原因"],
  wear_title: ["Contact wear", "触点磨损"],
  wear_percent: ["{0} % of the way to worn", "已磨损 {0} %"],
  wear_ends: ["At 100 %: replace the contact.", "到 100 % 就该更换。"],
  no_date: ["no date", "日期未知"],
  loading: ["Asking the controller…", "正在询问控制盒…"],
  failed: ["The controller did not answer. Try again later.", "控制盒没有应答。请稍后再试。"],
  // signal
  signal_title: ["What the controller measures", "控制盒测到什么"],
  signal: ["Signal", "信号"],
  mv_title: ["Millivolts, the last 3 minutes", "毫伏，最近 3 分钟"],
  tc: ["thermocouple side", "热电偶一侧"],
  magnet: ["magnet side", "电磁阀一侧"],
  no_sensor: ["No sensor fitted: nothing is measured.", "未装传感器，不测量。"],
  // settings
  settings_title: ["Settings", "设置"],
  save: ["Save", "保存"],
  saved: ["Saved. The controller restarts as soon as all burners are off.", "已保存。灶头全部关火后，控制盒就会重启。"],
  saved_now: ["Saved.", "已保存。"],
  discard: ["Discard", "放弃修改"],
  show: ["Show", "显示"],
  nothing_changed: ["Nothing changed.", "没有改动。"],
  everyday: ["Everyday", "常用"],
  expert: ["Expert", "专业"],
  expert_of: ["Expert: {0}", "专业：{0}"],
  own_times: ["Own times: {0}", "单独的时间：{0}"],
  window_first: [
    "Someone must be at the stove. With all burners off, hold a button for 6 s and release it: two beeps. Then press " +
    "again within 10 min.",
    "需要有人在灶前。全部关火后按住控制盒的按钮 6 秒再松开，响两声；然后在 10 分钟内再按一次。"],
  wrong_url: ["{0}: it must begin with http:// or https:// and contain no space.",
    "{0}：必须以 http:// 或 https:// 开头，不能有空格。"],
  one_tls: [
    "{0}: https needs the memory that MQTT or voice uses for TLS. Use http in your own network.",
    "{0}：https 需要的内存已被 MQTT 或语音的 TLS 占用。请用自家网络里的 http。"],
  window_needed: [
    "{0}: this gives more gas or less warning, so someone must be at the stove. With all burners off, hold a button " +
    "for 6 s and release it: two beeps. Then save within 10 min.",
    "{0}：这会延长用火或减少提醒，需要有人在灶前。全部关火后按住控制盒的按钮 6 秒再松开，响两声；然后在 10 分钟内保存。"],
  window_open: ["{0}: can be saved for {1} more.", "{0}：还有 {1} 可以保存。"],
  only_closed: ["A burner is on. It can be saved when all are off.", "正在用火。全部关火之后才能保存。"],
  range: ["{0} to {1} {2}, default {3}", "{0} 到 {1} {2}，默认 {3}"],
  default: ["default {0}", "默认 {0}"],
  out_of_range: ["{0}: it must be a whole number from {1} to {2}.", "{0}：需要 {1} 到 {2} 的整数。"],
  wrong_length: ["{0}: it must have {1} to {2} characters.", "{0}：需要 {1} 到 {2} 个字符。"],
  wrong_list: ["{0}: {1} to {2} different entries, separated by spaces.", "{0}：{1} 到 {2} 个不同的条目，用空格分开。"],
  wrong_key: ["{0}: 8 to 63 characters, or 64 hex digits.", "{0}：8 到 63 个字符，或 64 位十六进制数字。"],
  not_one_of: ["{0}: it must be one of {1}.", "{0}：只能是 {1} 之一。"],
  longer: ["{0} ({1}) is longer than {2} ({3}).", "{0}（{1}）超过了{2}（{3}）。"],
  not_shorter: ["{0} ({1} s) must be shorter than {2} ({3} min).", "{0}（{1} 秒）必须短于{2}（{3} 分钟）。"],
  does_not_hold: ["{0} ({1} min) must hold {2} ({3} s) and {4} ({5} s).", "{0}（{1} 分钟）必须容得下{2}（{3} 秒）和{4}（{5} 秒）。"],
  not_above: ["{0} ({1}) must be above {2} ({3}).", "{0}（{1}）必须大于{2}（{3}）。"],
  not_below: ["{0} ({1}) must be below {2} ({3}).", "{0}（{1}）必须小于{2}（{3}）。"],
  wrong_host: ["{0}: a name or an IP address alone, without mqtt:// and port.", "{0}：只填名称或 IP 地址，不带 mqtt:// 和端口。"],
  confirm_needed: ["Type the device password.", "请输入设备密码。"],
  fault_first: ["A burner shows a fault: clear it at the controller first.", "有灶头故障：请先在控制盒上清除。"],
  time_first: ["The time is not known yet: log in again to change something.", "还没有对时：要修改请重新登录。"],
  login_first: ["Log in first.", "请先登录。"],
  password_first: ["Choose a device password first.", "请先设置设备密码。"],
  extend_off: ["More time is switched off in the settings.", "设置中没有允许远程加时。"],
  refused: ["Not saved: {0}", "无法保存：{0}"],
  yes: ["yes", "是"],
  no: ["no", "否"],
  none: ["none", "无"],
  group_wiring: ["Pins", "引脚"],
  cable: ["Only over the USB cable, in sight of the wires.", "只能通过 USB 线修改：要看得见接线。"],
  // set-up and network
  setup_title: ["Set up", "初次设置"],
  setup_about: [
    "The stove works before the set-up; the controller needs no network. There is no default password: choose one.",
    "不做设置也能用火，控制盒不需要网络。没有默认密码：请自己设一个。"],
  password_about: ["8 to 64 characters. You need it to log in.", "8 到 64 个字符，登录时要用。"],
  wifi_looking: ["Looking for networks…", "正在查找 Wi-Fi…"],
  wifi_failed: ["The Wi-Fi did not come: {0}.", "没有连上 Wi-Fi：{0}。"],
  "wifi.wrong password?": ["the password is probably wrong", "密码可能不对"],
  "wifi.no such network": ["no network of this name (2.4 GHz) is near", "附近没有这个名称的网络（2.4 GHz）"],
  "net.extra_host": ["One more name of this address, as a reverse proxy gives it", "这个地址的另一个名称（反向代理使用）"],
  wifi_password_about: ["8 to 63 characters; empty for an open network.", "8 到 63 个字符；开放网络留空。"],
  zone_about: ["For times in messages and programs, also after the clocks change. This page shows times by your phone.",
    "用于消息和程序中的时间，会自动换夏令时。本页按您手机的时间显示。"],
  welcome_title: ["Saved", "已保存"],
  welcome_join: [
    "The controller restarts and joins “{0}” as soon as all burners are off. Connect your phone to that Wi-Fi, too.",
    "灶头全部关火后，控制盒就会重启并加入“{0}”。请让手机也连上这个 Wi-Fi。"],
  welcome_open: ["Then open", "然后打开"],
  welcome_else: [
    "Not there after 2 minutes? Your router lists it with its IP address. If the Wi-Fi password was wrong, the " +
    "set-up comes back by itself after about a minute and says why.",
    "两分钟后还打不开？路由器的设备列表里有它的 IP 地址。如果 Wi-Fi 密码不对，大约一分钟后配网热点会自动重新打开，并说明原因。"],
  network_title: ["Network and access tokens", "网络和访问令牌"],
  group_box: ["Device", "控制盒"],
  "net.name": ["Name", "名称"],
  name_of: ["Name of {0}", "{0} 的名称"],
  "net.language": ["Language of the controller", "控制盒的语言"],
  "net.time_zone": ["Time zone", "时区"],
  "net.wifi": ["Wi-Fi", "Wi-Fi"],
  "net.wifi.ssid": ["Network name", "网络名称"],
  "net.wifi.password": ["Wi-Fi password", "Wi-Fi 密码"],
  "net.mqtt": ["MQTT and Home Assistant (optional)", "MQTT 与 Home Assistant（可选）"],
  "net.host": ["Server", "服务器"],
  "net.mqtt.host": ["Broker", "服务器"],
  "net.port": ["Port", "端口"],
  "net.tls": ["Encrypted (TLS)", "加密（TLS）"],
  "net.ca": ["Certificate of the authority (PEM)", "根证书（PEM）"],
  "net.user": ["User", "用户"],
  "net.password": ["Password", "密码"],
  "net.mqtt.prefix": ["Topic prefix", "主题前缀"],
  "net.mqtt.discovery": ["Discovery prefix of Home Assistant", "Home Assistant 发现前缀"],
  "net.voice": ["Voice through Bemfa (optional)", "巴法云语音（可选）"],
  "net.voice.client_id": ["Private key", "私钥"],
  "net.voice.topics": ["Topics, one for each burner, separated by spaces", "主题，每个灶头一个，用空格分开"],
  "net.notify": ["Messages to your phone (optional)", "消息推送（可选）"],
  "net.notify.form": ["Service", "服务"],
  "net.notify.url": ["Web address, with its key", "网址（含密钥）"],
  token_title: ["Access tokens for programs", "访问令牌（供程序使用）"],
  token_about: [
    "To make or revoke one, enter the device password above. Read: status and shut-offs. Control: also everything " +
    "else to read, OFF, and more time where it is allowed.",
    "新建或撤销时，请在上面填写设备密码。只读：状态和关火记录。控制：还可以读取其他内容、关火，以及在允许时加时。"],
  token_scope: ["Scope", "权限"],
  scope_read: ["read", "只读"],
  scope_control: ["control", "控制"],
  revoke: ["Revoke", "撤销"],
  revoke_others: ["Log out all other devices", "让其他设备全部退出"],
  sessions_title: ["Devices that are logged in", "已登录的设备"],
  session_this: ["this device", "本机"],
  session_other: ["device {0}", "设备 {0}"],
  token_none: ["No token yet.", "还没有访问令牌。"],
  token_make: ["New token", "新建令牌"],
  first_title: ["The password of this device", "这台设备的密码"],
  token_new: ["Save it now: it is shown only once.", "请现在保存：只显示这一次。"],
  copy: ["Copy", "复制"],
  copied: ["Copied.", "已复制。"],
  copy_by_hand: ["Not copied: select it and copy it by hand.", "没有复制成功：请手动选中复制。"],
  have_it: ["I have saved it", "我已保存"],
  auto: ["as the browser", "跟随浏览器"],
  keep: ["set; leave empty to keep it", "已设置；留空则不变"],
  // log-in
  password: ["Device password", "设备密码"],
  password_new: ["New device password", "新的设备密码"],
  login: ["Log in", "登录"],
  logout: ["Log out", "退出登录"],
  login_wrong: ["Wrong password.", "密码不对。"],
  login_wait: ["Too many wrong passwords. Wait {0} s.", "密码错误次数过多，请等 {0} 秒再试。"],
  login_ended: [
    "Your log-in on this phone has ended: a new password, eight other phones since, or half a year without use.",
    "这部手机的登录已失效：密码改过，或之后又有八部手机登录，或半年没有使用。"],
  login_about: ["To turn off without the password: hold the button on the controller, or turn the knob.",
    "没有密码也能关火：按住控制盒上的按钮，或关掉旋钮。"],
  // commissioning
  check_title: ["Safety check", "安全检查"],
  check_about: ["Ten tests on your own stove, with no pots on it. Stay beside it all the time.",
    "在您自己的灶具上做十项检查；锅具全部拿开，人不要离开。"],
  check_count: ["{0} of 10 passed", "10 项中 {0} 项通过"],
  check_start: ["Start", "逐项进行"],
  check_step: ["Test {0} of 10", "第 {0} 项，共 10 项"],
  check_do: ["Do this", "操作"],
  check_see: ["Expected", "应当"],
  check_live: ["The controller now", "控制盒当前状态"],
  check_seen: ["Seen by the controller.", "控制盒已检测到。"],
  check_seen_part: ["Seen by the controller: {0} of {1}", "控制盒已检测到：{0} / {1}"],
  check_unseen: ["The controller cannot see this: look at the stove.", "控制盒检测不到这一项：请看灶具。"],
  check_passed: ["Passed", "符合"],
  check_failed: ["Not passed", "不符合"],
  check_skip: ["Later", "稍后再做"],
  check_stop: ["Stop here", "先做到这里"],
  check_warn: ["A test did not pass: turn the knob off and do not cook with the controller until it does.",
    "有一项未通过：关掉旋钮，通过之前不要用控制盒做饭。"],
  certificate: ["Print the certificate", "打印检查记录"],
  certificate_title: ["{0}: safety check", "{0}：安全检查记录"],
  certificate_about: ["Printed {0}. Program {1}.", "打印日期：{0}。程序：{1}。"],
  certificate_sign: ["Name, signature: ______________________   Date: ______________",
    "姓名、签字：______________________   日期：______________"],
  learned_title: ["Learned values", "学到的数值"],
  learned_contact: ["Contact: {0} % of the coil's resistance.", "触点电阻：线圈的 {0} %。"],
  learned_no_contact: ["Contact: not measured yet.", "触点：还没有测量。"],
  learned_flame: ["Smallest flame {0}, limit {1}: {2} times.", "最小的火 {0}，下限 {1}：{2} 倍。"],
  passed: ["passed", "通过"],
  not_passed: ["not passed", "未通过"],
  not_done: ["not done yet", "尚未检查"],
  unsaved: ["not saved yet: a burner is on", "尚未保存：正在用火"],
  plug: ["Pull the plug", "拔掉插头"],
  plug_do: ["Light a burner. When it burns, pull the controller's plug.", "点火。烧着之后拔掉控制盒的插头。"],
  plug_see: ["The flame goes out within seconds, at the latest within a minute. When plugged in again, nothing lights.",
    "火焰几秒内熄灭，最迟一分钟。再插上时不会点着。"],
  hold: ["Hold the button", "按住按钮"],
  hold_do: ["Light a burner. Hold its button.", "点火。按住它的按钮。"],
  hold_see: ["Within a second: three falling tones, the flame goes out, and the last cause is the button.",
    "一秒之内：三个下降音，火焰熄灭，上次原因是按钮。"],
  low_flame: ["Low flame", "小火"],
  low_flame_do: ["Light a burner and turn it as low as it goes for five minutes. Repeat at every burner.",
    "点火，调到最小，烧五分钟。每个灶头都要做。"],
  low_flame_see: ["It burns all the time, and the controller shows a flame.", "一直烧着，控制盒也显示有火焰。"],
  timeout: ["The time is up", "时间到"],
  timeout_do: ["In the settings, set the timer after ignition to 2 min. Light a burner and wait.",
    "在设置里把默认定时改为 2 分钟。点火，然后等待。"],
  timeout_see: ["It beeps and blinks before the end, then the flame goes out. Restore your own time afterwards.",
    "结束前鸣响并闪烁，然后火焰熄灭。之后把时间改回来。"],
  knob: ["Turn the knob off", "关掉旋钮"],
  knob_do: ["Light a burner, let it burn for a minute, turn its knob off.", "点火，烧一分钟，关掉旋钮。"],
  knob_see: ["With a sensor, the controller shuts off by itself and clears the timer. Without one the timer runs on.",
    "有传感器：控制盒自己关火并清除定时。没有传感器：继续计时。"],
  restart: ["Restart", "重启"],
  restart_do: ["Light a burner. Press the reset button of the board (EN).", "点火。按板上的复位键（EN）。"],
  restart_see: ["The flame goes out, and the contact stays open until you light the burner again.",
    "火焰熄灭，触点一直断开，直到您再次点火。"],
  weld: ["A welded contact", "触点粘连"],
  weld_do: ["Sensor only. Close the bypass switch, light a burner and keep the knob pushed.", "仅限有传感器。合上旁路开关，点火并按住旋钮。"],
  weld_see: [
    "The red light and the fault “contact welded”. Turn off, open the bypass, light, keep the knob pushed for some " +
    "seconds, then hold the button for 6 s and release it: the fault clears.",
    "红灯，故障“触点粘连”。关火，断开旁路，点火并按住几秒，再按住按钮 6 秒后松开：故障消失。"],
  override: ["No timer", "不限时"],
  override_do: ["Light a burner. Press its button twice quickly, and again after two seconds. Then press once.",
    "点火。快速按两下，两秒后再快速按两下。最后按一下。"],
  override_see: ["First pair: a rising tone. Second pair: violet, no timer. Once: green, the timer runs again.",
    "第一次：上行音。第二次：紫色，不计时。按一下：绿色，回到计时。"],
  remote: ["Remote OFF", "远程关火"],
  remote_do: ["Light a burner. Press “Turn off” on this page.", "点火。按本页的“关火”。"],
  remote_see: ["The flame goes out, and the last cause is this page.", "火焰熄灭，上次原因是网页。"],
  bypass: ["The bypass switch", "旁路开关"],
  bypass_do: [
    "Pull the controller's plug, close the bypass switch, light, turn off at the knob. Open the switch again.",
    "拔掉控制盒的插头，合上旁路开关，点火，用旋钮关火。再断开旁路开关。"],
  bypass_see: ["The stove works as it was made. With the switch open and no power it does not hold a flame.",
    "灶具和出厂时一样工作。断开旁路且没有电时，火焰维持不住。"],
  // more
  log_title: ["Log", "日志"],
  about_title: ["About", "关于"],
  home_title: ["On the home screen", "放到主屏幕"],
  home_about: ["In the browser's menu: “Add to Home Screen”.", "在浏览器菜单里选“添加到主屏幕”。"],
  about: ["Not certified, never tested on a real stove or board. The stove's own flame-failure device remains the " +
    "last protection. Curfew only turns off; turning on always takes a person at the stove.",
    "未经认证，从未在真实的灶具或电路板上试过。灶具自己的熄火保护装置始终是最后一道防线。它只能关，不能点火，也不能让本该熄灭的火继续烧。"],
  version: ["Version", "版本"],
  update_title: ["Update", "更新"],
  update_how: [
    "With all burners off, hold a button for 6 s and release it: two beeps. Within 10 minutes run on your computer:",
    "全部关火后按住控制盒的按钮 6 秒再松开，响两声；然后在 10 分钟内在电脑上运行："],
  update_open: ["An update is accepted for {0}.", "还有 {0} 可以更新。"],
  update_closed: ["No update is accepted now.", "现在不接受更新。"],
  update_trial: ["Pending: unless it is confirmed within minutes, the previous program comes back.",
    "新程序正在试运行；若没有得到确认，会自动恢复旧程序。"],
  uptime: ["Running for", "已运行"],
  time: ["Time", "时间"],
  restart_reason: ["Last restart", "上次重启"],
  self_test: ["Self-test of the pump", "电荷泵自检"],
  "pump.untested": ["not tested", "没有测试"],
  "pump.level": ["no pump: after a crash the contact may stay closed. Turn the knob off.",
    "没有电荷泵：崩溃后触点可能一直闭合。请关掉旋钮。"],
  "pump.passed": ["passed", "通过"],
  "pump.bridged": ["failed: the coils have power without it", "未通过：它不动作，线圈也有电"],
  "pump.dead": ["failed: it gives the coils no power", "未通过：它动作时线圈没有电"],
  "pump.weak": ["failed: it ends too early or too late", "未通过：断电太早或太晚"],
  load: ["Load of the safety loop", "安全循环的负载"],
  free_memory: ["Free memory", "空闲内存"],
  "heap.python": ["Python", "Python"],
  "heap.other": ["network", "网络"],
  "heap.block": ["its largest block", "其中最大一块"],
  "heap.least": ["network at the least", "网络历史最低"],
  "heap.python_least": ["Python at the least", "Python 历史最低"],
  "heap.stack": ["stack of the services", "服务栈"],
  "restart.power": ["power", "上电"],
  "restart.reset": ["reset", "复位"],
  "restart.watchdog": ["watchdog", "看门狗"],
  "restart.sleep": ["sleep", "休眠"],
  "restart.soft": ["soft reset", "软复位"],
  forget_title: ["Forget everything", "清除个人数据"],
  forget_about: [
    "Before you give the controller away: deletes Wi-Fi, passwords, devices, tokens, the update key and the list of " +
    "shut-offs. The settings of the stove stay. With all burners off, hold a button for 6 s and release it, " +
    "enter the device password above, then press.",
    "送人之前使用：删除 Wi-Fi、密码、设备、访问令牌、更新密钥和关火记录；灶具的设置保留。全部关火后按住控制盒的按钮 6 秒再松开，" +
    "在上面输入设备密码，然后按下面的按钮。"],
  forgotten: ["Done. The controller restarts and opens its own Wi-Fi network.", "已清除。控制盒会重启，并打开自己的 Wi-Fi。"],
  not_set_up: ["not set up", "未设置"],
  "service.notify": ["Messages", "消息推送"],
  "service.voice": ["Voice", "语音"],
  "service.mqtt": ["MQTT", "MQTT"],
  "service.time": ["Time", "对时"],
  "service.wifi": ["Wi-Fi", "Wi-Fi"],
  online: ["online", "在线"],
  offline: ["off", "关闭"],
  joining: ["joining", "加入中"],
  portal: ["set-up", "设置中"],
  service_refused: ["refused", "被拒绝"],
  service_memory: ["not enough memory for TLS: see the log", "内存不够用 TLS：看日志"],
  service_connecting: ["connecting", "连接中"],
  confirm_title: ["To save", "保存前"],
  confirm_about: ["Needed for every change here, also of the token. A new server also needs its passwords again.",
    "这里的任何修改（包括访问令牌）都需要。更换服务器后，其密码也要重新填写。"],
  waiting_for_time: ["waiting for the time", "等待对时"],
  one_source: ["one source only", "只有一个时间来源"],
  service_no_commands: ["no command arrives: the broker does not deliver", "收不到命令：服务器不投递"],
};

/** The languages of the page: tag, own name. A further one is a file: tools/build/page.py. */
export const LANGUAGES = [["en", "English"], ["zh", "中文"], ...MORE.map(({ tag, name }) => [tag, name])];
const spoken = (tag) => LANGUAGES.some(([known]) => known === tag);
const wanted = (navigator.languages || [navigator.language]).map((tag) => tag.slice(0, 2)).find(spoken);
let saved = null;
try { saved = localStorage.getItem("language"); } catch { /* private mode */ }
export let language = spoken(saved) ? saved : wanted || "en";

/** The text of a key in the language shown, else in English; an unknown key is shown as it is. */
export const t = (key, ...values) => has(key) ? text(key).replace(/\{(\d)\}/g, (_, n) => values[n]) : key;
export const has = (key) => Object.hasOwn(TEXTS, key);
const text = (key) => language === "zh" ? TEXTS[key][1] : (MORE.find(({ tag }) => tag === language)?.texts ||
  {})[key] || TEXTS[key][0];
/** The tag of the language as the browser knows it; with a clock of 24 hours. */
const locale = () => ({ en: "en-GB", zh: "zh-CN" })[language] || language;

export function setLanguage(wish) {
  language = wish;
  try { localStorage.setItem("language", wish); } catch { /* private mode */ }
  document.documentElement.lang = wish === "zh" ? "zh-CN" : wish;
}

/** Sentences one after another; empty ones are left out. */
export const together = (...sentences) => sentences.filter(Boolean).join(language === "zh" ? "" : " ");

/** A cause like REMOTE:web or FAULT:SENSOR_FAILED in words. */
export function cause(text) {
  const [name, detail] = text.split(":");
  if (name === "REMOTE" && detail) return t(detail + "_from");
  const family = t(name === "FAULT" ? "FAULTED" : name);
  return detail ? t("pair", family, t(detail)) : family;
}

/** Seconds as 4:05 or 1:04:05. */
export function clock(s) {
  const two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? Math.floor(s / 60) + ":" + two(s % 60) : Math.floor(s / 3600) + ":" + two(Math.floor(s / 60) % 60) +
    ":" + two(s % 60);
}

/** Seconds as words: 12 min. */
export function span(s) {
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return s < 60 ? s + " " + t("s") : (h ? h + " " + t("h") + " " : "") + m + " " + t("min");
}

const date = (when) => new Date(typeof when === "number" ? when * 1000 : when);
/** The time of day in some seconds. */
export const endsAt = (s) => new Date(Date.now() + s * 1000).toLocaleTimeString(locale(), { timeStyle: "short" });

/** A time, ISO text or unix seconds, by the clock of this phone; null is no date. */
export function moment(when) {
  if (!when) return t("no_date");
  return date(when).toDateString() === new Date().toDateString()
    ? t("today", date(when).toLocaleTimeString(locale(), { timeStyle: "short" }))
    : date(when).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
}

/** A day, short. */
export const day = (when) => date(when).toLocaleDateString(locale(), { day: "numeric", month: "short" });

/** How long ago a time was, in words. */
export function ago(when) {
  const s = Math.max(0, (Date.now() - date(when)) / 1000);
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(([, size]) => s >= size) ||
    ["second", 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-Math.floor(s / size), unit);
}
setLanguage(language);
