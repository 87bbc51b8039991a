// The link to the stove: the only file that knows what carries the messages (simulator/live/messages.py).
// Here: a Worker with the firmware on MicroPython. `make sim` has one of the same name to its server.
import { addressOf, follow } from "./share.js";

const JUDGE_MS = 2000;
const SHARE = 10; // a look that took long is followed by so many times its length of rest

navigator.serviceWorker?.register(new URL("../sw.js", import.meta.url)).catch(() => {}); // without it: no offline

/** said(message): everything that comes. opened(), lost(): the link is there, or gone. */
export function connect(said, opened, lost) {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    queueMicrotask(() => said({ banner: "no_wasm" }));
    return { ask() {}, scenarios: async () => [], saved: async () => "" };
  }
  const waiting = [], asking = [];
  let known = null, judge = null, judging = false, seen = "", lines = 0, asked_at = 0, rest = JUDGE_MS, looks = true;
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const ask = (message) => {
    if (message.looks !== undefined) looks = message.looks;
    if (message.new !== undefined || message.scenario !== undefined) { lines = 0; judge?.postMessage({ anew: true }); }
    if (message.load !== undefined) play(message.load);
    else worker.postMessage(message);
  };
  worker.onerror = (event) => said({ banner: "no_worker", more: event.message });
  worker.onmessage = ({ data }) => {
    for (const message of JSON.parse(data)) {
      if (message.hello) { begin(message.hello); lines = 0; seen = ""; judge?.postMessage({ anew: true }); }
      if (message.saved !== undefined) waiting.shift()(message.saved);
      else if (message.answered !== undefined) asking.shift()(message.answered);
      else if (message.asked) { lines += message.asked.lines.length; judge.postMessage(message.asked); }
      else if (message.failed) said({ banner: "no_worker", more: message.failed });
      else said(message);
      if (message.frame) look(message.frame);
    }
  };
  let begun = false;
  function begin() {
    if (begun) return;
    begun = true;
    opened();
    follow(ask, said);
  }
  async function all() {
    if (!known) known = await (await fetch(new URL("scenarios.json", import.meta.url))).json();
    return known;
  }
  async function play(key) {
    const one = (await all()).find((each) => each.key === key);
    if (one) ask({ scenario: JSON.stringify(one.top) });
    else said({ refused: `load: there is no scenario ${JSON.stringify(key)} in the repository` });
  }
  /** Have the rules look at the run, when it has reported more, or ended, and the last look is long enough ago. */
  function look(now) {
    const state = `${now.lines} ${now.speed}`;
    if (judging || !looks || state === seen || performance.now() - asked_at < rest) return;
    judging = true;
    seen = state;
    asked_at = performance.now();
    if (!judge) {
      judge = new Worker(new URL("judge.js", import.meta.url), { type: "module" });
      judge.onmessage = ({ data }) => {
        judging = false;
        rest = Math.max(JUDGE_MS, SHARE * (performance.now() - asked_at));
        const verdict = JSON.parse(data);
        if (verdict) said({ verdict });
      };
    }
    worker.postMessage({ judge: { known: lines } });
  }
  // For the controller's own page in a frame (phone/shim.js): { status, headers, body }, null while it is off.
  window.device = (request) => new Promise((resolve) => { asking.push(resolve); worker.postMessage({ request }); });
  return {
    ask,
    scenarios: all,
    device: (_, language) => `phone/index.html?language=${language}`,
    saved: (name = "") => new Promise((resolve) => { waiting.push(resolve); worker.postMessage({ saved: name }); }),
    /** An address that plays this run again. */
    share: async function () { return addressOf(await this.saved()); },
  };
}
