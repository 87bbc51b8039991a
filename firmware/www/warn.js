// What an open page does at the warning: a red icon, two tones, a vibration.
import { $ } from "./dom.js";

const TONE_HZ = 880, TONE_S = .2, AT_S = [0, .35];
let sound = null; // browsers allow it, and a vibration, only after a touch
let warned = false;

addEventListener("pointerdown", () => { sound = sound || new AudioContext(); }, { once: true });

/** Call it with every status: it acts where a warning begins or ends. */
export function warn(late) {
  if (late === warned) return;
  warned = late;
  $("icon").href = $("icon").href.replace(/fill='%23\w+'/, "fill='%23" + (late ? "c62828" : "d97a1e") + "'");
  if (!late || !sound) return;
  if (navigator.vibrate) navigator.vibrate([300, 150, 300]);
  for (const at of AT_S) {
    const tone = sound.createOscillator();
    tone.frequency.value = TONE_HZ;
    tone.connect(sound.destination);
    tone.start(sound.currentTime + at);
    tone.stop(sound.currentTime + at + TONE_S);
  }
}
