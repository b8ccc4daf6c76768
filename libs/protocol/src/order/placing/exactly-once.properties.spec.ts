import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CatalogFate, FakeCatalog } from '../testing/fake-catalog.js';
import { ScriptedGroup } from '../testing/scripted-group.js';
import { shop, until, type Wish } from '../testing/shopper.js';

/**
 * Goal: with many shoppers at once, each asking twice, and faults at any step, every key gets one answer, placed
 * orders equal sold debits, numbers are dense and all replicas are equal.
 * Method: a drawn list says what happens at the first so many points that anything reaches; then all is well.
 */
type Fate = 'nothing' | 'leader dies' | 'leader changes' | 'a replica returns' | CatalogFate;

const fate = fc.constantFrom<Fate>(
  'nothing',
  'leader dies',
  'leader changes',
  'a replica returns',
  'refuse',
  'break',
  'silence',
  'unavailable',
);

const wish = fc.record({
  key: fc.nat(9).map((key) => `k${key}`),
  name: fc.constantFrom('tux', 'fox', 'unicorn'),
  quantity: fc.integer({ min: 1, max: 4 }),
});

class Faults {
  private reached = 0;

  constructor(
    private readonly group: ScriptedGroup,
    private readonly fates: readonly Fate[],
  ) {}

  async next(): Promise<CatalogFate> {
    const fate = this.fates[this.reached++] ?? 'nothing';
    const { group } = this;
    switch (fate) {
      case 'nothing':
        return 'go on';
      case 'leader dies':
        if (group.replicas.length < 2) return 'go on';
        if (group.leader !== undefined) group.crash(group.leader);
        await this.electOne();
        return 'go on';
      case 'leader changes':
        await this.electOne();
        return 'go on';
      case 'a replica returns': {
        const returned = group.addReplica(`order-${this.reached}`);
        const [other] = group.replicas;
        if (other !== undefined && this.reached % 2 === 0) returned.installSnapshotOf(other);
        return 'go on';
      }
      default:
        return fate;
    }
  }

  private async electOne(): Promise<void> {
    const replica = this.group.replicas[this.reached % this.group.replicas.length];
    if (replica !== undefined) await this.group.elect(replica);
  }
}

const orders = fc.asyncProperty(
  fc.array(wish, { minLength: 1, maxLength: 12 }),
  fc.array(fate, { maxLength: 40 }),
  placeAll,
);

describe('orders under faults', () => {
  it('are placed exactly once, with dense numbers, on equal replicas', async () => {
    await fc.assert(orders, { numRuns: 60, endOnFailure: true });
  }, 120_000);

  it('are placed also where one election overtakes another: the end of an office ends no later one', async () => {
    await fc.assert(orders, { seed: 7393692, path: '876', numRuns: 1, endOnFailure: true });
  }, 120_000);
});

async function placeAll(wishes: readonly Wish[], fates: readonly Fate[]): Promise<void> {
  const catalog = new FakeCatalog({ tux: 9, fox: 9 });
  const group = new ScriptedGroup(catalog);
  const faults = new Faults(group, fates);
  group.at = async () => void (await faults.next());
  catalog.at = () => faults.next();
  const first = group.addReplica('order-a');
  group.addReplica('order-b');
  group.addReplica('order-c');
  try {
    await group.elect(first);
    const answers = await Promise.all([...wishes, ...wishes].map((each) => shop(group, each)));
    await until(() => {
      group.catchUp();
      return group.replicas.every(({ machine }) => machine.ledger.openCount === 0);
    }, 'all intents have ended');

    for (const [position, each] of wishes.entries()) {
      const [one, two] = [answers[position], answers[position + wishes.length]];
      expect({ ...one, replayed: true }).toEqual({ ...two, replayed: true });
      if (one?.kind === 'placed') {
        expect(group.leader?.machine.ledger.findOrder(one.number)).toEqual({
          number: one.number,
          name: each.name,
          quantity: each.quantity,
        });
      }
    }
    const ledger = group.leader?.machine.ledger;
    const keys = new Map(wishes.map((each, position) => [each.key, answers[position]]));
    const numbers = new Set(answers.flatMap((answer) => (answer.kind === 'placed' ? [answer.number] : [])));
    expect([...numbers].sort((a, b) => a - b)).toEqual([...numbers].map((_, position) => position));
    expect(ledger?.orderCount).toBe(numbers.size);
    expect(numbers.size).toBeLessThanOrEqual(keys.size);
    expect(new Set(group.replicas.map(({ machine }) => machine.ledger.hash)).size).toBe(1);
    expect(ledger?.soldDigest).toBe(catalog.soldDigest);
    expect([...catalog.executions.values()].every((times) => times === 1)).toBe(true);
    for (const left of catalog.stock.values()) expect(left).toBeGreaterThanOrEqual(0);
  } finally {
    group.end();
  }
}
