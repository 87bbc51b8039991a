// The device: its last status, how old that is, and requests to /api/v1. No request can turn gas on.
const STALE_S = 10; // without an event for this long, nothing shown is current; the device sends one every 5 s
const WAIT_MS = 5000; // an OFF without an answer in this time is shown as not answered
const BUSY_MS = 400; // the device answers four requests at the same time and refuses a fifth: repeat a little later
const THERE_MS = 3000; // for the status
// The device has two streams and drops the oldest for a third. A page that is dropped sooner than SHARED_MS only polls
// for as long, or the pages would displace each other.
const SHARED_MS = 20000;
const POLL_MS = 4000;

export const device = {
  status: null, // the last object of /status or of an event; null before the first
  heardMs: -Infinity, // when, by performance.now()
  reached: true, // false when the last request failed
  guarded: () => Boolean(csrf.get()), // this phone was logged in
  forget: () => csrf.set(""),
};
let listener = () => {};
let source = null;
let openedMs = 0;
let askUntilMs = 0;
let retry = 0;
let turns = 0;
let timer = 0;

/** Seconds since the last status; Infinity before the first. */
export const silence_s = () => (performance.now() - device.heardMs) / 1000;
/** True while the last status is current. */
export const fresh = () => device.reached && silence_s() < STALE_S;
/** Whole seconds left of a burner now, counted on from the last status. */
export const remaining_s = (burner) => Math.max(0, Math.ceil(burner.remaining_s - silence_s()));

const csrf = {
  get: () => { try { return localStorage.getItem("csrf") || ""; } catch { return csrf.value || ""; } },
  set: (text) => { csrf.value = text; try { localStorage.setItem("csrf", text); } catch {
    /* private mode: value is enough */ } },
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** One request; {code, body, wait_s}, code 0 without an answer within wait_ms. Repeats it while the device is busy. */
export async function ask(method, path, body, wait_ms = WAIT_MS) {
  const end = performance.now() + wait_ms;
  for (;;) {
    const abort = new AbortController();
    const alarm = setTimeout(() => abort.abort(), Math.max(1, end - performance.now()));
    try {
      const answer = await fetch("/api/v1" + path, {
        method, signal: abort.signal, cache: "no-store", credentials: "same-origin",
        headers: { ...(method === "GET" ? {} : { "X-CSRF-Token": csrf.get() }),
          ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body && JSON.stringify(body),
      });
      if (answer.status !== 503) {
        const content = await answer.json().catch((cut) => { if (method === "GET") throw cut; return {}; });
        if (content.csrf) csrf.set(content.csrf);
        return { code: answer.status, body: content, wait_s: +answer.headers.get("Retry-After") || 1 };
      }
    } catch { /* no network, too late, or half an answer: below */ } finally { clearTimeout(alarm); }
    if (performance.now() + BUSY_MS >= end) return { code: 0, body: {}, wait_s: 0 };
    await pause(BUSY_MS);
  }
}

function take(status) {
  device.status = status;
  device.heardMs = performance.now();
  device.reached = true;
  listener();
}

/** Get the status and its changes: `received` is called after each, and when the device could not be reached. */
export async function begin(received) {
  listener = received;
  close();
  const turn = turns;
  const { code, body } = await ask("GET", "/status", null, THERE_MS);
  if (turn !== turns) return; // closed or begun again meanwhile
  if (code !== 200) {
    device.reached = false;
    listener();
    retry = Math.min(retry + 1, 5);
    later(retry * 1000);
  } else {
    if (body.login && !csrf.get()) body.login = false; // a session without its CSRF token can read, but not turn off
    retry = 0;
    take(body);
    if (body.login && !body.setup) {
      if (performance.now() < askUntilMs) later(POLL_MS);
      else open();
    }
  }
}

/** Ask anew, after a log-in or when the session has ended. */
export const again = () => begin(listener);

function open() {
  openedMs = performance.now();
  source = new EventSource("/api/v1/events");
  source.addEventListener("status", (event) => take({ ...JSON.parse(event.data), login: true }));
  source.onerror = () => { // the browser would wait as it likes, or give up for good at a 503
    if (performance.now() - openedMs < SHARED_MS) askUntilMs = performance.now() + SHARED_MS;
    begin(listener); // is the device gone, or only the stream?
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

/** Reconnect when nothing arrived for long: a dead Wi-Fi leaves connections that look open. */
export function revive() {
  if (source && !fresh()) begin(listener);
}

addEventListener("pagehide", close);
addEventListener("pageshow", (event) => { // Safari goes back to a page as it was left, with a closed stream
  if (event.persisted) { device.heardMs = -Infinity; again(); }
});
document.addEventListener("visibilitychange", () => { // a locked phone must not use a connection
  if (document.hidden) { close(); device.heardMs = -Infinity; } else if (!source && device.status) begin(listener);
});
