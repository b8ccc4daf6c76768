import type { RaftStatus } from '../../effect.js';
import type { Entry } from '../../entry.js';
import type { LogIndex, ReplicaId } from '../../ids.js';
import type { Member } from '../../membership/configuration.js';
import { entryTerm } from '../../raft.js';
import { AppliedState, type HostedStateMachine } from '../applied-state.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import { textOf } from '../text-bytes.js';
import { PropertyViolation, type Checker } from './checker.js';

interface CommittedEntry {
  readonly entry: Entry;
  /** The term of the replica that first called it committed. */
  readonly inTerm: number;
  /** What a state machine that has applied everything made of it. */
  readonly result: unknown;
}

/** The one true history, as far as any replica has called it committed, and the properties that speak of it. */
export class CommittedLog implements Checker {
  private readonly history: CommittedEntry[] = [];
  private readonly applied: AppliedState;
  /** By the array that holds it: each proposal has one of its own, and the simulation never copies it. */
  private readonly commandsSeen = new Set<Uint8Array>();
  private readonly texts = new Map<string, number>();
  private textsThrough = 0;
  private readonly handedOut = new Map<ReplicaId, { readonly incarnation: number; readonly index: number }>();

  constructor(
    private readonly replicas: () => readonly SimulatedReplica[],
    stateMachine?: HostedStateMachine,
  ) {
    this.applied = new AppliedState(stateMachine);
  }

  /** The highest index that any replica has called committed. */
  get lastIndex(): number {
    return this.history.length;
  }

  /** The command texts in order. */
  get commands(): readonly string[] {
    this.readTexts();
    return [...this.texts.keys()];
  }

  /** What a state machine that applied everything must look like. */
  get digest(): string {
    return this.applied.digest;
  }

  has(command: string): boolean {
    this.readTexts();
    return this.texts.has(command);
  }

  entryAt(index: number): Entry | undefined {
    return this.history[index - 1]?.entry;
  }

  /** What a state machine that applied everything made of it. */
  resultAt(index: number): unknown {
    return this.history[index - 1]?.result;
  }

  observe(observation: Observation): void {
    this.checkLeaderCompleteness(observation);
    const { replica, effects, results } = observation;
    if (effects.restore !== undefined) this.handOut(replica, effects.restore.index);
    for (let offset = 0; offset < effects.committed.length; offset += 1) {
      const entry = effects.committed[offset];
      if (entry === undefined) continue;
      this.checkHandedOutOnce(replica, entry);
      this.checkStateMachineSafety(observation, entry);
      this.checkSameResult(replica, entry, results[offset]);
    }
  }

  /**
   * Raft figure 3, State Machine Safety: if a replica has applied an entry at an index, no other replica will ever
   * apply a different one for it.
   */
  private checkStateMachineSafety({ replica, before, after }: Observation, entry: Entry): void {
    const known = this.history[entry.index - 1];
    if (known === undefined) {
      this.checkDurableMajority(replica, entry, [before, after]);
      this.history.push({ entry, inTerm: after.term, result: this.applied.apply(entry) });
      if (entry.kind === 'command') this.checkCommittedOnce(entry.data);
      return;
    }
    if (known.entry !== entry && (known.entry.term !== entry.term || !isSameData(known.entry.data, entry.data))) {
      throw new PropertyViolation(
        'State Machine Safety',
        `${replica.id} applies term ${entry.term} at ${entry.index}, where term ${known.entry.term} was applied`,
      );
    }
  }

  /** What a proposer is told does not depend on who applies, nor on the snapshots it has been through. */
  private checkSameResult(replica: SimulatedReplica, entry: Entry, result: unknown): void {
    const known = this.history[entry.index - 1]?.result;
    if (isSameResult(known, result)) return;
    throw new PropertyViolation(
      'Same Result',
      `${replica.id} makes ${JSON.stringify(result)} of entry ${entry.index}, which was ${JSON.stringify(known)} elsewhere`,
    );
  }

  /** No proposal is appended twice. */
  private checkCommittedOnce(data: Uint8Array): void {
    if (this.commandsSeen.has(data)) {
      throw new PropertyViolation('Committed Once', `command ${textOf(data)} is in the log twice`);
    }
    this.commandsSeen.add(data);
  }

  private readTexts(): void {
    for (; this.textsThrough < this.history.length; this.textsThrough += 1) {
      const entry = this.history[this.textsThrough]?.entry;
      if (entry?.kind === 'command') this.texts.set(textOf(entry.data), entry.index);
    }
  }

  /**
   * What is called committed is on the disks of a majority of the voters: a power failure of everything cannot lose it.
   * One step may commit under one configuration and append the next.
   */
  private checkDurableMajority(replica: SimulatedReplica, entry: Entry, statuses: readonly RaftStatus[]): void {
    if (statuses.some(({ members }) => this.isOnMajority(members, entry))) return;
    const holders = this.replicas()
      .filter(({ disk }) => disk.hasDurable(entry))
      .map(({ id }) => id);
    throw new PropertyViolation(
      'Durable Majority',
      `${replica.id} calls ${entry.index} (term ${entry.term}) committed, but it is only on the disks of ${holders.join(', ') || 'nobody'}`,
    );
  }

  private isOnMajority(members: readonly Member[], entry: Entry): boolean {
    const voters = members.filter((member) => member.kind === 'voter');
    const holders = voters.filter(({ id, storeId }) =>
      this.replicas().some((replica) => replica.id === id && replica.disk.hasDurable(entry, storeId)),
    );
    return 2 * holders.length > voters.length;
  }

  /** Committed entries leave the core in order and once a process. */
  private checkHandedOutOnce(replica: SimulatedReplica, entry: Entry): void {
    const previous = this.handedOut.get(replica.id);
    if (previous?.incarnation === replica.incarnation && entry.index !== previous.index + 1) {
      throw new PropertyViolation('Handed Out Once', `${replica.id} hands out ${entry.index} after ${previous.index}`);
    }
    this.handOut(replica, entry.index);
  }

  private handOut(replica: SimulatedReplica, index: number): void {
    this.handedOut.set(replica.id, { incarnation: replica.incarnation, index });
  }

  /**
   * Raft figure 3, Leader Completeness: if an entry is committed in a given term, it is present in the logs of the
   * leaders for all higher terms.
   */
  private checkLeaderCompleteness({ replica, before, after, effects }: Observation): void {
    if (after.role !== 'leader' || (before.role === 'leader' && before.term === after.term)) return;
    const elected = effects.trace.find((event) => event.kind === 'becameLeader');
    if (elected?.kind !== 'becameLeader' || replica.raft === undefined) return;
    const { firstLogIndex } = replica.status;
    for (let offset = Math.max(firstLogIndex - 1, 0); offset < this.history.length; offset += 1) {
      const committed = this.history[offset];
      if (committed === undefined || committed.inTerm >= elected.term) continue;
      if (entryTerm(replica.raft, (offset + 1) as LogIndex) !== committed.entry.term) {
        throw new PropertyViolation(
          'Leader Completeness',
          `${replica.id} leads term ${elected.term} without entry ${offset + 1}, committed in term ${committed.inTerm}`,
        );
      }
    }
  }
}

/** Results are small records of plain values: their JSON is compared only where this does not settle it. */
function isSameResult(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  for (const name in left) {
    if (!Object.is((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name])) {
      return JSON.stringify(left) === JSON.stringify(right);
    }
  }
  return Object.keys(left).length === Object.keys(right).length;
}

function isSameData(left: Uint8Array, right: Uint8Array): boolean {
  return left === right || textOf(left) === textOf(right);
}
