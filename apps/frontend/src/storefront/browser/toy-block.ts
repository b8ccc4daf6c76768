/** The look of one toy's building block, derived from its name alone: the same toy always looks the same. */
export interface BlockLook {
  readonly hue: number;
  readonly letter: string;
  readonly charm: keyof typeof charms;
}

/** Outlines in a 40 × 40 box, centred at 20,20. */
const charms = {
  star: 'M20 4 25 15 37 16.5 28 24.5 30.5 36 20 30 9.5 36 12 24.5 3 16.5 15 15Z',
  heart: 'M20 35C6 25 3 19 4.5 13 6 7 15 5.5 20 13 25 5.5 34 7 35.5 13 37 19 34 25 20 35Z',
  moon: 'M27 5A16 16 0 1 0 36 27 13 13 0 0 1 27 5Z',
  drop: 'M20 4C28 15 32 20 32 25A12 12 0 0 1 8 25C8 20 12 15 20 4Z',
  kite: 'M20 3 34 18 20 37 6 18Z',
  ring: 'M20 5A15 15 0 1 0 20 35 15 15 0 1 0 20 5ZM20 13A7 7 0 1 1 20 27 7 7 0 1 1 20 13Z',
  flag: 'M9 5H12V9L33 15 12 22V36H9Z',
} as const;

const charmNames = Object.keys(charms) as (keyof typeof charms)[];

export function blockLookOf(name: string): BlockLook {
  const hash = fnv1a(name);
  return {
    hue: (hash >>> 4) % 360,
    letter: (name.match(/[\p{L}\p{N}]/u)?.[0] ?? '?').toUpperCase(),
    charm: charmNames[(hash >>> 2) % charmNames.length] ?? 'star',
  };
}

/** An SVG of the block. Colours come from the style sheet and the `--hue` property, so that it follows the colour scheme. */
export function drawBlock(look: BlockLook): SVGSVGElement {
  const svg = shape('svg', { viewBox: '0 0 160 150', focusable: 'false' }) as SVGSVGElement;
  svg.append(
    shape('ellipse', { class: 'block-shadow', cx: '80', cy: '137', rx: '62', ry: '10' }),
    shape('path', { class: 'block-top', d: 'M80 6 140 38 80 70 20 38Z' }),
    shape('path', { class: 'block-left', d: 'M20 38 80 70V138L20 106Z' }),
    shape('path', { class: 'block-right', d: 'M140 38 80 70V138L140 106Z' }),
    shape('path', { class: 'block-frame', d: 'M80 15 124 38 80 61 36 38Z' }),
    shape('path', { class: 'block-face', d: 'M27 50 73 74.5V126L27 101.5Z' }),
    shape('path', { class: 'block-frame', d: 'M133 50 87 74.5V126L133 101.5Z' }),
  );
  const letter = shape('text', { class: 'block-letter', transform: 'matrix(0.88 0.47 0 1 50 104)' });
  letter.textContent = look.letter;
  // The charm lies on the right face: x runs up to the right, y straight down.
  svg.append(
    letter,
    shape('path', {
      class: 'block-charm',
      'fill-rule': 'evenodd',
      d: charms[look.charm],
      transform: 'matrix(1 -0.533 0 1.15 90 81.7)',
    }),
  );
  return svg;
}

function shape(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
