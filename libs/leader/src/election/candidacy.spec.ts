import { describe, expect, it } from '@jest/globals';
import type { LogIndex, RaftStatus, ReplicaId, Term } from '@quorumkit/raft';
import { ManualClock } from '../testing/manual-clock.js';
import { Candidacy } from './candidacy.js';
import { Office } from './office.js';

function setUp() {
  const clock = new ManualClock();
  const events: string[] = [];
  const hooks = {
    elected: async ({ term }: { readonly term: number }) => void events.push(`elected in ${term}`),
    deposed: async () => void events.push('deposed'),
  };
  const office = new Office('g', hooks, 1000, clock, { changed: () => undefined, failed: () => undefined });
  let applied = 0;
  const candidacy = new Candidacy(office, () => applied);
  const apply = async (index: number): Promise<void> => {
    applied = index;
    candidacy.reconsider();
    await clock.settle();
  };
  const change = async (status: Partial<RaftStatus>): Promise<void> => {
    const leading = { role: 'leader', term: 3 as Term, committedInTerm: true, commitIndex: 7 as LogIndex } as const;
    candidacy.statusChanged({ ...leading, transferringTo: undefined, ...status } as RaftStatus);
    await clock.settle();
  };
  return { candidacy, events, apply, change };
}

describe('Candidacy', () => {
  it('takes office when what was committed at the first commit of the term is applied, and not before', async () => {
    const { candidacy, events, apply, change } = setUp();
    candidacy.admit();
    await change({ committedInTerm: false, commitIndex: 5 as LogIndex });
    await apply(5);
    await change({});
    await apply(6);
    const before = [...events];

    await change({ commitIndex: 9 as LogIndex });
    await apply(7);

    expect([before, events]).toEqual([[], ['elected in 3']]);
  });

  it('takes none before it is admitted, whatever was applied', async () => {
    const { candidacy, events, apply, change } = setUp();
    await change({});
    await apply(7);
    const before = [...events];

    candidacy.admit();
    await apply(7);

    expect([before, events]).toEqual([[], ['elected in 3']]);
  });

  it('leaves office while leadership is handed over, when it is lost, and when it is withdrawn', async () => {
    const { candidacy, events, apply, change } = setUp();
    candidacy.admit();
    await change({});
    await apply(7);

    await change({ transferringTo: 'b' as ReplicaId });
    await change({});
    await change({ role: 'follower' });
    await change({ term: 5 as Term });
    candidacy.withdraw();
    await apply(8);

    expect(events).toEqual(['elected in 3', 'deposed', 'elected in 3', 'deposed', 'elected in 5', 'deposed']);
  });
});
