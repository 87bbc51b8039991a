// Before the controller's own page, in a frame: its requests go to the firmware in the Worker, by the page around it.
// Belongs here: fetch and EventSource as that page uses them. Does not: what a request means (../../phone.py).
const LOOK_MS = 500;
const LOGIN = {
  method: "POST", path: "/api/v1/login", body: '{"password": "curfew-desk"}',
  headers: { "content-type": "application/json" },
};
localStorage.language = new URLSearchParams(location.search).get("language") || "en";
let cookie = "";

/** Log the frame in, as `make sim` does, once the controller answers. */
async function logIn() {
  let answer = null;
  while (!(answer = await parent.device(LOGIN))) await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
  cookie = (answer.headers["Set-Cookie"] || "").split(";")[0];
  localStorage.csrf = JSON.parse(answer.body).csrf || "";
}
const loggedIn = logIn();

window.fetch = async (path, { method = "GET", headers = {}, body } = {}) => {
  await loggedIn;
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const answer = await parent.device({ method, path, body: body || "", headers: { ...named, cookie } });
  if (!answer) throw new TypeError("the controller is off");
  if (answer.headers["Set-Cookie"]) cookie = answer.headers["Set-Cookie"].split(";")[0];
  const { "Set-Cookie": _, ...shown } = answer.headers;
  return new Response(answer.body, { status: answer.status, headers: shown });
};

window.EventSource = class extends EventTarget {
  constructor() {
    super();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }
  async look() {
    const answer = await fetch("/api/v1/status").catch(() => null);
    if (this.timer && answer?.ok) this.dispatchEvent(new MessageEvent("status", { data: await answer.text() }));
    else if (this.timer) this.onerror?.();
  }
  close() {
    clearInterval(this.timer);
    this.timer = 0;
  }
};
