import { OpenPurchases } from './open-purchases.js';
import { startLookup } from './order-lookup.js';
import type { PurchaseState } from './purchase.js';
import { Shelf } from './shelf.js';

function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element "${id}".`);
  return found as T;
}

function listOrder(state: PurchaseState): void {
  if (state.kind !== 'placed') return;
  const item = document.createElement('li');
  const what = document.createElement('span');
  what.textContent = `${state.purchase.quantity} × ${state.purchase.name}`;
  const number = document.createElement('span');
  number.className = 'number';
  number.textContent = `order ${state.orderNumber}`;
  item.append(what, number);
  byId('no-orders').hidden = true;
  byId('orders').prepend(item);
}

const shelf = new Shelf(
  { list: byId('toys'), count: byId('toy-count'), freshness: byId('freshness'), freshnessText: byId('freshness-text') },
  {
    template: byId<HTMLTemplateElement>('toy-card'),
    open: new OpenPurchases(sessionStorage),
    onSettled: (state) => {
      listOrder(state);
      void shelf.refresh();
    },
  },
);

startLookup({
  form: byId<HTMLFormElement>('lookup'),
  input: byId<HTMLInputElement>('order-number'),
  answer: byId('lookup-answer'),
});
shelf.start();
