// The page: everything around the drawing.
// Belongs here: keys, drawer, story, runs, the coach. Does not: what carries messages (link.js), drawing (stove.js,
// strips.js), words.
import { connect } from "./link.js";
import { draw } from "./stove.js";
import { Strips, clock } from "./strips.js";
import { Sound } from "./sound.js";
import { speak, spoken, text } from "./texts.js";

const TOAST_MS = 6000;
const STORY_KEPT = 400;
const LIGHT_S = 10;
const SLOW = .8;
const NARROW_PX = 700; // of a window: then the controller stands below the stove
const GROUPS = {
  user: ["press", "double_press", "hold", "button_down", "button_up", "override", "tremor", "mash", "light", "knob_off", "blow_out", "simmer"],
  contact: ["weld", "unweld", "stick_open", "film", "bypass", "stick_pin", "free_pins", "coil_open", "valve_sticks", "valve_frees"],
  sense: ["sensor", "noise", "i2c_stuck", "hum", "offset", "spike", "sparks", "ground", "cold_end", "heat"],
  remote: ["remote_off", "remote_extend", "remote_less", "remote_arm"],
  chip: ["power_off", "power_on", "reset", "hang", "gil_hold", "clock_jump", "raise", "services_die", "services_block", "repair_settings", "flash", "alarm", "presence"],
};
const OF_THE_DEVICE = new Set(["flash", "i2c_stuck", "power_off", "power_on", "reset", "hang", "raise", "clock_jump", "gil_hold", "services_die", "services_block", "repair_settings", "free_pins"]);
const FIRST = { milliohm: 200, percent: 40, uv: 300, ms: 3000, s: 2, hold_s: LIGHT_S }; // where a field has no default

const find = (selector) => document.querySelector(selector);
const make = (tag, attributes = {}, ...inside) => {
  const one = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in one && typeof value !== "string") one[key] = value;
    else one.setAttribute(key, value);
  }
  one.append(...inside);
  return one;
};
const kept = (key, value) => { try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); } catch { return null; } };

const strips = new Strips(find("#strips"));
const sound = new Sound();
let hello = null;
let keys = {};
let frame = null;
let picture = null;
let burner = 0;
let verdict = null;
let known = null; // the scenarios of the repository
let coach = { light: false, forget: false, weld: false, welded: false };
let dirty = true;
let counted = { frames: 0, drawn: 0, since: performance.now() };

// --- the link ------------------------------------------------------------------------------------------------------

const ask = (message) => link.ask(message);
const act = (what, more = {}) => ask({ do: what, burner, ...more });

function hear(said) {
  if (said.hello) showSnapshot(said.hello);
  if (said.frame) see(said.frame);
  if (said.story) said.story.forEach(tell);
  if (said.verdict) judge(said.verdict);
  if (said.refused) toast(said.refused);
  if (said.banner) banner(text(said.banner, said.more));
}

