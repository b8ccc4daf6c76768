export { parseFaultWish, type FaultedProcess, type FaultWish } from './faults/process-faults.js';
export { LabError, type LabErrorCode } from './lab-error.js';
export type { CutReport } from './network/fault-network.js';
export type { Cut, ProcessPair } from './network/link-table.js';
export { type CacheWaits, timerAllowanceMs } from './observation/cache-waits.js';
export type { ExplainReport, FrontendExplanation, PastRequests } from './observation/explain-product.js';
export type { Observation, ServiceStatus, StatusReport } from './observation/status-report.js';
export { LocalStore } from './store/local-store.js';
export { startStore, type StartStoreOptions } from './store/start-store.js';
export type { ProcessExit } from './supervision/managed-process.js';
export type { ProcessState } from './supervision/process-state.js';
export {
  Supervisor,
  type NamedProcess,
  type ServiceStanding,
  type SupervisorOptions,
} from './supervision/supervisor.js';
export { findFreeBasePort, isPortFree } from './topology/free-ports.js';
export { portBlock, type PortBlock } from './topology/port-block.js';
export { storeTopology, type ServiceKind, type ServiceSpec, type TopologyOptions } from './topology/store-topology.js';
export { parseOrderRecords, type AcknowledgedOrder } from './verification/acknowledged-orders.js';
export type { ProductVerdict } from './verification/stock-conservation.js';
export type { ReplicaSnapshot, RestingStore, StoreSnapshot, WorkingStore } from './verification/store-snapshot.js';
export { judgeStore, type VerifyReport } from './verification/verify-report.js';
export type { VerifyOptions } from './verification/verify-store.js';
export type { Invariant, Violation } from './verification/violation.js';
