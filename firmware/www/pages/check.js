// The safety check (commissioning): ten tests on the own stove, what the controller sees of each, and a certificate.
import { ask, device, fresh, remaining_s } from "../device.js";
import { cause, clock, moment, t, together } from "../texts.js";
import { button, h, set, title } from "../dom.js";
import { nameOf } from "../now.js";
import { refusal } from "../refusals.js";

const LASTED_S = 300; // of the low flame
// What the controller must see, in this order, in its status: a state, the cause of a shut-off, a fault, or a word of
// marks().
const TESTS = {
  plug: ["on", "restarted"],
  hold: ["on", "BUTTON"],
  low_flame: ["on", "lasted"],
  timeout: ["on", "WARNING", "TIMEOUT"],
  knob: ["on", "FLAME_OUT"],
  restart: ["on", "restarted"],
  weld: ["CONTACT_WELDED", "no fault"],
  override: ["on", "OVERRIDE", "BURNING"],
  remote: ["on", "REMOTE:web"],
  bypass: [],
};
const IDS = Object.keys(TESTS);

let results = null; // id: {passed, when} as the controller has them; null before its answer
let sending = false;
const low_uv = []; // per burner: the lowest magnet side beside a flame, while the low flame was tested

/** Answers that the controller has not yet: it writes nothing while a burner is on. They outlive a reload. */
const unsaved = {
  get: () => { try { return JSON.parse(localStorage.getItem("checks")) || {}; } catch { return unsaved.kept || {}; } },
  set: (answers) => { unsaved.kept = answers; try { localStorage.setItem("checks", JSON.stringify(answers)); } catch {
    /* private mode */ } },
};

/** Save the answers as soon as nothing is on; call it with every status. */
export async function flush() {
  const answers = Object.entries(unsaved.get());
  if (!answers.length || sending || !fresh() || !device.status.burners ||
    device.status.burners.some((one) => one.contact_closed)) return;
  sending = true;
  const { code, body } = await ask("PUT", "/commissioning", {
    results: answers.map(([id, passed]) => ({ id, passed })) });
  if (code === 200) { keepResults(body); unsaved.set({}); }
  flush.why = code === 200 || code === 409 ? "" : refusal(body);
  setTimeout(() => { sending = false; }, code === 200 ? 0 : 5000);
}
const keepResults = (body) => { results = Object.fromEntries(body.results.map((one) => [one.id, one])); };

/** What is true of a status, in the words of TESTS. */
function marks(status, before, lasted_s) {
  const found = new Set();
  for (const one of status.burners) {
    found.add(one.state);
    if (one.contact_closed) found.add("on"); else found.add(one.cause);
    if (one.fault) found.add(one.fault);
  }
  if (status.burners.every((one) => !one.fault)) found.add("no fault");
  if (status.uptime_s < before) found.add("restarted");
  if (lasted_s >= LASTED_S) found.add("lasted");
  return found;
}

