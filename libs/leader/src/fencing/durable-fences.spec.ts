import { describe, expect, it } from '@jest/globals';
import { ImplausibleFenceError, InvalidOptionsError, StaleFenceError } from '../errors/leader-errors.js';
import { StorageDamagedError, StorageFailedError } from '../log-store/errors.js';
import type { FileOps } from '../log-store/file-ops.js';
import { FaultyFileOps } from '../log-store/testing/faulty-file-ops.js';
import { SimulatedDisk } from '../log-store/testing/simulated-disk.js';
import { DurableFences } from './durable-fences.js';

const path = '/data/fences.json';
const open = (files: FileOps): Promise<DurableFences> => DurableFences.open('/data', { files });
const fence = (term: number, group = 'orders'): { group: string; term: number } => ({ group, term });

describe('DurableFences', () => {
  it('refuses a lower term after the machine lost power, of each group for itself', async () => {
    const disk = new SimulatedDisk();
    const before = await open(disk);
    await before.admit(fence(7));
    await before.admit(fence(2, 'stock'));

    disk.crash();
    const after = await open(disk);

    await expect(after.admit(fence(6))).rejects.toThrow(StaleFenceError);
    await expect(after.admit(fence(6))).rejects.toMatchObject({ term: 6, seenTerm: 7 });
    await expect(after.admit(fence(1, 'stock'))).rejects.toThrow(StaleFenceError);
    await after.admit(fence(7));
    await after.admit(fence(2, 'stock'));
  });

  it('does not believe, nor store, a term far above those it has seen', async () => {
    const disk = new SimulatedDisk();
    const fences = await open(disk);
    await fences.admit(fence(7));

    await expect(fences.admit(fence(999_999_999_999_999))).rejects.toThrow(ImplausibleFenceError);
    await expect(fences.admit(fence(1_000_008))).rejects.toMatchObject({ seenTerm: 7, termJumpMax: 1_000_000 });
    await expect(fences.admit(fence(1_000_001, 'never seen'))).rejects.toThrow(ImplausibleFenceError);
    await fences.admit(fence(8));
    disk.crash();
    const after = await open(disk);
    await after.admit(fence(8));
    await after.admit(fence(1_000_008));

    await expect(after.admit(fence(8))).rejects.toThrow(StaleFenceError);
  });

  it('believes as large a step as it is told to, which is at least one', async () => {
    const fences = await DurableFences.open('/data', { files: new SimulatedDisk(), termJumpMax: 2_000_000_000_000 });

    await fences.admit(fence(1_900_000_000_000));

    await expect(DurableFences.open('/data', { files: new SimulatedDisk(), termJumpMax: 0 })).rejects.toThrow(
      InvalidOptionsError,
    );
  });

  it('lets a call with a new term pass only when the term is on disk, and those with a known one at no cost', async () => {
    const { files, release } = heldSyncs();
    const fences = await open(files);
    const passed: string[] = [];
    const first = fences.admit(fence(3)).then(() => passed.push('first'));
    const second = fences.admit(fence(3)).then(() => passed.push('second'));
    await turn();
    expect(passed).toEqual([]);

    release();
    await Promise.all([first, second]);
    const writes = files.count('write');
    await fences.admit(fence(3));

    expect(passed).toEqual(['first', 'second']);
    expect([writes, files.count('write')]).toEqual([1, 1]);
  });

  it('refuses a lower term as soon as a higher one has come, also a call that was waiting for the disk', async () => {
    const { files, release } = heldSyncs();
    const fences = await open(files);
    const overtaken = fences.admit(fence(3));
    const newest = fences.admit(fence(4));

    await expect(fences.admit(fence(2))).rejects.toThrow(StaleFenceError);
    release();

    await expect(overtaken).rejects.toThrow(StaleFenceError);
    await newest;
  });

  it.each(['EIO', 'ENOSPC'])(
    'refuses the call when the disk refuses its term (%s), and tries again with the next one',
    async (code) => {
      const disk = new SimulatedDisk();
      const files = new FaultyFileOps(disk, ({ operation }) =>
        operation === 'syncData' ? { kind: 'fail', code } : undefined,
      );
      const fences = await open(files);
      await expect(fences.admit(fence(5))).rejects.toThrow(StorageFailedError);
      await expect(fences.admit(fence(5))).rejects.toThrow(StorageFailedError);
      await expect(fences.admit(fence(4))).rejects.toThrow(StaleFenceError);

      files.plan = () => undefined;
      await fences.admit(fence(5));
      disk.crash();

      await expect((await open(disk)).admit(fence(4))).rejects.toThrow(StaleFenceError);
    },
  );

  it('has either the old or the new term after a crash at any file operation, and goes on', async () => {
    for (let at = 1, ended = false; !ended; at++) {
      const disk = new SimulatedDisk();
      await (await open(disk)).admit(fence(3));
      const files = new FaultyFileOps(disk, ({ number }) => (number >= at ? { kind: 'fail', code: 'EIO' } : undefined));
      const outcome = await open(files)
        .then((fences) => fences.admit(fence(4)))
        .then(
          () => 'passed',
          () => 'refused',
        );
      disk.crash();

      const after = await open(disk);

      expect(outcome === 'passed' ? [4] : [3, 4]).toContain(after.highest('orders'));
      await after.admit(fence(9));
      ended = outcome === 'passed';
    }
  });

  it.each([
    ['a flipped digit', (text: string) => text.replace('7', '6')],
    ['half of it', (text: string) => text.slice(0, 20)],
    ['nothing', () => ''],
  ])('refuses to start when its file holds %s', async (_, damage) => {
    const disk = new SimulatedDisk();
    await (await open(disk)).admit(fence(7));
    disk.overwrite(path, Buffer.from(damage(disk.contents().get(path)?.toString() ?? '')));

    await expect(open(disk)).rejects.toThrow(StorageDamagedError);
    await expect(open(disk)).rejects.toThrow(/fences\.json.*remove the file/);
  });
});

/** A disk whose syncs wait until they are released. */
function heldSyncs(): { readonly files: FaultyFileOps; readonly release: () => void } {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  const files = new FaultyFileOps(new SimulatedDisk(), ({ operation }) =>
    operation === 'syncData' ? { kind: 'delay', until } : undefined,
  );
  return { files, release };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
