// The playground's VM in Node. With scenarios: plays each to its end and prints its lines and its verdict, as JSON. Without:
// sends requests of the controller's own page to a stove and prints each answer.
// node desk.mjs PLAY_FOLDER SCENARIO.json ...
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, ...paths] = process.argv.slice(2);
globalThis.fetch = async (url) => ({ json: async () => JSON.parse(await readFile(url)) });
const { start } = await import(pathToFileURL(`${folder}/vm.js`));
const { call } = await start("simulator.browser.serve", (line) => console.error(line));
for (const path of paths) {
  const refused = JSON.parse(call.ask(JSON.stringify({ scenario: await readFile(path, "utf8") })))[0].refused;
  if (refused) { console.log(JSON.stringify({ refused })); continue; }
  call.judge(JSON.stringify({ anew: true }));
  let speed = 1;
  while (speed) { call.go(700); [, speed] = JSON.parse(call.state()); } // it pauses at the end
  const asked = call.so_far(0);
  const verdict = JSON.parse(call.judge(asked)), saved = JSON.parse(call.saved(""));
  console.log(JSON.stringify({ lines: JSON.parse(asked).lines, verdict, saved }));
}
if (!paths.length) {
  const [{ hello }] = JSON.parse(call.hello());
  const headers = { "content-type": "application/json" };
  const ask = (method, name, body = "") => {
    const text = JSON.stringify({ method, path: `/api/v1/${name}`, headers, body: body && JSON.stringify(body) });
    const [{ answered }] = JSON.parse(call.answer(text));
    console.log(JSON.stringify(answered && { status: answered.status, body: JSON.parse(answered.body) }));
    return answered;
  };
  const digits = () => console.log(JSON.parse(call.news(true)).at(-1).frame.digits);
  ask("GET", "status"); // before the program has started
  digits();
  call.go(3000);
  digits();
  call.ask(JSON.stringify({ do: "light", burner: 0, hold_s: 10 }));
  call.go(15000);
  digits();
  ask("POST", "off");
  ask("POST", "login", { password: "wrong" });
  call.go(2000); // the pause after it
  const login = ask("POST", "login", { password: hello.password });
  headers.cookie = login.headers["Set-Cookie"].split(";")[0];
  headers["x-csrf-token"] = JSON.parse(login.body).csrf;
  for (const [method, name] of [["GET", "status"], ["GET", "settings"], ["POST", "off"], ["GET", "nothing"]]) ask(method, name);
}
