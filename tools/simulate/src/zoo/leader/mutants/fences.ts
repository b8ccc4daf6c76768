import { leaderMutant } from '../leader-mutant.js';

/** What the called service remembers. */
export const fences = [
  leaderMutant('older-fence-admitted', 'A fence of an earlier term is refused.', 'fencing/durable-fences', [
    'fencing/refuse-fence.ts',
    'if (term < seen.highest)',
    'if (false)',
  ]),
  leaderMutant(
    'any-fence-believed',
    'A term far above the highest one seen is not believed.',
    'fencing/durable-fences',
    ['fencing/refuse-fence.ts', 'if (term - seen.highest > seen.termJumpMax)', 'if (false)'],
  ),
  leaderMutant(
    'fence-served-before-durable',
    'A call with a new term is served when the term is on disk.',
    'fencing/durable-fences',
    [
      'fencing/durable-fences.ts',
      'while (term > (this.durable.get(group) ?? 0)) await (this.writing ??= this.write());',
      'if (term > (this.durable.get(group) ?? 0)) (this.writing ??= this.write()).catch(() => undefined);',
    ],
  ),
  leaderMutant(
    'overtaken-fence-served',
    'A call is looked at again after it waited for the disk.',
    'fencing/durable-fences',
    [
      'fencing/durable-fences.ts',
      'await (this.writing ??= this.write());\n    this.refuse(fence);',
      'await (this.writing ??= this.write());',
    ],
  ),
  leaderMutant(
    'fences-checksum-ignored',
    'Fences that are not what was written are refused.',
    'fencing/durable-fences',
    [
      'fencing/durable-fences.ts',
      'return value.checksum === crc32(JSON.stringify(value.highest)) ?',
      'return value.checksum !== undefined ?',
    ],
  ),
  leaderMutant('fence-of-any-group', 'A fence of another group is none.', 'leader.module › fence:', [
    'fencing/require-fence.guard.ts',
    'if (fence === undefined || fence.group !== group) {',
    'if (fence === undefined) {',
  ]),
];
