import type { OrderRule } from '../checks/order-rule.js';
import type { ProtocolPoint } from '../services/protocol-points.js';
import type { StoreEvent } from '../services/store-events.js';
import type { OrderFaultKind } from './order-fault.js';

/** What happened in one schedule. Equal for equal plans. */
export interface OrderReport {
  readonly seed: number;
  readonly traceDigest: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly placed: number;
  readonly refused: number;
  readonly reads: number;
  /** Asks for an order that got no final answer. */
  readonly unanswered: number;
  /** Faults that struck. */
  readonly faults: ReadonlyMap<OrderFaultKind, number>;
  readonly points: ReadonlyMap<ProtocolPoint, number>;
  readonly happened: ReadonlyMap<StoreEvent, number>;
}

export interface OrderFailure {
  readonly rule: OrderRule;
  readonly detail: string;
  /** Since the shoppers came, virtual ms. */
  readonly atMs: number;
}

export interface OrderOutcome {
  readonly report: OrderReport;
  /** Undefined: every rule held. */
  readonly failure: OrderFailure | undefined;
  /** What led there, a line each; only when asked for. */
  readonly sequence: readonly string[];
}
