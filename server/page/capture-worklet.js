// The microphone, off the page's thread: PCM16 frames of 20 ms, and the level of each.
const FRAME_MS = 20;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frame = new Int16Array(Math.round(sampleRate * FRAME_MS / 1000));
    this.filled = 0;
    this.power = 0;
  }

  process(inputs) {
    const channel = inputs[0]?.[0];
    if (!channel) return true;
    for (const sample of channel) {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.frame[this.filled++] = clipped < 0 ? clipped * 32768 : clipped * 32767;
      this.power += clipped * clipped;
      if (this.filled === this.frame.length) {
        const pcm = this.frame.slice();
        this.port.postMessage({ pcm: pcm.buffer, level: Math.sqrt(this.power / pcm.length) }, [pcm.buffer]);
        this.filled = 0;
        this.power = 0;
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
