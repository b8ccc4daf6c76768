import type { Fault as ProcessFault } from '@toystore/contracts';
import type { SeededRandom } from '../seeded-random.js';
import type { Victim } from './fault-plan.js';

/** What a process is told to suffer at what it is doing then: one or several faults of the lab, armed together. */
export type Ailment = readonly ProcessFault[];

const pointsOfTheLeader = [
  'before-send',
  'before-commit',
  'after-intent-commit',
  'after-debit-answer',
  'before-reply',
  'after-reply',
  'before-sync',
] as const;
const bytesFreeMax = 4_000;
const syncMs = { min: 50, max: 1_500 } as const;

/** Draws one for a victim; a point that the victim does not pass in its time is one at which it does not die. */
export function drawAilment(random: SeededRandom, victim: Exclude<Victim, 'frontend'>, downMs: number): Ailment {
  const hit = random.integer(1, 5);
  const kind = random.pick(['die', 'die', 'lose', 'block', 'full', 'slow', 'refuse'] as const);
  switch (kind) {
    case 'die':
      return [{ kind: 'kill', at: victim === 'leader' ? random.pick(pointsOfTheLeader) : 'before-sync', hit }];
    case 'lose':
      return [{ kind: 'lose-unsynced' }, { kind: 'kill', at: 'before-sync', hit }];
    case 'block':
      return [{ kind: 'block', ms: downMs }];
    case 'full':
      return [{ kind: 'disk-full', bytes: random.integer(0, bytesFreeMax) }];
    case 'slow':
      return [{ kind: 'slow-sync', ms: random.integer(syncMs.min, syncMs.max) }];
    case 'refuse':
      return [{ kind: 'sync-error' }];
  }
}
