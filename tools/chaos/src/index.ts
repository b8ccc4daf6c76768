export { type ChaosOptions, type ChaosReport, runChaos } from './chaos-run.js';
export { type CoherenceOptions, type CoherenceReport, runCoherence } from './coherence/coherence-run.js';
export { type Fault, type Victim, victims } from './faults/fault-plan.js';
export type { Outage } from './faults/outage.js';
export { judgeOrders } from './verdict/judge-orders.js';
export type { OrderRecord, StoredOrder } from './shopping/order-record.js';
export type { SaleDelay } from './verdict/sale-delay.js';
