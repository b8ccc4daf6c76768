import type { FitnessCheck } from '../election/fitness.js';
import type { OfficeHooks } from '../election/office.js';
import type { LogStore } from '../log-store/log-store.js';
import type { GroupMember } from '../membership/membership.js';
import type { StateMachine } from '../replicated-log/state-machine.js';
import type { PeerTransport } from '../transport/peer-transport.js';
import type { Clock } from './clock.js';
import type { AskStanding } from './first-start.js';
import type { ReplicaObserver } from './replica-observer.js';

/** What one replica works with. */
export interface ReplicaPorts {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly transport: PeerTransport;
  /** Asks a member what it has. Left out: an empty store is taken for a new group's. */
  readonly ask?: AskStanding;
  /** Asks a member whether its application is fit to lead; may reject. Left out: everybody is. */
  readonly askFitness?: (member: GroupMember) => Promise<boolean>;
  /** Told whom the transport must be able to reach, whenever the members change. */
  readonly reach?: (members: readonly GroupMember[]) => void;
}

/** What one replica works for: the application's part of the group. */
export interface ReplicaUser {
  readonly stateMachine: StateMachine;
  readonly hooks: OfficeHooks;
  /** What the application has to say about leading. Default: nothing. */
  readonly fitness?: readonly FitnessCheck[];
  readonly observer: ReplicaObserver;
  /** The replica can no longer keep its promises and has stopped; its process must end. */
  onFatal(error: Error): void;
}
