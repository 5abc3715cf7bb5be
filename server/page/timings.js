// The waterfall of a turn: each stage from the end of the shopper's words.
const SVG = 'http://www.w3.org/2000/svg';
const NAMES = { endpoint: 'end of turn', hear: 'hear', think: 'think', phrase_first: 'phrase', speak_first: 'speak', lead_silence: 'lead silence' };

export function waterfall(turn) {
  const entry = document.createElement('li');
  const table = document.createElement('table');
  const caption = table.createCaption();
  const first = turn.onset_ms === null ? 'written only' : `first sound after ${Math.round(turn.onset_ms)} ms`;
  caption.textContent = `Turn ${turn.turn}: ${turn.spoken ? 'spoken' : 'typed'}, ${first}${turn.interrupted ? ', cut' : ''}`;
  const from = Math.min(0, ...turn.stages.map((stage) => stage.start_ms));
  const to = Math.max(1, ...turn.stages.map((stage) => stage.start_ms + stage.took_ms));
  for (const stage of turn.stages) {
    const row = table.insertRow();
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = NAMES[stage.stage];
    row.append(name);
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 4');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const bar = document.createElementNS(SVG, 'rect');
    bar.setAttribute('x', (100 * (stage.start_ms - from)) / (to - from));
    bar.setAttribute('width', Math.max(0.8, (100 * stage.took_ms) / (to - from)));
    bar.setAttribute('height', 4);
    svg.append(bar);
    row.insertCell().append(svg);
    const ms = row.insertCell();
    ms.className = 'ms';
    ms.textContent = `${Math.round(stage.took_ms)} ms`;
  }
  entry.append(table);
  return entry;
}
