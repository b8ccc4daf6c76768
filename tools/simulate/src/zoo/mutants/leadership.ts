import { mutant } from './mutant.js';

const transfer = 'leadership/transfer.js';
const reads = 'leadership/read-index.js';

export const leadership = [
  mutant('lease-from-receipt', 'A lease counts from when a confirmed request was sent.', [
    'replication/follower.js',
    'this.confirmedSentAt = Math.max(this.confirmedSentAt, sent.sentAt);',
    'this.confirmedSentAt = now;',
  ]),
  mutant('check-quorum-removed', 'A leader without contact to a quorum steps down (dissertation §6.2).', [
    'leadership/tick-leader.js',
    'if (raft.now - leadership.quorumContactAt(raft.now) >= raft.options.electionTimeoutMaxMs) {',
    'if (false) {',
  ]),
  mutant('read-without-quorum', 'A read needs a quorum that confirms the leader (dissertation §6.4).', [
    reads,
    'leadership.reads.takeConfirmed(leadership.quorumConfirmedRequest())',
    'leadership.reads.takeConfirmed(Number.POSITIVE_INFINITY)',
  ]),
  mutant('read-before-own-term-commit', 'A leader answers reads when an entry of its term is committed (§8).', [
    reads,
    'if (!leadership.committedInTerm)\n        return;',
    '',
  ]),
  mutant('read-confirmed-by-old-answers', 'Only answers to requests sent after the read confirm it (etcd#20418).', [
    'leadership/read-queue.js',
    'requestId < round.firstRequestId',
    'requestId <= 0',
  ]),
  mutant('reads-forgotten', 'Who stops leading answers the reads that wait.', [
    'roles.js',
    'for (const id of leadership.reads.takeAll())\n        raft.out.answerRead({ id, index: undefined, term: raft.term });',
    '',
  ]),
  mutant(
    'transfer-through-pre-vote',
    'Whoever is handed leadership campaigns without a pre-vote (canonical/raft#203).',
    [
      transfer,
      "import { startElection } from '../election/campaign.js';",
      "import { startPreVote } from '../election/campaign.js';",
    ],
    [
      transfer,
      'startElection(raft, { why: `leader ${from} hands over`, leadershipTransfer: true });',
      "startPreVote(raft, 'hand-over');",
    ],
  ),
  mutant('transfer-refused-by-stickiness', 'A hand-over is exempt from stickiness (dissertation §4.2.3).', [
    'election/campaign.js',
    'leadershipTransfer: campaign.leadershipTransfer,',
    'leadershipTransfer: false,',
  ]),
  mutant('transfer-while-proposing', 'Nothing is appended while leadership is handed over (dissertation §3.10).', [
    'leadership/propose.js',
    "if (leadership.transfer !== undefined)\n        return 'transferring';",
    '',
  ]),
  mutant('transfer-before-caught-up', 'The heir is told when it has everything (dissertation §3.10).', [
    transfer,
    'target.matchIndex < raft.log.lastIndex',
    'false',
  ]),
  mutant('transfer-never-aborted', 'A hand-over that does not happen ends after an election timeout.', [
    transfer,
    'if (raft.now >= transfer.abortAt) {',
    'if (false) {',
  ]),
  mutant('lease-outlives-hand-over', 'A hand-over ends the lease (etcd-io/raft#99).', [
    'leadership/leadership.js',
    'if (this.transfer !== undefined)\n            return 0;',
    '',
  ]),
  mutant('hung-disk-leads-on', 'A leader whose disk hangs makes way (hashicorp/raft#503).', [
    'leadership/tick-leader.js',
    'if (isStalled && raft.commitIndex > durability.durableIndex)',
    'if (false)',
  ]),
  mutant('take-over-before-caught-up', 'Only who has everything committed is offered the lead for its priority.', [
    'leadership/priority-takeover.js',
    'const isCaughtUp = follower.matchIndex >= raft.commitIndex;',
    'const isCaughtUp = true;',
  ]),
  mutant('take-over-by-a-flapping-link', 'Who was silent for a while has to prove itself steady anew.', [
    'leadership/tick-leader.js',
    'if (!isInContact(raft, follower))\n                follower.lostContact();',
    ';',
  ]),
  mutant('vain-offers-for-ever', 'Whoever was offered the lead in vain waits twice as long for the next offer.', [
    'leadership/takeover-patience.js',
    'this.stableMs * 2 ** Math.min(doublingsMax, this.refusalsOf(peer, now))',
    'this.stableMs',
  ]),
];
