// The other pages: shut-offs, signal, settings, commissioning, more, log-in, set-up.
// One function for each page: it fills `main` and may return a function to call after every event.
import { ask, device, fresh, remaining_s } from "./device.js";
import { cause, clock, has, moment, span, t } from "./texts.js";

/** An element: h("p", {class: "soft"}, "text"); "svg:path" is one of SVG; null or false leaves an attribute out. */
export function h(name, attributes, ...children) {
  const node = name.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node[key] = value;
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== false));
  return node;
}
const title = (key) => h("h1", { tabindex: -1 }, t(key));
const button = (text, onclick, kind) => h("button", { type: "button", class: kind || null, onclick }, text);

// --- why ---------------------------------------------------------------------------------------------------------
async function history(main) {
  const said = h("p", { class: "soft", role: "status" }, t("loading"));
  const list = h("ol", { class: "plain" });
  main.append(title("history_title"), said, list);
  const { code, body } = await ask("GET", "/shutoffs");
  const shutoffs = code === 200 ? body.slice(0, 100) : [];
  said.textContent = code !== 200 ? t("failed") : shutoffs.length ? t("why_count", shutoffs.length) : t("why_none");
  const many = (device.status.burners || []).length > 1;
  list.append(...shutoffs.map((one) => h("li", {}, h("span", { class: "cause" }, cause(one.cause)),
    h("small", { class: "soft" }, [many && t("burner", one.burner + 1), moment(one.when), t("burned", span(one.burn_s))].filter(Boolean).join(" · ")))));
}

// --- signal --------------------------------------------------------------------------------------------------------
const SHOWN_S = 180;
const seen = []; // per burner: [time in s, thermocouple uV, magnet uV]; null: unknown

/** Remember the millivolts of every event; a gap stays a gap. */
export function remember(status, known) {
  const now_s = performance.now() / 1000;
  (status.burners || []).forEach((burner, n) => {
    const kept = seen[n] = (seen[n] || []).filter((one) => !one || now_s - one[0] < SHOWN_S + 10);
    if (known) kept.push([now_s, burner.tc_uv, burner.magnet_uv]);
    else if (kept.length && kept.at(-1)) kept.push(null);
  });
}

/** The d of a path through [x, y] points; null starts a new line. */
function path(points) {
  let up = true;
  return points.map((at) => {
    if (!at) { up = true; return ""; }
    const piece = (up ? "M" : "L") + at[0].toFixed(1) + " " + at[1].toFixed(1);
    up = false;
    return piece;
  }).join("");
}

const W = 340, H = 180, L = 34, R = 8, TOP = 10, BOTTOM = 22;
const nice = (high) => [1, 2, 5, 10, 20, 30, 40, 60, 100, 200, 400, 1000, 2000].find((step) => step >= high) || high;

/** The frame of a plot from 0 to high; x labels left and right. */
function frame(high, from, to, unit) {
  const y = (value) => TOP + (H - TOP - BOTTOM) * (1 - value / high);
  return { y, parts: [0, high / 2, high].flatMap((value) => [
    h("svg:path", { class: "grid", d: "M" + L + " " + y(value) + "H" + (W - R) }),
    h("svg:text", { x: L - 5, y: y(value) + 4, "text-anchor": "end" }, String(value)),
  ]).concat(h("svg:text", { x: L, y: H - 6 }, from), h("svg:text", { x: W - R, y: H - 6, "text-anchor": "end" }, to),
    unit ? h("svg:text", { x: L + 4, y: TOP + 12 }, unit) : h("svg:g", {})) };
}

