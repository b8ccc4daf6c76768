import { leaderMutant } from '../leader-mutant.js';

/** What a folder is taken for, and by whom. */
export const recovery = [
  leaderMutant('frame-checksum-ignored', 'A frame counts when its checksum fits.', 'log-store/format/frame', [
    'log-store/format/frame.ts',
    'return isIntact ? end : undefined;',
    'return isIntact || true ? end : undefined;',
  ]),
  leaderMutant(
    'frame-of-any-segment',
    'A frame counts in the segment that it was written for.',
    'log-store/format/frame',
    ['log-store/format/frame.ts', 'crc32(frame.subarray(0, 12), salt)', 'crc32(frame.subarray(0, 12), salt * 0)'],
  ),
  leaderMutant(
    'frame-of-any-place',
    'A frame counts at the offset that it was written for.',
    'log-store/format/frame',
    ['log-store/format/frame.ts', '|| file.readUInt32LE(offset + 8) !== offset', ''],
  ),
  leaderMutant(
    'torn-tail-refused',
    'A write that a crash interrupted is no damage.',
    'log-store/recovery/damage › torn at any byte',
    [
      'log-store/format/frame.ts',
      "return { frames, end: offset, rest: { kind: 'torn', bytes: used - offset } };",
      "return { frames, end: offset, rest: { kind: 'broken', nextFrame: used } };",
    ],
  ),
  leaderMutant(
    'torn-tail-kept',
    'What a crash left of a write is cut off.',
    'log-store/recovery/damage › of a long interrupted write',
    ['log-store/log-writer.ts', '      await file.truncate(tail.end);\n', ''],
  ),
  leaderMutant(
    'damage-cut-off',
    'Damage before an intact frame is refused, not cut off.',
    'log-store/recovery/damage › before an intact frame',
    [
      'log-store/format/frame.ts',
      "if (nextFrame !== undefined) return { frames, end: offset, rest: { kind: 'broken', nextFrame } };",
      '',
    ],
  ),
  leaderMutant(
    'note-not-read',
    'Less than what was noted as acknowledged is damage.',
    'log-store/recovery/damage › in the very last frame',
    [
      'log-store/recovery/recover-log.ts',
      'acknowledged.segment === place.number && acknowledged.offset > end',
      'acknowledged.segment === place.number && acknowledged.offset < 0',
    ],
  ),
  leaderMutant(
    'lost-segment-accepted',
    'A log without its last segments is damaged.',
    'log-store/recovery/damage › that is gone',
    [
      'log-store/recovery/recover-log.ts',
      'if (acknowledged === undefined || last === undefined || lastNumber === undefined) return;',
      'return;',
    ],
  ),
  leaderMutant(
    'shortened-segment-accepted',
    'Each segment says how long the one before it was.',
    'log-store/recovery/damage › whose last frame is gone',
    [
      'log-store/recovery/recover-log.ts',
      'if (previous !== undefined && header.previousEnd !== previous.end) {',
      'if (false) {',
    ],
  ),
  leaderMutant(
    'segments-of-two-logs',
    'A segment begins where the one before it ended.',
    'log-store/recovery/log-replay',
    ['log-store/recovery/log-replay.ts', '    if (agrees) return;\n', '    return;\n'],
  ),
  leaderMutant(
    'snapshot-checksum-ignored',
    'A snapshot counts when its checksum fits.',
    'log-store/recovery/damage › any one bit of any file',
    ['log-store/recovery/recover-log.ts', 'if (!isSnapshotData(data, ref)) {', 'if (false) {'],
  ),
  leaderMutant('later-format-set-aside', 'What a later version wrote is no damage.', 'log-store/recovery/set-aside', [
    'log-store/file-log-store.ts',
    "damage instanceof StorageDamagedError && damage.reason !== 'unknownFormat'",
    'damage instanceof StorageDamagedError',
  ]),
  leaderMutant(
    'set-aside-undecided',
    'That a damaged log is set aside is decided durably before a file is moved.',
    'log-store/recovery/set-aside',
    [
      'log-store/recovery/set-aside.ts',
      '  await replaceFileAgain(files, path, encode(decided), LogFiles.temporary(path));\n',
      '',
    ],
  ),
  leaderMutant(
    'only-copy-set-aside',
    'A group of one never sets its log aside: nobody else has the data.',
    'leader.module › a group of one does not start',
    [
      'group/parse-group-options.ts',
      "options.members.length === 1 && options.joining === undefined ? 'refuse' :",
      "options.members.length === 0 && options.joining === undefined ? 'refuse' :",
    ],
  ),
  leaderMutant(
    'lock-of-the-living-taken',
    'A folder belongs to one living process.',
    'log-store/lock/folder-lock › while the holder lives',
    ['log-store/lock/folder-lock.ts', "if (verdict === 'dead') {", "if (verdict !== 'elsewhere') {"],
  ),
  leaderMutant(
    'lock-of-another-host-taken',
    'Who cannot be asked counts as alive.',
    'log-store/lock/folder-lock › that another host holds',
    ['log-store/lock/folder-lock.ts', "if (verdict === 'dead') {", "if (verdict !== 'alive') {"],
  ),
  leaderMutant(
    'lock-not-looked-at-again',
    'Whoever has made its lock looks again, and withdraws before a higher number.',
    'log-store/lock/folder-lock',
    ['log-store/lock/folder-lock.ts', 'if (Math.max(...after) !== mine) {', 'if (false) {'],
  ),
  leaderMutant(
    'lock-numbers-begin-again',
    'The numbers of locks never begin again.',
    'log-store/lock/folder-lock › and then slept',
    [
      'log-store/lock/folder-lock.ts',
      '    await options.files.rename(releasedPath(options, number), lockPath(options, number));',
      '    await options.files.remove(releasedPath(options, number));\n    await options.files.remove(lockPath(options, number));',
    ],
  ),
  leaderMutant('pid-names-a-process', 'A pid that is used again is another process.', 'log-store/lock/process-table', [
    'log-store/lock/process-table.ts',
    "return isSameRun ? 'alive' : 'dead';",
    "return isSameRun || true ? 'alive' : 'dead';",
  ]),
];
