// The drawing: stove, pots, flames, wiring and controller as one SVG, and what a user can do with it.
// Belongs here: shapes, and what each of them looks like in a frame. Does not: the network (app.js), words (texts.js).
import { text } from "./texts.js";

const NS = "http://www.w3.org/2000/svg";
const STEP_PERCENT = 10; // of an arrow key on a knob
const LOW_PERCENT = 5; // turned further down a knob is off
const DRAG_PX = 8; // less is no turning
const PX_PER_PERCENT = 1.6;
const LET_GO_MARGIN = 1.15; // of the holding current: then the hand may go
// Segments of a digit, a to g, as points of a cell of 26 by 46.
const SEGMENTS = ["3,1 23,1 20,5 6,5", "25,3 25,22 22,20 22,7", "25,24 25,43 22,39 22,26", "3,45 23,45 20,41 6,41",
  "1,24 1,43 4,39 4,26", "1,3 1,22 4,20 4,7", "4,23 7,20.7 19,20.7 22,23 19,25.3 7,25.3"];

const el = (tag, attributes = {}, ...inside) => {
  const one = document.createElementNS(NS, tag);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...inside);
  return one;
};
const put = (one, key, value) => { // touches the document only when something is new
  const kept = one.kept || (one.kept = {});
  if (kept[key] !== value) { kept[key] = value; key === "text" ? (one.textContent = value)
    : one.setAttribute(key, value); }
};
const mix = (from, to, part) => from.map((value, at) => Math.round(value +
  (to[at] - value) * Math.min(1, Math.max(0, part))));
const rgb = (color) => `rgb(${color.join(",")})`;

/**
 * Draw a stove of so many burners into `place`. ask(message) sends what a hand does; chosen(burner) tells which it
 * touches. narrow: the controller below the stove instead of beside it.
 */
export function draw(place, burners, ask, chosen, narrow, display) {
  const wide = Math.max(250 * burners + (narrow ? 50 : 348), 310);
  const svg = el("svg", { viewBox: `0 0 ${wide} ${narrow ? 950 : 610}`, role: "group", "aria-label": text("stove") });
  svg.innerHTML = DEFS;
  const right = 250 * burners + 20;
  svg.append(
    el("rect", { width: wide, height: 610, fill: "url(#wall)" }), tiles(wide),
    el("rect", { x: 0, y: 404, width: wide, height: 546, fill: "var(--card)" }),
    el("line", { x1: 0, x2: wide, y1: 404, y2: 404, stroke: "var(--line)" }),
    el("rect", { x: 20, y: 246, width: right - 20, height: 18, rx: 5, fill: "url(#slab)" }),
    el("rect", { x: 20, y: 246, width: right - 20, height: 3, rx: 1.5, fill: "#fff", opacity: .25 }),
    el("path", { d: `M28 264H${right - 8}V388a10 10 0 0 1-10 10H38a10 10 0 0 1-10-10z`, fill: "url(#panel)" }),
    el("rect", { x: 28, y: 264, width: right - 36, height: 7, fill: "#000", opacity: .13 }),
  );
  const parts = [];
  for (let index = 0; index < burners; index += 1) parts.push(burner(svg, index, 145 + 250 * index, ask, chosen));
  const box = narrow ? panel(svg, (wide - 262) / 2, 616, burners, ask, chosen, display)
    : panel(svg, right + 40, 66, burners, ask, chosen, display);
  if (!narrow) legend(svg, right + 44);
  place.replaceChildren(svg);
  return {
    svg,
    /** Bring everything in line with a frame; still: the clock stands, nothing moves. */
    show(frame, plant, still) {
      svg.classList.toggle("still", still);
      frame.burners.forEach((now, index) => parts[index] && parts[index](now, plant));
      box(frame);
    },
  };
}

