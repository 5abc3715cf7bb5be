// The websocket: opened when first needed, and again when it is lost.
const RETRIES_MS = [150, 300, 700, 1500, 3000];

export class Line {
  constructor({ onMessage, onAudio, onState }) {
    Object.assign(this, { onMessage, onAudio, onState });
    this.socket = null;
    this.resume = null;
    this.played = 0;
  }

  /** Open a conversation, unless one is open. Rejects with a sentence where the server cannot be reached or refuses. */
  async open(start) {
    if (this.socket?.readyState === WebSocket.OPEN && this.ready) return;
    this.start = start;
    await this.#connect();
  }

  #connect() {
    this.onState('connecting');
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    const socket = new WebSocket(`${scheme}://${location.host}/v1/voice`, token ? [`shoptalk.bearer.${token}`] : []);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.ready = false;
    this.wanted = true;
    return new Promise((resolve, reject) => {
      socket.onopen = () => socket.send(JSON.stringify({
        type: 'start', ...this.start, ...(this.resume ? { resume: this.resume, played_samples: this.played } : {}),
      }));
      socket.onmessage = ({ data }) => {
        if (typeof data !== 'string') { this.onAudio(data); return; }
        const message = JSON.parse(data);
        if (message.type === 'ready') {
          this.ready = true;
          this.tries = 0;
          this.resume = message.resume || null;
          this.onState('ready');
          resolve();
        }
        this.onMessage(message);
      };
      socket.onclose = ({ code, reason }) => {
        if (this.socket !== socket) return;
        const wasReady = this.ready;
        this.ready = false;
        const lost = this.wanted && wasReady && (code === 1006 || code === 1001 || code === 1012);
        if (lost) { this.#again(); } else {
          this.resume = null;
          this.onState('closed', reason || (wasReady || !this.wanted ? '' : 'The shop cannot be reached; is the server running?'));
        }
        if (!wasReady) reject(new Error(reason || 'The shop cannot be reached; is the server running?'));
      };
    });
  }

  async #again() {
    this.onState('lost');
    for (const wait of RETRIES_MS) {
      await new Promise((done) => { setTimeout(done, wait * (0.75 + Math.random() / 2)); });
      try { await this.#connect(); return; } catch { this.onState('lost'); }
    }
    this.resume = null;
    this.onState('closed', 'The connection was lost; talk or type to begin again.');
  }

  send(message) {
    if (message.type === 'playback') this.played = message.played_samples;
    if (this.ready && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  sendAudio(pcm) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 1 << 18) this.socket.send(pcm);
  }

  close() {
    this.wanted = false;
    this.resume = null;
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) this.socket.close(1000);
  }
}
