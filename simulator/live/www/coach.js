// The first three minutes: what to try, and a tour that does it.
import { find, make } from "./dom.js";
import { text } from "./texts.js";

const HELD = ["BURNING", "WARNING", "OVERRIDE"];
const TOUR_MIN = 4; // on the clock of the tour's stove: so the tour takes 20 s where the computer manages 60x
const begun = () => ({ light: false, forget: false, weld: false, welded: false });
let learned = begun();
let sensor = true;
let weldIt = () => {};
let tour = null; // {step: the last that has acted, ask}

/** A new stove: nothing learned yet. weld(): weld the contact of the chosen burner. */
export function beginLesson(hasSensor, weld) {
  learned = begun();
  sensor = hasSensor;
  weldIt = weld;
  if (tour) tour.waits = false;
  teach();
}

/** See what a frame shows of the lesson, and let the tour go on. */
export function learn(frame) {
  const was = JSON.stringify(learned);
  const any = (fits) => frame.burners.some(fits);
  if (any((one) => HELD.includes(one.state) && one.gas && !one.pressed)) learned.light = true;
  if (learned.light && any((one) => one.cause === "TIMEOUT" && !one.gas)) learned.forget = true;
  if (any((one) => one.welded)) learned.welded = true;
  if (any((one) => one.fault === "CONTACT_WELDED")) learned.weld = true;
  if (was !== JSON.stringify(learned)) teach();
  if (tour) onTour(frame);
}

/** The lines of the lesson in the language of now; during a tour what it shows. */
export function teach() {
  if (tour) {
    const word = tour.step < 0 ? "begin" : STEPS[tour.step].word;
    return find("#coach").replaceChildren(make("li", { class: "now" }, text("tour_" + word)));
  }
  const steps = [["light", sensor ? "coach_light" : "coach_light_blind"], ["forget", "coach_forget"]];
  if (sensor) steps.push(["weld", "coach_weld"]); // without one a weld is not detected
  const next = steps.findIndex(([key]) => !learned[key]);
  const lines = steps.map(([key, word], n) => {
    const look = learned[key] ? "done" : n === next ? "now" : "";
    const line = make("li", { class: look, "data-step": key }, make("span", {}, text(word)));
    if (key === "weld" && n === next) {
      const button = make("button", { id: "weld-it", disabled: learned.welded }, text("weld_it"));
      button.onclick = weldIt;
      line.append(button);
    }
    return line;
  });
  return find("#coach").replaceChildren(...(next < 0 ? [make("li", { class: "done" }, text("coach_done"))] : lines));
}

// --- the tour ---------------------------------------------------------------------------------------

// Each step waits for what it needs, then acts; the words stay until the next one acts.
const STEPS = [
  { word: "light", when: (one) => one.state === "IDLE", act: (ask) => {
    ask({ speed: 10 });
    ask({ do: "light", burner: 0, hold_s: 12 });
  } },
  { word: "cook", when: (one) => one.state === "BURNING" && one.gas && !one.pressed, act: (ask) => ask({ speed: 60 }) },
  { word: "warn", when: (one) => one.state === "WARNING", act: (ask) => ask({ speed: 10 }) },
  { word: "off", when: (one) => one.cause === "TIMEOUT" && !one.gas, act: () => {} },
  { word: "again", when: (one) => one.state === "IDLE", act: (ask) => ask({ do: "light", burner: 0, hold_s: 12 }) },
  { word: "weld", when: (one) => one.state === "BURNING" && one.gas && !one.pressed, act: (ask) => {
    ask({ do: "weld", burner: 0 });
    ask({ do: "hold", burner: 0, s: 1 });
  } },
  { word: "fault", when: (one) => one.fault === "CONTACT_WELDED", act: (ask) => ask({ speed: 1 }) },
];

/** Begin the tour on a stove of its own, which change() brings. */
export function beginTour(change, ask) {
  tour = { step: -1, ask, waits: true }; // for the new stove
  change({ new: { stove: { burners: 2, sensor: true }, settings: { timer_default_min: TOUR_MIN,
    timer_step_min: 1 } } });
}

/** The user takes over. */
export function endTour() {
  if (!tour) return;
  tour = null;
  teach();
}

function onTour({ burners: [one] }) {
  const next = STEPS[tour.step + 1];
  if (tour.waits || !next.when(one)) return;
  tour.step += 1;
  next.act(tour.ask);
  teach();
  if (tour.step === STEPS.length - 1) tour = null; // its last words stay until something else is learned
}