const DEFS = `<defs>
  <linearGradient id="wall" x2="0" y2="1"><stop stop-color="var(--wall)"/><stop offset="1" stop-color="var(--wall-2)"/>
    </linearGradient>
  <linearGradient id="slab" x2="0" y2="1"><stop stop-color="#4b5058"/><stop offset="1" stop-color="var(--glass)"/>
    </linearGradient>
  <linearGradient id="panel" x2="0" y2="1"><stop stop-color="var(--panel)"/>
    <stop offset="1" stop-color="var(--panel-2)"/></linearGradient>
  <linearGradient id="steel" x2="1" y2="0"><stop stop-color="var(--steel-2)"/>
    <stop offset=".25" stop-color="var(--steel-3)"/><stop offset=".6" stop-color="var(--steel)"/>
    <stop offset="1" stop-color="var(--steel-2)"/></linearGradient>
  <linearGradient id="pane" x2="1" y2="0"><stop stop-color="#fff" stop-opacity=".28"/>
    <stop offset=".2" stop-color="#fff" stop-opacity=".06"/><stop offset=".85" stop-color="#fff" stop-opacity=".04"/>
    <stop offset="1" stop-color="#fff" stop-opacity=".22"/></linearGradient>
  <linearGradient id="water" x2="0" y2="1"><stop stop-color="#9ed3ea" stop-opacity=".85"/>
    <stop offset="1" stop-color="#4a9cc4" stop-opacity=".9"/></linearGradient>
  <linearGradient id="flame" x1="0" y1="1" x2="0" y2="0"><stop stop-color="#1f6dff"/>
    <stop offset=".55" stop-color="#52b4ff" stop-opacity=".92"/>
    <stop offset="1" stop-color="#bfe6ff" stop-opacity=".25"/></linearGradient>
  <linearGradient id="core" x1="0" y1="1" x2="0" y2="0"><stop stop-color="#d8f2ff" stop-opacity=".9"/>
    <stop offset="1" stop-color="#7fc4ff" stop-opacity="0"/></linearGradient>
  <radialGradient id="glow"><stop stop-color="#5db0ff" stop-opacity=".5"/>
    <stop offset="1" stop-color="#5db0ff" stop-opacity="0"/></radialGradient>
  <radialGradient id="knob" cx=".38" cy=".3"><stop stop-color="#6a7079"/><stop offset=".55" stop-color="var(--knob)"/>
    <stop offset="1" stop-color="#0b0c0e"/></radialGradient>
  <linearGradient id="case" x2="0" y2="1"><stop stop-color="var(--box)"/><stop offset="1" stop-color="var(--box-2)"/>
    </linearGradient>
  <filter id="blur" x="-1" y="-1" width="3" height="3"><feGaussianBlur stdDeviation="7"/></filter>
  <filter id="drop" x="-.3" y="-.3" width="1.6" height="1.7">
    <feDropShadow dy="3" stdDeviation="3" flood-opacity=".35"/></filter>
</defs>`;

function tiles(wide) {
  const lines = [];
  for (let y = 30; y < 250; y += 54) lines.push(`M0 ${y}H${wide}`);
  for (let x = 36; x < wide; x += 72) lines.push(`M${x} 0V246`);
  return el("path", { d: lines.join(""), stroke: "#000", "stroke-opacity": .055, "stroke-width": 2, fill: "none" });
}

