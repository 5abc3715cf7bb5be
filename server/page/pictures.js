// A drawn picture for an item that has none: its colour where the browser knows the word, and shapes by its kind and id.
const SVG = 'http://www.w3.org/2000/svg';

function hash(text) {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 16777619);
  return value >>> 0;
}

function colourOf(item) {
  for (const values of Object.values(item.values)) {
    const known = values.find((value) => CSS.supports('color', value) && !['transparent', 'currentcolor'].includes(value.toLowerCase()));
    if (known) return known;
  }
  return `hsl(${hash(item.title) % 360} 45% 55%)`;
}

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const KINDS = [
  (n) => shape('circle', { cx: 50, cy: 52, r: 20 + (n % 10) }),
  (n) => shape('rect', { x: 28, y: 26, width: 44, height: 50, rx: 4 + (n % 18) }),
  (n) => shape('path', { d: `M50 ${20 + (n % 8)} L78 78 L22 78 Z`, 'stroke-linejoin': 'round', 'stroke-width': 8 }),
  (n) => shape('path', { d: `M24 40 Q50 ${10 + (n % 24)} 76 40 L70 80 L30 80 Z`, 'stroke-linejoin': 'round', 'stroke-width': 6 }),
  (n) => shape('ellipse', { cx: 50, cy: 54, rx: 32, ry: 14 + (n % 12) }),
  (n) => shape('path', { d: `M50 22 L${74 + (n % 6)} 50 L50 80 L${26 - (n % 6)} 50 Z`, 'stroke-linejoin': 'round', 'stroke-width': 6 }),
];

/** An SVG of 100 by 100. */
export function picture(item) {
  const colour = colourOf(item);
  const kind = hash(Object.values(item.values)[0]?.join() ?? item.title);
  const own = hash(item.id);
  const pick = (shift, most) => (own >>> shift) % most;
  const svg = shape('svg', { viewBox: '0 0 100 100', role: 'img', 'aria-label': `A drawing standing for ${item.title}` });
  svg.append(shape('rect', { width: 100, height: 100, fill: colour, 'fill-opacity': 0.16 }));
  svg.append(shape('circle', { cx: pick(0, 100), cy: pick(7, 40), r: 34 + pick(13, 20), fill: colour, 'fill-opacity': 0.13 }));
  svg.append(shape('ellipse', { cx: 50, cy: 86, rx: 30, ry: 4, fill: '#000', 'fill-opacity': 0.14 }));
  const main = KINDS[kind % KINDS.length](own);
  main.setAttribute('fill', colour);
  main.setAttribute('stroke', colour);
  svg.append(main);
  for (let stripe = 0; stripe < 1 + pick(3, 3); stripe += 1) {
    const y = 46 + 9 * stripe;
    svg.append(shape('path', {
      d: `M34 ${y} Q50 ${y + 6 - pick(5 + stripe, 12)} 66 ${y}`, fill: 'none', stroke: '#fff', 'stroke-opacity': 0.55,
      'stroke-width': 2.5, 'stroke-linecap': 'round', 'stroke-dasharray': pick(9, 2) ? 'none' : '1 6',
    }));
  }
  return svg;
}
