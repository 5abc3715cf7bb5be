// What was said, by both; the shop's words are lit as they are heard.
export class Log {
  constructor(list) {
    this.list = list;
    this.speaking = [];       // the shop's lines whose words have not all been heard: { entry, words, turn }
    this.guess = null;        // the line of a shopper who is speaking, before there are words
    new ResizeObserver(() => this.#scroll()).observe(list);     // a keyboard that comes up, items that come in, a phone turned
  }

  /** The shopper has begun to speak. */
  hearing() {
    if (this.guess) return;
    this.guess = this.#append('you partial');
    this.guess.append(document.createTextNode(''));
    this.guess.setAttribute('aria-hidden', 'true');
    this.#scroll();
  }

  /** It was nothing, or there were no words in it. */
  unheard() {
    this.guess?.remove();
    this.guess = null;
  }

  /** The shopper's words; a later transcript of the same turn replaces the earlier. */
  heard({ text, final, turn }) {
    let entry = this.list.querySelector(`.you[data-turn="${turn}"]`);
    if (!text) { entry?.remove(); this.unheard(); return; }
    if (entry) this.unheard();
    else {
      entry = this.guess ?? this.#append('you', document.createTextNode(''));
      this.guess = null;
      entry.removeAttribute('aria-hidden');
      entry.dataset.turn = turn;
    }
    entry.lastChild.data = text;
    entry.classList.toggle('partial', !final);
    this.#scroll();
  }

  /** One sentence of the shop's, or its first words; sentences of one turn stand in one line. */
  reply({ turn, text, spans }) {
    for (const one of this.speaking.filter((line) => line.turn !== turn)) this.cut(one.turn);
    let entry = this.list.lastElementChild;
    if (entry?.classList.contains('shop') && entry.dataset.turn === String(turn)) entry.append(' ');
    else entry = this.#append('shop');
    entry.dataset.turn = turn;
    const words = spans.map((span, index) => {
      const rest = index + 1 < spans.length ? spans[index + 1].start_char : text.length;
      const word = document.createElement('span');
      word.className = span.item ? 'word named' : 'word';
      word.textContent = text.slice(span.start_char, rest).trimEnd();
      return { ...span, word, space: text.slice(span.start_char, rest).slice(word.textContent.length) };
    });
    entry.append(words.length ? text.slice(0, spans[0].start_char) : text, ...words.flatMap(({ word, space }) => [word, space]));
    if (words.length) {
      entry.classList.add('aloud');
      this.speaking.push({ entry, words, turn });
    }
    this.#scroll();
  }

  /** The reply was broken off: what has not been heard never was said. */
  cut(turn) {
    for (const { entry, words } of this.speaking.filter((line) => line.turn === turn)) {
      if (words.some(({ word }) => !word.classList.contains('said'))) entry.classList.add('cut');
      for (const { word } of words) word.classList.remove('now');
    }
    this.speaking = this.speaking.filter((line) => line.turn !== turn);
  }

  /** The stream was cleared at `played` and goes on from `position`: what has not been heard will come later, if it comes. */
  moved(played, position) {
    for (const one of this.speaking.flatMap(({ words }) => words).filter(({ end_sample }) => end_sample > played)) {
      one.start_sample += position - played;
      one.end_sample += position - played;
    }
  }

  /** Light the words heard up to `played`; gives the items being named. */
  light(played) {
    const naming = new Set();
    for (const { words } of this.speaking) {
      for (const { word, start_sample, end_sample, item } of words) {
        const now = played >= start_sample && played < end_sample;
        word.classList.toggle('now', now);
        if (played >= start_sample) word.classList.add('said');
        if (now && item) naming.add(item);
      }
    }
    this.speaking = this.speaking.filter(({ words }) => played < words.at(-1).end_sample);
    return naming;
  }

  /** Something that went wrong, in a sentence, and at once also to those who listen to the page. */
  note(text) {
    const last = this.list.lastElementChild;
    if (last?.classList.contains('note') && last.textContent === text) return;
    this.#append('note', text).setAttribute('role', 'alert');
    this.#scroll();
  }

  /** Something the shopper did without words. */
  step(text) {
    this.#append('step', text);
    this.#scroll();
  }

  #append(kind, ...content) {
    const entry = document.createElement('li');
    entry.className = kind;
    const who = { you: 'You: ', shop: 'The shop: ' }[kind.split(' ')[0]];
    if (who) {
      const name = document.createElement('span');
      name.className = 'unseen';
      name.textContent = who;
      entry.append(name);
    }
    entry.append(...content);
    this.list.append(entry);
    return entry;
  }

  #scroll() { this.list.scrollTop = this.list.scrollHeight; }
}
