import type { CacheView, ClusterView, MemberView } from '@toystore/contracts';

export type Tone = 'plain' | 'good' | 'warn' | 'bad';

/** Something that has happened since the view before. */
export interface Happening {
  readonly tone: Tone;
  readonly text: string;
}

/** One late answer is no news. */
const missedUntilTold = 2;

/**
 * Tells what happened from one view of the store to the next. What began and ended between two views is not seen; sales
 * and hits are not told, they are too many.
 */
export class ClusterStory {
  #before: ClusterView | undefined;
  /** Members that came back behind the others and have not caught up yet. */
  readonly #behind = new Set<string>();
  /** How many views in a row a member has been silent. */
  readonly #missed = new Map<string, number>();
  /** The catalog's last known one: while there is no session there is none. */
  #epoch: number | null = null;

  /** What is news in this view, in the order in which it is best read. */
  next(view: ClusterView): readonly Happening[] {
    const before = this.#before;
    this.#before = view;
    const epochBefore = this.#epoch;
    this.#epoch = view.cache.epoch ?? epochBefore;
    if (before === undefined) return [first(view)];
    return [
      ...this.#members(before.replicas, view.replicas),
      ...this.#members(before.catalog, view.catalog),
      ...leaderNews(before, view),
      ...cacheNews(before.cache, view.cache, epochBefore),
    ];
  }

  #members(before: readonly MemberView[], now: readonly MemberView[]): Happening[] {
    const gone = before.filter(({ id }) => now.every((member) => member.id !== id));
    return [
      ...gone.map(({ id }): Happening => ({ tone: 'plain', text: `${id} is no member any more.` })),
      ...now.flatMap((member) => {
        const earlier = before.find(({ id }) => id === member.id);
        return earlier === undefined
          ? [{ tone: 'plain' as const, text: `${member.id} is a member now: ${member.kind}.` }]
          : [...this.#answers(earlier, member, now), ...states(earlier, member)];
      }),
    ];
  }

  #answers(before: MemberView, now: MemberView, group: readonly MemberView[]): Happening[] {
    const { id } = now;
    switch (now.answer) {
      case 'gone':
        this.#behind.delete(id);
        this.#missed.delete(id);
        return before.answer === 'gone'
          ? []
          : [{ tone: 'bad', text: `${id} is dead: no process listens on its port.` }];
      case 'silent': {
        this.#behind.delete(id);
        const missed = (this.#missed.get(id) ?? 0) + 1;
        this.#missed.set(id, missed);
        return missed === missedUntilTold
          ? [{ tone: 'bad', text: `${id} does not answer: it is paused, or cut off from this frontend.` }]
          : [];
      }
      case 'status':
        return this.#statusNews(before, now, group);
    }
  }

  #statusNews(before: MemberView, now: MemberView, group: readonly MemberView[]): Happening[] {
    const { id } = now;
    const behind = entriesBehind(now, group);
    const missed = this.#missed.get(id) ?? 0;
    this.#missed.delete(id);
    if (before.answer === 'gone' || missed >= missedUntilTold) {
      if (behind > 0) this.#behind.add(id);
      return [{ tone: 'good', text: `${id} is back${behind > 0 ? `, ${entries(behind)} behind` : ''}.` }];
    }
    if (behind > 0 || !this.#behind.delete(id)) return [];
    return [{ tone: 'good', text: `${id} has caught up, up to entry ${now.lastLogIndex}.` }];
  }
}

/** How many committed entries a member that answers does not have yet, as far as any member of its group knows. */
export function entriesBehind({ answer, lastLogIndex }: MemberView, group: readonly MemberView[]): number {
  if (answer !== 'status' || lastLogIndex === null) return 0;
  return Math.max(0, ...group.map(({ commitIndex }) => (commitIndex ?? 0) - lastLogIndex));
}

export function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function first({ frontend, leader }: ClusterView): Happening {
  return leader === null
    ? { tone: 'warn', text: `Watching through ${frontend}. Nobody leads.` }
    : { tone: 'plain', text: `Watching through ${frontend}. ${leader.id} leads in term ${leader.term}.` };
}

function states(before: MemberView, now: MemberView): Happening[] {
  if (now.answer !== 'status') return [];
  const news: Happening[] = [];
  if (now.kind !== before.kind) news.push({ tone: 'plain', text: `${now.id} is a ${now.kind} now.` });
  if (now.isDiskFull && !before.isDiskFull) news.push({ tone: 'bad', text: `The disk of ${now.id} is full.` });
  if (!now.isDiskFull && before.isDiskFull && before.answer === 'status')
    news.push({ tone: 'good', text: `The disk of ${now.id} has space again.` });
  if (now.role === 'candidate' && before.role !== 'candidate')
    news.push({ tone: 'plain', text: `${now.id} stands for election in term ${now.term}.` });
  return news;
}

function leaderNews({ leader: before }: ClusterView, { leader: now }: ClusterView): Happening[] {
  if (now === null)
    return before === null ? [] : [{ tone: 'warn', text: 'Nobody leads: orders wait for the election.' }];
  if (before !== null && before.id === now.id && before.term === now.term) return [];
  return [{ tone: 'good', text: `${now.id} leads in term ${now.term}.` }];
}

function cacheNews(before: CacheView, now: CacheView, epochBefore: number | null): Happening[] {
  const news: Happening[] = [];
  if (before.isLeaseInForce && !now.isLeaseInForce)
    news.push({ tone: 'warn', text: 'The cache has lost its lease: it answers nothing until the catalog renews it.' });
  if (now.epoch !== null && epochBefore !== null && now.epoch !== epochBefore)
    news.push({ tone: 'plain', text: `The catalog has started anew, epoch ${now.epoch}: the cache began empty.` });
  if (!before.isLeaseInForce && now.isLeaseInForce) news.push({ tone: 'good', text: 'The cache has a lease again.' });
  return news;
}
