export { runFleet, type FleetOptions } from './fleet/run-fleet.js';
export { StoreUnreachableError } from './fleet/store-unreachable-error.js';
export { parseProbabilities } from './plan/probabilities.js';
export { planSession, type PlanOptions, type Visit } from './plan/session-plan.js';
export { Prng } from './random/prng.js';
export { FileOrderRecords, type OrderFiles } from './records/file-order-records.js';
export {
  MemoryOrderRecords,
  type AcknowledgedOrder,
  type IntendedOrder,
  type OrderRecords,
} from './records/order-records.js';
export type { FleetReport, RunReport } from './report/fleet-report.js';
export { LatencyRecorder, type LatencySummary } from './report/latency.js';
export type { Mismatch } from './session/order-check.js';
export { retryPolicyDefault, type RetryPolicy } from './session/retry-policy.js';
export {
  runSession,
  type SessionClock,
  type SessionObserver,
  type SessionOptions,
  type SessionPorts,
  type SessionReport,
} from './session/run-session.js';
