// All words of the installer, English and Chinese.
const TEXTS = {
  title: ["put it on a board, from the browser", "在浏览器里装到开发板上"],
  warning: [
    "Not certified, and no board has ever run it. Connect only the board, nothing of the stove. Read "
      + "SAFETY first.",
    "未经认证，也从未在任何开发板上运行过。只连接开发板，不要连接灶具。请先读安全说明。",
  ],
  build: ["Build", "方案"],
  basic: ["basic: one burner, no sensor", "基本：一个灶头，无传感器"],
  full: ["full: two burners with sensors, display", "完整：两个灶头，带传感器和数码管"],
  file: ["MicroPython for your chip", "您的芯片的 MicroPython"],
  which: [
    "ESP32_GENERIC-….bin, or with _S3, _C3, _C6 for those chips; 1.26 or newer, from",
    "ESP32_GENERIC-….bin，S3、C3、C6 则带 _S3、_C3、_C6；1.26 或更新，来自",
  ],
  erases: ["Erase everything on the board", "擦除开发板上的一切"],
  install: ["Connect and install", "连接并安装"],
  monitor: ["Show the board's output", "显示开发板的输出"],
  no_serial: [
    "This browser has no Web Serial: use Chrome or Edge on a computer, or the command curfew flash.",
    "这个浏览器没有 Web Serial：请在电脑上用 Chrome 或 Edge，或使用命令 curfew flash。",
  ],
  no_file: ["Choose the MicroPython file first.", "请先选择 MicroPython 文件。"],
  not_agreed: ["Tick that everything on the board may be erased.", "请勾选允许擦除开发板上的一切。"],
  wrong_file: [
    "{0}: {1}; nothing was written. Take ESP32_GENERIC-….bin, or that of your chip.",
    "{0}：{1}；没有写入任何内容。请使用 ESP32_GENERIC-….bin，或您的芯片的那一个。",
  ],
  not_image: ["no image for an ESP chip", "不是 ESP 芯片的固件"],
  other_chip: ["for a chip whose pins Curfew does not know", "用于 Curfew 不认识的芯片"],
  cut: ["cut off, or only an update", "不完整，或只是更新包"],
  damaged: ["its checksum does not fit: damaged, download it again", "校验和不符：已损坏，请重新下载"],
  not_python: ["no MicroPython 1.26 or newer for its chip", "不是该芯片的 MicroPython 1.26 或更新版本"],
  other_table: ["a partition table of another build", "另一种构建的分区表"],
  none: ["No port was chosen; nothing was written.", "没有选择端口；没有写入任何内容。"],
  busy: [
    "The port is in use by another program: close it (a monitor? an IDE?) and try again.",
    "端口正被其他程序占用：请关闭它（监视器？开发环境？）后重试。",
  ],
  silent: [
    "No chip answers: hold the board's BOOT button until the chip is shown, and use a data cable.",
    "没有 ESP32 应答：按住开发板的 BOOT 键直到显示芯片，并使用数据线。",
  ],
  chip: [
    "The board is an {0}, the file is for the {1}; nothing was written. Curfew knows ESP32, ESP32-S3, ESP32-C3 and "
      + "ESP32-C6.",
    "板子是 {0}，文件用于 {1}；没有写入任何内容。Curfew 支持 ESP32、ESP32-S3、ESP32-C3 和 ESP32-C6。",
  ],
  small: ["{0} MB of flash: 4, 8 or 16 are needed; nothing was written.", "闪存 {0} MB：需要 4、8 或 16；没有写入任何内容。"],
  broke: [
    "The connection broke off ({0}); the flash may be half written: nothing is broken, plug the board in "
      + "and install again.",
    "连接中断（{0}）；闪存可能只写了一半：没有损坏，请重新插上开发板再安装。",
  ],
  unverified: ["What was written did not arrive: try another cable, then install again.", "写入的内容不一致：请换一根线再安装。"],
  looking: ["looking which chip is there …", "正在查看芯片……"],
  erasing: ["{0}: erasing …", "{0}：正在擦除……"],
  writing: ["writing MicroPython and the program …", "正在写入 MicroPython 和程序……"],
  done: [
    "Installed. The board starts now, which takes some seconds …", "安装完成。开发板正在启动，需要几秒钟……",
  ],
  set: ["Set its Wi-Fi", "设置 Wi-Fi"],
  asking: ["looking for a board whose set-up is open …", "正在寻找已开启 Wi-Fi 设置的开发板……"],
  choose: ["Installed and running. Now its Wi-Fi (2.4 GHz):", "已安装，正在运行。现在设置它的 Wi-Fi（2.4 GHz）："],
  name: ["Network", "网络"],
  password: ["Password", "密码"],
  join: ["Join", "加入"],
  joining: ["joining {0} …", "正在加入 {0}……"],
  not_joined: [
    "It did not join {0}: check the name and the password, and whether the network is one of 2.4 GHz; then again.",
    "没有加入 {0}：请检查名称和密码，以及是否是 2.4 GHz 网络，然后重试。",
  ],
  no_set_up: [
    "No set-up answers at this port: switch the board off, hold a burner's button while you switch it on and 10 s "
      + "more, then try again; a board without Curfew needs \"Connect and install\".",
    "这个端口上没有开启的 Wi-Fi 设置：断电后按住任一灶头的按钮再通电，并继续按住 10 秒，然后重试；没有 Curfew 的开发板"
      + "请先“连接并安装”。",
  ],
  gone: ["The board is gone: plug it in and press \"Set its Wi-Fi\".", "开发板断开了：重新插上，再按“设置 Wi-Fi”。"],
  joined: [
    "It is in your Wi-Fi. It starts again now; open its page in about ten seconds:",
    "已加入您的 Wi-Fi。正在重新启动；约十秒后打开它的页面：",
  ],
  new: [
    "This link holds the new device's password, which its page shows you once.",
    "这个链接含有新控制盒的密码，它的页面会向您显示一次。",
  ],
};

let language = 0;
export const speak = (wanted) => { language = wanted === "zh" ? 1 : 0; };
export const spoken = () => (language ? "zh" : "en");
export const text = (key, ...values) => (TEXTS[key]?.[language] ?? key).replace(/\{(\d)\}/g, (_, at) => values[at]);
