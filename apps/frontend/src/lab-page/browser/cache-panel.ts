import type { CachedProductView, CacheView } from '@toystore/contracts';
import { arrange, flash, part, showText } from './page-elements.js';
import { ago, leaseLine } from './words.js';

interface CacheElements {
  readonly lease: HTMLElement;
  readonly slots: HTMLElement;
  readonly rest: HTMLElement;
  readonly figures: HTMLElement;
}

interface Tile {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  version: string;
}

/** Of a large cache not every free slot is drawn. */
const emptySlotsMax = 14;

/** The cache's slots, the one that leaves first coming first, and what has become of the requests so far. */
export class CachePanel {
  readonly #elements: CacheElements;
  readonly #onPick: (name: string) => void;
  readonly #tiles = new Map<string, Tile>();
  readonly #empty: HTMLElement[] = [];
  #picked = '';

  constructor(elements: CacheElements, onPick: (name: string) => void) {
    this.#elements = elements;
    this.#onPick = onPick;
  }

  show(cache: CacheView): void {
    const { lease, slots, rest, figures } = this.#elements;
    lease.dataset['state'] = cache.isLeaseInForce ? 'live' : 'lost';
    showText(part(lease, '.lease-text'), leaseLine(cache));
    slots.dataset['lease'] = cache.isLeaseInForce ? 'in-force' : 'none';
    const untold = cache.entryCount - cache.entries.length;
    showText(rest, untold > 0 ? `Before them ${untold} more, which leave earlier.` : '');
    const held = new Set(cache.entries.map(({ name }) => name));
    for (const name of [...this.#tiles.keys()]) if (!held.has(name)) this.#tiles.delete(name);
    const tiles = cache.entries.map((entry) => this.#tileOf(entry).element);
    const empty = this.#emptySlots(Math.min(emptySlotsMax, Math.max(0, cache.capacity - cache.entryCount)));
    arrange(slots, [...tiles, ...empty]);
    showFigures(figures, cache);
  }

  /** Marks the slot of the toy that is being explained. */
  mark(picked: string): void {
    this.#picked = picked;
    for (const [name, { button }] of this.#tiles) button.setAttribute('aria-pressed', String(name === picked));
  }

  #tileOf({ name, epoch, sequence, ageMs }: CachedProductView): Tile {
    const version = `${epoch}.${sequence}`;
    const tile = this.#tiles.get(name) ?? this.#newTile(name);
    if (tile.version !== version) {
      flash(tile.button);
      tile.version = version;
      showText(part(tile.button, '.slot-version'), `version ${version}`);
      // Without the age: a name that changes every second is read out every second.
      tile.button.setAttribute('aria-label', `${name}, version ${version}`);
    }
    showText(part(tile.button, '.slot-age'), `read ${ago(ageMs)} ago`);
    return tile;
  }

  #newTile(name: string): Tile {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'slot';
    for (const line of ['slot-name', 'slot-version', 'slot-age']) {
      const span = document.createElement('span');
      span.className = line;
      button.append(span);
    }
    showText(part(button, '.slot-name'), name);
    button.setAttribute('aria-pressed', String(name === this.#picked));
    button.addEventListener('click', () => this.#onPick(name));
    const element = document.createElement('li');
    element.append(button);
    const tile: Tile = { element, button, version: '' };
    this.#tiles.set(name, tile);
    return tile;
  }

  #emptySlots(count: number): readonly HTMLElement[] {
    while (this.#empty.length < count) {
      const slot = document.createElement('li');
      slot.className = 'slot empty';
      slot.textContent = 'empty';
      this.#empty.push(slot);
    }
    return this.#empty.slice(0, count);
  }
}

function showFigures(list: HTMLElement, cache: CacheView): void {
  const figures: readonly (readonly [name: string, count: number])[] = [
    ['hits', cache.hits],
    ['misses', cache.misses],
    ['joined a load', cache.joined],
    ['past the cache', cache.passed],
    ['invalidations', cache.invalidations],
    ['evictions', cache.evictions],
    ['stale loads refused', cache.staleFillsPrevented],
  ];
  if (list.childElementCount === 0) list.append(...figures.map(([name]) => figureRow(name)));
  figures.forEach(([, count], position) => showText(part(list.children[position] as Element, 'dd'), String(count)));
}

function figureRow(name: string): HTMLElement {
  const row = document.createElement('div');
  const term = document.createElement('dt');
  term.textContent = name;
  row.append(term, document.createElement('dd'));
  return row;
}