async function save(name, file) {
  const at = URL.createObjectURL(new Blob([await link.saved(name)], { type: "application/json" }));
  make("a", { href: at, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(at), 1000);
}

function showSnapshot(told) {
  const other = !hello || hello.name !== told.name || hello.until !== told.until;
  hello = told;
  keys = Object.fromEntries(told.keys.map((key, at) => [key, at]));
  strips.plant = told.plant;
  strips.fill(told.history);
  picture = null;
  verdict = null;
  ended = false;
  if (other) coach = { light: false, forget: false, weld: false, welded: false };
  find("#story").replaceChildren();
  told.story.forEach(tell);
  banner();
  words();
  if (told.verdict) judge(told.verdict);
}

const named = (values) => Object.fromEntries(hello.keys.map((key) => [key, values[keys[key]]]));

function see(told) {
  if (!hello) return;
  told.burners = told.burners.map(named);
  frame = told;
  const narrow = innerWidth < NARROW_PX;
  if (!picture || picture.burners !== told.burners.length || picture.narrow !== narrow) {
    picture = draw(find("#stove"), told.burners.length, ask, choose, narrow);
    picture.burners = told.burners.length;
    picture.narrow = narrow;
    if (burner >= picture.burners) burner = 0;
    targets();
  }
  strips.speed = told.speed;
  strips.add([told.t, ...told.burners.map((one) => [one.tip_c, one.tc_uv, one.magnet_uv, one.mohm, one.ma, one.state])]);
  if (told.tones && told.tones.length) sound.play(told.tones, told.speed);
  if (told.failure) banner(text("failure", told.failure));
  else if (told.over) banner(text("over"), true);
  document.querySelectorAll(".knob").forEach((knob, index) => knob.look && knob.look(told.burners[index]));
  learn(told);
  dirty = true;
}

/** Pictures come at the rhythm of the screen, and only when there is news; a hidden page draws nothing. */
function paint() {
  requestAnimationFrame(paint);
  counted.frames += 1;
  if (!dirty || !frame || document.hidden) return;
  dirty = false;
  counted.drawn += 1;
  picture.show(frame, hello.plant, frame.speed === 0);
  strips.burner = burner;
  strips.draw();
  const slow = frame.speed && frame.pace && frame.pace < frame.speed * SLOW; // this machine cannot go so fast
  find("#clock").textContent = clock(frame.t) + (slow ? ` (${Math.round(frame.pace)}×)` : "");
  document.querySelectorAll("[data-speed]").forEach((one) => one.setAttribute("aria-pressed", String(+one.dataset.speed === frame.speed)));
}

/** Since the last call, each second: [times the screen was ready for a picture, new ones drawn]; for who measures. */
window.framesPerSecond = () => {
  const now = performance.now(), rate = (count) => count * 1000 / (now - counted.since);
  const rates = [rate(counted.frames), rate(counted.drawn)];
  counted = { frames: 0, drawn: 0, since: now };
  return rates;
};

// --- words and banners ---------------------------------------------------------------------------------------------

function words() {
  document.documentElement.lang = spoken() === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-text]").forEach((one) => { one.textContent = text(one.dataset.text); });
  document.querySelectorAll("[data-title]").forEach((one) => { one.title = text(one.dataset.title); one.setAttribute("aria-label", one.title); });
  document.querySelectorAll("[data-label]").forEach((one) => one.setAttribute("aria-label", text(one.dataset.label)));
  document.querySelectorAll("[data-placeholder]").forEach((one) => { one.placeholder = text(one.dataset.placeholder); });
  find("#language").textContent = spoken() === "zh" ? "English" : "中文";
  if (!hello) return;
  find("#device-about").textContent = (hello.password ? text("device_about", hello.password) : "") + (hello.broker ? text("device_broker", hello.broker) : "");
  find("#show-device").textContent = text(find("#frame iframe") ? "hide_device" : "show_device");
  find("#playing").textContent = hello.until === null ? text("nothing_playing") : text("playing", hello.name, clock(hello.until));
  find("#playing").title = hello.about;
  picture = null;
  if (frame) see({ ...frame, burners: frame.burners.map((one) => hello.keys.map((key) => one[key])), tones: [] });
  drawer();
  targets();
  rules();
  teach();
  const told = [...find("#story").children].map((line) => line.entry);
  find("#story").replaceChildren();
  told.forEach(tell);
}

function banner(words_ = "", calm = false, ...more) {
  const one = find("#banner");
  one.hidden = !words_;
  if (one.said === words_) return;
  one.said = words_;
  one.classList.toggle("calm", calm);
  one.replaceChildren(words_, ...more);
}

let toasting = 0;
function toast(words_) {
  find("#toast").textContent = words_;
  find("#toast").hidden = false;
  clearTimeout(toasting);
  toasting = setTimeout(() => { find("#toast").hidden = true; }, TOAST_MS);
}

// --- judging -------------------------------------------------------------------------------------------------------

