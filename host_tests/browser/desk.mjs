// The playground's VM in Node: plays scenarios to their end and prints for each its lines and its verdict, as JSON.
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
