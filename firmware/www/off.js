// OFF, more time and presence: the requests, and what the controller answered.
import { again, ask, device, fresh } from "./device.js";
import { t } from "./texts.js";
import { $, set } from "./dom.js";
import { refusal } from "./refusals.js";

export const SOON_MIN = 5;
const SHOWN_MS = 8000; // an answer
let answeredMs = 0;

/** Shut off a burner, null for all, and say whether the controller answered. */
export async function off(burner) {
  const wasOn = fresh() && (device.status.burners || []).some((one, n) => one.contact_closed &&
    (burner === null || n === burner));
  const known = fresh();
  set($("answer"), t("off_asking"));
  const { code } = await ask("POST", burner === null ? "/off" : "/burners/" + burner + "/off");
  set($("answer"), code === 202 ? t(known && !wasOn ? "off_already" : "off_answered")
    : code === 401 || code === 403 ? t("off_login") : t("off_unanswered"));
  answeredMs = performance.now();
  if (code === 401 || code === 403) again();
}

/** Ask for more time for a burner. */
export async function extend(burner) {
  set($("answer"), "");
  const { code } = await ask("POST", "/burners/" + burner + "/extend");
  set($("answer"), t(code === 202 ? "extend_asked" : code ? "extend_refused" : "failed"));
  answeredMs = performance.now();
}

/** Ask for the end of a burn in SOON_MIN minutes. */
export async function offSoon(burner) {
  set($("answer"), "");
  const { code, body } = await ask("POST", "/burners/" + burner + "/off_in", { off_in_min: SOON_MIN });
  set($("answer"), code === 202 ? t("soon_asked", SOON_MIN) : refusal(body));
  answeredMs = performance.now();
}

/** Say whether someone is there: while no one is, a burn ends sooner. */
export async function sayPresence(present) {
  const { code, body } = await ask("POST", "/presence", { present });
  set($("answer"), code === 200 ? t(body.presence) : refusal(body));
  answeredMs = performance.now();
}

/** Remove an answer that was read; call it every second. */
export function tidy() {
  if (answeredMs && performance.now() - answeredMs > SHOWN_MS) { set($("answer"), ""); answeredMs = 0; }
}
