// The page's conversation: what the server says becomes words, chips, cards and sound.
import { Line } from './line.js';
import { Sound } from './sound.js';
import { picture } from './pictures.js';
import { waterfall } from './timings.js';

const $ = (id) => document.getElementById(id);
const TURNS_KEPT = 5;

const sound = new Sound({ onFrame: sendFrame, onPlayed: playedTo });
const line = new Line({ onMessage: take, onAudio: (pcm) => sound.play(pcm), onState: showLine });

let played = 0;            // the position in the stream that has been played
let replies = [];          // lines of the shop whose words are being lit
let listening = false;
let hearing = false;

// --- connecting ---------------------------------------------------------------------------------------------------

async function connect() {
  await sound.open();
  const aloud = $('aloud').checked;
  await line.open({ sample_rate: sound.rate, output_sample_rate: sound.rate, output: aloud ? 'audio' : 'text', hands_free: !$('push').checked });
}

function showLine(state, why) {
  const text = { connecting: 'Connecting …', ready: 'Ready', lost: 'Connection lost; trying again …', closed: 'Not connected' }[state];
  status(state === 'ready' ? 'ready' : 'idle', text);
  $('notice').textContent = state === 'closed' && why ? why : '';
  if (state === 'closed') stopListening();
}

function status(state, text) {
  $('status').dataset.state = state;
  $('status-text').textContent = text;
}

// --- what the server says -----------------------------------------------------------------------------------------

function take(message) {
  const { type } = message;
  if (type === 'ready') sound.clear(message.sent_samples);
  else if (type === 'speech_started') { hearing = true; status('hearing', 'Listening …'); }
  else if (type === 'speech_stopped') { hearing = false; status('ready', 'Thinking …'); }
  else if (type === 'transcript' && message.role === 'user') heard(message);
  else if (type === 'transcript') cutReplies(message.turn);
  else if (type === 'understanding') { wishes(message.slots); if (message.text) heard({ text: message.text, final: true, turn: message.turn }); }
  else if (type === 'items') items(message);
  else if (type === 'reply') reply(message);
  else if (type === 'clear') sound.clear(message.sent_samples);
  else if (type === 'turn') turn(message);
  else if (type === 'error') note(message.message);
}

function heard({ text, final, turn }) {
  let entry = $('log').querySelector(`.you[data-turn="${turn}"]`);
  if (!text) { entry?.remove(); return; }
  if (!entry) {
    entry = append('you');
    entry.append(document.createTextNode(''));
    entry.dataset.turn = turn;
  }
  entry.lastChild.data = text;
  entry.classList.toggle('partial', !final);
  scroll();
}

function reply(message) {
  let entry = $('log').lastElementChild;
  if (entry?.className.split(' ')[0] === 'shop' && entry.dataset.turn === String(message.turn)) entry.append(' ');
  else entry = append('shop');
  entry.dataset.turn = message.turn;
  const words = [];
  let at = 0;
  for (const span of message.spans) {
    entry.append(message.text.slice(at, span.start_char));
    const word = document.createElement('span');
    word.className = span.item ? 'word named' : 'word';
    word.textContent = message.text.slice(span.start_char, span.end_char);
    entry.append(word);
    words.push({ ...span, word });
    at = span.end_char;
  }
  entry.append(message.text.slice(at));
  if (words.length) {
    entry.classList.add('aloud');
    replies.push({ entry, words, turn: message.turn });
  }
  $('stop').disabled = false;
  scroll();
}

function cutReplies(turn) {
  for (const { entry, words } of replies.filter((one) => one.turn === turn)) {
    if (words.some(({ word }) => !word.classList.contains('said'))) entry.classList.add('cut');
    for (const { word } of words) word.classList.remove('now');
  }
  replies = replies.filter((one) => one.turn !== turn);
}

function turn(message) {
  const list = $('turns');
  list.prepend(waterfall(message));
  while (list.children.length > TURNS_KEPT) list.lastChild.remove();
}

function note(text) {
  append('note').textContent = text;
  scroll();
}

function append(kind) {
  const entry = document.createElement('li');
  entry.className = kind;
  if (kind !== 'note') {
    const who = document.createElement('span');
    who.className = 'quiet';
    who.textContent = kind === 'you' ? 'You: ' : 'Shop: ';
    entry.append(who);
  }
  $('log').append(entry);
  return entry;
}

function scroll() {
  $('log').scrollTop = $('log').scrollHeight;
}

// --- wishes and items ---------------------------------------------------------------------------------------------

function wishes(slots) {
  $('wishes').replaceChildren(...slots.map((slot) => {
    const chip = document.createElement('li');
    const name = document.createElement('span');
    name.className = 'slot';
    name.textContent = slot.spoken;
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.textContent = '×';
    remove.setAttribute('aria-label', `Forget the ${slot.spoken}: ${slot.text}`);
    remove.onclick = () => say(`I don't mind about the ${slot.spoken}.`);
    chip.append(name, ` ${slot.text} `, remove);
    return chip;
  }));
}

