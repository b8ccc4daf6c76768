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
  /** Members whose loss was told, by what was told of it. */
  readonly #lost = new Map<string, 'gone' | 'silent'>();
  /** How many views in a row a member has been silent. */
  readonly #missed = new Map<string, number>();
  /** Members that came back behind the others and have not caught up yet. */
  readonly #behind = new Set<string>();
  /** The catalog's last known one: while there is no session there is none. */
  #epoch: number | null = null;

  /** What is news in this view, in the order in which it is best read. */
  next(view: ClusterView): readonly Happening[] {
    const before = this.#before;
    this.#before = view;
    const epochBefore = this.#epoch;
    this.#epoch = view.cache.epoch ?? epochBefore;
    return [
      ...(before === undefined ? [first(view)] : []),
      ...this.#members(before?.replicas ?? view.replicas, view.replicas),
      ...this.#members(before?.catalog ?? view.catalog, view.catalog),
      ...(before === undefined ? [] : leaderNews(before, view)),
      ...(before === undefined ? [] : cacheNews(before.cache, view.cache, epochBefore)),
    ];
  }

  #members(before: readonly MemberView[], now: readonly MemberView[]): Happening[] {
    const left = before.filter(({ id }) => now.every((member) => member.id !== id));
    for (const { id } of left) this.#forget(id);
    return [
      ...left.map(({ id }): Happening => ({ tone: 'plain', text: `${id} is no member any more.` })),
      ...now.flatMap((member) => {
        const earlier = before.find(({ id }) => id === member.id);
        return earlier === undefined
          ? [{ tone: 'plain' as const, text: `${member.id} is a member now: ${member.kind}.` }]
          : [...this.#answers(member, now), ...states(earlier, member)];
      }),
    ];
  }

  #forget(id: string): void {
    this.#lost.delete(id);
    this.#missed.delete(id);
    this.#behind.delete(id);
  }

  #answers(now: MemberView, group: readonly MemberView[]): Happening[] {
    const { id, answer } = now;
    const missed = answer === 'silent' ? (this.#missed.get(id) ?? 0) + 1 : 0;
    this.#missed.set(id, missed);
    if (answer === 'status') return this.#present(now, group);
    this.#behind.delete(id);
    const told = this.#lost.get(id);
    // Dead stays dead while its port, or what stands in for it, once does not answer in time.
    if (told === 'gone' || told === answer || (answer === 'silent' && missed < missedUntilTold)) return [];
    this.#lost.set(id, answer);
    return [
      answer === 'gone'
        ? { tone: 'bad', text: `${id} is gone: it refuses connections.` }
        : { tone: 'bad', text: `${id} does not answer: it is paused, cut off from this frontend, or in trouble.` },
    ];
  }

  #present(now: MemberView, group: readonly MemberView[]): Happening[] {
    const { id } = now;
    const behind = entriesBehind(now, group);
    if (this.#lost.delete(id)) {
      if (behind > 0) this.#behind.add(id);
      return [{ tone: 'good', text: `${id} is back${behind > 0 ? `, ${entries(behind)} behind` : ''}.` }];
    }
    // While its log is not open yet nothing is known of how far that is.
    if (behind > 0 || !isOpen(now) || !this.#behind.delete(id)) return [];
    return [{ tone: 'good', text: `${id} has caught up, up to entry ${now.lastLogIndex}.` }];
  }
}

/** Whether a member that answers has its log open; before that its figures are no figures. */
export function isOpen({ answer, role }: MemberView): boolean {
  return answer === 'status' && role !== 'stopped';
}

/** How many committed entries a member does not have yet, as far as any member of its group knows. */
export function entriesBehind(member: MemberView, group: readonly MemberView[]): number {
  if (!isOpen(member)) return 0;
  return Math.max(0, ...group.map(({ commitIndex }) => (commitIndex ?? 0) - (member.lastLogIndex ?? 0)));
}

export function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function first({ frontend, leader }: ClusterView): Happening {
  return leader === null
    ? { tone: 'warn', text: `Watching through ${frontend}, which knows no leader.` }
    : { tone: 'plain', text: `Watching through ${frontend}. ${leader.id} leads in term ${leader.term}.` };
}

function states(before: MemberView, now: MemberView): Happening[] {
  if (now.answer !== 'status') return [];
  const news: Happening[] = [];
  if (now.kind !== before.kind) news.push({ tone: 'plain', text: `${now.id} is a ${now.kind} now.` });
  if (now.isDiskFull && !before.isDiskFull) news.push({ tone: 'bad', text: `The disk of ${now.id} is full.` });
  if (!now.isDiskFull && before.isDiskFull) news.push({ tone: 'good', text: `The disk of ${now.id} has space again.` });
  if (now.role === 'candidate' && before.role !== 'candidate')
    news.push({ tone: 'plain', text: `${now.id} stands for election in term ${now.term}.` });
  return news;
}

function leaderNews({ leader: before }: ClusterView, { frontend, leader: now }: ClusterView): Happening[] {
  if (now === null)
    return before === null ? [] : [{ tone: 'warn', text: `${frontend} knows no leader: its orders wait.` }];
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
