import { Injectable } from '@nestjs/common';
import type { StoreCondition } from '../log-store/log-store.js';
import type { HostedGroup } from '../hosting/hosted-group.js';
import { LeaderGroups } from '../hosting/leader-groups.js';

export interface GroupHealth {
  readonly group: string;
  /** The replica takes part. False only after it stopped for good; never for want of a leader: a restart would not help. */
  readonly alive: boolean;
  /** A leader is known and what it committed is applied here, but for `lagMax` entries. A follower is as ready as a leader. */
  readonly ready: boolean;
  /** On a leader: a quorum was in contact within its lease; elsewhere: the leader was heard within the election timeout. */
  readonly hasQuorum: boolean;
  readonly role: string;
  readonly term: number;
  readonly leader: string | null;
  readonly lagEntries: number;
  /** `full`: the log's disk has no space; not ready until it has some. */
  readonly storage: StoreCondition;
}

/** Health of the groups of this process. Plain data, for any health library: with terminus, pass it to `up()` or `down()`. */
@Injectable()
export class LeaderHealthIndicator {
  constructor(private readonly groups: LeaderGroups) {}

  /** @param options.lagMax committed entries that may wait to be applied on a ready replica; default 1000 */
  check(options: { readonly group?: string; readonly lagMax?: number } = {}): readonly GroupHealth[] {
    const groups =
      options.group === undefined
        ? this.groups.all
        : this.groups.all.filter(({ config }) => config.name === options.group);
    return groups.map((group) => healthOf(group, options.lagMax ?? 1000));
  }

  isAlive(): boolean {
    return this.check().every(({ alive }) => alive);
  }

  isReady(): boolean {
    return this.check().every(({ ready }) => ready);
  }
}

function healthOf(group: HostedGroup, lagMax: number): GroupHealth {
  const { role, term, leader, commitIndex, appliedIndex } = group.election.state();
  const alive = !(group.replica?.hasFailed ?? false);
  const lagEntries = commitIndex - appliedIndex;
  const age = role === 'stopped' ? Infinity : (group.replica?.running.leaderContactAgeMs() ?? Infinity);
  const hasQuorum = leader !== undefined && age < group.config.raft.electionTimeoutMaxMs;
  const storage = group.replica?.storeCondition ?? 'writable';
  const ready = alive && role !== 'stopped' && leader !== undefined && lagEntries <= lagMax && storage === 'writable';
  return { group: group.config.name, alive, ready, hasQuorum, role, term, leader: leader ?? null, lagEntries, storage };
}
