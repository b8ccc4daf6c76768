import type { LinkConditions } from '../network/network.js';

/** A process by its name, or `leader`: whoever leads when the fault strikes (the first replica while nobody does). */
export type Victim = string;

/** One fault, complete: nothing about it is drawn any more when it strikes. Times are virtual milliseconds. */
export type OrderFault =
  | { readonly kind: 'kill leader'; readonly downMs: number }
  | { readonly kind: 'kill replica'; readonly victim: Victim; readonly downMs: number }
  | { readonly kind: 'kill catalog'; readonly downMs: number }
  | { readonly kind: 'kill frontend'; readonly victim: Victim; readonly downMs: number }
  | { readonly kind: 'kill group'; readonly downMs: number }
  | { readonly kind: 'pause'; readonly victim: Victim; readonly forMs: number }
  | { readonly kind: 'cut'; readonly from: Victim; readonly to: Victim; readonly forMs: number }
  | { readonly kind: 'cut one way'; readonly from: Victim; readonly to: Victim; readonly forMs: number }
  | { readonly kind: 'isolate'; readonly victim: Victim; readonly forMs: number }
  /** Loss, delay, repetition and reordering on every link, until the next change or the end. */
  | { readonly kind: 'bad links'; readonly conditions: LinkConditions }
  /** Nothing is lost, but much comes twice and late. */
  | { readonly kind: 'echoes'; readonly conditions: LinkConditions }
  /** A debit call that some leader has sent arrives once more: `which` of them, as a share of those sent so far. */
  | { readonly kind: 'old debits'; readonly which: number }
  /** The wall clock then shows the true time and so many hours more. */
  | { readonly kind: 'clock jump'; readonly victim: Victim; readonly hours: number }
  /** Leadership is handed over as at a shutdown; without a name, to whoever is best. */
  | { readonly kind: 'hand over'; readonly to?: string }
  | { readonly kind: 'slow disk'; readonly victim: Victim; readonly syncMs: number; readonly forMs: number }
  /** The next sync reports an error, which ends the process. `isWritten`: the batch is on the disk all the same. */
  | { readonly kind: 'sync error'; readonly victim: Victim; readonly isWritten: boolean; readonly downMs: number }
  | { readonly kind: 'disk full'; readonly victim: Victim; readonly forMs: number }
  /** Its disk is replaced by an empty one, unless the group could not survive that. */
  | { readonly kind: 'lost store'; readonly victim: Victim; readonly downMs: number }
  /** On whoever leads; what the group refuses is not done. */
  | { readonly kind: 'add learner'; readonly member: string }
  | { readonly kind: 'promote'; readonly member: string }
  | { readonly kind: 'demote'; readonly member: string }
  | { readonly kind: 'remove'; readonly member: string };

export type OrderFaultKind = OrderFault['kind'];

export type MembershipFaultKind = 'add learner' | 'promote' | 'demote' | 'remove';

export interface TimedOrderFault {
  /** Since the shoppers came. */
  readonly atMs: number;
  readonly fault: OrderFault;
}

/** One line for people. */
export function describeOrderFault({ atMs, fault }: TimedOrderFault): string {
  const { kind, ...about } = fault;
  const details = Object.entries(about).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${atMs.toFixed(1).padStart(9)} ms  ${kind}  ${details.join(', ')}`.trimEnd();
}
