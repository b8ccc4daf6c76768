import { describe, expect, it, jest } from '@jest/globals';
import { StoreInUseError } from '../errors.js';
import type { FileOps } from '../file-ops.js';
import { FaultyFileOps } from '../testing/faulty-file-ops.js';
import { seededRandom } from '../testing/seeded-random.js';
import { SimulatedDisk } from '../testing/simulated-disk.js';
import { takeFolderLock } from './folder-lock.js';
import type { FolderLock } from './folder-lock.js';
import type { ProcessTable } from './process-table.js';

// Thousands of small runs: seconds on an idle machine, and no promise about a busy one.
jest.setTimeout(120_000);

/** Processes by pid on one machine; which of them live is up to the test. */
class Machine {
  readonly disk = new SimulatedDisk();
  readonly dead = new Set<number>();

  table(pid: number, host = 'here'): ProcessTable {
    return {
      self: () => ({ pid, host, started: `${pid}`, boot: 'one' }),
      look: (other) => (this.dead.has(other) ? { kind: 'gone' } : { kind: 'running', started: `${other}` }),
    };
  }

  take(pid: number, files: FileOps = this.disk, host?: string): Promise<FolderLock> {
    return takeFolderLock({ files, processes: this.table(pid, host), folder: '/data', name: 'log' });
  }

  lockFiles(): string[] {
    return [...this.disk.contents().keys()].filter((path) => path.includes('.lock-'));
  }
}

describe('takeFolderLock', () => {
  it('refuses while the holder lives and says who that is', async () => {
    const machine = new Machine();
    await machine.take(11);

    const refusal = machine.take(12);

    await expect(refusal).rejects.toThrow(StoreInUseError);
    await expect(refusal).rejects.toMatchObject({ holder: { pid: 11, host: 'here' } });
    await expect(refusal).rejects.toThrow(/process 11 holds it since/);
  });

  it('refuses a second time within one process', async () => {
    const machine = new Machine();
    await machine.take(11);

    await expect(machine.take(11)).rejects.toThrow(StoreInUseError);
  });

  it('is free again after it was released, any number of times', async () => {
    const machine = new Machine();

    for (const pid of [11, 12, 11, 13]) await (await machine.take(pid)).release();

    await machine.take(14);
    await expect(machine.take(11)).rejects.toThrow(StoreInUseError);
  });

  it('takes over from a holder that died, and leaves nothing of it behind', async () => {
    const machine = new Machine();
    await machine.take(11);
    machine.dead.add(11);

    await machine.take(12);

    await expect(machine.take(13)).rejects.toMatchObject({ holder: { pid: 12 } });
    expect(machine.lockFiles()).toEqual(['/data/log.lock-2', '/data/log.lock-2.released']);
  });

  it('refuses a folder that another host holds, because nobody here can ask it', async () => {
    const machine = new Machine();
    await machine.take(11, machine.disk, 'other-host');
    machine.dead.add(11);

    await expect(machine.take(12)).rejects.toThrow(/other-host.*remove \/data\/log\.lock-1 if it is gone/);
  });

  it('refuses a lock that it cannot read', async () => {
    const machine = new Machine();
    machine.disk.overwrite('/data/log.lock-3', Buffer.from('{'));

    await expect(machine.take(12)).rejects.toThrow(/cannot be read as a lock/);
  });

  it('lets go on a full disk', async () => {
    const machine = new Machine();
    const files = new FaultyFileOps(machine.disk);
    const lock = await machine.take(11, files);
    files.plan = ({ operation }) =>
      operation === 'create' || operation === 'write' ? { kind: 'fail', code: 'ENOSPC' } : undefined;

    await lock.release();

    await machine.take(12);
  });

  it('is not taken by who judged a dead holder and then slept while others took it and released it', async () => {
    const machine = new Machine();
    await machine.take(11);
    machine.dead.add(11);
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let isAsleep: () => void = () => undefined;
    const fellAsleep = new Promise<void>((resolve) => (isAsleep = resolve));
    const sleepy = new FaultyFileOps(machine.disk, ({ operation, ofOperation }) => {
      if (operation !== 'create' || ofOperation > 1) return undefined;
      isAsleep();
      return { kind: 'delay', until: asleep };
    });

    const late = machine.take(14, sleepy);
    await fellAsleep;
    await (await machine.take(12)).release();
    await machine.take(13);
    wake();

    await expect(late).rejects.toMatchObject({ name: 'StoreInUseError', holder: { pid: 13 } });
  });

  it('goes to one process at a time when many ask at once, holders die and release in between', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const violations = await contend(seed);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });
});

/** Several processes take, hold, release or die, with random pauses between any two file operations. */
async function contend(seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const machine = new Machine();
  const holders = new Set<number>();
  const violations: string[] = [];
  let grants = 0;
  const pause = async (): Promise<undefined> => {
    // Now and then somebody sleeps while others take the lock, die or release it, several times over.
    const turnsMax = random() < 0.05 ? 1000 : 12;
    for (let turns = Math.floor(random() * turnsMax); turns > 0; turns--) await Promise.resolve();
    return undefined;
  };
  const files = new FaultyFileOps(machine.disk, () => ({ kind: 'delay', until: pause() }));
  const live = async (pid: number): Promise<void> => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const lock = await machine.take(pid, files).catch((error: unknown) => {
        if (error instanceof StoreInUseError) return undefined;
        throw error;
      });
      if (lock === undefined) continue;
      grants += 1;
      if (holders.size > 0) violations.push(`${pid} was granted the lock while ${[...holders]} held it`);
      holders.add(pid);
      await pause();
      await pause();
      holders.delete(pid);
      if (random() < 0.4) {
        machine.dead.add(pid);
        return;
      }
      await lock.release();
    }
  };

  await Promise.all([1, 2, 3, 4, 5].map(live));

  if (grants === 0) violations.push('nobody ever got it');
  return violations;
}
