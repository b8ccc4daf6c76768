import assert from 'node:assert/strict';

import type { HttpTransport, TransportCall, TransportOptions } from '../transport/http-transport.js';
import {
  CallAbortedError,
  ConnectionFailedError,
  DeadlineExceededError,
  isDefiniteFailure,
  UnexpectedAnswerError,
} from '../transport/transport-error.js';

import type { PeerAnswer, ScriptedPeer, SeenCall } from './scripted-peer.js';

/** A transport and the peer behind it. */
export interface TransportUnderTest {
  readonly transport: HttpTransport;
  /** The peer is gone: nobody listens. */
  stopPeer(): Promise<void>;
  /** It is back, under the same address. */
  startPeer(): Promise<void>;
  /** Connections made so far; left out by transports without connections. */
  readonly connections?: () => number;
  dispose(): Promise<void>;
}

/** Makes a transport whose peer does what `peer` says. */
export type TransportSetup = (
  peer: ScriptedPeer,
  options: Pick<TransportOptions, 'sign' | 'answerBytesMax'>,
) => Promise<TransportUnderTest>;

/** `describe` and `it` of any test runner. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

const generousMs = 60_000;
const shortMs = 50;

/**
 * What every `HttpTransport` must do. Call it in a spec file: `describeHttpTransport('MyTransport', async (peer, options)
 * => ({ … }))`. Uses the runner's global `describe` and `it` unless others are given, and no assertion library.
 */
export function describeHttpTransport(
  name: string,
  setup: TransportSetup,
  runner: TestRunner = globalThis as unknown as TestRunner,
): void {
  runner.describe(`${name} as an HTTP transport`, () => {
    for (const [title, { peer, options, body }] of Object.entries(behaviours)) {
      runner.it(title, async () => {
        const seen: SeenCall[] = [];
        const underTest = await setup((call) => {
          seen.push(call);
          return peer(call);
        }, options ?? {});
        try {
          await body({ ...underTest, seen });
        } finally {
          await underTest.dispose();
        }
      });
    }
  });
}

interface Behaviour {
  readonly peer: ScriptedPeer;
  readonly options?: Pick<TransportOptions, 'sign' | 'answerBytesMax'>;
  readonly body: (test: TransportUnderTest & { readonly seen: readonly SeenCall[] }) => Promise<void>;
}

const echo: ScriptedPeer = ({ path, body }) => ({ kind: 'answer', status: 200, headers: { 'x-path': path }, body });
const always =
  (answer: PeerAnswer): ScriptedPeer =>
  () =>
    answer;
const get = (path: string, more: Partial<TransportCall> = {}): TransportCall => ({
  method: 'GET',
  path,
  deadlineMs: generousMs,
  ...more,
});
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => assert.fail('the call was answered'),
    (error: unknown) => error,
  );

