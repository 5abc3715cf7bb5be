// The page's conversation: what the server says becomes words, chips, cards and sound.
import { advice, measure } from './echo.js';
import { Line } from './line.js';
import { Log } from './log.js';
import { Sound } from './sound.js';
import { pointAt, showItems, showWishes } from './table.js';
import { showTurns } from './timings.js';

const $ = (id) => document.getElementById(id);
const TURNS_KEPT = 5;
const LEAD_MS = 500;            // how far ahead of the ear a reply may be sent
const METER_DB = 55;            // what the level meter spans, up to full scale
const TAIL_MS = 150;            // what is still on its way from the microphone when the button is let go

const sound = new Sound({ onFrame: fromMicrophone, onPlayed: playedTo });
const line = new Line({ start, onMessage: take, onAudio: (pcm) => sound.play(pcm), onState: showLine });
const log = new Log($('log'));

let drawings = {};
let turns = [];                 // the last turns' timings, newest first
let open = false;               // the microphone's sound goes to the shop
let held = false;               // the button or the key of push to talk
let hearing = false;
let sounding = false;
let onEcho = null;              // the echo test takes the microphone's frames

// --- connecting ---------------------------------------------------------------------------------------------------

function start() {
  return {
    sample_rate: sound.rate, output_sample_rate: sound.rate, lead_ms: Math.round(LEAD_MS + 1000 * sound.latency_s),
    output: $('aloud').checked ? 'audio' : 'text', hands_free: !$('push').checked, partials: true,
  };
}

/** Whether there is a conversation; where there is none, it has been said why. */
async function connect() {
  try {
    await sound.open();
  } catch {
    log.note('This browser cannot open its sound here; try another one.');
    return false;
  }
  return line.open().then(() => true, () => false);
}

function showLine(state, why) {
  if (state === 'connecting') status('idle', 'Connecting …');
  else if (state === 'lost') { hearing = false; log.unheard(); status('lost', 'Connection lost, trying again …'); }
  else if (state === 'closed') {
    closeMicrophone();
    status('idle', 'Not connected');
    if (why) log.note(why);
  } else resting();
}

function status(state, text) {
  if ($('status').dataset.state !== state) $('status').dataset.state = state;
  if ($('status-text').textContent !== text) $('status-text').textContent = text;
}

function resting() {
  if (!line.ready) return;
  if (hearing) status('hearing', 'Listening …');
  else if (sounding) status('speaking', 'Speaking');
  else if (open) status('listening', 'Listening');
  else status('ready', 'Ready');
}

// --- what the server says -----------------------------------------------------------------------------------------

function take(message) {
  switch (message.type) {
    case 'ready':
      sound.clear(message.sent_samples);
      if (!message.resumed) { showWishes($('wishes'), [], forget); showItems($('items'), [], drawings, tellMore); turns = []; }
      break;
    case 'speech_started': hearing = true; log.hearing(); resting(); break;
    case 'speech_stopped': hearing = false; status('thinking', 'Thinking …'); break;
    case 'transcript':
      if (message.role === 'user') log.heard(message);
      else log.cut(message.turn);
      break;
    case 'understanding':
      log.unheard();
      showWishes($('wishes'), message.slots, forget);
      if (message.text) log.heard({ text: message.text, final: true, turn: message.turn });
      break;
    case 'items':
      $('fitting').textContent = message.fitting > message.items.length ? `${message.fitting} fit` : '';
      showItems($('items'), message.items, drawings, tellMore);
      break;
    case 'reply': log.unheard(); log.reply(message); $('stop').disabled = false; break;
    case 'clear': sound.clear(message.sent_samples); break;
    case 'turn':
      turns = [message, ...turns].sort((one, other) => other.turn - one.turn).slice(0, TURNS_KEPT);
      showTurns($('turns'), turns);
      log.unheard();
      $('stop').disabled = !sounding;
      resting();
      break;
    case 'error': log.unheard(); hearing = false; log.note(message.message); resting(); break;
  }
}

function playedTo({ played, sounding: now, cleared }) {
  line.send({ type: 'playback', played_samples: played });
  if (cleared !== undefined) log.moved(played, cleared);
  const naming = log.light(cleared ?? played);
  if (naming.size) pointAt($('items'), naming);
  if (now === undefined ? !sounding : now === sounding) return;
  sounding = !!now;
  $('stop').disabled = !sounding;
  resting();
}

// --- what the shopper does ----------------------------------------------------------------------------------------

async function tell(message) {
  if (!await connect()) return;
  line.send(message);
  status('thinking', 'Thinking …');
}

const say = (text) => tell({ type: 'text', text });
const tellMore = (item) => say(`Tell me more about the ${item.title}.`);

function forget(slot) {
  log.step(`You took back: ${slot.spoken} ${slot.text}`);
  tell({ type: 'forget', slot: slot.slot });
}

