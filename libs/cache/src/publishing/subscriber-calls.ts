import type { HttpCaller } from '../calls/http-caller.js';
import type { SubscriberFacts } from '../core/ledger-state.js';
import { formatSession } from '../core/session.js';
import type { Delivery } from '../core/subscriber-ledger.js';
import { invalidationHeaders, invalidationPath } from '../invalidation/invalidation-request.js';

export type DeliveryOutcome =
  | { readonly kind: 'acknowledged' }
  /** Another session answered: see `answeredAs`. */
  | { readonly kind: 'other-session'; readonly session: string }
  | { readonly kind: 'failed'; readonly why: string };

/** Makes the connections for one subscriber. */
export type OpenCaller = (subscriber: SubscriberFacts) => HttpCaller;

/** DELETE calls to subscribers, over connections of their own for each session. */
export class SubscriberCalls {
  private readonly callers = new Map<string, HttpCaller>();

  constructor(
    private readonly openCaller: OpenCaller,
    private readonly timeoutMs: number,
  ) {}

  async deliver(delivery: Delivery, epoch: number): Promise<DeliveryOutcome> {
    const { capability } = delivery.subscriber;
    const headers = {
      [invalidationHeaders.session]: delivery.session,
      ...(capability !== undefined && { [invalidationHeaders.capability]: capability }),
    };
    const path = invalidationPath(delivery.key, { epoch, sequence: delivery.sequence });
    try {
      const answer = await this.callerOf(delivery.subscriber).call({
        method: 'DELETE',
        path,
        headers,
        timeoutMs: this.timeoutMs,
      });
      if (answer.status !== 204) return { kind: 'failed', why: `it answered ${answer.status} instead of 204` };
      const session = answer.headers[invalidationHeaders.session];
      if (session === delivery.session) return { kind: 'acknowledged' };
      return { kind: 'other-session', session: typeof session === 'string' ? session : '' };
    } catch (error) {
      return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Closes the connections of sessions that have ended. */
  keepOnly(sessions: ReadonlyMap<string, unknown>): void {
    for (const [session, caller] of this.callers) {
      if (sessions.has(session)) continue;
      this.callers.delete(session);
      void caller.close();
    }
  }

  private callerOf(subscriber: SubscriberFacts): HttpCaller {
    const session = formatSession(subscriber.session);
    let caller = this.callers.get(session);
    if (caller === undefined) this.callers.set(session, (caller = this.openCaller(subscriber)));
    return caller;
  }
}
