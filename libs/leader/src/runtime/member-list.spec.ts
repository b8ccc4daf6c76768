import { describe, expect, it } from '@jest/globals';
import type { Member, ReplicaId } from '@quorumkit/raft';
import { MemberList } from './member-list.js';

const member = (id: string, context: string): Member => ({
  id: id as ReplicaId,
  kind: 'voter',
  priority: 1,
  storeId: 0,
  context,
});

describe('MemberList', () => {
  it('takes the address of a newcomer from the log, and those that its own options name from there', () => {
    const list = new MemberList([{ id: 'a', url: 'http://proxy-to-a', priority: 1 }]);

    const isNews = list.update([member('a', 'http://a-as-the-leader-sees-it'), member('d', 'http://d')]);

    expect([isNews, list.all.map(({ url }) => url)]).toEqual([true, ['http://proxy-to-a', 'http://d']]);
  });

  it('says when nothing has changed', () => {
    const list = new MemberList([]);
    const members = [member('a', 'http://a')];

    expect([list.update(members), list.update(members)]).toEqual([true, false]);
  });
});
