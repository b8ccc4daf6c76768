import { Body, Controller, Get, HttpCode, NotFoundException, Post, Query, UseGuards } from '@nestjs/common';
import type { HostedGroup } from '../hosting/hosted-group.js';
import { LeaderGroups } from '../hosting/leader-groups.js';
import type { GroupMember } from '../membership/membership.js';
import { LeaderCallGuard } from './leader-call.guard.js';
import { toHttp } from './leader-error-answer.js';
import { type MemberChange, parseMemberChange } from './requests.js';

interface MembersAnswer {
  readonly group: string;
  readonly members: readonly GroupMember[];
}

/** For operators: who belongs to a group, and changes of it. */
@Controller('leader/members')
@UseGuards(LeaderCallGuard)
export class MembershipController {
  constructor(private readonly groups: LeaderGroups) {}

  /** As this replica's log has it. */
  @Get()
  members(@Query('group') group?: string): MembersAnswer {
    return answer(this.find(group));
  }

  /** Answers when the change is committed, with the members after it. The leader only; others answer 421. */
  @Post()
  @HttpCode(200)
  async change(@Body() body: unknown): Promise<MembersAnswer> {
    const change = parseMemberChange(body);
    const group = this.find(change.group);
    try {
      await carryOut(group, change);
    } catch (error) {
      throw toHttp(error);
    }
    return answer(group);
  }

  private find(name: string | undefined): HostedGroup {
    const group = this.groups.find(name);
    if (group !== undefined) return group;
    throw new NotFoundException({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no such group here.',
    });
  }
}

function answer(group: HostedGroup): MembersAnswer {
  try {
    return { group: group.config.name, members: group.membership.members() };
  } catch (error) {
    throw toHttp(error);
  }
}

function carryOut({ membership }: HostedGroup, { change, id, url, priority }: MemberChange): Promise<void> {
  switch (change) {
    case 'addLearner':
      return membership.addLearner({ id, url: url ?? '', priority: priority ?? 0 });
    case 'promote':
    case 'demote':
    case 'remove':
      return membership[change](id);
  }
}
