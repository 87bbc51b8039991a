// The playground's VM in Node: sends requests of the controller's own page to a stove after three seconds.
// node requests.mjs PLAY_FOLDER; prints each answer as JSON.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
globalThis.fetch = async (url) => ({ json: async () => JSON.parse(await readFile(url)) });
const { start } = await import(pathToFileURL(`${folder}/vm.js`));
const { call } = await start("simulator.browser.serve", (line) => console.error(line));
const [{ hello }] = JSON.parse(call.hello());
let headers = { "content-type": "application/json" };
function ask(method, name, body = "") {
  const text = JSON.stringify({ method, path: `/api/v1/${name}`, headers, body: body && JSON.stringify(body) });
  const [{ answered }] = JSON.parse(call.answer(text));
  console.log(JSON.stringify(answered && { status: answered.status, body: JSON.parse(answered.body) }));
  return answered;
}
ask("GET", "status"); // before the program has started
call.go(3000);
ask("POST", "off");
ask("POST", "login", { password: "wrong" });
call.go(2000); // the pause after it
const login = ask("POST", "login", { password: hello.password });
headers = { ...headers, cookie: login.headers["Set-Cookie"].split(";")[0], "x-csrf-token": JSON.parse(login.body).csrf };
ask("GET", "status");
ask("GET", "settings");
ask("POST", "off");
ask("GET", "nothing");