const behaviours: Record<string, Behaviour> = {
  'carries method, path, headers and body over as they are': {
    peer: always({ kind: 'answer', status: 200 }),
    body: async ({ transport, seen }) => {
      const headers = { 'content-type': 'application/json', 'x-mark': 'a b' };

      await transport.request({
        method: 'POST',
        path: '/a%2Fb?c=%C3%A9',
        headers,
        body: '{"é":1}',
        deadlineMs: generousMs,
      });

      assert.equal(seen.length, 1);
      assert.equal(seen[0]?.method, 'POST');
      assert.equal(seen[0]?.path, '/a%2Fb?c=%C3%A9');
      assert.equal(seen[0]?.headers['content-type'], 'application/json');
      assert.equal(seen[0]?.headers['x-mark'], 'a b');
      assert.equal(seen[0]?.body.toString(), '{"é":1}');
    },
  },
  'carries bytes over unchanged, both ways': {
    peer: echo,
    body: async ({ transport }) => {
      const body = Uint8Array.from({ length: 70_000 }, (_, offset) => offset % 251);

      const answer = await transport.request({ method: 'POST', path: '/', body, deadlineMs: generousMs });

      assert.ok(answer.body.equals(body));
    },
  },
  'gives back status, headers and body': {
    peer: always({ kind: 'answer', status: 201, headers: { 'x-mark': 'yes' }, json: { ok: true } }),
    body: async ({ transport }) => {
      const answer = await transport.request(get('/'));

      assert.equal(answer.status, 201);
      assert.equal(answer.headers['x-mark'], 'yes');
      assert.deepEqual(JSON.parse(answer.body.toString()), { ok: true });
    },
  },
  'gives back an empty body for 204': {
    peer: always({ kind: 'answer', status: 204 }),
    body: async ({ transport }) => {
      const answer = await transport.request({ method: 'DELETE', path: '/', deadlineMs: generousMs });

      assert.deepEqual([answer.status, answer.body.length], [204, 0]);
    },
  },
  ...Object.fromEntries(
    [302, 400, 421, 500, 503].map((status): [string, Behaviour] => [
      `takes ${status} as an answer like any other`,
      {
        peer: always({ kind: 'answer', status, headers: { location: '/elsewhere' } }),
        body: async ({ transport, seen }) => {
          const answer = await transport.request(get('/'));

          assert.equal(answer.status, status);
          assert.equal(seen.length, 1);
        },
      },
    ]),
  ),
  'has calls signed over exactly what is sent': {
    peer: always({ kind: 'answer', status: 200 }),
    options: {
      sign: ({ method, path, receiver, body }) => ({
        'x-signed': `${method} ${path} ${receiver} ${Buffer.from(body).toString('hex')}`,
      }),
    },
    body: async ({ transport, seen }) => {
      await transport.request({ method: 'PUT', path: '/x?y=1', body: 'é', deadlineMs: generousMs });

      assert.equal(seen[0]?.headers['x-signed'], 'PUT /x?y=1 peer c3a9');
    },
  },
  'answers each of many calls at once with its own answer': {
    peer: echo,
    body: async ({ transport }) => {
      const answers = await Promise.all(Array.from({ length: 100 }, (_, call) => transport.request(get(`/${call}`))));

      assert.deepEqual(
        answers.map(({ headers }) => headers['x-path']),
        Array.from({ length: 100 }, (_, call) => `/${call}`),
      );
    },
  },
  'keeps its connection for calls one after another': {
    peer: echo,
    body: async ({ transport, connections }) => {
      for (let call = 0; call < 10; call += 1) await transport.request(get('/'));

      // A pool may open a second one while the first is still being tidied up.
      assert.ok(connections === undefined || connections() <= 2, `it made ${connections?.()} connections`);
    },
  },
  'is sure that nothing happened when nobody listens': {
    peer: echo,
    body: async ({ transport, stopPeer }) => {
      await stopPeer();

      const error = await failureOf(transport.request(get('/')));

      assert.ok(error instanceof ConnectionFailedError, String(error));
      assert.equal(error.definite, true);
      assert.equal(isDefiniteFailure(error), true);
    },
  },
  'reaches a peer that came back': {
    peer: echo,
    body: async ({ transport, stopPeer, startPeer }) => {
      await transport.request(get('/'));
      await stopPeer();
      await failureOf(transport.request(get('/')));
      await startPeer();

      const answer = await transport.request(get('/'));

      assert.equal(answer.status, 200);
    },
  },
  'is not sure when the connection breaks after the call was sent, and does not send it again': {
    peer: always({ kind: 'break_connection' }),
    body: async ({ transport, seen }) => {
      const error = await failureOf(transport.request(get('/')));

      assert.ok(error instanceof ConnectionFailedError, String(error));
      assert.equal(error.definite, false);
      assert.equal(seen.length, 1);
    },
  },
  'does not take a half answer for an answer': {
    peer: always({ kind: 'break_answer' }),
    body: async ({ transport }) => {
      const error = await failureOf(transport.request(get('/')));

      assert.ok(error instanceof ConnectionFailedError, String(error));
      assert.equal(error.definite, false);
    },
  },
  ...Object.fromEntries(
    (['stay_silent', 'stall_answer'] as const).map((kind): [string, Behaviour] => [
      `gives up at the deadline when the peer does ${kind}`,
      {
        peer: always({ kind }),
        body: async ({ transport }) => {
          const error = await failureOf(transport.request({ method: 'POST', path: '/', deadlineMs: shortMs }));

          assert.ok(error instanceof DeadlineExceededError, String(error));
          assert.equal(error.definite, false);
        },
      },
    ]),
  ),
  'sends nothing when the deadline has passed': {
    peer: echo,
    body: async ({ transport, seen }) => {
      const error = await failureOf(transport.request(get('/', { deadlineMs: 0 })));

      assert.ok(error instanceof DeadlineExceededError, String(error));
      assert.equal(error.definite, true);
      assert.equal(seen.length, 0);
    },
  },
  'sends nothing when the caller has given up': {
    peer: echo,
    body: async ({ transport, seen }) => {
      const error = await failureOf(transport.request(get('/', { signal: AbortSignal.abort() })));

      assert.ok(error instanceof CallAbortedError, String(error));
      assert.equal(error.definite, true);
      assert.equal(seen.length, 0);
    },
  },
  'ends a call that its caller gives up, without being sure': {
    peer: (call) => {
      giveUp.get(call.path)?.();
      return { kind: 'stay_silent' };
    },
    body: async ({ transport }) => {
      const abort = new AbortController();
      giveUp.set('/given-up', () => abort.abort());

      const error = await failureOf(transport.request(get('/given-up', { signal: abort.signal })));

      assert.ok(error instanceof CallAbortedError, String(error));
      assert.equal(error.definite, false);
    },
  },
  'refuses an answer that is longer than allowed': {
    peer: always({ kind: 'answer', status: 200, body: new Uint8Array(2000) }),
    options: { answerBytesMax: 1000 },
    body: async ({ transport }) => {
      const error = await failureOf(transport.request(get('/')));

      assert.ok(error instanceof UnexpectedAnswerError, String(error));
      assert.equal(error.definite, false);
    },
  },
  'fails calls after it was closed': {
    peer: echo,
    body: async ({ transport }) => {
      await transport.request(get('/'));
      await transport.close();

      const error = await failureOf(transport.request(get('/')));

      assert.ok(error instanceof ConnectionFailedError, String(error));
      assert.equal(error.definite, true);
    },
  },
};

const giveUp = new Map<string, () => void>();
