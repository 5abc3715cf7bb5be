// Microphone and loudspeaker, both in audio worklets.
const HIGHEST_RATE_HZ = 48000;
const MICROPHONE = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export class Sound {
  /** `onFrame(pcm, level)` of the microphone; `onPlayed({played, sounding, cleared})` of the loudspeaker. */
  constructor({ onFrame, onPlayed }) {
    Object.assign(this, { onFrame, onPlayed });
    this.context = null;
    this.stream = null;
  }

  get rate() { return this.context.sampleRate; }

  /** From the page to the ear, as the device tells it. */
  get latency_s() { return (this.context.baseLatency || 0) + (this.context.outputLatency || 0); }

  /** Ready to play; call it first where a person has just acted. */
  open() {
    this.opening ??= this.#open();
    if (this.context?.state === 'suspended') this.context.resume();
    return this.opening;
  }

  async #open() {
    this.context = new AudioContext({ latencyHint: 'interactive' });
    if (this.rate > HIGHEST_RATE_HZ) this.context = new AudioContext({ latencyHint: 'interactive', sampleRate: HIGHEST_RATE_HZ });
    await Promise.all(['player-worklet.js', 'capture-worklet.js'].map((file) => this.context.audioWorklet.addModule(file)));
    this.player = new AudioWorkletNode(this.context, 'player', { numberOfInputs: 0, outputChannelCount: [1] });
    this.player.port.onmessage = ({ data }) => {
      this.player.port.postMessage({ latency_s: this.latency_s });
      this.onPlayed(data);
    };
    this.player.connect(this.context.destination);
  }

  /** Open the microphone. Rejects with a sentence that says what to do. */
  async listen() {
    if (this.stream) return;
    if (!navigator.mediaDevices?.getUserMedia) throw new Error('A microphone can be used over https or on localhost only; you can type instead.');
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    } catch (error) {
      throw new Error(error.name === 'NotAllowedError' ? 'The microphone was not allowed; allow it for this page, or type.'
        : 'No microphone was found; connect one, or type.');
    }
    this.source = this.context.createMediaStreamSource(this.stream);
    this.capture = new AudioWorkletNode(this.context, 'capture', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
    this.capture.port.onmessage = ({ data }) => this.onFrame(data.pcm, data.level);
    this.source.connect(this.capture);
  }

  /** Close the microphone. */
  deafen() {
    this.source?.disconnect();
    if (this.capture) this.capture.port.onmessage = null;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.source = this.capture = null;
  }

  play(pcm) { this.player.port.postMessage({ pcm }, [pcm]); }

  clear(position) { this.player.port.postMessage({ clear: position }); }
}
