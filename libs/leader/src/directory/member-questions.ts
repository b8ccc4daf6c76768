import type { MemberOptions } from '../group/group-options.js';
import type { DirectoryEvent } from './directory-options.js';
import { type KnownMembers, learnMembers, membersAtFirst } from './known-members.js';
import type { MemberCalls } from './member-calls.js';
import type { MemberReply } from './member-status.js';

export interface QuestionSettings {
  readonly members: readonly MemberOptions[];
  readonly probeTimeoutMs: number;
}

/** Asks members for their status, and learns from every answer who the members are. */
export class MemberQuestions {
  private readonly asked = new Map<string, Promise<MemberReply>>();
  private latest: KnownMembers;

  constructor(
    private readonly settings: QuestionSettings,
    private readonly calls: MemberCalls,
    private readonly trace: (event: DirectoryEvent) => void,
  ) {
    this.latest = membersAtFirst(settings.members);
  }

  get known(): KnownMembers {
    return this.latest;
  }

  /** One question to one member, shared with whoever is asking it already. What it teaches is known when this resolves. */
  ask(member: MemberOptions): Promise<MemberReply> {
    const existing = this.asked.get(member.id);
    if (existing !== undefined) return existing;
    const asked = this.askApart(member).finally(() => this.asked.delete(member.id));
    this.asked.set(member.id, asked);
    return asked;
  }

  /** One question that nobody else waits for. */
  async askApart(member: MemberOptions): Promise<MemberReply> {
    const reply = await this.calls.status(member, this.settings.probeTimeoutMs);
    if (reply.kind === 'status') this.learn(reply.status);
    return reply;
  }

  private learn({ id, configuration, configurationProblem }: Extract<MemberReply, { kind: 'status' }>['status']): void {
    if (configurationProblem !== undefined)
      this.trace({ kind: 'memberFailed', member: id, what: 'configuration', why: configurationProblem });
    if (configuration === null) return;
    const before = this.latest;
    this.latest = learnMembers(before, configuration);
    const { members, asOfIndex } = this.latest;
    if (members !== before.members) this.trace({ kind: 'membersLearned', from: id, asOfIndex, members });
  }
}
