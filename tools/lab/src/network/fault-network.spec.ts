import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreeBasePort, isPortFree } from '../topology/free-ports.js';
import { storeLinks, type StoreLink } from '../topology/store-links.js';
import { FaultNetwork } from './fault-network.js';

let links: readonly StoreLink[];
let network: FaultNetwork;

beforeEach(async () => {
  links = storeLinks(await findFreeBasePort({ faults: true }));
  network = new FaultNetwork(links);
});

afterEach(() => network.close());

const accepts = async (from: string, to: string): Promise<boolean> => {
  const port = links.find((link) => link.from === from && link.to === to)?.port;
  if (port === undefined) throw new Error(`no link from ${from} to ${to}`);
  return !(await isPortFree(port));
};
const cut = (a: string, b: string, how = {}) => network.cut({ a, b, oneWay: false, refuse: false, ...how });

describe('FaultNetwork', () => {
  it('has the cut in force when it answers, and nothing else', async () => {
    const report = await cut('order-1', 'order-3');

    expect(report).toEqual({ cut: [{ a: 'order-1', b: 'order-3', oneWay: false, refuse: false }] });
    expect(network.cuts).toEqual(report.cut);
    // Nobody listens behind any link here: who is cut off cannot tell, the others are refused.
    expect([
      await accepts('order-1', 'order-3'),
      await accepts('order-3', 'order-1'),
      await accepts('order-2', 'order-3'),
    ]).toEqual([true, true, false]);
  });

  it('heals one pair, in whatever order it is named, or everything', async () => {
    await cut('order-1', 'order-3');
    await cut('catalog', 'frontend', { oneWay: true });

    expect(await network.heal({ a: 'order-3', b: 'order-1' })).toEqual({
      cut: [{ a: 'catalog', b: 'frontend', oneWay: true, refuse: false }],
    });
    expect(await network.heal()).toEqual({ cut: [] });
    expect(await accepts('catalog', 'frontend')).toBe(false);
    expect(await network.heal()).toEqual({ cut: [] });
  });

  it.each([
    [
      'a process that does not exist',
      () => cut('order-1', 'order-9'),
      { code: 'unknown-name', message: expect.stringContaining("'order-9'. Names: catalog, frontend, order-1") },
    ],
    ['a process and itself', () => cut('order-1', 'order-1'), { code: 'invalid-command', exitCode: 2 }],
    [
      'refusing connections that are never opened',
      () => cut('catalog', 'order-1', { oneWay: true, refuse: true }),
      { code: 'invalid-command', message: expect.stringContaining('catalog opens no connections to order-1') },
    ],
    [
      'healing a pair that is not cut',
      () => network.heal({ a: 'order-1', b: 'order-3' }),
      { code: 'not-cut', exitCode: 1 },
    ],
    ['healing an unknown process', () => network.heal({ a: 'leader', b: 'order-3' }), { code: 'unknown-name' }],
  ])('refuses %s', async (_, command, refusal) => {
    await cut('order-1', 'order-2');

    await expect(command()).rejects.toMatchObject(refusal);

    expect(network.cuts).toHaveLength(1);
  });

  it('gives every port back when it is closed', async () => {
    await cut('order-1', 'order-3');

    await network.close();

    expect(await accepts('order-1', 'order-3')).toBe(false);
  });
});
