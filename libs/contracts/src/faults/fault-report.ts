import { IntegerProperty, ListProperty, OneOfProperty } from '../validation/property.js';

import { type KillPoint, killPoints } from './fault.js';
import { FaultOrder } from './fault-order.js';

/** How often a process has passed a point. */
export class PointPassages {
  @OneOfProperty(killPoints)
  point!: KillPoint;

  @IntegerProperty()
  count!: number;
}

/** The answer of `/faults`: what is armed, and what the faults have done since the process started. */
export class FaultReport {
  @ListProperty(FaultOrder, { countMax: 16 })
  armed!: FaultOrder[];

  @ListProperty(PointPassages, { countMax: 64, description: 'the points that this process has' })
  passages!: PointPassages[];

  @IntegerProperty({ description: 'times the event loop was blocked, each counted when it is over' })
  blocks!: number;

  @IntegerProperty({ description: 'writes that were answered with ENOSPC' })
  refusedWrites!: number;

  @IntegerProperty({ description: 'syncs that were answered with EIO' })
  failedSyncs!: number;

  @IntegerProperty({ description: 'syncs that were made slower, each counted when it begins' })
  delayedSyncs!: number;

  @IntegerProperty({ description: 'bytes that a kill would lose now' })
  unsyncedBytes!: number;
}
