// The waterfall of the last turns: each stage from the end of the shopper's words, all on one scale.
const SVG = 'http://www.w3.org/2000/svg';
const NAMES = { endpoint: 'end of turn', hear: 'hear', think: 'think', phrase_first: 'phrase', speak_first: 'speak', lead_silence: 'lead silence' };

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Show turns (`turn` messages, newest first) in a list. */
export function showTurns(list, turns) {
  const stages = turns.flatMap((turn) => turn.stages);
  const from = Math.min(0, ...stages.map((stage) => stage.start_ms));
  const to = Math.max(1, ...stages.map((stage) => stage.start_ms + stage.took_ms));
  const at = (ms) => (100 * (ms - from)) / (to - from);
  list.replaceChildren(...turns.map((turn) => {
    const entry = document.createElement('li');
    const table = document.createElement('table');
    const first = turn.onset_ms === null ? 'in writing' : `first sound after ${Math.round(turn.onset_ms)} ms`;
    table.createCaption().textContent = `Turn ${turn.turn}, ${turn.spoken ? 'spoken' : 'typed'}: ${first}${turn.interrupted ? ', cut' : ''}`;
    for (const { stage, start_ms, took_ms } of turn.stages) {
      const row = table.insertRow();
      const name = document.createElement('th');
      name.scope = 'row';
      name.textContent = NAMES[stage] ?? stage;
      row.append(name);
      const svg = shape('svg', { viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
      svg.append(
        shape('line', { x1: at(0), x2: at(0), y1: 0, y2: 6 }),
        shape('rect', { class: stage, x: at(start_ms), y: 0.7, width: Math.max(0.8, at(start_ms + took_ms) - at(start_ms)), height: 4.6, rx: 0.6 }),
      );
      row.insertCell().append(svg);
      const ms = row.insertCell();
      ms.className = 'ms';
      ms.textContent = `${Math.round(took_ms)} ms`;
    }
    entry.append(table);
    return entry;
  }));
}
