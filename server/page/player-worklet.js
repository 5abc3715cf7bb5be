// The loudspeaker, off the page's thread: plays what comes, in order, and knows every sample that reached the ear.
//
// Jitter: playing begins once a small cushion has come, and the cushion grows when the sound ran dry inside a reply.
// Exactness: a sample counts as heard only when the device's own delay has passed. Clicks: sound that breaks off fades.
const REPORT_MS = 40;
const CUSHION_MS = 40;
const CUSHION_STEP_MS = 40;
const CUSHION_MOST_MS = 240;
const DRY_WITHIN_MS = 400;      // sound that comes so soon after the last ran out was late, and is no new reply
const FADE = 0.97;              // a sample, after sound that broke off
const RISE = 1 / 64;            // a sample, before sound that goes on
const RUNS_KEPT = 16;

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.waiting = [];          // chunks not played yet
    this.offset = 0;            // how far into the first of them
    this.buffered = 0;
    this.position = 0;          // in the stream, of the next sample to play
    this.runs = [];             // what was played without a break: { frame, position, count }
    this.latency = 0;           // frames between this thread and the ear
    this.cushion = this.frames(CUSHION_MS);
    this.playing = false;
    this.since = 0;             // when the first waiting sample came
    this.dryAt = -1;
    this.gain = 0;
    this.last = 0;
    this.reported = -1;
    this.reportAt = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  frames(ms) { return Math.round(sampleRate * ms / 1000); }

  take({ pcm, clear, latency_s }) {
    if (latency_s !== undefined) this.latency = Math.round(latency_s * sampleRate);
    if (pcm) {
      if (!this.buffered) {
        this.since = currentFrame;
        if (!this.playing && this.dryAt >= 0 && currentFrame - this.dryAt < this.frames(DRY_WITHIN_MS)) {
          this.cushion = Math.min(this.cushion + this.frames(CUSHION_STEP_MS), this.frames(CUSHION_MOST_MS));
        }
      }
      this.waiting.push(new Int16Array(pcm));
      this.buffered += pcm.byteLength / 2;
    }
    if (clear !== undefined) {
      this.port.postMessage({ played: this.position, cleared: clear });   // what the device still holds will be heard
      Object.assign(this, { waiting: [], offset: 0, buffered: 0, runs: [], position: clear, playing: false, dryAt: -1, reported: clear });
    }
  }

  heard() {
    for (let at = this.runs.length - 1; at >= 0; at -= 1) {
      const { frame, position, count } = this.runs[at];
      const passed = currentFrame - this.latency - frame;
      if (passed >= 0) return position + Math.min(passed, count);
    }
    return this.runs.length ? this.runs[0].position : this.position;
  }

  process(_, outputs) {
    const out = outputs[0][0];
    if (!this.playing && this.buffered && (this.buffered >= this.cushion || currentFrame - this.since >= this.cushion)) {
      this.playing = true;
      this.runs.push({ frame: currentFrame, position: this.position, count: 0 });
      if (this.runs.length > RUNS_KEPT) this.runs.shift();
    }
    let at = 0;
    if (this.playing) {
      while (at < out.length && this.waiting.length) {
        const chunk = this.waiting[0];
        const count = Math.min(out.length - at, chunk.length - this.offset);
        for (let i = 0; i < count; i += 1) {
          this.gain = Math.min(1, this.gain + RISE);
          out[at + i] = this.gain * chunk[this.offset + i] / 32768;
        }
        at += count;
        this.offset += count;
        if (this.offset === chunk.length) {
          this.waiting.shift();
          this.offset = 0;
        }
      }
      if (at) this.last = out[at - 1];
      this.buffered -= at;
      this.position += at;
      this.runs[this.runs.length - 1].count += at;
      if (at < out.length) {
        this.playing = false;
        this.dryAt = currentFrame;
      }
    }
    if (at < out.length) {
      this.gain = 0;
      for (; at < out.length; at += 1) out[at] = this.last *= FADE;
      if (Math.abs(this.last) < 1e-5) this.last = 0;
    }
    const heard = this.heard();
    if (heard !== this.reported && (currentFrame >= this.reportAt || heard === this.position)) {
      this.port.postMessage({ played: heard, sounding: heard < this.position || this.playing });
      this.reported = heard;
      this.reportAt = currentFrame + this.frames(REPORT_MS);
    }
    return true;
  }
}

registerProcessor('player', Player);
