import { leaderMutant } from '../leader-mutant.js';

/** When a leader may act as one, and how it makes way. */
export const office = [
  leaderMutant(
    'leads-by-its-own-word',
    '`isLeader()` is false on the first call after a pause longer than the lease.',
    'runtime/group-replica › answers isLeader with false',
    [
      'election/group-election.ts',
      'return replica.ports.clock.now() < replica.running.status().leaseUntil;',
      'return true;',
    ],
  ),
  leaderMutant('lease-by-wall-clock', 'The lease counts on a monotonic clock.', 'runtime/wrong-clocks › neither ends', [
    'election/group-election.ts',
    'return replica.ports.clock.now() < replica.running.status().leaseUntil;',
    'return replica.ports.clock.epochMs() - Date.UTC(2030, 0, 1) < replica.running.status().leaseUntil;',
  ]),
  leaderMutant(
    'fence-without-quorum',
    '`verifyLeader()` asks a quorum.',
    'runtime/group-replica › does not verify leadership',
    [
      'election/group-election.ts',
      'const { term } = await replica.confirmLeadership(deadline);',
      'const { term } = await Promise.resolve(replica.running.status());\n    void deadline;',
    ],
  ),
  leaderMutant('office-before-applied', 'Office is taken when everything committed is applied.', 'election/candidacy', [
    'election/candidacy.ts',
    '&& this.appliedIndex() >= leads.readyAt',
    '',
  ]),
  leaderMutant(
    'office-before-the-first-commit',
    'Office is taken when the first entry of the term is committed.',
    'election/candidacy',
    [
      'election/candidacy.ts',
      'else if (committedInTerm && this.leads?.term !== term)',
      'else if (this.leads?.term !== term)',
    ],
  ),
  leaderMutant(
    'leadership-passes-in-office',
    '`@OnDeposed` has finished before leadership passes.',
    'runtime/group-replica › before leadership is handed over',
    ['runtime/hand-over.ts', '  await replica.office.release();', '  void replica.office.release();'],
  ),
  leaderMutant(
    'never-readmitted',
    'Who could not hand leadership over is in office again.',
    'runtime/disk-faults › whose heir cannot take over',
    ['runtime/hand-over.ts', '    replica.office.readmit();', '    void replica;'],
  ),
  leaderMutant(
    'failed-election-leads-on',
    'Who cannot take office resigns.',
    'runtime/group-replica › resigns when @OnElected throws',
    ['runtime/group-replica.ts', "if (hook === 'elected') this.stepDown('it could not take office');", ''],
  ),
  leaderMutant('hanging-hook-is-awaited', 'A hook that hangs is given up.', 'election/office', [
    'election/office.ts',
    'this.clock.now() + this.hookTimeoutMs, () => {',
    'this.clock.now() + this.hookTimeoutMs, () => {\n        if (work !== undefined) return;',
  ]),
  leaderMutant('deposed-without-elected', '`@OnDeposed` runs only after `@OnElected`.', 'election/office', [
    'election/office.ts',
    'if (this.term !== undefined) await this.leave();',
    'if (this.term !== undefined || this.target !== undefined) await this.leave();\n      if (this.target === undefined) continue;',
  ]),
  leaderMutant('two-terms-at-once', 'Between two terms of office there is a deposition.', 'election/office', [
    'election/office.ts',
    'if (this.term !== undefined) await this.leave();\n      else if',
    'if (this.term !== undefined && this.target === undefined) await this.leave();\n      else if',
  ]),
  leaderMutant('interval-out-of-office', 'Intervals end with office.', 'schedule/office-intervals', [
    'schedule/office-intervals.ts',
    '    for (const timer of this.timers) timer.cancel();\n    this.timers.clear();\n',
    '',
  ]),
  leaderMutant(
    'office-before-bootstrap',
    'No hook runs before the application listens.',
    'hosting/office-and-bootstrap',
    ['hosting/leader-groups.ts', 'else this.adapterHost.listen$.pipe(take(1)).subscribe(open);', 'else open();'],
  ),
  leaderMutant('liveness-wants-a-leader', 'A missing leader never fails liveness.', 'health/leader-health', [
    'health/leader-health.ts',
    'const alive = !(group.replica?.hasFailed ?? false);',
    'const alive = !(group.replica?.hasFailed ?? false) && leader !== undefined;',
  ]),
  leaderMutant(
    'failed-replica-called-alive',
    'A replica that has stopped for good is not alive.',
    'health/leader-health',
    ['health/leader-health.ts', 'const alive = !(group.replica?.hasFailed ?? false);', 'const alive = true;'],
  ),
  leaderMutant('unfit-leader-leads-on', 'A leader whose application is not fit to lead makes way.', 'runtime/fitness', [
    'runtime/making-way.ts',
    'if (isSlow || this.objection !== undefined) {',
    'if (isSlow) {',
  ]),
  leaderMutant(
    'unfit-heir-is-chosen',
    'Leadership goes to nobody whose application is not fit to lead.',
    'runtime/fitness',
    ['runtime/making-way.ts', 'return heirs.find((_, position) => fit[position]);', 'return heirs[0];'],
  ),
  leaderMutant(
    'lower-priority-takes-over',
    'Leadership is given up for a higher priority only.',
    'election/priority-takeover',
    ['election/priority-takeover.ts', '&& priority > best.priority', ''],
  ),
  leaderMutant('unsteady-rival-takes-over', 'A rival has to be steady for a while.', 'election/priority-takeover', [
    'election/priority-takeover.ts',
    'return now - since >= this.patience.neededMs(peer, now) &&',
    'return',
  ]),
  leaderMutant('lagging-rival-takes-over', 'A rival has to have everything committed.', 'election/priority-takeover', [
    'election/priority-takeover.ts',
    "state === 'replicate' && matchIndex >= commitIndex",
    "state === 'replicate'",
  ]),
  leaderMutant(
    'refusals-not-counted',
    'A rival that refused is asked less and less often.',
    'election/priority-takeover',
    ['election/priority-takeover.ts', '    this.patience.refused(peer, now);\n', ''],
  ),
  leaderMutant(
    'late-timeout-believed',
    'After a pause what has arrived is taken before a timeout is believed.',
    'runtime/replica-driver',
    ['runtime/replica-driver.ts', 'else if (now - due > lateTickMs &&', 'else if (false &&'],
  ),
  leaderMutant('campaigns-in-shutdown', 'Who is shutting down campaigns no more.', 'runtime/replica-driver', [
    'runtime/replica-driver.ts',
    'return this.quiet || (this.appendsHeld',
    'return (this.appendsHeld',
  ]),
];
