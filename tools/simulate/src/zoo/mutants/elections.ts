import { mutant } from './mutant.js';

const votes = 'election/votes.js';
const campaign = 'election/campaign.js';
const nomination = 'election/nomination.js';

export const elections = [
  mutant('vote-sent-before-durable', 'A vote is on disk before it is sent (figure 2).', [
    votes,
    "raft.send(from, {\n        kind: 'voteResponse'",
    "raft.sendAtOnce(from, {\n        kind: 'voteResponse'",
  ]),
  mutant('vote-asked-before-durable', 'A candidate asks for votes when its own is on disk.', [
    campaign,
    "raft.send(peer, {\n            kind: 'voteRequest'",
    "raft.sendAtOnce(peer, {\n            kind: 'voteRequest'",
  ]),
  mutant('no-up-to-date-check', 'Whoever may lack a committed entry gets no vote (§5.4.1).', [
    votes,
    'if (raft.log.isUpToDate(request))',
    'if (true)',
  ]),
  mutant(
    'up-to-date-by-length',
    'Of two logs the one with the later last term is newer, not the longer one (§5.4.1).',
    ['log/log-view.js', 'if (candidate.lastLogTerm !== this.lastTerm)', 'if (false)'],
  ),
  mutant(
    'two-votes-a-term',
    'One vote a term (figure 2).',
    [votes, 'if (raft.votedFor !== undefined && raft.votedFor !== from)', 'if (false)'],
    [
      'state.js',
      'hardState.term > this.term || this.votedFor === undefined || hardState.votedFor === this.votedFor',
      'true',
    ],
  ),
  mutant('quorum-of-half', 'A majority is more than half.', [
    'quorum.js',
    'return Math.floor(voters / 2) + 1;',
    'return Math.max(1, Math.floor(voters / 2));',
  ]),
  mutant('vote-of-an-earlier-term', 'A vote counts only in the term it was given in.', [
    campaign,
    'if (response.granted && response.term !== campaign.term) {',
    'if (false) {',
  ]),
  mutant('own-vote-counted-before-durable', "A candidate's own vote counts when it is on disk.", [
    campaign,
    'const own = isOwnVoteDurable(raft) ? ownVotes(raft) : 0;',
    'const own = ownVotes(raft);',
  ]),
  mutant('leader-votes-again', 'A term that has a leader needs no other vote.', [
    votes,
    'if (raft.votedFor === undefined && raft.leader !== undefined)',
    'if (false)',
  ]),
  mutant('stickiness-removed', 'Who hears a leader ignores candidates (dissertation §4.2.3).', [
    votes,
    'const sticks = !request.leadershipTransfer && hasLiveLeader(raft);',
    'const sticks = false;',
  ]),
  mutant('pre-vote-despite-leader', 'Who hears a leader gives no pre-vote (dissertation §9.6).', [
    votes,
    'if (hasLiveLeader(raft))\n        return leaderHeard(raft);',
    '',
  ]),
  mutant('no-pre-vote', 'Nobody raises the term before a majority would vote for it (dissertation §9.6).', [
    campaign,
    "raft.role = 'preCandidate';",
    'startElection(raft, { why, leadershipTransfer: false }); return;',
  ]),
  mutant('pre-vote-by-own-word', 'A pre-vote needs a majority as well.', [
    campaign,
    'return votes >= raft.majority;',
    'return true;',
  ]),
  mutant('nomination-forgets-vote', 'A nomination never overrides a vote.', [
    nomination,
    'raft.election.nominatedAt = raft.now;',
    'raft.election.nominatedAt = raft.now; raft.hardState = { term: raft.term, votedFor: undefined };',
  ]),
  mutant('nomination-despite-leader', 'A nomination is not believed by who hears the leader.', [
    nomination,
    'if (raft.election.heardLeaderWithin(raft.now, believedMs))',
    'if (false)',
  ]),
  mutant('nomination-of-the-past', 'An observation of an earlier term says nothing about this one.', [
    nomination,
    'if (observedTerm < raft.term)',
    'if (false)',
  ]),
  mutant('nomination-flood', 'Nominations start at most one campaign an election timeout.', [
    nomination,
    'return waitMs > 0 ?',
    'return false ?',
  ]),
  mutant('rounds-never-forgotten', 'A candidate remembers its questions only for some rounds.', [
    'election/campaign.js',
    'if (asked.size <= max)',
    'if (true)',
  ]),
  mutant('lease-ends-with-the-term', 'A leader that was just heard is owed its lease when its term is over, too.', [
    'election/votes.js',
    'return raft.election.heardLeaderWithin(',
    'return raft.leader !== undefined && raft.election.heardLeaderWithin(',
  ]),
  mutant('hurry-despite-leader', 'An answer to a campaign that a leader has ended starts no other one.', [
    'election/campaign.js',
    'if (!hasLiveLeader(raft))\n        raft.election.retrySoon(raft.now);',
    'raft.election.retrySoon(raft.now);',
  ]),
  mutant('gone-leader-is-owed', 'A leader whose process is gone is owed nothing.', [
    'election/nomination.js',
    'if (raft.election.wasHeardFrom(peer))\n        raft.election.releaseLeader();',
    '',
  ]),
  mutant('pre-vote-counts-as-contact', 'Granting a pre-vote is no contact with a leader (hashicorp/raft#609).', [
    votes,
    'raft.election.deferTo(raft.now, from);',
    'raft.election.heardLeader(raft.now, from);',
  ]),
  mutant(
    'silent-leader-is-waited-for',
    'Who has not heard its leader for an election timeout helps to elect another (hashicorp/raft#605).',
    [
      votes,
      'if (hasLiveLeader(raft))\n        return leaderHeard(raft);',
      'if (raft.leader !== undefined)\n        return leaderHeard(raft);',
    ],
  ),
  mutant('priority-vetoes-votes', 'Priority decides who campaigns, never who gets a vote (NuRaft#569).', [
    votes,
    'if (raft.votedFor !== undefined && raft.votedFor !== from)',
    "if (raft.priorityOf(from) < raft.priorityOf(raft.id)) return 'its priority is too low';\n    if (raft.votedFor !== undefined && raft.votedFor !== from)",
  ]),
];
