// The faults: a form for every act of a scenario, and what fingers do.
import { draws, toggle } from "./chance.js";
import { find, make } from "./dom.js";
import { named, text } from "./texts.js";

const GROUPS = {
  user: ["press", "double_press", "hold", "button_down", "button_up", "override", "tremor", "mash", "light", "knob_off",
    "blow_out", "simmer"],
  contact: ["weld", "unweld", "stick_open", "film", "bypass", "stick_pin", "free_pins", "pump", "coil_open",
    "valve_sticks", "valve_frees"],
  sense: ["sensor", "noise", "i2c_stuck", "hum", "offset", "spike", "sparks", "ground", "cold_end", "heat"],
  remote: ["remote_off", "remote_extend", "remote_less", "remote_arm"],
  chip: ["power_off", "power_on", "reset", "hang", "gil_hold", "clock_jump", "raise", "memory_full", "services_die",
    "services_block", "repair_settings", "flash", "alarm", "presence"],
};
const FINGERS = ["tremor", "panic", "hold, worn key", "press, worn key", "child"]; // of simulator/fingers.py
const OF_THE_DEVICE = new Set(["flash", "i2c_stuck", "power_off", "power_on", "reset", "hang", "raise", "clock_jump",
  "gil_hold", "memory_full", "services_die", "services_block", "repair_settings", "free_pins",
  "pump"]);
const FIRST = { milliohm: 200, percent: 40, uv: 300, ms: 3000, s: 2, hold_s: 10 }; // where a field has no default
const SHOWN = { true: "on", false: "off" };

/** All forms. acts: of hello; ask(message): for the chosen burner, unless it is of the whole device. */
export function drawer(acts, ask) {
  const listed = new Set(Object.values(GROUPS).flat());
  const rest = Object.keys(acts).filter((one) => !listed.has(one)); // an act that is new here must not be missing
  const groups = Object.entries(GROUPS).map(([group, names]) => {
    const there = [...names, ...(group === "chip" ? rest : [])].filter((one) => acts[one]);
    return make("fieldset", {}, make("legend", {}, text("group." + group)),
      ...there.map((one) => form(one, acts[one], ask)));
  });
  const fingers = FINGERS.map((name) => {
    const button = make("button", { "data-finger": name }, text("finger." + name));
    button.onclick = () => ask({ finger: name }, true);
    return button;
  });
  const hand = make("fieldset", { class: "row" }, make("legend", {}, text("group.fingers")), ...fingers);
  const random = make("button", { id: "random", "aria-pressed": String(draws()) }, text("random"));
  random.onclick = () => {
    toggle([...GROUPS.contact, ...GROUPS.sense, ...GROUPS.chip]);
    random.setAttribute("aria-pressed", String(draws()));
  };
  find("#acts").replaceChildren(random, hand, ...groups);
}

function form(name, fields, ask) {
  const one = make("form", { "data-act": name }, make("button", {}, text("do." + name)));
  for (const field of fields) one.append(input(field));
  one.onsubmit = (event) => {
    event.preventDefault();
    const more = {};
    for (const { key, kind } of fields) {
      const { value } = one.elements[key];
      more[key] = kind === "bool" ? value === "true" : ["int", "seconds"].includes(kind) ? +value : value;
    }
    ask({ do: name, ...more }, !OF_THE_DEVICE.has(name));
  };
  return one;
}

function input({ key, kind, low, high, choice, unit, default: begin }) {
  const label = `${named("field", key)}${unit ? ` (${named("unit", unit)})` : ""}`;
  if (kind === "bool" || choice.length) {
    const options = (kind === "bool" ? ["true", "false"] : choice).map((word) =>
      make("option", { value: word, selected: word === begin }, named("option", SHOWN[word] || word)));
    return make("select", { name: key, "aria-label": label }, ...options);
  }
  const value = begin === null || begin === undefined ? FIRST[key] ?? low : begin;
  return make("input", {
    type: "number", name: key, "aria-label": label, title: `${label}, ${low}–${high}`, min: String(low),
    max: String(high), step: kind === "seconds" || kind === "number" ? "0.001" : "1", value: String(value),
  });
}
