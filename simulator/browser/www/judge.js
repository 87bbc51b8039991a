// The rules beside the stove, in a Worker and a VM of their own: they never hold the stove up.
import { start } from "./vm.js";

const begun = start("simulator.browser.serve", (line) => console.log(line));
onmessage = async ({ data }) => {
  const { call } = await begun;
  postMessage(call.judge(JSON.stringify(data)));
};
