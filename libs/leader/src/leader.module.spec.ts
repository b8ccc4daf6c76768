import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { LeaderDirectory } from './directory/leader-directory.js';
import { Election } from './election/election.js';
import { LeaderOnly } from './election/leader-only.guard.js';
import { FitToLead } from './election/fit-to-lead.decorator.js';
import { OnDeposed, OnElected } from './election/office-hooks.decorator.js';
import { NotLeaderError } from './errors/leader-errors.js';
import type { Fence } from './fencing/fence.decorator.js';
import { RequireFence } from './fencing/require-fence.guard.js';
import type { CallAuthenticator } from './group/call-authenticator.js';
import type { MemberOptions } from './group/group-options.js';
import { LeaderHealthIndicator } from './health/leader-health.js';
import { LeaderModule } from './leader.module.js';
import type { Membership } from './membership/membership.js';
import { ReplicatedLog } from './replicated-log/replicated-log.js';
import { ReplicatedStateMachine } from './replicated-log/replicated-state-machine.decorator.js';
import type { CommittedEntry, StateMachine } from './replicated-log/state-machine.js';
import { LeaderTestingModule } from './testing/leader-testing.module.js';
import { InjectElection, InjectReplicatedLog, electionToken, membershipToken, replicatedLogToken } from './tokens.js';

interface Add {
  readonly add: number;
}

@ReplicatedStateMachine('counter')
class Counter implements StateMachine<Add, number> {
  total = 0;

  apply({ command }: CommittedEntry<Add>): number {
    return (this.total += command.add);
  }

  snapshot(): number {
    return this.total;
  }

  restore(snapshot: unknown): void {
    this.total = snapshot as number;
  }

  digest(): string {
    return String(this.total);
  }
}

@Injectable()
class Offices {
  readonly events: string[] = [];
  isFit = true;

  constructor(
    @InjectElection('counter') readonly election: Election,
    @InjectReplicatedLog() readonly log: ReplicatedLog<Add, number>,
  ) {}

  @OnElected('counter')
  elected(fence: Fence): void {
    this.events.push(`elected ${fence.group}`);
  }

  @FitToLead('counter')
  reachesItsDatabase(): boolean {
    return this.isFit;
  }

  @OnDeposed()
  async deposed(): Promise<void> {
    this.events.push(`deposed as ${this.election.state().role}`);
  }
}

@Controller()
class CounterController {
  @Get('led')
  @LeaderOnly('counter')
  led(): string {
    return 'by me';
  }

  @Post('fenced')
  @RequireFence('counter')
  fenced(): string {
    return 'done';
  }
}

interface Node {
  readonly id: string;
  readonly app: INestApplication;
  readonly election: Election;
  readonly log: ReplicatedLog<Add, number>;
  readonly counter: Counter;
  readonly offices: Offices;
}

const folders: string[] = [];
const apps = new Set<INestApplication>();

afterEach(async () => {
  await Promise.all([...apps].map((app) => app.close()));
  apps.clear();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function membersOf(count: number): Promise<MemberOptions[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, position) => ({
      id: `n${position + 1}`,
      url: `http://127.0.0.1:${await freePort()}`,
      priority: position + 1,
    })),
  );
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leader-module-'));
  folders.push(folder);
  return folder;
}

