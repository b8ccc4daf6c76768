import { leaderMutant } from '../leader-mutant.js';

/** What callers are told, and how many may wait. */
export const callers = [
  leaderMutant(
    'open-outcome-called-refused',
    'What was appended and is not known to be cut off may have happened.',
    'replicated-log/flights',
    ['replicated-log/flights.ts', 'if (flight.place === undefined) return', 'if (flight.place !== null) return'],
  ),
  leaderMutant(
    'overwritten-called-done',
    'Another leader’s entry in its place is no outcome of a proposal.',
    'replicated-log/flights',
    [
      'replicated-log/flights.ts',
      "if (flight.place?.term !== term || applied.kind === 'internal') {",
      "if (applied.kind === 'internal') {",
    ],
  ),
  leaderMutant(
    'passed-over-waits-on',
    'Whose entries a snapshot has replaced is told that the outcome is open.',
    'replicated-log/flights',
    ['replicated-log/flights.ts', 'flight.place !== undefined && flight.place.index <= index', 'flight.place === null'],
  ),
  leaderMutant(
    'hand-over-tells-nobody',
    'After a resignation the outcomes of what was proposed are awaited.',
    'runtime/group-replica › answers what was proposed before, through',
    [
      'runtime/group-replica.ts',
      'if (heir !== undefined || this.resigning || status.leader !== undefined)',
      'if (false)',
    ],
  ),
  leaderMutant(
    'deposed-callers-wait-on',
    'Callers of a leader that was cut off are told at once.',
    'runtime/group-replica › tells the caller of a leader that is cut off',
    ['runtime/group-replica.ts', "else this.flights.abandon('leadershipLost', this.leaderRef());", ''],
  ),
  leaderMutant(
    'flight-not-joined',
    'A key whose command is in flight is not proposed again.',
    'runtime/group-replica › joins a proposal in flight',
    [
      'replicated-log/group-log.ts',
      '(flights.join(key, deadline) ?? recordedOutcome(replica, key))',
      'recordedOutcome(replica, key)',
    ],
  ),
  leaderMutant(
    'proposals-without-bound',
    'Callers that wait for an outcome are bounded.',
    'runtime/group-replica › names the limit that is reached',
    ['replicated-log/group-log.ts', 'if (flights.size >= limits.proposalsMax)', 'if (false)'],
  ),
  leaderMutant(
    'backlog-without-bound',
    'What a leader cannot write is bounded in bytes.',
    'runtime/backlog › instead of piling up',
    ['replicated-log/group-log.ts', 'if (replica.backlogBytes >= limits.backlogBytesMax)', 'if (false)'],
  ),
  leaderMutant('apply-backlog-without-bound', 'Committed entries that wait for apply are bounded.', 'runtime/backlog', [
    'replicated-log/group-log.ts',
    'if (replica.applier.backlog >= limits.applyBacklogMax)',
    'if (false)',
  ]),
  leaderMutant(
    'follower-without-bound',
    'A follower takes no more than it may keep in memory.',
    'runtime/backlog › takes no more entries than it may keep',
    ['runtime/group-replica.ts', 'if (this.backlogBytes < backlogBytesMax) return undefined;', 'return undefined;'],
  ),
  leaderMutant(
    'reads-without-bound',
    'Reads that wait for a quorum are bounded.',
    'runtime/backlog › that read are refused by name',
    ['replicated-log/read-rounds.ts', 'if (this.waiting >= this.readersMax)', 'if (false)'],
  ),
  leaderMutant('waits-without-bound', 'Callers that wait for an index are bounded.', 'runtime/backlog', [
    'replicated-log/applied-waits.ts',
    'if (this.waits.length >= this.waitsMax)',
    'if (false)',
  ]),
  leaderMutant(
    'command-without-bound',
    'Commands are bounded in bytes.',
    'runtime/group-replica › a command above the limit',
    ['replicated-log/group-log.ts', 'if (data.length > limits.commandBytesMax)', 'if (false)'],
  ),
  leaderMutant(
    'deadline-ignored',
    'Nobody waits beyond a deadline.',
    'runtime/group-replica › or the deadline passes',
    [
      'replicated-log/applied-waits.ts',
      '    if (now < this.earliestDeadline) return;\n',
      '    if (now < this.earliestDeadline || this.waits !== undefined) return;\n',
    ],
  ),
  leaderMutant(
    'read-joins-a-running-round',
    'A read joins no quorum round that was begun before it.',
    'replicated-log/read-rounds',
    [
      'replicated-log/read-rounds.ts',
      'this.boarding.push({ deadline, resolve, reject })',
      '([...this.started.values()].at(-1) ?? this.boarding).push({ deadline, resolve, reject })',
    ],
  ),
  leaderMutant(
    'read-before-applied',
    'A read waits until everything that was committed before it is applied.',
    'runtime/group-replica › until an index is applied',
    [
      'replicated-log/group-log.ts',
      '    await this.waitFor(index, { deadline });\n    return fn();',
      '    return fn();',
    ],
  ),
  leaderMutant(
    'read-without-quorum',
    'A linearizable read asks a quorum.',
    'runtime/backlog › that read are refused by name',
    [
      'replicated-log/group-log.ts',
      '(await replica.confirmLeadership(deadline)).index',
      'replica.running.status().commitIndex',
    ],
  ),
];
