// More: the other pages, version, services, update, log.
import { ask, device } from "../device.js";
import { has, moment, span, t } from "../texts.js";
import { button, h, title } from "../dom.js";
import { logout } from "./access.js";

const SERVICE = { off: "offline", refused: "service_refused", connecting: "service_connecting",
  "no commands": "service_no_commands", "no memory": "service_memory",
  "waiting for the time": "waiting_for_time", "one source": "one_source" };

export function more(main) {
  const facts = h("dl", {}), chip = h("dl", {});
  const may = h("p", { role: "status" });
  const log = h("pre", { tabindex: 0, "aria-label": t("log_title") }, t("loading"));
  main.append(title("more"), h("div", { class: "row" }, h("a", { class: "button", href: "#check" }, t("check_title")),
    h("a", { class: "button", href: "#signal" }, t("signal")),
    button(t("logout"), logout)),
  h("h2", {}, t("home_title")), h("p", { class: "soft" }, t("home_about")),
  h("h2", {}, t("about_title")), h("p", { class: "soft" }, t("about")), facts,
  h("h2", {}, t("update_title")), h("p", { class: "soft" }, t("update_how"), " ",
    h("code", { class: "token" }, "curfew update " + location.hostname)), may,
  h("h2", {}, t("log_title")), log, chip);
  const row = (name, value) => h("div", {}, h("dt", {}, name), h("dd", { class: "value" }, value));
  ask("GET", "/log").then(({ code, body }) => {
    log.textContent = code !== 200 ? t("failed") : body.lines.join("\n");
    if (code !== 200) return;
    const free = Object.entries(body.free_bytes).map(([heap, bytes]) => t("heap." + heap) + " " +
      Math.floor(bytes / 1024) + " kB");
    chip.append(row(t("self_test"), t("pump." + body.self_test)));
    chip.append(row(t("load"), Math.round(body.busy_permille / 10) + " %"), row(t("free_memory"), free.join(" · ")));
  });
  return () => {
    const status = device.status;
    facts.replaceChildren(row(t("version"), status.version + " (" + status.build + ")"),
      row(t("time"), moment(status.time)), row(t("uptime"), span(status.uptime_s)),
      row(t("restart_reason"), has("restart." + status.restart_reason) ? t("restart." + status.restart_reason)
        : status.restart_reason || "–"),
      row(t("presence"), t(status.presence || "by_contact")),
      ...Object.entries(status.services || {}).map(([name, word]) =>
        row(t("service." + name), t(word === "off" && name !== "wifi" && name !== "time" ? "not_set_up"
        : SERVICE[word] || word))));
    const said = t(status.trial ? "update_trial" : status.update_s ? "update_open" : "update_closed",
      span(status.update_s || 0));
    if (may.textContent !== said) may.textContent = said;
  };
}
