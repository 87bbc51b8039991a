// Now: one card for each burner.
import { device, fresh, remaining_s } from "./device.js";
import { ago, cause, clock, endsAt, moment, t, together } from "./texts.js";
import { button, h, set } from "./dom.js";
import { extend, off, offSoon, sayPresence, SOON_MIN } from "./off.js";
import { lastOf } from "./shutoffs.js";

const TURN_S = 3600; // one turn of the ring is an hour, like a kitchen timer; whole hours are thin rings inside
const ROUND = 2 * Math.PI * 92;
const FLAME = "M33 2c3 13 19 20 19 38a20 20 0 0 1-40 0c0-9 6-14 8-22 4 3 6 6 7 10C31 20 34 12 33 2z";
const SMALL = "translate(71 27) scale(.9)", LARGE = "translate(52 54) scale(1.5)"; // above the time, or alone

function dial() {
  const flame = h("svg:g", { class: "flame", transform: LARGE },
    h("svg:g", { class: "sway" }, h("svg:path", { class: "out", d: FLAME }),
      h("svg:path",
        { class: "mid lick", d: "M33 24c2 8 10 12 10 20a11 11 0 0 1-22 0c0-6 4-8 5-13 2 2 3 3 4 6 2-5 3-8 3-13z" }),
      h("svg:ellipse", { class: "blue", cx: 32, cy: 53, rx: 8, ry: 5, opacity: .75 })));
  const arc = h("svg:circle", { class: "arc", cx: 100, cy: 100, r: 92, transform: "rotate(-90 100 100)",
    "stroke-dasharray": ROUND });
  const tick = h("svg:path", { class: "tick", d: "M68 104l22 24 44-52" });
  const hours = [1, 2, 3, 4, 5].map((n) => h("svg:circle", { class: "hour", cx: 100, cy: 100, r: 91 - 4 * n }));
  const svg = h("svg:svg", { viewBox: "0 0 200 200", role: "img" },
    h("svg:circle", { class: "track", cx: 100, cy: 100, r: 92 }),
    h("svg:circle", { class: "ticks", cx: 100, cy: 100, r: 84, transform: "rotate(-90 100 100)" }), ...hours, arc,
      flame, tick);
  return { svg, arc, hours, flame };
}

/** What a burner is called: the name that its owner gave, or its number. */
export const nameOf = (n) => (device.status.names || [])[n] || t("burner", n + 1);
const atRest = (burner) => burner.state === "IDLE";
const dark = (burner) => !burner.sensor && ["IDLE", "VERIFYING"].includes(burner.state);