function burner(svg, index, x, ask, chosen) {
  const at = (y, dx = 0) => `translate(${x + dx} ${y})`;
  const group = el("g", { class: "burner" });
  group.addEventListener("pointerdown", () => chosen(index), true);
  // pot: a glass one, so that one sees the water
  const pot = el("g", { transform: at(103), class: "pot" });
  const water = el("rect", { x: -75, width: 150, rx: 4, fill: "url(#water)" });
  const surface = el("ellipse", { rx: 75, ry: 4, fill: "#d5eef8", opacity: .8 });
  const scorch = el("rect", { x: -76, y: 84, width: 152, height: 22, rx: 8, fill: "#1a0d06", opacity: 0 });
  const heat = el("rect", { x: -78, y: 98, width: 156, height: 9, rx: 4, fill: "#ff5a1f", opacity: 0,
    filter: "url(#blur)" });
  const steam = [-42, -8, 28].map((dx, n) => el("path", { class: "steam",
    d: `M${dx} 0c-16-14 16-24 2-42c-10-14 8-20 2-30`, stroke: "#fff", "stroke-width": 11, "stroke-linecap": "round",
    fill: "none", style: `animation-delay:${n * -.9}s`, filter: "url(#blur)" }));
  const smoke = [-30, 20].map((dx, n) => el("path", { class: "smoke",
    d: `M${dx} 60c-22-26 20-40 2-66c-12-18 10-30 2-44`, stroke: "#333", "stroke-width": 17, "stroke-linecap": "round",
    fill: "none", style: `animation-delay:${n * -1.6}s`, filter: "url(#blur)" }));
  const bubbles = [-58, -40, -22, -6, 10, 27, 44, 60].map((dx, n) =>
    el("circle", { class: "bubble", cx: dx, cy: 96, r: 2 + n % 3, fill: "#fff",
    style: `animation-delay:${n * -.27}s` }));
  pot.append(...smoke, ...steam,
    el("path", { d: "M-80 6h-22a7 7 0 0 0 0 14h20M80 6h22a7 7 0 0 1 0 14h-20", stroke: "url(#steel)", "stroke-width": 7,
      fill: "none", "stroke-linecap": "round" }),
    water, surface, ...bubbles, scorch, heat,
    el("path", { d: "M-80 0H80V96a12 12 0 0 1-12 12H-68a-12 12 0 0 1-12-12z", fill: "url(#pane)",
      stroke: "var(--steel-2)", "stroke-width": 2 }),
    el("rect", { x: -86, y: -4, width: 172, height: 7, rx: 3.5, fill: "url(#steel)" }));
  const temperature = el("text", { x: 0, y: 62, "text-anchor": "middle", class: "value",
    style: "fill:#fff;paint-order:stroke;stroke:#0006;stroke-width:3px" });
  const fill = el("g", { class: "touch", role: "button", tabindex: 0, "aria-label": text("fill"),
    transform: "translate(0 36)" },
    el("rect", { class: "ring", x: -48, y: -15, width: 96, height: 26, rx: 13, fill: "#0009" }),
    el("text", { y: 3, "text-anchor": "middle", style: "font-size:12px;fill:#fff" }, text("fill")));
  press(fill, () => ask({ fill: index }));
  pot.append(temperature, fill);
  // flames under it
  const fire = el("g", { class: "fire", transform: at(242) });
  fire.append(el("ellipse", { cy: -14, rx: 105, ry: 34, fill: "url(#glow)" }));
  const flickers = el("g");
  for (let n = -5; n <= 5; n += 1) {
    const dx = n * 12.6, high = 37 - Math.abs(n) * 1.9, lean = n * 1.7;
    /** A part of the flame: half as wide at its foot, leaning to top, so tall. */
    const lick = (foot, bulge, top, tall) => `M${dx - foot} 0C${dx - bulge} ${-tall * .45} ${top - 2} ${-tall * .6} ` +
      `${top} ${-tall}C${top + 2} ${-tall * .6} ${dx + bulge} ${-tall * .45} ${dx + foot} 0Z`;
    const delay_s = (n * 137 % 100) / -160, lasts_s = .34 + ((n + 5) * 53 % 17) / 100;
    flickers.append(el(
      "g", { class: "flicker", style: `animation-delay:${delay_s}s;animation-duration:${lasts_s}s` },
      el("path", { d: lick(6, 9, dx + lean, high), fill: "url(#flame)" }),
      el("path", { d: lick(3, 4, dx + lean * .5, high * .55), fill: "url(#core)" }),
    ));
  }
  fire.append(flickers);
  const spark = el("g", { class: "spark", transform: at(232, -78) },
    el("path", { d: "M0 0l7-7-2 7 8-2-9 9 1-6z", fill: "#eaf6ff", stroke: "#8fd0ff" }),
    el("circle", { cx: 4, r: 13, fill: "#9fd8ff", opacity: .5, filter: "url(#blur)" }));
  const tip = el("rect", { x: x + 84, y: 216, width: 7, height: 32, rx: 3.5, fill: "#777" });
  const hot = el("circle", { cx: x + 87, cy: 219, r: 9, fill: "#ff7a2a", opacity: 0, filter: "url(#blur)" });
  group.append(
    el("path", { d: `M${x - 100} 246v-22a7 7 0 0 1 7-7h14M${x + 100} 246v-22a7 7 0 0 0-7-7h-14M${x - 90} 215H${x + 90}`,
      stroke: "var(--grate)", "stroke-width": 7, fill: "none", "stroke-linejoin": "round" }),
    fire, hot, tip,
    el("path", { d: `M${x - 74} 246v-5a8 4 0 0 1 8-4h132a8 4 0 0 1 8 4v5z`, fill: "var(--grate)" }),
      el("path", { d: `M${x - 66} 239h132`, stroke: "#3d4148", "stroke-width": 2, "stroke-dasharray": "3 6" }),
    el("path", { d: `M${x - 82} 246v-12`, stroke: "#d9d9d9", "stroke-width": 4 }), spark, pot);
  // knob
  const knob = el("g", { class: "touch knob", tabindex: 0, role: "slider", "aria-valuemin": 0, "aria-valuemax": 100,
    transform: at(330), "data-knob": index });
  const cap = el("g");
  const needle = el("g", { class: "needle" }, el("rect", { x: -4.5, y: -31, width: 9, height: 26, rx: 4,
    fill: "#f4f1ea" }));
  cap.append(el("circle", { class: "ring", r: 35, fill: "url(#knob)", stroke: "#0008", "stroke-width": 1.5 }),
    el("circle", { r: 35, fill: "none", stroke: "#fff", "stroke-opacity": .12 }), needle);
  const ticks = el("path", { d: [0, 45, 90, 135, 180, 225, 270].map((turn) =>
    { const r = (turn - 90) * Math.PI / 180;
    return `M${43 * Math.cos(r)} ${43 * Math.sin(r)}L${48 * Math.cos(r)} ${48 * Math.sin(r)}`; }).join(""),
    stroke: "#0007", "stroke-width": 2 });
  knob.append(el("ellipse", { cy: 6, rx: 36, ry: 35, fill: "#000", opacity: .25 }), ticks, cap,
    el("text", { y: -53, "text-anchor": "middle", style: "font-size:11px;fill:#0009" }, "●"),
      el("text", { x: -62, y: 5, style: "font-size:17px" }, ""),
    el("path", { transform: "translate(60 2) scale(.55)", d: "M0 12C-12 4-8-8 0-20C8-8 12 4 0 12z", fill: "#0007" }));
  const hint = el("text", { x: x - 8, y: 391, "text-anchor": "middle", class: "hint", style: "fill:var(--hint)" });
  group.append(knob, hint);
  knobByHand(knob, index, ask, chosen);
  // the loop
  const loop = el("g", { transform: at(410) });
  const L = -100, T = 26, B = 158; // left side, top and bottom of the loop
  const out = `M87-164V${T}`;
  const lever = el("g", { class: "lever" }, el("line", { x2: 38, stroke: "var(--copper)", "stroke-width": 5,
    "stroke-linecap": "round" }));
  const contactGlow = el("circle", { r: 13, cx: 18, fill: "var(--bad)", opacity: 0, filter: "url(#blur)" });
  const weld = el("path", { d: "M30-9l10 8-3-9 9 5-7-10", fill: "none", stroke: "#ffb020", "stroke-width": 3,
    opacity: 0 });
  const flow = el("path", { class: "flow", d: `M87-160V${T}H22M-16 ${T}H${L}V${B - 34}M${L} ${B}H87V${T + 40}`,
    stroke: "var(--cur)", "stroke-width": 3.2, fill: "none", "stroke-linecap": "round" });
  const bypass = el("path", { d: `M34 ${T}v-20H-28v20`, stroke: "var(--copper)", "stroke-width": 3, fill: "none",
    opacity: 0 });
  const armature = el("g", { class: "armature" }, el("rect", { x: 26, y: -19, width: 8, height: 38, rx: 2,
    fill: "var(--steel-2)" }), el("rect", { x: 34, y: -3.5, width: 38, height: 7, fill: "var(--steel-2)" }),
    el("path", { d: "M70-9h12l5 9-5 9h-12z", fill: "var(--ink)" }));
  const pipe = `M-6 200V${B - 26}H64`;
  const gas = el("path", { class: "gasflow", d: pipe, stroke: "var(--gas)", "stroke-width": 5, fill: "none" });
  const ma = el("text", { x: -4, y: 78, "text-anchor": "middle", class: "value", style: "font-size:22px" });
  const state = el("text", { x: -4, y: 99, "text-anchor": "middle", class: "label" });
  const tcText = el("text", { x: 52, y: T - 9, class: "value", "text-anchor": "middle", style: "fill:var(--tc)" });
  const magText = el("text", { x: -64, y: T - 9, class: "value", "text-anchor": "middle", style: "fill:var(--mag)" });
  const tipText = el("text", { x: 99, y: -200, class: "value" });
  loop.append(
    el("path", { d: `${out}H34M-26 ${T}H${L}V${B - 44}M${L} ${B - 8}V${B}H40`, stroke: "var(--copper)",
      "stroke-width": 3.5, fill: "none", "stroke-linejoin": "round" }),
    el("path", { d: `M40 ${B}H87V${T}`, stroke: "var(--copper)", "stroke-width": 3.5, fill: "none",
      "stroke-dasharray": "0" }), bypass, flow,
    el("circle", { cx: 34, cy: T, r: 4.5, fill: "var(--ink)" }),
      el("circle", { cx: -26, cy: T, r: 4.5, fill: "var(--ink)" }),
    el("g", { transform: `translate(34 ${T}) scale(-1 1)` }, el("g", { transform: "scale(1.55 1)" }, contactGlow, lever,
      weld)),
    el("text", { x: 4, y: T + 24, class: "label", "text-anchor": "middle" }, text("contact")),
    el("path", { d: pipe, stroke: "var(--steel-2)", "stroke-width": 13, fill: "none", "stroke-linejoin": "round" }),
      el("path", { d: pipe, stroke: "var(--steel-3)", "stroke-width": 9, fill: "none", "stroke-linejoin": "round" }),
      gas,
    el("path", { transform: `translate(76 ${B - 22}) scale(.62)`, d: "M0 12C-12 4-8-8 0-20C8-8 12 4 0 12z",
      fill: "var(--gas)" }), el("text", { x: 8, y: 196, class: "label" }, text("gas")),
    // magnet: a coil around its core, the armature and the valve that it holds
    el("g", { transform: `translate(${L} ${B - 26})` },
      el("rect", { x: -18, y: -20, width: 36, height: 40, rx: 4, fill: "var(--wall-2)", stroke: "var(--wire)" }),
      el("path", { d: "M-18-12H18M-18-4H18M-18 4H18M-18 12H18", stroke: "var(--copper)", "stroke-width": 4 }),
        armature),
    el("text", { x: L - 18, y: B + 18, class: "label" }, text("magnet")), ma, state, tcText,
      magText, tipText);
  group.append(loop);
  svg.append(group);

  return (now, plant) => {
    const set = (one, on, name) => one.classList.toggle(name, !!on);
    set(group, now.flame, "lit");
    set(group, now.gas, "seeps");
    set(group, now.pressed && !now.flame && now.gas, "sparks");
    set(pot, now.steams, "steams");
    set(pot, now.water_c >= 99 && now.water_ml > 0 && now.flame, "boils");
    set(pot, now.water_ml <= 0 && now.water_c > 150, "dry");
    put(flickers, "transform", `scale(1 ${(.42 + .58 * now.simmer / 100).toFixed(2)})`);
    const level = 100 * now.water_ml / 1200;
    put(water, "y", 106 - level * .92);
    put(water, "height", Math.max(0, level * .92 - 2));
    put(surface, "cy", 106 - level * .92);
    put(surface, "opacity", now.water_ml > 0 ? .8 : 0);
    put(scorch, "opacity", now.water_ml > 0 ? 0 : Math.min(.9, (now.water_c - 90) / 150).toFixed(2));
    put(heat, "opacity", now.water_ml > 0 ? 0 : Math.max(0, Math.min(1, (now.water_c - 200) / 150)).toFixed(2));
    put(temperature, "text", `${now.water_c} °C`);
    put(fill, "visibility", now.water_ml < 600 ? "visible" : "hidden");
    const part = (now.tip_c - 25) / 575;
    put(tip, "fill", rgb(part < .6 ? mix([125, 128, 133], [190, 70, 30], part / .6)
      : mix([190, 70, 30], [255, 170, 70], (part - .6) / .4)));
    put(hot, "opacity", Math.max(0, part - .35).toFixed(2));
    put(tipText, "text", `${Math.round(now.tip_c)} °C`);
    put(needle, "transform", `rotate(${now.knob ? 90 + (100 - now.simmer) * 1.35 : 0})`);
    put(cap, "transform", now.pressed ? "translate(0 3) scale(.93)" : "");
    put(knob, "aria-valuenow", now.knob ? now.simmer : 0);
    put(knob, "aria-valuetext", now.knob ? `${now.simmer} %` : text("knob_off"));
    put(knob, "aria-label", `${text("knob")} ${index + 1}`);
    const held = now.ma >= plant.magnet_hold_ma * LET_GO_MARGIN;
    put(hint, "text", now.pressed ? text(held && now.may_release ? "let_go" : now.flame ? "keep_holding" : "sparking")
      : now.gas ? text("turn_or_off") : text("push_and_hold"));
    set(group, now.ma > 1, "flows");
    put(flow, "style", `--flow:${Math.max(.25, 70 / Math.max(now.ma, 10)).toFixed(1)}s`);
    put(lever, "transform", now.closed ? "rotate(0)" : "rotate(-27)");
    put(contactGlow, "opacity", now.closed && !now.coil ? .6 : 0);
    put(weld, "opacity", now.welded ? 1 : 0);
    put(bypass, "opacity", now.bypass ? 1 : 0);
    put(armature, "transform", now.held ? "translate(-7 0)" : "translate(11 0)");
    put(ma, "text", `${Math.round(now.ma)} mA`);
    const strength = now.ma >= plant.magnet_hold_ma ? "good" : now.ma >= plant.magnet_drop_ma ? "accent" : "soft";
    put(ma, "style", `font-size:22px;fill:var(--${strength})`);
    put(state, "text", now.stuck_open ? text("stuck_open") : now.welded && !now.coil ? text("welded")
      : now.mohm === null ? text("is_open") : `${now.mohm} mΩ`);
    put(tcText, "text", `${(now.tc_uv / 1000).toFixed(1)} mV`);
    put(magText, "text", `${(now.magnet_uv / 1000).toFixed(1)} mV`);
  };
}

