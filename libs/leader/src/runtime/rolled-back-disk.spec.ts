import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { TraceEvent } from '@quorumkit/raft';
import type { HostedGroup } from '../hosting/hosted-group.js';
import { describeTrace } from '../hosting/trace-line.js';
import { FileLogStore } from '../log-store/file-log-store.js';
import { SimulatedDisk } from '../log-store/testing/simulated-disk.js';
import { LeaderMetrics } from '../metrics/leader-metrics.js';
import { Notes } from '../replicated-log/testing/notes.js';
import { InMemoryCluster, type MemberStorage } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

/** A disk of which an administrator has kept a copy. */
class BackedUpStorage implements MemberStorage {
  private disk = new SimulatedDisk();
  private backup = this.disk;

  newStore(): FileLogStore {
    return new FileLogStore({
      dataDir: '/data',
      files: this.disk,
      processes: this.disk.processes,
      onFailure: () => undefined,
    });
  }

  crash(): void {
    this.disk.kill();
  }

  backUp(): void {
    this.backup = this.disk.copy();
  }

  rollBack(): void {
    this.disk = this.backup.copy();
  }
}

let running: InMemoryCluster<Notes> | undefined;

afterEach(() => running?.stop());

/** A group one of whose followers is down, with a backup from when it had two notes of four. */
async function withBackup() {
  const clock = new ManualClock(1000);
  const storages = new Map<string, BackedUpStorage>();
  const traces: (TraceEvent & { readonly by: string })[] = [];
  const cluster = new InMemoryCluster<Notes>({
    stateMachine: () => new Notes(),
    clock,
    storage: (id) => {
      const storage = new BackedUpStorage();
      storages.set(id, storage);
      return storage;
    },
    observer: (id) => ({ trace: (event) => void traces.push({ ...event, by: id }) }),
  });
  running = cluster;
  await cluster.start();
  await clock.until(() => cluster.leader !== undefined, 'a leader in office');
  const leader = cluster.leader?.id;
  const victim = cluster.ids.find((id) => id !== leader) as string;
  const storage = storages.get(victim) as BackedUpStorage;
  const write = async (note: string): Promise<void> => {
    let written = false;
    void cluster.leader?.log.propose(note).then(() => (written = true));
    await clock.until(() => written, `${note} to be written`);
    await clock.until(() => cluster.members.every(({ stateMachine }) => stateMachine.notes.includes(note)), note);
  };
  for (const note of ['a', 'b']) await write(note);
  storage.backUp();
  for (const note of ['c', 'd']) await write(note);
  await cluster.crash(victim);
  const restart = async (): Promise<void> => {
    await cluster.startMember(victim);
    await clock.until(() => cluster.member(victim).stateMachine.notes.length === 4, 'it to have everything');
  };
  const rollbacks = () => traces.filter((event) => event.kind === 'followerRegressed');
  return { cluster, leader, victim, storage, restart, rollbacks };
}

describe('a follower whose disk was rolled back', () => {
  it('is noticed by the leader that it had confirmed more to, and gets everything again', async () => {
    const { cluster, leader, victim, storage, restart, rollbacks } = await withBackup();
    storage.rollBack();

    await restart();

    expect(cluster.leader?.id).toBe(leader);
    expect(rollbacks()).toEqual([expect.objectContaining({ by: leader, peer: victim })]);
    expect(cluster.member(victim).stateMachine.notes).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not what an ordinary restart looks like', async () => {
    const { restart, rollbacks } = await withBackup();

    await restart();

    expect(rollbacks()).toEqual([]);
  });

  it('is told as an error, with what to do, and counted', async () => {
    const { cluster, victim, storage, restart, rollbacks } = await withBackup();
    storage.rollBack();
    await restart();
    const event = rollbacks()[0] as TraceEvent;
    const registry = new Registry();
    const config = { name: 'notes', nodeId: cluster.leader?.id };

    new LeaderMetrics(registry).observer({ config } as HostedGroup).trace?.(event);

    expect(describeTrace(event)).toMatchObject({
      level: 'error',
      text: expect.stringMatching(new RegExp(`^${victim} lacks entries .* empty its folder`)),
    });
    expect(await registry.metrics()).toMatch(/leader_follower_rollbacks_total\{.*peer="r\d"\} 1/);
  });
});
