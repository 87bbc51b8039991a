// heap.py where words have 32 bits, as on a chip: bytes of heap by part, as JSON. In Node, on the VM of the playground.
// node heap32.mjs VM FLASH FILLERS PARTS FAKES...      PARTS: {part: [module, ...]}, imported in this order
// This VM collects only between two calls from outside, so every step is one. It has its own asyncio, and no sockets.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [vm, flash, fillers, parts, ...fakes] = process.argv.slice(2);
const MISSING = { usocket: "socket = object", tls: "SSLContext = object",
  _thread: "allocate_lock = object\nstart_new_thread = stack_size = lambda *_: 0" };
const NAMES_BYTES = 640 * 4; // of the table of names that places.fill() waits for

process.on("uncaughtException", ({ message }) => { console.error(message.slice(-400)); process.exit(1); });
const { loadMicroPython } = await import(pathToFileURL(vm));
const mp = await loadMicroPython({ heapsize: 4 << 20, linebuffer: true, stdout: () => {} });

function put(from, to) {
  mp.FS.mkdir(to);
  for (const name of readdirSync(from)) {
    const [one, there] = [join(from, name), `${to}/${name}`];
    if (statSync(one).isDirectory()) put(one, there);
    else mp.FS.writeFile(there, readFileSync(one));
  }
}
put(flash, "/flash");
fakes.forEach((folder, n) => put(folder, `/${n}`));
mp.FS.mkdir("/missing");
for (const [name, text] of Object.entries(MISSING)) mp.FS.writeFile(`/missing/${name}.py`, text);
mp.FS.chdir("/flash");

function held() {
  for (const code of ["import gc\ngc.collect()", "gc.collect()", "bytes_held = gc.mem_alloc()"]) mp.runPython(code);
  return mp.globals.get("bytes_held");
}
let before = 0;
function grown(...steps) {
  steps.forEach((code) => mp.runPython(code));
  const was = before;
  before = held();
  return before - was;
}

grown(Array.from({ length: +fillers }, (_, n) => `filler_${n} = 0`).join("\n"), `import os, sys
sys.path[:] = [${fakes.map((_, n) => `"/${n}"`).join(", ")}, "a", "a/lib", "", "/missing", ".frozen"]
os.getenv = lambda name, default=None: default
os.urandom = bytes
import machine, neopixel, network, places, socket
machine.tick = lambda number: None
places._TABLE_BYTES = ${NAMES_BYTES}
table_bytes = places.fill()`);
const start = before - mp.globals.get("table_bytes");
const found = { core: grown("from curfew.bundles import core as loop"), drivers: grown("import curfew.bundles.hardware") };
grown('exec(open("boot.py").read())', "import starter\nchosen = starter.start()\nstarter.__dict__.clear()",
  'del starter, sys.modules["starter"]', "loop = chosen[0].start(*chosen[1:])");
found.box = before - start - found.core - found.drivers;
for (const [part, modules] of Object.entries(JSON.parse(parts)))
  found[part] = grown(...modules.map((name) => `__import__("${name}")`));
console.log(JSON.stringify(found));
