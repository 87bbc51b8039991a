// A run in the address: packed into what follows #, and played where a page opens with it.
const RUN = "run=", SCENARIO = "scenario=";

const letters = (data) => Array.from(data, (byte) => String.fromCharCode(byte)).join("");
const text64 = (data) => btoa(letters(data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const data64 = (text) => bytes(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
const through = async (data, stream) =>
  new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer());

/** The address of this page that plays a run, the text of a scenario, again. */
export async function addressOf(run) {
  const compact = new TextEncoder().encode(JSON.stringify(JSON.parse(run)));
  return `${location.href.split("#")[0]}#${RUN}${text64(await through(compact, new CompressionStream("deflate-raw")))}`;
}

/** Ask for what the address names, now and whenever it changes: a scenario of the repository, or a run it carries. */
export async function follow(ask, said) {
  const look = async () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    try {
      if (hash.startsWith(SCENARIO)) ask({ load: hash.slice(SCENARIO.length) });
      else if (hash.startsWith(RUN)) {
        const run = await through(data64(hash.slice(RUN.length)), new DecompressionStream("deflate-raw"));
        ask({ scenario: new TextDecoder("utf-8", { fatal: true }).decode(run) });
      }
    } catch { said({ refused: "link: damaged, or cut off: copy the whole of it" }); }
  };
  addEventListener("hashchange", look);
  await look();
}
