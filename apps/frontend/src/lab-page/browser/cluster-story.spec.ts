import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '@toystore/contracts';
import { cache, member, mute, view, withReplica } from '../testing/views.js';
import { ClusterStory, entriesBehind } from './cluster-story.js';

/** What is told of the views after the first one. */
function told(...views: readonly ClusterView[]): string[] {
  const story = new ClusterStory();
  story.next(view());
  return views.flatMap((next) => story.next(next)).map(({ text }) => text);
}

describe('ClusterStory', () => {
  it('begins with who watches and who leads', () => {
    expect(new ClusterStory().next(view())).toEqual([
      { tone: 'plain', text: 'Watching through frontend-1. order-3 leads in term 4.' },
    ]);
    expect(new ClusterStory().next(view({ leader: null }))).toMatchObject([{ tone: 'warn' }]);
  });

  it('has nothing to say while nothing changes, also under load', () => {
    const busy = view({ cache: cache({ hits: 900, invalidations: 40 }) });
    const behind = withReplica(member({ lastLogIndex: 17, commitIndex: 17 }));

    expect(told(view(), busy, behind, view())).toEqual([]);
  });

  it("tells the leader's death, the election and the return of who was killed", () => {
    const dead = mute('order-3', 'gone');
    const elected = { leader: { id: 'order-2', term: 5 } };
    const back = member({ id: 'order-3', lastLogIndex: 12, commitIndex: 12 });

    expect(
      told(
        withReplica(dead),
        withReplica(dead, { leader: null }),
        withReplica(dead, elected),
        withReplica(back, elected),
        withReplica({ ...back, lastLogIndex: 19 }, elected),
        withReplica({ ...back, lastLogIndex: 20 }, elected),
        withReplica({ ...back, lastLogIndex: 19 }, elected),
        withReplica({ ...back, lastLogIndex: 20 }, elected),
      ),
    ).toEqual([
      'order-3 is gone: it refuses connections.',
      'frontend-1 knows no leader: its orders wait.',
      'order-2 leads in term 5.',
      'order-3 is back, 8 entries behind.',
      'order-3 has caught up, up to entry 20.',
    ]);
  });

  it('tells of a silent member when it stays silent, once, and of its return', () => {
    const silent = withReplica(mute('order-1', 'silent'));

    expect(told(silent, view(), silent)).toEqual([]);
    expect(told(silent, silent, silent, view())).toEqual([
      'order-1 does not answer: it is paused, cut off from this frontend, or in trouble.',
      'order-1 is back.',
    ]);
  });

  it('tells the return of a dead member also when its first answer is late', () => {
    const gone = withReplica(mute('order-1', 'gone'));
    const silent = withReplica(mute('order-1', 'silent'));

    expect(told(gone, silent, view())).toEqual(['order-1 is gone: it refuses connections.', 'order-1 is back.']);
  });

  it('tells a death once, though the port is silent now and then', () => {
    const gone = withReplica(mute('order-1', 'gone'));
    const silent = withReplica(mute('order-1', 'silent'));

    expect(told(gone, silent, gone, silent, silent, gone)).toEqual(['order-1 is gone: it refuses connections.']);
  });

  it('tells at the beginning who is missing, and later of its return', () => {
    const story = new ClusterStory();
    const gone = withReplica(mute('order-1', 'gone'));

    expect(story.next(gone).map(({ text }) => text)).toEqual([
      'Watching through frontend-1. order-3 leads in term 4.',
      'order-1 is gone: it refuses connections.',
    ]);
    expect(story.next(view())).toMatchObject([{ text: 'order-1 is back.' }]);
  });

  it('does not take a log that is not open yet for one that has caught up', () => {
    const gone = withReplica(mute('order-1', 'gone'));
    const starting = withReplica(member({ role: 'stopped', term: 0, lastLogIndex: 0, commitIndex: 0, leader: null }));
    const behind = withReplica(member({ lastLogIndex: 12, commitIndex: 12 }));

    expect(told(gone, starting, behind, view())).toEqual([
      'order-1 is gone: it refuses connections.',
      'order-1 is back.',
    ]);
    expect(told(gone, behind, starting, view())).toContain('order-1 has caught up, up to entry 20.');
    expect(told(gone, behind, starting)).not.toContain('order-1 has caught up, up to entry 0.');
  });

  it('tells that a silent process died, and nothing of a dead one that stays dead', () => {
    const silent = withReplica(mute('order-1', 'silent'));
    const gone = withReplica(mute('order-1', 'gone'));

    expect(told(silent, silent, gone, gone)).toEqual([
      'order-1 does not answer: it is paused, cut off from this frontend, or in trouble.',
      'order-1 is gone: it refuses connections.',
    ]);
  });

  it('tells who joins, is promoted and leaves', () => {
    const { replicas } = view();
    const learner = member({ id: 'order-4', kind: 'learner' });
    const grown = view({ replicas: [...replicas, learner] });
    const promoted = view({ replicas: [...replicas, { ...learner, kind: 'voter' }] });

    expect(told(grown, promoted, view())).toEqual([
      'order-4 is a member now: learner.',
      'order-4 is a voter now.',
      'order-4 is no member any more.',
    ]);
  });

  it('tells of a full disk and of a candidate', () => {
    const full = withReplica(member({ isDiskFull: true }));
    const candidate = withReplica(member({ role: 'candidate', term: 5, leader: null }));

    expect(told(full, view(), candidate)).toEqual([
      'The disk of order-1 is full.',
      'The disk of order-1 has space again.',
      'order-1 stands for election in term 5.',
    ]);
  });

  it("tells when the lease goes and comes, and that the catalog's restart emptied the cache", () => {
    const lost = view({ cache: cache({ isLeaseInForce: false, leaseRemainingMs: 0 }) });
    const anew = view({ cache: cache({ epoch: 4 }) });

    expect(told(lost, anew)).toEqual([
      'The cache has lost its lease: it answers nothing until the catalog renews it.',
      'The catalog has started anew, epoch 4: the cache began empty.',
      'The cache has a lease again.',
    ]);
  });

  it('knows of a restart also when there was no session in between', () => {
    const none = view({ cache: cache({ isLeaseInForce: false, leaseRemainingMs: 0, epoch: null }) });
    const anew = view({ cache: cache({ epoch: 4 }) });

    expect(told(none, anew)).toContain('The catalog has started anew, epoch 4: the cache began empty.');
  });
});

describe('entriesBehind', () => {
  it('counts committed entries that anybody knows of; nothing for who is silent', () => {
    const ahead = member({ id: 'order-3', lastLogIndex: 25, commitIndex: 22 });

    expect(entriesBehind(member({ lastLogIndex: 20 }), [ahead])).toBe(2);
    expect(entriesBehind(ahead, [member()])).toBe(0);
    expect(entriesBehind(mute('order-1', 'gone'), [ahead])).toBe(0);
  });
});
