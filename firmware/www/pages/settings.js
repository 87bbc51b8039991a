// The settings of the stove: those of every day, and those of an expert.
import { ask, device, fresh } from "../device.js";
import { span, t } from "../texts.js";
import { h, label, title } from "../dom.js";
import { field, form } from "../forms.js";
import { FREE } from "../catalog.js";
import { nameOf } from "../now.js";

const PINS = /_pin$|^chip$/;
const EVERYDAY = ["timer_default_min", "timer_step_min", "timer_max_min", "burn_max_min", "warning_s", "remote_extend",
  "absence_min", "absence_left_min"];
const STEPS = { _min: 5, _s: 15 };

export function settings(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  const closed = h("p", { class: "bad", role: "status" });
  main.append(title("settings_title"), h("p", {}, h("a", { class: "button", href: "#network" }, t("network_title"))),
    closed, place);
  ask("GET", "/settings").then(({ code, body }) => place.replaceChildren(code === 200 ? settingsForm(body)
    : h("p", { class: "bad" }, t("failed"))));
  return () => {
    const text = fresh() && device.status.burners.some((one) => one.contact_closed) ? t("only_closed") : "";
    if (closed.textContent !== text) closed.textContent = text;
  };
}

function settingsForm({ values, ranges }) {
  const rangeOf = (id) => ranges[id] || ranges[id.replace(/\[\d+\]/, "[]")] || ranges[id.replace(/^.*\./, "")] || {};
  const plain = (value) => value === true ? t("yes") : value === false ? t("no") : value ?? t("none");
  const one = (id, given, whose) => {
    const key = id.replace(/^.*\./, "");
    const range = rangeOf(id);
    const value = given === undefined ? range.default : given;
    const unit = range.unit ? label(range.unit) : "";
    const words = range.words;
    if (PINS.test(key)) return field(id, label(key), plain(value),
      { about: t("cable"), attributes: { disabled: true } });
    const about = words ? t("default", plain(range.default)) : typeof range.low === "number"
      ? t("range", range.low, range.high, unit, plain(range.default))
      : range.default === undefined || range.default === null ? "" : t("default", plain(range.default));
    const numeric = typeof range.low === "number";
    return field(id, label(key), value, { about, whose, unit: words ? "" : unit,
      step: numeric && STEPS[/_[a-z]+$/.exec(key)?.[0]] || 0,
      attributes: numeric ? { min: range.low, max: range.high, inputmode: "numeric", type: "number" } : {},
      options: words && typeof value !== "boolean" ? words.map((word) => [String(plain(word)), word]) : null });
  };
  const burners = values.burners || [];
  const keys = [...new Set([...Object.keys(ranges), ...Object.keys(values)])].filter((key) => /^[a-z_]+$/.test(key) &&
    key !== "burners"
    && (key in values || !burners.some((burner) => key in burner) && !/^(relay|button)_pin$|^sensor$/.test(key)));
  const everyday = EVERYDAY.filter((key) => keys.includes(key)), pins = keys.filter((key) => PINS.test(key));
  const inner = [...new Set(Object.keys(ranges).filter((key) => /^burners\[ ?\d*\]\./.test(key)).map((key) =>
    key.replace(/^.*\./, "")))];
  const ofBurner = (n, wanted) => [...new Set([...Object.keys(burners[n]), ...inner])].filter((key) =>
    key in ranges === wanted).map((key) => one("burners[" + n + "]." + key, burners[n][key], nameOf(n) + " · "));
  const groups = [
    { name: t("everyday"), fields: everyday.map((key) => one(key, values[key])) },
    ...burners.map((_, n) => ({ name: t("own_times", nameOf(n)), folded: true, fields: ofBurner(n, true) })),
    { name: t("expert"), folded: true, fields: keys.filter((key) => !everyday.includes(key) &&
      !pins.includes(key)).map((key) => one(key, values[key])) },
    ...burners.map((_, n) => ({ name: t("expert_of", nameOf(n)), folded: true, fields: ofBurner(n, false) })),
    { name: t("group_wiring"), folded: true, fields: pins.map((key) => one(key, values[key])) },
  ].filter((group) => group.fields.length);
  const shape = (changed) => {
    const body = {};
    for (const [id, value] of Object.entries(changed)) {
      const inside = /^burners\[(\d+)\]\.(.+)$/.exec(id);
      if (!inside) body[id] = value;
      else { // the list is sent as a whole, with the other values of the burner
        body.burners = body.burners || burners.map((burner) => ({ ...burner }));
        body.burners[inside[1]][inside[2]] = value;
      }
    }
    return body;
  };
  /** Which changes need the local window: more gas, or a later warning. */
  const keyOf = ({ id }) => id.replace(/^.*\./, "");
  const note = (changed) => {
    const strict = changed.filter((one) => {
      const { type, checked, defaultChecked, value, defaultValue } = one.input;
      const more = type === "checkbox" ? checked - defaultChecked : value - defaultValue;
      return !(more * FREE[keyOf(one)] > 0);
    });
    const open_s = device.status.update_s;
    return !strict.length ? "" : t(open_s ? "window_open" : "window_needed",
      strict.map((one) => label(keyOf(one))).join(", "), span(open_s || 0));
  };
  return form("/settings", groups, { shape, note, done: () => t("saved") });
}
