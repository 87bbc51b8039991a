// What the controller refused, in the language of the page and with the labels of the fields.
import { t } from "./texts.js";
import { label } from "./dom.js";

const KEY = "([\\w.[\\]]+)", N = "(-?\\d+)";
const ROWS = [ // the sentence of the controller, and the text: {0} {1} are its groups, keys as labels
  [KEY + ".* whole number from " + N + " to " + N, "out_of_range"],
  [KEY + ".* 64 hex digits", "wrong_key"],
  [KEY + ".* a text of " + N + " to " + N, "wrong_length"],
  [KEY + ".* a list of " + N + " to " + N, "wrong_list"],
  [KEY + ".* one of (?:the pins )?(.*)", "not_one_of"],
  [KEY + " " + N + " is longer than " + KEY + " " + N, "longer"],
  [KEY + " " + N + " is not shorter than " + KEY + " " + N, "not_shorter"],
  [KEY + " " + N + " does not hold " + KEY + " " + N + " and " + KEY + " " + N, "does_not_hold"],
  [KEY + " " + N + " must be above " + KEY + " " + N, "not_above"],
  [KEY + ": " + N + " must be below " + KEY + " " + N, "not_below"],
  [KEY + ".* IP address", "wrong_host"],
  [KEY + ".* USB cable", "cable"],
  ["forget: needs the local window", "window_first"],
  [KEY + ": needs the local window", "window_needed"],
  [KEY + ".* or https://", "wrong_url"],
  [KEY + ": https beside TLS", "one_tls"],
  ["confirm: wrong passwords before, wait (\\d+)", "login_wait"],
  ["confirm: wrong password", "login_wrong"],
  ["confirm: the device password", "confirm_needed"],
  ["wrong password", "login_wrong"],
  ["a burner is on", "only_closed"],
  ["a burner shows a fault", "fault_first"],
  ["the time is not known yet", "time_first"],
  ["log in", "login_first"],
  ["password: the device needs one", "password_first"],
  ["remote_extend is off", "extend_off"],
].map(([text, key]) => [new RegExp("^" + text), key]);

const named = (word) => {
  const key = /^[a-z]/.test(word || "") && word.replace(/^.*\]\./, "");
  return key ? label(key) : word;
};

/** A refusal {error} as a sentence; one that the page does not know is shown as it came. */
export function refusal({ error }) {
  if (!error) return t("failed");
  for (const [pattern, key] of ROWS) {
    const found = pattern.exec(error);
    if (found) return t(key, ...found.slice(1).map(named));
  }
  return t("refused", error);
}
