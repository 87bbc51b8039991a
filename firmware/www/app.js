// The frame of the page: header, OFF, and which page is shown.
import { begin, device, fresh, remaining_s, revive } from "./device.js";
import { cause, clock, has, language, LANGUAGES, setLanguage, t } from "./texts.js";
import { $, h, set } from "./dom.js";
import { off, tidy } from "./off.js";
import { watch } from "./shutoffs.js";
import { nameOf, now } from "./now.js";
import { history } from "./pages/history.js";
import { remember, signal } from "./pages/signal.js";
import { settings } from "./pages/settings.js";
import { network, setup } from "./pages/network.js";
import { login } from "./pages/access.js";
import { check, flush } from "./pages/check.js";
import { more } from "./pages/more.js";
import { warn } from "./warn.js";

// function(main) -> update, or nothing
const PAGES = { now, history, signal, settings, network, check, more, login, setup };
const TABS = ["now", "history", "settings", "more"];
const TAB_OF = { check: "more", signal: "more", network: "settings" };
let page = null; // {name, update} of the page shown
let announced = []; // state of each burner that was last read aloud

function received() {
  if (device.status) { remember(device.status, fresh()); watch(); flush(); }
  draw();
}

function wantedPage() {
  if (!device.status) return null;
  if (device.status.setup) return "setup";
  if (!device.status.login) return "login";
  const name = location.hash.slice(1);
  return PAGES[name] ? name : "now";
}

function draw() {
  const name = wantedPage();
  if (name && (!page || page.name !== name || page.language !== language)) show(name);
  const status = device.status;
  const inside = Boolean(status && status.login && !status.setup);
  const stale = inside ? !fresh() : !device.reached;
  const burners = inside ? status.burners : [];
  document.body.className = "at-" + name + (stale ? " stale" : inside ? " live" : "") +
    (inside && (stale || burners.some((one) => one.contact_closed)) ? " hot" : "") + // unknown may be burning
    (burners.some((one) => one.fault) ? " troubled" : "");
  set($("name"), (status && status.name) || "Curfew");
  set($("link"), inside && !stale ? t("live") : inside || !status ? t("connecting") : "");
  $("lost").hidden = !stale || (device.reached && device.heardMs === -Infinity); // just unlocked: still asking
  if (stale) set($("lost"), t(device.reached ? "lost" : "unreachable"));
  $("off").hidden = $("tabs").hidden = !inside;
  if (!inside) set($("answer"), "");
  else announce(burners);
  entitle(name, stale ? [] : burners);
  if (page) page.update();
}

/** The title of the tab: the time left of the burner that ends first, else the page. */
function entitle(name, burners) {
  const first = burners.filter((one) => one.contact_closed && one.remaining_s).sort((a, b) =>
    a.remaining_s - b.remaining_s)[0];
  const late = burners.some((one) => one.state === "WARNING");
  const own = name === "now" || !name ? "" : t(has(name + "_title") ? name + "_title" : name) + " · ";
  document.title = (first ? (late ? "⚠ " : "🔥 ") + clock(remaining_s(first)) + " · " : own) +
    ((device.status && device.status.name) || "Curfew");
  warn(late);
}

/** Announce each change of state once to screen readers; running numbers are not announced. */
function announce(burners) {
  if (!fresh()) return;
  const states = burners.map((one) => one.fault || one.state);
  const news = states.flatMap((word, n) => announced[n] !== undefined && announced[n] !== word
    ? [(burners.length > 1 ? nameOf(n) + ": " : "") + t(word) +
      (word === "VERIFYING" && burners[n].cause ? ". " + cause(burners[n].cause) : "")] : []);
  announced = states;
  if (news.length) set($("said"), news.join(". "));
}

function show(name) {
  const moved = page && page.name !== name;
  const main = $("main");
  main.replaceChildren();
  page = { name, language, update: () => {} };
  const update = PAGES[name](main);
  if (typeof update === "function") page.update = update;
  const [tag, word] = next();
  set($("language"), word);
  $("language").lang = tag;
  $("off").replaceChildren(t("off"), ...((device.status.burners || []).length > 1 ? [h("small", {}, t("off_all"))]
    : []));
  $("tabs").setAttribute("aria-label", t("tabs"));
  $("tabs").replaceChildren(...TABS.map((tab) => h("a", { href: "#" + tab,
    "aria-current": (TAB_OF[name] || name) === tab ? "page" : null }, t(tab))));
  if (moved) { scrollTo(0, 0); (main.querySelector("h1") || main).focus({ preventScroll: true }); }
}

/** The language that the button changes to. */
const next = () => LANGUAGES[(LANGUAGES.findIndex(([tag]) => tag === language) + 1) % LANGUAGES.length];

$("off").onclick = () => off(null);
$("language").onclick = () => { setLanguage(next()[0]); set($("answer"), ""); draw(); };
addEventListener("hashchange", draw);
setInterval(() => {
  revive();
  tidy();
  draw();
}, 1000);
set($("link"), t("connecting"));
begin(received);
