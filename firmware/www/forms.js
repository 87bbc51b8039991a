// Fields, and a form that sends what changed.
import { ask } from "./device.js";
import { t } from "./texts.js";
import { h } from "./dom.js";

/** One field with its label, range and place for a refusal; `read` gives the value as JSON, undefined when unchanged. */
export function field(id, label, value, { about = "", unit = "", options = null, kind = null, attributes = {} } = {}) {
  const secret = value !== null && typeof value === "object" && "set" in value;
  const shown = secret || value === undefined || value === null ? "" : Array.isArray(value) ? value.join(" ") : value;
  const type = kind || (typeof value === "boolean" ? "checkbox" : typeof value === "number" ? "number" : "text");
  const own = "f-" + id; // apart from the ids of the page itself
  const common = { id: own, name: id, "aria-describedby": own + "-about " + own + "-why", ...attributes };
  const input = options ? h("select", common, ...options.map(([text, given]) => h("option", { value: String(given), selected: given === value }, text)))
    : type === "textarea" ? h("textarea", { ...common, rows: 3 }, shown)
      : h("input", { type, autocomplete: "off", ...common, ...(type === "checkbox" ? { checked: value === true } : { value: shown }),
        ...(secret && value.set ? { placeholder: t("keep") } : {}) });
  const why = h("p", { class: "why", id: own + "-why" });
  const before = type === "checkbox" ? input.checked : input.value;
  const read = () => {
    if (type === "checkbox") return input.checked === before ? undefined : input.checked;
    if (input.value === before && !("data-always" in attributes)) return undefined;
    if (options) return options.find(([, given]) => String(given) === input.value)[1];
    if (type === "number") return input.value === "" ? "" : Number(input.value); // null would mean: back to the default
    return Array.isArray(value) ? input.value.split(/\s+/).filter(Boolean) : input.value;
  };
  const refuse = (text) => {
    why.textContent = text;
    input.toggleAttribute("aria-invalid", false);
    if (!text) return;
    input.setAttribute("aria-invalid", "true");
    const folded = input.closest("details");
    if (folded) folded.open = true;
    input.focus();
  };
  const node = h("div", { class: "field" }, h("label", { for: own }, label),
    h("div", { class: "in" }, input, unit ? h("span", { class: "soft" }, unit) : null), h("p", { class: "about", id: own + "-about" }, about), why);
  return { id, node, read, refuse };
}

/** A form over fields that PUTs what changed to `path`; `shape` makes the body out of {id: value}. */
export function form(path, groups, { shape, explain, done, always = false }) {
  const fields = groups.flatMap((group) => group.fields);
  const said = h("p", { role: "status", class: "said" });
  const send = async (event) => {
    event.preventDefault();
    fields.forEach((one) => one.refuse(""));
    const changed = Object.fromEntries(fields.map((one) => [one.id, one.read()]).filter(([, value]) => value !== undefined));
    if (!always && !Object.keys(changed).length) { said.textContent = t("nothing_changed"); return; }
    said.textContent = t("loading");
    const { code, body } = await ask("PUT", path, shape(changed));
    const at = fields.find((one) => one.id === body.key) || (body.key && fields.find((one) => one.id.startsWith(body.key)));
    if (code === 422 && at) { said.textContent = ""; at.refuse(explain(body, changed[at.id])); }
    else said.textContent = code === 200 ? t(done) : code === 409 ? t("only_closed") : body.error ? t("refused", body.error) : t("failed");
  };
  return h("form", { onsubmit: send, novalidate: true, autocomplete: "off" },
    ...groups.map((group) => group.folded
      ? h("details", {}, h("summary", {}, group.name), ...group.fields.map((one) => one.node))
      : h("fieldset", {}, h("legend", {}, group.name), ...group.fields.map((one) => one.node))),
    h("div", { class: "row" }, h("button", { class: "main", type: "submit" }, t("save"))), said);
}
