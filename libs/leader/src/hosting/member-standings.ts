import { HttpMemberCalls } from '../directory/member-calls.js';
import type { MemberOptions } from '../group/group-options.js';
import type { GroupMember } from '../membership/membership.js';
import type { CallAuthenticator } from '../group/call-authenticator.js';
import type { PeerStanding } from '../runtime/first-start.js';

const askTimeoutMs = 1000;
/** A member whose own address leads nowhere starts so much later. */
const ownAddressTimeoutMs = 500;

/** Asks members what they have and whether they could lead: `GET /leader/status` and `/leader/fitness`, signed like every call. */
export class MemberStandings {
  private readonly calls: HttpMemberCalls;

  constructor(group: string, auth: CallAuthenticator | 'none') {
    this.calls = new HttpMemberCalls(group, auth);
  }

  /** Rejects when there is no usable answer. */
  async ask(member: GroupMember): Promise<PeerStanding> {
    const reply = await this.calls.status(member, askTimeoutMs);
    if (reply.kind !== 'status') throw new Error(reply.why);
    return { history: reply.status.history, term: reply.status.term };
  }

  /** Which process answers as this member at its address; undefined when none does. Asked before this one listens. */
  async processAt(member: MemberOptions): Promise<string | undefined> {
    const reply = await this.calls.status(member, ownAddressTimeoutMs);
    return reply.kind === 'status' ? reply.status.bootId : undefined;
  }

  /** A version that has not heard of fitness is fit. Rejects when there is no usable answer. */
  async isFit(member: GroupMember, timeoutMs: number): Promise<boolean> {
    return this.calls.isFit(member, timeoutMs);
  }

  async close(): Promise<void> {
    await this.calls.close();
  }
}