function card(n, many) {
  const { svg, arc, hours, flame } = dial();
  const left = h("div", { class: "left value", "aria-hidden": true });
  const state = h("p", { class: "state value" });
  const about = h("p", { class: "soft value" });
  const trouble = h("p", { class: "do value" });
  const service = h("p", { class: "bad value" });
  const last = h("p", { class: "last small soft value" });
  const more = h("button", { type: "button", class: "more", onclick: () => extend(n) });
  const cut = h("button", { type: "button", class: "cut", onclick: () => off(n) });
  const soon = h("button", { type: "button", class: "soon", onclick: () => offSoon(n) });
  const name = h("h2", {});
  const ring = h("div", { class: "dial" }, svg, left);
  const node = h("section", { class: "burner" }, name, ring, state, about, trouble, service, last,
    h("div", { class: "row" }, cut, soon, more));

  function update(burner) {
    const known = fresh();
    const blind = !burner.sensor, on = burner.contact_closed;
    const word = burner.state + (dark(burner) ? "_blind" : "");
    const s = known && on ? remaining_s(burner) : 0;
    node.className = "burner " + burner.state;
    node.dataset.state = known ? burner.state : "unknown";
    node.setAttribute("aria-label", nameOf(n));
    set(name, nameOf(n));
    name.hidden = !many && !(device.status.names || [])[n];
    arc.setAttribute("stroke-dashoffset", ROUND * (1 - (s % TURN_S || (s ? TURN_S : 0)) / TURN_S));
    arc.setAttribute("visibility", s ? "visible" : "hidden");
    hours.forEach((one, i) => one.setAttribute("visibility", s > (i + 1) * TURN_S ? "visible" : "hidden"));
    set(left, s ? clock(s) : known ? "" : "–:––");
    if (s) left.append(h("small", {}, t("left")));
    left.classList.toggle("long", s >= 3600);
    // A flame is drawn only where one is detected; without a sensor a dashed outline shows that one may burn.
    // A tick: off.
    ring.classList.toggle("unknown", !known);
    ring.classList.toggle("lit", known && burner.flame);
    ring.classList.toggle("dark", !burner.flame && !(blind && on));
    ring.classList.toggle("done", known && atRest(burner) && !blind);
    ring.classList.toggle("blind", blind && on && !burner.flame);
    flame.setAttribute("transform", s || !known ? SMALL : LARGE);
    const seen = blind ? t("unseen") : t(burner.flame ? "flame_yes" : "flame_no");
    svg.setAttribute("aria-label", !known ? t("unknown") : (s ? t("left_label", clock(s)) + ", " : "") + seen);
    set(state, !known ? t("unknown") : burner.fault && burner.state === "FAULT" ? t(burner.fault)
      : !many && word === "IDLE" ? t("all_off") : t(word));
    const until = s ? t(burner.state === "OVERRIDE" ? "until_latest" : "until", endsAt(s)) : "";
    const more_about = burner.state === "FAULT" ? "" : blind && on ? t("unseen")
      : ["BURNING", "OVERRIDE"].includes(word) ? "" : t(word + "_about");
    set(about, known ? together(until, more_about) : t("unknown_about"));
    trouble.hidden = !(known && burner.fault);
    set(trouble, burner.fault ? together(t(burner.fault + "_do"), t("acknowledge")) : "");
    service.hidden = !(known && burner.service);
    set(service, t("service"));
    const past = lastOf(n);
    last.hidden = on;
    set(last, !past ? t("never") : past.when ? t("last_when", moment(past.when), ago(past.when), cause(past.cause))
      : t("last", cause(past.cause)));
    more.hidden = !(known && device.status.remote_extend && burner.flame &&
      ["BURNING", "WARNING"].includes(burner.state));
    set(more, t("extend"));
    more.setAttribute("aria-label", t("extend_burner", nameOf(n)));
    soon.hidden = s <= SOON_MIN * 60 || burner.state === "ARMED";
    set(soon, t("soon", SOON_MIN));
    soon.setAttribute("aria-label", t("soon", SOON_MIN) + ", " + nameOf(n));
    cut.hidden = !many || !on;
    set(cut, t("off"));
    cut.setAttribute("aria-label", t("off_burner", nameOf(n)));
  }
  return { node, update };
}

/** The sentence for all burners together: the answer that one looks for. */
function verdict(burners) {
  if (!fresh()) return t("unknown");
  const on = burners.filter((one) => one.contact_closed).length;
  if (on) return t(on === 1 ? "one_on" : "some_on", on);
  if (burners.some((one) => one.fault)) return t("FAULT");
  return burners.some(dark) ? t("IDLE_blind") : burners.every(atRest) ? t("all_off") : t("VERIFYING");
}

export function now(main) {
  let cards = [];
  const list = h("div", { class: "burners" });
  const all = h("p", { class: "verdict value" });
  const where = h("span", { class: "soft value" });
  const go = button(t("leaving"), () => sayPresence(false)), come = button(t("back"), () => sayPresence(true));
  const presence = h("div", { class: "row presence" }, where, go, come);
  main.append(h("h1", { class: "unseen", tabindex: -1 }, t("now")), all, list, presence);
  return () => {
    const burners = device.status.burners || [];
    if (cards.length !== burners.length) {
      cards = burners.map((_, n) => card(n, burners.length > 1));
      list.replaceChildren(...cards.map((one) => one.node));
      list.classList.toggle("many", burners.length > 1);
    }
    all.hidden = burners.length < 2;
    set(all, verdict(burners));
    all.classList.toggle("done", fresh() && burners.every((one) => atRest(one) && one.sensor));
    burners.forEach((burner, n) => cards[n].update(burner));
    const there = fresh() && device.status.presence;
    presence.hidden = !there || there !== "absent" && !burners.some((one) => one.contact_closed);
    set(where, there && there !== "unknown" ? t(there) : "");
    go.hidden = there === "absent";
    come.hidden = !go.hidden;
  };
}