let ended = false;
function judge(told) {
  verdict = told;
  rules();
  if (told.violated.length) {
    const list = make("ul", {}, ...told.violated.slice(0, 5).map(([name, sentence]) => make("li", {}, `${name}: ${sentence}`)));
    const keep = make("button", {}, text("save_it"));
    keep.onclick = () => save("a broken rule", "broken-rule.json");
    banner(text("violated", [...new Set(told.violated.map(([name]) => name))].join(", ")), false, keep, list);
  } else if (told.failed && !ended) {
    ended = true;
    const list = make("ul", {}, ...told.failed.slice(0, 5).map((sentence) => make("li", {}, sentence)));
    const on = make("button", {}, text("go_on"));
    on.onclick = () => { banner(); ask({ speed: 1 }); };
    banner(text(told.failed.length ? "failed_end" : "held_end", hello.name), !told.failed.length, on, ...(told.failed.length ? [list] : []));
  }
}

function rules() {
  document.body.classList.toggle("violated", Boolean(verdict && verdict.violated.length));
  find("#rules").textContent = !verdict ? text("rules_wait") : verdict.violated.length ? text("violated", verdict.violated[0][0]) : text("rules_hold", verdict.held);
  find("#rules").title = verdict ? verdict.violated.map(([name, sentence]) => `${name}: ${sentence}`).join("\n") : "";
}

// --- what happened -------------------------------------------------------------------------------------------------

function tell(entry) {
  const [kind, said] = sentence(entry);
  if (!said) return;
  const list = find("#story");
  const down = list.scrollTop + list.clientHeight > list.scrollHeight - 30;
  const line = make("li", { class: kind }, make("time", {}, clock(entry.t)), make("b", {}, entry.b === null ? "" : String(entry.b + 1)), make("span", {}, said));
  line.entry = entry;
  list.append(line);
  while (list.children.length > STORY_KEPT) list.firstChild.remove();
  if (down) list.scrollTop = list.scrollHeight;
}

const causeWords = (cause) => { const [name, more] = cause.split(":"); return text("cause." + name) + (more ? ` (${text((name === "REMOTE" ? "source." : "fault.") + more)})` : ""); };

function sentence(entry) {
  if (entry.do) {
    const more = Object.entries(entry).filter(([key]) => !["t", "b", "do"].includes(key)).map(([, value]) => value);
    const held = entry.do === "light" && entry.hold_s >= 3600 ? [] : more;
    return ["user", text("do." + entry.do) + (held.length ? ` (${held.join(", ")}${"hold_s" in entry || "s" in entry ? " s" : ""})` : "")];
  }
  if ("up" in entry) return ["chip", text("up")];
  if ("down" in entry) return ["chip", text("down", entry.down)];
  if ("raised" in entry) return ["chip", text("raised", entry.raised)];
  const parts = [];
  let kind = "device";
  if (entry.state && entry.state !== "VERIFYING" && entry.state !== "FAULT") parts.push(text(entry.state === "IDLE" ? "ready" : "state." + entry.state));
  if (entry.cause) { parts.push(text("opened_by", causeWords(entry.cause))); kind = "off"; }
  if (entry.fault) { parts.push(`${text("state.FAULT")}: ${text("fault." + entry.fault)}`); kind = "off"; }
  else if (entry.fault === null) parts.push(text("fault_gone"));
  if (entry.sound && !["OFF", "ARMED"].includes(entry.sound)) parts.push("♪ " + text("sound." + entry.sound));
  if (entry.gas) parts.push(text("gas_" + entry.gas));
  if (entry.flame === "on" || (entry.flame && !entry.gas)) parts.push(text("flame_" + entry.flame));
  if (entry.gas && !entry.state) kind = "world";
  return [kind, parts.join(" · ")];
}

// --- the first three minutes ---------------------------------------------------------------------------------------

