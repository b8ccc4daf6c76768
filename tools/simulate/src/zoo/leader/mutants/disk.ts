import { leaderMutant } from '../leader-mutant.js';

/** When something counts as durable, and what a disk that refuses does. */
export const disk = [
  leaderMutant(
    'acknowledged-before-sync',
    'A batch is acknowledged when its frame is synced.',
    'log-store/file-log-store',
    ['log-store/log-writer.ts', '    await active.file.syncData();\n    active.end = end;', '    active.end = end;'],
  ),
  leaderMutant(
    'file-renamed-before-sync',
    'A file that takes another one’s place is synced before it gets its name.',
    'log-store/crash',
    ['log-store/replace-file.ts', '    await file.syncData();\n  } finally {', '  } finally {'],
  ),
  leaderMutant('folder-never-synced', 'A new name is durable when its folder is synced.', 'log-store/crash', [
    'log-store/replace-file.ts',
    '  await files.rename(temporary, path);\n  await files.syncFolder(dirname(path));',
    '  await files.rename(temporary, path);',
  ]),
  leaderMutant(
    'recovered-tail-not-rewritten',
    'What is recovered is written again before it is synced: after a failed fsync the kernel calls its pages clean.',
    'log-store/crash › what the kernel calls clean',
    [
      'log-store/log-writer.ts',
      'if (tail.lastFrame !== undefined) await writeFully(file, tail.lastFrame.bytes, tail.lastFrame.offset);',
      '',
    ],
  ),
  leaderMutant('recovered-log-not-synced', 'What is recovered is durable before it counts.', 'log-store/crash', [
    'log-store/log-writer.ts',
    '    await file.syncData();\n    await files.syncFolder(names.folder);\n    await removeFiles(context, leftovers);',
    '    await removeFiles(context, leftovers);',
  ]),
  leaderMutant(
    'failed-sync-forgotten',
    'After a failed sync nothing is accepted any more.',
    'log-store/file-log-store',
    ['log-store/file-log-store.ts', '    this.#dead ??= error;\n', ''],
  ),
  leaderMutant(
    'failed-append-goes-on',
    'A replica whose disk refuses a batch stops, and says so.',
    'runtime/replica-driver',
    ['runtime/replica-driver.ts', "(error: unknown) => this.fail('storage', error),", '() => undefined,'],
  ),
  leaderMutant('failed-disk-lives-on', 'A process whose disk refuses a sync ends.', 'hosting/failing-disk › EIO', [
    'hosting/leader-groups.ts',
    '    process.exit(1);\n',
    '',
  ]),
  leaderMutant(
    'failed-sync-tried-again',
    'A sync that fails is final, also when only space was missing.',
    'hosting/failing-disk › ENOSPC',
    ['log-store/errors.ts', "error.reason === 'diskFull' && !error.duringSync;", "error.reason === 'diskFull';"],
  ),
  leaderMutant(
    'full-disk-is-final',
    'A write that lacks space waits, and is tried again.',
    'log-store/full-disk › delays what is appended until there is space',
    ['log-store/file-log-store.ts', "if (!isOutOfSpace(error) || this.#state !== 'open') throw error;", 'throw error;'],
  ),
  leaderMutant(
    'full-disk-takes-entries',
    'A replica without space takes no entries.',
    'runtime/disk-faults › makes its leader hand over',
    ['runtime/replica-driver.ts', 'if (this.appendsHeld && needsDisk(message))', 'if (false)'],
  ),
  leaderMutant(
    'full-disk-campaigns',
    'A replica without space does not campaign.',
    'runtime/disk-faults › keeps a replica from campaigning',
    [
      'runtime/replica-driver.ts',
      "return this.quiet || (this.appendsHeld && this.status().role !== 'leader');",
      'return this.quiet;',
    ],
  ),
  leaderMutant(
    'full-disk-leads-on',
    'A leader without space makes way.',
    'runtime/disk-faults › lets a group of one step down',
    ['runtime/making-way.ts', "if (this.disk.condition === 'full') {", 'if (false) {'],
  ),
  leaderMutant(
    'full-disk-accepts',
    'A leader without space accepts no proposal.',
    'runtime/disk-faults › refuses proposals on the leader at once',
    [
      'replicated-log/group-log.ts',
      "replica.status?.role !== 'leader' || replica.storeCondition === 'full'",
      "replica.status?.role !== 'leader'",
    ],
  ),
  leaderMutant(
    'slow-disk-leads-on',
    'A leader whose disk hangs makes way for a healthy one.',
    'runtime/disk-faults › of the leader that hangs',
    [
      'election/disk-health.ts',
      'if (stallMs > 0 && waitingSince !== undefined && now - waitingSince >= stallMs) return true;',
      '',
    ],
  ),
  leaderMutant(
    'slow-heir-is-chosen',
    'Leadership goes to nobody whose disk is slow as well.',
    'runtime/disk-faults › everywhere: the leader stays',
    [
      'election/disk-health.ts',
      'return now - lastContactAt < this.settings.gapMs && this.isQuick(lastWriteTookMs);',
      'return now - lastContactAt < this.settings.gapMs;',
    ],
  ),
  leaderMutant(
    'hand-over-never-rests',
    'A hand-over that failed is tried again less and less often.',
    'runtime/disk-faults › whose heir cannot take over',
    ['runtime/retry-pause.ts', 'this.at = now + firstMs * 2 ** Math.min(this.failures, doublingsMax);', ''],
  ),
  leaderMutant(
    'sent-before-durable',
    'A message that promises something leaves when the batch it names is durable.',
    'runtime/replica-driver',
    ['runtime/replica-driver.ts', '      else this.withhold(envelope);', '      else ports.transport.send(envelope);'],
  ),
  leaderMutant('withheld-without-bound', 'Answers that wait for the disk are bounded.', 'runtime/replica-driver', [
    'runtime/replica-driver.ts',
    'if (this.withheld.length <= withheldMax) return;',
    'return;',
  ]),
];
