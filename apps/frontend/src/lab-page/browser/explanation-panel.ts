import type { ExplanationView } from '@toystore/contracts';
import { type Asked, askFor, fetchExplanation, fetchToyNames } from './lab-api.js';
import { showText } from './page-elements.js';
import { ago, servingLine } from './words.js';

interface ExplanationElements {
  readonly toy: HTMLSelectElement;
  readonly ask: HTMLButtonElement;
  readonly asked: HTMLElement;
  readonly why: HTMLElement;
  readonly version: HTMLElement;
  readonly past: HTMLElement;
}

/** Why the next request for one toy would be a hit or not, what became of the last ones, and a button to make one. */
export class ExplanationPanel {
  readonly #elements: ExplanationElements;
  readonly #onPicked: (name: string) => void;
  #names: 'missing' | 'asked' | 'known' = 'missing';

  constructor(elements: ExplanationElements, onPicked: (name: string) => void) {
    this.#elements = elements;
    this.#onPicked = onPicked;
    const { toy, ask, asked } = elements;
    toy.addEventListener('change', () => this.#begin());
    ask.addEventListener('click', () => {
      const name = toy.value;
      void askFor(name).then((answer) => {
        if (toy.value === name) showText(asked, askedWords(name, answer));
        return this.refresh();
      });
    });
  }

  pick(name: string): void {
    const { toy } = this.#elements;
    this.#offer([name]);
    if (toy.value === name) return;
    toy.value = name;
    this.#begin();
  }

  async refresh(): Promise<void> {
    const { toy } = this.#elements;
    if (this.#names === 'missing') void this.#loadNames();
    const name = toy.value;
    if (name === '') return;
    const explanation = await fetchExplanation(name);
    if (explanation !== undefined && toy.value === name) this.#show(explanation);
  }

  #begin(): void {
    showText(this.#elements.asked, '');
    this.#onPicked(this.#elements.toy.value);
    void this.refresh();
  }

  async #loadNames(): Promise<void> {
    this.#names = 'asked';
    const names = await fetchToyNames();
    this.#names = names === undefined ? 'missing' : 'known';
    const hadNone = this.#elements.toy.value === '';
    this.#offer(names ?? []);
    if (hadNone && names !== undefined) this.#begin();
  }

  #offer(names: readonly string[]): void {
    const { toy, ask } = this.#elements;
    const offered = new Set([...toy.options].map(({ value }) => value));
    toy.append(...names.filter((name) => !offered.has(name)).map((name) => new Option(name)));
    ask.disabled = toy.options.length === 0;
  }

  #show(explanation: ExplanationView): void {
    const { why, version, past } = this.#elements;
    const { ageMs, floor } = explanation;
    showText(why, servingLine(explanation));
    showText(
      version,
      explanation.version === null || ageMs === null
        ? ''
        : `Held: version ${explanation.version}, read ${ago(ageMs)} ago. What is older than ${floor} is never stored.`,
    );
    const rows = explanation.pastRequests.map(({ outcome, because, count, lastAgoMs }) => [
      `${count} × ${outcome}`,
      because,
      `${ago(lastAgoMs)} ago`,
    ]);
    if (past.childElementCount !== rows.length) past.replaceChildren(...rows.map(newRow));
    rows.forEach((texts, position) =>
      texts.forEach((text, column) => showText(past.children[position]?.children[column] as HTMLElement, text)),
    );
  }
}

function askedWords(name: string, answer: Asked | undefined): string {
  if (answer === undefined) return 'This frontend does not answer.';
  const { status, cacheStatus, quantity } = answer;
  return `${quantity === undefined ? `Answered with ${status}` : `${quantity} × ${name}`}. Cache-Status: ${cacheStatus}`;
}

function newRow(): HTMLTableRowElement {
  const element = document.createElement('tr');
  element.append(...Array.from({ length: 3 }, () => document.createElement('td')));
  return element;
}
