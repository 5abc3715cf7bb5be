// The loudspeaker, off the page's thread: plays what comes, in order, and counts every sample that was really played.
const REPORT_MS = 50;

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.waiting = [];
    this.offset = 0;
    this.played = 0;
    this.sinceReport = 0;
    this.sounding = false;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(data) {
    if (data.pcm) {
      this.waiting.push(new Int16Array(data.pcm));
    } else if (data.clear !== undefined) {
      this.port.postMessage({ played: this.played, cleared: true });
      this.waiting = [];
      this.offset = 0;
      this.played = data.clear;
    }
  }

  process(_, outputs) {
    const out = outputs[0][0];
    let at = 0;
    while (at < out.length && this.waiting.length) {
      const chunk = this.waiting[0];
      const count = Math.min(out.length - at, chunk.length - this.offset);
      for (let i = 0; i < count; i++) out[at + i] = chunk[this.offset + i] / 32768;
      at += count;
      this.offset += count;
      if (this.offset === chunk.length) {
        this.waiting.shift();
        this.offset = 0;
      }
    }
    this.played += at;
    this.sinceReport += out.length;
    const sounding = at > 0;
    if (sounding !== this.sounding || (sounding && this.sinceReport >= sampleRate * REPORT_MS / 1000)) {
      this.port.postMessage({ played: this.played, sounding });
      this.sinceReport = 0;
      this.sounding = sounding;
    }
    return true;
  }
}

registerProcessor('player', Player);
