import { toReplicaId, toTerm } from '../../ids.js';
import { DrivenReplica } from '../driven-replica.js';
import { SimulatedCluster } from '../simulated-cluster.js';
import { drivenLeader } from './driven-leader.js';
import { expectThat, type Scenario } from './scenario.js';

/** When a vote, a pre-vote and a nomination must be refused. */
export const elections: readonly Scenario[] = [
  {
    name: 'a longer log of older terms gets no vote',
    run: () => {
      const a = new DrivenReplica({ log: [1, 2], term: 2 });
      expectThat(a.vote('b', { term: 3, last: [9, 1] }) === false, 'a refuses a log that ends in term 1');
      expectThat(a.vote('c', { term: 3, last: [2, 2] }) === true, 'a votes for a log like its own');
    },
  },
  {
    name: 'a shorter log gets no vote',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1], term: 1 });
      expectThat(a.vote('b', { term: 2, last: [1, 1] }) === false, 'a refuses a log that lacks its last entry');
    },
  },
  {
    name: 'a late answer from before a restart is no vote of this term',
    run: () => {
      const a = new DrivenReplica({ term: 4 });
      a.tick();
      for (const peer of a.peers) if (a.status.role === 'preCandidate') a.answer(peer, 'preVote', true);
      const { requestId } = a.latest('voteRequest', 'b');
      a.receive('b', { kind: 'voteResponse', requestId, term: toTerm(4), granted: true });
      expectThat(a.status.role === 'candidate', 'a vote of term 4 elects nobody in term 5');
    },
  },
  {
    name: 'a candidate counts its own vote when it is on disk',
    run: () => {
      const a = new DrivenReplica({ voters: ['a'], instantDisk: false });
      a.tick();
      a.persistAll();
      const firstOfTerm = a.last?.persist?.sequence ?? 0;
      a.give({ kind: 'stepDown', reason: 'it is told to' });
      a.tick();
      // Its disk is at work still: what it wrote as leader of term 1 is done, its vote of term 2 is not.
      a.give({ kind: 'persisted', sequence: firstOfTerm });
      expectThat(a.status.role === 'candidate', 'a restart would forget term 2, and lead it again with other entries');
      a.persistAll();
      expectThat(a.status.role === 'leader', 'its vote is all it takes');
    },
  },
  {
    name: 'a term that has a leader elects no other',
    run: () => {
      const a = new DrivenReplica();
      a.heartbeat('b', { term: 1 });
      a.wait(5000);
      expectThat(a.vote('c', { term: 1, last: [0, 0] }) !== true, 'c gets no vote in the term that b leads');
    },
  },
  {
    name: 'who hears a leader keeps its term and its vote',
    run: () => {
      const a = new DrivenReplica();
      a.heartbeat('b', { term: 1 });
      a.wait(100);
      expectThat(a.vote('c', { term: 7, last: [9, 7] }) === false, 'a does not vote for c');
      expectThat(a.status.term === 1 && a.status.leader === 'b', 'a stays with b in term 1');
    },
  },
  {
    name: 'who hears a leader gives no pre-vote',
    run: () => {
      const a = new DrivenReplica();
      a.heartbeat('b', { term: 1 });
      a.wait(100);
      expectThat(a.preVote('c', { term: 2, last: [9, 1] }) === false, 'a encourages nobody while it hears b');
    },
  },
  {
    name: 'a replica that is cut off raises no term',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 11 });
      const leader = cluster.elect();
      const { term } = leader.status;
      cluster.network.partition(['r3'], ['r1', 'r2']);
      cluster.runFor(10_000);
      expectThat(cluster.replica('r3').status.term === term, 'r3 stays in the term it knows');
      cluster.network.heal();
      cluster.runFor(2000);
      expectThat(cluster.leader === leader && leader.status.term === term, 'its return deposes nobody');
    },
  },
  {
    name: 'a pre-vote needs more than one yes',
    run: () => {
      const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
      a.tick();
      a.answer('b', 'preVote', true);
      expectThat(a.status.role === 'preCandidate', 'two of five start no election');
    },
  },
  {
    name: 'a nomination is not believed by who hears the leader',
    run: () => {
      const a = new DrivenReplica();
      a.heartbeat('b', { term: 1 });
      a.wait(50);
      a.give({ kind: 'nominate', observedTerm: toTerm(1) });
      expectThat(a.status.leader === 'b' && a.status.role === 'follower', 'a still follows b');
      a.give({ kind: 'forgetLeader', observedTerm: toTerm(1) });
      expectThat(a.status.leader === 'b', 'a does not forget b');
    },
  },
  {
    name: 'a nomination that speaks of an earlier term is ignored',
    run: () => {
      const a = new DrivenReplica();
      a.heartbeat('b', { term: 5 });
      a.wait(450);
      a.give({ kind: 'nominate', observedTerm: toTerm(4) });
      expectThat(a.status.role === 'follower' && a.status.leader === 'b', 'what was seen in term 4 says nothing of 5');
    },
  },
  {
    name: 'a flood of nominations starts one campaign',
    run: () => {
      const a = new DrivenReplica();
      for (let times = 0; times < 50; times += 1) a.give({ kind: 'nominate', observedTerm: toTerm(0) });
      const campaigns = a.trace.filter((event) => event.kind === 'preVoteStarted').length;
      expectThat(campaigns === 1, `fifty nominations are one campaign, not ${campaigns}`);
    },
  },
  {
    name: 'a nominated replica keeps its word',
    run: () => {
      const a = new DrivenReplica();
      expectThat(a.vote('b', { term: 3, last: [0, 0] }) === true, 'a votes for b in term 3');
      a.give({ kind: 'nominate', observedTerm: toTerm(3) });
      expectThat(a.vote('c', { term: 3, last: [0, 0] }) !== true, 'a does not vote for c as well');
    },
  },
  {
    name: 'a leader without a quorum steps down',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 12 });
      const old = cluster.elect();
      cluster.network.partition(
        [old.id],
        ['r1', 'r2', 'r3'].filter((id) => id !== old.id),
      );
      cluster.runFor(1500);
      expectThat(old.status.role !== 'leader', 'whoever nobody answers leads nobody');
    },
  },
  {
    name: 'whoever is handed leadership campaigns at once',
    run: () => {
      const b = new DrivenReplica({ voters: ['b', 'a', 'c'] });
      b.heartbeat('a', { term: 1 });
      b.timeoutNow('a', 1);
      expectThat(b.status.role === 'candidate' && b.status.term === 2, 'b asks nobody for a pre-vote');
      const request = b.latest('voteRequest', 'c');
      expectThat(request.leadershipTransfer, 'its requests say that the leader wants it');
    },
  },
  {
    name: 'nothing is appended during a hand-over',
    run: () => {
      const a = drivenLeader();
      a.give({ kind: 'transferLeadership', target: toReplicaId('c') });
      expectThat(a.propose('x').accepted.length === 0, 'a proposal would be behind what the heir has');
    },
  },
  {
    name: 'the heir is told when it has everything',
    run: () => {
      const a = drivenLeader();
      a.propose('x');
      a.give({ kind: 'transferLeadership', target: toReplicaId('c') });
      expectThat(a.messages('timeoutNowRequest').length === 0, 'c lacks an entry and would lose');
      a.confirmAppend('c');
      expectThat(a.messages('timeoutNowRequest', 'c').length === 1, 'now c may go');
    },
  },
  {
    name: 'a hand-over that does not happen ends',
    run: () => {
      const a = drivenLeader();
      a.give({ kind: 'transferLeadership', target: toReplicaId('c') });
      while (a.status.transferringTo !== undefined && a.now < 5000) {
        a.tick();
        a.confirmHeartbeat('b');
      }
      expectThat(a.propose('x').accepted.length === 1, 'a takes proposals again');
    },
  },
  {
    name: 'what was asked many rounds ago is forgotten',
    run: () => {
      const a = new DrivenReplica();
      a.tick();
      const first = a.latest('preVoteRequest', 'b');
      for (let round = 0; round < 40; round += 1) a.tick();
      a.receive('b', { kind: 'preVoteResponse', requestId: first.requestId, term: a.status.term, granted: true });
      expectThat(a.status.role === 'preCandidate', 'a candidate that nobody answers must not remember without end');
    },
  },
  {
    name: 'a later term heard of frees nobody from the leader that was just heard',
    run: () => {
      const a = followerOfADeposedLeader();
      expectThat(a.status.term === 2 && a.status.leader === undefined, 'the later term is adopted');
      expectThat(a.preVote('c', { term: 3, last: [9, 2] }) === false, 'a pre-vote helps to end the lease of b');
      expectThat(a.vote('c', { term: 3, last: [9, 2] }) === false, 'a vote ends the lease of b');
      a.wait(500);
      expectThat(a.vote('c', { term: 3, last: [9, 2] }) === true, 'the lease of b is over');
    },
  },
  {
    name: 'an answer to a campaign that a leader has ended starts no other one',
    run: () => {
      const a = followerOfADeposedLeader();
      const before = a.now;
      const campaigns = a.messages('preVoteRequest').length;
      while (a.messages('preVoteRequest').length === campaigns) a.tick();
      expectThat(a.now - before >= 500, `a campaigns ${a.now - before} ms after it has heard b`);
    },
  },
  {
    name: 'a leader of an earlier term whose process is gone is owed nothing',
    run: () => {
      const a = followerOfADeposedLeader();
      a.give({ kind: 'peerGone', peer: toReplicaId('b') });
      expectThat(a.vote('c', { term: 3, last: [9, 2] }) === true, 'b cannot believe in its lease any more');
    },
  },
  {
    name: 'granting a pre-vote is no contact with a leader',
    run: () => {
      const a = new DrivenReplica({ term: 1 });
      a.heartbeat('b', { term: 1 });
      a.wait(500);
      for (let asked = 0; asked < 20 && a.status.role === 'follower'; asked += 1) {
        expectThat(a.preVote('c', { term: 2, last: [0, 0] }) === true, `c is encouraged, also for the ${asked}th time`);
        a.wait(30);
        a.give({ kind: 'tick' });
      }
      expectThat(a.status.role === 'preCandidate', 'a stands itself when c asks again and again and never wins');
    },
  },
  {
    name: 'who has lost leadership may be elected again by those who still think that it leads',
    run: () => {
      const b = new DrivenReplica({ voters: ['b', 'a', 'c'] });
      b.heartbeat('a', { term: 1 });
      b.wait(500);
      expectThat(b.status.leader === 'a', 'b has not heard that a leads no more');
      expectThat(b.preVote('a', { term: 2, last: [0, 0] }) === true, 'b encourages a like anybody else');
      expectThat(b.vote('a', { term: 2, last: [0, 0] }) === true, 'and votes for it');
    },
  },
  {
    name: 'nobody is refused a vote for its priority',
    run: () => {
      const a = new DrivenReplica({ priorities: [3, 2, 0], term: 1 });
      expectThat(a.preVote('c', { term: 2, last: [0, 0] }) === true, 'c may be the only one who can win');
      expectThat(a.vote('c', { term: 2, last: [0, 0] }) === true, 'a votes for c although its own priority is higher');
    },
  },
];

/** It stood, then heard leader b of term 1; now c answers the campaign of before: term 2 is known there. */
function followerOfADeposedLeader(): DrivenReplica {
  const a = new DrivenReplica({ term: 1 });
  a.tick();
  const asked = a.latest('preVoteRequest', 'c');
  a.heartbeat('b', { term: 1 });
  a.receive('c', { kind: 'preVoteResponse', requestId: asked.requestId, term: toTerm(2), granted: false });
  return a;
}
