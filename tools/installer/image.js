// Is this file a MicroPython for the plain ESP32? Read from its bytes, as tools/board/images/image.py does. Pure.
const OFFSET = 0x1000, TABLE = 0x8000, APP = 0x10000, MAGIC = 0xe9;

/** { at, filesAt }: where its first byte goes, and where the files begin. Throws a key of texts.js. */
export async function read(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const chip = (at) => view.getUint16(at - OFFSET + 12, true);
  if (data.length < 24 || data[0] !== MAGIC) throw "not_image";
  if (chip(OFFSET) !== 0) throw "other_chip";
  if (data.length <= APP - OFFSET + 24 || data[APP - OFFSET] !== MAGIC) throw "cut";
  if (view.getUint16(TABLE - OFFSET, true) !== 0x50aa) throw "cut";
  if (chip(APP) !== 0) throw "other_chip";
  let at = APP - OFFSET + 24;
  for (let segment = 0; segment < data[APP - OFFSET + 1]; segment += 1) {
    if (at + 8 > data.length) throw "cut";
    at += 8 + view.getUint32(at + 4, true);
  }
  const end = Math.floor((at + 16) / 16) * 16;
  if (!data[APP - OFFSET + 23] || end + 32 > data.length) throw "cut";
  const app = data.subarray(APP - OFFSET, end);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", app));
  if (digest.some((byte, index) => byte !== data[end + index])) throw "damaged";
  const words = new TextDecoder("latin1").decode(app);
  const found = words.match(/MicroPython v(\d+)\.(\d+)\.\d+\S* on \d{4}-\d\d-\d\d/);
  if (!found || +found[1] * 1000 + +found[2] < 1026) throw "not_python";
  if (!words.includes(" with ESP32\0") || /with SPIRAM|SPIRAM module/.test(words)) throw "not_python";
  let filesAt = 0;
  for (let row = TABLE - OFFSET; view.getUint16(row, true) === 0x50aa; row += 32) {
    filesAt = Math.max(filesAt, view.getUint32(row + 4, true) + view.getUint32(row + 8, true));
  }
  return { at: OFFSET, filesAt };
}
