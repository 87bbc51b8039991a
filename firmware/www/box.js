// The box as the page knows it: what it last said, how old that is, and requests to /api/v1.
// Belongs here: the network. Does not: words or elements. Nothing here can ask for a flame: there is no such request.
const STALE_S = 10; // silence after which nothing shown is believed; the box speaks every 5 s
const WAIT_MS = 5000; // an OFF the box did not answer in this time is told as not answered
const BUSY_MS = 400; // the box serves four at once and sends a fifth away: ask again a little later
const THERE_MS = 3000; // to say how things are
const SHARED_MS = 20000; // the box streams to two pages and drops the oldest for a third: whoever was dropped sooner
const POLL_MS = 4000; // than that only asks every so often, for as long, or the pages would push each other out

export const box = {
  status: null, // the last object of /status or of an event; null before the first
  heardMs: -Infinity, // when, by performance.now()
  reached: true, // false when the last attempt to reach the box failed
};
let listener = () => {};
let source = null;
let openedMs = 0;
let askUntilMs = 0;
let retry = 0;
let turns = 0;
let timer = 0;

/** Seconds since the box last spoke; Infinity before it ever did. */
export const silence_s = () => (performance.now() - box.heardMs) / 1000;
/** True while what was last said may be shown as true. */
export const fresh = () => box.reached && silence_s() < STALE_S;
/** Whole seconds left of burner n now, counted on from what the box last said. */
export const remaining_s = (burner) => Math.max(0, Math.ceil(burner.remaining_s - silence_s()));

const csrf = {
  get: () => { try { return localStorage.getItem("csrf") || ""; } catch { return csrf.kept || ""; } },
  set: (text) => { csrf.kept = text; try { localStorage.setItem("csrf", text); } catch { /* private mode: kept is enough */ } },
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Ask the box once; {code, body, wait_s}, code 0 when nothing answered within wait_ms. Asks again while it is busy. */
export async function ask(method, path, body, wait_ms = WAIT_MS) {
  const end = performance.now() + wait_ms;
  for (;;) {
    const abort = new AbortController();
    const alarm = setTimeout(() => abort.abort(), Math.max(1, end - performance.now()));
    try {
      const answer = await fetch("/api/v1" + path, {
        method, signal: abort.signal, cache: "no-store", credentials: "same-origin",
        headers: { ...(method === "GET" ? {} : { "X-CSRF-Token": csrf.get() }), ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body && JSON.stringify(body),
      });
      if (answer.status !== 503) {
        const given = await answer.json().catch(() => ({}));
        if (given.csrf) csrf.set(given.csrf);
        return { code: answer.status, body: given, wait_s: +answer.headers.get("Retry-After") || 1 };
      }
    } catch { /* no network, or too late: below */ } finally { clearTimeout(alarm); }
    if (performance.now() + BUSY_MS >= end) return { code: 0, body: {}, wait_s: 0 };
    await pause(BUSY_MS);
  }
}

function take(status) {
  box.status = status;
  box.heardMs = performance.now();
  box.reached = true;
  listener();
}

/** Learn how things are: `heard` is called after everything the box says, and when it could not be reached. */
export async function begin(heard) {
  listener = heard;
  close();
  const turn = turns;
  const { code, body } = await ask("GET", "/status", null, THERE_MS);
  if (turn !== turns) return; // somebody closed, or began anew, meanwhile
  if (code !== 200) {
    box.reached = false;
    listener();
    retry = Math.min(retry + 1, 5);
    later(retry * 1000);
  } else {
    if (body.login && !csrf.get()) body.login = false; // a session without its token can read, but not shut
    retry = 0;
    take(body);
    if (body.login && !body.setup) {
      if (performance.now() < askUntilMs) later(POLL_MS);
      else open();
    }
  }
}

function open() {
  openedMs = performance.now();
  source = new EventSource("/api/v1/events");
  source.addEventListener("status", (event) => take({ ...JSON.parse(event.data), login: true }));
  source.onerror = () => { // the browser would wait as it likes, or give up for good at a 503
    if (performance.now() - openedMs < SHARED_MS) askUntilMs = performance.now() + SHARED_MS;
    begin(listener); // is the box gone, or only the stream?
  };
}

function close() {
  turns += 1;
  clearTimeout(timer);
  if (source) source.close();
  source = null;
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => begin(listener), ms);
}

/** Open the way anew when nothing came for long: a dead Wi-Fi leaves connections that look alive. */
export function revive() {
  if (source && !fresh()) begin(listener);
}

addEventListener("pagehide", close);
document.addEventListener("visibilitychange", () => { // a phone in a pocket needs none of the box's four connections
  if (document.hidden) { close(); box.heardMs = -Infinity; } else if (!source && box.status) begin(listener);
});
