import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawOrderPlan } from '../schedule/draw-order-plan.js';
import { type OrderMutant, orderMutants } from '../zoo/mutants.js';
import { plantArguments } from '../zoo/run-order-zoo.js';
import { type OrderReplayFile, readOrderReplayFile } from './order-replay-file.js';

const main = join(import.meta.dirname, '../../../dist/main.js');

interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
}

function simulate(nodeArguments: readonly string[], ...args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...nodeArguments, main, ...args], (_error, output, complaints) => {
      resolve({ exitCode: child.exitCode, output: output + complaints });
    });
  });
}

describe('a schedule of orders that fails', () => {
  const bug = orderMutants.find(({ name }) => name === 'debit not idempotent') as OrderMutant;
  const mutant = plantArguments(bug.name);
  let folder: string;
  let campaign: Finished;
  let file: OrderReplayFile;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orders-'));
    campaign = await simulate(
      mutant,
      'orders',
      '--seed',
      String(bug.likelySeed),
      '--schedules',
      '1',
      '--failures',
      folder,
    );
    const [name] = await readdir(folder);
    path = join(folder, name ?? 'nothing was written');
    file = await readOrderReplayFile(path);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is told with its rule, its messages and one command that replays it', () => {
    expect(campaign.exitCode).toBe(1);
    expect(campaign.output).toContain(`npm run simulate -- orders --replay ${path}`);
    expect(campaign.output).toMatch(/→ catalog POST \/debits/);
    expect(file.failure.rule).toBe('Sold Once');
  });

  it('is shrunk to the few faults and orders that suffice', () => {
    const drawn = drawOrderPlan(file.plan.seed);
    const orders = (plan: typeof drawn): number => plan.shoppers.wishes.flat().length;

    expect(file.plan.faults.length).toBeLessThanOrEqual(3);
    expect(file.script).toHaveLength(file.plan.faults.length);
    expect(orders(file.plan)).toBeLessThan(orders(drawn));
  });

  it('fails in the same way when its file is replayed, to the letter', async () => {
    const { exitCode, output } = await simulate(mutant, 'orders', '--replay', path);

    expect(exitCode).toBe(1);
    expect(output).toContain(`BROKEN: Sold Once, ${file.failure.detail}`);
    expect(output).toContain(`trace ${file.traceDigest};`);
  });

  it('fails no more when the bug is gone', async () => {
    const { exitCode, output } = await simulate([], 'orders', '--replay', path);

    expect({ exitCode, isGood: output.includes('Every rule held.') }).toEqual({ exitCode: 0, isGood: true });
  });
});

describe('a replay file', () => {
  it('of another kind is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orders-'));
    const path = join(folder, 'other.json');
    await writeFile(path, '{"version":1,"plan":{}}');

    await expect(readOrderReplayFile(path)).rejects.toThrow(/is not a schedule written by `simulate orders`/);
    await rm(folder, { recursive: true, force: true });
  });
});

describe('a run at a named point', () => {
  const mutant = plantArguments('answered before the outcome is committed');

  it.each([['bare'], ['module', '--module']])(
    'that fails is told with the command that replays it (%s)',
    async (...host) => {
      const options = host.slice(1);
      const points = ['order-points', '--only', 'debit not sent', '--seed', '40', '--visits', '1,3', ...options];

      const { exitCode, output } = await simulate(mutant, ...points);
      const command = /npm run simulate -- (order-points --point .*)/.exec(output)?.[1] ?? '';
      const words = [...command.matchAll(/"([^"]+)"|(\S+)/g)].map(([word, quoted]) => quoted ?? word);
      const again = await simulate(mutant, ...words);

      expect({ exitCode, again: again.exitCode }).toEqual({ exitCode: 1, again: 1 });
      expect(words.slice(-1 - options.length)).toEqual([expect.stringMatching(/^[13]$/), ...options]);
      expect(again.output).toMatch(/BROKEN: /);
    },
  );

  it('that never strikes is a failure', async () => {
    const never = ['--point', 'restock logged', '--fault', 'kill it', '--visits', '3'];

    const { exitCode, output } = await simulate([], 'order-points', ...never);

    expect(exitCode).toBe(1);
    expect(output).toContain('the fault never struck');
  });

  it.each([
    [['--only', 'nowhere'], 'No point has "nowhere" in its name'],
    [['--seeds', '0'], '--seeds must be at least 1'],
    [['--point', 'debit logged'], '--point and --fault belong together'],
    [['--visits', '0,1'], 'Whole numbers from 1 are needed'],
    [['--point', 'debit logged', '--fault', 'kill it', '--visits', '1,2'], 'one seed and one visit'],
  ])('cannot be asked for with %j', async (options, problem) => {
    const { exitCode, output } = await simulate([], 'order-points', ...options);

    expect(exitCode).toBe(1);
    expect(output).toContain(problem);
  });
});
