// Wi-Fi by Improv: a board at the cable whose set-up is open. Belongs here: the conversation. Does not: the protocol
// (improv.js, from npm), what the page shows (app.js).
import { ImprovSerial } from "./improv.js";

const OPEN = "Set-up: Wi-Fi"; // what the program says when its set-up is open
const QUIET_MS = 4000; // a board that says nothing for so long runs already
const START_MS = 60000, ANSWER_MS = 10000, JOIN_MS = 60000;
const LEAVE = "\r\x03\x02\rimport machine\rmachine.reset()\r"; // a program without a set-up is at its prompt now
const SILENT = { log() {}, error() {}, debug() {} };

/** Read until the set-up is open: the Ctrl-C in a request would stop a start. starts: the board was reset just now. */
async function open(port, starts, heard) {
  const reader = port.readable.getReader();
  const end = performance.now() + START_MS;
  const decoder = new TextDecoder();
  let said = "", quiet = false;
  try {
    while (!said.includes(OPEN) && !quiet) {
      const left = end - performance.now();
      if (left <= 0) throw new Error("no set-up");
      const late = setTimeout(() => { quiet = true; reader.cancel(); }, starts ? left : Math.min(left, QUIET_MS));
      const { value, done } = await reader.read();
      clearTimeout(late);
      if (done) break;
      const text = decoder.decode(value, { stream: true });
      heard(text);
      said += text;
    }
  } finally {
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

/** A conversation with the board at an open port; fails where no set-up answers, and lets that board start anew. */
export async function talk(port, starts, heard) {
  await open(port, starts, heard);
  const board = new ImprovSerial(port, SILENT);
  try {
    await board.initialize(ANSWER_MS);
  } catch (error) {
    const writer = port.writable.getWriter();
    await writer.write(new TextEncoder().encode(LEAVE));
    writer.releaseLock();
    throw error;
  }
  return board;
}

/** Join, once the look-out for networks has ended; the address of the page. Fails with a word of the protocol. */
export async function join(board, ends, name, password) {
  await ends();
  await board.provision(name, password, JOIN_MS);
  return board.nextUrl;
}
