// The buzzer, heard: a square wave softened as a small piezo disc is.
// Belongs here: WebAudio. Does not: when there is a tone (app.js).
const VOLUME = .05;
const SHORTEST_S = .04; // a note of a fast stove would not be heard at all
const LATEST_S = .8;

export class Sound {
  constructor() { this.on = true; this.context = null; this.free_s = 0; }

  /** Browsers allow sound only after a user touched the page. */
  wake() {
    if (!this.context && window.AudioContext) this.context = new AudioContext();
    if (this.context && this.context.state === "suspended") this.context.resume();
  }

  /** Play what the buzzer did: [[Hz, ms]], 0 Hz for a pause, on a stove of that speed. */
  play(tones, speed) {
    const { context } = this;
    if (!this.on || !context || context.state !== "running" || !speed) return;
    this.free_s = Math.max(context.currentTime, this.free_s);
    for (const [hz, ms] of tones) {
      if (!hz) { if (ms < 500) this.free_s += ms / 1000 / speed; continue; }
      if (this.free_s > context.currentTime + LATEST_S) return; // a fast stove beeps more than one can hear
      const length_s = Math.max(SHORTEST_S, ms / 1000 / speed);
      const tone = context.createOscillator(), gain = context.createGain();
      tone.type = "square";
      tone.frequency.value = hz;
      gain.gain.setValueAtTime(VOLUME, this.free_s);
      gain.gain.setTargetAtTime(0, this.free_s + length_s - .012, .005);
      tone.connect(gain).connect(context.destination);
      tone.start(this.free_s);
      tone.stop(this.free_s + length_s + .03);
      this.free_s += length_s;
    }
  }
}
