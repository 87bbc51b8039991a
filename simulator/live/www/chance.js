// Random faults for as long as a switch is on: a part of the kinds, each at a rate of its own, as the campaign draws.
import { find } from "./dom.js";

const PART = 1 / 4;
const MEAN_MS = [8000, 150000]; // of stove time between two of a kind
const HIDDEN_MS = 5000; // a page that was hidden makes up for no more
let rates = [];
let before_ms = 0;

/** Small values as often as large ones. */
const spread = (low, high) => (low > 0 ? low * (high / low) ** Math.random() : low + (high - low) * Math.random());

export const draws = () => rates.length > 0;

/** Draw kinds and rates, or end. kinds: names of acts, each with a form. */
export function toggle(kinds) {
  const some = [...kinds].sort(() => Math.random() - .5).slice(0, kinds.length * PART);
  rates = draws() ? [] : some.map((name) => [name, spread(...MEAN_MS)]);
}

/** Stove time has come to t_ms: do what is due. */
export function pass(t_ms) {
  const passed_ms = Math.min(Math.max(t_ms - before_ms, 0), HIDDEN_MS);
  before_ms = t_ms;
  for (const [name, mean_ms] of rates) if (Math.random() < passed_ms / mean_ms) submit(find(`[data-act=${name}]`));
}

function submit(form) {
  for (const field of form.elements) {
    if (field.options) field.selectedIndex = Math.floor(Math.random() * field.options.length);
    else if (field.type === "number")
      field.value = spread(+field.min, +field.max).toFixed(field.step === "1" ? 0 : 3);
  }
  form.requestSubmit();
}
