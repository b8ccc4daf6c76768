import { leaderMutant } from '../leader-mutant.js';

/** Callers outside the group: whom they take for its leader and its members. */
export const directory = [
  leaderMutant(
    'leader-without-majority',
    'A leader is adopted when a majority follows it.',
    'directory/decide-leader',
    [
      'directory/decide-leader.ts',
      'if (following.length >= majority && quorumHeard && claimant.inOffice) {',
      'if (quorumHeard && claimant.inOffice) {',
    ],
  ),
  leaderMutant('leader-of-the-past', 'A leader of an older term is not adopted.', 'directory/decide-leader', [
    'directory/decide-leader.ts',
    "role === 'leader' && term >= view.newestTerm",
    "role === 'leader'",
  ]),
  leaderMutant('leader-not-in-office', 'A leader is adopted when it is in office.', 'directory/decide-leader', [
    'directory/decide-leader.ts',
    'if (following.length >= majority && quorumHeard && claimant.inOffice) {',
    'if (following.length >= majority && quorumHeard) {',
  ]),
  leaderMutant(
    'nominated-despite-leader',
    'Nobody is nominated where a majority hears a leader.',
    'directory/decide-leader',
    ['directory/decide-leader.ts', 'if (willing.length < majority)', 'if (false)'],
  ),
  leaderMutant('nominated-with-a-short-log', 'Nobody is nominated who could not win.', 'directory/decide-leader', [
    'directory/decide-leader.ts',
    'compareLogs(voter, candidate) <= 0',
    'voter !== undefined',
  ]),
  leaderMutant('learner-nominated', 'A learner is not nominated.', 'directory/decide-leader', [
    'directory/decide-leader.ts',
    "    .filter((candidate) => candidate.role !== 'learner')\n",
    '',
  ]),
  leaderMutant('nominations-unpaced', 'Nominations are paced.', 'directory/leader-directory', [
    'directory/leader-search.ts',
    '|| now - this.nominatedAt < pauseMs',
    '|| now - this.nominatedAt < pauseMs * 0',
  ]),
  leaderMutant('members-of-the-past', 'Members never go back to an earlier time.', 'directory/known-members', [
    'directory/known-members.ts',
    'if (told.asOfIndex <= known.asOfIndex) return known;',
    '',
  ]),
  leaderMutant(
    'change-told-too-early',
    'A change of members is told when it is committed.',
    'membership/settled-configuration',
    ['membership/settled-configuration.ts', 'if (pendingChange !== undefined) return null;', ''],
  ),
  leaderMutant(
    'learners-counted',
    'A majority is one of the voters.',
    'directory/known-members, directory/following-members',
    ['directory/known-members.ts', "return members.filter(({ kind }) => kind === 'voter');", 'return members;'],
  ),
  leaderMutant(
    'open-outcome-retried',
    'What may have had an effect is retried where that is asked for.',
    'directory/leader-directory',
    [
      'directory/leader-directory.ts',
      "if (kind === 'indeterminate' && options.retryIndeterminate !== true) throw error;",
      '',
    ],
  ),
  leaderMutant(
    'open-outcome-denied',
    'Nobody says that nothing happened when something may have.',
    'directory/leader-directory',
    ['directory/leader-directory.ts', 'if (indeterminate !== undefined) throw indeterminate.error;', ''],
  ),
  leaderMutant('hanging-leader-awaited', 'An attempt that hangs is given up.', 'directory/leader-directory', [
    'directory/attempt.ts',
    'attemptTimeoutMs === 0 ? settings.deadline :',
    'attemptTimeoutMs >= 0 ? settings.deadline :',
  ]),
  leaderMutant('calls-without-bound', 'Calls in progress are bounded.', 'directory/leader-directory', [
    'directory/leader-directory.ts',
    'if (this.callsInProgress >= this.settings.callsMax)',
    'if (false)',
  ]),
  leaderMutant(
    'timeout-called-harmless',
    'A connection that broke may have had an effect.',
    'directory/classify-failure',
    ['directory/classify-failure.ts', "  'ECONNRESET',\n  'EPIPE',\n", ''],
  ),
];
