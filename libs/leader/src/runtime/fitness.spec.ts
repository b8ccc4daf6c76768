import { afterEach, describe, expect, it } from '@jest/globals';
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
    observer: (id) => ({ fitness: (objection) => void objections.push(`${id}: ${objection ?? 'fit'}`) }),
  });
  running.push(cluster);
  await cluster.start();
  const leaderIs = (id: string): Promise<void> => clock.until(() => cluster.leader?.id === id, `${id} to lead`);
  await leaderIs('r3');
  return { clock, cluster, says, objections, handOvers, leaderIs };
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
