// The rules in a list: each sentence, whether it holds, and whether this run has put it to the test.
import { find, make } from "./dom.js";
import { spoken, text } from "./texts.js";

// The English ones come from simulator/rules/sentences.py.
export const CHINESE = {
  S1: "只有闸门同意的那个节拍，触点才闭合。",
  S2: "每次用火都会在上限之前结束：最多 burn_max_min 加 override_max_min。",
  S3: "远程请求绝不能闭合断开的触点，只有在灶具前操作才行；远程的“有人在”只取消离开。",
  S4: "本地或远程关火在一个节拍内断开触点；关火请求一个也不会丢。",
  S5: "每次启动之后触点都断开，直到用户再次操作。",
  S6: "断开后至少保持断开 reclose_hold_s，重启和故障也不例外。",
  S7: "故障在一个节拍内断开触点。",
  S8: "缺失、过期或不可能的读数，绝不算火焰、验证或正常。",
  S9: "时钟回绕、跳变或倒退，绝不会延长用火。",
  S10: "到点、到上限、不限时结束、无人关火之前，总会提前 warning_s 提醒。",
  S11: "节拍里出现异常时，先断开所有触点，再做别的。",
  S12: "灶头互不影响：只有自己的按钮和远程请求才能延长用火。",
  S13: "每次关火只有一个原因，面板和日志说法一致。",
  S14: "没有计时的火焰，或热电偶已热而电磁阀侧仍有电压，会及时报故障。",
  S15: "只有“按两下、看一眼、再按两下”才是不限时；表示关火的手势绝不让触点保持闭合。",
  S16: "触点该断不断时，电荷泵为所有灶头停一次；驱动卡住的随之断开。",
  S17: "故障只按它那一行结束；出现过的故障，除断电外任何重启都还在。",
  S18: "不管别的版本留下什么文件，控制盒都能启动。",
  S19: "报警触点断开后 100 毫秒加两个节拍，所有线圈都断电。",
  S20: "没有外因就没有异常、复位或回溯；完好的程序不会被报告为损坏。",
  L1: "空闲且没有故障时，按一下按钮，手势结束后一个节拍内触点闭合。",
  L2: "故障的原因消除后，在灶具前确认，经过验证就回到空闲。",
  L3: "有哼声、火花、偏移、共地或冷端变暖时，原因已消除的故障也能确认。",
  LATE: "从到点到触点断开，最多两个节拍加释放时间。",
  SETTINGS: "设置缺失或错误时线圈绝不通电，而不是猜一个值。",
  PROGRAM: "错了一个字节的程序绝不运行：没有完好的程序，就没有灶头状态，也没有线圈通电。",
  MACHINE: "模拟的机器没有看到被禁止的事，没有说出未知的话，并且运行到了结束。",
};

/** Write the list. rules: {name: sentence}; verdict: of simulator/live/judge.py, or null. */
export function list(rules, verdict) {
  const broken = new Set(verdict?.violated.map(([name]) => name)), tested = new Set(verdict?.tested);
  const mark = (name) => broken.has(name) ? "broken" : tested.has(name) ? "tested" : "untested";
  find("#rule-list").replaceChildren(...Object.entries(rules).map(([name, sentence]) => make(
    "li", { class: mark(name), "data-rule": name }, make("b", {}, name), " ",
    spoken() === "zh" ? CHINESE[name] || sentence : sentence, make("small", {}, text("rule_" + mark(name))),
  )));
  find("#rules-tested").textContent = verdict ? text("rules_tested", tested.size, Object.keys(rules).length) : "";
}
