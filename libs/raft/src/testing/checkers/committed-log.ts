import type { Entry } from '../../entry.js';
import type { LogIndex } from '../../ids.js';
import { entryTerm } from '../../raft.js';
import { AppliedState } from '../applied-state.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import { textOf } from '../text-bytes.js';
import { PropertyViolation, type Checker } from './checker.js';

interface CommittedEntry {
  readonly entry: Entry;
  /** The term of the replica that first called it committed. */
  readonly inTerm: number;
}

/** The one true history, as far as any replica has called it committed, and the properties that speak of it. */
export class CommittedLog implements Checker {
  private readonly history: CommittedEntry[] = [];
  private readonly applied = new AppliedState();
  private readonly texts = new Set<string>();
  private readonly handedOut = new Map<string, number>();

  constructor(private readonly replicas: () => readonly SimulatedReplica[]) {}

  /** The highest index that any replica has called committed. */
  get lastIndex(): number {
    return this.history.length;
  }

  /** The command texts in order. */
  get commands(): readonly string[] {
    return [...this.texts];
  }

  /** What a state machine that applied everything must look like. */
  get digest(): string {
    return this.applied.digest;
  }

  has(command: string): boolean {
    return this.texts.has(command);
  }

  observe(observation: Observation): void {
    this.checkLeaderCompleteness(observation);
    const { replica, effects } = observation;
    if (effects.restore !== undefined) this.handedOut.set(processOf(replica), effects.restore.index);
    for (const entry of effects.committed) {
      this.checkHandedOutOnce(replica, entry);
      this.checkStateMachineSafety(replica, entry);
    }
  }

  /**
   * Raft figure 3, State Machine Safety: if a replica has applied an entry at an index, no other replica will ever
   * apply a different one for it.
   */
  private checkStateMachineSafety(replica: SimulatedReplica, entry: Entry): void {
    const known = this.history[entry.index - 1];
    if (known === undefined) {
      this.checkDurableMajority(replica, entry);
      this.history.push({ entry, inTerm: replica.status.term });
      this.applied.apply(entry);
      if (entry.kind === 'command') this.checkCommittedOnce(textOf(entry.data));
      return;
    }
    if (known.entry.term !== entry.term || textOf(known.entry.data) !== textOf(entry.data)) {
      throw new PropertyViolation(
        'State Machine Safety',
        `${replica.id} applies term ${entry.term} at ${entry.index}, where term ${known.entry.term} was applied`,
      );
    }
  }

  /** Every proposal of a simulation has a text of its own. */
  private checkCommittedOnce(text: string): void {
    if (this.texts.has(text)) throw new PropertyViolation('Committed Once', `command ${text} is in the log twice`);
    this.texts.add(text);
  }

  /** What is called committed is on the disks of a majority: a power failure of everything cannot lose it. */
  private checkDurableMajority(replica: SimulatedReplica, entry: Entry): void {
    const replicas = this.replicas();
    const holders = replicas.filter(({ disk }) => disk.hasDurable(entry)).length;
    if (2 * holders <= replicas.length) {
      throw new PropertyViolation(
        'Durable Majority',
        `${replica.id} calls ${entry.index} (term ${entry.term}) committed, but it is on ${holders} of ${replicas.length} disks`,
      );
    }
  }

  /** Committed entries leave the core in order and once a process. */
  private checkHandedOutOnce(replica: SimulatedReplica, entry: Entry): void {
    const key = processOf(replica);
    const previous = this.handedOut.get(key);
    if (previous !== undefined && entry.index !== previous + 1) {
      throw new PropertyViolation('Handed Out Once', `${replica.id} hands out ${entry.index} after ${previous}`);
    }
    this.handedOut.set(key, entry.index);
  }

  /**
   * Raft figure 3, Leader Completeness: if an entry is committed in a given term, it is present in the logs of the
   * leaders for all higher terms.
   */
  private checkLeaderCompleteness({ replica, effects }: Observation): void {
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

function processOf(replica: SimulatedReplica): string {
  return `${replica.id} ${replica.incarnation}`;
}
