import assert from 'node:assert/strict';
import type { Envelope, LogIndex, Message, ReplicaId, Term } from '@quorumkit/raft';
import type { PeerReceiver, PeerTransport } from '../transport/peer-transport.js';
import type { TestRunner } from './log-store-conformance.js';

/** Two or more members that can talk to each other, and what a test may do to them. */
export interface TransportsUnderTest {
  /** Ids `a`, `b` and `c`; not yet open. */
  readonly transports: ReadonlyMap<string, PeerTransport>;
  /** Ends the process of `id`, as far as the others can see. */
  kill(id: string): Promise<void>;
  dispose(): Promise<void>;
}

interface Station extends PeerReceiver {
  readonly received: { readonly from: string; readonly message: Message }[];
  readonly gone: string[];
}

/**
 * What every `PeerTransport` must do. Call it in a spec file:
 * `describePeerTransport('MyTransport', async () => ({ … }))`.
 */
export function describePeerTransport(
  name: string,
  create: () => Promise<TransportsUnderTest>,
  runner: TestRunner = globalThis as unknown as TestRunner,
): void {
  runner.describe(`${name} as a peer transport`, () => {
    for (const [title, body] of Object.entries(behaviours)) {
      runner.it(title, async () => {
        const network = await create();
        try {
          await body(network);
        } finally {
          await network.dispose();
        }
      });
    }
  });
}

const behaviours: Record<string, (network: TransportsUnderTest) => Promise<void>> = {
  'carries a request and its answer unchanged': async ({ transports }) => {
    const [a, b] = [open(transports, 'a'), open(transports, 'b')];
    const request = append(1, 3, [Buffer.from('one'), Buffer.alloc(0), Buffer.from([0, 255])]);
    const response: Message = {
      kind: 'appendResponse',
      requestId: 1,
      term: 7 as Term,
      matchIndex: 6 as LogIndex,
      conflict: undefined,
    };

    transport(transports, 'a').send(envelope('a', 'b', request));
    await until(() => b.received.length === 1, 'the request to arrive');
    transport(transports, 'b').send(envelope('b', 'a', response));
    await until(() => a.received.length === 1, 'the answer to arrive');

    assert.deepEqual(plain(b.received), plain([{ from: 'a', message: request }]));
    assert.deepEqual(plain(a.received), plain([{ from: 'b', message: response }]));
  },

  'keeps the order of append requests to one peer': async ({ transports }) => {
    open(transports, 'a');
    const b = open(transports, 'b');

    for (const requestId of [1, 2])
      transport(transports, 'a').send(envelope('a', 'b', append(requestId, requestId, [Buffer.alloc(200_000)])));
    await until(() => b.received.length === 2, 'both to arrive');

    assert.deepEqual(
      b.received.map(({ message }) => message.requestId),
      [1, 2],
    );
  },

  'lets heartbeats pass while appends are unanswered': async ({ transports }) => {
    open(transports, 'a');
    const b = open(transports, 'b');
    for (const requestId of [1, 2])
      transport(transports, 'a').send(envelope('a', 'b', append(requestId, requestId, [Buffer.alloc(500_000)])));

    transport(transports, 'a').send(envelope('a', 'b', heartbeat(3)));

    await until(() => b.received.some(({ message }) => message.requestId === 3), 'the heartbeat to arrive');
  },

  'delivers the newest of many unanswered heartbeats': async ({ transports }) => {
    open(transports, 'a');
    const b = open(transports, 'b');

    for (let requestId = 1; requestId <= 50; requestId++)
      transport(transports, 'a').send(envelope('a', 'b', heartbeat(requestId)));
    const answered = new Set<number>();
    await until(() => {
      for (const { message } of b.received) {
        if (answered.has(message.requestId)) continue;
        answered.add(message.requestId);
        transport(transports, 'b').send(
          envelope('b', 'a', { kind: 'heartbeatResponse', requestId: message.requestId, term: 7 as Term }),
        );
      }
      return answered.has(50);
    }, 'the newest to arrive');
  },

  'loses what cannot be delivered, without throwing': async ({ transports, kill }) => {
    open(transports, 'a');
    open(transports, 'b');
    await kill('b');

    for (let requestId = 1; requestId <= 500; requestId++) {
      transport(transports, 'a').send(envelope('a', 'b', heartbeat(requestId)));
      transport(transports, 'a').send(envelope('a', 'b', append(1000 + requestId, requestId, [])));
      transport(transports, 'a').send(envelope('a', 'nobody', heartbeat(2000 + requestId)));
    }
  },

  'tells of a peer whose process has ended': async ({ transports, kill }) => {
    const a = open(transports, 'a');
    const b = open(transports, 'b');
    transport(transports, 'b').send(envelope('b', 'a', heartbeat(1)));
    await until(() => a.received.length === 1, 'a first message');
    transport(transports, 'a').send(envelope('a', 'b', { kind: 'heartbeatResponse', requestId: 1, term: 7 as Term }));
    await until(() => b.received.length === 1, 'its answer');

    await kill('b');

    await until(() => a.gone.includes('b'), 'the end of b to be noticed');
  },

  'says nothing after it was closed': async ({ transports }) => {
    open(transports, 'a');
    const b = open(transports, 'b');

    await transport(transports, 'b').close();
    transport(transports, 'a').send(envelope('a', 'b', heartbeat(1)));
    transport(transports, 'b').send(envelope('b', 'a', heartbeat(1)));
    await turns(20);

    assert.deepEqual(b.received, []);
  },
};

function open(transports: ReadonlyMap<string, PeerTransport>, id: string): Station {
  const station: Station = {
    received: [],
    gone: [],
    message: (from, message) => void station.received.push({ from, message }),
    peerGone: (peer) => void station.gone.push(peer),
    dropped: () => undefined,
  };
  transport(transports, id).open(station);
  return station;
}

function transport(transports: ReadonlyMap<string, PeerTransport>, id: string): PeerTransport {
  const found = transports.get(id);
  assert.ok(found, `the suite needs a transport ${id}`);
  return found;
}

function envelope(from: string, to: string, message: Message): Envelope {
  return { from: from as ReplicaId, to: to as ReplicaId, message };
}

function heartbeat(requestId: number): Message {
  return { kind: 'heartbeatRequest', requestId, term: 7 as Term, commitIndex: 2 as LogIndex };
}

function append(requestId: number, prevLogIndex: number, datas: readonly Buffer[]): Message {
  const entries = datas.map((data, offset) => ({
    index: (prevLogIndex + 1 + offset) as LogIndex,
    term: 7 as Term,
    kind: 'command' as const,
    data,
  }));
  return {
    kind: 'appendRequest',
    requestId,
    term: 7 as Term,
    prevLogIndex: prevLogIndex as LogIndex,
    prevLogTerm: 6 as Term,
    commitIndex: 2 as LogIndex,
    entries,
  };
}

/** Data as plain arrays: a Buffer and a Uint8Array of equal contents are equal here. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, field: unknown) =>
      isSerialisedBuffer(field) ? field.data : field instanceof Uint8Array ? [...field] : field,
    ),
  );
}

function isSerialisedBuffer(field: unknown): field is { readonly data: number[] } {
  return typeof field === 'object' && field !== null && (field as { type?: unknown }).type === 'Buffer';
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
