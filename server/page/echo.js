// The echo self-test: a chirp is played, and found again in what the microphone hears by a matched filter.
const CHIRP_S = 0.5;
const LISTEN_S = 1.3;
const FROM_HZ = 300;
const TO_HZ = 3000;
const LOUDNESS = 0.5;
const FADE_S = 0.03;
const SIEVE_HZ = 8000;          // the rate at which it is looked for
const STANDS_OUT = 2.5;         // so many times the best match elsewhere: the chirp, and no accident
const ROOM_S = 0.08;            // the room's own answers to it come so soon
const LOUD_DB = -30;

/** A sweep from low to high, `CHIRP_S` long. */
export function chirp(rate) {
  const count = Math.round(CHIRP_S * rate);
  return Float32Array.from({ length: count }, (_, n) => {
    const t = n / rate;
    const edge = Math.min(1, t / FADE_S, (CHIRP_S - t) / FADE_S);
    return LOUDNESS * edge * Math.sin(2 * Math.PI * (FROM_HZ * t + (TO_HZ - FROM_HZ) * t * t / (2 * CHIRP_S)));
  });
}

function thinned(samples, by) {
  return Float32Array.from({ length: Math.floor(samples.length / by) }, (_, n) => {
    let sum = 0;
    for (let i = 0; i < by; i += 1) sum += samples[n * by + i];
    return sum / by;
  });
}

/** By how many dB what came back is quieter than what was played; null where nothing of it came back. */
export function leak_db(heard, sent, rate) {
  const by = Math.max(1, Math.round(rate / SIEVE_HZ));
  const [near, far] = [thinned(heard, by), thinned(sent, by)];
  const energy = far.reduce((sum, value) => sum + value * value, 0);
  const matches = [];
  for (let lag = 0; lag + far.length <= near.length; lag += 1) {
    let sum = 0;
    for (let i = 0; i < far.length; i += 1) sum += near[lag + i] * far[i];
    matches.push(Math.abs(sum) / energy);
  }
  const best = matches.reduce((most, match) => Math.max(most, match), 0);
  const at = matches.indexOf(best);
  const elsewhere = matches.reduce((most, match, lag) => (Math.abs(lag - at) * by > ROOM_S * rate ? Math.max(most, match) : most), 0);
  return best > 0 && best > STANDS_OUT * elsewhere ? 20 * Math.log10(best) : null;
}

/** Play and measure; `capture(onPcm)` gives every frame of the microphone until the function it returns is called. */
export async function measure(context, capture) {
  const sent = chirp(context.sampleRate);
  const buffer = new AudioBuffer({ length: sent.length, sampleRate: context.sampleRate });
  buffer.copyToChannel(sent, 0);
  const frames = [];
  const stop = capture((pcm) => frames.push(new Int16Array(pcm)));
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.start();
  await new Promise((done) => { setTimeout(done, LISTEN_S * 1000); });
  stop();
  const heard = new Float32Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) for (const sample of frame) heard[at++] = sample / 32768;
  return leak_db(heard, sent, context.sampleRate);
}

/** What to do about it, in a sentence. */
export function advice(db) {
  if (db === null) return 'Nothing of the chirp comes back: the shop does not hear itself.';
  const figure = `${Math.round(db)} dB`.replace('-', '−');
  return db < LOUD_DB ? `A little of the chirp comes back (${figure}); talking hands-free will do.`
    : `Much of the chirp comes back (${figure}): use headphones, turn the loudspeaker down, or push to talk.`;
}