function learn(told) {
  const was = JSON.stringify(coach);
  if (told.burners.some((one) => ["BURNING", "WARNING", "OVERRIDE"].includes(one.state) && one.gas && !one.pressed)) coach.light = true;
  if (coach.light && told.burners.some((one) => one.cause === "TIMEOUT" && !one.gas)) coach.forget = true;
  if (told.burners.some((one) => one.welded)) coach.welded = true;
  if (told.burners.some((one) => one.fault === "CONTACT_WELDED")) coach.weld = true;
  if (was !== JSON.stringify(coach)) teach();
}

function teach() {
  const steps = [["light", "coach_light"], ["forget", "coach_forget"], ["weld", "coach_weld"]];
  const next = steps.findIndex(([key]) => !coach[key]);
  find("#coach").replaceChildren(...(next < 0 ? [make("li", { class: "done" }, text("coach_done"))] : steps.map(([key, word], n) => {
    const line = make("li", { class: coach[key] ? "done" : n === next ? "now" : "", "data-step": key }, make("span", {}, text(word)));
    if (key === "weld" && !coach.weld && n === next) {
      const button = make("button", { id: "weld-it", disabled: coach.welded }, text("weld_it"));
      button.onclick = () => { act("weld"); if (frame && frame.speed !== 1) ask({ speed: 1 }); };
      line.append(button);
    }
    return line;
  })));
}

// --- drawer --------------------------------------------------------------------------------------------------------

function choose(index) {
  if (index === burner) return;
  burner = index;
  targets();
  dirty = true;
}

function targets() {
  if (!picture) return;
  for (const place of ["#target", "#which"]) {
    find(place).replaceChildren(...Array.from({ length: picture.burners }, (_, index) => {
      const one = make("button", { "aria-pressed": String(index === burner) }, `${place === "#target" ? text("burner") + " " : ""}${index + 1}`);
      one.onclick = () => choose(index);
      return one;
    }));
  }
}

function drawer() {
  const listed = new Set(Object.values(GROUPS).flat());
  const rest = Object.keys(hello.acts).filter((one) => !listed.has(one)); // an act that is new here must not be missing
  find("#acts").replaceChildren(...Object.entries(GROUPS).map(([group, acts]) =>
    make("fieldset", {}, make("legend", {}, text("group." + group)), ...[...acts, ...(group === "chip" ? rest : [])].filter((one) => hello.acts[one]).map(form))));
}

function form(name) {
  const fields = hello.acts[name];
  const one = make("form", { "data-act": name }, make("button", {}, text("do." + name)));
  for (const field of fields) one.append(input(field));
  one.onsubmit = (event) => {
    event.preventDefault();
    const more = {};
    for (const field of fields) {
      const given = one.elements[field.key];
      more[field.key] = field.kind === "bool" ? given.value === "true" : ["int", "seconds"].includes(field.kind) ? +given.value : given.value;
    }
    ask({ do: name, ...(OF_THE_DEVICE.has(name) ? {} : { burner }), ...more });
  };
  return one;
}

function input({ key, kind, low, high, choice, unit, default: begin }) {
  if (kind === "bool" || choice.length) {
    const words_ = kind === "bool" ? ["true", "false"] : choice;
    const shown = { true: "on", false: "off" };
    return make("select", { name: key, "aria-label": key }, ...words_.map((word) => make("option", { value: word, selected: word === begin }, shown[word] || word)));
  }
  const value = begin === null || begin === undefined ? FIRST[key] ?? low : begin;
  return make("input", { type: "number", name: key, "aria-label": `${key} (${unit})`, title: `${key} (${unit}), ${low}–${high}`, min: String(low), max: String(high), step: kind === "seconds" || kind === "number" ? "0.001" : "1", value: String(value) });
}

// --- runs ----------------------------------------------------------------------------------------------------------

async function scenarios() {
  if (!known) known = await link.scenarios();
  const wanted = find("#find").value.toLowerCase();
  find("#scenarios").replaceChildren(...known.filter((one) => `${one.name} ${one.about} ${one.key}`.toLowerCase().includes(wanted)).map((one) => {
    const button = make("button", { "data-key": one.key }, one.name, " ", make("small", {}, `${one.until} ${one.about}`));
    button.onclick = () => { ask({ load: one.key }); scrollTo({ top: 0, behavior: "smooth" }); };
    return make("li", {}, button);
  }));
}

