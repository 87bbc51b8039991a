// Commissioning: ten tests on the own stove.
import { ask, device, fresh, remaining_s } from "./device.js";
import { cause, clock, moment, t } from "./texts.js";
import { button, h, title } from "./dom.js";

const TESTS = ["plug", "hold", "low_flame", "timeout", "knob", "restart", "weld", "override", "remote", "bypass"];

export function check(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  main.append(title("check_title"), place);
  let results = {}, live = null;
  const word = (id) => { const one = results[id]; return one && one.passed === true ? "passed" : one && one.passed === false ? "not_passed" : "open"; };

  function overview() {
    live = null;
    const count = TESTS.filter((id) => word(id) === "passed").length;
    place.replaceChildren(h("p", { class: "soft" }, t("check_about")), h("p", { class: "count" }, t("check_count", count)),
      TESTS.some((id) => word(id) === "not_passed") ? h("p", { class: "do" }, t("check_warn")) : "",
      button(t("check_start"), () => step(Math.max(0, TESTS.findIndex((id) => word(id) !== "passed"))), "main"),
      h("ol", { class: "plain" }, ...TESTS.map((id, n) => h("li", {}, h("span", { class: "cause" }, n + 1 + ". " + t(id)),
        h("small", { class: { passed: "good", not_passed: "bad", open: "soft" }[word(id)] },
          { passed: "✓ ", not_passed: "✗ ", open: "" }[word(id)] + t(word(id)) + (results[id] && results[id].when ? " · " + moment(results[id].when) : ""))))));
  }

  function step(n) {
    if (n >= TESTS.length) { overview(); place.querySelector("button").focus(); return; }
    const id = TESTS[n];
    const said = h("p", { role: "status", class: "bad" });
    const answer = (passed) => async () => {
      const { code, body } = await ask("PUT", "/commissioning", { results: [{ id, passed }] });
      if (code !== 200) { said.textContent = code === 409 ? t("only_closed") : body.error || t("failed"); return; }
      results[id] = { id, passed, when: null, ...((body.results || []).find((one) => one.id === id) || {}) };
      step(n + 1);
    };
    live = h("dd", {});
    const head = h("h2", { tabindex: -1 }, t(id));
    place.replaceChildren(h("p", { class: "soft" }, t("check_step", n + 1)), h("div", { class: "step", "data-test": id }, head,
      h("dl", {}, ...[["check_do", t(id + "_do")], ["check_see", t(id + "_see")]].map(([key, text]) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, text))),
        h("div", {}, h("dt", {}, t("check_live")), live)),
      h("div", { class: "row" }, button(t("check_passed"), answer(true), "main"), button(t("check_failed"), answer(false))), said,
      h("div", { class: "row" }, button(t("check_skip"), () => step(n + 1)), button(t("check_stop"), overview))));
    head.focus();
    update();
  }

  function update() {
    if (!live) return;
    const many = device.status.burners.length > 1;
    const text = fresh() ? device.status.burners.map((one, n) => (many ? t("burner", n + 1) + ": " : "") + t(one.state) + (one.contact_closed && one.remaining_s ? " " + clock(remaining_s(one)) : "")
      + (one.sensor ? " · " + (one.tc_uv / 1000).toFixed(1) + " / " + (one.magnet_uv / 1000).toFixed(1) + " mV" : "") + (one.cause && !one.contact_closed ? " · " + cause(one.cause) : "")).join("; ") : t("unknown");
    if (live.textContent !== text) live.textContent = text;
  }

  ask("GET", "/commissioning").then(({ code, body }) => {
    if (code !== 200) { place.replaceChildren(h("p", { class: "bad" }, t("failed"))); return; }
    results = Object.fromEntries(body.results.map((one) => [one.id, one]));
    overview();
  });
  return update;
}
