// Why did it turn off? Minutes of flame a day, the causes, the wear of the contacts, and the list.
import { device } from "../device.js";
import { cause, day, moment, span, t } from "../texts.js";
import { button, h, title } from "../dom.js";
import { nameOf } from "../now.js";
import { recallAll } from "../shutoffs.js";

const DAYS = 14, DAY_MS = 86400000;
const W_DAYS = 340, H_DAYS = 120, BAR = 16, PITCH = W_DAYS / DAYS, BASE = H_DAYS - 18;

export async function history(main) {
  const said = h("p", { class: "soft", role: "status" }, t("loading"));
  const pictures = h("div", {});
  const list = h("ol", { class: "plain" });
  main.append(title("history_title"), said, pictures, list);
  const found = await recallAll();
  said.textContent = !found ? t("failed") : found.length ? t(found.length === 1 ? "why_one" : "why_count", found.length)
    : t("never");
  if (!found) return;
  const many = (device.status.burners || []).length > 1;
  if (found.length) pictures.append(...days(found), ...causes(found), ...wear(),
    h("div", { class: "row" }, button(t("csv"), () => save(found))));
  list.append(...found.slice(0, 100).map((one) => h("li", {}, h("span", { class: "cause" }, cause(one.cause)),
    h("small", { class: "soft" }, [many && nameOf(one.burner), moment(one.when),
      t("burned", span(one.burn_s))].filter(Boolean).join(" · ")))));
}

/** A bar for each of the last days: the minutes that a burner was on. */
function days(shutoffs) {
  const dated = shutoffs.filter((one) => one.when);
  if (!dated.length) return [];
  const start = (ms) => new Date(ms).setHours(0, 0, 0, 0);
  const today = start(Date.now());
  const minutes = Array(DAYS).fill(0);
  for (const one of dated) {
    const back = Math.round((today - start(new Date(one.when).getTime())) / DAY_MS);
    if (back >= 0 && back < DAYS) minutes[DAYS - 1 - back] += one.burn_s / 60;
  }
  const high = Math.max(30, ...minutes);
  const name = (n) => day((today - (DAYS - 1.5 - n) * DAY_MS) / 1000);
  const total = Math.round(minutes.reduce((a, b) => a + b, 0));
  const bar = (value, n) => {
    const x = n * PITCH + (PITCH - BAR) / 2, tall = value / high * (BASE - 18);
    return h("svg:g", {}, h("svg:path", { class: value ? "bar" : "grid",
      d: "M" + x + " " + BASE + "v" + -Math.max(tall, 1) + "h" + BAR + "v" + Math.max(tall, 1) + "z" }),
      value ? h("svg:text", { x: x + BAR / 2, y: BASE - tall - 4, "text-anchor": "middle" }, String(Math.round(value)))
        : h("svg:g", {}));
  };
  return [h("h2", {}, t("days_title")), h("svg:svg", { class: "plot days", viewBox: "0 0 " + W_DAYS + " " + H_DAYS,
    role: "img", "aria-label": t("days_label", DAYS, span(total * 60)) },
    ...minutes.map(bar), h("svg:text", { x: 4, y: H_DAYS - 4 }, name(0)),
      h("svg:text", { x: W_DAYS - 4, y: H_DAYS - 4, "text-anchor": "end" }, t("at_today")))];
}

/** How often each cause ended a burn. */
function causes(shutoffs) {
  const count = new Map();
  for (const one of shutoffs) count.set(one.cause, (count.get(one.cause) || 0) + 1);
  return [h("h2", {}, t("causes_title")), h("ul", { class: "plain bars" },
    ...[...count].sort((a, b) => b[1] - a[1]).map(([name, times]) =>
    h("li", {}, h("span", { class: "cause" }, cause(name)), h("progress",
      { max: shutoffs.length, value: times, "aria-hidden": true }), h("b", {}, times + "×"))))];
}

/** How far each contact is on its way to worn: twice the resistance that it had at the commissioning. */
function wear() {
  const rows = (device.status.burners || []).flatMap((burner, n) => {
    const { health_permille: now, health_ref_permille: first } = burner;
    if (!now || !first) return [];
    const percent = Math.max(0, Math.min(100, Math.round((now / first - 1) * 100)));
    return [h("li", {}, h("span", {}, nameOf(n) + ": " + t("wear_percent", percent)),
      h("meter", { min: 0, max: 100, high: 70, low: 40, optimum: 0, value: percent, "aria-label": nameOf(n) }),
      h("small", { class: "soft" }, t("wear_ends")))];
  });
  return rows.length ? [h("h2", {}, t("wear_title")), h("ul", { class: "plain wear" }, ...rows)] : [];
}

/** The list as a file for a spreadsheet. */
function save(shutoffs) {
  const lines = [["number", "burner", "when", "cause", "burn_s", "health_permille"].join(",")]
    .concat(shutoffs.map((one) => [one.number, one.burner + 1, one.when || "", one.cause, one.burn_s,
      one.health_permille ?? ""].join(",")));
  const link = h("a", { href: URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" })),
    download: "curfew-shut-offs.csv" });
  link.click();
  URL.revokeObjectURL(link.href);
}
