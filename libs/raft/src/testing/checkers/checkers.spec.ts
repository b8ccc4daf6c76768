import { describe, expect, it } from '@jest/globals';
import { toLogIndex, toReplicaId } from '../../ids.js';
import { SimulatedCluster } from '../simulated-cluster.js';

/** Goal: the checkers see what they are there to see. Method: peers lie, which Raft does not survive. */
describe('the checkers', () => {
  it('One Vote a Term: see a leader whose votes were refused, but arrive as given', () => {
    const cluster = new SimulatedCluster({ seed: 1, priorities: [1, 1, 1, 1, 1] });
    cluster.startAll();
    cluster.network.rewrite = ({ from, to, message }) => ({
      from,
      to,
      message: message.kind === 'voteResponse' ? { ...message, granted: true } : message,
    });
    const handOver = { kind: 'timeoutNowRequest', requestId: 1, term: cluster.replica('r3').status.term } as const;

    for (const id of ['r1', 'r2']) cluster.give(id, { kind: 'message', from: toReplicaId('r3'), message: handOver });

    expect(() => cluster.runFor(100)).toThrow(/One Vote a Term: .* did not give it/);
  });

  it('State Machine Safety: see a follower apply entries that were never committed when a commit index is too high', () => {
    const cluster = new SimulatedCluster({ seed: 2 });
    const old = cluster.elect();
    cluster.network.partition([old.id], ['r2', 'r3']);
    cluster.proposeMany(old.id, 3);
    cluster.runUntil(() => cluster.leader !== undefined && cluster.leader !== old, { withinMs: 5000 });
    cluster.proposeMany(cluster.leader?.id ?? '', 5);
    cluster.runFor(100);
    cluster.network.heal();
    cluster.network.dropIf = ({ message }) => message.kind === 'appendRequest';
    cluster.network.rewrite = ({ from, to, message }) => ({
      from,
      to,
      message: message.kind === 'heartbeatRequest' ? { ...message, commitIndex: toLogIndex(4) } : message,
    });

    expect(() => cluster.runFor(500)).toThrow(/State Machine Safety/);
  });

  it('Linearizable Reads: see a stale answer when a deposed leader is told that it still leads', () => {
    const cluster = new SimulatedCluster({ seed: 4 });
    const old = cluster.elect();
    const { term } = old.status;
    cluster.network.dropIf = (envelope) => envelope.to === old.id && envelope.message.kind.endsWith('Request');
    cluster.network.rewrite = ({ from, to, message }) => ({
      from,
      to,
      message: to === old.id && message.kind === 'heartbeatResponse' ? { ...message, term } : message,
    });
    old.pause();
    cluster.runUntil(() => cluster.leader !== undefined && cluster.leader !== old, { withinMs: 5000 });
    cluster.propose(cluster.leader?.id ?? '');
    cluster.runFor(20);

    expect(() => {
      old.resume();
      cluster.read(old.id);
      cluster.runFor(20);
    }).toThrow(/Linearizable Reads/);
  });
});