function signal(main) {
  main.append(title("signal_title"));
  const plots = (device.status.burners || []).map((burner, n) => {
    const svg = h("svg:svg", { class: "plot mv", viewBox: "0 0 " + W + " " + H, role: "img" });
    const tc = h("span", { class: "key value" }), magnet = h("span", { class: "key b value" });
    const trend = h("div", {}, h("p", { class: "soft" }, t("loading")));
    main.append(h("section", {}, device.status.burners.length > 1 ? h("h2", {}, t("burner", n + 1)) : null,
      ...(burner.sensor ? [h("h2", {}, t("mv_title")), svg, h("p", { class: "small" }, tc, magnet), h("h2", {}, t("health_title")), trend]
        : [h("p", { class: "soft" }, t("no_sensor"))])));
    return { svg, tc, magnet, trend };
  });
  ask("GET", "/shutoffs").then(({ code, body }) => plots.forEach(({ trend }, n) => trend.replaceChildren(
    ...(code === 200 ? health(body.filter((one) => one.burner === n && one.health_permille).reverse(), device.status.burners[n])
      : [h("p", { class: "soft" }, t("failed"))]))));
  return () => plots.forEach(({ svg, tc, magnet }, n) => {
    const burner = device.status.burners[n];
    const points = seen[n] || [];
    const high = nice(Math.max(4, ...points.filter(Boolean).map((one) => Math.max(one[1], one[2]) / 1000)));
    const { y, parts } = frame(high, "−3 " + t("min"), t("now"), "mV");
    const now_s = performance.now() / 1000;
    const line = (which) => path(points.filter((one) => !one || now_s - one[0] <= SHOWN_S).map((one) =>
      one && [W - R - (now_s - one[0]) / SHOWN_S * (W - L - R), y(Math.max(0, Math.min(high, one[which] / 1000)))]));
    svg.replaceChildren(...parts, h("svg:path", { class: "a", d: line(1) }), h("svg:path", { class: "b", d: line(2) }));
    const text = (key, uv) => t(key) + " " + (fresh() ? (uv / 1000).toFixed(1) : "–") + " mV";
    tc.textContent = text("tc", burner.tc_uv);
    magnet.textContent = text("magnet", burner.magnet_uv);
    svg.setAttribute("aria-label", t("mv_title") + ": " + tc.textContent + ", " + magnet.textContent);
  });
}

/** The trend of the contact's resistance over the shut-offs, with the limit from which it is worn. */
function health(shutoffs, burner) {
  const values = shutoffs.map((one) => one.health_permille / 10);
  const now = burner.health_permille ? burner.health_permille / 10 : values.at(-1);
  if (now === undefined) return [h("p", { class: "soft" }, t("health_none"))];
  const reference = burner.health_ref_permille && burner.health_ref_permille / 10;
  const text = reference ? t("health_now", now.toFixed(1), reference.toFixed(1)) : t("health_only", now.toFixed(1));
  const high = nice(Math.max(...values, now, reference ? reference * 2.1 : 0));
  const short = (one) => one && one.when ? moment(one.when).replace(/,?\s*\d+:\d+.*/, "") : one ? "#" + one.number : "";
  const { y, parts } = frame(high, short(shutoffs[0]), shutoffs.length > 1 ? short(shutoffs.at(-1)) : "", "%");
  const x = (i) => L + 8 + (W - L - R - 16) * (values.length > 1 ? i / (values.length - 1) : .5);
  const points = values.map((value, i) => [x(i), y(value)]);
  const limit = reference ? [h("svg:path", { class: "limit", d: "M" + L + " " + y(reference * 2) + "H" + (W - R) })] : [];
  return [h("svg:svg", { class: "plot trend", viewBox: "0 0 " + W + " " + H, role: "img", "aria-label": text }, ...parts, ...limit,
    h("svg:path", { class: "a", d: path(points) }), ...points.map((at) => h("svg:circle", { cx: at[0], cy: at[1], r: 2.5 }))), h("p", { class: "small" }, text)];
}

