// The page: everything around the drawing.
// Belongs here: frames, banners, keys, runs. Does not: what carries messages (link.js), drawing (stove.js, strips.js),
// the log (story.js), lesson and tour (coach.js), faults (drawer.js, chance.js), rules (rules.js), tabs (tabs.js).
import { pass } from "./chance.js";
import { beginLesson, beginTour, endTour, learn, teach } from "./coach.js";
import { find, kept, make } from "./dom.js";
import { drawer } from "./drawer.js";
import { connect } from "./link.js";
import { list } from "./rules.js";
import { Sound } from "./sound.js";
import { retell, tell } from "./story.js";
import { draw } from "./stove.js";
import { Strips, clock } from "./strips.js";
import { beginTabs } from "./tabs.js";
import { speak, spoken, text } from "./texts.js";

const TOAST_MS = 6000;
const OFFER_MS = 20000; // of the run before
const SLOW = .8;
const NARROW_PX = 700; // of a window: then the controller stands below the stove

const strips = new Strips(find("#strips"));
const sound = new Sound();
let hello = null;
let keys = {};
let frame = null;
let picture = null;
let burner = 0;
let verdict = null;
let ended = false; // a scenario, and its banner was shown
let released = new Set(); // the burners for which it beeped: release the knob
let known = null; // the scenarios of the repository
let painting = false; // asked of the browser
let drawn = { count: 0, since: performance.now() };

// --- the link ------------------------------------------------------------------------------------------------------

const ask = (message) => link.ask(message);
const act = (what, more = {}) => ask({ do: what, burner, ...more });

function hear(said) {
  if (said.hello) showSnapshot(said.hello);
  if (said.frame) see(said.frame);
  if (said.story) said.story.forEach(happened);
  if (said.verdict) judge(said.verdict);
  if (said.refused) toast(said.refused);
  if (said.banner) banner(text(said.banner, said.more));
}

function happened(entry) {
  if (entry.sound === "LET_GO") released.add(entry.b);
  const said = tell(entry);
  if (said && !find("#drawer").hidden) toast(said); // the log is not open then
}

