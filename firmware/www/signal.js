// What the controller measures: millivolts now, and the contact over the shut-offs.
import { ask, device, fresh } from "./device.js";
import { moment, t } from "./texts.js";
import { h, title } from "./dom.js";

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
    const trend = h("div", {}, h("p", { class: "soft" }, t("loading")));
    main.append(h("section", {}, device.status.burners.length > 1 ? h("h2", {}, t("burner", n + 1)) : null,
      ...(burner.sensor ? [h("h2", {}, t("mv_title")), svg, h("p", { class: "small" }, tc, magnet), h("h2", {}, t("health_title")), trend]
        : [h("p", { class: "soft" }, t("no_sensor"))])));
    return { svg, tc, magnet, trend };
  });
  ask("GET", "/shutoffs").then(({ code, body }) => plots.forEach(({ trend }, n) => trend.replaceChildren(
    ...(code === 200 ? health(body.filter((one) => one.burner === n && one.health_permille).reverse(), device.status.burners[n])
      : [h("p", { class: "soft" }, t("failed"))]))));
  return () => plots.forEach(({ svg, tc, magnet }, n) => {
    const burner = device.status.burners[n];
    const points = seen[n] || [];
    const high = nice(Math.max(4, ...points.filter(Boolean).map((one) => Math.max(one[1], one[2]) / 1000)));
    const { y, parts } = frame(high, "−3 " + t("min"), t("now"), "mV");
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

/** The trend of the contact's resistance over the shut-offs, with the limit from which it is worn. */
function health(shutoffs, burner) {
  const values = shutoffs.map((one) => one.health_permille / 10);
  const now = burner.health_permille ? burner.health_permille / 10 : values.at(-1);
  if (now === undefined) return [h("p", { class: "soft" }, t("health_none"))];
  const reference = burner.health_ref_permille && burner.health_ref_permille / 10;
  const text = reference ? t("health_now", now.toFixed(1), reference.toFixed(1)) : t("health_only", now.toFixed(1));
  const high = nice(Math.max(...values, now, reference ? reference * 2.1 : 0));
  const short = (one) => one && one.when ? moment(one.when).replace(/,?\s*\d+:\d+.*/, "") : one ? "#" + one.number : "";
  const { y, parts } = frame(high, short(shutoffs[0]), shutoffs.length > 1 ? short(shutoffs.at(-1)) : "", "%");
  const x = (i) => L + 8 + (W - L - R - 16) * (values.length > 1 ? i / (values.length - 1) : .5);
  const points = values.map((value, i) => [x(i), y(value)]);
  const limit = reference ? [h("svg:path", { class: "limit", d: "M" + L + " " + y(reference * 2) + "H" + (W - R) })] : [];
  return [h("svg:svg", { class: "plot trend", viewBox: "0 0 " + W + " " + H, role: "img", "aria-label": text }, ...parts, ...limit,
    h("svg:path", { class: "a", d: path(points) }), ...points.map((at) => h("svg:circle", { cx: at[0], cy: at[1], r: 2.5 }))), h("p", { class: "small" }, text)];
}
