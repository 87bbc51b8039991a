// The link to the stove: the only file that knows what carries the messages (simulator/live/messages.py).
// Here: a WebSocket to simulator/live/server.py. The site has one of the same name to a Worker (simulator/browser/www).
import { addressOf, follow } from "./share.js";

const AGAIN_MS = 1000; // until a lost link is tried again

/** said(message): everything that comes. opened(), lost(): the link is there, or gone for now. */
export function connect(said, opened, lost) {
  let socket = null;
  let followed = false;
  const ask = (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
  const begin = () => {
    socket = new WebSocket(`ws://${location.host}/live`);
    socket.onmessage = (event) => said(JSON.parse(event.data));
    socket.onopen = () => {
      opened();
      if (!followed) follow(ask, said);
      followed = true;
    };
    socket.onclose = () => { lost(); setTimeout(begin, AGAIN_MS); };
  };
  begin();
  return {
    /** Send one request; does nothing while the link is lost. */
    ask,
    /** The scenarios of the repository: [{key, name, about, until}]. */
    scenarios: async () => (await fetch("scenarios")).json(),
    /** The run so far as the text of a scenario. */
    saved: async (name = "") => (await fetch(`scenario.json${name && `?name=${encodeURIComponent(name)}`}`)).text(),
    /** The address of the controller's own page, logged in, in a language. */
    device: (hello, language) => `http://${location.hostname}:${hello.page_port}/desk?language=${language}`,
    /** An address that plays this run again, where make sim runs. */
    share: async function () { return addressOf(await this.saved()); },
  };
}