function download(run, file) {
  const at = URL.createObjectURL(new Blob([run], { type: "application/json" }));
  make("a", { href: at, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(at), 1000);
}

const save = async (name, file) => download(await link.saved(name), file);

/** Take another stove; what was done with the one before can still be saved for a while. */
async function change(message) {
  const run = frame && frame.t > 0 && await link.saved();
  ask(message);
  if (!run) return;
  const offer = make("button", {}, text("save_before"));
  offer.onclick = () => download(run, "scenario.json");
  toast(text("before"), OFFER_MS, offer);
}

function showSnapshot(news) {
  const fresh = !news.history.length || !hello || hello.name !== news.name || hello.until !== news.until;
  hello = news;
  frame = null; // the one of the stove before is none of this one
  keys = Object.fromEntries(news.keys.map((key, at) => [key, at]));
  strips.plant = news.plant;
  strips.fill(news.history);
  picture = null;
  verdict = news.verdict;
  ended = false;
  released = new Set();
  if (fresh) beginLesson(news.sensor, weldIt);
  retell(news.story);
  banner();
  words();
  if (!find("#device").hidden) showDevice(); // a new stove knows no log-in of the one before
  if (verdict) judge(verdict);
}

const byName = (values) => Object.fromEntries(hello.keys.map((key) => [key, values[keys[key]]]));

function see(news) {
  if (!hello) return;
  news.burners = news.burners.map(byName);
  frame = news;
  news.burners.forEach((one, index) => {
    if (!one.pressed) released.delete(index);
    one.may_release = released.has(index) || !hello.sensor; // without a sensor there is no beep
  });
  const narrow = innerWidth < NARROW_PX;
  if (!picture || picture.burners !== news.burners.length || picture.narrow !== narrow) {
    picture = draw(find("#stove"), news.burners.length, ask, choose, narrow, hello.display);
    picture.burners = news.burners.length;
    picture.narrow = narrow;
    if (burner >= picture.burners) burner = 0;
    targets();
  }
  strips.speed = news.speed;
  const sample = (one) => [one.tip_c, one.tc_uv, one.magnet_uv, one.mohm, one.ma, one.state];
  strips.add([news.t, ...news.burners.map(sample)]);
  if (news.tones && news.tones.length) sound.play(news.tones, news.speed);
  if (news.failure) banner(text("failure", news.failure));
  else if (news.over) banner(text("over"), true);
  document.querySelectorAll(".knob").forEach((knob, index) => knob.look && knob.look(news.burners[index]));
  learn(news);
  pass(news.t);
  refresh();
}

/** Ask for a picture: they come at the rhythm of the screen, only when there is news, and none on a hidden page. */
function refresh() {
  if (!painting) requestAnimationFrame(paint);
  painting = true;
}

function paint() {
  painting = false;
  if (!frame) return;
  drawn.count += 1;
  picture.show(frame, hello.plant, frame.speed === 0);
  strips.burner = burner;
  strips.draw();
  const slow = frame.speed && frame.pace && frame.pace < frame.speed * SLOW; // this machine cannot go so fast
  find("#clock").textContent = clock(frame.t) + (slow ? ` (${Math.round(frame.pace)}×)` : "");
  find("#clock").title = slow ? text("slow", Math.round(frame.pace), frame.speed) : text("stove_time");
  for (const one of document.querySelectorAll("[data-speed]"))
    one.setAttribute("aria-pressed", String(+one.dataset.speed === frame.speed));
}

/** Pictures a second since the last call; for who measures. */
window.picturesPerSecond = () => {
  const now = performance.now(), rate = drawn.count * 1000 / (now - drawn.since);
  drawn = { count: 0, since: now };
  return rate;
};

/** The stove times of what the strips show, in ms; for who tests. */
window.samples = () => strips.samples.map(([t_ms]) => t_ms);

// --- words and banners ---------------------------------------------------------------------------------------------

function words() {
  const all = (name, put) => document.querySelectorAll(`[data-${name}]`).forEach((one) =>
    put(one, text(one.dataset[name])));
  document.documentElement.lang = spoken() === "zh" ? "zh-CN" : "en";
  all("text", (one, said) => { one.textContent = said; });
  all("title", (one, said) => { one.title = said; one.setAttribute("aria-label", said); });
  all("label", (one, said) => one.setAttribute("aria-label", said));
  all("placeholder", (one, said) => { one.placeholder = said; });
  find("#language").textContent = spoken() === "zh" ? "English" : "中文";
  if (!hello) return;
  find("#device-about").textContent = (hello.password ? text("device_about", hello.password) : "")
    + (hello.broker ? text("device_broker", hello.broker) : "");
  find("#playing").textContent = hello.until === null ? text("nothing_playing")
    : text("playing", hello.name, clock(hello.until));
  find("#playing").title = hello.about;
  picture = null;
  if (frame) {
    const values = (one) => hello.keys.map((key) => one[key]);
    see({ ...frame, burners: frame.burners.map(values), tones: [] });
  }
  drawer(hello.acts, (message, hasBurner) => ask(hasBurner ? { burner, ...message } : message));
  targets();
  rules();
  teach();
  retell();
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
function toast(words_, ms = TOAST_MS, ...more) {
  find("#toast").replaceChildren(words_, ...more);
  clearTimeout(toasting);
  toasting = setTimeout(() => find("#toast").replaceChildren(), ms);
}

// --- judging -------------------------------------------------------------------------------------------------------

function judge(news) {
  verdict = news;
  rules();
  if (news.violated.length) {
    const broken = make("ul", {}, ...news.violated.slice(0, 5).map(([name, sentence]) =>
      make("li", {}, `${name}: ${sentence}`)));
    const keep = make("button", {}, text("save_it"));
    keep.onclick = () => save("a broken rule", "broken-rule.json");
    banner(text("violated", [...new Set(news.violated.map(([name]) => name))].join(", ")), false, keep, broken);
  } else if (news.failed && !ended) {
    ended = true;
    const failed = make("ul", {}, ...news.failed.slice(0, 5).map((sentence) => make("li", {}, sentence)));
    const on = make("button", {}, text("go_on"));
    on.onclick = () => { banner(); ask({ speed: 1 }); };
    const fine = !news.failed.length;
    banner(text(fine ? "held_end" : "failed_end", hello.name), fine, on, ...(fine ? [] : [failed]));
  }
}

function rules() {
  const broken = verdict && verdict.violated.length;
  document.body.classList.toggle("violated", Boolean(broken));
  find("#rules").textContent = !verdict ? text("rules_wait")
    : broken ? text("violated", verdict.violated[0][0]) : text("rules_hold", verdict.held);
  if (find("#rule-dialog").open) list(hello.rules, verdict);
}

// --- beside the stove ----------------------------------------------------------------------------------------------

function weldIt() {
  act("weld");
  if (frame && frame.speed !== 1) ask({ speed: 1 });
}

function choose(index) {
  if (index === burner) return;
  burner = index;
  targets();
  refresh();
}

function targets() {
  if (!picture) return;
  for (const place of ["#target", "#which"]) {
    find(place).replaceChildren(...Array.from({ length: picture.burners }, (_, index) => {
      const label = `${text("burner")} ${index + 1}`;
      const one = make("button", { "aria-pressed": String(index === burner), "aria-label": label }, String(index + 1));
      one.onclick = () => choose(index);
      return one;
    }));
  }
}

function showDevice() {
  find("#frame").replaceChildren(make("iframe", { src: link.device(hello, spoken()), title: text("device") }));
}

async function scenarios() {
  if (!known) known = await link.scenarios();
  const wanted = find("#find").value.toLowerCase();
  const found = known.filter((one) => `${one.name} ${one.about} ${one.key}`.toLowerCase().includes(wanted));
  find("#scenarios").replaceChildren(...found.map((one) => {
    const button = make("button", { "data-key": one.key }, one.name, " ",
      make("small", {}, `${one.until} ${one.about}`));
    button.onclick = () => change({ load: one.key });
    return make("li", {}, button);
  }));
}

function anew() {
  const given = find("#new-stove").elements;
  const minutes = Math.max(1, Math.min(180, +given.minutes.value || 30));
  const settings = { timer_default_min: minutes, warning_s: Math.min(60, 30 * minutes) };
  if (given.pulse.checked) settings.relay_drive = "pulse";
  if (minutes < 10) settings.timer_step_min = Math.max(1, minutes);
  change({ new: { stove: { burners: +given.burners.value, sensor: given.sensor.checked }, settings } });
}

// --- by hand -------------------------------------------------------------------------------------------------------

function faster(way) {
  const at = hello.speeds.indexOf(frame.speed);
  const to = hello.speeds[Math.max(0, Math.min(hello.speeds.length - 1, at + way))];
  if (to !== frame.speed) ask({ speed: to });
}
let before = 1; // the speed to go on with after a pause
const pause = () => {
  if (frame.speed) before = frame.speed;
  ask({ speed: frame.speed ? 0 : before });
};
const KEYS = {
  l: () => act("light", { hold_s: 10 }), o: () => act("knob_off"), p: () => act("press"),
  d: () => act("double_press"), h: () => act("hold", { s: 1 }), f: () => act("remote_off", { source: "web" }),
  w: () => act("weld"), u: () => act("unweld"), b: () => act("blow_out"), " ": pause, ".": () => ask({ step: 20 }),
  "+": () => faster(1), "=": () => faster(1), "-": () => faster(-1), "−": () => faster(-1),
};
addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!find("#keys").checked || !frame || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
  if (" Enter".includes(key) && target.closest("button, input, a")) return; // that is what it presses
  if (event.repeat && key !== ".") return;
  const number = +key - 1;
  if (number >= 0 && number < frame.burners.length) choose(number);
  else if (KEYS[key.toLowerCase()]) { endTour(); KEYS[key.toLowerCase()](); } else return;
  event.preventDefault();
});
addEventListener("pointerdown", (event) => { if (event.target.closest("#stove, #acts, .time")) endTour(); }, true);
for (const touched of ["pointerdown", "keydown"])
  addEventListener(touched, (event) => { if (event.isTrusted) sound.wake(); });
