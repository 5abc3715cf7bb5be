// The websocket: opened when first needed, and taken up again where it broke.
const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 4000;
const GIVE_UP_MS = 120000;      // the server does not wait longer either
const BROKEN = new Set([1001, 1006, 1011, 1012]);
const MOST_UNSENT_BYTES = 1 << 18;
const UNREACHABLE = 'The shop cannot be reached; is the server running?';
const LOST = 'The connection was lost; talk or type to begin again.';
const SHUT = 'The shop lets in only those who bring a token: put #token=… at the end of the address.';

export class Line {
  /** `start()` gives the first message's keys; `onState` is told connecting, ready, lost or closed (with a sentence). */
  constructor({ start, onMessage, onAudio, onState }) {
    Object.assign(this, { start, onMessage, onAudio, onState });
    this.socket = null;
    this.ready = false;
    this.resume = null;
    this.played = 0;
    addEventListener('online', () => this.hurry?.());
  }

  /** Open a conversation, unless one is open. Rejects with a sentence where the server cannot be reached or refuses. */
  open() {
    if (this.ready) return Promise.resolve();
    this.opening ??= this.#connect().catch((error) => {
      this.onState('closed', error.message);
      throw error;
    }).finally(() => { this.opening = null; });
    return this.opening.then(() => { if (!this.ready) throw new Error(LOST); });
  }

  #connect() {
    this.onState(this.resume ? 'lost' : 'connecting');
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    const socket = new WebSocket(`${scheme}://${location.host}/v1/voice`, token ? [`shoptalk.bearer.${token}`] : []);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    return new Promise((resolve, reject) => {
      let ready = false;
      const early = [];        // what was said before the conversation was open; the reason of a refusal says it again
      socket.onopen = () => socket.send(JSON.stringify({
        type: 'start', ...this.start(), ...(this.resume ? { resume: this.resume, played_samples: this.played } : {}),
      }));
      socket.onmessage = ({ data }) => {
        if (typeof data !== 'string') { this.onAudio(data); return; }
        const message = JSON.parse(data);
        if (!ready && message.type !== 'ready') { early.push(message); return; }
        this.onMessage(message);
        if (message.type !== 'ready') return;
        ready = this.ready = true;
        this.resume = message.resume || null;
        this.onState('ready');
        early.forEach(this.onMessage);
        resolve();
      };
      socket.onclose = async ({ code, reason }) => {
        this.ready = false;
        if (!ready) reject(new Error(reason || (code === 1006 && await reachable() ? SHUT : UNREACHABLE)));
        else if (BROKEN.has(code) && this.resume) this.opening = this.#again().finally(() => { this.opening = null; });
        else { this.resume = null; this.onState('closed', reason); }
      };
    });
  }

  async #again() {
    const until = performance.now() + GIVE_UP_MS;
    for (let wait = FIRST_WAIT_MS; performance.now() < until; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      this.onState('lost');
      await new Promise((done) => {
        this.hurry = done;
        setTimeout(done, wait * (0.75 + Math.random() / 2));
      });
      try { await this.#connect(); return; } catch { /* it is told below, when there is no hope left */ }
    }
    this.resume = null;
    this.onState('closed', LOST);
  }

  /** Send a message; dropped while there is no connection. */
  send(message) {
    if (message.type === 'playback') this.played = message.played_samples;
    if (this.ready && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Send sound; dropped where the network cannot keep up, for late sound is of no use. */
  sendAudio(pcm) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < MOST_UNSENT_BYTES) this.socket.send(pcm);
  }
}

async function reachable() {
  try { return (await fetch('/health')).ok; } catch { return false; }
}
