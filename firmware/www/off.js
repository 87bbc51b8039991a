// OFF and more time: the requests, and what the controller answered.
import { again, ask, device, fresh } from "./device.js";
import { t } from "./texts.js";
import { $, set } from "./dom.js";

const SHOWN_MS = 8000; // an answer
let answeredMs = 0;

/** Shut off a burner, null for all, and say whether the controller answered. */
export async function off(burner) {
  const wasOn = fresh() && (device.status.burners || []).some((one, n) => one.contact_closed && (burner === null || n === burner));
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

/** Remove an answer that was read; call it every second. */
export function tidy() {
  if (answeredMs && performance.now() - answeredMs > SHOWN_MS) { set($("answer"), ""); answeredMs = 0; }
}
