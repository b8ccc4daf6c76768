import { afterEach, describe, expect, it } from '@jest/globals';
import type { Membership } from '../membership/membership.js';
import type { CommittedEntry, StateMachine } from '../replicated-log/state-machine.js';
import { InMemoryCluster } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

class Notes implements StateMachine {
  readonly notes: unknown[] = [];

  apply({ command }: CommittedEntry): number {
    return this.notes.push(command);
  }

  snapshot(): unknown {
    return this.notes;
  }

  restore(snapshot: unknown): void {
    this.notes.splice(0, Infinity, ...(snapshot as unknown[]));
  }
}

type Says = boolean | (() => Promise<boolean>);

const running: InMemoryCluster<Notes>[] = [];

afterEach(async () => {
  for (const cluster of running.splice(0)) {
    await cluster.stop();
    expect(cluster.fatalErrors).toEqual([]);
  }
});

/** Priorities rise with the numbers: r3 leads where nothing speaks against it. */
async function setUp({ stableMs = 0 } = {}) {
  const clock = new ManualClock(1000);
  const says = new Map<string, Says>();
  const objections: string[] = [];
  const handOvers: string[] = [];
  const problems: string[] = [];
  const cluster = new InMemoryCluster<Notes>({
    stateMachine: () => new Notes(),
    clock,
    tuning: { priorityTakeoverStableMs: stableMs },
    fitness: (id) => [
      {
        name: `Database.isReachable of ${id}`,
        run: () => {
          const answer = says.get(id) ?? true;
          return typeof answer === 'boolean' ? answer : answer();
        },
      },
    ],
    hooks: (id) => ({ deposed: async () => void handOvers.push(id) }),
    observer: (id) => ({
      fitness: (objection) => void objections.push(`${id}: ${objection ?? 'fit'}`),
      problem: (what) => void problems.push(`${id}: ${what}`),
    }),
  });
  running.push(cluster);
  await cluster.start();
  const leaderIs = (id: string): Promise<void> => clock.until(() => cluster.leader?.id === id, `${id} to lead`);
  await leaderIs('r3');
  return { clock, cluster, says, objections, handOvers, problems, leaderIs };
}

describe('a leader whose application is not fit to lead', () => {
  it('makes way for the member of the highest priority that is', async () => {
    const { cluster, clock, says, objections, leaderIs } = await setUp();
    says.set('r3', false).set('r2', false);

    await leaderIs('r1');

    expect(objections).toEqual(['r3: Database.isReachable of r3 says no']);
    const written = cluster.member('r1').log.propose('note');
    await clock.until(() => cluster.member('r2').stateMachine.notes.length === 1, 'the note to arrive');
    await written;
  });

  it.each<[string, Says]>([
    ['throws', () => Promise.reject(new Error('no route to it'))],
    ['does not answer in time', () => new Promise(() => undefined)],
  ])('makes way as well when the method %s', async (_, answer) => {
    const { says, leaderIs } = await setUp();
    says.set('r3', answer);

    await leaderIs('r2');
  });

  it('leads on where nobody is, without leaving office, until somebody is', async () => {
    const { clock, cluster, says, handOvers, leaderIs } = await setUp();
    for (const id of cluster.ids) says.set(id, false);

    await clock.advance(60_000);
    expect([cluster.leader?.id, cluster.leader?.election.state().term, handOvers]).toEqual(['r3', 1, []]);

    says.set('r1', true);
    await leaderIs('r1');
  });

  it('stays where what all lacked comes back to all', async () => {
    const { clock, cluster, says, handOvers } = await setUp();
    for (const id of cluster.ids) says.set(id, false);
    await clock.advance(5000);

    // The others notice first.
    says.set('r1', true).set('r2', async () => {
      says.set('r3', true);
      return true;
    });
    await clock.advance(30_000);

    expect([cluster.leader?.id, handOvers]).toEqual(['r3', []]);
  });
});

