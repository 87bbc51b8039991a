// What the controller measures: the millivolts of the last minutes.
import { device, fresh } from "../device.js";
import { t } from "../texts.js";
import { h, title } from "../dom.js";
import { nameOf } from "../now.js";

const SHOWN_S = 180;
const seen = []; // per burner: [time in s, thermocouple uV, magnet uV]; null: unknown

/** Remember the millivolts of every event; a gap stays a gap. */
export function remember(status, known) {
  const now_s = performance.now() / 1000;
  (status.burners || []).forEach((burner, n) => {
    const kept = seen[n] = (seen[n] || []).filter((one) => !one || now_s - one[0] < SHOWN_S + 10);
    if (known) kept.push([now_s, burner.tc_uv, burner.magnet_uv]);
    else if (kept.length && kept.at(-1)) kept.push(null);
  });
}

/** The d of a path through [x, y] points; null starts a new line. */
function path(points) {
  let up = true;
  return points.map((at) => {
    if (!at) { up = true; return ""; }
    const piece = (up ? "M" : "L") + at[0].toFixed(1) + " " + at[1].toFixed(1);
    up = false;
    return piece;
  }).join("");
}

const W = 340, H = 180, L = 34, R = 8, TOP = 10, BOTTOM = 22;
const nice = (high) => [1, 2, 5, 10, 20, 30, 40, 60, 100, 200, 400, 1000, 2000].find((step) => step >= high) || high;

/** The frame of a plot from 0 to high; x labels left and right. */
function frame(high, from, to, unit) {
  const y = (value) => TOP + (H - TOP - BOTTOM) * (1 - value / high);
  return { y, parts: [0, high / 2, high].flatMap((value) => [
    h("svg:path", { class: "grid", d: "M" + L + " " + y(value) + "H" + (W - R) }),
    h("svg:text", { x: L - 5, y: y(value) + 4, "text-anchor": "end" }, String(value)),
  ]).concat(h("svg:text", { x: L, y: H - 6 }, from), h("svg:text", { x: W - R, y: H - 6, "text-anchor": "end" }, to),
    unit ? h("svg:text", { x: L + 4, y: TOP + 12 }, unit) : h("svg:g", {})) };
}

export function signal(main) {
  main.append(title("signal_title"));
  const plots = (device.status.burners || []).map((burner, n) => {
    const svg = h("svg:svg", { class: "plot mv", viewBox: "0 0 " + W + " " + H, role: "img" });
    const tc = h("span", { class: "key value" }), magnet = h("span", { class: "key b value" });
    main.append(h("section", {}, device.status.burners.length > 1 ? h("h2", {}, nameOf(n)) : null,
      ...(burner.sensor ? [h("h2", {}, t("mv_title")), svg, h("p", { class: "small" }, tc, magnet)]
        : [h("p", { class: "soft" }, t("no_sensor"))])));
    return { svg, tc, magnet };
  });
  return () => plots.forEach(({ svg, tc, magnet }, n) => {
    const burner = device.status.burners[n];
    const points = seen[n] || [];
    const high = nice(Math.max(4, ...points.filter(Boolean).map((one) => Math.max(one[1], one[2]) / 1000)));
    const { y, parts } = frame(high, "−3 " + t("min"), t("at_now"), "mV");
    const now_s = performance.now() / 1000;
    const line = (which) => path(points.filter((one) => !one || now_s - one[0] <= SHOWN_S).map((one) =>
      one && [W - R - (now_s - one[0]) / SHOWN_S * (W - L - R), y(Math.max(0, Math.min(high, one[which] / 1000)))]));
    svg.replaceChildren(...parts, h("svg:path", { class: "a", d: line(1) }), h("svg:path", { class: "b", d: line(2) }));
    const text = (key, uv) => t(key) + " " + (fresh() ? (uv / 1000).toFixed(1) : "–") + " mV";
    tc.textContent = text("tc", burner.tc_uv);
    magnet.textContent = text("magnet", burner.magnet_uv);
    svg.setAttribute("aria-label", t("mv_title") + ": " + tc.textContent + ", " + magnet.textContent);
  });
}
