import { mutant } from './mutant.js';

const install = 'snapshot/install-snapshot.js';
const incoming = 'snapshot/incoming-snapshot.js';

export const snapshots = [
  mutant('snapshot-over-newer-log', 'A snapshot of what is committed here already is not installed.', [
    install,
    'if (request.snapshotIndex <= raft.commitIndex) {',
    'if (false) {',
  ]),
  mutant('snapshot-without-term-check', 'What follows a snapshot is kept only if the log agrees with it (§7).', [
    'log/log-view.js',
    'const agrees = this.termAt(snapshot.index) === snapshot.term;',
    'const agrees = this.termAt(snapshot.index) !== undefined;',
  ]),
  mutant('snapshot-drops-suffix', 'A suffix that agrees with a snapshot is kept: it may have been confirmed (§7).', [
    'log/log-view.js',
    'const agrees = this.termAt(snapshot.index) === snapshot.term;',
    'const agrees = false;',
  ]),
  mutant('snapshot-confirmed-before-durable', 'A snapshot is on disk before it is confirmed.', [
    install,
    'nextOffset: request.totalBytes, after: raft.durability.nextSequence',
    'nextOffset: request.totalBytes, after: 0',
  ]),
  mutant(
    'snapshot-mixed-chunks',
    'The chunks of a snapshot are of one snapshot, in order, and whole.',
    [
      incoming,
      'if (offset !== this.received || offset + chunk.byteLength > this.bytes.byteLength)',
      'if (offset + chunk.byteLength > this.bytes.byteLength || this.isComplete)',
    ],
    [incoming, 'if (crc32(this.bytes) !== this.about.checksum)', 'if (false)'],
  ),
  mutant('snapshot-checksum-ignored', 'A snapshot that arrived damaged is not installed (nats-server#7556).', [
    incoming,
    'if (crc32(this.bytes) !== this.about.checksum)',
    'if (false)',
  ]),
  mutant('compacted-too-far', 'The log is compacted through the snapshot, not through the commit index.', [
    'snapshot/compact-log.js',
    'raft.membership.compactedThrough(taken.index);',
    'raft.membership.compactedThrough(taken.index); raft.log.compactThrough(raft.commitIndex);',
  ]),
  mutant('restore-forgotten', 'An installed snapshot replaces the contents of the state machine.', [
    install,
    'raft.out.restore = snapshot;',
    '',
  ]),
  mutant('session-table-not-in-snapshot', 'The session table is part of the state (dissertation §6.3).', [
    'testing/workload/session-machine.js',
    'sessions: [...this.sessions] }));',
    'sessions: [] }));',
  ]),
  mutant(
    'damage-cut-off',
    'A damaged log is set aside whole; cut at the damage it would forget promises.',
    [
      'testing/simulated-disk.js',
      'if (this.durable.isDamaged)\n            this.replaceStore();',
      'if (this.durable.isDamaged)\n            this.durable.cutAtDamage();',
    ],
    [
      'testing/simulated-disk.js',
      'damageAt(place) {',
      'cutAtDamage() { this.entries.length = Math.min(this.entries.length, Math.max(0, this.damagedIndex - this.base - 1)); this.damagedIndex = undefined; }\n    damageAt(place) {',
    ],
  ),
  mutant('driver-sends-before-durable', 'A driver holds a message back until the batch it names is durable.', [
    'testing/simulated-replica.js',
    'if (envelope.after <= this.durableSequence)\n                this.around.send(envelope);',
    'if (true)\n                this.around.send(envelope);',
  ]),
];
