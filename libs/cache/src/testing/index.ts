export type { HttpAnswer, HttpCall, HttpCaller } from '../calls/http-caller.js';
export { PoolCaller, type PoolCallerOptions } from '../calls/pool-caller.js';
export type { Scheduler } from '../calls/scheduler.js';
export { createPublisherInMemory, createSubscriberInMemory, type CallDesk } from './callers-in-memory.js';
export {
  CoherentCacheTestingModule,
  createTestingCache,
  type TestingCacheOptions,
} from './coherent-cache-testing.module.js';
export { createGate, type Gate } from './gate.js';
export { describeLeaseRecord, InMemoryLeaseRecord } from './describe-lease-record.js';
export { holdLease } from './hold-lease.js';
export { ManualScheduler, settled } from './manual-scheduler.js';
export {
  hunt,
  huntAll,
  huntRedundant,
  mutantTable,
  type MutantFate,
  type RedundancyFate,
} from './simulation/mutant-table.js';
export { mutants, theAlgorithm, type Mutant } from './simulation/mutants.js';
export { simulate, type SimulationReport } from './simulation/sim-world.js';
export { describeSlots, type SuiteRunner } from './slots/describe-slots.js';
