import type { CachedProductView, CacheView } from '@toystore/contracts';
import { flash, part, say } from './parts.js';
import { ago, leaseLine } from './words.js';

interface CacheElements {
  readonly lease: HTMLElement;
  readonly slots: HTMLElement;
  readonly figures: HTMLElement;
}

/** As many as the frontend tells of; of a larger cache those that leave last. */
const slotsMax = 28;

/** The cache's slots, the one that leaves first coming first, and what has become of the requests so far. */
export class CachePanel {
  readonly #elements: CacheElements;
  readonly #onPick: (name: string) => void;
  readonly #tiles = new Map<string, { readonly element: HTMLButtonElement; version: string }>();

  constructor(elements: CacheElements, onPick: (name: string) => void) {
    this.#elements = elements;
    this.#onPick = onPick;
  }

  show(cache: CacheView): void {
    const { lease, slots, figures } = this.#elements;
    lease.dataset['state'] = cache.isLeaseInForce ? 'live' : 'lost';
    say(part(lease, '.lease-text'), leaseLine(cache));
    slots.dataset['lease'] = cache.isLeaseInForce ? 'in-force' : 'none';
    const held = new Set(cache.entries.map(({ name }) => name));
    for (const name of [...this.#tiles.keys()]) if (!held.has(name)) this.#tiles.delete(name);
    const tiles = cache.entries.map((entry) => this.#tileOf(entry));
    const empty = Math.max(0, Math.min(cache.capacity, slotsMax) - tiles.length);
    arrange(slots, tiles, empty);
    const rows: readonly (readonly [string, number])[] = [
      ['hits', cache.hits],
      ['misses', cache.misses],
      ['joined a load', cache.joined],
      ['past the cache', cache.passed],
      ['invalidations', cache.invalidations],
      ['evictions', cache.evictions],
      ['stale loads refused', cache.staleFillsPrevented],
    ];
    if (figures.childElementCount === 0) figures.append(...rows.map(([name]) => figure(name)));
    rows.forEach(([, count], position) => say(part(figures.children[position] as Element, 'dd'), String(count)));
  }

  #tileOf({ name, epoch, sequence, ageMs }: CachedProductView): HTMLButtonElement {
    const version = `${epoch}.${sequence}`;
    let tile = this.#tiles.get(name);
    if (tile === undefined) {
      const element = document.createElement('button');
      element.type = 'button';
      element.className = 'slot';
      for (const line of ['slot-name', 'slot-version', 'slot-age']) {
        const span = document.createElement('span');
        span.className = line;
        element.append(span);
      }
      say(part(element, '.slot-name'), name);
      element.addEventListener('click', () => this.#onPick(name));
      tile = { element, version: '' };
      this.#tiles.set(name, tile);
    }
    if (tile.version !== version) flash(tile.element);
    tile.version = version;
    say(part(tile.element, '.slot-version'), `version ${version}`);
    say(part(tile.element, '.slot-age'), `read ${ago(ageMs)} ago`);
    return tile.element;
  }
}

/** Moves only what is not in its place, so that a tile that has the focus keeps it. */
function arrange(slots: HTMLElement, tiles: readonly HTMLElement[], empty: number): void {
  tiles.forEach((tile, position) => {
    if (slots.children[position] !== tile) slots.insertBefore(tile, slots.children[position] ?? null);
  });
  while (slots.childElementCount > tiles.length + empty) slots.lastElementChild?.remove();
  [...slots.children].slice(tiles.length).forEach((child) => {
    if (!child.classList.contains('empty')) child.replaceWith(emptySlot());
  });
  while (slots.childElementCount < tiles.length + empty) slots.append(emptySlot());
}

function emptySlot(): HTMLElement {
  const slot = document.createElement('span');
  slot.className = 'slot empty';
  slot.textContent = 'empty';
  return slot;
}

function figure(name: string): HTMLElement {
  const row = document.createElement('div');
  const term = document.createElement('dt');
  term.textContent = name;
  row.append(term, document.createElement('dd'));
  return row;
}