export function check(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  main.append(title("check_title"), place);
  let live = null, seen = null, id = null, reached = 0, uptime_s = 0, since = 0, shown = "";
  const passedOf = (id) => { const kept = unsaved.get(); return id in kept ? kept[id] : results[id] ? results[id].passed
    : null; };
  const word = (id) => ({ true: "passed", false: "not_passed" })[passedOf(id)] || "not_done";

  function overview() {
    live = null;
    const count = IDS.filter((id) => word(id) === "passed").length;
    const bad = IDS.some((id) => word(id) === "not_passed");
    shown = "overview";
    place.replaceChildren(h("p", { class: "soft" }, t("check_about")),
      h("p", { class: "count" }, t("check_count", count)),
      h("progress", { max: IDS.length, value: count, "aria-label": t("check_count", count) }),
        bad ? h("p", { class: "do" }, t("check_warn")) : "",
      h("div", { class: "row" }, button(t("check_start"), () =>
        step(Math.max(0, IDS.findIndex((id) => word(id) !== "passed"))), "main"), button(t("certificate"), certify)),
      h("ol", { class: "plain" }, ...IDS.map((id, n) => h("li", {}, h("span", { class: "cause" }, n + 1 + ". " + t(id)),
        h("small", { class: { passed: "good", not_passed: "bad", not_done: "soft" }[word(id)] }, resultOf(id))))),
      h("section", { class: "certificate" }));
  }

  /** The result of a test in words. */
  function resultOf(id) {
    const sign = { passed: "✓ ", not_passed: "✗ ", not_done: "" }[word(id)];
    return sign + t(word(id)) + (id in unsaved.get() ? " · " + t("unsaved") : results[id] && results[id].when
      ? " · " + moment(results[id].when) : "");
  }

  function step(n) {
    if (n >= IDS.length) { overview(); place.querySelector("button").focus(); return; }
    id = IDS[n];
    reached = since = 0;
    uptime_s = device.status.uptime_s;
    shown = "step";
    const answer = (passed) => () => { unsaved.set({ ...unsaved.get(), [id]: passed }); flush(); step(n + 1); };
    live = h("dd", {});
    seen = h("p", { class: "seen", role: "status" });
    const head = h("h2", { tabindex: -1 }, t(id));
    place.replaceChildren(h("p", { class: "soft" }, t("check_step", n + 1)),
      h("progress", { max: IDS.length, value: n, "aria-hidden": true }),
      h("div", { class: "step", "data-test": id }, head,
      h("dl", {}, ...[["check_do", t(id + "_do")], ["check_see", t(id + "_see")]].map(([key, text]) =>
        h("div", {}, h("dt", {}, t(key)), h("dd", {}, text))),
        h("div", {}, h("dt", {}, t("check_live")), live)), seen,
      h("div", { class: "row" }, button(t("check_passed"), answer(true), "main"),
        button(t("check_failed"), answer(false))),
      h("div", { class: "row" }, button(t("check_skip"), () => step(n + 1)), button(t("check_stop"), overview))));
    head.focus();
    update();
  }

  function update() {
    if (shown === "overview" && place.querySelector("li small")) IDS.forEach((id, n) =>
      set(place.querySelectorAll("li small")[n], resultOf(id)));
    if (!live) return;
    const many = device.status.burners.length > 1;
    set(live, fresh() ? device.status.burners.map((one, n) => (many ? nameOf(n) + ": " : "") + t(one.state) +
      (one.contact_closed && one.remaining_s ? " " + clock(remaining_s(one)) : "")
      + (one.sensor ? " · " + (one.tc_uv / 1000).toFixed(1) + " / " + (one.magnet_uv / 1000).toFixed(1) + " mV" : "") +
        (one.cause && !one.contact_closed ? " · " + cause(one.cause) : "")).join("; ") : t("unknown"));
    if (fresh()) look(device.status);
    const all = TESTS[id].length;
    const done = all > 0 && reached >= all;
    seen.classList.toggle("good", done);
    set(seen, !all ? t("check_unseen") : done ? "✓ " + t("check_seen")
      : t("check_seen_part", reached, all) + (id === "low_flame" && since ? " · " + clock(lasted_s()) : ""));
  }

  const lasted_s = () => since ? Math.floor((performance.now() - since) / 1000) : 0;

  function look(status) {
    const flame = status.burners.some((one) => one.flame);
    if (!flame) since = 0; else if (!since) since = performance.now();
    if (id === "low_flame") status.burners.forEach((one, n) =>
      { if (one.flame && one.contact_closed) low_uv[n] = Math.min(low_uv[n] || 1e9, one.magnet_uv); });
    const found = marks(status, uptime_s, lasted_s());
    if (found.has(TESTS[id][reached])) reached += 1;
    uptime_s = status.uptime_s;
  }

  /** The page that is printed: everything else is hidden there. */
  async function certify() {
    const { body } = await ask("GET", "/settings");
    const limit_uv = (n) => body.values?.burners?.[n]?.loaded_off_uv ??
      body.ranges?.["burners[].loaded_off_uv"]?.default;
    const mv = (uv) => (uv / 1000).toFixed(1) + " mV";
    const learned = device.status.burners.map((one, n) => h("li", {}, nameOf(n) + ": " + together(
      one.health_ref_permille ? t("learned_contact", (one.health_ref_permille / 10).toFixed(1))
        : t("learned_no_contact"),
      low_uv[n] && limit_uv(n) ? t("learned_flame", mv(low_uv[n]), mv(limit_uv(n)),
        (low_uv[n] / limit_uv(n)).toFixed(1)) : "")));
    place.querySelector(".certificate").replaceChildren(h("h1", {},
      t("certificate_title", device.status.name || "Curfew")),
      h("p", {}, t("certificate_about", new Date().toLocaleDateString(),
        device.status.version + " (" + device.status.build + ")")),
      h("ol", {}, ...IDS.map((id) => h("li", {}, t(id) + ": " + resultOf(id)))), h("h2", {}, t("learned_title")),
        h("ul", {}, ...learned), h("p", { class: "soft" }, t("about")),
      h("p", { class: "sign" }, t("certificate_sign")));
    print();
  }

  ask("GET", "/commissioning").then(({ code, body }) => {
    if (code !== 200) { place.replaceChildren(h("p", { class: "bad" }, t("failed"))); return; }
    keepResults(body);
    overview();
  });
  return update;
}