document.addEventListener("visibilitychange", () => { ask({ looks: !document.hidden }); refresh(); });
addEventListener("resize", refresh);
document.querySelectorAll("[data-speed]").forEach((one) => {
  one.onclick = () => {
    if (+one.dataset.speed) before = +one.dataset.speed;
    ask({ speed: +one.dataset.speed });
  };
});
find("#step").onclick = () => ask({ step: 20 });
find("#tour").onclick = () => beginTour(change, ask);
find("#rules").onclick = () => {
  if (!hello) return;
  list(hello.rules, verdict);
  find("#rule-dialog").showModal();
};
find("#save").onclick = () => save("", "scenario.json");
find("#share").onclick = async () => {
  const address = await link.share();
  history.replaceState(null, "", address);
  await navigator.clipboard?.writeText(address).then(() => toast(text("copied")), () => toast(address));
};
find("#sound").onclick = (event) => {
  sound.on = !sound.on;
  event.currentTarget.setAttribute("aria-pressed", String(sound.on));
};
find("#language").onclick = () => {
  speak(spoken() === "zh" ? "en" : "zh");
  kept("language", spoken());
  words();
  if (hello && !find("#device").hidden) showDevice();
};
find("#keys").checked = kept("keys") !== "off";
find("#keys").onchange = (event) => kept("keys", event.target.checked ? "on" : "off");
find("#find").oninput = scenarios;
find("#new-stove").onsubmit = (event) => { event.preventDefault(); anew(); };
find("#file").onchange = async (event) => {
  const [file] = event.target.files;
  if (file) change({ scenario: await file.text() });
  event.target.value = "";
};

speak(kept("language") || (navigator.language.startsWith("zh") ? "zh" : "en"));
words();
const link = connect(hear, () => { banner(); ask({ looks: !document.hidden }); }, () => banner(text("lost")));
find("#share").hidden = !link.share;
beginTabs(link.device ? [] : ["device"], (name) => {
  if (name === "device" && hello) showDevice();
});
scenarios();
