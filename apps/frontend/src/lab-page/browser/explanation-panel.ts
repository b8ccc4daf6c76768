import type { ExplanationView } from '@toystore/contracts';
import { type Asked, askFor, fetchExplanation, fetchToyNames } from './lab-api.js';
import { say } from './parts.js';
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
  #isLoadingNames = false;

  constructor(elements: ExplanationElements) {
    this.#elements = elements;
    const { toy, ask, asked } = elements;
    toy.addEventListener('change', () => {
      say(asked, '');
      void this.refresh();
    });
    ask.addEventListener('click', () => {
      const name = toy.value;
      void askFor(name).then((answer) => {
        if (toy.value === name) say(asked, askedWords(name, answer));
        return this.refresh();
      });
    });
  }

  pick(name: string): void {
    const { toy, asked } = this.#elements;
    if (toy.value === name) return;
    if ([...toy.options].every(({ value }) => value !== name)) toy.append(new Option(name));
    toy.value = name;
    say(asked, '');
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const { toy } = this.#elements;
    if (toy.options.length === 0) await this.#loadNames();
    const name = toy.value;
    if (name === '') return;
    const explanation = await fetchExplanation(name);
    if (explanation !== undefined && toy.value === name) this.#show(explanation);
  }

  async #loadNames(): Promise<void> {
    if (this.#isLoadingNames) return;
    this.#isLoadingNames = true;
    const { toy, ask } = this.#elements;
    const names = (await fetchToyNames()) ?? [];
    this.#isLoadingNames = false;
    for (const name of names) if ([...toy.options].every(({ value }) => value !== name)) toy.append(new Option(name));
    ask.disabled = toy.options.length === 0;
  }

  #show(explanation: ExplanationView): void {
    const { why, version, past } = this.#elements;
    why.dataset['serving'] = explanation.wouldServe;
    say(why, servingLine(explanation));
    const { ageMs } = explanation;
    say(
      version,
      explanation.version === null
        ? ''
        : `Held: version ${explanation.version}${ageMs === null ? '' : `, read ${ago(ageMs)} ago`}. What is older than ${explanation.floor} is never stored.`,
    );
    const rows = explanation.pastRequests.map(({ outcome, because, count, lastAgoMs }) => [
      `${count} × ${outcome}`,
      because,
      `${ago(lastAgoMs)} ago`,
    ]);
    if (past.childElementCount !== rows.length) past.replaceChildren(...rows.map(row));
    rows.forEach((texts, position) =>
      texts.forEach((text, column) => say(past.children[position]?.children[column] as HTMLElement, text)),
    );
  }
}

function askedWords(name: string, answer: Asked | undefined): string {
  if (answer === undefined) return 'This frontend does not answer.';
  const { status, cacheStatus, quantity } = answer;
  return `${quantity === undefined ? `Answered with ${status}` : `${quantity} × ${name}`}. Cache-Status: ${cacheStatus}`;
}

function row(): HTMLTableRowElement {
  const element = document.createElement('tr');
  element.append(...Array.from({ length: 3 }, () => document.createElement('td')));
  return element;
}
