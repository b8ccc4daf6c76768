import type { Prng } from '../../prng.js';
import type { Model, Operation } from '../linearizability/model.js';

/** The state machine under test; a new one is made for each process. Must be deterministic. */
export interface SimulatedStateMachine<C = unknown, R = unknown, Q = unknown> {
  /** Commands arrive in log order, each key once: retries of a client are recognised before they get here. */
  apply(command: C): R;
  /** For reads: after ReadIndex, on the replica that was asked. Changes nothing. */
  query?(query: Q): unknown;
  /** Plain JSON of the whole state. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** What a client does next. `key` groups operations for the linearizability check; default: one key for all. */
export type ClientOperation<C = unknown, Q = unknown> =
  | { readonly kind: 'command'; readonly command: C; readonly key?: string }
  | { readonly kind: 'query'; readonly query: Q; readonly key?: string };

/** What the model sees of an operation. */
export type OperationInput<C = unknown, Q = unknown> =
  { readonly kind: 'command'; readonly command: C } | { readonly kind: 'query'; readonly query: Q };

/** How a run ended, for checks of the user's own. */
export interface FinishedRun<C = unknown, Q = unknown> {
  readonly history: readonly Operation<OperationInput<C, Q>>[];
  /** Of every replica, after all have applied everything. */
  readonly stateMachines: readonly SimulatedStateMachine[];
}

/** A state machine, what its clients do, and what must hold. */
export interface Workload<C = unknown, R = unknown, Q = unknown, S = unknown> {
  readonly stateMachine: () => SimulatedStateMachine<C, R, Q>;
  /** @param number counts the operations of a schedule from 0. */
  readonly operation: (
    prng: Prng,
    about: { readonly client: number; readonly number: number },
  ) => ClientOperation<C, Q>;
  /** Left out: histories are not checked for linearizability. */
  readonly model?: Model<S, OperationInput<C, Q>>;
  /** After everything has finished. Throws when something does not hold. */
  readonly check?: (run: FinishedRun<C, Q>) => void;
}
