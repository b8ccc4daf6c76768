import { mutant } from './mutant.js';

const change = 'membership/change-membership.js';

export const membership = [
  mutant('learner-counted-as-voter', 'A learner counts for nothing (dissertation §4.2.1).', [
    'membership/configuration.js',
    "return configuration.members.filter((member) => member.kind === 'voter');",
    'return configuration.members;',
  ]),
  mutant('second-change-while-pending', 'One change of the group at a time (dissertation §4.1).', [
    change,
    'if (raft.pendingChange !== undefined) {',
    'if (false) {',
  ]),
  mutant(
    'change-before-own-term-commit',
    'A leader commits an entry of its term before it changes the group (the bug of 2015).',
    [change, 'if (!leadership.committedInTerm) {', 'if (false) {'],
  ),
  mutant('truncation-keeps-configuration', 'A configuration that is cut from the log is not in force.', [
    'membership/membership.js',
    'offset === 0 || recorded.index < index',
    'true',
  ]),
  mutant('suffix-without-configurations', 'A suffix that a snapshot leaves keeps its configurations.', [
    'membership/membership.js',
    'keptSuffix ? this.history.filter((recorded) => recorded.index > snapshot.index) : []',
    '[]',
  ]),
  mutant('snapshot-without-configuration', 'A snapshot carries the configuration.', [
    'snapshot/compact-log.js',
    'const configuration = raft.membership.recordedAt(taken.index);',
    'const configuration = undefined;',
  ]),
  mutant('promoted-before-caught-up', 'A learner becomes a voter when it has caught up (dissertation §4.2.1).', [
    change,
    'return isCaughtUp(raft, leadership.followerOf(change.member))',
    'return true',
  ]),
  mutant('present-by-a-late-answer', 'A change needs a majority that answers now, not one that did before a pause.', [
    change,
    'return raft.now - follower.confirmedSentAt < raft.options.electionTimeoutMaxMs;',
    'return true;',
  ]),
  mutant('vote-of-a-lost-store-counted', 'Only the store that the configuration names speaks for a voter.', [
    'state.js',
    "return member?.kind === 'voter' && member.storeId === (answer.storeId ?? 0);",
    "return member?.kind === 'voter';",
  ]),
  mutant('later-store-by-its-number', 'Which of two stores is the later one is known by what they answer.', [
    'replication/follower.js',
    'storeId !== this.storeId && requestId <= this.sentBeforeStore',
    'storeId < this.storeId',
  ]),
  mutant('any-other-store-is-the-later-one', 'What was sent before a store was heard from says nothing about it.', [
    'replication/follower.js',
    'storeId !== this.storeId && requestId <= this.sentBeforeStore',
    'false',
  ]),
];
