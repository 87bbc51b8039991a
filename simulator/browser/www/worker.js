// The stove in a Worker: its time, and messages with the page. Belongs here: pacing. Does not: what a message means
// (simulator/browser/serve.py), starting the VM (vm.js).
import { start } from "./vm.js";

const TURN_MS = 20; // a tick of the controller
const SLICE_MS = 200; // of stove time, between two looks at the clock
const BUSY_MS = 18; // of real time in one turn
const BEHIND_MS = 250; // a stove that is so late goes on from here
const REST_MS = 500; // while nothing changes but the clock

let stove = null;
let base = { at: performance.now(), t: 0, speed: 1 };
let posted = 0;
let looked_at = -1; // the stove time of the last look for news; -1 when something was asked since
let paced = { at: performance.now(), t: 0 };

const rebase = (t, speed) => { base = { at: performance.now(), t, speed }; };

function turn() {
  const began = performance.now();
  let [t, speed, wanted] = JSON.parse(stove.state()); // wanted: of a single step
  if (speed !== base.speed) rebase(t, speed);
  if (speed) {
    wanted = base.t + (began - base.at) * speed;
    if (wanted - t > BEHIND_MS * speed) rebase(t, speed);
  }
  while (t < wanted && performance.now() - began < BUSY_MS) t = stove.go(Math.min(SLICE_MS, Math.ceil(wanted - t)));
  if (began - paced.at >= 1000) {
    stove.pace((t - paced.t) / (began - paced.at));
    paced = { at: began, t };
  }
  const due = began - posted > REST_MS;
  const news = t !== looked_at && stove.news(due);
  looked_at = t;
  if (news) { posted = began; postMessage(news); }
  setTimeout(turn, Math.max(0, TURN_MS - (performance.now() - began)));
}

onmessage = ({ data }) => {
  if (!stove) return;
  looked_at = -1;
  const answer = data.judge ? JSON.stringify([{ asked: JSON.parse(stove.so_far(data.judge.known)) }])
    : data.request ? stove.answer(JSON.stringify(data.request))
    : data.saved !== undefined ? JSON.stringify([{ saved: stove.saved(data.saved) }])
    : stove.ask(JSON.stringify(data));
  if (answer) postMessage(answer);
};

start("simulator.browser.serve", (line) => console.log(line)).then(({ call }) => {
  stove = call;
  postMessage(stove.hello());
  turn();
}, (error) => postMessage(JSON.stringify([{ failed: String(error) }])));
