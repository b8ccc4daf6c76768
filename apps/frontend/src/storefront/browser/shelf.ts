import type { ProductView } from '@toystore/contracts';
import { fetchShelf } from './store-api.js';
import { type CardOptions, ToyCard } from './toy-card.js';

const pollMs = 2_500;

interface ShelfElements {
  readonly list: HTMLElement;
  readonly count: HTMLElement;
  readonly freshness: HTMLElement;
  readonly freshnessText: HTMLElement;
}

/** The toys and their stock, refreshed by light conditional polling while the page is visible, and at once after an order. */
export class Shelf {
  readonly #elements: ShelfElements;
  readonly #cardOptions: CardOptions;
  readonly #cards = new Map<string, ToyCard>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latestAsk = 0;

  constructor(elements: ShelfElements, cardOptions: CardOptions) {
    this.#elements = elements;
    this.#cardOptions = cardOptions;
  }

  start(): void {
    this.#elements.list.replaceChildren(...Array.from({ length: 8 }, ghost));
    document.addEventListener('visibilitychange', () =>
      document.hidden ? clearTimeout(this.#timer) : void this.refresh(),
    );
    void this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const ask = ++this.#latestAsk;
    const answer = await fetchShelf();
    // A slow answer that was asked for before a newer one must not put older stock on the page.
    if (ask !== this.#latestAsk) return;
    if (answer.kind === 'products') this.#show(answer.products);
    this.#showFreshness(answer.kind === 'products' ? 'live' : 'lost');
    if (!document.hidden) this.#timer = setTimeout(() => void this.refresh(), pollMs);
  }

  #show(products: readonly ProductView[]): void {
    const names = new Set(products.map((product) => product.name));
    const sameToys = names.size === this.#cards.size && [...names].every((name) => this.#cards.has(name));
    for (const product of products) this.#cardOf(product.name).show(product);
    if (sameToys) return;
    for (const name of [...this.#cards.keys()]) if (!names.has(name)) this.#cards.delete(name);
    this.#elements.list.replaceChildren(...products.map((product) => this.#cardOf(product.name).element));
    this.#elements.list.setAttribute('aria-busy', 'false');
    this.#elements.count.textContent = products.length === 1 ? '1 toy' : `${products.length} toys`;
  }

  #cardOf(name: string): ToyCard {
    const known = this.#cards.get(name);
    if (known) return known;
    const card = new ToyCard(name, this.#cardOptions);
    this.#cards.set(name, card);
    return card;
  }

  #showFreshness(state: 'live' | 'lost'): void {
    if (this.#elements.freshness.dataset['state'] === state) return;
    this.#elements.freshness.dataset['state'] = state;
    this.#elements.freshnessText.textContent =
      state === 'live' ? 'Stock is live' : 'The store cannot be reached; trying again';
  }
}

function ghost(): HTMLLIElement {
  const item = document.createElement('li');
  item.className = 'ghost';
  item.setAttribute('aria-hidden', 'true');
  return item;
}