describe('while applications are being asked', () => {
  /** r3 leads and says no; what the others are asked stays open until `answer`. */
  async function askedHeirs() {
    const setting = await setUp();
    const open = new Set<(isFit: boolean) => void>();
    const held = (): Promise<boolean> => new Promise((resolve) => open.add(resolve));
    setting.says.set('r1', held).set('r2', held).set('r3', false);
    await setting.clock.until(() => open.size === 2, 'the others to be asked');
    const answer = async (isFit: boolean): Promise<void> => {
      for (const resolve of open) resolve(isFit);
      setting.says.set('r1', isFit).set('r2', isFit);
      await setting.clock.settle();
    };
    return { ...setting, answer };
  }

  it('the leader may stop: it hands nothing over afterwards', async () => {
    const { cluster, clock, answer, objections, problems } = await askedHeirs();

    await cluster.stopMember('r3');
    await answer(true);
    await clock.advance(3000);

    expect([objections, problems]).toEqual([['r3: Database.isReachable of r3 says no'], []]);
  });

  it('the leader may be deposed: it hands nothing over afterwards, nor in its next leadership', async () => {
    const { cluster, clock, says, answer, problems } = await askedHeirs();
    await cluster.member('r3').election.resign();
    says.set('r3', true);
    await clock.until(() => cluster.leader !== undefined, 'a leader');
    const before = { id: cluster.leader?.id, term: cluster.leader?.election.state().term };

    await answer(true);
    await clock.advance(500);

    expect({ id: cluster.leader?.id, term: cluster.leader?.election.state().term }).toEqual(before);
    expect(problems).toEqual([]);
  });

  it('an heir may leave the group: leadership goes to another one', async () => {
    const { cluster, clock, answer, handOvers, problems, leaderIs } = await askedHeirs();
    let isRemoved = false;
    const removed = cluster.member('r3').membership.remove('r2');
    void removed.then(() => (isRemoved = true));
    await clock.until(() => isRemoved, 'r2 to be removed', 500);
    await removed;

    await answer(true);
    await leaderIs('r1');

    expect([handOvers, problems]).toEqual([['r3'], []]);
  });

  it('a slow answer says nothing against what was asked after it', async () => {
    const { clock, cluster, says, objections, handOvers } = await setUp();
    for (const id of cluster.ids) says.set(id, false);
    await clock.advance(2500);
    let late: ((isFit: boolean) => void) | undefined;
    // The next question is answered late; the one that is asked before leadership passes, at once.
    says.set('r3', () => {
      says.set('r3', true);
      return new Promise((resolve) => (late = resolve));
    });
    says.set('r2', true);
    await clock.until(() => objections.at(-1) === 'r3: fit', 'r3 to be fit again');

    late?.(false);
    await clock.advance(5000);

    expect(objections).toEqual(['r3: Database.isReachable of r3 says no', 'r3: fit']);
    expect([cluster.leader?.id, handOvers]).toEqual(['r3', []]);
  });
});

describe('a leader that is not fit to lead while members change', () => {
  async function withNewcomer() {
    const setting = await setUp();
    const { cluster, clock } = setting;
    const newcomer = cluster.newcomer();
    await cluster.startMember('r4');
    const added = cluster.member('r3').membership.addLearner(newcomer);
    await clock.until(() => cluster.member('r4').membership.members().length === 4, 'r4 to know the group');
    await added;
    return setting;
  }

  it('makes way for no learner, of whatever priority', async () => {
    const { clock, cluster, says, leaderIs } = await withNewcomer();
    says.set('r3', false).set('r2', false).set('r1', false);
    await clock.advance(10_000);
    expect(cluster.leader?.id).toBe('r3');

    says.set('r1', true);
    await leaderIs('r1');

    expect(cluster.member('r4').election.state().role).toBe('learner');
  });

  it.each<[string, (leader: Membership) => Promise<void>, string, readonly string[]]>([
    ['promotes', (leader) => leader.promote('r4'), 'r4', ['r1', 'r2', 'r3', 'r4']],
    ['removes itself', (leader) => leader.remove('r3'), 'r2', ['r1', 'r2']],
    ['removes a follower', (leader) => leader.remove('r2'), 'r1', ['r1', 'r3']],
  ])('and %s: both happen, whichever is first', async (_, change, heir, voters) => {
    const { clock, cluster, says, problems } = await withNewcomer();
    const { membership } = cluster.member('r3');
    let settled = false;
    const changed = change(membership).catch((error: unknown) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/INDETERMINATE|NOT_LEADER/) });
    });
    void changed.then(() => (settled = true));

    says.set('r3', false);
    await clock.until(() => settled && cluster.leader !== undefined && cluster.leader.id !== 'r3', 'both');

    await changed;
    expect(cluster.leader?.id).toBe(heir);
    const members = cluster.leader?.membership.members() ?? [];
    expect(members.filter(({ kind }) => kind === 'voter').map(({ id }) => id)).toEqual(voters);
    expect(problems).toEqual([]);
    const written = cluster.leader?.log.propose('note');
    await clock.until(() => cluster.leader?.stateMachine.notes.length === 1, 'the note to be applied');
    await written;
  });
});

describe('a higher priority whose application is not fit to lead', () => {
  it('is not made way for until it is', async () => {
    const { clock, cluster, says, handOvers, leaderIs } = await setUp({ stableMs: 2000 });
    says.set('r3', false);
    await leaderIs('r2');

    await clock.advance(120_000);
    expect([cluster.leader?.id, handOvers]).toEqual(['r2', ['r3']]);

    says.set('r3', true);
    await leaderIs('r3');
  });
});
