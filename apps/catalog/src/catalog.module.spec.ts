import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLogStore } from '@quorumkit/leader/testing';
import { StockStateMachine } from '@toystore/protocol/catalog';
import { filter, firstValueFrom, startWith } from 'rxjs';
import { RestockTimer } from './restock/restock-timer.js';
import { CatalogApp } from './testing/catalog-app.js';

let folder: string;
let store: MemoryLogStore;
let catalog: CatalogApp | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalog-app-'));
  store = new MemoryLogStore({ name: 'catalog' });
  await writeFile(join(folder, 'toys.csv'), 'name,quantity,price\ntux,10,25.99\nfox,1,3.50\n');
});

afterEach(async () => {
  await catalog?.stop();
  catalog = undefined;
  await rm(folder, { recursive: true });
});

async function start(options: { leaseMs?: number } = {}): Promise<CatalogApp> {
  catalog = await CatalogApp.start({ store, folder, ...options });
  return catalog;
}

async function restart(options: { leaseMs?: number } = {}): Promise<CatalogApp> {
  await catalog?.stop();
  catalog = undefined;
  return start(options);
}

const sale = { intent: 5, name: 'tux', quantity: 3 };
const problem = (code: string) => expect.objectContaining({ type: `urn:toystore:problem:${code}` });

describe('products', () => {
  it('come with the version that they were read at', async () => {
    const app = await start();

    const before = await app.get('/products/tux');
    await app.debit([sale]);
    const after = await app.get('/products/tux');

    expect(before).toMatchObject({ status: 200, body: { name: 'tux', priceCents: 2599, quantity: 10 } });
    expect(after.body).toMatchObject({ quantity: 7, epoch: before.body['epoch'] });
    expect(Number(after.body['sequence'])).toBeGreaterThan(Number(before.body['sequence']));
  });

  it('are listed in the order of the file, all of one version', async () => {
    const app = await start();

    const { body } = await app.get('/products');

    expect(body).toMatchObject({
      products: [
        { name: 'tux', priceCents: 2599, quantity: 10 },
        { name: 'fox', priceCents: 350, quantity: 1 },
      ],
    });
    expect(body['sequence']).toBe((await app.get('/products/fox')).body['sequence']);
  });

  it.each(['TUX', 'constructor', '__proto__', '=1'])(
    'do not include %s, which is said with a version',
    async (name) => {
      const app = await start();

      expect(await app.get(`/products/${name}`)).toMatchObject({
        status: 404,
        body: { type: 'urn:toystore:problem:unknown-product', epoch: expect.any(Number), sequence: expect.any(Number) },
      });
    },
  );
});

describe('POST /debits', () => {
  it('answers each debit of a batch, in its order', async () => {
    const app = await start();

    const { status, body } = await app.debit([
      sale,
      { intent: 6, name: 'fox', quantity: 2 },
      { intent: 7, name: 'ant', quantity: 1 },
    ]);

    expect(status).toBe(200);
    expect(body['results']).toEqual([
      { intent: 5, outcome: 'sold', costCents: 7797 },
      { intent: 6, outcome: 'insufficient_stock', costCents: 0 },
      { intent: 7, outcome: 'unknown_product', costCents: 0 },
    ]);
  });

  it('says which version shows the sale', async () => {
    const app = await start();

    const { version } = await app.debit([sale]);

    const { body } = await app.get('/products/tux');
    expect(version).toBe(`${body['epoch']};${body['sequence']}`);
  });

  it('refuses a leader that was deposed, sells nothing to it, and counts it', async () => {
    const app = await start();
    await app.debit([], { term: 3 });
    expect(await app.metricOf('toystore_catalog_fenced_batches_total')).toBe(0);

    const stale = await app.debit([sale], { term: 2 });

    expect(stale).toMatchObject({ status: 412, body: { type: 'urn:toystore:problem:stale-fence', term: 3 } });
    expect(await app.quantityOf('tux')).toBe(10);
    expect(await app.metricOf('toystore_catalog_fenced_batches_total')).toBe(1);
  });

  it('refuses the late call of a leader that was paused, also of debits that nobody has executed', async () => {
    const app = await start();
    await app.debit([sale], { term: 2 });
    await app.debit([], { term: 3, settledThrough: 4 });

    const late = await Promise.all([
      app.debit([sale], { term: 2 }),
      app.debit([{ intent: 6, name: 'tux', quantity: 1 }], { term: 2 }),
    ]);

    expect(late.map(({ status }) => status)).toEqual([412, 412]);
    expect(await app.quantityOf('tux')).toBe(7);
    expect((await app.debit([sale], { term: 3 })).body['results']).toEqual([
      { intent: 5, outcome: 'sold', costCents: 7797 },
    ]);
  });

  it.each([
    ['nothing', {}],
    ['a negative quantity', { term: 1, settledThrough: 0, debits: [{ ...sale, quantity: -1 }] }],
    ['an intent without an id', { term: 1, settledThrough: 0, debits: [{ name: 'tux', quantity: 1 }] }],
  ])('refuses %s', async (_what, body) => {
    const app = await start();

    expect(await app.post(body)).toMatchObject({ status: 400, body: problem('validation-failed') });
  });
});

