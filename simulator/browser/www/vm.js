// MicroPython in a Worker, with everything of pack.json in its file system. Belongs here: starting it. Nothing else.
import { loadMicroPython } from "./micropython.mjs";

const FAKES = "/curfew/simulator/fakes";
const PATH = ["/curfew", "/curfew/shims", `${FAKES}/scenario`, `${FAKES}/common`, "/curfew/simulator/plant"];
const HEAP_BYTES = 4 << 20; // it grows
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The VM after `import module`; say(line) hears what it prints. */
export async function start(module, say) {
  const [mp, packed] = await Promise.all([
    loadMicroPython({
      url: new URL("micropython.wasm", import.meta.url).href,
      heapsize: HEAP_BYTES, linebuffer: true, stdout: say, stderr: say,
    }),
    fetch(new URL("pack.json", import.meta.url)).then((answer) => answer.json()),
  ]);
  const made = new Set();
  for (const [path, text] of Object.entries(packed)) {
    const folders = path.split("/").slice(0, -1);
    folders.forEach((_, at) => {
      const folder = `/${folders.slice(0, at + 1).join("/")}`;
      if (!made.has(folder)) mp.FS.mkdir(folder);
      made.add(folder);
    });
    mp.FS.writeFile(`/${path}`, bytes(text));
  }
  mp.FS.mkdir("/flash"); // the chip's
  mp.FS.chdir("/flash");
  mp.runPython(`import sys
sys.path[:] = [${PATH.map((folder) => JSON.stringify(folder)).join(", ")}, ".frozen"]
for name in ("_thread", "gc"):
    sys.modules.pop(name, None)
import ${module} as module`);
  return { call: mp.globals.get("module") };
}
