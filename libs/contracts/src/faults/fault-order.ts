import { IntegerProperty, OneOfProperty } from '../validation/property.js';

import { type FaultKind, faultKinds, type KillPoint, killPoints } from './fault.js';

/** Longest time that a fault may stop or slow something, in ms. */
export const faultMsMax = 600_000;

/** `POST /faults`: arms one fault. Which settings a kind takes is in `parseFault`. */
export class FaultOrder {
  @OneOfProperty(faultKinds)
  kind!: FaultKind;

  @OneOfProperty(killPoints, { optional: true, description: 'kill: where' })
  at?: KillPoint;

  @IntegerProperty({ min: 1, optional: true, description: 'kill: at which passage from now, default 1' })
  hit?: number;

  @IntegerProperty({ min: 1, max: faultMsMax, optional: true, description: 'block, slow-sync: for how long' })
  ms?: number;

  @IntegerProperty({ optional: true, description: 'disk-full: how much still fits, default 0' })
  bytes?: number;
}