function press(one, act) {
  one.addEventListener("click", act);
  one.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault();
    event.stopPropagation(); act(); } });
}

function knobByHand(knob, index, ask, chosen) {
  let now = { knob: false, gas: false, simmer: 100 };
  let begun = null; // {y, x, simmer, turned} while a lit knob is held by a pointer
  let pushed = false;
  knob.look = (burner) => { now = burner; };
  const push = () => { if (!pushed) { pushed = true; chosen(index); ask({ knob: index, down: true }); } };
  const release = () => { if (pushed) { pushed = false; ask({ knob: index, down: false }); } };
  const turn = (percent) => {
    if (percent < LOW_PERCENT) ask({ do: "knob_off", burner: index });
    else ask({ do: "simmer", burner: index, percent: Math.min(100, Math.round(percent)) });
  };
  knob.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    knob.focus({ preventScroll: true });
    knob.setPointerCapture(event.pointerId);
    if (now.knob && now.gas) begun = { x: event.clientX, y: event.clientY, simmer: now.simmer, turned: false };
    else push();
  });
  knob.addEventListener("pointermove", (event) => {
    if (!begun) return;
    const way = (event.clientX - begun.x) - (event.clientY - begun.y);
    if (!begun.turned && Math.abs(way) < DRAG_PX) return;
    begun.turned = true;
    const percent = Math.round(begun.simmer + way / PX_PER_PERCENT);
    if (percent !== begun.last) { begun.last = percent; if (percent >= LOW_PERCENT) turn(percent); }
  });
  const up = () => {
    release();
    if (begun && (!begun.turned || begun.last < LOW_PERCENT)) ask({ do: "knob_off", burner: index });
    begun = null;
  };
  for (const name of ["pointerup", "pointercancel"]) knob.addEventListener(name, up);
  knob.addEventListener("blur", release);
  knob.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "Enter" || key === " ") push();
    else if (key === "ArrowUp" || key === "ArrowRight") { if (now.knob) turn(Math.min(100, now.simmer + STEP_PERCENT));
      }
    else if (key === "ArrowDown" || key === "ArrowLeft") { if (now.knob) turn(
      Math.max(LOW_PERCENT, now.simmer - STEP_PERCENT)); }
    else if (key === "Home" || key === "Escape" || key === "0") ask({ do: "knob_off", burner: index });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  knob.addEventListener("keyup", (event) => { if (event.key === "Enter" || event.key === " ") release(); });
}