async function startNode(
  members: readonly MemberOptions[],
  id: string,
  folder: string,
  auth: CallAuthenticator | 'none' = 'none',
  joining?: MemberOptions,
): Promise<Node> {
  const member = joining ?? (members.find((candidate) => candidate.id === id) as MemberOptions);

  @Module({
    imports: [
      LeaderModule.forRootAsync({
        names: ['counter'],
        isGlobal: true,
        useFactory: () => ({
          metrics: new Registry(),
          onFatal: (error) => expect(error).toBeUndefined(),
          logger: { log: () => undefined, warn: () => undefined, error: () => undefined },
          // Long timeouts: a machine that stalls for a second must not cost a leader its office. Elections begin by
          // nomination, hand-over and broken connections, not by waiting.
          groups: [
            {
              name: 'counter',
              nodeId: id,
              members,
              dataDir: join(folder, id),
              auth,
              electionTimeoutMs: [5000, 8000],
              ...(joining && { joining }),
            },
          ],
        }),
      }),
    ],
    providers: [Counter, Offices],
    controllers: [CounterController],
  })
  class NodeModule {}

  const app = await NestFactory.create<NestFastifyApplication>(
    NodeModule,
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: false, rawBody: true },
  );
  apps.add(app);
  await app.listen(Number(new URL(member.url).port), '127.0.0.1');
  return {
    id,
    app,
    election: app.get(electionToken('counter')),
    log: app.get(replicatedLogToken('counter')),
    counter: app.get(Counter),
    offices: app.get(Offices),
  };
}

/** Starts all members, and has the last one campaign as soon as they are up. */
async function startNodes(members: readonly MemberOptions[], folder: string): Promise<Node[]> {
  const nodes = await Promise.all(members.map(({ id }) => startNode(members, id, folder)));
  await until('all to take part', () => nodes.every(({ election }) => election.state().role !== 'stopped'));
  nodes.at(-1)?.election.nominate();
  return nodes;
}

async function stopNode(node: Node): Promise<void> {
  apps.delete(node.app);
  await node.app.close();
}

async function until<T>(what: string, probe: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const leaderAmong = (nodes: readonly Node[]): Promise<Node> =>
  until('a leader in office', () => nodes.find(({ election }) => election.state().inOffice && election.isLeader()));

/** Proposes at whoever leads until it is committed: what a caller outside the group does. */
async function add(nodes: readonly Node[], amount: number, key: string): Promise<number> {
  for (;;) {
    const leader = await leaderAmong(nodes);
    try {
      return (await leader.log.propose({ add: amount }, { key })).result;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'NOT_LEADER' && code !== 'INDETERMINATE' && code !== 'GROUP_STOPPED') throw error;
    }
  }
}

