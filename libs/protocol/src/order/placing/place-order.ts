import { Inject, Injectable } from '@nestjs/common';
import {
  BackpressureError,
  GroupStoppedError,
  IndeterminateError,
  InjectReplicatedLog,
  NotLeaderError,
  ProposalRejectedError,
  type ReplicatedLog,
  StorageFailedError,
} from '@quorumkit/leader';
import { unreachable } from '@toystore/contracts';
import { CatalogReachability } from '../debits/catalog-reachability.js';
import type { IntentCommand, OrderCommand, OrderResult, RefusalReason, Settlement } from '../ledger/order-command.js';
import { OrderStateMachine } from '../ledger/order-state-machine.js';
import { hash64 } from '../ledger/state-hash.js';
import { Office } from '../office/office.js';
import { type AdmissionOptions, admissionOptionsToken } from './admission-options.js';
import { SettlementWaiters } from '../settlement/settlement-waiters.js';

/** What a shopper wants, and until when the answer is worth something. */
export interface OrderWish {
  readonly key: string;
  readonly name: string;
  readonly quantity: number;
  /** On the scale of `performance.now()`, ms. */
  readonly deadline: number;
}

/** Every way in which an order can be answered. All but `outcome_unknown` are final or certainly without effect. */
export type PlaceOrderAnswer =
  | {
      readonly kind: 'placed';
      readonly number: number;
      readonly replayed: boolean;
      /** The catalog's version after the sale: reads that ask for it show the sale. */
      readonly version?: string | undefined;
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly replayed: boolean }
  /** The key belongs to an order of something else. */
  | { readonly kind: 'key_reused' }
  /** Ask the leader. Nothing was written. */
  | { readonly kind: 'not_leader' }
  /** Nothing was written. */
  | { readonly kind: 'unavailable'; readonly why: string }
  /** Nothing was written. */
  | { readonly kind: 'overloaded'; readonly why: string }
  /** The order is in the log, or may be: it will be placed or refused. The same key finds out. */
  | { readonly kind: 'outcome_unknown'; readonly why: string };

/**
 * Places an order exactly once, however often it is asked for under one key: look the key up, commit the intent, wait
 * for the outcome that the debit pump commits. The log is the outbox; nothing here talks to the catalog.
 */
@Injectable()
export class PlaceOrder {
  private inHand = 0;

  constructor(
    private readonly machine: OrderStateMachine,
    @InjectReplicatedLog('orders') private readonly log: ReplicatedLog<OrderCommand, OrderResult>,
    private readonly office: Office,
    private readonly waiters: SettlementWaiters,
    private readonly reachability: CatalogReachability,
    @Inject(admissionOptionsToken) private readonly options: AdmissionOptions,
  ) {}

  async place(wish: OrderWish): Promise<PlaceOrderAnswer> {
    if (!this.office.isHeld) return { kind: 'not_leader' };
    if (this.inHand >= this.options.requestsMax) {
      return { kind: 'overloaded', why: `${this.inHand} orders are being placed, which is the most` };
    }
    this.inHand += 1;
    try {
      return await this.placeAdmitted(wish);
    } finally {
      this.inHand -= 1;
    }
  }

  private async placeAdmitted(wish: OrderWish): Promise<PlaceOrderAnswer> {
    const fingerprint = hash64(`${wish.quantity} ${wish.name}`);
    const known = this.machine.ledger.lookup(wish.key, fingerprint);
    switch (known.kind) {
      case 'finished':
        return answerOf(known.settlement, { replayed: true });
      case 'conflict':
        return { kind: 'key_reused' };
      case 'open':
        return this.awaitSettlement(wish, fingerprint);
      case 'unknown':
        return this.placeNew(wish, fingerprint);
      default:
        return unreachable(known);
    }
  }

  private async placeNew(wish: OrderWish, fingerprint: string): Promise<PlaceOrderAnswer> {
    const { key, name, quantity, deadline } = wish;
    const { ledger } = this.machine;
    if (!this.reachability.isReachable) return { kind: 'unavailable', why: 'the catalog cannot be reached' };
    if (ledger.openCount >= this.options.openIntentsMax) {
      return { kind: 'overloaded', why: `${ledger.openCount} orders wait for the catalog, which is the most` };
    }
    if (deadline <= performance.now()) return { kind: 'unavailable', why: 'the deadline has passed' };
    const opened = await this.openIntent({ kind: 'intent', key, fingerprint, name, quantity }, deadline);
    switch (opened.kind) {
      case 'opened':
      case 'joined':
        return this.awaitSettlement(wish, fingerprint);
      case 'finished':
        return answerOf(opened.settlement, { replayed: true });
      case 'conflict':
        return { kind: 'key_reused' };
      case 'settled':
        throw new Error('An intent was answered as if it were outcomes.');
      default:
        return opened;
    }
  }

  private async openIntent(command: IntentCommand, deadline: number): Promise<OrderResult | PlaceOrderAnswer> {
    try {
      const { result } = await this.log.propose(command, { deadline });
      return result;
    } catch (error) {
      const answer = answerOfFailure(error);
      if (answer === undefined) throw error;
      return answer;
    }
  }

  private async awaitSettlement({ key, deadline }: OrderWish, fingerprint: string): Promise<PlaceOrderAnswer> {
    const settlement = await this.waiters.wait({ key, fingerprint, deadline });
    return settlement === undefined
      ? { kind: 'outcome_unknown', why: 'the order is recorded, and the catalog has not been heard on it in time' }
      : answerOf(settlement, { replayed: false });
  }
}

function answerOf(settlement: Settlement, { replayed }: { replayed: boolean }): PlaceOrderAnswer {
  return settlement.kind === 'placed'
    ? { kind: 'placed', number: settlement.number, replayed, version: settlement.version }
    : { kind: 'refused', reason: settlement.reason, replayed };
}

/** What a proposal's failure means to the shopper; undefined for a failure that is a bug. */
function answerOfFailure(error: unknown): PlaceOrderAnswer | undefined {
  if (error instanceof NotLeaderError || error instanceof GroupStoppedError) return { kind: 'not_leader' };
  if (error instanceof BackpressureError) return { kind: 'overloaded', why: error.message };
  if (error instanceof ProposalRejectedError) {
    return error.reason === 'overwritten' ? { kind: 'not_leader' } : { kind: 'unavailable', why: error.message };
  }
  if (error instanceof IndeterminateError || error instanceof StorageFailedError) {
    return { kind: 'outcome_unknown', why: error.message };
  }
  return undefined;
}