function panel(svg, x, y, burners, ask, chosen, display) {
  const box = el("g", { transform: `translate(${x} ${y})`, filter: "url(#drop)" });
  box.append(el("rect", { width: 262, height: 304, rx: 20, fill: "url(#case)" }),
    el("rect", { x: 1.5, y: 1.5, width: 259, height: 301, rx: 19, fill: "none", stroke: "#fff", "stroke-opacity": .1 }),
    el("text", { x: 24, y: 32, style: "font-size:13px;letter-spacing:.18em;fill:#c9cdd3" }, "CURFEW"));
  const screen = el("g", { class: "screen", visibility: display ? "visible" : "hidden" });
  screen.append(el("rect", { x: 22, y: 44, width: 218, height: 84, rx: 10, fill: "#0b0c0d" }));
  const digits = [0, 1, 2, 3].map((n) => {
    const cell = el("g", { transform: `translate(${42 + n * 44 + (n > 1 ? 16 : 0)} 57) scale(1.08 1.24) skewX(-5)` });
    const parts = SEGMENTS.map((points) => el("polygon", { points, fill: "#ff4b33" }));
    cell.append(...parts);
    screen.append(cell);
    return parts;
  });
  const colon = el("g", { fill: "#ff4b33" }, el("circle", { cx: 133, cy: 76, r: 4 }),
    el("circle", { cx: 131, cy: 98, r: 4 }));
  screen.append(colon);
  box.append(screen);
  const grill = el("g", { transform: "translate(212 27)" });
  for (let n = 0; n < 12; n += 1) grill.append(el("circle", { cx: (n % 6) * 6, cy: Math.floor(n / 6) * 6 - 6, r: 1.6,
    fill: "#000" }));
  const waves = el("g", { class: "waves", transform: "translate(262 24)" });
  for (const r of [10, 18, 26]) waves.append(el("path", { d: `M${r * .7}-${r * .7}A${r} ${r} 0 0 1 ${r * .7} ${r * .7}`,
    fill: "none", stroke: "var(--accent)", "stroke-width": 3, "stroke-linecap": "round" }));
  box.append(grill, waves);
  const across = 262 / burners;
  const rows = Array.from({ length: burners }, (_, index) => {
    const cx = across * (index + .5);
    const glow = el("circle", { cx, cy: 166, r: 20, filter: "url(#blur)", opacity: 0 });
    const lamp = el("circle", { cx, cy: 166, r: 11, stroke: "#000", "stroke-opacity": .5 });
    const button = el("g", { class: "touch", tabindex: 0, role: "button", transform: `translate(${cx} 228)`,
      "data-button": index, "aria-label": `${text("button")} ${index + 1}` });
    const cap = el("circle", { class: "ring", r: Math.min(30, across / 2 - 8), fill: "url(#steel)", stroke: "#0009",
      "stroke-width": 2 });
    button.append(el("circle", { r: Math.min(34, across / 2 - 4), fill: "#0006" }), cap,
      el("text", { y: 6, "text-anchor": "middle", style: "font-size:17px;font-weight:700;fill:#222b" },
      String(index + 1)));
    const said = el("text", { x: cx, y: 286, "text-anchor": "middle", style: "font-size:12px;fill:#e8eaed" });
    buttonByHand(button, index, ask, chosen);
    box.append(glow, lamp, button, said);
    return { glow, lamp, cap, said };
  });
  const off = el("text", { x: 131, y: 90, "text-anchor": "middle", style: "font-size:14px;fill:#777" });
  box.append(off);
  svg.append(box, el("text", { x: x + 131, y: y + 326, "text-anchor": "middle", class: "label",
    style: "fill:var(--soft)" }, text("button_hint")));
  return (frame) => {
    const lit = frame.digits;
    digits.forEach((parts, n) => parts.forEach((one, segment) =>
      put(one, "opacity", lit >>> (8 * n + segment) & 1 ? 1 : .07)));
    put(colon, "opacity", lit >>> 15 & 1 ? 1 : .07);
    put(off, "text", frame.powered ? "" : text("no_power"));
    box.classList.toggle("sounds", frame.tone > 0);
    frame.burners.forEach((now, index) => {
      const row = rows[index];
      if (!row) return;
      const color = [now.pixel >> 16 & 255, now.pixel >> 8 & 255, now.pixel & 255];
      const most = Math.max(...color);
      const seen = most ? color.map((part) => Math.round(part * 255 / most)) : [38, 40, 44];
      put(row.lamp, "fill", rgb(seen));
      put(row.glow, "fill", rgb(seen));
      put(row.glow, "opacity", most ? Math.min(.95, .35 + most / 140).toFixed(2) : 0);
      put(row.cap, "transform", now.button ? "translate(0 2) scale(.92)" : "");
      put(row.said, "text", frame.running ? now.fault ? text("fault." + now.fault) : text("state." + now.state)
        : text("starting"));
      put(row.said, "style", `font-size:${now.fault ? 11 : 12.5}px;fill:${now.fault ? "#ff8d80" : "#e8eaed"}`);
    });
  };
}

function legend(svg, x) {
  const list = el("g", { transform: `translate(${x} 436)` });
  [["var(--tc)", "tc_side"], ["var(--mag)", "magnet_side"], ["var(--cur)", "current"]].forEach(([color, word], n) =>
    list.append(el("rect", { y: n * 24 - 9, width: 18, height: 10, rx: 3, fill: color }),
      el("text", { x: 26, y: n * 24, class: "label" }, text(word))));
  text("loop_about").split("\n").forEach((line, n) => list.append(
    el("text", { y: 92 + n * 19, class: "label" }, line)));
  svg.append(list);
}

function buttonByHand(button, index, ask, chosen) {
  let down = false;
  const go = (to) => { if (down !== to) { down = to; if (to) chosen(index); ask({ button: index, down: to }); } };
  button.addEventListener("pointerdown", (event) => { if (!event.button) { event.preventDefault();
    button.focus({ preventScroll: true }); button.setPointerCapture(event.pointerId); go(true); } });
  for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, () => go(false));
  button.addEventListener("blur", () => go(false));
  button.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") {
    event.preventDefault(); event.stopPropagation(); go(true); } });
  button.addEventListener("keyup", (event) => { if (event.key === "Enter" || event.key === " ") go(false); });
}