function anew() {
  const given = find("#new-stove").elements;
  const minutes = Math.max(1, Math.min(180, +given.minutes.value || 30));
  const settings = { timer_default_min: minutes, warning_s: Math.min(60, 30 * minutes), ...(given.pulse.checked ? { relay_drive: "pulse" } : {}) };
  if (minutes < 10) settings.timer_step_min = Math.max(1, minutes);
  ask({ new: { stove: { burners: +given.burners.value, sensor: given.sensor.checked }, settings } });
}

// --- by hand -------------------------------------------------------------------------------------------------------

function faster(way) {
  const at = hello.speeds.indexOf(frame.speed);
  const to = hello.speeds[Math.max(0, Math.min(hello.speeds.length - 1, at + way))];
  if (to !== frame.speed) ask({ speed: to });
}
let before = 1; // the speed to go on with after a pause
const pause = () => { if (frame.speed) { before = frame.speed; ask({ speed: 0 }); } else ask({ speed: before }); };
const KEYS = {
  l: () => act("light", { hold_s: LIGHT_S }), o: () => act("knob_off"), p: () => act("press"), d: () => act("double_press"), h: () => act("hold", { s: 1 }),
  f: () => act("remote_off", { source: "web" }), w: () => act("weld"), u: () => act("unweld"), b: () => act("blow_out"), " ": pause, ".": () => ask({ step: 20 }),
  "+": () => faster(1), "=": () => faster(1), "-": () => faster(-1), "−": () => faster(-1),
};
addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, button, a") || event.ctrlKey || event.metaKey || event.altKey || !frame) return;
  const number = +event.key - 1;
  if (event.repeat && event.key !== ".") return;
  if (number >= 0 && number < frame.burners.length) choose(number);
  else if (KEYS[event.key.toLowerCase()]) KEYS[event.key.toLowerCase()]();
  else return;
  event.preventDefault();
});
for (const touched of ["pointerdown", "keydown"]) addEventListener(touched, (event) => { if (event.isTrusted) sound.wake(); });
document.addEventListener("visibilitychange", () => { ask({ looks: !document.hidden }); dirty = true; });
addEventListener("resize", () => { dirty = true; });
document.querySelectorAll("[data-speed]").forEach((one) => { one.onclick = () => { if (+one.dataset.speed) before = +one.dataset.speed; ask({ speed: +one.dataset.speed }); }; });
find("#step").onclick = () => ask({ step: 20 });
find("#save").onclick = () => save("", "scenario.json");
find("#share").onclick = async () => {
  const address = await link.share();
  history.replaceState(null, "", address);
  await navigator.clipboard?.writeText(address).then(() => toast(text("copied")), () => toast(address));
};
find("#sound").onclick = (event) => { sound.on = !sound.on; event.currentTarget.setAttribute("aria-pressed", String(sound.on)); };
find("#language").onclick = () => { speak(spoken() === "zh" ? "en" : "zh"); kept("language", spoken()); words(); };
find("#anew").onclick = anew;
find("#find").oninput = scenarios;
find("#new-stove").onsubmit = (event) => { event.preventDefault(); anew(); };
find("#file").onchange = async (event) => {
  const [file] = event.target.files;
  if (file) ask({ scenario: await file.text() });
  event.target.value = "";
};
find("#show-device").onclick = () => {
  const there = find("#frame iframe");
  if (there) there.remove();
  else find("#frame").append(make("iframe", { src: link.device(hello), title: text("device") }));
  words();
};

speak(kept("language") || (navigator.language.startsWith("zh") ? "zh" : "en"));
words();
const link = connect(hear, () => { banner(); ask({ looks: !document.hidden }); }, () => banner(text("lost")));
find("#share").hidden = !link.share;
find("#device").hidden = !link.device;
scenarios();
paint();
