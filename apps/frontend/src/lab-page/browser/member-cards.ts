import type { MemberView } from '@toystore/contracts';
import { commandsFor, type ProcessCommand, processCommands } from './lab-control.js';
import { copyOf, list, part, say } from './parts.js';
import { logFacts, memberFacts, standingOf } from './words.js';

interface Card {
  readonly element: HTMLElement;
  /** What it said last; shown dimmed while it is dead. */
  last: MemberView | undefined;
}

/** Carries out what a button stands for; resolves when that is done or was refused. */
export type OnCommand = (kind: ProcessCommand, id: string) => Promise<void>;

const captions: Readonly<Record<ProcessCommand, string>> = {
  kill: 'Kill',
  pause: 'Pause',
  resume: 'Resume',
  start: 'Start',
};

/** One card a member, in the group's order: role, term, and how far its log is beside the longest one. */
export class MemberCards {
  readonly #list: HTMLElement;
  readonly #template: HTMLTemplateElement;
  readonly #onCommand: OnCommand | undefined;
  readonly #cards = new Map<string, Card>();

  /** @param onCommand undefined where nobody here may command the lab: then there are no buttons */
  constructor(list: HTMLElement, template: HTMLTemplateElement, onCommand: OnCommand | undefined) {
    this.#list = list;
    this.#template = template;
    this.#onCommand = onCommand;
  }

  show(members: readonly MemberView[]): void {
    const cards = members.map((member) => this.#cardOf(member.id));
    members.forEach((member, position) => {
      const card = cards[position] as Card;
      if (member.answer === 'status') card.last = member;
    });
    const longest = Math.max(1, ...cards.map(({ last }) => last?.lastLogIndex ?? 0));
    members.forEach((member, position) => show(cards[position] as Card, member, { members, longest }));
    const elements = cards.map(({ element }) => element);
    const isSame =
      this.#list.childElementCount === elements.length &&
      elements.every((element, position) => this.#list.children[position] === element);
    if (isSame) return;
    const ids = new Set(members.map(({ id }) => id));
    for (const id of [...this.#cards.keys()]) if (!ids.has(id)) this.#cards.delete(id);
    this.#list.replaceChildren(...elements);
  }

  #cardOf(id: string): Card {
    const known = this.#cards.get(id);
    if (known) return known;
    const card: Card = { element: copyOf(this.#template), last: undefined };
    card.element.dataset['member'] = id;
    say(part(card.element, '.member-name'), id);
    if (this.#onCommand) part(card.element, '.member-commands').append(...buttons(id, this.#onCommand));
    this.#cards.set(id, card);
    return card;
  }
}

function show(
  { element, last }: Card,
  member: MemberView,
  { members, longest }: { readonly members: readonly MemberView[]; readonly longest: number },
): void {
  const { badge, tone } = standingOf(member);
  element.dataset['standing'] = tone;
  say(part(element, '.badge'), badge);
  list(part(element, '.member-facts'), memberFacts(member, members));
  list(part(element, '.log-facts'), last === undefined ? [] : logFacts(last));
  const share = (index: number | null | undefined): string => `${Math.round((100 * (index ?? 0)) / longest)}%`;
  const offered = commandsFor(member.answer);
  for (const button of element.querySelectorAll<HTMLButtonElement>('[data-command]'))
    button.hidden = !offered.some((kind) => kind === button.dataset['command']);
  // Set through the object model: the content security policy refuses style attributes in markup.
  part(element, '.log-written').style.width = share(last?.lastLogIndex);
  part(element, '.log-committed').style.width = share(last?.commitIndex);
}

function buttons(id: string, onCommand: OnCommand): HTMLButtonElement[] {
  return processCommands.map((kind) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button quiet small';
    button.dataset['command'] = kind;
    button.textContent = captions[kind];
    button.setAttribute('aria-label', `${captions[kind]} ${id}`);
    button.addEventListener('click', () => {
      button.disabled = true;
      void onCommand(kind, id).finally(() => (button.disabled = false));
    });
    return button;
  });
}
