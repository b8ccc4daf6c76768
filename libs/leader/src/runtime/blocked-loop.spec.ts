import { afterEach, describe, expect, it } from '@jest/globals';
import { Notes } from '../replicated-log/testing/notes.js';
import { InMemoryCluster } from '../testing/in-memory-cluster.js';
import { SystemClock } from './clock.js';

let cluster: InMemoryCluster<Notes> | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !condition();) {
    if (performance.now() > end) throw new Error(`waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Nothing else of this process runs, as in a long synchronous computation or while the process is stopped. */
function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

describe('an event loop that is blocked for longer than the lease', () => {
  it('isLeader is false on the very next call, before anything else has run, on the real clock', async () => {
    cluster = new InMemoryCluster<Notes>({ stateMachine: () => new Notes(), clock: new SystemClock() });
    await cluster.start();
    const led = (): boolean => cluster?.leader?.election.isLeader() === true;
    await until('a leader', led);
    const { election } = cluster.leader as NonNullable<typeof cluster.leader>;

    block(600);
    const answers = [election.isLeader(), election.state().role];

    // Its role has not changed: nothing could tell it. Only the clock has.
    expect(answers).toEqual([false, 'leader']);
    await until('a leader again', led);
  }, 60_000);
});
