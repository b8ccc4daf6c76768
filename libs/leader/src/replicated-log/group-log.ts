import type { Observable } from 'rxjs';
import { BackpressureError, GroupStoppedError, ProposalRejectedError } from '../errors/leader-errors.js';
import type { GroupReplica } from '../runtime/group-replica.js';
import { encodeCommand, isIdempotencyKey } from './command-envelope.js';
import { recordedAnswer } from './flights.js';
import { type Outcome, type ProposeOptions, type ReadConsistency, ReplicatedLog } from './replicated-log.js';
import type { CommittedEntry } from './state-machine.js';

/** The replicated log as its users see it, on top of one replica. */
export class GroupLog<C, R> extends ReplicatedLog<C, R> {
  constructor(
    private readonly replica: () => GroupReplica | undefined,
    private readonly group: string,
  ) {
    super();
  }

  get appliedIndex(): number {
    return this.replica()?.state.appliedIndex ?? 0;
  }

  get commitIndex(): number {
    const replica = this.replica();
    return replica?.status === undefined ? 0 : replica.running.status().commitIndex;
  }

  propose(command: C, options: ProposeOptions = {}): Promise<Outcome<R>> {
    try {
      return this.begin(this.started(), command, options) as Promise<Outcome<R>>;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async read<T>(
    fn: () => T,
    options: { readonly consistency: ReadConsistency; readonly deadline?: number },
  ): Promise<T> {
    const { consistency } = options;
    if (consistency === 'stale') return fn();
    const replica = this.started();
    const deadline = this.deadline(options.deadline);
    if (consistency === 'linearizable' && replica.status?.role !== 'leader') throw replica.notLeader();
    const index =
      consistency === 'linearizable' ? (await replica.confirmLeadership(deadline)).index : consistency.minIndex;
    await this.waitFor(index, { deadline });
    return fn();
  }

  async waitFor(index: number, options: { readonly deadline?: number } = {}): Promise<void> {
    await this.started().applied(index, this.deadline(options.deadline));
  }

  committed$(options: { readonly from?: number } = {}): Observable<CommittedEntry<C>> {
    return this.started().feed.from(options.from) as Observable<CommittedEntry<C>>;
  }

  private started(): GroupReplica {
    const replica = this.replica();
    if (replica?.isOpen !== true) throw new GroupStoppedError(this.group);
    return replica;
  }

  private deadline(given: number | undefined): number {
    const { ports, config } = this.started();
    return given ?? ports.clock.now() + config.limits.deadlineMs;
  }

  // Not async: thousands of proposals a second go through here, one promise each is enough.
  private begin(
    replica: GroupReplica,
    command: C,
    { key, deadline: given }: ProposeOptions,
  ): Promise<Outcome<unknown>> {
    const { flights, ports, config } = replica;
    const { limits } = config;
    const now = ports.clock.now();
    const deadline = given ?? now + limits.deadlineMs;
    if (key !== undefined && !isIdempotencyKey(key))
      throw new ProposalRejectedError('notEncodable', 'a key has 1–255 visible ASCII characters.');
    if (deadline <= now)
      throw new ProposalRejectedError('deadlinePassed', 'its deadline had passed before it was looked at.');
    // What a leader without space accepts now would only be piled up: it is about to hand over.
    if (replica.status?.role !== 'leader' || replica.storeCondition === 'full') throw replica.notLeader();
    if (flights.size >= limits.proposalsMax) throw new BackpressureError('proposalsMax', limits.proposalsMax);
    if (replica.backlogBytes >= limits.backlogBytesMax)
      throw new BackpressureError('backlogBytesMax', limits.backlogBytesMax);
    if (replica.applier.backlog >= limits.applyBacklogMax)
      throw new BackpressureError('applyBacklogMax', limits.applyBacklogMax);

    const earlier = key === undefined ? undefined : (flights.join(key, deadline) ?? recordedOutcome(replica, key));
    if (earlier !== undefined) return earlier;
    const data = encodeCommand({ stamp: replica.timeStamps.stamp(), key, commandJson: toJson(command) });
    if (data.length > limits.commandBytesMax)
      throw new ProposalRejectedError(
        'tooLarge',
        `it has ${data.length} bytes, at most ${limits.commandBytesMax} are allowed (limits.commandBytesMax).`,
      );
    const flight = flights.begin(key, deadline);
    replica.enqueue(flight.id, data);
    return flight.outcome;
  }
}

function recordedOutcome(replica: GroupReplica, key: string): Promise<Outcome<unknown>> | undefined {
  const recorded = replica.state.results.get(key);
  return recorded === undefined ? undefined : recordedAnswer(recorded);
}

function toJson(command: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(command);
  } catch (cause) {
    throw new ProposalRejectedError('notEncodable', 'it cannot be written as JSON.', { cause });
  }
  if (json === undefined)
    throw new ProposalRejectedError('notEncodable', `${typeof command} cannot be written as JSON.`);
  return json;
}
