import { findOrder, type LookupAnswer } from './store-api.js';

interface LookupElements {
  readonly form: HTMLFormElement;
  readonly input: HTMLInputElement;
  readonly answer: HTMLElement;
}

/** "Find an order": any order can be looked up by its number. */
export function startLookup({ form, input, answer }: LookupElements): void {
  let latestAsk = 0;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const number = input.value.trim();
    const ask = ++latestAsk;
    if (!/^\d{1,16}$/.test(number)) {
      say(answer, { tone: 'bad', text: 'Type an order number, for example 0.' });
      return;
    }
    say(answer, { tone: 'plain', text: 'Looking…' });
    void findOrder(String(Number(number))).then((found) => {
      if (ask === latestAsk) say(answer, lookupWords(number, found));
    });
  });
}

function lookupWords(number: string, found: LookupAnswer): { readonly tone: string; readonly text: string } {
  switch (found.kind) {
    case 'found':
      return { tone: 'good', text: `Order ${found.order.number}: ${found.order.quantity} × ${found.order.name}.` };
    case 'absent':
      return { tone: 'bad', text: `There is no order ${number}.` };
    case 'unreachable':
      return { tone: 'warn', text: 'The store has no leader right now. Try again in a moment.' };
  }
}

function say(answer: HTMLElement, words: { readonly tone: string; readonly text: string }): void {
  answer.dataset['tone'] = words.tone;
  answer.textContent = words.text;
}
