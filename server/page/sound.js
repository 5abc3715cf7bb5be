// Microphone and loudspeaker, both in audio worklets.
const RATE_HZ = 24000;
const TONE_MS = 600;

export class Sound {
  constructor({ onFrame, onPlayed }) {
    Object.assign(this, { onFrame, onPlayed });
    this.context = null;
    this.stream = null;
    this.levels = null;
  }

  get rate() { return this.context.sampleRate; }

  /** Ready to play. */
  async open() {
    if (!this.context) {
      this.context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: 'interactive' });
      await this.context.audioWorklet.addModule('player-worklet.js');
      await this.context.audioWorklet.addModule('capture-worklet.js');
      this.player = new AudioWorkletNode(this.context, 'player', { numberOfInputs: 0, outputChannelCount: [1] });
      this.player.port.onmessage = ({ data }) => this.onPlayed({ position: data.played, sounding: !!data.sounding, cleared: !!data.cleared });
      this.player.connect(this.context.destination);
    }
    if (this.context.state === 'suspended') this.context.resume();
  }

  /** Open the microphone. Rejects with a sentence that says what to do. */
  async listen() {
    if (this.stream) return;
    if (!navigator.mediaDevices?.getUserMedia) throw new Error('This page may use the microphone only over https or on localhost; you can type instead.');
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new Error(error.name === 'NotAllowedError' ? 'The microphone was not allowed; allow it for this page, or type.'
        : 'No microphone was found; connect one, or type.');
    }
    this.source = this.context.createMediaStreamSource(this.stream);
    this.capture = new AudioWorkletNode(this.context, 'capture', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
    this.capture.port.onmessage = ({ data }) => {
      this.levels?.push(data.level);
      this.onFrame(data.pcm, data.level);
    };
    this.source.connect(this.capture);
  }

  /** Close the microphone. */
  deafen() {
    this.source?.disconnect();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.source = this.capture = null;
  }

  play(pcm) { this.player.port.postMessage({ pcm }, [pcm]); }

  clear(position) { this.player.port.postMessage({ clear: position }); }

  /** Play a tone and say by how many dB the microphone hears it above the room. */
  async echoTest() {
    await this.open();
    const wasOpen = !!this.stream;
    await this.listen();
    const room = await this.#level(TONE_MS);
    const tone = new OscillatorNode(this.context, { frequency: 880 });
    const gain = new GainNode(this.context, { gain: 0.3 });
    tone.connect(gain).connect(this.context.destination);
    tone.start();
    const loud = await this.#level(TONE_MS);
    tone.stop();
    if (!wasOpen) this.deafen();
    return 20 * Math.log10((loud + 1e-6) / (room + 1e-6));
  }

  async #level(ms) {
    this.levels = [];
    await new Promise((done) => { setTimeout(done, ms); });
    const heard = this.levels;
    this.levels = null;
    return heard.length ? Math.sqrt(heard.reduce((sum, level) => sum + level * level, 0) / heard.length) : 0;
  }
}
