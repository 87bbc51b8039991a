// Live strips of one burner on a canvas: temperature, both millivolt channels, contact, magnet current, states.
// Belongs here: axes and lines. Does not: where samples come from (app.js).
import { COLORS } from "./catalog.js";
import { text } from "./texts.js";

const KEPT = 2400; // samples
const WINDOW_S = 90; // of real time: a faster stove shows more of its own
const GAP_PX = 10;
const LEFT_PX = 96;
const dark = matchMedia("(prefers-color-scheme: dark)");
// Of a sample: tip_c, tc_uv, magnet_uv, mohm, ma, state.
const [TIP, TC, MAGNET, MOHM, MA, STATE] = [0, 1, 2, 3, 4, 5];

export class Strips {
  constructor(canvas) {
    this.canvas = canvas;
    this.samples = []; // [t_ms, [of burner 0], [of burner 1] ...]
    this.burner = 0;
    this.plant = { magnet_hold_ma: 150, magnet_drop_ma: 80 };
    this.speed = 1;
    this.span_ms = WINDOW_S * 1000;
  }

  /** Begin anew with these samples. */
  fill(samples) { this.samples = samples.slice(-KEPT); }

  /** One sample more. */
  add(sample) {
    const last = this.samples[this.samples.length - 1];
    if (last && last[0] === sample[0]) this.samples.pop();
    this.samples.push(sample);
    if (this.samples.length > KEPT * 1.2) this.samples = this.samples.slice(-KEPT);
  }

  draw() {
    const { canvas } = this;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const wide = canvas.clientWidth, high = canvas.clientHeight;
    if (!wide) return;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(high * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const style = getComputedStyle(document.body);
    const color = (name) => style.getPropertyValue(name).trim();
    const { samples, burner } = this;
    const end_ms = samples.length ? samples[samples.length - 1][0] : 0;
    if (this.speed) this.span_ms = WINDOW_S * 1000 * this.speed;
    const from_ms = Math.max(0, end_ms - this.span_ms);
    const x = (t_ms) => LEFT_PX + (t_ms - from_ms) / this.span_ms * (wide - LEFT_PX - 8);
    let first = samples.length;
    while (first > 0 && samples[first - 1][0] >= from_ms) first -= 1;
    const seen = samples.slice(Math.max(0, first - 1)).filter((one) => one[1 + burner]);
    const rows = [
      { name: text("tip") + " °C", low: 0, high: 700, part: 1.1, lines: [[TIP, "--tc", 1]], ticks: [0, 300, 600] },
      { name: "mV", low: 0, high: 30, part: 1.3, lines: [[TC, "--tc", 1e-3], [MAGNET, "--mag", 1e-3]],
        ticks: [0, 10, 20, 30] },
      { name: text("contact_mohm"), low: 0, high: 4, part: .9, lines: [[MOHM, "--res", null]], ticks: [0, 1, 2, 3, 4],
        shown: ["1", "10", "100", "1000", "∞"] },
      { name: "mA", low: 0, high: 500, part: 1.3, lines: [[MA, "--cur", 1]], ticks: [0, 250, 500], bands: true },
      { name: text("states"), part: .42, states: true },
    ];
    const unit = (high - 22 - GAP_PX * (rows.length - 1)) / rows.reduce((sum, row) => sum + row.part, 0);
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    let top = 4;
    for (const row of rows) {
      const tall = unit * row.part;
      const y = (value) => top + tall - (value - row.low) / (row.high - row.low) * tall;
      pen.fillStyle = color("--soft");
      pen.textAlign = "left";
      pen.fillText(row.name, 0, top + tall / 2);
      pen.strokeStyle = color("--line");
      pen.lineWidth = 1;
      if (row.states) this.bands(pen, seen, x, top, tall, wide, color("--soft"));
      else {
        if (row.bands) {
          pen.fillStyle = color("--good") + "22";
          pen.fillRect(LEFT_PX, top, wide - LEFT_PX - 8, Math.max(0, y(this.plant.magnet_hold_ma) - top));
          pen.fillStyle = color("--bad") + "1f";
          pen.fillRect(LEFT_PX, y(this.plant.magnet_drop_ma), wide - LEFT_PX - 8,
            top + tall - y(this.plant.magnet_drop_ma));
          pen.fillStyle = color("--soft");
          pen.textAlign = "right";
          pen.fillText(text("holds") + " ≥ " + this.plant.magnet_hold_ma, wide - 12, y(this.plant.magnet_hold_ma) - 7);
          pen.fillText(text("drops") + " < " + this.plant.magnet_drop_ma, wide - 12, y(this.plant.magnet_drop_ma) + 8);
        }
        pen.textAlign = "right";
        row.ticks.forEach((tick, n) => {
          pen.beginPath();
          pen.moveTo(LEFT_PX, y(tick));
          pen.lineTo(wide - 8, y(tick));
          pen.stroke();
          pen.fillStyle = color("--soft");
          pen.fillText(row.shown ? row.shown[n] : String(tick), LEFT_PX - 5, y(tick));
        });
        for (const [key, name, scale] of row.lines) {
          pen.strokeStyle = color(name);
          pen.lineWidth = 1.8;
          pen.beginPath();
          let before = null;
          for (const sample of seen) {
            let value = sample[1 + burner][key];
            value = scale === null ? (value === null ? 4 : Math.min(3.6, Math.log10(Math.max(1, value))))
              : value * scale;
            const at = Math.max(LEFT_PX, x(sample[0])), level = y(Math.max(row.low, Math.min(row.high, value)));
            if (before === null) pen.moveTo(at, level);
            else {
              if (Math.abs(before - level) > tall * .12) pen.lineTo(at, before);
              pen.lineTo(at, level);
            }
            before = level;
          }
          pen.stroke();
        }
      }
      top += tall + GAP_PX;
    }
    pen.fillStyle = color("--soft");
    pen.textAlign = "center";
    for (let n = 0; n <= 4; n += 1) {
      const t_ms = from_ms + this.span_ms * n / 4;
      pen.fillText(clock(t_ms), Math.min(wide - 26, Math.max(LEFT_PX + 8, x(t_ms))), high - 7);
    }
  }

  bands(pen, seen, x, top, tall, wide, soft) {
    for (let n = 0; n < seen.length; n += 1) {
      const state = seen[n][1 + this.burner][STATE];
      let last = n;
      while (last + 1 < seen.length && seen[last + 1][1 + this.burner][STATE] === state) last += 1;
      const from = Math.max(LEFT_PX, x(seen[n][0])), to = last + 1 < seen.length ? x(seen[last + 1][0])
        : x(seen[last][0]);
      pen.fillStyle = state ? COLORS[state][dark.matches ? 1 : 0] : "#0003";
      pen.fillRect(from, top, Math.max(1, to - from), tall);
      const word = state ? text("state." + state) : "–";
      if (to - from > pen.measureText(word).width + 8) {
        pen.fillStyle = state === "IDLE" ? soft : "#fff";
        pen.textAlign = "center";
        pen.fillText(word, Math.min((from + to) / 2, wide - 20), top + tall / 2);
      }
      n = last;
    }
  }
}

/** h:mm:ss of milliseconds. */
export function clock(t_ms) {
  const s = Math.floor(t_ms / 1000);
  const two = (number) => String(number % 60).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60))}:${two(s)}`;
}
