import type { MembershipChange } from '../../membership/configuration.js';
import type { DiskConditions } from '../simulated-disk.js';
import type { NetworkConditions } from '../simulated-network.js';

/** A replica by its name, or `leader`: whoever leads when the fault strikes (the first replica while nobody does). */
export type Victim = string;

/** `out`: what it sends is lost; `in`: what is sent to it. */
export type Direction = 'both' | 'in' | 'out';

/** One fault, complete: nothing about it is drawn any more when it strikes. Times are virtual milliseconds. */
export type Fault =
  | { readonly kind: 'kill'; readonly victim: Victim; readonly downMs: number }
  /** Power failure: all at once, each back after its own time (repeated when there are more replicas than times). */
  | { readonly kind: 'killAll'; readonly downMs: readonly number[] }
  | { readonly kind: 'pause'; readonly victim: Victim; readonly forMs: number }
  | { readonly kind: 'isolate'; readonly victim: Victim; readonly direction: Direction; readonly forMs: number }
  | {
      readonly kind: 'cut';
      readonly from: Victim;
      readonly to: Victim;
      readonly oneWay: boolean;
      readonly forMs: number;
    }
  /** These replicas on one side, all others on the other. */
  | { readonly kind: 'split'; readonly side: readonly Victim[]; readonly forMs: number }
  /** Every replica sees a majority, but no two the same one (Jepsen's majorities ring). */
  | { readonly kind: 'ring'; readonly forMs: number }
  | { readonly kind: 'heal' }
  | { readonly kind: 'badNetwork'; readonly conditions: NetworkConditions; readonly forMs: number }
  | {
      readonly kind: 'badLink';
      readonly from: Victim;
      readonly to: Victim;
      readonly conditions: NetworkConditions;
      readonly forMs: number;
    }
  | { readonly kind: 'slowDisk'; readonly victim: Victim; readonly conditions: DiskConditions; readonly forMs: number }
  /** The next fsync reports an error, which ends the process; it comes back after `downMs`. */
  | { readonly kind: 'failDisk'; readonly victim: Victim; readonly downMs: number }
  | { readonly kind: 'jumpClock'; readonly victim: Victim; readonly byMs: number }
  | { readonly kind: 'driftClock'; readonly victim: Victim; readonly speed: number; readonly forMs: number }
  /** A process is told that a peer is gone, which may well be alive. */
  | { readonly kind: 'wrongGone'; readonly victim: Victim; readonly peer: Victim }
  /** The observed term is that of the leader, or while there is none the victim's own, plus the offset. */
  | { readonly kind: 'nominate'; readonly victim: Victim; readonly termOffset: number }
  | { readonly kind: 'forgetLeader'; readonly victims: readonly Victim[]; readonly termOffset: number }
  | { readonly kind: 'transfer'; readonly target: Victim | undefined }
  | { readonly kind: 'stepDown' }
  /** Its disk is replaced by an empty one, unless the group could not survive the loss of one more. */
  | { readonly kind: 'loseStore'; readonly victim: Victim; readonly downMs: number }
  /** A bit of what it has stored flips, found when it starts again; unless the group could not survive that loss. */
  | { readonly kind: 'flipBit'; readonly victim: Victim; readonly place: number }
  | { readonly kind: 'changeMembership'; readonly change: MembershipChange['kind']; readonly member: Victim };

export type FaultKind = Fault['kind'];

export interface TimedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

/** One line for people. */
export function describeFault({ atMs, fault }: TimedFault): string {
  const { kind, ...about } = fault;
  const details = Object.entries(about).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${atMs.toFixed(1).padStart(9)} ms  ${kind} ${details.join(', ')}`.trimEnd();
}
