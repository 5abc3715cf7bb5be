// A drawn picture for every item, made of its own values: the shop's shape and colour for them, or a pattern.
const SVG = 'http://www.w3.org/2000/svg';
let drawn = 0;

function hash(text) {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 16777619);
  value ^= value >>> 15;
  return Math.imul(value, 2246822519) >>> 0;
}

function shape(tag, attributes, ...inside) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

function coloursOf(values, drawings) {
  const known = values.filter((value) => drawings.colours?.[value]).map((value) => drawings.colours[value]);
  const named = values.filter((value) => /^[a-z]{3,}$/i.test(value) && CSS.supports('color', value) && !/^(transparent|currentcolor|inherit|initial|unset|revert)$/i.test(value));
  return [...known, ...named];
}

function isDark(colour) {
  const [, r, g, b] = /^#(..)(..)(..)$/.exec(colour)?.map((part) => parseInt(part, 16)) ?? [0, 128, 128, 128];
  return 0.3 * r + 0.59 * g + 0.11 * b < 95;
}

// Weaves laid over a shape, one for each way an item may be made.
const WEAVES = [
  () => [shape('path', { d: 'M0 0V8M4 0V8' })],
  () => [shape('path', { d: 'M0 0H8M0 4H8' })],
  () => [shape('circle', { cx: 2, cy: 2, r: 0.5 }), shape('circle', { cx: 6, cy: 6, r: 0.5 })],
  () => [shape('path', { d: 'M0 8L8 0M-2 2L2 -2M6 10L10 6' })],
  () => [shape('path', { d: 'M0 0H8V8' })],
  () => [shape('path', { d: 'M0 4Q2 1 4 4T8 4' })],
  () => [],
];

/** An SVG of 100 by 100. `drawings`: the shop's own `{colours, shapes}`. */
export function picture(item, drawings = {}) {
  const values = Object.values(item.values).flat();
  const known = values.map((value) => drawings.shapes?.[value]).find(Boolean);
  const colours = coloursOf(values, drawings);
  const svg = shape('svg', { viewBox: '0 0 100 100', role: 'img', 'aria-label': `A drawing of ${item.title}` });
  svg.append(...(known ? likeness(item, known, colours[0] ?? '#8b9199') : pattern(item, colours)));
  return svg;
}

function likeness(item, [filled, lines], colour) {
  const own = hash(item.id);
  const name = `drawing-${drawn += 1}`;
  const ink = isDark(colour) ? '#ffffff' : '#1d2327';
  const weave = WEAVES[hash(Object.values(item.values).slice(1).join()) % WEAVES.length]();
  const turn = `rotate(${(own % 11) - 5} 50 54)`;
  return [
    shape('defs', {},
      shape('linearGradient', { id: `${name}-light`, x1: 0, y1: 0, x2: 1, y2: 1 },
        shape('stop', { offset: 0, 'stop-color': '#fff', 'stop-opacity': 0.28 }), shape('stop', { offset: 1, 'stop-color': '#000', 'stop-opacity': 0.16 })),
      shape('pattern', { id: `${name}-weave`, width: 8, height: 8, patternUnits: 'userSpaceOnUse', stroke: ink, fill: 'none', 'stroke-width': 0.9, opacity: 0.2 },
        ...weave)),
    shape('rect', { width: 100, height: 100, fill: colour, 'fill-opacity': 0.2 }),
    shape('circle', { cx: own % 100, cy: 10 + (own >>> 8) % 40, r: 30 + (own >>> 16) % 20, fill: colour, 'fill-opacity': 0.16 }),
    shape('ellipse', { cx: 50, cy: 89, rx: 30, ry: 3, fill: '#000', 'fill-opacity': 0.13 }),
    shape('g', { transform: turn, 'fill-rule': 'evenodd' },
      shape('path', { d: filled, fill: colour, stroke: '#1d2327', 'stroke-opacity': 0.4, 'stroke-width': 1.3, 'stroke-linejoin': 'round' }),
      shape('path', { d: filled, fill: `url(#${name}-weave)` }),
      shape('path', { d: filled, fill: `url(#${name}-light)` }),
      ...(lines ? [shape('path', { d: lines, fill: 'none', stroke: ink, 'stroke-opacity': 0.45, 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' })] : [])),
  ];
}

// A little poster: the first value chooses what is on it, the item's own id how it lies.
const SCENES = [
  (pick, near, far) => [0, 1, 2].map((n) => shape('path', { d: `M-5 ${58 + 14 * n} Q${20 + pick(3 + n, 20)} ${30 + 14 * n + pick(n, 16)} 50 ${60 + 13 * n} T105 ${52 + 14 * n} V105 H-5 Z`, fill: n % 2 ? far : near, 'fill-opacity': 0.55 + 0.2 * n })),
  (pick, near, far) => [0, 1, 2, 3].map((n) => shape('circle', { cx: 50, cy: 100, r: 70 - 16 * n - pick(n, 6), fill: n % 2 ? far : near, 'fill-opacity': 0.85 })),
  (pick, near, far) => [0, 1, 2, 3, 4].map((n) => shape('rect', { x: 8 + 18 * n, y: 30 + pick(3 * n, 40), width: 13, height: 80, rx: 2, fill: n % 2 ? far : near, 'fill-opacity': 0.9 })),
  (pick, near, far) => [0, 1, 2].map((n) => shape('path', { d: `M${10 + 26 * n + pick(n, 10)} 100 L${30 + 20 * n} ${34 + pick(4 + n, 24)} L${60 + 16 * n} 100 Z`, fill: n % 2 ? far : near, 'fill-opacity': 0.85 })),
  (pick, near, far) => [0, 1, 2, 3, 4].map((n) => shape('path', { d: `M-5 ${44 + 12 * n} q14 ${-6 - pick(n, 8)} 27 0 t27 0 t27 0 t27 0 V105 H-5 Z`, fill: n % 2 ? far : near, 'fill-opacity': 0.5 })),
  (pick, near, far) => [0, 1, 2, 3, 4, 5].map((n) => shape('path', { d: 'M50 96 L44 40 Q50 24 56 40 Z', fill: n % 2 ? far : near, 'fill-opacity': 0.8, transform: `rotate(${-60 + 24 * n + pick(n, 8)} 50 96)` })),
];

function pattern(item, colours) {
  const own = hash(item.id + item.title);
  const kind = hash(Object.values(item.values)[0]?.join() ?? item.title);
  const pick = (shift, most) => (own >>> shift) % most;
  const hue = kind % 360;
  const near = colours[0] ?? `hsl(${hue} 42% 45%)`;
  const far = colours[1] ?? `hsl(${(hue + 30 + pick(4, 50)) % 360} 55% 66%)`;
  return [
    shape('rect', { width: 100, height: 100, fill: far, 'fill-opacity': 0.28 }),
    shape('circle', { cx: 20 + pick(2, 60), cy: 20 + pick(6, 22), r: 9 + pick(9, 9), fill: far }),
    ...SCENES[kind % SCENES.length](pick, near, far),
  ];
}
