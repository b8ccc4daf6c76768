import { HttpMemberCalls } from '../directory/member-calls.js';
import type { GroupMember } from '../membership/membership.js';
import type { CallAuthenticator } from '../group/call-authenticator.js';
import type { PeerStanding } from '../runtime/first-start.js';

const askTimeoutMs = 1000;

/** Asks members what they have: `GET /leader/status`, signed like every call. */
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

  async close(): Promise<void> {
    await this.calls.close();
  }
}
