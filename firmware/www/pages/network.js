// Network settings and the first set-up.
import { ask, device } from "../device.js";
import { has, LANGUAGES, t } from "../texts.js";
import { button, h, label, title } from "../dom.js";
import { field, form } from "../forms.js";
import { nameOf } from "../now.js";
import { forgetting, programs, sessions } from "./access.js";

const SCAN_MS = 15000;
const HALF_YEAR_MS = 183 * 86400000;
const SECRETS = /password|client_id|url/;
const WHOLE = {
  wifi: { ssid: "", password: "" },
  mqtt: { host: "", port: 8883, tls: true, ca: "", user: "", password: "", prefix: "curfew",
    discovery: "homeassistant" },
  voice: { host: "bemfa.com", port: 9503, tls: true, client_id: "", user: "", password: "", topics: [] },
  notify: { form: "ntfy", url: "", ca: "" },
};
const FORMS = [["ntfy", "ntfy"], ["Bark", "bark"], ["ServerChan", "serverchan"], ["Home Assistant", "homeassistant"]];

/** Minutes east of Greenwich in a zone, at a time in ms. */
function offset_min(zone, ms) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US",
    { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(ms).map(({ type, value }) =>
      [type, +value]));
  return Math.round((Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute,
    parts.second) - ms) / 60000);
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
  const names = burners.map((_, n) => text("burner_names." + n, nameOf(n), { name: t("name_of", t("burner", n + 1)) }));
  const groups = [
    { name: t("net.wifi"), fields: part("wifi") },
    { name: t("group_box"), fields: [text("password", given.password || "",
      { about: t("password_about"), name: t(first ? "password" : "password_new") }),
      text("name", given.name || "Curfew"),
      text("language", given.language || "auto", { options: [[t("auto"), "auto"],
        ...LANGUAGES.slice(0, 2).map(([tag, name]) => [name, tag])] }),
      zone(given, first), ...(first ? [] : [text("extra_host", given.extra_host || "")]), ...names] },
    { name: t("net.mqtt"), folded: true, fields: part("mqtt") },
    { name: t("net.voice"), folded: true, fields: part("voice") },
    { name: t("net.notify"), folded: true, fields: part("notify") },
    ...(first ? [] : [{ name: t("confirm_title"), fields: [field("confirm", t("password"), "",
      { kind: "password", about: t("confirm_about") })] }]),
  ];
  const shape = (changed) => {
    const body = {};
    for (const [id, value] of Object.entries(changed)) {
      const [outer, inner] = id.split(".");
      if (outer === "burner_names") body[outer] = names.map((one) => one.input.value.trim());
      else if (inner) (body[outer] = body[outer] || {})[inner] = value;
      else body[id] = value;
    }
    return body;
  };
  return form("/network", groups, { shape, always: first, done: (body) => first
    ? welcome(given, document.getElementById("f-wifi.ssid").value) : t(body.restart ? "saved" : "saved_now") });
}

/** The time zone, by name; the device keeps its distance from Greenwich, as of the last save. */
function zone(given, first) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = Date.now();
  const names = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
  const minutes = given.time_zone_min || 0;
  const value = first || [now, now + HALF_YEAR_MS].some((ms) => offset_min(here, ms) === minutes) ? here
    : names.find((name) => offset_min(name, now) === minutes) || "UTC";
  const made = field("time_zone_min", label("time_zone_min"), value,
    { options: [...new Set([here, value, "UTC", ...names])].sort().map((name) => [name.replaceAll("_", " "), name]),
    about: t("zone_about") });
  const read = made.read;
  made.read = () => { const wanted = offset_min(read() || value, now); return first || wanted !== minutes ? wanted
    : undefined; };
  return made;
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