function fromMicrophone(pcm, level) {
  const shown = open ? Math.max(0, Math.min(1, 1 + 20 * Math.log10(level + 1e-6) / METER_DB)) : 0;
  $('level').value = shown;
  $('microphone').style.setProperty('--level', shown.toFixed(2));
  if (onEcho) onEcho(pcm);
  else if (open) line.sendAudio(pcm);
}

async function openMicrophone() {
  if (open) return;
  held = true;
  try {
    if (!await connect()) return;
    await sound.listen();
  } catch (error) {
    log.note(error.message);
    return;
  }
  if (!held) return;             // let go while the browser was asking
  if ($('push').checked) line.send({ type: 'interrupt' });
  open = true;
  showMicrophone();
  resting();
}

async function closeMicrophone() {
  held = false;
  if (!open) return;
  if ($('push').checked) {
    await new Promise((done) => { setTimeout(done, TAIL_MS); });
    open = held;                 // pressed again meanwhile: it goes on
    if (open) return;
    line.send({ type: 'commit' });
  } else {
    open = false;
    sound.deafen();
  }
  $('level').value = 0;
  showMicrophone();
  hearing = false;
  resting();
}

function showMicrophone() {
  const push = $('push').checked;
  $('microphone').setAttribute('aria-pressed', open);
  $('microphone-label').textContent = push ? 'Hold to talk' : 'Talk';
}

$('say').onsubmit = (event) => {
  event.preventDefault();
  const text = $('words').value.trim();
  $('words').value = '';
  if (text) say(text);
};
$('stop').onclick = () => line.send({ type: 'interrupt' });

// Hands free: a press opens the microphone and the next closes it. Push to talk: it is open while pressed; who cannot hold
// a button, or works it by keyboard or screen reader, clicks once to begin and once to send.
$('microphone').onclick = ({ detail }) => {
  if ($('push').checked && detail !== 0) return;
  if (open) closeMicrophone(); else openMicrophone();
};
$('microphone').onpointerdown = ({ pointerId }) => {
  if (!$('push').checked) return;
  $('microphone').setPointerCapture(pointerId);
  openMicrophone();
};
$('microphone').onpointerup = $('microphone').onpointercancel = () => { if ($('push').checked) closeMicrophone(); };
$('microphone').oncontextmenu = (event) => event.preventDefault();

function spaceTalks({ code, target }) {
  return code === 'Space' && $('push').checked && (target === $('microphone') || !target.closest('input, button, summary, a'));
}
addEventListener('keydown', (event) => {
  if (event.code === 'Escape') line.send({ type: 'interrupt' });
  if (!spaceTalks(event)) return;
  event.preventDefault();
  if (!event.repeat) openMicrophone();
});
addEventListener('keyup', (event) => {
  if (!spaceTalks(event)) return;
  event.preventDefault();
  closeMicrophone();
});

$('push').onchange = async () => {
  open = held = false;
  sound.deafen();
  showMicrophone();
  resting();
  line.send({ type: 'mode', hands_free: !$('push').checked });
};
$('aloud').onchange = () => {
  if (!$('aloud').checked) line.send({ type: 'interrupt' });
  line.send({ type: 'mode', output: $('aloud').checked ? 'audio' : 'text' });
  readAloud();
};

/** Who has the replies spoken need not hear them a second time from the screen reader. */
function readAloud() { $('log').setAttribute('aria-live', $('aloud').checked ? 'off' : 'polite'); }

$('echo-test').onclick = async () => {
  $('echo-test').disabled = true;
  $('echo-result').textContent = 'Listening …';
  const wasOpen = !!sound.stream;
  try {
    await sound.open();
    await sound.listen();
    line.send({ type: 'interrupt' });
    const db = await measure(sound.context, (take_) => { onEcho = take_; return () => { onEcho = null; }; });
    $('echo-result').textContent = advice(db);
  } catch (error) {
    $('echo-result').textContent = error.message;
  }
  if (!wasOpen) sound.deafen();
  $('echo-test').disabled = false;
};

// --- the shop -----------------------------------------------------------------------------------------------------

async function welcome() {
  const answer = await fetch('/v1/shop').catch(() => null);
  if (!answer?.ok) { setTimeout(welcome, 1500); return; }
  const shop = await answer.json();
  drawings = shop.drawings;
  document.title = shop.name;
  document.documentElement.lang = shop.language;
  $('shop-name').textContent = shop.name;
  $('shop-about').textContent = [shop.about, shop.synthetic ? 'an invented shop' : ''].filter(Boolean).join(' · ');
  $('examples').replaceChildren(...shop.examples.map((example) => {
    const entry = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = example;
    button.onclick = () => say(example);
    entry.append(button);
    return entry;
  }));
}

readAloud();
showMicrophone();
welcome();
