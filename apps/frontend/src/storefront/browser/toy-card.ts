import type { ProductView } from '@toystore/contracts';
import type { OpenPurchases } from './open-purchases.js';
import { idle, isOpen, nextPurchase, type PurchaseEvent, type PurchaseState } from './purchase.js';
import { placeOrder, randomKey } from './store-api.js';
import { blockLookOf, drawBlock } from './toy-block.js';
import { priceWords, stockWords, wordsFor } from './words.js';

export interface CardOptions {
  readonly template: HTMLTemplateElement;
  readonly open: OpenPurchases;
  /** Called when an order of this toy got its final answer. */
  readonly onSettled: (state: PurchaseState) => void;
}

/** One toy on the shelf: what it is, what is left of it, and the purchase of it that is going on. */
export class ToyCard {
  readonly element: HTMLLIElement;
  readonly #name: string;
  readonly #options: CardOptions;
  readonly #quantity: HTMLInputElement;
  #product: ProductView | undefined;
  #state: PurchaseState = idle;

  constructor(name: string, options: CardOptions) {
    this.#name = name;
    this.#options = options;
    const fragment = options.template.content.cloneNode(true) as DocumentFragment;
    this.element = part(fragment, '.toy');
    this.#quantity = part(this.element, '.quantity');
    this.#dress();
    this.#listen();
    const unanswered = options.open.of(name);
    if (unanswered) this.#take({ kind: 'restored', purchase: unanswered });
  }

  show(product: ProductView): void {
    const before = this.#product;
    this.#product = product;
    if (before?.price !== product.price) this.#text('.toy-price', priceWords(product.price));
    if (before?.quantity === product.quantity) return;
    const stock = stockWords(product.quantity);
    this.element.dataset['stock'] = stock.level;
    const line = part<HTMLElement>(this.element, '.toy-stock');
    line.dataset['stock'] = stock.level;
    this.#text('.toy-stock-text', stock.text);
    if (before) restartAnimation(line, 'changed');
    this.#enable();
  }

  #dress(): void {
    const look = blockLookOf(this.#name);
    // Set through the object model: the content security policy refuses style attributes in markup.
    this.element.style.setProperty('--hue', String(look.hue));
    part(this.element, '.toy-picture').append(drawBlock(look));
    this.element.dataset['name'] = this.#name;
    this.#text('.toy-name', this.#name);
    this.#quantity.setAttribute('aria-label', `Quantity of ${this.#name}`);
    part(this.element, '.buy').setAttribute('aria-label', `Buy ${this.#name}`);
    part(this.element, '[data-step="-1"]').setAttribute('aria-label', `One ${this.#name} fewer`);
    part(this.element, '[data-step="1"]').setAttribute('aria-label', `One ${this.#name} more`);
  }

  #listen(): void {
    for (const button of this.element.querySelectorAll<HTMLButtonElement>('.step')) {
      button.addEventListener('click', () => this.#step(Number(button.dataset['step'])));
    }
    part(this.element, '.toy-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#buy();
    });
  }

  #step(by: number): void {
    const current = /^\d+$/.test(this.#quantity.value) ? Number(this.#quantity.value) : 1;
    this.#quantity.value = String(Math.min(Math.max(1, current + by), Math.max(1, this.#product?.quantity ?? 1)));
  }

  #buy(): void {
    const quantity = /^\d{1,6}$/.test(this.#quantity.value.trim()) ? Number(this.#quantity.value) : 0;
    if (quantity < 1 || quantity > 100_000) {
      this.#quantity.setAttribute('aria-invalid', 'true');
      this.#notice({ tone: 'bad', text: 'Choose a whole number from 1 to 100000.' });
      this.#quantity.focus();
      return;
    }
    this.#quantity.removeAttribute('aria-invalid');
    this.#take({ kind: 'buy', purchase: { name: this.#name, quantity, key: randomKey() } });
  }

  #take(event: PurchaseEvent): void {
    const before = this.#state;
    const state = nextPurchase(before, event);
    if (state === before) return;
    this.#state = state;
    if (isOpen(state)) this.#options.open.keep(state.purchase);
    else this.#options.open.settle(this.#name);
    this.#notice(wordsFor(state));
    this.#enable();
    switch (state.kind) {
      case 'sending':
        void placeOrder(state.purchase).then((answer) => this.#take({ kind: 'answered', answer }));
        return;
      case 'waiting':
        setTimeout(() => this.#take({ kind: 'retry_due' }), state.retryAfterMs);
        return;
      case 'placed':
      case 'refused':
        if (state.kind === 'placed') this.#quantity.value = '1';
        this.#options.onSettled(state);
        return;
      case 'idle':
      case 'unanswered':
        return;
    }
  }

  #enable(): void {
    const buy = part<HTMLButtonElement>(this.element, '.buy');
    // aria-disabled keeps the focus where it is while the order is on its way; `disabled` would throw it away.
    buy.setAttribute('aria-disabled', String(isOpen(this.#state)));
    const soldOut = this.#product?.quantity === 0;
    buy.disabled = soldOut && !isOpen(this.#state);
    buy.textContent =
      isOpen(this.#state) && this.#state.kind !== 'unanswered' ? 'Ordering…' : soldOut ? 'Sold out' : 'Buy';
  }

  #notice(notice: ReturnType<typeof wordsFor>): void {
    const box = part<HTMLElement>(this.element, '.toy-result');
    box.replaceChildren();
    box.dataset['tone'] = notice?.tone ?? 'plain';
    if (!notice) return;
    const text = document.createElement('span');
    text.textContent = notice.text;
    box.append(text);
    if (!notice.again) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button quiet small again';
    button.textContent = notice.again;
    button.addEventListener('click', () => {
      part<HTMLButtonElement>(this.element, '.buy').focus();
      this.#take({ kind: 'check_again' });
    });
    box.append(button);
  }

  #text(selector: string, text: string): void {
    part(this.element, selector).textContent = text;
  }
}

function part<T extends Element = Element>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`The page has no "${selector}".`);
  return found;
}

function restartAnimation(element: HTMLElement, className: string): void {
  element.classList.remove(className);
  void element.offsetWidth;
  element.classList.add(className);
}
