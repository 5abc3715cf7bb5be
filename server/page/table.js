// What the shop believes is wanted, as chips; what it found, as cards.
import { picture } from './pictures.js';

const CROSS = 'M6 6 18 18M18 6 6 18';

function made(tag, kind, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return element;
}

/** Show every wish; `forget(slot)` is called where one is removed. The keyboard stays where it was. */
export function showWishes(list, slots, forget) {
  const held = [...list.children].findIndex((chip) => chip.contains(document.activeElement));
  list.replaceChildren(...slots.map((slot) => {
    const chip = document.createElement('li');
    const remove = document.createElement('button');
    const cross = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    cross.setAttribute('viewBox', '0 0 24 24');
    cross.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', CROSS);
    cross.append(path);
    remove.type = 'button';
    remove.append(cross);
    remove.setAttribute('aria-label', `Forget the ${slot.spoken}: ${slot.text}`);
    remove.onclick = () => forget(slot);
    chip.append(made('span', 'slot', slot.spoken), ` ${slot.text} `, remove);
    return chip;
  }));
  if (held >= 0) (list.children[Math.min(held, slots.length - 1)]?.querySelector('button') ?? document.getElementById('words')).focus();
}

/** Show the items, best first; `ask(item)` is called where more is wanted of one. */
export function showItems(list, items, drawings, ask) {
  list.scrollLeft = 0;
  list.replaceChildren(...items.map((item) => {
    const card = document.createElement('li');
    const about = document.createElement('div');
    const more = made('button', '', 'Tell me more');
    card.dataset.item = item.id;
    about.className = 'about-it';
    about.append(made('h3', '', item.title));
    if (item.price) about.append(made('p', 'price', item.price));
    if (item.in_stock === false) about.append(made('p', 'out', 'Out of stock'));
    if (item.reasons.length) about.append(made('p', 'why', item.reasons.join(' · ')));
    about.append(made('p', 'about', item.description), more);
    more.type = 'button';
    more.setAttribute('aria-label', `Tell me more about ${item.title}`);
    more.onclick = () => ask(item);
    card.append(picture(item, drawings), about);
    return card;
  }));
}

/** Mark the cards of the items being named, and bring the first of them into view. */
export function pointAt(list, naming) {
  for (const card of list.children) card.classList.toggle('spoken', naming.has(card.dataset.item));
  const card = list.querySelector('.spoken');
  if (card && list.scrollWidth > list.clientWidth) list.scrollTo({ left: card.offsetLeft - list.offsetLeft - 12 });
}
