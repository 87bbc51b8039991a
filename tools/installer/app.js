// The installer: a board at the USB cable, by Web Serial. Belongs here: the steps and what can go wrong. Does not: the
// boot loader's protocol (esptool.js, from npm), judging a file (image.js), words (texts.js).
import { ESPLoader, Transport } from "./esptool.js";
import { read } from "./image.js";
import { speak, spoken, text } from "./texts.js";
import { join, talk } from "./wifi.js";

const ROM_BAUD = 115200, MONITOR_BAUD = 115200;
const BAUDS = [460800, ROM_BAUD]; // the second where cable, converter or driver do not stand the first
const SIZES_MB = [4, 8, 16], FILES_AT = 0x200000; // as tools/site.py has them
const find = (selector) => document.querySelector(selector);
const say = (key, ...values) => {
  find("#said").textContent = key && text(key, ...values);
  find("#said").dataset.key = key;
};

class Wrong extends Error { // one sentence for the user
  constructor(key, ...values) { super(key); this.values = values; }
}

/** The key and values of what went wrong at the cable. changed: something was erased or written before. */
function reason(error, changed) {
  if (error instanceof Wrong) return [error.message, ...error.values];
  const said = String(error?.message ?? error);
  if (error?.name === "NotFoundError") return ["none"];
  if (/already open|Failed to open|in use|Access denied/i.test(said)) return ["busy"];
  if (!changed) return ["silent"];
  return ["broke", said.split("\n")[0]];
}

async function fetched(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const json = async (name) => JSON.parse(new TextDecoder().decode(await fetched(name)));

/** The file system of a board and build as bytes, and what is known of it: the plain basic one, and what differs. */
async function files_of(name, size_mb) {
  const [packed, base, held] = [
    await fetched(`files-${size_mb}.bin`), await json(`files-${size_mb}.json`), await json(`${name}-${size_mb}.json`),
  ];
  const files = new Uint8Array(Math.max(base.bytes, held.bytes)).fill(0xff);
  let from = 0;
  base.runs.forEach(([at, length]) => { files.set(packed.subarray(from, from += length), at); });
  held.changed.forEach(([at, text]) => { files.set(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)), at); });
  return [files, held];
}

async function chosen() {
  const [file] = find("#file").files;
  if (!file) throw new Wrong("no_file");
  if (!find("#agreed").checked) throw new Wrong("not_agreed");
  const data = new Uint8Array(await file.arrayBuffer());
  try {
    return { data, ...(await read(data)) };
  } catch (error) {
    if (typeof error === "string") throw new Wrong("wrong_file", file.name, text(error));
    throw error;
  }
}

const SILENT = { clean() {}, write() {}, writeLine() {} }; // a terminal
let port = null;
async function install() {
  let transport = null, changed = false;
  try {
    await stop();
    const image = await chosen();
    port = await navigator.serial.requestPort();
    say("looking");
    let loader, name;
    for (const baudrate of BAUDS) {
      transport = new Transport(port, false);
      loader = new ESPLoader({ transport, baudrate, romBaudrate: ROM_BAUD, terminal: SILENT });
      try {
        name = await loader.main();
        break;
      } catch (error) {
        if (baudrate === BAUDS.at(-1)) throw error;
        await transport.disconnect().catch(() => {});
      }
    }
    if (loader.chip.CHIP_NAME !== image.chip) throw new Wrong("chip", loader.chip.CHIP_NAME, image.chip);
    const size_mb = 2 ** ((await loader.readFlashId() >> 16 & 0xff) - 20);
    if (!SIZES_MB.includes(size_mb)) throw new Wrong("small", size_mb);
    if (image.filesAt !== FILES_AT) throw new Wrong("wrong_file", find("#file").files[0].name, text("other_table"));
    const [files, held] = await files_of(`${image.board}-${find("#build").value}`, size_mb);
    say("erasing", name);
    changed = true;
    await loader.eraseFlash();
    say("writing");
    find("#bar").hidden = false;
    const runs = held.runs.map(([at, length]) => (
      { data: files.subarray(at, at + length), address: image.filesAt + at }
    ));
    const parts = [{ data: image.data, address: image.at }, ...runs];
    const whole = parts.reduce((sum, part) => sum + part.data.length, 0);
    const before = (index) => parts.slice(0, index).reduce((sum, part) => sum + part.data.length, 0);
    await loader.writeFlash({
      fileArray: parts, flashMode: "keep", flashFreq: "keep", flashSize: "keep", eraseAll: false, compress: true,
      reportProgress: (index, written, total) => {
        find("#bar").value = 100 * (before(index) + parts[index].data.length * written / total) / whole;
      },
    });
    if (await loader.flashMd5sum(image.filesAt, held.bytes) !== held.md5) throw new Wrong("unverified");
    await loader.after("hard_reset");
    await transport.disconnect();
    transport = null;
    say("done");
    await wifi(true);
  } catch (error) {
    say(...reason(error, changed));
    await transport?.disconnect().catch(() => {});
  } finally {
    find("#bar").hidden = true;
  }
}

