import { Body, Controller, Get, HttpCode, NotFoundException, Post, Query, UseGuards } from '@nestjs/common';
import type { HostedGroup, ReplicaFitness, ReplicaStatus } from '../hosting/hosted-group.js';
import { LeaderGroups } from '../hosting/leader-groups.js';
import { LeaderCallGuard } from './leader-call.guard.js';
import { toHttp } from './leader-error-answer.js';
import { badRequest, parseLeaderHint, parseNomination, parseTransferOrder } from './requests.js';

/** What this replica made of somebody's word, and what it knows itself. */
interface HintAnswer {
  readonly id: string;
  readonly accepted: boolean;
  readonly why: string | null;
  readonly term: number;
  readonly role: string;
  readonly leader: ReplicaStatus['leader'];
}

/** For directories outside the group, and for operators. */
@Controller('leader')
@UseGuards(LeaderCallGuard)
export class LeaderController {
  constructor(private readonly groups: LeaderGroups) {}

  @Get('status')
  status(@Query('group') group?: string): ReplicaStatus {
    return this.find(group).status();
  }

  /** Whether the application of this replica could do a leader's work now; asked by a leader that would make way. */
  @Get('fitness')
  async fitness(@Query('group') group?: string): Promise<ReplicaFitness> {
    try {
      return await this.find(group).fitness();
    } catch (error) {
      throw toHttp(error);
    }
  }

  /** The nominee campaigns, everybody else forgets the leader; both only where they have not just heard from one. */
  @Post('nominations')
  @HttpCode(200)
  nominate(@Body() body: unknown): HintAnswer {
    const nomination = parseNomination(body);
    const group = this.find(nomination.group);
    this.checkMember(group, 'nominee', nomination.nominee);
    return mapErrors(() => answer(group, group.nominated(nomination)));
  }

  /**
   * Somebody says who leads. Believed by nobody: a replica follows only a leader that speaks to it, in a term at least
   * its own. The answer tells the sender where its view and this replica's differ.
   */
  @Post('hints')
  @HttpCode(200)
  hint(@Body() body: unknown): HintAnswer {
    const hint = parseLeaderHint(body);
    const group = this.find(hint.group);
    this.checkMember(group, 'leader', hint.leader);
    const { term, leader } = group.election.state();
    const why =
      hint.term < term
        ? `this replica is in term ${term}`
        : leader === hint.leader
          ? undefined
          : `leader ${hint.leader} has not been heard here`;
    return answer(group, why);
  }

  /** Orders a hand-over; answers when another member leads. */
  @Post('transfers')
  @HttpCode(200)
  async transfer(@Body() body: unknown): Promise<HintAnswer> {
    const { group: name, to } = parseTransferOrder(body);
    const group = this.find(name);
    if (to !== undefined) this.checkMember(group, 'to', to);
    try {
      await group.election.transferLeadership(to);
    } catch (error) {
      throw toHttp(error);
    }
    return answer(group, undefined);
  }

  private find(name: string | undefined): HostedGroup {
    const group = this.groups.find(name);
    if (group === undefined)
      throw new NotFoundException({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'There is no such group here.',
      });
    return group;
  }

  private checkMember(group: HostedGroup, property: string, id: string): void {
    const members = group.replica?.members ?? group.config.members;
    if (!members.some((member) => member.id === id))
      throw badRequest([`${property}: not a member of group ${group.config.name}`]);
  }
}

function answer(group: HostedGroup, why: string | undefined): HintAnswer {
  const { id, term, role, leader } = group.status();
  return { id, accepted: why === undefined, why: why ?? null, term, role, leader };
}

function mapErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toHttp(error);
  }
}
