import { leaderMutant } from '../leader-mutant.js';

/** What all members have in common: state, results of keys, log time. */
export const replicatedState = [
  leaderMutant(
    'results-not-in-snapshot',
    'The results of keys are part of the state.',
    'replicated-log/applied-state',
    ['replicated-log/applied-state.ts', 'results: this.results.rows(),', 'results: [],'],
  ),
  leaderMutant('results-not-restored', 'Restoring replaces the results of keys.', 'replicated-log/applied-state', [
    'replicated-log/applied-state.ts',
    '    this.results.replaceBy(contents.results);\n',
    '',
  ]),
  leaderMutant('log-time-not-in-snapshot', 'Log time is part of the state.', 'replicated-log/applied-state', [
    'replicated-log/applied-state.ts',
    'time: ms,',
    'time: 0,',
  ]),
  leaderMutant(
    'leadership-not-in-snapshot',
    'How far a leader’s stamps had come is part of the state.',
    'replicated-log/applied-state',
    ['replicated-log/applied-state.ts', 'leadership: { term, ms: leadingMs },', 'leadership: { term: 0, ms: 0 },'],
  ),
  leaderMutant(
    'keys-expire-by-wall-clock',
    'Keys expire by log time, which is in the log.',
    'runtime/group-replica › forgets a key',
    ['replicated-log/applied-state.ts', 'this.results.expire(time);', 'this.results.expire(Date.now());'],
  ),
  leaderMutant('keys-never-expire', 'Keys are forgotten after their time.', 'runtime/group-replica › forgets a key', [
    'replicated-log/applied-state.ts',
    '    this.results.expire(time);\n',
    '',
  ]),
  leaderMutant('results-without-bound', 'Results of keys are bounded by count.', 'replicated-log/result-table', [
    'replicated-log/result-table.ts',
    'if (this.results.size <= this.limits.resultsMax) return;',
    'return;',
  ]),
  leaderMutant(
    'log-time-jumps',
    'No jump of a wall clock moves log time by more than a 24th.',
    'runtime/wrong-clocks',
    ['replicated-log/log-time.ts', 'Math.min(slackMs, Math.max(-slackMs, gapMs))', 'Math.max(-slackMs, gapMs)'],
  ),
  leaderMutant('log-time-goes-back', 'Log time never goes back.', 'replicated-log/log-time', [
    'replicated-log/log-time.ts',
    'Math.min(slackMs, Math.max(-slackMs, gapMs))',
    'Math.min(slackMs, gapMs)',
  ]),
  leaderMutant(
    'stamp-of-another-leadership',
    'A stamp counts in the leadership that it was made in.',
    'replicated-log/log-time',
    ['replicated-log/log-time.ts', '  if (term !== entryTerm) return before;\n', ''],
  ),
  leaderMutant('key-applied-twice', 'A repeated key reaches the state machine once.', 'replicated-log/applied-state', [
    'replicated-log/applied-state.ts',
    'if (earlier !== undefined)\n',
    'if (earlier === null)\n',
  ]),
  leaderMutant(
    'throwing-command-ends-all',
    'A throw of apply is the command’s outcome.',
    'runtime/group-replica › records a command on which apply throws',
    [
      'replicated-log/applied-state.ts',
      '      return error instanceof Error\n',
      '      if (error !== undefined) throw error;\n      return error instanceof Error\n',
    ],
  ),
  leaderMutant('unreadable-entry-skipped', 'A log that cannot be read is not guessed.', 'replicated-log/applier', [
    'replicated-log/applier.ts',
    '      this.listener.failed(error);\n      return;',
    '      this.runSlice();\n      return;',
  ]),
  leaderMutant(
    'entries-out-of-order',
    'Entries are applied one after the other, each once.',
    'replicated-log/applied-state',
    ['replicated-log/applied-state.ts', 'if (entry.index !== this.index + 1)', 'if (false)'],
  ),
  leaderMutant(
    'queue-outlives-snapshot',
    'What a snapshot stands for is not applied again.',
    'replicated-log/applier',
    ['replicated-log/applier.ts', '.filter((entry) => entry.index > snapshot.index)', ''],
  ),
  leaderMutant(
    'snapshots-all-at-once',
    'Replicas take snapshots at different places.',
    'replicated-log/snapshot-schedule',
    [
      'replicated-log/snapshot-schedule.ts',
      'return 1 - (1 - partMin) * share;',
      'return 1 - (1 - partMin) * share * 0;',
    ],
  ),
  leaderMutant(
    'log-without-bound',
    'A snapshot is due after so many bytes of log.',
    'replicated-log/snapshot-schedule',
    ['replicated-log/snapshot-schedule.ts', 'isReached(this.bytes, snapshotEveryBytes * this.part)', 'false'],
  ),
];
