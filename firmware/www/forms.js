// Fields, and a form that says what changes and sends it. Edits that are not saved outlive a change of page
// or language.
import { ask } from "./device.js";
import { t } from "./texts.js";
import { button, h } from "./dom.js";
import { refusal } from "./refusals.js";

const drafts = new Map(); // id of a field: what was typed and is not saved
const SECRET = "••••";

/** A field with its label, range and place for a refusal.
 *
 * read() is the value as JSON, undefined when unchanged; change() says it in words, "" for none; reset() is undo.
 * step: of the buttons beside a number. options: [text, value] to choose from. whose: before the label of a change.
 */
export function field(id, label, value, { about = "", unit = "", options = null, kind = null, step = 0, whose = "",
  attributes = {} } = {}) {
  const secret = kind === "password" || (value !== null && typeof value === "object" && "set" in value);
  const shown = secret || value === undefined || value === null ? "" : Array.isArray(value) ? value.join(" ") : value;
  const type = kind || attributes.type || (typeof value === "boolean" ? "checkbox" : typeof value === "number"
    ? "number" : "text");
  const own = "f-" + id; // apart from the ids of the page itself
  const common = { id: own, name: id, "aria-describedby": own + "-about " + own + "-why", ...attributes };
  const input = options ? h("select", common, ...options.map(([text, given]) =>
    h("option", { value: String(given), selected: given === value }, text)))
    : type === "textarea" ? h("textarea", { ...common, rows: 3 }, shown)
      : h("input", { type, autocomplete: "off", ...common, ...(type === "checkbox" ? { checked: value === true }
        : { value: shown }),
        ...(secret && value && value.set ? { placeholder: t("keep") } : {}) });
  const why = h("p", { class: "why", id: own + "-why" });
  const content = type === "checkbox" ? "checked" : "value";
  const before = input[content];
  if (drafts.has(id)) input[content] = drafts.get(id);
  const changed = () => input[content] !== before;
  const note = () => { if (changed()) drafts.set(id, input[content]); else drafts.delete(id); };
  input.oninput = note;
  const read = () => {
    if (!changed() && !("data-always" in attributes)) return undefined;
    if (type === "checkbox") return input.checked;
    if (options) return options.find(([, given]) => String(given) === input.value)[1];
    if (type === "number") return input.value === "" ? "" : Number(input.value); // null would mean: back to the default
    return Array.isArray(value) ? input.value.split(/\s+/).filter(Boolean) : input.value;
  };
  const word = (content) => type === "checkbox" ? t(content ? "yes" : "no") : secret ? SECRET
    : options ? options.find(([, given]) => String(given) === content)[0]
      : (content || t("none")) + (unit && " " + unit);
  const change = () => !changed() ? "" : t("pair", whose + label,
    secret ? SECRET : word(before) + " → " + word(input[content]));
  const reset = () => { input[content] = before; note(); };
  const refuse = (text) => {
    why.textContent = text;
    input.removeAttribute("aria-invalid");
    if (!text) return;
    input.setAttribute("aria-invalid", "true");
    const folded = input.closest("details");
    if (folded) folded.open = true;
    input.focus();
  };
  const move = (by) => () => {
    const { low, high } = { low: Number(input.min), high: Number(input.max) };
    const next = Math.round((Number(input.value) + by) / step) * step; // from 32 to 35, not to 37
    input.value = Math.min(high, Math.max(low, next));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const stepper = (sign, by) => { const one = button(sign, move(by), "nudge");
    one.setAttribute("aria-label", label + " " + sign + step); return one; };
  const node = h("div", { class: "field" }, h("label", { for: own }, label),
    h("div", { class: "in" }, step ? stepper("−", -step) : null, input, step ? stepper("+", step) : null,
      unit ? h("span", { class: "soft" }, unit) : null,
      type === "password" ? button(t("show"), () => { input.type = input.type === "text" ? "password" : "text"; },
        "show") : null),
    h("p", { class: "about", id: own + "-about" }, about), why);
  return { id, input, node, read, refuse, change, reset, done: () => drafts.delete(id) };
}

/** A form over fields that PUTs what changed to `path`.
 *
 * shape makes the body out of {id: value}. done(body) says what came of it: a text, or "" when it replaced the page.
 * always: send even when nothing changed. note(fields) is a further line below what changes, or "".
 */
export function form(path, groups, { shape, done, always = false, note = () => "" }) {
  const fields = groups.flatMap((group) => group.fields);
  const said = h("p", { role: "status", class: "said" });
  const list = h("ul", { class: "changes", "aria-live": "polite" });
  const more = h("p", { class: "small soft" });
  const discard = button(t("discard"), () => { fields.forEach((one) => { one.reset(); one.refuse(""); }); review(); });
  const review = () => {
    const changed = fields.filter((one) => one.change());
    list.replaceChildren(...(always ? [] : changed).map((one) => h("li", {}, one.change())));
    more.textContent = note(changed);
    discard.hidden = always || !changed.length;
  };
  const send = async (event) => {
    event.preventDefault();
    fields.forEach((one) => one.refuse(""));
    const changed = Object.fromEntries(fields.map((one) => [one.id, one.read()]).filter(([, value]) =>
      value !== undefined));
    if (!always && !Object.keys(changed).length) { said.textContent = t("nothing_changed"); return; }
    said.textContent = t("loading");
    const { code, body } = await ask("PUT", path, shape(changed));
    const at = fields.find((one) => one.id === body.key) || (body.key &&
      fields.find((one) => one.id.startsWith(body.key)));
    if (code === 200) {
      fields.forEach((one) => one.done());
      list.replaceChildren();
      said.textContent = done(body);
    } else if ((code === 422 || code === 403) && at) { said.textContent = ""; at.refuse(refusal(body)); }
    else said.textContent = refusal(body);
  };
  const node = h("form", { onsubmit: send, oninput: review, novalidate: true, autocomplete: "off" },
    ...groups.map((group) => group.folded
      ? h("details", {}, h("summary", {}, group.name), ...group.fields.map((one) => one.node))
      : h("fieldset", {}, h("legend", {}, group.name), ...group.fields.map((one) => one.node))),
    list, more, h("div", { class: "row" }, h("button", { class: "main", type: "submit" }, t("save")), discard), said);
  review();
  return node;
}
