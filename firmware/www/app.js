// The frame of the page: header, OFF, the burners, and which page is shown. The other pages: pages.js.
import { begin, ask, device, fresh, remaining_s, revive } from "./device.js";
import { cause, clock, has, language, setLanguage, t } from "./texts.js";
import { h, PAGES, remember } from "./pages.js";

const $ = (id) => document.getElementById(id);
const TURN_S = 3600; // one turn of the ring is an hour, like a kitchen timer; whole hours are thin rings inside
const ROUND = 2 * Math.PI * 92;
const FLAME = "M33 2c3 13 19 20 19 38a20 20 0 0 1-40 0c0-9 6-14 8-22 4 3 6 6 7 10C31 20 34 12 33 2z";
const SMALL = "translate(71 27) scale(.9)", LARGE = "translate(52 54) scale(1.5)"; // above the time, or alone
const TABS = ["now", "history", "signal", "settings", "more"];
const TAB_OF = { check: "more" };
let page = null; // {name, update} of the page shown
let announced = []; // state of each burner that was last read aloud

const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const say = (text) => set($("said"), text);

// --- Now -------------------------------------------------------------------------------------------------------
function dial() {
  const flame = h("svg:g", { class: "flame", transform: LARGE },
    h("svg:g", { class: "sway" }, h("svg:path", { class: "out", d: FLAME }),
      h("svg:path", { class: "mid lick", d: "M33 24c2 8 10 12 10 20a11 11 0 0 1-22 0c0-6 4-8 5-13 2 2 3 3 4 6 2-5 3-8 3-13z" }),
      h("svg:ellipse", { class: "blue", cx: 32, cy: 53, rx: 8, ry: 5, opacity: .75 })));
  const arc = h("svg:circle", { class: "arc", cx: 100, cy: 100, r: 92, transform: "rotate(-90 100 100)", "stroke-dasharray": ROUND });
  const hours = [1, 2, 3, 4, 5].map((n) => h("svg:circle", { class: "hour", cx: 100, cy: 100, r: 91 - 4 * n }));
  const svg = h("svg:svg", { viewBox: "0 0 200 200", role: "img" }, h("svg:circle", { class: "track", cx: 100, cy: 100, r: 92 }),
    h("svg:circle", { class: "ticks", cx: 100, cy: 100, r: 84, transform: "rotate(-90 100 100)" }), ...hours, arc, flame);
  return { svg, arc, hours, flame };
}

function burnerCard(n, many) {
  const { svg, arc, hours, flame } = dial();
  const left = h("div", { class: "left value", "aria-hidden": true });
  const state = h("p", { class: "state value" });
  const about = h("p", { class: "soft value" });
  const trouble = h("p", { class: "do value", hidden: true });
  const service = h("p", { class: "bad value", hidden: true });
  const last = h("p", { class: "last small soft value" });
  const more = h("button", { type: "button", class: "more", onclick: () => extend(n) });
  const off_ = h("button", { type: "button", class: "cut", onclick: () => off(n) });
  const title = h("h2", {}, t("burner", n + 1));
  const ring = h("div", { class: "dial" }, svg, left);
  const card = h("section", { class: "burner", "aria-label": t("burner", n + 1) }, ...(many ? [] : [title]), ring,
    ...(many ? [title] : []), state, about, trouble, service, last, h("div", { class: "row" }, ...(many ? [off_] : []), more));
  title.hidden = !many;

  function update(burner) {
    const known = fresh();
    const blind = !burner.sensor;
    const word = blind && ["IDLE", "VERIFYING"].includes(burner.state) ? burner.state + "_blind" : burner.state;
    const s = known && burner.contact_closed ? remaining_s(burner) : 0;
    card.className = "burner " + burner.state;
    card.dataset.state = known ? burner.state : "unknown";
    arc.setAttribute("stroke-dashoffset", ROUND * (1 - (s % TURN_S || (s ? TURN_S : 0)) / TURN_S));
    arc.setAttribute("visibility", s ? "visible" : "hidden");
    hours.forEach((ring, i) => ring.setAttribute("visibility", s > (i + 1) * TURN_S ? "visible" : "hidden"));
    set(left, s ? clock(s) : known ? "" : "–:––");
    if (s) left.append(h("small", {}, t("left")));
    left.classList.toggle("long", s >= 3600);
    // A flame is drawn only where one is detected; without a sensor a dashed outline shows that one may burn.
    ring.classList.toggle("unknown", !known);
    ring.classList.toggle("lit", known && burner.flame);
    ring.classList.toggle("dark", !(known && burner.flame) && !(blind && burner.contact_closed));
    ring.classList.toggle("blind", blind && burner.contact_closed && !burner.flame);
    flame.setAttribute("transform", s || !known ? SMALL : LARGE);
    const seen = blind ? t("unseen") : t(burner.flame ? "flame_yes" : "flame_no");
    svg.setAttribute("aria-label", !known ? t("unknown") : (s ? t("left_label", clock(s)) + ", " : "") + seen);
    set(state, known ? t(burner.fault && burner.state === "FAULT" ? burner.fault : word) : t("unknown"));
    set(about, !known || burner.state === "FAULT" ? "" : blind && burner.contact_closed ? t("unseen") : t(word + "_about"));
    trouble.hidden = !(known && burner.fault);
    set(trouble, burner.fault ? t(burner.fault + "_do") + (language === "zh" ? "" : " ") + t("acknowledge") : "");
    service.hidden = !(known && burner.service);
    set(service, t("service"));
    set(last, burner.cause ? t("last") + (language === "zh" ? "" : " ") + cause(burner.cause) : t("never"));
    more.hidden = !(known && device.status.remote_extend && burner.flame && ["BURNING", "WARNING"].includes(burner.state));
    set(more, t("extend"));
    more.setAttribute("aria-label", t("extend_burner", n + 1));
    set(off_, t("off"));
    off_.setAttribute("aria-label", t("off_burner", n + 1));
  }
  return { card, update };
}

