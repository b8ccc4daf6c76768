import { mutant } from './mutant.js';

const request = 'replication/append-request.js';
const response = 'replication/append-response.js';
const heartbeat = 'replication/heartbeat.js';
const durability = 'log/durability.js';

export const replication = [
  mutant('old-term-commit', 'Only entries of the own term are committed by counting (§5.4.2, figure 8).', [
    'replication/commit.js',
    'if (index > raft.commitIndex && raft.log.termAt(index) === raft.term)',
    'if (index > raft.commitIndex)',
  ]),
  mutant('own-log-counted-before-durable', "The leader's own log counts as far as it is on disk.", [
    'replication/commit.js',
    'leadership.quorumOf(raft.durability.durableIndex,',
    'leadership.quorumOf(raft.log.lastIndex,',
  ]),
  mutant('truncation-without-conflict', 'The log is cut only where an entry conflicts (figure 2).', [
    request,
    'if (entry.index >= raft.log.firstIndex && raft.log.termAt(entry.index) !== entry.term)',
    'if (entry.index > raft.commitIndex)',
  ]),
  mutant('no-consistency-check', 'Entries follow only the entry that the leader names (§5.3).', [
    request,
    'if (ownTerm === request.prevLogTerm)',
    'if (true)',
  ]),
  mutant('stale-leader-obeyed', 'Requests of an earlier term are refused (§5.1).', [
    request,
    'if (request.term < raft.term) {',
    'if (false) {',
  ]),
  mutant('commit-beyond-last-new-entry', 'A follower commits at most through the last new entry (figure 2).', [
    request,
    'raft.commitThrough(Math.min(request.commitIndex, matchIndex));',
    'raft.commitThrough(Math.min(request.commitIndex, raft.log.lastIndex));',
  ]),
  mutant('commit-beyond-match', 'A heartbeat tells a follower nothing beyond what it is known to have.', [
    heartbeat,
    'return Math.min(raft.commitIndex, follower.matchIndex);',
    'return raft.commitIndex;',
  ]),
  mutant('acknowledged-before-durable', 'Entries are on disk before they are confirmed.', [
    request,
    'raft.send(from, response, matchIndex === undefined ? 0 : raft.durability.sequenceFor(matchIndex));',
    'raft.sendAtOnce(from, response);',
  ]),
  mutant('stale-append-answer-counted', 'An answer counts only in the term it was given in.', [
    response,
    'const follower = response.term === raft.term ? raft.leadership?.followerOf(from) : undefined;',
    'const follower = raft.leadership?.followerOf(from);',
  ]),
  mutant('term-not-raised-by-append-answer', 'Who hears of a later term follows it (figure 2).', [
    response,
    'if (response.term > raft.term) {',
    'if (false) {',
  ]),
  mutant('term-not-raised-by-heartbeat-answer', 'Who hears of a later term follows it (figure 2).', [
    heartbeat,
    'if (response.term > raft.term) {',
    'if (false) {',
  ]),
  mutant('match-of-what-was-sent', 'A match is what the follower confirmed, not what it was sent.', [
    response,
    'follower.matched(response.matchIndex, raft.now);',
    'follower.matched(Math.max(response.matchIndex, follower.nextIndex - 1), raft.now);',
  ]),
  mutant('durable-index-not-cut', 'What replaces entries that were cut is not durable yet.', [
    durability,
    'this.index = Math.min(this.index, index - 1);',
    '',
  ]),
  mutant('batches-not-cut', 'A batch whose entries were cut makes nothing durable beyond the cut.', [
    durability,
    'batch.through = Math.min(batch.through, index - 1);',
    ';',
  ]),
  mutant('conflict-waits-for-disk', 'A conflict promises nothing and is answered at once.', [
    request,
    'else\n        raft.sendAtOnce(from, response);',
    'else\n        raft.send(from, response, raft.durability.nextSequence - 1);',
  ]),
  mutant('batch-without-byte-limit', 'A batch holds no more data than its limit, or one entry.', [
    'log/log-view.js',
    'if (bytes > limits.bytes && end > start)',
    'if (false)',
  ]),
  mutant('pipeline-without-end', 'So many requests are under way to a follower and no more (hashicorp/raft#541).', [
    'replication/replicate.js',
    'follower.inflight.length < raft.options.maxInflightBatches &&',
    '',
  ]),
  mutant('late-answers-teach-nothing', 'A late answer tells how long answers take.', [
    'replication/follower.js',
    'this.givenUp = givenUp;',
    ';',
  ]),
  mutant('patience-never-learned', 'What takes long to be answered is not sent again and again.', [
    'replication/follower.js',
    'const patienceMs = Math.max(afterMs, 2 * this.answerTookMs) * 2 ** Math.min(this.timesGivenUp, doublingsMax);',
    'const patienceMs = afterMs;',
  ]),
  mutant('who-is-back-is-not-asked', 'Who was away is asked whether it has what it had confirmed.', [
    'replication/follower.js',
    'this.isBackUnasked = this.answeredOnce;',
    '',
  ]),
  mutant('lost-append-never-repeated', 'What is not answered is asked about again.', [
    'replication/replicate.js',
    'follower.doubtWhatIsUnderWay();',
    ';',
  ]),
  mutant(
    'no-first-entry-of-the-term',
    "A leader begins its term with an entry, so that its predecessors' can commit (§8).",
    [
      'leadership/become-leader.js',
      "raft.appendEntries([{ index: firstOfTerm, term: raft.term, kind: 'noop', data: noData }]);",
      '',
    ],
  ),
];
