import type { MemberView } from '@toystore/contracts';
import { isOpen } from './cluster-story.js';
import { commandsFor, type ProcessCommand, processCommands } from './lab-control.js';
import { arrange, copyOf, part, showText, showTexts } from './page-elements.js';
import { logFacts, memberFacts, standingOf } from './words.js';

interface Card {
  readonly element: HTMLElement;
  /** What it said of its log last; shown dimmed while it is gone. */
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
    const shown = members.map((member) => ({ member, card: this.#cardOf(member.id) }));
    for (const { member, card } of shown) if (isOpen(member)) card.last = member;
    const longest = Math.max(1, ...shown.map(({ card }) => card.last?.lastLogIndex ?? 0));
    for (const { member, card } of shown) showMember(card, member, { members, longest });
    const ids = new Set(members.map(({ id }) => id));
    for (const id of [...this.#cards.keys()]) if (!ids.has(id)) this.#cards.delete(id);
    arrange(
      this.#list,
      shown.map(({ card }) => card.element),
    );
  }

  #cardOf(id: string): Card {
    const known = this.#cards.get(id);
    if (known) return known;
    const card: Card = { element: copyOf(this.#template), last: undefined };
    card.element.dataset['member'] = id;
    showText(part(card.element, '.member-name'), id);
    if (this.#onCommand) part(card.element, '.member-commands').append(...buttons(id, this.#onCommand));
    this.#cards.set(id, card);
    return card;
  }
}

function showMember(
  { element, last }: Card,
  member: MemberView,
  { members, longest }: { readonly members: readonly MemberView[]; readonly longest: number },
): void {
  const { badge, tone } = standingOf(member);
  element.dataset['standing'] = tone;
  showText(part(element, '.badge'), badge);
  showTexts(part(element, '.member-facts'), memberFacts(member, members));
  showTexts(part(element, '.log-facts'), last === undefined ? [] : logFacts(last));
  const share = (index: number | null | undefined): string => `${Math.round((100 * (index ?? 0)) / longest)}%`;
  // Set through the object model: the content security policy refuses style attributes in markup.
  part(element, '.log-written').style.width = share(last?.lastLogIndex);
  part(element, '.log-committed').style.width = share(last?.commitIndex);
  offer(element, commandsFor(member.answer));
}

/** Who has just pressed a button that goes away finds the focus on one that came in its place. */
function offer(card: HTMLElement, commands: readonly ProcessCommand[]): void {
  const all = [...card.querySelectorAll<HTMLButtonElement>('[data-command]')];
  const hadFocus = all.some((button) => button === document.activeElement);
  for (const button of all) button.hidden = !commands.some((kind) => kind === button.dataset['command']);
  const visible = all.filter(({ hidden }) => !hidden);
  if (hadFocus && visible.every((button) => button !== document.activeElement)) visible[0]?.focus();
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
      // Not `disabled`, which would take the focus away.
      if (button.getAttribute('aria-disabled') === 'true') return;
      button.setAttribute('aria-disabled', 'true');
      void onCommand(kind, id).finally(() => button.removeAttribute('aria-disabled'));
    });
    return button;
  });
}
