// The settings of the stove.
import { ask } from "./device.js";
import { t } from "./texts.js";
import { h, label, title } from "./dom.js";
import { field, form } from "./forms.js";
import { programs } from "./access.js";
import { networkForm } from "./network.js";

const PINS = /_pin$/;

export function settings(main) {
  main.append(title("settings_title"));
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  const network = h("div", {});
  main.append(place, network);
  ask("GET", "/settings").then(({ code, body }) => {
    place.replaceChildren(...(code === 200 ? settingsForm(body) : [h("p", { class: "bad" }, t("failed"))]));
    return ask("GET", "/network");
  }).then(({ code, body }) => { if (code === 200) network.replaceChildren(h("h1", {}, t("network_title")), networkForm(body, false), programs(body)); });
}

function settingsForm({ values, ranges, may_write }) {
  const rangeOf = (id) => ranges[id] || ranges[id.replace(/\[\d+\]/, "[]")] || ranges[id.replace(/\[\d+\]/, "[ ]")] || ranges[id.replace(/^.*\./, "")] || {};
  const one = (id, given) => {
    const key = id.replace(/^.*\./, "");
    const range = rangeOf(id);
    const value = given === undefined ? range.default : given;
    const unit = range.unit ? label(range.unit) : "";
    const words = range.words;
    const plain = (value) => value === true ? t("yes") : value === false ? t("no") : value ?? t("none");
    const about = words ? t("one_of", words.map(plain).join(", "), plain(range.default)) : typeof range.low === "number" ? t("range", range.low, range.high, unit, range.default)
      : range.default === undefined || range.default === null ? "" : t("default", plain(range.default));
    const attributes = typeof range.low === "number" ? { min: range.low, max: range.high, inputmode: "numeric" } : {};
    if (PINS.test(key)) return field(id, label(key), plain(value), { about: t("cable"), attributes: { disabled: true } });
    return field(id, label(key), value, { about, unit: words ? "" : unit, attributes, options: words ? words.map((word) => [String(plain(word)), word]) : null });
  };
  const keys = [...new Set([...Object.keys(ranges), ...Object.keys(values)])].filter((key) => /^[a-z_]+$/.test(key) && key !== "burners"
    && (key in values || !(values.burners || []).some((burner) => key in burner) && !/^(loaded|open|magnet)_|^(relay|button)_pin$|^sensor$/.test(key)));
  const timed = keys.filter((key) => /_(min|s|ms)$/.test(key)), pins = keys.filter((key) => PINS.test(key));
  const inner = [...new Set(Object.keys(ranges).filter((key) => /^burners\[ ?\d*\]\./.test(key)).map((key) => key.replace(/^.*\./, "")))];
  const groups = [
    { name: t("group_times"), fields: timed.map((key) => one(key, values[key])) },
    { name: t("group_behaviour"), fields: keys.filter((key) => !timed.includes(key) && !pins.includes(key)).map((key) => one(key, values[key])) },
    ...(values.burners || []).map((burner, n) => ({ name: t("burner", n + 1), folded: true,
      fields: [...new Set([...Object.keys(burner), ...inner])].map((key) => one("burners[" + n + "]." + key, burner[key])) })),
    { name: t("group_wiring"), folded: true, fields: pins.map((key) => one(key, values[key])) },
  ].filter((group) => group.fields.length);
  const shape = (changed) => {
    const body = {};
    for (const [id, value] of Object.entries(changed)) {
      const inside = /^burners\[(\d+)\]\.(.+)$/.exec(id);
      if (!inside) body[id] = value;
      else { // the list is sent as a whole, with the other values of the burner
        body.burners = body.burners || values.burners.map((burner) => ({ ...burner }));
        body.burners[inside[1]][inside[2]] = value;
      }
    }
    return body;
  };
  const explain = (body, value) => {
    const range = rangeOf(body.key);
    const outside = typeof range.low === "number" && !(Number.isInteger(value) && value >= range.low && value <= range.high);
    return outside ? t("out_of_range", range.low, range.high) : t("refused", body.error);
  };
  return [may_write ? null : h("p", { class: "bad" }, t("only_closed")), form("/settings", groups, { shape, explain, done: "saved" })].filter(Boolean);
}