function now(main) {
  let cards = [];
  const list = h("div", { class: "burners" });
  main.append(h("h1", { class: "unseen", tabindex: -1 }, t("now")), list);
  return () => {
    const burners = device.status.burners || [];
    if (cards.length !== burners.length) {
      cards = burners.map((_, n) => burnerCard(n, burners.length > 1));
      list.replaceChildren(...cards.map((one) => one.card));
      list.classList.toggle("many", burners.length > 1);
    }
    burners.forEach((burner, n) => cards[n].update(burner));
  };
}

// --- OFF -------------------------------------------------------------------------------------------------------
async function off(burner) {
  const wasOn = fresh() && (device.status.burners || []).some((one, n) => one.contact_closed && (burner === null || n === burner));
  const known = fresh();
  set($("answer"), t("off_asking"));
  const { code } = await ask("POST", burner === null ? "/off" : "/burners/" + burner + "/off");
  set($("answer"), code === 202 ? t(known && !wasOn ? "off_already" : "off_answered")
    : code === 401 || code === 403 ? t("off_login") : t("off_unanswered"));
  off.answered_ms = performance.now();
  if (code === 401 || code === 403) begin(received);
}

async function extend(burner) {
  set($("answer"), "");
  const { code } = await ask("POST", "/burners/" + burner + "/extend");
  set($("answer"), t(code === 202 ? "extend_asked" : code ? "extend_refused" : "failed"));
  off.answered_ms = performance.now();
}

// --- the frame ---------------------------------------------------------------------------------------------------
function received() {
  if (device.status) remember(device.status, fresh());
  draw();
}

function wantedPage() {
  if (!device.status) return null;
  if (device.status.setup) return "setup";
  if (!device.status.login) return "login";
  const name = location.hash.slice(1);
  return PAGES[name] || name === "now" ? name : "now";
}

function draw() {
  const name = wantedPage();
  if (name && (!page || page.name !== name || page.language !== language)) show(name);
  const status = device.status;
  const inside = Boolean(status && status.login && !status.setup);
  const stale = inside ? !fresh() : !device.reached;
  document.body.className = "at-" + name + (stale ? " stale" : inside ? " live" : "") +
    (inside && (!fresh() || status.burners.some((one) => one.contact_closed)) ? " hot" : ""); // unknown may be burning
  set($("name"), (status && status.name) || "Curfew");
  set($("link"), inside && !stale ? t("live") : inside || !status ? t("connecting") : "");
  $("lost").hidden = !stale || (device.reached && device.heardMs === -Infinity); // just unlocked: still asking
  if (stale) set($("lost"), t(device.reached ? "lost" : "unreachable"));
  $("off").hidden = $("tabs").hidden = !inside;
  if (!inside) set($("answer"), "");
  else announce(status.burners);
  if (page) page.update();
}

/** Announce each change of state once to screen readers; running numbers are not announced. */
function announce(burners) {
  if (!fresh()) return;
  const states = burners.map((one) => one.fault || one.state);
  const news = states.flatMap((word, n) => announced[n] !== undefined && announced[n] !== word
    ? [(burners.length > 1 ? t("burner", n + 1) + ": " : "") + t(word) + (["VERIFYING"].includes(word) && burners[n].cause ? ". " + cause(burners[n].cause) : "")] : []);
  announced = states;
  if (news.length) say(news.join(". "));
}

function show(name) {
  const moved = page && page.name !== name;
  const main = $("main");
  main.replaceChildren();
  page = { name, language, update: () => {} };
  const update = (name === "now" ? now : PAGES[name])(main, { again: () => begin(received), draw, go: (to) => { location.hash = to; } });
  if (typeof update === "function") page.update = update;
  document.title = (name === "now" ? "" : t(has(name + "_title") ? name + "_title" : name) + " · ") + ((device.status && device.status.name) || "Curfew");
  set($("language"), t("other"));
  $("language").setAttribute("aria-label", t("other_label"));
  $("language").lang = language === "zh" ? "en" : "zh-CN";
  $("off").replaceChildren(t("off"), ...((device.status.burners || []).length > 1 ? [h("small", {}, t("off_all"))] : []));
  $("tabs").setAttribute("aria-label", t("tabs"));
  $("tabs").replaceChildren(...TABS.map((tab) => h("a", { href: "#" + tab, "aria-current": (TAB_OF[name] || name) === tab ? "page" : null }, t(tab))));
  if (moved) { scrollTo(0, 0); (main.querySelector("h1") || main).focus({ preventScroll: true }); }
}

$("off").onclick = () => off(null);
$("language").onclick = () => { setLanguage(language === "zh" ? "en" : "zh"); set($("answer"), ""); draw(); };
addEventListener("hashchange", draw);
setInterval(() => {
  revive();
  if (off.answered_ms && performance.now() - off.answered_ms > 8000) { set($("answer"), ""); off.answered_ms = 0; }
  draw();
}, 1000);
set($("link"), t("connecting"));
begin(received);
