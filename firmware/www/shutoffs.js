// The shut-offs as the controller recorded them, and those that this page has seen.
import { ask, device, fresh } from "./device.js";

const PAGE = 100; // shut-offs in an answer
const WRITTEN_MS = 4000; // the controller writes its record some seconds after a shut-off
let record = null; // newest first; null before the first answer
const wasOn = []; // per burner: the contact was closed in the last status
const witnessed = []; // per burner: the shut-off that this page saw, {cause, when}
let asking = 0;

/** Every shut-off that the controller has, newest first; null without an answer. */
export async function recallAll() {
  const all = [];
  for (let page = await recall(); page; ) {
    all.push(...page);
    if (page.length < PAGE) return all;
    const { code, body } = await ask("GET", "/shutoffs?before=" + page[PAGE - 1].number);
    page = code === 200 ? body : null;
  }
  return null;
}

/** Ask for the last hundred; null without an answer. */
export async function recall() {
  const { code, body } = await ask("GET", "/shutoffs");
  return code === 200 ? (record = body) : null;
}

/** The last shut-off of a burner, {cause, when}; `when` is null while unknown; null before any shut-off. */
export function lastOf(n) {
  const { cause } = device.status.burners[n];
  if (witnessed[n] && witnessed[n].cause === cause) return witnessed[n];
  return (record || []).find((one) => one.burner === n && (!cause || one.cause === cause)) ||
    (cause && { cause, when: null });
}

/** Note what changed; call it after every status. */
export function watch() {
  if (!fresh() || !device.status.burners) return;
  let ask_again = record === null;
  device.status.burners.forEach(({ contact_closed, cause }, n) => {
    if (wasOn[n] && !contact_closed) { witnessed[n] = { cause, when: Date.now() / 1000 }; ask_again = true; }
    wasOn[n] = contact_closed;
  });
  if (ask_again && !asking) asking = setTimeout(() => { asking = 0; recall(); }, record ? WRITTEN_MS : 0);
}