describe('a restart', () => {
  it('keeps the stock, the outcomes and the fence, under a higher epoch', async () => {
    const first = await start();
    const epoch = Number((await first.get('/products/tux')).body['epoch']);
    await first.debit([sale], { term: 4 });

    const second = await restart();
    const again = await second.debit([sale], { term: 4 });

    expect(again.body['results']).toEqual([{ intent: 5, outcome: 'sold', costCents: 7797 }]);
    expect(await second.quantityOf('tux')).toBe(7);
    expect(Number((await second.get('/products/tux')).body['epoch'])).toBeGreaterThan(epoch);
    expect(await second.debit([], { term: 3 })).toMatchObject({ status: 412 });
    expect((await second.get('/audit')).body).toMatchObject({ soldDebits: 1 });
  });

  it('reads no file again: the log is the truth', async () => {
    await start();
    await writeFile(join(folder, 'toys.csv'), 'broken');

    const second = await restart();

    expect(await second.quantityOf('tux')).toBe(10);
  });

  it('acknowledges no sale before the leases of the earlier life have ended, and serves reads meanwhile', async () => {
    await start({ leaseMs: 400 });
    const app = await restart({ leaseMs: 400 });
    const openedAt = performance.now();

    const debited = app.debit([sale]);
    const read = await app.get('/products/fox');
    await debited;

    expect(read.status).toBe(200);
    // The grace began a little before the test could look at the clock.
    expect(performance.now() - openedAt).toBeGreaterThan(200);
    expect(await app.quantityOf('tux')).toBe(7);
  });
});

describe('a restart with a shorter lease', () => {
  it('still waits for the longer leases of the earlier life, and forgets them when they are over', async () => {
    await start({ leaseMs: 800 });
    const app = await restart({ leaseMs: 100 });
    const { ledger } = app.app.get(StockStateMachine);
    expect(ledger.longestLeaseMs).toBe(800);
    const openedAt = performance.now();

    await app.debit([sale]);

    // The grace began a little before the test could look at the clock.
    expect(performance.now() - openedAt).toBeGreaterThan(500);
    await firstValueFrom(
      app.app.get(StockStateMachine).changes$.pipe(
        startWith(undefined),
        filter(() => ledger.longestLeaseMs === 100),
      ),
    );
  });

  it('is known in the log before the catalog is open', async () => {
    const first = await start({ leaseMs: 100 });
    expect(first.app.get(StockStateMachine).ledger.longestLeaseMs).toBe(100);

    const second = await restart({ leaseMs: 700 });

    expect(second.app.get(StockStateMachine).ledger.longestLeaseMs).toBe(700);
  });
});

describe('the first start', () => {
  it('lists everything that is wrong with the initial stock and opens nothing', async () => {
    await writeFile(join(folder, 'toys.csv'), 'name,quantity,price\ntux,-1,25.99\ntux,1,free\n');

    await expect(start()).rejects.toThrow(/line 2: quantity "-1"[^]*line 3: name "tux"[^]*line 3: price "free"/);

    await writeFile(join(folder, 'toys.csv'), 'name,quantity,price\ntux,1,25.99\n');
    expect(await (await start()).quantityOf('tux')).toBe(1);
  });

  it('says so when there is no file', async () => {
    await rm(join(folder, 'toys.csv'));

    await expect(start()).rejects.toThrow(/toys\.csv[^]*a file that can be read/);
  });
});

describe('restocking', () => {
  it('fills up what is out of stock, and is in the books', async () => {
    const app = await start();
    await app.debit([{ intent: 1, name: 'fox', quantity: 1 }, sale]);

    await app.app.get(RestockTimer).round();

    expect((await app.get('/audit')).body['products']).toEqual([
      { name: 'tux', initial: 10, restocked: 0, sold: 3, current: 7 },
      { name: 'fox', initial: 1, restocked: 100, sold: 1, current: 100 },
    ]);
  });
});

describe('catalog.csv', () => {
  it('shows the stock as it was when the catalog stopped', async () => {
    const app = await start();
    await app.debit([sale]);

    await app.stop();
    catalog = undefined;

    expect(await readFile(join(folder, 'catalog.csv'), 'utf8')).toBe('name,quantity,price\ntux,7,25.99\nfox,1,3.50\n');
  });
});
