// Is this file a MicroPython for a chip that Curfew knows? By its bytes, as tools/board/images/image.py does. Pure.
const TABLE = 0x8000, APP = 0x10000, MAGIC = 0xe9;
const CHIPS = { // by the number in the header: chip, its name in tools/site.py, where its boot loader goes
  0: ["ESP32", "esp32", 0x1000], 9: ["ESP32-S3", "s3", 0], 5: ["ESP32-C3", "c3", 0], 13: ["ESP32-C6", "c6", 0],
};

/** { chip, board, at, filesAt }: where its first byte goes, and where the files begin. Throws a key of texts.js. */
export async function read(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 24 || data[0] !== MAGIC) throw "not_image";
  const number = view.getUint16(12, true);
  if (!CHIPS[number]) throw "other_chip";
  const [chip, board, offset] = CHIPS[number];
  if (data.length <= APP - offset + 24 || data[APP - offset] !== MAGIC) throw "cut";
  if (view.getUint16(TABLE - offset, true) !== 0x50aa) throw "cut";
  if (view.getUint16(APP - offset + 12, true) !== number) throw "other_chip";
  let at = APP - offset + 24;
  for (let segment = 0; segment < data[APP - offset + 1]; segment += 1) {
    if (at + 8 > data.length) throw "cut";
    at += 8 + view.getUint32(at + 4, true);
  }
  const end = Math.floor((at + 16) / 16) * 16;
  if (!data[APP - offset + 23] || end + 32 > data.length) throw "cut";
  const app = data.subarray(APP - offset, end);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", app));
  if (digest.some((byte, index) => byte !== data[end + index])) throw "damaged";
  const words = new TextDecoder("latin1").decode(app);
  const found = words.match(/MicroPython v(\d+)\.(\d+)\.\d+\S* on \d{4}-\d\d-\d\d/);
  if (!found || +found[1] * 1000 + +found[2] < 1026) throw "not_python";
  if (!words.includes(` with ${chip.replace("-", "")}\0`)) throw "not_python";
  if (number === 0 && /with SPIRAM|SPIRAM module/.test(words)) throw "not_python"; // too slow for the safety loop
  let filesAt = 0;
  for (let row = TABLE - offset; view.getUint16(row, true) === 0x50aa; row += 32) {
    filesAt = Math.max(filesAt, view.getUint32(row + 4, true) + view.getUint32(row + 8, true));
  }
  return { chip, board, at: offset, filesAt };
}