describe('three applications with a group', () => {
  it('are led by one that is fit to lead: the leader asks the others when its own application is not', async () => {
    const members = await membersOf(3);
    const nodes = await startNodes(members, await newFolder());
    const [first, second, third] = nodes as [Node, Node, Node];
    expect(await leaderAmong(nodes)).toBe(third);
    const fitness = async ({ id }: Node): Promise<unknown> => {
      const { url } = members.find((member) => member.id === id) as MemberOptions;
      return (await fetch(`${url}/leader/fitness`)).json();
    };
    second.offices.isFit = false;
    third.offices.isFit = false;
    expect([await fitness(first), await fitness(second)]).toEqual([
      { group: 'counter', id: 'n1', fit: true, why: null },
      { group: 'counter', id: 'n2', fit: false, why: 'Offices.reachesItsDatabase says no' },
    ]);

    await until('the one that is fit to lead', () => first.election.state().inOffice);

    expect(third.offices.events).toEqual(['elected counter', 'deposed as leader']);
    expect(await add(nodes, 5, 'a')).toBe(5);
  });

  it('elect, commit, go on after one is gone, and let it catch up when it is back', async () => {
    const members = await membersOf(3);
    const folder = await newFolder();
    const nodes = await startNodes(members, folder);

    const first = await leaderAmong(nodes);
    expect(await add(nodes, 1, 'a')).toBe(1);
    await stopNode(first);
    const left = nodes.filter((node) => node !== first);
    expect(await add(left, 10, 'b')).toBe(11);
    expect(await add(left, 10, 'b')).toBe(11);
    const restarted = await startNode(members, first.id, folder);
    expect(await add([...left, restarted], 100, 'c')).toBe(111);

    await until('all to have applied everything', () =>
      [...left, restarted].every(({ counter }) => counter.total === 111),
    );
    expect(first.offices.events).toEqual(['elected counter', 'deposed as leader']);
  }, 60_000);

  it('keep everything when all are closed and started again', async () => {
    const members = await membersOf(3);
    const folder = await newFolder();
    let nodes = await startNodes(members, folder);
    for (let count = 1; count <= 20; count++) await add(nodes, 1, `k${count}`);

    for (const node of nodes) await stopNode(node);
    nodes = await startNodes(members, folder);

    expect(await add(nodes, 1, 'k20')).toBe(20);
    expect(await add(nodes, 1, 'k21')).toBe(21);
  }, 60_000);

  it('answer for themselves over HTTP, and hand leadership over on request', async () => {
    const members = await membersOf(3);
    const folder = await newFolder();
    const nodes = await startNodes(members, folder);
    const leader = await leaderAmong(nodes);
    await add(nodes, 5, 'a');
    const urlOf = (id: string): string => members.find((member) => member.id === id)?.url ?? '';
    const post = (id: string, path: string, body: unknown): Promise<Response> =>
      fetch(urlOf(id) + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const follower = nodes.find((node) => node !== leader) as Node;
    await until('the follower to know the leader', () => follower.election.state().leader === leader.id);

    const status = (await (await fetch(`${urlOf(leader.id)}/leader/status`)).json()) as object;
    const misdirected = await fetch(`${urlOf(follower.id)}/led`);
    const nomination = await post(follower.id, '/leader/nominations', { observedTerm: 0, nominee: follower.id });
    const hint = await post(follower.id, '/leader/hints', { term: leader.election.state().term, leader: leader.id });
    const transfer = await post(leader.id, '/leader/transfers', { to: follower.id });

    expect(status).toMatchObject({
      group: 'counter',
      id: leader.id,
      role: 'leader',
      leader: { id: leader.id, url: urlOf(leader.id) },
      digest: '5',
      inOffice: true,
    });
    expect([misdirected.status, await misdirected.json()]).toMatchObject([
      421,
      { leader: leader.id, leaderUrl: urlOf(leader.id) },
    ]);
    expect(await nomination.json()).toMatchObject({
      id: follower.id,
      accepted: false,
      why: expect.stringContaining('the observation is of term 0'),
    });
    expect(await hint.json()).toMatchObject({ accepted: true, leader: { id: leader.id } });
    expect([transfer.status, await transfer.json()]).toMatchObject([200, { accepted: true, role: 'follower' }]);
    const next = await leaderAmong(nodes);
    expect(next.id).toBe(follower.id);
    expect(await (await fetch(`${urlOf(next.id)}/led`)).text()).toBe('by me');
    await expect(leader.log.propose({ add: 1 })).rejects.toThrow(NotLeaderError);
  }, 60_000);
});

describe('members that come, go and lose their disks, over HTTP', () => {
  const post = (url: string, path: string, body: unknown): Promise<Response> =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const urlOf = (members: readonly MemberOptions[], node: Node): string =>
    members.find(({ id }) => id === node.id)?.url ?? '';
  const kindOf = (nodes: readonly Node[], id: string): string | undefined => {
    const leader = nodes.find(({ election }) => election.state().inOffice);
    return leader?.app
      .get<Membership>(membershipToken('counter'))
      .members()
      .find((member) => member.id === id)?.kind;
  };

  it('a new replica joins a group at work, leads it, and an old one leaves', async () => {
    const all = await membersOf(4);
    const members = all.slice(0, 3);
    const fourth = all[3] as MemberOptions;
    const folder = await newFolder();
    const nodes = await startNodes(members, folder);
    await add(nodes, 5, 'a');
    const joined = await startNode(members, 'n4', folder, 'none', fourth);
    const leader = await leaderAmong(nodes);

    const misdirected = await post(urlOf(members, nodes.find((node) => node !== leader) as Node), '/leader/members', {
      change: 'remove',
      id: 'n4',
    });
    const added = await post(urlOf(members, leader), '/leader/members', {
      change: 'addLearner',
      id: 'n4',
      url: fourth.url,
      priority: fourth.priority,
    });
    expect([misdirected.status, added.status]).toEqual([421, 200]);
    await until('the newcomer to catch up', () => joined.counter.total === 5);
    let promoted = await post(urlOf(members, leader), '/leader/members', { change: 'promote', id: 'n4' });
    while (promoted.status === 409)
      promoted = await post(urlOf(members, leader), '/leader/members', { change: 'promote', id: 'n4' });
    expect(await promoted.json()).toMatchObject({
      members: [{ id: 'n1' }, { id: 'n2' }, { id: 'n3' }, { id: 'n4', url: fourth.url, kind: 'voter' }],
    });

    await leader.election.transferLeadership('n4');
    expect(await add([...nodes, joined], 10, 'b')).toBe(15);
    const removed = await post(fourth.url, '/leader/members', { change: 'remove', id: 'n1' });
    expect(removed.status).toBe(200);
    await stopNode(nodes[0] as Node);
    expect(await add([...nodes.slice(1), joined], 100, 'c')).toBe(115);
    await until('all to follow n4', () =>
      nodes
        .slice(1)
        .every(({ election, counter }) => election.state().leaderUrl === fourth.url && counter.total === 115),
    );
    const listed = await fetch(`${fourth.url}/leader/members`);
    expect(((await listed.json()) as { members: { id: string }[] }).members.map(({ id }) => id)).toEqual([
      'n2',
      'n3',
      'n4',
    ]);
  }, 60_000);

  it.each([
    ['lost its whole folder', (data: string) => rm(data, { recursive: true }), 0],
    ['has a flipped bit in the middle of its log', flipBit, 1],
  ])(
    'a replica that %s fetches everything again, and counts again',
    async (_, harm, setAside) => {
      const members = await membersOf(3);
      const folder = await newFolder();
      const nodes = await startNodes(members, folder);
      for (let count = 1; count <= 10; count++) await add(nodes, 1, `k${count}`);
      const victim = nodes.find((node) => !node.election.isLeader()) as Node;
      await stopNode(victim);
      await harm(join(folder, victim.id));
      const rest = nodes.filter((node) => node !== victim);

      const back = await startNode(members, victim.id, folder);
      await until('it to have everything', () => back.counter.total === 10);
      await until(
        'it to be a voter again',
        () => kindOf(rest, victim.id) === 'voter' && back.election.state().role === 'follower',
      );

      const other = rest.find((node) => !node.election.isLeader()) as Node;
      await stopNode(other);
      expect(await add([...rest.filter((node) => node !== other), back], 1, 'k11')).toBe(11);
      expect(
        (await readdir(join(folder, victim.id))).filter((name) => name.startsWith('damaged-counter-')),
      ).toHaveLength(setAside);
    },
    60_000,
  );

  it('a group of one does not start with a damaged log, and says what to do', async () => {
    const members = await membersOf(1);
    const folder = await newFolder();
    const node = await startNode(members, 'n1', folder);
    for (let count = 1; count <= 3; count++) await add([node], 1, `k${count}`);
    await stopNode(node);
    await flipBit(join(folder, 'n1'));

    await expect(startNode(members, 'n1', folder)).rejects.toThrow(
      /is damaged at offset \d+: .*no other member.*backup/,
    );
  });
});

async function flipBit(data: string): Promise<void> {
  const path = join(data, 'counter.00000001.wal');
  const bytes = await readFile(path);
  const at = bytes.indexOf('k2');
  bytes[at] = (bytes[at] as number) ^ 1;
  await writeFile(path, bytes);
}

describe('a LeaderDirectory over HTTP', () => {
  it('elects at boot, and carries calls over to the next leader when the first one goes', async () => {
    const members = await membersOf(3);
    const folder = await newFolder();
    const nodes = await Promise.all(members.map(({ id }) => startNode(members, id, folder)));
    const directory = new LeaderDirectory({ group: 'counter', members, auth: 'none' });
    directory.start();
    const addThrough = (amount: number, key: string): Promise<number> =>
      directory.call(
        async (leader) => {
          const node = nodes.find(({ id }) => id === leader.id) as Node;
          return (await node.log.propose({ add: amount }, { key })).result;
        },
        { retryIndeterminate: true, deadline: performance.now() + 30_000 },
      );

    expect(await addThrough(1, 'a')).toBe(1);
    const first = directory.current()?.id;
    const [total] = await Promise.all([addThrough(10, 'b'), stopNode(nodes.find(({ id }) => id === first) as Node)]);
    expect(total).toBe(11);
    expect(await addThrough(100, 'c')).toBe(111);

    expect(directory.current()?.id).not.toBe(first);
    await directory.close();
  }, 60_000);
});

describe('the routes of LeaderModule', () => {
  const refusing: CallAuthenticator = {
    sign: () => ({ 'x-secret': 'open' }),
    verify: ({ headers }) => {
      if (headers['x-secret'] !== 'open') throw new Error('no');
    },
  };

  async function startOne(
    auth: CallAuthenticator | 'none' = 'none',
  ): Promise<{ readonly url: string; readonly node: Node }> {
    const members = await membersOf(1);
    const node = await startNode(members, 'n1', await newFolder(), auth);
    await leaderAmong([node]);
    return { url: (members[0] as MemberOptions).url, node };
  }

  it('refuse calls that the authenticator does not accept', async () => {
    const { url } = await startOne(refusing);

    const unsigned = await Promise.all(
      ['GET /leader/status', 'GET /leader/members', 'POST /leader/members', 'POST /raft/counter/messages'].map(
        (route) => fetch(url + route.split(' ')[1], { method: route.split(' ')[0] as string }),
      ),
    );
    const signed = await fetch(`${url}/leader/status`, { headers: { 'x-secret': 'open' } });

    expect(unsigned.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(signed.status).toBe(200);
  });

  const bodies: [string, string, unknown, RegExp][] = [
    [
      'a nomination without a term',
      '/leader/nominations',
      { nominee: 'n1' },
      /observedTerm: a non-negative integer is needed/,
    ],
    ['a nomination of a stranger', '/leader/nominations', { observedTerm: 1, nominee: 'n9' }, /nominee: not a member/],
    ['an unknown property', '/leader/hints', { term: 1, leader: 'n1', extra: true }, /extra: unknown property/],
    ['a fractional term', '/leader/hints', { term: 1.5, leader: 'n1' }, /term: a non-negative integer/],
    [
      'a change of members that is none',
      '/leader/members',
      { change: 'abolish', id: 'n1' },
      /change: one of addLearner/,
    ],
    [
      'a new member without an address',
      '/leader/members',
      { change: 'addLearner', id: 'n2' },
      /url and priority: a new member needs them/,
    ],
    ['an array', '/leader/transfers', [], /must be a JSON object/],
  ];
  it.each(bodies)('answer %s with 400 and say why', async (_, path, body, why) => {
    const { url } = await startOne();

    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

    expect([response.status, await response.json()]).toMatchObject([
      400,
      { status: 400, detail: expect.stringMatching(why) },
    ]);
  });

  it('answer peer messages for unknown groups with 404 and garbage with 400', async () => {
    const { url } = await startOne();
    const post = (path: string, body: Buffer): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(body),
      });

    const statuses = await Promise.all([
      post('/raft/other/messages', Buffer.from('x')),
      post('/raft/counter/messages', Buffer.from('x')),
      post('/raft/counter/messages', Buffer.alloc(0)),
    ]);

    expect(statuses.map(({ status }) => status)).toEqual([404, 400, 400]);
  });

  it('fence: admits rising terms, refuses lower ones with 412 and missing ones with 400', async () => {
    const { url } = await startOne();
    const call = async (fence?: string): Promise<number> =>
      (await fetch(`${url}/fenced`, { method: 'POST', headers: fence === undefined ? {} : { 'x-fence': fence } }))
        .status;

    expect(await call('counter;3')).toBe(201);
    expect(await call('counter;3')).toBe(201);
    expect(await call('counter;2')).toBe(412);
    expect(await call('other;9')).toBe(400);
    expect(await call()).toBe(400);
  });

  it('fence: a restart does not bring an older leader back', async () => {
    const members = await membersOf(1);
    const folder = await newFolder();
    const url = (members[0] as MemberOptions).url;
    const call = async (fence: string): Promise<number> =>
      (await fetch(`${url}/fenced`, { method: 'POST', headers: { 'x-fence': fence } })).status;
    const first = await startNode(members, 'n1', folder);
    expect(await call('counter;7')).toBe(201);
    await stopNode(first);

    await startNode(members, 'n1', folder);

    expect([await call('counter;6'), await call('counter;7'), await call('counter;8')]).toEqual([412, 201, 201]);
  });

  it('report health: alive and ready with a leader', async () => {
    const { node } = await startOne();

    const [health] = node.app.get(LeaderHealthIndicator).check();

    expect(health).toMatchObject({
      group: 'counter',
      alive: true,
      ready: true,
      hasQuorum: true,
      leader: 'n1',
      lagEntries: 0,
    });
  });
});

