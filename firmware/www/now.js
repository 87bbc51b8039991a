// Now: one card for each burner.
import { device, fresh, remaining_s } from "./device.js";
import { cause, clock, language, t } from "./texts.js";
import { h, set } from "./dom.js";
import { extend, off } from "./off.js";

const TURN_S = 3600; // one turn of the ring is an hour, like a kitchen timer; whole hours are thin rings inside
const ROUND = 2 * Math.PI * 92;
const FLAME = "M33 2c3 13 19 20 19 38a20 20 0 0 1-40 0c0-9 6-14 8-22 4 3 6 6 7 10C31 20 34 12 33 2z";
const SMALL = "translate(71 27) scale(.9)", LARGE = "translate(52 54) scale(1.5)"; // above the time, or alone

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

export function now(main) {
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
