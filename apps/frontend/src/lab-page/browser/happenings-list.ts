import type { Happening } from './cluster-story.js';

const shownMax = 60;

/** What has happened since the page was opened, the latest first. */
export class HappeningsList {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  add(happenings: readonly Happening[], at: Date): void {
    for (const { tone, text } of happenings) {
      const item = document.createElement('li');
      const time = document.createElement('time');
      time.dateTime = at.toISOString();
      time.textContent = at.toLocaleTimeString('en-GB');
      const what = document.createElement('span');
      what.textContent = text;
      item.dataset['happening'] = tone;
      item.append(time, what);
      this.#list.prepend(item);
    }
    while (this.#list.childElementCount > shownMax) this.#list.lastElementChild?.remove();
  }
}