// --- forms ---------------------------------------------------------------------------------------------------------
/** One field with its label, range and place for a refusal; `read` gives the value as JSON, undefined when unchanged. */
function field(id, label, value, { about = "", unit = "", options = null, kind = null, attributes = {} } = {}) {
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
function form(path, groups, { shape, explain, done, always = false }) {
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

// --- settings ------------------------------------------------------------------------------------------------------
const PINS = /_pin$/;
const label = (key) => (has(key) ? t(key) : key);

function settings(main) {
  main.append(title("settings_title"));
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  const network = h("div", {});
  main.append(place, network);
  ask("GET", "/settings").then(({ code, body }) => {
    place.replaceChildren(...(code === 200 ? settingsForm(body) : [h("p", { class: "bad" }, t("failed"))]));
    return ask("GET", "/network");
  }).then(({ code, body }) => { if (code === 200) network.replaceChildren(h("h1", {}, t("network_title")), networkForm(body, false), programs(body)); });
}

/** The access token: made or removed here, and shown once. */
function programs({ token }) {
  const said = h("p", { role: "status", class: "said" });
  const put = (wanted) => async () => {
    const { code, body } = await ask("PUT", "/network", { token: wanted, confirm: document.getElementById("f-confirm")?.value });
    if (code !== 200) said.textContent = body.error ? t("refused", body.error) : t("failed");
    else said.replaceChildren(...(body.token ? [t("token_new"), h("code", { class: "token" }, body.token)] : [t("saved")]));
  };
  return h("section", { id: "programs" }, h("h2", {}, t("token_title")), h("p", { class: "soft" }, t(token && token.set ? "token_set" : "token_none")),
    h("div", { class: "row" }, button(t("token_make"), put(true)), token && token.set ? button(t("token_remove"), put(null)) : null), said);
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

// --- network and set-up --------------------------------------------------------------------------------------------
function networkForm(given, first) {
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

async function setup(main) {
  const place = h("div", {}, h("p", { class: "soft", role: "status" }, t("loading")));
  main.append(title("setup_title"), h("p", { class: "soft" }, t("setup_about")), place);
  const { code, body } = await ask("GET", "/network");
  place.replaceChildren(networkForm(code === 200 ? body : {}, true));
}

// --- log-in --------------------------------------------------------------------------------------------------------
function login(main, { again }) {
  const input = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true, "aria-describedby": "why" });
  const why = h("p", { id: "why", class: "bad", role: "alert" });
  const enter = h("button", { class: "main", type: "submit" }, t("login"));
  const send = async (event) => {
    event.preventDefault();
    why.textContent = "";
    enter.disabled = true;
    const { code, body, wait_s } = await ask("POST", "/login", { password: input.value });
    enter.disabled = false;
    if (code === 200) { again(); return; }
    why.textContent = code === 401 ? t("login_wrong") : code === 429 ? t("login_wait", wait_s) : body.error || t("failed");
    input.select();
    input.focus();
  };
  main.append(title("login_title"), h("form", { onsubmit: send, novalidate: true }, h("input", { type: "text", name: "username", autocomplete: "username", value: "curfew", hidden: true }),
    h("div", { class: "field" }, h("label", { for: "password" }, t("password")), input), why,
    h("div", { class: "row" }, enter)), h("p", { class: "soft" }, t("login_about")));
}

// --- commissioning -------------------------------------------------------------------------------------------------
const TESTS = ["plug", "hold", "low_flame", "timeout", "knob", "restart", "weld", "override", "remote", "bypass"];

function check(main) {
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

// --- more ----------------------------------------------------------------------------------------------------------
const SERVICE = { off: "offline", refused: "service_refused", connecting: "service_connecting", "no commands": "service_no_commands", "no memory": "service_memory",
  "waiting for the time": "waiting_for_time", "one source": "one_source" };

function more(main, { again }) {
  const facts = h("dl", {});
  const may = h("p", { role: "status" });
  const log = h("pre", { tabindex: 0, "aria-label": t("log_title") }, t("loading"));
  main.append(title("more"), h("div", { class: "row" }, h("a", { class: "button", href: "#check" }, t("check_title")),
    button(t("logout"), async () => { await ask("POST", "/logout"); again(); })),
  h("h2", {}, t("about_title")), h("p", { class: "soft" }, t("about")), facts,
  h("h2", {}, t("update_title")), h("p", { class: "soft" }, t("update_how")), may, h("h2", {}, t("log_title")), log);
  const row = (name, value) => h("div", {}, h("dt", {}, name), h("dd", { class: "value" }, value));
  let chip = [];
  ask("GET", "/log").then(({ code, body }) => {
    log.textContent = code !== 200 ? t("failed") : body.lines.join("\n") || t("log_none");
    if (code !== 200) return;
    const free = Object.entries(body.free_bytes).map(([heap, bytes]) => t("heap." + heap) + " " + Math.floor(bytes / 1024) + " kB");
    chip = [row(t("load"), Math.round(body.busy_permille / 10) + " %"), row(t("free_memory"), free.join(" · "))];
  });
  return () => {
    const status = device.status;
    facts.replaceChildren(row(t("version"), status.version + " (" + status.build + ")"), row(t("time"), moment(status.time)), row(t("uptime"), span(status.uptime_s)),
      row(t("restart_reason"), has("restart." + status.restart_reason) ? t("restart." + status.restart_reason) : status.restart_reason || "–"),
      ...chip, ...Object.entries(status.services || {}).map(([name, word]) => row(label(name), label(SERVICE[word] || word))));
    const said = t(status.trial ? "update_trial" : status.update_s ? "update_open" : "update_closed", span(status.update_s || 0));
    if (may.textContent !== said) may.textContent = said;
  };
}

/** What can be shown besides "Now": function(main, {again, draw, go}) -> update or nothing. */
export const PAGES = { history, signal, settings, check, more, login, setup };
