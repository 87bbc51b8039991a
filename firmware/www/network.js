// Network settings and the first set-up.
import { ask } from "./device.js";
import { has, t } from "./texts.js";
import { h, title } from "./dom.js";
import { field, form } from "./forms.js";

export function networkForm(given, first) {
  const here_min = -new Date().getTimezoneOffset();
  const zones = [...new Set([...Array.from({ length: 27 }, (_, n) => (n - 12) * 60), 210, 270, 330, 345, 390, 570, -210, here_min, given.time_zone_min ?? here_min])].sort((a, b) => a - b)
    .map((min) => ["UTC" + (min < 0 ? "−" : "+") + Math.floor(Math.abs(min) / 60) + ":" + String(Math.abs(min) % 60).padStart(2, "0"), min]);
  const whole = { mqtt: { host: "", port: 8883, tls: true, ca: "", user: "", password: "", prefix: "curfew", discovery: "homeassistant", ...given.mqtt },
    voice: { host: "bemfa.com", port: 9503, tls: true, client_id: "", user: "", password: "", topics: [], ...given.voice }, wifi: { ssid: "", password: "", ...given.wifi } };
  const text = (id, value, more = {}) => field(id, t("net." + id), value, { ...more, kind: more.kind || (/password|client_id/.test(id) ? "password" : null),
    attributes: { spellcheck: "false", autocapitalize: "none", ...(first ? { "data-always": true } : {}), ...(/password|client_id/.test(id) ? { autocomplete: "new-password" } : {}) } });
  const part = (name) => Object.keys(whole[name]).filter((key) => has("net." + name + "." + key))
    .map((key) => field(name + "." + key, t("net." + name + "." + key), whole[name][key], { kind: key === "ca" ? "textarea" : /password|client_id/.test(key) ? "password" : null,
      attributes: { spellcheck: "false", autocapitalize: "none", ...(/password|client_id/.test(key) ? { autocomplete: "new-password" } : {}) } }));
  const groups = [
    { name: t("net.wifi"), fields: part("wifi") },
    { name: t("group_box"), fields: [text("password", given.password || ""), text("name", given.name || "Curfew"),
      text("language", given.language || "auto", { options: [[t("auto"), "auto"], ["English", "en"], ["中文", "zh"]] }),
      text("time_zone_min", first ? here_min : given.time_zone_min ?? here_min, { options: zones })] },
    { name: t("net.mqtt"), folded: true, fields: part("mqtt") },
    { name: t("net.voice"), folded: true, fields: part("voice") },
    ...(first ? [] : [{ name: t("confirm_title"), fields: [field("confirm", t("confirm"), "", { kind: "password", about: t("confirm_about") })] }]),
  ];
  const shape = (changed) => {
    const body = {};
    for (const [id, value] of Object.entries(changed)) {
      const [outer, inner] = id.split(".");
      if (inner) (body[outer] = body[outer] || {})[inner] = value;
      else body[id] = value;
    }
    return body;
  };
  return form("/network", groups, { shape, explain: (body) => t("refused", body.error), done: first ? "setup_done" : "saved", always: first });
}

export async function setup(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  main.append(title("setup_title"), h("p", { class: "soft" }, t("setup_about")), place);
  const { code, body } = await ask("GET", "/network");
  place.replaceChildren(networkForm(code === 200 ? body : {}, true));
}
