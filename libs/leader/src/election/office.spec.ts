import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../testing/manual-clock.js';
import type { Fence } from './election.js';
import { Office, type OfficeHooks } from './office.js';

function setUp(hooks: Partial<OfficeHooks> = {}) {
  const clock = new ManualClock();
  const events: string[] = [];
  const office = new Office(
    'orders',
    {
      elected: async (fence, signal) => {
        events.push(`elected ${fence.term}`);
        await hooks.elected?.(fence, signal);
      },
      deposed: async () => {
        events.push('deposed');
        await hooks.deposed?.();
      },
    },
    1000,
    clock,
    { changed: () => undefined, failed: (hook, error) => events.push(`${hook} failed: ${(error as Error).message}`) },
  );
  return { clock, events, office };
}

/** A promise to be resolved by hand. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}

describe('Office', () => {
  it('elects, then deposes', async () => {
    const { clock, events, office } = setUp();

    office.wish(3);
    await clock.settle();
    expect(office.inOffice).toBe(true);
    office.wish(undefined);
    expect(office.inOffice).toBe(false);
    await clock.settle();

    expect(events).toEqual(['elected 3', 'deposed']);
  });

  it('is not in office while @OnElected runs', async () => {
    const { open, passed } = gate();
    const { clock, office } = setUp({ elected: () => passed });

    office.wish(1);
    await clock.settle();
    const before = office.inOffice;
    open();
    await clock.settle();

    expect([before, office.inOffice]).toEqual([false, true]);
  });

  it('aborts the signal when deposed during @OnElected, and deposes only after it has finished', async () => {
    const { open, passed } = gate();
    const signals: AbortSignal[] = [];
    const { clock, events, office } = setUp({
      elected: async (_: Fence, signal) => {
        signals.push(signal);
        await passed;
      },
    });
    office.wish(1);
    await clock.settle();

    office.wish(undefined);
    expect(signals[0]?.aborted).toBe(true);
    await clock.settle();
    expect(events).toEqual(['elected 1']);
    open();
    await clock.settle();

    expect(events).toEqual(['elected 1', 'deposed']);
  });

  it('never calls @OnDeposed when there was no @OnElected', async () => {
    const { clock, events, office } = setUp();

    office.wish(undefined);
    await office.release();
    office.readmit();
    await clock.settle();

    expect(events).toEqual([]);
  });

  it('passes over terms that began and ended while a hook ran', async () => {
    const { open, passed } = gate();
    const { clock, events, office } = setUp({ elected: ({ term }) => (term === 1 ? passed : Promise.resolve()) });
    office.wish(1);
    await clock.settle();

    for (const term of [undefined, 2, undefined, 5]) office.wish(term);
    open();
    await clock.settle();

    expect(events).toEqual(['elected 1', 'deposed', 'elected 5']);
    expect(office.inOffice).toBe(true);
  });

  it('deposes between two terms even when leadership was never seen to be lost', async () => {
    const { clock, events, office } = setUp();
    office.wish(1);
    await clock.settle();

    office.wish(2);
    await clock.settle();

    expect(events).toEqual(['elected 1', 'deposed', 'elected 2']);
  });

  it('stays out after @OnElected threw, and calls @OnDeposed', async () => {
    const { clock, events, office } = setUp({ elected: () => Promise.reject(new Error('no database')) });

    office.wish(4);
    await clock.settle();

    expect(events).toEqual(['elected 4', 'elected failed: no database', 'deposed']);
    expect(office.inOffice).toBe(false);
  });

  it('gives up on an @OnElected that hangs', async () => {
    const { clock, events, office } = setUp({ elected: () => new Promise(() => undefined) });
    office.wish(1);

    await clock.advance(1001);

    expect(events).toEqual([
      'elected 1',
      'elected failed: the elected hooks of group orders did not finish within 1000 ms',
      'deposed',
    ]);
  });

  it('awaits @OnDeposed before release resolves', async () => {
    const { open, passed } = gate();
    const { clock, office } = setUp({ deposed: () => passed });
    office.wish(1);
    await clock.settle();
    let released = false;

    const release = office.release().then(() => (released = true));
    await clock.settle();
    expect(released).toBe(false);
    open();
    await release;

    expect(office.inOffice).toBe(false);
  });

  it('takes office again when readmitted in the same term', async () => {
    const { clock, events, office } = setUp();
    office.wish(1);
    await clock.settle();
    await office.release();

    office.readmit();
    await clock.settle();

    expect(events).toEqual(['elected 1', 'deposed', 'elected 1']);
  });
});
