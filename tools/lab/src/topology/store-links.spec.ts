import { describe, expect, it } from '@jest/globals';
import { portBlock, portOwners } from './port-block.js';
import { storeLinks } from './store-links.js';
import { storeTopology } from './store-topology.js';

const links = storeLinks(9000);
const portOf = (from: string, to: string): number | undefined =>
  links.find((link) => link.from === from && link.to === to)?.port;

describe('storeLinks', () => {
  it('gives every caller a port of its own for everybody it calls', () => {
    const ports = [...links.map(({ port }) => port), ...portOwners(portBlock(9000)).map(({ port }) => port)];

    expect(links).toHaveLength(14);
    expect(new Set(ports).size).toBe(ports.length);
    expect(links).toContainEqual(expect.objectContaining({ from: 'order-1', to: 'order-3', targetPort: 9013 }));
    expect(links).toContainEqual(expect.objectContaining({ from: 'catalog', to: 'frontend', targetPort: 9001 }));
  });

  it('connects every two processes in at least one direction', () => {
    const names = ['catalog', 'order-1', 'order-2', 'order-3', 'frontend'];

    const strangers = names.flatMap((a) =>
      names.filter((b) => a < b && portOf(a, b) === undefined && portOf(b, a) === undefined),
    );

    expect(strangers).toEqual([]);
  });

  it('adds to the links of one frontend five for every further one, which calls and is called as the first is', () => {
    const wide = storeLinks(9000, { frontends: 5 });
    const owned = portOwners(portBlock(9000, { frontends: 5 })).map(({ port }) => port);
    const partnersOf = (name: string, first: string) =>
      wide
        .flatMap(({ from, to }) => (from === name ? [`> ${to}`] : to === name ? [`< ${from}`] : []))
        .map((call) => call.replace(name, first))
        .sort();

    expect(wide.slice(0, links.length)).toEqual(links);
    expect(wide).toHaveLength(14 + 4 * 5);
    expect(new Set([...wide.map(({ port }) => port), ...owned]).size).toBe(wide.length + owned.length);
    expect(partnersOf('frontend-5', 'frontend')).toEqual(partnersOf('frontend', 'frontend'));
    expect(wide).toContainEqual(expect.objectContaining({ from: 'catalog', to: 'frontend-3', targetPort: 9006 }));
  });

  it('refuses a base port from which a link would leave the range', () => {
    expect(() => storeLinks(65_502)).toThrow(/--port must be at most 65501/);
    expect(storeLinks(65_501).at(-1)?.port).toBe(65_535);
  });
});

describe('storeTopology with links', () => {
  const topology = storeTopology({ basePort: 9000, dataDir: '/var/store', repoRoot: '/repo', links });
  const envOf = (name: string) => topology.find((spec) => spec.name === name)?.env ?? {};

  it('tells a process the ports of its own links, and its own port for itself', () => {
    const url = (port: number | undefined) => `http://127.0.0.1:${port}`;

    expect(envOf('order-2')).toMatchObject({
      PORT: '9012',
      CATALOG_URL: url(portOf('order-2', 'catalog')),
      MEMBERS: `order-1=${url(portOf('order-2', 'order-1'))};1,order-2=${url(9012)};2,order-3=${url(portOf('order-2', 'order-3'))};3`,
    });
    expect(envOf('frontend')).toMatchObject({
      CATALOG_URL: url(portOf('frontend', 'catalog')),
      CALLBACK_URL: url(portOf('catalog', 'frontend')),
    });
  });

  it('tells no two frontends the same link', () => {
    const wide = storeLinks(9000, { frontends: 3 });
    const frontends = storeTopology({
      basePort: 9000,
      frontends: 3,
      dataDir: '/d',
      repoRoot: '/r',
      links: wide,
    }).filter(({ kind }) => kind === 'frontend');
    const told = frontends.flatMap(({ env }) => [env['CATALOG_URL'], env['CALLBACK_URL'], env['MEMBERS']]);

    expect(new Set(told).size).toBe(told.length);
  });

  it('leaves the addresses at which the lab itself reaches the processes as they are', () => {
    expect(topology.map(({ url }) => url)).toEqual(
      storeTopology({ basePort: 9000, dataDir: '/d', repoRoot: '/r' }).map(({ url }) => url),
    );
  });
});
