// Network settings and the first set-up.
import { ask, device } from "../device.js";
import { has, LANGUAGES, t } from "../texts.js";
import { $, button, h, label, title } from "../dom.js";
import { field, form } from "../forms.js";
import { nameOf } from "../now.js";
import { forgetting, programs, sessions } from "./access.js";

const SCAN_MS = 15000;
const WEEK_MIN = 10080, BEFORE_WEEKS = 52, AFTER_WEEKS = 520; // what the history shows, and ten years
const SECRETS = /password|client_id|url/;
const WHOLE = {
  wifi: { ssid: "", password: "" },
  mqtt: { host: "", port: 8883, tls: true, ca: "", user: "", password: "", prefix: "curfew",
    discovery: "homeassistant" },
  voice: { host: "bemfa.com", port: 9503, tls: true, client_id: "", user: "", password: "", topics: [] },
  notify: { form: "ntfy", url: "", ca: "" },
};
const FORMS = [["ntfy", "ntfy"], ["Bark", "bark"], ["ServerChan", "serverchan"], ["Home Assistant", "homeassistant"]];

/** A zone as the device keeps it, with its coming changes; {} for a zone that the browser does not know. */
function zoneRules(zone) {
  let local; // Swedish: 2026-03-29 03:00:00
  try { local = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  } catch { return {}; }
  const east = (minute) => Date.parse(local.format(minute * 6e4).replace(/\s/, "T") + "Z") / 6e4 - minute;
  const start = Math.floor(Date.now() / 6e4) - BEFORE_WEEKS * WEEK_MIN;
  const changes = [];
  for (let week = 0; week < BEFORE_WEEKS + AFTER_WEEKS; week++) {
    let low = start + week * WEEK_MIN, high = low + WEEK_MIN;
    const before = east(low);
    if (before === east(high)) continue;
    while (high - low > 1) {
      const middle = low + high >> 1;
      if (before === east(middle)) low = middle; else high = middle;
    }
    changes.push(high, east(high));
  }
  return { time_zone: zone, time_zone_min: east(start), time_zone_changes: changes };
}

function networkForm(given, first) {
  const text = (id, value, more = {}) => {
    const secret = SECRETS.test(id);
    return field(id, more.name || label(id), value, { kind: secret ? "password" : null, ...more,
      attributes: { spellcheck: "false", autocapitalize: "none",
      ...(first && !id.includes(".") && !value.set ? { "data-always": true } : {}),
        ...(secret ? { autocomplete: "new-password" } : {}) } });
  };
  const part = (name) => Object.keys(WHOLE[name]).map((key) =>
    text(name + "." + key, { ...WHOLE[name], ...given[name] }[key], key === "ca" ? { kind: "textarea" }
      : key === "form" ? { options: FORMS }
      : key === "password" && name === "wifi" ? { about: t("wifi_password_about") } : {}));
  const burners = first ? [] : device.status.burners;
  const burnerNames = burners.map((_, n) => text("burner_names." + n, nameOf(n),
    { name: t("name_of", t("burner", n + 1)) }));
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
  const zone = first ? here : given.time_zone || ""; // without a name: one that a program set in minutes
  const groups = [
    { name: t("net.wifi"), fields: part("wifi") },
    { name: t("group_box"), fields: [text("password", given.password || "",
      { about: t("password_about"), name: t(first ? "password" : "password_new") }),
      text("name", given.name || "Curfew"),
      text("language", given.language || "auto", { options: [[t("auto"), "auto"],
        ...LANGUAGES.slice(0, 2).map(([tag, name]) => [name, tag])] }),
      text("time_zone", zone, { options: [...new Set([here, zone, "UTC", ...names])].sort().map((name) =>
        [name.replaceAll("_", " ") || "UTC + " + (given.time_zone_min || 0) + " " + t("min"), name]),
        about: t("zone_about") }), ...(first ? [] : [text("extra_host", given.extra_host || "")]), ...burnerNames] },
    { name: t("net.mqtt"), folded: true, fields: part("mqtt") },
    { name: t("net.voice"), folded: true, fields: part("voice") },
    { name: t("net.notify"), folded: true, fields: part("notify") },
    ...(first ? [] : [{ name: t("confirm_title"), fields: [field("confirm", t("password"), "",
      { kind: "password", about: t("confirm_about") })] }]),
  ];
  const shape = (changed) => {
    const body = zoneRules($("f-time_zone").value); // of this year's laws, whatever else is saved
    for (const [id, value] of Object.entries(changed)) {
      const [outer, inner] = id.split(".");
      if (outer === "burner_names") body[outer] = burnerNames.map((one) => one.input.value.trim());
      else if (inner) (body[outer] = body[outer] || {})[inner] = value;
      else body[id] = value;
    }
    return body;
  };
  return form("/network", groups, { shape, always: first, done: (body) => first
    ? welcome(given, document.getElementById("f-wifi.ssid").value) : t(body.restart ? "saved" : "saved_now") });
}

export function network(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  main.append(title("network_title"), place);
  ask("GET", "/network").then(({ code, body }) => place.replaceChildren(
    ...(code === 200 ? [networkForm(body, false), programs(), sessions(), forgetting()]
      : [h("p", { class: "bad" }, t("failed"))])));
}

export async function setup(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  main.append(title("setup_title"), h("p", { class: "soft" }, t("setup_about")), place);
  const { code, body } = await ask("GET", "/network");
  const around = h("div", { class: "row" }, h("span", { class: "soft" }, t("wifi_looking")));
  const reason = device.status.wifi_reason;
  place.replaceChildren(reason ? h("p", { class: "bad", role: "alert" },
    t("wifi_failed", has("wifi." + reason) ? t("wifi." + reason) : reason)) : "",
    around, networkForm(code === 200 ? body : {}, true));
  const found = await ask("GET", "/networks", null, SCAN_MS);
  around.replaceChildren(...(found.body.networks || []).map((name) => button(name, () => {
    const ssid = document.getElementById("f-wifi.ssid");
    ssid.value = name;
    ssid.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("f-wifi.password").focus();
  })));
}

/** After the first set-up: the page goes away with the device's own Wi-Fi, so all that comes next stands here. */
function welcome({ host }, ssid) {
  const main = document.getElementById("main");
  const address = "http://" + (host || "curfew-….local") + "/";
  main.replaceChildren(title("welcome_title"), h("ol", { class: "steps" }, h("li", {}, t("welcome_join", ssid)),
    h("li", {}, t("welcome_open"), " ", h("code", { class: "token" }, address)), h("li", {}, t("welcome_else"))));
  main.querySelector("h1").focus();
  scrollTo(0, 0);
  return "";
}
