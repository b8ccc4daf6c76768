import { afterEach, describe, expect, it } from '@jest/globals';
import type { Attempt, GroupMember, Leader } from '@quorumkit/leader';
import { LoopbackPeer } from '@toystore/contracts/testing';
import { DirectoryOrderGroup } from './directory-order-group.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A directory whose group is what the test says. */
class ToldDirectory {
  leader: Leader = { id: 'order-1', url: '', term: 1 };
  known: readonly GroupMember[] = [];

  call<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>): Promise<T> {
    return fn(this.leader, {
      signal: new AbortController().signal,
      deadline: 0,
      number: 1,
      indeterminateBefore: false,
    });
  }

  members(): readonly GroupMember[] {
    return this.known;
  }
}

function setUp() {
  const directory = new ToldDirectory();
  const receivers: string[] = [];
  const sign = ({ receiver }: { readonly receiver: string }) => {
    receivers.push(receiver);
    return {};
  };
  const group = new DirectoryOrderGroup(directory as never, { sign, connectionsPerReplica: 1 });
  closing.push(() => group.close());
  return { directory, group, receivers };
}

/** An order replica that knows every order, and whose it is. */
async function startReplica(name: string): Promise<LoopbackPeer & { readonly url: string }> {
  const peer = new LoopbackPeer(async () => ({
    kind: 'answer',
    status: 200,
    json: { number: 0, name, quantity: 1 },
  }));
  const url = await peer.start();
  closing.push(() => peer.stop());
  return Object.assign(peer, { url });
}

const askLeader = (group: DirectoryOrderGroup) =>
  group.call(async ({ id }) => {
    const found = await group.replica(id).getOrder(0, { deadlineMs: 5000 });
    return found.kind === 'order' ? found.order.name : found.kind;
  });

describe('DirectoryOrderGroup', () => {
  it('reaches a leader that joined the group after this process was started', async () => {
    const { directory, group, receivers } = setUp();
    const replica = await startReplica('tux');
    directory.leader = { id: 'order-4', url: replica.url, term: 7 };

    expect(await askLeader(group)).toBe('tux');
    expect(await askLeader(group)).toBe('tux');
    expect([replica.connections, receivers]).toEqual([1, ['order-4', 'order-4']]);
  });

  it('reaches a leader at its new address', async () => {
    const { directory, group } = setUp();
    const [before, after] = [await startReplica('old'), await startReplica('new')];

    directory.leader = { id: 'order-1', url: before.url, term: 7 };
    const first = await askLeader(group);
    directory.leader = { id: 'order-1', url: after.url, term: 8 };

    expect([first, await askLeader(group)]).toEqual(['old', 'new']);
  });

  it('knows the addresses of the present members, and says who they are when it is asked for another', () => {
    const { directory, group } = setUp();
    directory.known = [{ id: 'order-4', url: 'http://order-4', priority: 4, kind: 'voter' }];

    expect([group.urlOf('order-4'), group.urlOf('order-1')]).toEqual(['http://order-4', undefined]);
    expect(group.replica('order-4')).toBe(group.replica('order-4'));
    expect(() => group.replica('order-1')).toThrow(
      /'order-1' is not a member of the order group; its members are order-4/,
    );
  });

  it('lets go of those that have not been asked for longest', async () => {
    const { directory, group } = setUp();
    const first = await startReplica('first');
    directory.leader = { id: 'order-1', url: first.url, term: 1 };
    await askLeader(group);
    const gone = await startReplica('gone');
    await gone.stop();

    for (let number = 2; number <= 18; number++) {
      directory.leader = { id: `order-${number}`, url: gone.url, term: number };
      await expect(askLeader(group)).rejects.toThrow();
    }
    directory.leader = { id: 'order-1', url: first.url, term: 19 };

    expect(await askLeader(group)).toBe('first');
    expect(first.connections).toBe(2);
  });
});