const log = (value) => {
  find("#log").hidden = false;
  find("#log").textContent = (find("#log").textContent + value).slice(-20000);
  find("#log").scrollTop = find("#log").scrollHeight;
};

let reader = null, board = null, running = null;
async function stop() {
  const last = board;
  board = null;
  find("#wifi").hidden = true;
  await reader?.cancel().catch(() => {});
  await last?.close().catch(() => {});
  await running;
}

/** Run with the port open; what goes wrong is one sentence. */
async function connected(run) {
  await stop();
  running = (async () => {
    try {
      port ||= await navigator.serial.requestPort();
      await port.open({ baudRate: MONITOR_BAUD });
      await run();
    } catch (error) {
      say(...reason(error, false));
    } finally {
      reader = null;
      await port?.close().catch(() => {});
      port = null;
    }
  })();
  await running;
}

async function listen() {
  reader = port.readable.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    log(value);
  }
}
const monitor = () => connected(listen);

/** Wi-Fi by Improv, then the board's output. starts: the board was reset just now. */
const wifi = (starts) => connected(async () => {
  if (!starts) say("asking");
  try {
    board = await talk(port, starts, log);
  } catch {
    throw new Wrong("no_set_up");
  }
  say("choose");
  find("#wifi").hidden = false;
  const ends = board.subscribeSSIDs((found) => { // also keeps the board waiting
    find("#around").replaceChildren(...(found ?? []).map(({ name }) => new Option(name, name)));
  });
  const joined = new Promise((done, failed) => {
    board.addEventListener("disconnect", () => failed(new Wrong(board ? "gone" : "")));
    find("#wifi").onsubmit = async (event) => {
      event.preventDefault();
      const name = find("#name").value;
      find("#join").disabled = true;
      say("joining", name);
      try {
        done(await join(board, ends, name, find("#password").value));
      } catch {
        say("not_joined", name);
      }
      find("#join").disabled = false;
    };
  });
  const address = await joined;
  find("#page").hidden = false;
  find("#new").hidden = !address.includes("#");
  find("#page").href = address;
  find("#page").textContent = address.split("#")[0];
  find("#wifi").hidden = true;
  say("joined");
  await board.close();
  await listen();
});

function words() {
  document.documentElement.lang = spoken() === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-text]").forEach((one) => { one.textContent = text(one.dataset.text); });
  const build = find("#build").value;
  const options = ["basic", "full"].map((name) => new Option(text(name), name, false, name === build));
  find("#build").replaceChildren(...options);
  find("#language").textContent = spoken() === "zh" ? "English" : "中文";
  find("#where").textContent = find("#where").href = "https://micropython.org/download/?port=esp32";
  find("#lacks").hidden = "serial" in navigator;
  find("#lacks").textContent = text("no_serial");
  document.querySelectorAll("#install, #set, #monitor").forEach((one) => { one.disabled = !("serial" in navigator); });
}

find("#install").onclick = install;
find("#set").onclick = () => wifi(false);
find("#monitor").onclick = monitor;
find("#language").onclick = () => { speak(spoken() === "zh" ? "en" : "zh"); words(); say(""); };
speak(navigator.language.startsWith("zh") ? "zh" : "en");
words();
navigator.serviceWorker?.register(new URL("../sw.js", import.meta.url)).catch(() => {});
