export { type ChaosOptions, type ChaosReport, runChaos } from './chaos-run.js';
export type { Fault, Victim } from './fault-plan.js';
export { judgeOrders } from './verdict.js';
export type { OrderRecord, StoredOrder } from './order-record.js';
