// The log: entries of simulator/live/story.py as lines.
import { find, make } from "./dom.js";
import { clock } from "./strips.js";
import { text } from "./texts.js";

const KEPT = 400;

/** One line more; its words. */
export function tell(entry) {
  const [kind, said] = sentence(entry);
  if (!said) return "";
  const list = find("#story");
  const down = list.scrollTop + list.clientHeight > list.scrollHeight - 30;
  const burner = make("b", {}, entry.b === null ? "" : String(entry.b + 1));
  const line = make("li", { class: kind }, make("time", {}, clock(entry.t)), burner, make("span", {}, said));
  line.entry = entry;
  list.append(line);
  while (list.children.length > KEPT) list.firstChild.remove();
  if (down) list.scrollTop = list.scrollHeight;
  return said;
}

/** All lines anew, in the language of now. */
export function retell(entries = [...find("#story").children].map((line) => line.entry)) {
  find("#story").replaceChildren();
  entries.forEach(tell);
}

function causeWords(cause) {
  const [name, more] = cause.split(":");
  return text("cause." + name) + (more ? ` (${text((name === "REMOTE" ? "source." : "fault.") + more)})` : "");
}

function sentence(entry) {
  if (entry.do) {
    const more = Object.entries(entry).filter(([key]) => !["t", "b", "do"].includes(key)).map(([, value]) => value);
    const held = entry.do === "light" && entry.hold_s >= 3600 ? [] : more;
    const unit = "hold_s" in entry || "s" in entry ? " s" : "";
    return ["user", text("do." + entry.do) + (held.length ? ` (${held.join(", ")}${unit})` : "")];
  }
  if ("up" in entry) return ["chip", text("up")];
  if ("down" in entry) return ["chip", text("down", entry.down)];
  if ("raised" in entry) return ["chip", text("raised", entry.raised)];
  const parts = [];
  let kind = "device";
  if (entry.state && entry.state !== "VERIFYING" && entry.state !== "FAULT")
    parts.push(text(entry.state === "IDLE" ? "ready" : "state." + entry.state));
  if (entry.cause) { parts.push(text("opened_by", causeWords(entry.cause))); kind = "off"; }
  if (entry.fault) { parts.push(`${text("state.FAULT")}: ${text("fault." + entry.fault)}`); kind = "off"; }
  else if (entry.fault === null) parts.push(text("fault_gone"));
  if (entry.sound && !["OFF", "ARMED"].includes(entry.sound)) parts.push("♪ " + text("sound." + entry.sound));
  if (entry.gas) parts.push(text("gas_" + entry.gas));
  if (entry.flame === "on" || (entry.flame && !entry.gas)) parts.push(text("flame_" + entry.flame));
  if (entry.gas && !entry.state) kind = "world";
  return [kind, parts.join(" · ")];
}
