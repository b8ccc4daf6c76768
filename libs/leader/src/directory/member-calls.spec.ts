import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpMemberCalls } from './member-calls.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A process that says the same to everybody. */
async function startMember(answer: object, statusCode = 200): Promise<string> {
  const server: Server = createServer((_request, response) => {
    response.statusCode = statusCode;
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function newCalls(): HttpMemberCalls {
  const calls = new HttpMemberCalls('orders', 'none');
  closing.unshift(() => calls.close());
  return calls;
}

const status = { id: 'a', term: 3, role: 'follower', leader: null, lastLogIndex: 5, lastLogTerm: 2, inOffice: false };

describe('HttpMemberCalls', () => {
  it('brings who the members are', async () => {
    const configuration = {
      asOfIndex: 4,
      members: [{ id: 'a', url: 'http://127.0.0.1:1', priority: 1, kind: 'voter' }],
    };
    const url = await startMember({ ...status, configuration });

    expect(await newCalls().status({ id: 'a', url, priority: 1 }, 5000)).toMatchObject({
      kind: 'status',
      status: { term: 3, configuration },
    });
  });

  it.each([
    [
      { commitIndex: 4, appliedIndex: 3, storage: 'full' },
      { commitIndex: 4, appliedIndex: 3, storage: 'full' },
    ],
    [
      { commitIndex: -1, appliedIndex: '3', storage: 'odd' },
      { commitIndex: undefined, appliedIndex: undefined, storage: undefined },
    ],
    [{}, { commitIndex: undefined, appliedIndex: undefined, storage: undefined }],
  ])('brings how the log stands, as far as a member says so: %j', async (said, expected) => {
    const url = await startMember({ ...status, ...said });

    expect(await newCalls().status({ id: 'a', url, priority: 1 }, 5000)).toMatchObject({
      kind: 'status',
      status: { term: 3, ...expected },
    });
  });

  it('finds a member that has moved at its new address', async () => {
    const [before, after] = [await startMember(status), await startMember({ ...status, term: 4 })];
    const calls = newCalls();

    const replies = [
      await calls.status({ id: 'a', url: before, priority: 1 }, 5000),
      await calls.status({ id: 'a', url: after, priority: 1 }, 5000),
    ];

    expect(replies).toMatchObject([{ status: { term: 3 } }, { status: { term: 4 } }]);
  });

  it('keeps connections to a bounded number of members, those that were asked last', async () => {
    const url = await startMember(status);
    const calls = newCalls();
    const ask = (id: string): ReturnType<HttpMemberCalls['status']> => calls.status({ id, url, priority: 1 }, 5000);

    for (let number = 1; number <= 200; number++) {
      expect((await ask('a')).kind).toBe('status');
      await ask(`other-${number}`);
    }

    expect(calls.peers).toBe(64);
  });

  it.each([
    ['is fit', 200, { id: 'a', fit: true }, true],
    ['is not fit', 200, { id: 'a', fit: false, why: 'no catalog' }, false],
    ['is of a release that does not know the question: it has no objections', 404, { statusCode: 404 }, true],
  ])('hears that a member %s', async (_what, statusCode, answer, expected) => {
    const url = await startMember(answer, statusCode);

    expect(await newCalls().isFit({ id: 'a', url, priority: 1 }, 5000)).toBe(expected);
  });

  it.each([
    ['of another member', 200, { id: 'b', fit: true }],
    ['without an answer in it', 200, { id: 'a' }],
    ['that failed', 500, { id: 'a', fit: true }],
  ])('takes an answer %s to the question of fitness for none', async (_what, statusCode, answer) => {
    const url = await startMember(answer, statusCode);

    await expect(newCalls().isFit({ id: 'a', url, priority: 1 }, 5000)).rejects.toThrow(
      `it answered ${statusCode} with something else than the fitness of a`,
    );
  });

  it('takes the answer of another process than the one that was asked for silence', async () => {
    const url = await startMember(status);

    expect(await newCalls().status({ id: 'b', url, priority: 1 }, 5000)).toMatchObject({
      kind: 'silent',
      why: expect.stringContaining('something else than the status of b'),
    });
  });
});