function items(message) {
  $('fitting').textContent = message.fitting > message.items.length ? `${message.fitting} fit` : '';
  $('items').replaceChildren(...message.items.map((item) => {
    const card = document.createElement('li');
    card.dataset.item = item.id;
    const about = document.createElement('div');
    about.append(
      line_('h3', '', item.title), line_('p', 'price', item.price ?? ''), line_('p', 'why', item.reasons.join(' · ')),
      line_('p', 'about', item.description),
    );
    if (item.in_stock === false) about.append(line_('p', 'out', 'Out of stock'));
    card.append(picture(item), about);
    return card;
  }));
}

function line_(tag, kind, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return element;
}

// --- sound --------------------------------------------------------------------------------------------------------

function sendFrame(pcm, level) {
  $('level').value = Math.min(1, Math.sqrt(level) * 1.6);
  if (listening) line.sendAudio(pcm);
}

function playedTo({ position, sounding, cleared }) {
  played = position;
  line.send({ type: 'playback', played_samples: position });
  if (cleared) return;
  if (!hearing) status(sounding ? 'speaking' : 'ready', sounding ? 'Speaking' : listening ? 'Listening' : 'Ready');
  $('stop').disabled = !sounding;
  light();
}

function light() {
  const naming = new Set();
  for (const { words } of replies) {
    for (const { word, start_sample, end_sample, item } of words) {
      const now = played >= start_sample && played < end_sample;
      word.classList.toggle('now', now);
      word.classList.toggle('said', played >= start_sample);
      if (now && item) naming.add(item);
    }
  }
  if (naming.size) {
    for (const card of $('items').children) card.classList.toggle('spoken', naming.has(card.dataset.item));
  }
  replies = replies.filter(({ words }) => played < words.at(-1).end_sample);
}

// --- what the shopper does ----------------------------------------------------------------------------------------

async function say(text) {
  try {
    await connect();
    line.send({ type: 'text', text });
  } catch (error) {
    note(error.message);
  }
}

async function startListening() {
  try {
    await connect();
    await sound.listen();
  } catch (error) {
    note(error.message);
    return;
  }
  listening = true;
  $('microphone').setAttribute('aria-pressed', 'true');
  $('microphone-label').textContent = $('push').checked ? 'Release to send' : 'Stop listening';
  status('ready', 'Listening');
}

function stopListening() {
  if (!listening) return;
  listening = false;
  if ($('push').checked) line.send({ type: 'commit' });
  else sound.deafen();
  $('level').value = 0;
  $('microphone').setAttribute('aria-pressed', 'false');
  $('microphone-label').textContent = $('push').checked ? 'Hold to talk' : 'Talk';
}

$('say').onsubmit = (event) => {
  event.preventDefault();
  const text = $('words').value.trim();
  if (!text) return;
  $('words').value = '';
  say(text);
};
$('stop').onclick = () => { line.send({ type: 'interrupt' }); };
$('microphone').onclick = () => { if (!$('push').checked) (listening ? stopListening() : startListening()); };
$('microphone').onpointerdown = () => { if ($('push').checked) startListening(); };
$('microphone').onpointerup = $('microphone').onpointerleave = () => { if ($('push').checked) stopListening(); };
$('push').onchange = () => { stopListening(); $('microphone-label').textContent = $('push').checked ? 'Hold to talk' : 'Talk'; line.close(); };
$('aloud').onchange = () => line.close();
document.addEventListener('keydown', (event) => {
  if (event.code === 'Space' && $('push').checked && !event.repeat && !(event.target instanceof HTMLInputElement)) {
    event.preventDefault();
    startListening();
  }
  if (event.code === 'Escape') line.send({ type: 'interrupt' });
});
document.addEventListener('keyup', (event) => {
  if (event.code === 'Space' && $('push').checked && !(event.target instanceof HTMLInputElement)) { event.preventDefault(); stopListening(); }
});
$('echo-test').onclick = async () => {
  $('echo-result').textContent = 'Listening to the tone …';
  try {
    const leak = await sound.echoTest();
    $('echo-result').textContent = leak < 6 ? 'No echo is heard: the shop will not hear itself.'
      : `The tone comes back ${leak.toFixed(0)} dB above the room: use headphones or push to talk.`;
  } catch (error) {
    $('echo-result').textContent = error.message;
  }
};

// --- the shop -----------------------------------------------------------------------------------------------------

async function welcome() {
  const answer = await fetch('/v1/shop');
  if (!answer.ok) { setTimeout(welcome, 1500); return; }
  const shop = await answer.json();
  document.title = shop.name;
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

welcome();
