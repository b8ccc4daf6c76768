import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LogStore, PeerReceiver, PeerTransport } from '@quorumkit/leader';
import { FaultDisk } from '@quorumkit/leader/testing';
import { type KillPoint, killPoints } from '@toystore/contracts';
import { MemoryTransport } from '@toystore/contracts/testing';
import { FaultBoard } from '@toystore/service';
import { withDebitKillPoints } from './debit-kill-points.js';
import { PeerKillPoints } from './peer-kill-points.js';

type Envelope = Parameters<PeerTransport['send']>[0];
type Batch = Parameters<LogStore['append']>[0];

const entry = (index: number, term = 1, kind: 'command' | 'noop' = 'command') => ({
  index,
  term,
  kind,
  data: new Uint8Array(),
});
const append = (...entries: object[]): Envelope =>
  ({ from: 'a', to: 'b', message: { kind: 'appendRequest', requestId: 1, term: 1, entries } }) as unknown as Envelope;
const batch = (...entries: object[]): Batch => ({ sequence: 1, entries, truncateFrom: undefined }) as unknown as Batch;
const matched = (matchIndex: number) =>
  ({ kind: 'appendResponse', requestId: 1, term: 1, matchIndex }) as unknown as Envelope['message'];

/** Ports that note what reaches them; an append settles when the test says so. */
class Ports {
  readonly sent: Envelope[] = [];
  readonly heard: unknown[] = [];
  ignored = 0;
  makeDurable: () => void = () => undefined;
  receiver: PeerReceiver | undefined;
  readonly transport: PeerTransport = {
    open: (receiver) => (this.receiver = receiver),
    send: (envelope) => this.sent.push(envelope),
    ignore: () => (this.ignored += 1),
    close: () => Promise.resolve(),
  };
  readonly store = {
    append: () => new Promise<void>((resolve) => (this.makeDurable = resolve)),
  } as unknown as LogStore;
}

describe('kill points', () => {
  let died: string[];
  let onDeath: () => void;
  let board: FaultBoard;
  let ports: Ports;
  let transport: PeerTransport;
  let store: LogStore;
  beforeEach(() => {
    died = [];
    onDeath = () => undefined;
    const last: string[] = [];
    const logger = { warn: (message: string) => void last.push(message), flush: () => undefined };
    board = new FaultBoard({
      points: killPoints,
      disk: new FaultDisk(),
      logger,
      kill: () => {
        died.push(last.at(-1) ?? '');
        onDeath();
      },
    });
    ports = new Ports();
    const { decorators } = new PeerKillPoints(board);
    transport = decorators.transport(ports.transport);
    store = decorators.store(ports.store);
    transport.open({
      message: (_from, message) => void ports.heard.push(message),
      peerGone: () => undefined,
      dropped: () => undefined,
    });
  });
  const arm = (at: KillPoint, hit = 1): void => void board.arm({ kind: 'kill', at, hit });

  it('before-send: dies when its own disk has the entry, and lets nothing out before', async () => {
    arm('before-send', 2);
    void store.append(batch(entry(1)));
    transport.send(append(entry(1)));
    const appended = store.append(batch(entry(2)));

    transport.send(append(entry(2)));
    transport.send(append());

    expect([ports.sent.length, died.length]).toEqual([1, 0]);
    ports.makeDurable();
    await appended;
    expect(died).toEqual([expect.stringContaining('entry 2 is durable here and was sent to nobody')]);
  });

  it('before-send: does not count entries without commands, of other terms, or sent again', () => {
    transport.send(append(entry(1, 1, 'noop'), entry(2, 0)));
    transport.send(append(entry(3)));
    transport.send(append(entry(3)));

    expect(board.report().passages).toContainEqual({ point: 'before-send', count: 1 });
    expect(ports.sent).toHaveLength(3);
  });

  it('before-commit: dies with the first answer that makes a majority, before the leader hears it', () => {
    arm('before-commit');
    transport.send(append(entry(5)));
    ports.receiver?.message('b' as never, matched(4));
    expect([ports.heard.length, died.length]).toEqual([1, 0]);

    ports.receiver?.message('b' as never, matched(5));

    expect(died).toEqual([expect.stringContaining('a follower has entry 5')]);
    ports.receiver?.message('c' as never, matched(5));
    expect(board.report().passages).toContainEqual({ point: 'before-commit', count: 1 });
  });

  it('passes on what else the ports can do, also what they need not have', () => {
    transport.ignore?.('b' as never, 1);

    expect(ports.ignored).toBe(1);
  });

  it.each([
    ['after-intent-commit', 0],
    ['after-debit-answer', 1],
  ] as const)('%s: dies with %i calls at the catalog', async (at, calls) => {
    const catalog = new MemoryTransport(() => ({ kind: 'answer', status: 200, json: {} }));
    const seen: number[] = [];
    const wrapped = withDebitKillPoints(catalog, board);
    arm(at);
    onDeath = () => seen.push(catalog.calls.length);

    await wrapped.request({ method: 'GET', path: '/audit', deadlineMs: 1_000 });
    expect(died).toEqual([]);
    catalog.calls.length = 0;
    await wrapped.request({ method: 'POST', path: '/debits', body: '{}', deadlineMs: 1_000 });

    expect([died.length, seen]).toEqual([1, [calls]]);
  });
});
