import { afterEach, describe, expect, it } from '@jest/globals';
import { type CatalogFate, type CatalogPoint, FakeCatalog } from '../testing/fake-catalog.js';
import { type LogPoint, ScriptedGroup, type ScriptedReplica } from '../testing/scripted-group.js';
import { shop, until, type Wish } from '../testing/shopper.js';

/**
 * Goal: an order is placed exactly once, and its shopper gets its number, whatever ends at whatever step.
 * Method: one order; at each point of its way, once, each thing that can go wrong there; then the shopper asks again
 * under the same key until there is an answer.
 */
type Point = LogPoint | CatalogPoint;

const points: readonly Point[] = [
  'intent.proposed',
  'intent.committed',
  'debit.arrived',
  'debit.recorded',
  'outcomes.proposed',
  'outcomes.committed',
];

const wish: Wish = { key: 'k', name: 'tux', quantity: 3 };

let groups: ScriptedGroup[] = [];

afterEach(() => {
  for (const group of groups) group.end();
  groups = [];
});

async function groupOfThree(catalog = new FakeCatalog({ tux: 10, fox: 10 })) {
  const group = new ScriptedGroup(catalog);
  groups.push(group);
  const [one, two, three] = ['order-1', 'order-2', 'order-3'].map((id) => group.addReplica(id)) as [
    ScriptedReplica,
    ScriptedReplica,
    ScriptedReplica,
  ];
  await group.elect(one);
  return { group, catalog, one, two, three };
}

type Setup = Awaited<ReturnType<typeof groupOfThree>>;

/** Does something the first time that a point is reached. */
function onceAt({ group, catalog }: Setup, point: Point, act: () => void | CatalogFate | Promise<void>): void {
  let isDone = false;
  const reach = async (reached: Point): Promise<CatalogFate> => {
    if (reached !== point || isDone) return 'go on';
    isDone = true;
    return (await act()) ?? 'go on';
  };
  group.at = async (reached) => void (await reach(reached));
  catalog.at = (reached) => reach(reached);
}

async function expectExactlyOnce({ group, catalog }: Setup, asked: Wish = wish): Promise<void> {
  const answer = await shop(group, asked);
  await until(() => {
    group.catchUp();
    return group.replicas.every(({ machine }) => machine.ledger.openCount === 0);
  }, 'all intents have ended');

  expect(answer).toMatchObject({ kind: 'placed', number: 0 });
  const again = await shop(group, asked);
  expect(again).toEqual({ kind: 'placed', number: 0, replayed: true });
  for (const { machine } of group.replicas) {
    expect(machine.ledger.ordersFrom(0, 9)).toEqual([{ number: 0, name: asked.name, quantity: asked.quantity }]);
    expect(machine.ledger.soldDigest).toBe(catalog.soldDigest);
  }
  expect(catalog.stock.get(asked.name)).toBe(10 - asked.quantity);
  expect([...catalog.executions.values()]).toEqual([1]);
}

describe.each(points)('at %s', (point) => {
  it('survives the death of the leader', async () => {
    const setup = await groupOfThree();
    onceAt(setup, point, async () => {
      setup.group.crash(setup.one);
      await setup.group.elect(setup.two);
    });

    await expectExactlyOnce(setup);
  });

  it('survives the death of the leader and of its successor', async () => {
    const setup = await groupOfThree();
    onceAt(setup, point, async () => {
      setup.group.crash(setup.one);
      await setup.group.elect(setup.two);
      setup.group.crash(setup.two);
      await setup.group.elect(setup.three);
    });

    await expectExactlyOnce(setup);
  });

  it('survives a change of leader that the old one lives through', async () => {
    const setup = await groupOfThree();
    onceAt(setup, point, () => setup.group.elect(setup.two));

    await expectExactlyOnce(setup);
  });

  it('survives a change of leader there and back', async () => {
    const setup = await groupOfThree();
    onceAt(setup, point, async () => {
      await setup.group.elect(setup.two);
      await setup.group.elect(setup.one);
    });

    await expectExactlyOnce(setup);
  });

  it('survives the death of all replicas, which find their log again', async () => {
    const setup = await groupOfThree();
    onceAt(setup, point, async () => {
      for (const replica of [...setup.group.replicas]) setup.group.crash(replica);
      const restarted = setup.group.addReplica('order-1');
      setup.group.addReplica('order-2');
      await setup.group.elect(restarted);
    });

    await expectExactlyOnce(setup);
  });

  it('lets a second request of the key join the first', async () => {
    const setup = await groupOfThree();
    let second: ReturnType<typeof shop> | undefined;
    onceAt(setup, point, () => {
      second = shop(setup.group, wish);
    });

    await expectExactlyOnce(setup);
    expect(await second).toMatchObject({ kind: 'placed', number: 0 });
  });
});

describe.each(['debit.arrived', 'debit.recorded'] as const)('a call to the catalog, at %s,', (point) => {
  it.each(['refuse', 'break', 'silence', 'unavailable'] as const)(
    'is repeated after the catalog met it with %s',
    async (fate) => {
      const setup = await groupOfThree();
      onceAt(setup, point, () => fate);

      await expectExactlyOnce(setup);
    },
  );
});

describe('two leaders', () => {
  it('that drive one intent execute it once; the older one is fenced off', async () => {
    const setup = await groupOfThree();
    const { group, catalog, one, two } = setup;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    catalog.at = async (point, batch): Promise<CatalogFate> => {
      if (point === 'debit.arrived' && batch.term === 1) await held;
      return 'go on';
    };
    const answer = one.placeOrder.place({ ...wish, deadline: performance.now() + 600_000 });
    await until(() => one.machine.ledger.openCount === 1, 'the intent is open');

    // A leader that was replaced without having noticed: its office stays, its call is still on the way.
    group.term += 1;
    group.leader = two;
    two.catchUp();
    two.office.take({ group: 'orders', term: group.term });
    await until(() => two.machine.ledger.orderCount === 1, 'the new leader has placed it');
    release();
    one.catchUp();

    expect(await answer).toEqual({ kind: 'placed', number: 0, replayed: false });
    await expectExactlyOnce(setup);
    expect(catalog.highestTerm).toBe(2);
  });
});

describe('a leader whose catalog has seen a later term', () => {
  it('leaves office', async () => {
    const setup = await groupOfThree();
    const { group, catalog, one } = setup;
    await catalog.transport.request({
      method: 'POST',
      path: '/debits',
      body: JSON.stringify({ term: 9, settledThrough: 0, debits: [] }),
      deadlineMs: 1_000,
    });

    void one.placeOrder.place({ ...wish, deadline: performance.now() + 600_000 });
    await until(() => group.leader === undefined, 'it has left');

    expect(one.office.isHeld).toBe(false);
    expect(catalog.stock.get('tux')).toBe(10);
  });
});

describe('the catalog', () => {
  it('is told what it may forget', async () => {
    const { group, catalog } = await groupOfThree();
    for (let order = 0; order < 5; order++) await shop(group, { key: `k${order}`, name: 'fox', quantity: 1 });

    expect(catalog.recordedCount).toBe(1);
  });
});
