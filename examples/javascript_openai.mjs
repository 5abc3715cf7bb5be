// Talk to a shop with the official OpenAI client; only the address is another.
//
//   npm install --prefix examples
//   node examples/javascript_openai.mjs http://127.0.0.1:8765/v1 question.wav cheaper.wav
//
// Each recording (16 kHz mono WAV) is spoken as one turn; what was heard and what the shop said is printed.

import { readFileSync } from "node:fs";
import OpenAI from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { WebSocket } from "ws";

globalThis.WebSocket ??= WebSocket; // browsers and newer nodes have one
const RATE = 24_000; // the protocol's PCM16

function read(path) {
  const file = readFileSync(path);
  const from = file.readUInt32LE(24);
  const data = file.indexOf("data") + 8;
  const pcm = new Int16Array(file.buffer.slice(file.byteOffset + data, file.byteOffset + data + file.readUInt32LE(data - 4)));
  const sound = new Int16Array(Math.floor((pcm.length * RATE) / from) + 2 * RATE); // two seconds of quiet end the turn
  for (let i = 0; i < sound.length; i++) {
    const at = (i * from) / RATE;
    const low = Math.floor(at);
    const [a, b] = [pcm[low] ?? 0, pcm[low + 1] ?? 0];
    sound[i] = a + (b - a) * (at - low);
  }
  return Buffer.from(sound.buffer);
}

const [address, ...recordings] = process.argv.slice(2);
const client = new OpenAI({ baseURL: address, apiKey: process.env.SHOPTALK_TOKEN ?? "none" });
const line = new OpenAIRealtimeWebSocket(
  // The client always asks for TLS; a server on this machine may do without.
  { model: "shoptalk", onURL: (url) => { if (address.startsWith("http:")) url.protocol = "ws:"; } },
  client,
);
let turn = 0, played = 0, spoken;

function speak() {
  const sound = read(recordings[turn++]);
  for (let at = 0; at < sound.length; at += RATE / 5) {
    line.send({ type: "input_audio_buffer.append", audio: sound.subarray(at, at + RATE / 5).toString("base64") });
  }
}

line.on("error", (error) => { console.error(`error: ${error.message}`); process.exitCode = 1; });
line.on("session.created", speak);
line.on("conversation.item.input_audio_transcription.completed", (event) => console.log(`you:  ${event.transcript}`));
line.on("response.output_audio.delta", (event) => { played += Buffer.from(event.delta, "base64").length / 2; });
line.on("response.output_audio_transcript.done", (event) => { console.log(`shop: ${event.transcript}`); spoken = event.item_id; });
line.on("response.done", () => {
  // A loudspeaker would still be playing; here all of it counts as heard at once.
  const heard = { item_id: spoken, content_index: 0, audio_end_ms: Math.floor((played * 1000) / RATE) };
  line.send({ type: "conversation.item.truncate", ...heard });
  played = 0;
  if (turn < recordings.length) speak();
  else line.close();
});
