// The frame of the page: header, OFF, and which page is shown.
import { begin, device, fresh, revive } from "./device.js";
import { cause, has, language, setLanguage, t } from "./texts.js";
import { $, h, set } from "./dom.js";
import { off, tidy } from "./off.js";
import { now } from "./now.js";
import { history } from "./history.js";
import { remember, signal } from "./signal.js";
import { settings } from "./settings.js";
import { setup } from "./network.js";
import { login } from "./access.js";
import { check } from "./check.js";
import { more } from "./more.js";

const PAGES = { now, history, signal, settings, check, more, login, setup }; // function(main) -> update, or nothing
const TABS = ["now", "history", "signal", "settings", "more"];
const TAB_OF = { check: "more" };
let page = null; // {name, update} of the page shown
let announced = []; // state of each burner that was last read aloud

function received() {
  if (device.status) remember(device.status, fresh());
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
  if (news.length) set($("said"), news.join(". "));
}

function show(name) {
  const moved = page && page.name !== name;
  const main = $("main");
  main.replaceChildren();
  page = { name, language, update: () => {} };
  const update = PAGES[name](main);
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
  tidy();
  draw();
}, 1000);
set($("link"), t("connecting"));
begin(received);