describe('LeaderTestingModule', () => {
  it('lets an application lead at once, without listening', async () => {
    const module = await Test.createTestingModule({
      imports: [LeaderTestingModule.forGroups({ groups: ['counter'] })],
      providers: [Counter, Offices],
    }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    apps.add(app);
    await app.init();
    const { log, events, election } = app.get(Offices);
    await until('office', () => election.state().inOffice);

    const { result } = await log.propose({ add: 4 });

    expect(result).toBe(4);
    expect(events).toEqual(['elected counter']);
  });

  it('keeps two groups of one application apart', async () => {
    @ReplicatedStateMachine('other')
    class Other extends Counter {}
    const module = await Test.createTestingModule({
      imports: [LeaderTestingModule.forGroups({ groups: ['counter', 'other'] })],
      providers: [Counter, Other],
    }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    apps.add(app);
    await app.init();
    const logs = ['counter', 'other'].map((name) => app.get<ReplicatedLog<Add, number>>(replicatedLogToken(name)));
    await until('both in office', () =>
      ['counter', 'other'].every((name) => app.get<Election>(electionToken(name)).state().inOffice),
    );

    const results = await Promise.all(logs.map((log, position) => log.propose({ add: position + 1 })));

    expect(results.map(({ result }) => result)).toEqual([1, 2]);
    expect([app.get(Counter).total, app.get(Other).total]).toEqual([1, 2]);
  });

  it('refuses decorators that name no group where there are several', async () => {
    const module = await Test.createTestingModule({
      imports: [LeaderTestingModule.forGroups({ groups: ['counter', 'other'] })],
      providers: [Counter, { provide: Offices, useValue: Object.create(Offices.prototype) as Offices }],
    }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });

    await expect(app.init()).rejects.toThrow(
      '@OnDeposed on Offices.deposed names no group, but there are 2: counter, other',
    );
  });

  it('says what is missing when there is no state machine', async () => {
    const module = await Test.createTestingModule({
      imports: [LeaderTestingModule.forGroups({ groups: ['counter'] })],
      providers: [Offices],
    }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });

    await expect(app.init()).rejects.toThrow(
      "group counter needs exactly one provider decorated with @ReplicatedStateMachine('counter'), found 0",
    );
  });
});
